"""Training through a worker against the ordinary tutorial loop: samples per second, in one run.

The worker is a process of its own whose messages are read and decoded here, as the window does. Its time runs from the
end of one epoch to the end of another, evaluation, logging and messages included. It is timed with the fast paths that
it chooses, and as ``train --reference`` with PyTorch's own modules alone. The tutorial loop is a DataLoader over a
TensorDataset, the same network of PyTorch's own modules, Adam, and ``loss.item()`` at each step; it evaluates nothing,
and runs with one thread and with torch's own number of threads, of which the faster one counts.
All take turns; of each turn the fastest stretch of about a tenth of a second counts, because whatever else runs on
the machine can only make a stretch slower.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
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
from app.system.own_command import netloom_command
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
COLOURS = {"shape": {"kind": "image", "sizes": [3, 32, 32]}}
SERIES = {"shape": {"kind": "sequence", "sizes": [50, 1]}}


def cases(folder: Path) -> list[Case]:
    """MLP on digits, LeNet on pictures of 28 x 28, CNN on colours of 32 x 32, LSTM and GRU on windows of a series."""
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
    cnn: Layers = [("input", COLOURS)]
    for filters in (16, 32, 64):
        cnn += [("conv2d", {"filters": filters, "padding": "same"}), ("relu", {}), ("max_pool2d", {})]
    cnn += [("flatten", {}), ("dense", {"units": 10})]
    lstm: Layers = [("input", SERIES), ("lstm", {"hidden_size": 32}), ("dense", {"units": 1})]
    gru: Layers = [("input", SERIES), ("gru", {"hidden_size": 32}), ("dense", {"units": 1})]
    waves = {"source": "sine", "options": {"window": 50}}
    return [
        Case("training.mlp", mlp, {"source": "digits"}, 32, 10, "cross_entropy"),
        Case("training.lenet", lenet, _pictures(folder, 28, 1), 64, 1, "cross_entropy"),
        Case("training.cnn", cnn, _pictures(folder, 32, 3), 64, 1, "cross_entropy"),
        Case("training.lstm", lstm, waves, 64, 4, "mse"),
        Case("training.gru", gru, waves, 64, 4, "mse"),
    ]


def _pictures(folder: Path, size: int, channels: int) -> dict[str, Any]:
    """Digits enlarged to ``size`` x ``size``, in as many equal channels, as a file of arrays."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    rows = np.arange(size) * 8 // size
    images = (digits.images[:, rows][:, :, rows] / 16).astype(np.float32)[:, None].repeat(channels, 1)
    path = folder / f"pictures{size}.npz"
    np.savez(path, x=images, y=digits.target.astype(np.int64))
    return {"source": "arrays", "options": {"path": str(path), "layout": "channels_first"}}


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
        self._process = subprocess.Popen(
            netloom_command("worker"),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._messages = self._read()

    def _read(self) -> Iterator[Message]:
        assert self._process.stdout is not None
        decoder = Decoder()
        while data := os.read(self._process.stdout.fileno(), 1 << 16):
            for envelope in decoder.feed(data):
                yield envelope.message

    def samples_per_second(self, case: Case, folder: Path, reference: bool = False) -> float:
        """Train the case once and time it."""
        out = tempfile.mkdtemp(dir=folder) + "/run"
        self._send(Train(project=project_of(case), out=Path(out), reference=reference))
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
    from graph.build.compile import compile_network
    from graph.project import parse_project

    project = parse_project(project_of(case))
    model = Model.build(project, paths=())
    arrays = model.prepared.train.arrays
    x, y = (torch.from_numpy(arrays[name]) for name in (model.objective.inputs[0], model.objective.targets[0]))
    criterion = nn.CrossEntropyLoss() if case.loss == "cross_entropy" else nn.MSELoss()

    def run(threads: int) -> float:
        network = compile_network(project.network).module
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
    """Print two lines for each case; ``--only NAME`` measures one."""
    parser = argparse.ArgumentParser(description="Training through a worker against the ordinary loop.")
    parser.add_argument("--only", default="", help="a case, such as gru")
    only = parser.parse_args().only
    folder = Path(tempfile.mkdtemp(prefix="netloom-benchmark-"))
    worker = WorkerProcess()
    from app.training.devices import cores  # imports torch, so only after the worker has started

    if hasattr(os, "nice"):
        os.nice(NICE)  # like the worker, so that on a busy machine neither is served before the other
    try:
        for case in (case for case in cases(folder) if only in case.name):
            plain = tutorial(case)
            turns = {
                "worker": partial(worker.samples_per_second, case, folder),
                "reference": partial(worker.samples_per_second, case, folder, reference=True),
            }
            found = alternate(turns | {f"plain{count}": partial(plain, count) for count in {1, cores()}}, ROUNDS)
            best = [max(speeds) for speeds in zip(*(found[name] for name in found if name not in turns), strict=True)]
            for name, how in (("worker", "a worker"), ("reference", "a worker with PyTorch's own modules alone")):
                ratio = median_ratio(found[name], best)
                say(case.name, ratio, f"samples/s through {how} against DataLoader, Adam and loss.item() per step")
    finally:
        worker.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
