"""The worker process: answers, trains, obeys, survives bad requests, and ends with its input."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.protocol.framing import Decoder, Message, encode
from graph.project import project_json
from tests.app.training.projects import DIGITS, cnn, project

ROOT = Path(__file__).resolve().parents[3]


class Worker:
    def __init__(self) -> None:
        command = [sys.executable, str(ROOT / "main.py"), "worker"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._messages = self._read()

    def _read(self) -> Iterator[Message]:
        assert self.process.stdout is not None
        decoder = Decoder()
        while data := os.read(self.process.stdout.fileno(), 1 << 16):
            yield from decoder.feed(data)

    def send(self, kind: str, **fields: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(encode(Message(kind, fields)))
        self.process.stdin.flush()

    def until(self, kind: str) -> Message:
        return next(message for message in self._messages if message.type == kind)


@pytest.fixture
def worker() -> Iterator[Worker]:
    started = Worker()
    yield started
    started.process.stdin.close()  # type: ignore[union-attr]
    try:
        assert started.process.wait(timeout=60) == 0
    finally:
        started.process.kill()
        started.process.stdout.close()  # type: ignore[union-attr]


def test_a_session_with_a_worker(worker: Worker, tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    assert worker.until("ready").fields["devices"][0]["id"] == "cpu"
    worker.send("preview", id=1, data=DIGITS, base=None, limit=5)
    assert worker.until("preview").arrays["values/image"].shape == (5, 1, 8, 8)
    worker.send("nonsense", id=2)
    assert worker.until("error").fields["id"] == 2
    worker.send("train", id=3, project=project_json(project(cnn(), device="cuda:99")), base=None, out=out)
    assert "cuda:99" in worker.until("error").fields["message"]
    worker.send("train", id=4, project=project_json(project(cnn())), base=None, out=out, paused=True)
    assert worker.until("paused").fields["step"] == 0
    worker.send("watch", filters=["conv1"], maps={"layers": ["conv2"], "sample": 3}, histograms=True, every=0.1)
    assert worker.until("snapshot").arrays["filters/conv1"].shape == (4, 1, 3, 3)
    worker.send("step")
    assert worker.until("paused").fields["step"] == 1
    worker.send("go")
    assert worker.until("finished").fields["status"] == "completed"
    worker.send("evaluate", id=5, run=out)
    evaluation = worker.until("evaluation")
    assert evaluation.arrays["confusion"].sum() == evaluation.arrays["predictions/true"].size
    worker.send("look", id=6, run=out, layers=["conv1"], sample=0)
    assert {"filters/conv1", "maps/conv1", "input"} <= set(worker.until("snapshot").arrays)


def test_a_worker_whose_input_closes_saves_and_ends(tmp_path: Path) -> None:
    worker = Worker()
    worker.send("train", id=1, project=project_json(project(epochs=100_000)), base=None, out=str(tmp_path / "run"))
    worker.until("epoch")
    assert worker.process.stdin is not None
    assert worker.process.stdout is not None
    worker.process.stdin.close()
    assert worker.process.wait(timeout=60) == 0
    worker.process.stdout.close()
    assert (tmp_path / "run" / "checkpoint.safetensors").is_file()


def test_units_and_reasons_are_told_while_training_and_afterwards(worker: Worker, tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    worker.send("train", id=1, project=project_json(project(cnn())), base=None, out=out, paused=True)
    worker.until("paused")
    worker.send("ranking", id=2, run=out, layer="relu1", part="validation")
    live = worker.until("ranking")
    assert (live.fields["id"], live.fields["step"], live.fields["epoch"]) == (2, 0, 1)
    worker.send("reasons", id=3, run=out, method="grad_cam", layer="conv2", sample=4)
    assert worker.until("reasons").arrays["map"].shape == (8, 8)
    worker.send("exciting", id=4, run=out, layer="gone", units=[0])
    assert "no layer “gone”" in worker.until("error").fields["message"]
    worker.send("go")
    worker.until("finished")
    worker.send("ranking", id=5, run=out, layer="relu1", part="validation")
    saved = worker.until("ranking")
    assert "step" not in saved.fields
    assert (saved.arrays["values"] != live.arrays["values"]).any()
    worker.send("exciting", id=6, run=out, layer="conv2", units=[0, 5], recipe={"steps": 3})
    assert worker.until("exciting").arrays["input"].shape == (2, 1, 8, 8)


def test_a_worker_keeps_to_the_memory_that_its_window_allows(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b,y\n" + "1,2,3\n4,5,6\n" * 50, "utf-8")
    section = {"source": "table", "options": {"path": "table.csv"}}
    worker.send("allow", gigabytes=1e-9)
    worker.send("preview", id=1, data=section, base=str(tmp_path))
    assert "allow data more memory in the preferences" in worker.until("error").fields["message"]
    worker.send("allow", gigabytes=0.0)
    worker.send("preview", id=2, data=section, base=str(tmp_path))
    assert worker.until("preview").fields["info"]["samples"] == 100
