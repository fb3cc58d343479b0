"""The worker process: answers, trains, obeys, survives bad requests, and ends with its input."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from app.protocol.attribution_messages import GradCam, GradCamMap
from app.protocol.data_messages import DataPreviewed, PreviewData
from app.protocol.evaluation_messages import Evaluate, Evaluated
from app.protocol.events import Epoch, Finished, Paused, Snapshot
from app.protocol.framing import Decoder, encode
from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.messages import Envelope, Message, Ready, Refused, SetMemoryBudget, Unfinished
from app.protocol.training_messages import Go, Step, Train
from app.protocol.unit_messages import MaximiseActivations, MaximisedInputs, RankUnits, UnitRanking
from app.protocol.watch import Watch
from app.training.event_files import EVENTS
from graph.project import project_json
from tests.app.training.projects import DIGITS, cnn, project

ROOT = Path(__file__).resolve().parents[3]

M = TypeVar("M", bound=Message)


class Worker:
    def __init__(self) -> None:
        command = [sys.executable, str(ROOT / "main.py"), "worker"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._asked: dict[int | None, Message] = {}
        self._messages = self._read()

    def _read(self) -> Iterator[Envelope]:
        assert self.process.stdout is not None
        decoder = Decoder()
        while data := os.read(self.process.stdout.fileno(), 1 << 16):
            for envelope in decoder.feed(data):
                if isinstance(
                    envelope.message, Unfinished
                ):  # on a busy machine; it is asked for again, as a window does
                    self.send(self._asked[envelope.id], envelope.id)
                yield envelope

    def send(self, message: Message, id: int | None = None) -> None:
        assert self.process.stdin is not None
        self._asked[id] = message
        self.process.stdin.write(encode(message, id))
        self.process.stdin.flush()

    def until(self, kind: type[M]) -> M:
        return next(envelope.message for envelope in self._messages if isinstance(envelope.message, kind))

    def refusal(self) -> tuple[int | None, str]:
        """The number of the next request that is refused, and the sentence."""
        return next((e.id, e.message.reason) for e in self._messages if isinstance(e.message, Refused))


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One for all sessions of this module, as a window has one for all its trainings; it ends by itself."""
    started = Worker()
    assert started.until(Ready).devices[0].id == "cpu"
    yield started
    started.process.stdin.close()  # type: ignore[union-attr]
    try:
        assert started.process.wait(timeout=60) == 0
    finally:
        started.process.kill()
        started.process.stdout.close()  # type: ignore[union-attr]


def test_a_session_with_a_worker(worker: Worker, tmp_path: Path) -> None:
    out = tmp_path / "run"
    worker.send(PreviewData(data=DIGITS, limit=5), 1)
    assert worker.until(DataPreviewed).preview.values["image"].shape == (5, 1, 8, 8)
    worker.send(PreviewData(data={"source": "nonsense"}), 2)
    assert worker.refusal()[0] == 2
    worker.send(Train(project=project_json(project(cnn(), device="cuda:99")), out=out), 3)
    assert "cuda:99" in worker.refusal()[1]
    worker.send(Train(project=project_json(project(cnn())), out=out, paused=True, tensorboard=True), 4)
    assert worker.until(Paused).step == 0
    assert list((out / EVENTS).iterdir())
    worker.send(Watch(filters=("conv1",), maps=("conv2",), sample=3, histograms=True, every=0.1))
    assert worker.until(Snapshot).views.filters["conv1"].shape == (4, 1, 3, 3)
    worker.send(Step())
    assert worker.until(Paused).step == 1
    worker.send(Go())
    assert worker.until(Finished).status == "completed"
    worker.send(Evaluate(run=out), 5)
    evaluation = worker.until(Evaluated).evaluation
    assert evaluation.confusion is not None
    assert evaluation.confusion.sum() == evaluation.predictions.true.size
    worker.send(LookInside(run=out, watch=Watch(filters=("conv1",), maps=("conv1",))), 6)
    views = worker.until(LookedInside).views
    assert set(views.filters) == set(views.maps) == {"conv1"} and views.input is not None
    assert not views.cards and views.diagnostics is None
    worker.send(LookInside(run=out, watch=Watch(cards=("conv1", "gone"), health=True)), 7)
    views = worker.until(LookedInside).views
    assert views.cards["conv1"].shows == "filters" and set(views.cards) == {"conv1"}
    assert views.diagnostics is not None


def test_a_worker_whose_input_closes_saves_and_ends(tmp_path: Path) -> None:
    worker = Worker()
    worker.send(Train(project=project_json(project(epochs=100_000)), out=tmp_path / "run"), 1)
    worker.until(Epoch)
    assert worker.process.stdin is not None
    assert worker.process.stdout is not None
    worker.process.stdin.close()
    assert worker.process.wait(timeout=60) == 0
    worker.process.stdout.close()
    assert (tmp_path / "run" / "checkpoint.safetensors").is_file()


def test_units_and_reasons_are_told_while_training_and_afterwards(worker: Worker, tmp_path: Path) -> None:
    out = tmp_path / "run"
    worker.send(Train(project=project_json(project(cnn())), out=out, paused=True), 1)
    worker.until(Paused)
    ranking = RankUnits(run=out, layer="relu1", part="validation")
    worker.send(ranking, 2)
    live = worker.until(UnitRanking)
    assert (live.step, live.epoch) == (0, 1)
    worker.send(GradCam(run=out, layer="conv2", sample=4), 3)
    assert worker.until(GradCamMap).attribution.shape == (8, 8)
    worker.send(MaximiseActivations(run=out, layer="gone", units=(0,)), 4)
    assert "no layer “gone”" in worker.refusal()[1]
    worker.send(Go())
    worker.until(Finished)
    worker.send(ranking, 5)
    saved = worker.until(UnitRanking)
    assert saved.epoch == 0
    assert (saved.values != live.values).any()
    worker.send(MaximiseActivations(run=out, layer="conv2", units=(0, 5), settings={"steps": 3}), 6)
    assert worker.until(MaximisedInputs).input.shape == (2, 1, 8, 8)


def test_a_worker_keeps_to_the_memory_that_its_window_allows(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b,y\n" + "1,2,3\n4,5,6\n" * 50, "utf-8")
    section = {"source": "table", "options": {"path": "table.csv"}}
    worker.send(SetMemoryBudget(gigabytes=1e-9))
    worker.send(PreviewData(data=section, base=tmp_path), 1)
    assert "allow data more memory in the preferences" in worker.refusal()[1]
    worker.send(SetMemoryBudget(gigabytes=0.0))
    worker.send(PreviewData(data=section, base=tmp_path), 2)
    assert worker.until(DataPreviewed).preview.info.samples == 100
