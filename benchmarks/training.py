"""Training through a worker against the ordinary tutorial loop: samples per second, in one run.

The worker is a process of its own whose messages are read and decoded here, as the window does. Its time runs from the
end of one epoch to the end of another, evaluation, logging and messages included. The tutorial loop is a DataLoader
over a TensorDataset, Adam, and ``loss.item()`` at each step; it evaluates nothing, and runs with one thread and with
torch's own number of threads, of which the faster one counts.
Both take turns; of each turn the fastest stretch of about a tenth of a second counts, because whatever else runs on
the machine can only make a stretch slower.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from app.protocol.events import Epoch, Finished, Points
from app.protocol.framing import Decoder, encode
from app.protocol.messages import Message, Refused
from app.protocol.training_messages import Stop, Train
from app.worker.process import NICE
from benchmarks.common import alternate, median_ratio, say

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
SECONDS = 1.5
"""How long each turn lasts, about."""

Layers = list[tuple[str, dict[str, Any]]]
"""Kind and settings of each layer, one after another."""


@dataclass(frozen=True)
class Case:
    """A network, its data, and how long to train it; the speed is that of the fastest ``stretch`` of epochs."""

    name: str
    layers: Layers
    data: dict[str, Any]
    batch: int
    stretch: int
    loss: str


IMAGE = {"shape": {"kind": "image", "sizes": [1, 8, 8]}}
PICTURE = {"shape": {"kind": "image", "sizes": [1, 28, 28]}}
SERIES = {"shape": {"kind": "sequence", "sizes": [50, 1]}}


def cases(folder: Path) -> list[Case]:
    """MLP on digits, LeNet on pictures of 28 x 28, LSTM on windows of a series."""
    pictures = _pictures(folder)
    mlp: Layers = [("input", IMAGE), ("flatten", {}), ("dense", {"units": 32}), ("relu", {}), ("dense", {"units": 10})]
    conv = {"kernel_size": [5, 5]}
    lenet: Layers = [
        ("input", PICTURE),
        ("conv2d", {"filters": 6, **conv, "padding": "same"}),
        ("relu", {}),
        ("max_pool2d", {}),
        ("conv2d", {"filters": 16, **conv, "padding": "valid"}),
        ("relu", {}),
        ("max_pool2d", {}),
        ("flatten", {}),
        ("dense", {"units": 120}),
        ("relu", {}),
        ("dense", {"units": 84}),
        ("relu", {}),
        ("dense", {"units": 10}),
    ]
    lstm: Layers = [("input", SERIES), ("lstm", {"hidden_size": 32}), ("dense", {"units": 1})]
    waves = {"source": "sine", "options": {"window": 50}}
    return [
        Case("training.mlp", mlp, {"source": "digits"}, 32, 10, "cross_entropy"),
        Case("training.lenet", lenet, pictures, 64, 1, "cross_entropy"),
        Case("training.lstm", lstm, waves, 32, 2, "mse"),
    ]


def _pictures(folder: Path) -> dict[str, Any]:
    """Digits enlarged to 28 x 28, as a file of arrays."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    rows = np.arange(28) * 8 // 28
    images = (digits.images[:, rows][:, :, rows] / 16).astype(np.float32)[:, None]
    path = folder / "pictures.npz"
    np.savez(path, x=images, y=digits.target.astype(np.int64))
    return {"source": "arrays", "options": {"path": str(path)}}


def project_of(case: Case) -> dict[str, Any]:
    """The case as the JSON form of a project."""
    layers = [
        (f"layer{number}", kind, settings) for number, (kind, settings) in enumerate([*case.layers, ("output", {})])
    ]
    ids = [id_ for id_, _, _ in layers]
    return {
        "netloom": 1,
        "data": case.data,
        "plan": {"epochs": 100_000, "batch_size": case.batch, "learning_rate": 0.001, "device": "cpu"},
        "network": {
            "layers": [{"id": id_, "kind": kind, "settings": settings} for id_, kind, settings in layers],
            "connections": [f"{first}.out -> {second}.in" for first, second in pairwise(ids)],
        },
    }


class WorkerProcess:
    """A worker, and its messages as they come."""

    def __init__(self) -> None:
        command = [sys.executable, str(ROOT / "main.py"), "worker"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._messages = self._read()

    def _read(self) -> Iterator[Message]:
        assert self._process.stdout is not None
        decoder = Decoder()
        while data := os.read(self._process.stdout.fileno(), 1 << 16):
            for envelope in decoder.feed(data):
                yield envelope.message

    def samples_per_second(self, case: Case, folder: Path) -> float:
        """Train the case once and time it."""
        out = tempfile.mkdtemp(dir=folder) + "/run"
        self._send(Train(project=project_of(case), out=Path(out)))
        begun, steps = time.perf_counter(), 0
        ends: list[tuple[float, int]] = []
        for message in self._messages:
            if isinstance(message, Refused):
                raise SystemExit(message.reason)
            if isinstance(message, Points):
                steps += len(message.step)
            if isinstance(message, Epoch):
                ends.append((time.perf_counter(), steps))
                if enough(begun, ends, case):
                    self._send(Stop())
            if isinstance(message, Finished):
                return fastest(ends, case)
        raise SystemExit("the worker ended")

    def _send(self, message: Message) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(encode(message))
        self._process.stdin.flush()

    def close(self) -> None:
        """End the worker."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def enough(begun: float, ends: Sequence[tuple[float, int]], case: Case) -> bool:
    """Whether a turn that began then has lasted long enough: `SECONDS`, and at least one stretch after a first one."""
    return len(ends) > 2 * case.stretch and time.perf_counter() - begun > SECONDS


def fastest(ends: Sequence[tuple[float, int]], case: Case) -> float:
    """Samples per second of the fastest stretch between ends of epochs: time in seconds and steps so far, each."""
    pairs = zip(ends, ends[case.stretch :], strict=False)
    return max((after[1] - before[1]) * case.batch / (after[0] - before[0]) for before, after in pairs)


def tutorial(case: Case) -> Callable[[int], float]:
    """The ordinary loop on the same network and data; each call, with a number of threads, gives samples per second."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    from app.training.trainable import Model
    from graph.project import parse_project

    model = Model.build(parse_project(project_of(case)))
    arrays = model.prepared.train.arrays
    x, y = (torch.from_numpy(arrays[name]) for name in (model.objective.inputs[0], model.objective.targets[0]))
    criterion = nn.CrossEntropyLoss() if case.loss == "cross_entropy" else nn.MSELoss()

    def run(threads: int) -> float:
        network = Model.build(parse_project(project_of(case))).module
        network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        loader = DataLoader(TensorDataset(x, y), batch_size=case.batch, shuffle=True)
        optimiser = torch.optim.Adam(network.parameters(), lr=0.001)
        torch.set_num_threads(threads)
        begun, steps = time.perf_counter(), 0
        ends: list[tuple[float, int]] = []
        while not enough(begun, ends, case):
            for inputs, targets in loader:
                optimiser.zero_grad()
                loss = criterion(network(inputs), targets)
                loss.backward()
                optimiser.step()
                loss.item()
                steps += 1
            ends.append((time.perf_counter(), steps))
        return fastest(ends, case)

    return run


def main() -> None:
    """Print one line for each case."""
    folder = Path(tempfile.mkdtemp(prefix="netloom-benchmark-"))
    worker = WorkerProcess()
    from app.training.devices import cores  # imports torch, so only after the worker has started

    if hasattr(os, "nice"):
        os.nice(NICE)  # like the worker, so that on a busy machine neither is served before the other
    try:
        for case in cases(folder):
            plain = tutorial(case)
            turns = {"worker": partial(worker.samples_per_second, case, folder)}
            found = alternate(turns | {f"plain{count}": partial(plain, count) for count in {1, cores()}}, ROUNDS)
            best = [max(speeds) for speeds in zip(*(found[name] for name in found if name != "worker"), strict=True)]
            ratio = median_ratio(found["worker"], best)
            say(case.name, ratio, "samples/s through a worker against DataLoader, Adam and loss.item() per step")
    finally:
        worker.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
