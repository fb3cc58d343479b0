"""Requests that wait for data to be made ready: in pieces, between which the worker does what else is asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from PIL import Image

from app.data.readers import decoded_pictures
from app.inference.evaluate import evaluate, evaluation_steps
from app.project.presets import preset
from app.protocol.data_messages import DataPreviewed, PreviewData
from app.protocol.evaluation_messages import Evaluate, Evaluated
from app.protocol.events import Finished, Started
from app.protocol.messages import Envelope, Forget, Message, Ready, Refused, Unfinished
from app.protocol.sequence_messages import EvaluateByLength, LengthEvaluation
from app.protocol.training_messages import Train, TrainingBegun
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model
from app.worker import process
from app.worker.channel import Channel
from app.worker.process import Worker
from graph.project import Project, project_json
from tests.app.training.projects import DIGITS, chain, mlp, project


class Line:
    """Stands for a channel whose other end sends a request again as long as it is unfinished and ``wanted``."""

    def __init__(self, *requests: Message, wanted: int = 1000) -> None:
        self._asked = {number: Envelope(message=message, id=number) for number, message in enumerate(requests, 1)}
        self.requests = deque(self._asked.values())
        self.wanted = wanted
        self.said: list[tuple[Message, int | None]] = []
        self.closed = False

    def send(self, message: Message, id: int | None = None) -> None:
        self.said.append((message, id))
        if isinstance(message, Unfinished) and id is not None:
            again = self._asked[id] if self.wanted else Envelope(message=Forget(request=id))
            self.wanted -= bool(self.wanted)
            self.requests.append(again)

    def receive(self, *, wait: bool) -> Envelope | None:
        return self.requests.popleft() if self.requests else None

    def is_unwanted(self, request: int | None) -> bool:
        return False

    def waiting(self) -> Iterator[Envelope]:
        return iter(())

    @property
    def messages(self) -> list[Any]:
        """What was said."""
        return [message for message, _ in self.said]

    @property
    def types(self) -> list[type]:
        """The kinds of what was said, each once."""
        return list(dict.fromkeys(type(message) for message in self.messages))

    @property
    def progress(self) -> list[Unfinished]:
        """What was said of long work."""
        return [message for message in self.messages if isinstance(message, Unfinished)]


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A choice of twelve pictures in two folders; each takes a piece of its own to be decoded, and is kept on disk."""
    monkeypatch.setattr(process, "PIECE", 0.0)
    monkeypatch.setattr(process, "BESIDE", 0.0)
    monkeypatch.setattr(decoded_pictures, "SMALL", 0)
    for number in range(12):
        path = tmp_path / "pets" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 5), 20 * number, np.uint8)).save(path)
    return {"source": "images", "options": {"path": str(tmp_path / "pets"), "height": 6, "width": 5}}


def serve(line: Line) -> Line:
    assert Worker(cast(Channel, line)).serve() == 0
    return line


def preview(data: dict[str, Any]) -> PreviewData:
    return PreviewData(data=data, limit=4)


def test_a_preview_tells_how_far_it_is_and_comes_in_the_end(pets: dict[str, Any]) -> None:
    line = serve(Line(preview(pets)))
    assert line.types == [Ready, Unfinished, DataPreviewed]
    assert [one.sentence for one in line.progress] == [f"Decoding pictures {number} of 12" for number in range(1, 13)]
    message, number = line.said[-1]
    assert number == 1 and isinstance(message, DataPreviewed)
    assert message.preview.values["image"].shape == (4, 1, 6, 5)


def test_other_requests_have_their_turn_in_between(pets: dict[str, Any]) -> None:
    line = serve(Line(preview(pets), preview(DIGITS), preview(pets)))
    order = [number for message, number in line.said if isinstance(message, DataPreviewed)]
    assert order.index(2) < order.index(1)
    assert 3 in order
    assert len(line.progress) <= 14, "pictures were decoded twice"


def test_what_is_not_wanted_any_more_is_stopped_and_gone_on_with(pets: dict[str, Any]) -> None:
    first = serve(Line(preview(pets), wanted=4))
    assert first.types == [Ready, Unfinished]
    second = serve(Line(preview(pets)))
    assert [one.done for one in second.progress] == list(range(6, 13))


def test_training_begins_when_its_data_is_ready(pets: dict[str, Any], tmp_path: Path) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 6, 5]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 2}),
        ("output1", "output", {}),
    )
    project_ = project_json(project(network, pets, epochs=1))
    line = serve(Line(Train(project=project_, out=tmp_path / "run")))
    assert line.types[:4] == [Ready, Unfinished, TrainingBegun, Started]
    assert isinstance(line.messages[-1], Finished) and line.messages[-1].status == "completed"


def test_data_that_fails_while_it_is_waited_for_is_refused_in_a_sentence(
    pets: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Line.send

    def vanish(line: Line, message: Message, id: int | None = None) -> None:
        for file in (tmp_path / "pets").rglob("*.png"):
            file.unlink()
        plain(line, message, id)

    monkeypatch.setattr(Line, "send", vanish)
    line = serve(Line(preview(pets)))
    assert isinstance(line.messages[-1], Refused) and "pictures" in line.messages[-1].reason


@pytest.fixture
def tested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of digits, which is tested a hundred samples at a time, each in a piece of its own."""
    path = tmp_path / "run"
    session = begin(project(mlp(), epochs=1), None, path)
    for _ in train(session):
        pass
    monkeypatch.setattr(Model, "evaluation_size", 100)
    monkeypatch.setattr(process, "PIECE", 0.0)
    monkeypatch.setattr(process, "BESIDE", 0.0)
    return path


def test_a_test_of_a_run_tells_how_far_it_is_and_comes_in_the_end(tested: Path) -> None:
    line = serve(Line(Evaluate(run=tested, part="test")))
    assert line.types == [Ready, Unfinished, Evaluated]
    samples = line.progress[0].whole
    assert samples > 100
    assert {progress.sentence for progress in line.progress} > {
        f"Testing 50 of {samples:,} samples",
        f"Testing {samples:,} of {samples:,} samples",
    }
    done = [progress.done for progress in line.progress]
    assert done == sorted(set(done)), "it only grows: outputs first, then loss and metrics"
    (reply,) = (message for message in line.messages if isinstance(message, Evaluated))
    whole = evaluate(tested, "test")
    assert reply.evaluation.metrics == whole.metrics
    np.testing.assert_array_equal(reply.evaluation.confusion, whole.confusion)


def test_scores_by_length_tell_how_far_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brackets, path = preset("brackets_lstm").project, tmp_path / "brackets"
    data: Any = brackets.sections["data"]
    data = {**data, "options": {**data.get("options", {}), "samples": 60}}
    for _ in train(
        begin(Project(brackets.network, {**brackets.sections, "data": data, "plan": {"epochs": 1}}), None, path)
    ):
        pass
    monkeypatch.setattr(Model, "evaluation_size", 20)
    monkeypatch.setattr(process, "PIECE", 0.0)
    line = serve(Line(EvaluateByLength(run=path)))
    assert line.types == [Ready, Unfinished, LengthEvaluation]
    told = [progress.sentence for progress in line.progress]
    assert len(told) >= 3 and told[-1] == "Testing 60 of 60 samples", "at least once for each part"
    done = [progress.done for progress in line.progress]
    assert done == sorted(set(done))
    (reply,) = (message for message in line.messages if isinstance(message, LengthEvaluation))
    assert sum(int(part.count.sum()) for part in reply.scores.sets.values()) == 60


def test_a_test_that_nobody_waits_for_is_given_up(tested: Path) -> None:
    line = serve(Line(Evaluate(run=tested, part="train"), wanted=1))
    assert len(line.progress) == 2 and Evaluated not in line.types


def test_between_two_pieces_of_a_test_gradients_are_there_as_before(tested: Path) -> None:
    """A training goes on beside it in the same process."""
    _, model = load_model(tested)
    steps = evaluation_steps(model, "test")
    for _ in steps:
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
