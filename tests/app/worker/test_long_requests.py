"""Requests that wait for data to be made ready: in pieces, between which the worker does what else is asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from app.data.readers import decoded_pictures
from app.protocol.framing import Message
from app.worker import process
from app.worker.channel import Channel
from app.worker.process import Worker
from graph.project import project_json
from tests.app.training.projects import DIGITS, chain, project


class Line:
    """Stands for a channel whose other end sends a request again as long as it is unfinished and ``wanted``."""

    def __init__(self, *requests: Message, wanted: int = 1000) -> None:
        self.requests = deque(requests)
        self.wanted = wanted
        self.said: list[Message] = []
        self.closed = False
        self._asked = {one.fields["id"]: one for one in requests}

    def send(self, message: Message) -> None:
        self.said.append(message)
        if message.type == "unfinished" and self.wanted:
            self.wanted -= 1
            self.requests.append(self._asked[message.fields["id"]])
        elif message.type == "unfinished":
            self.requests.append(Message("forget", {"request": message.fields["id"]}))

    def receive(self, *, wait: bool) -> Message | None:
        return self.requests.popleft() if self.requests else None

    def waiting(self) -> Iterator[Message]:
        return iter(())

    @property
    def types(self) -> list[str]:
        """What was said, each kind once."""
        return list(dict.fromkeys(message.type for message in self.said))


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


def preview(number: int, data: dict[str, Any]) -> Message:
    return Message("preview", {"id": number, "data": data, "base": None, "limit": 4})


def test_a_preview_tells_how_far_it_is_and_comes_in_the_end(pets: dict[str, Any]) -> None:
    line = serve(Line(preview(1, pets)))
    assert line.types == ["ready", "unfinished", "preview"]
    said = [message.fields["sentence"] for message in line.said if message.type == "unfinished"]
    assert said == [f"Decoding pictures {number} of 12" for number in range(1, 13)]
    assert line.said[-1].fields["id"] == 1 and line.said[-1].arrays["values/image"].shape == (4, 1, 6, 5)


def test_other_requests_have_their_turn_in_between(pets: dict[str, Any]) -> None:
    line = serve(Line(preview(1, pets), preview(2, DIGITS), preview(3, pets)))
    order = [(message.type, message.fields.get("id")) for message in line.said]
    assert order.index(("preview", 2)) < order.index(("preview", 1))
    assert ("preview", 3) in order
    told = [message for message in line.said if message.type == "unfinished"]
    assert len(told) <= 14, "pictures were decoded twice"


def test_what_is_not_wanted_any_more_is_stopped_and_gone_on_with(pets: dict[str, Any]) -> None:
    first = serve(Line(preview(1, pets), wanted=4))
    assert first.types == ["ready", "unfinished"]
    second = serve(Line(preview(1, pets)))
    said = [message.fields["done"] for message in second.said if message.type == "unfinished"]
    assert said == list(range(6, 13))


def test_training_begins_when_its_data_is_ready(pets: dict[str, Any], tmp_path: Path) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 6, 5]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 2}),
        ("output1", "output", {}),
    )
    fields = {"id": 1, "base": None, "out": str(tmp_path / "run")}
    line = serve(Line(Message("train", {**fields, "project": project_json(project(network, pets, epochs=1))})))
    assert line.types[:3] == ["ready", "unfinished", "started"]
    assert line.said[-1].fields["status"] == "completed"


def test_data_that_fails_while_it_is_waited_for_is_refused_in_a_sentence(
    pets: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Line.send

    def vanish(line: Line, message: Message) -> None:
        for file in (tmp_path / "pets").rglob("*.png"):
            file.unlink()
        plain(line, message)

    monkeypatch.setattr(Line, "send", vanish)
    line = serve(Line(preview(1, pets)))
    assert line.said[-1].type == "error" and "pictures" in line.said[-1].fields["message"]
