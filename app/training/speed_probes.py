"""Measures how fast this machine trains (calibration): small networks, one kind of layer each, forwards and backwards.

Time is that of the processor where that is told finely enough, so that other programs count as little as they can; of
several rounds the fastest counts, because whatever disturbs one only makes it slower.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import torch

from app.protocol.events import Epoch
from app.system.progress import Progress, Steps, done
from app.system.work_folder import work_folder
from app.training import calibration
from app.training.calibration import Calibration, convolution, measured_curves
from app.training.devices import cores
from app.training.fast_paths import DENSE_CHAIN
from app.training.optimisers import build_optimiser
from app.training.plan import Plan
from app.training.trainable import data_of
from app.training.trainer import train
from app.training.training_memory import training_of
from app.training.training_session import begin
from app.training.weights import Weights
from graph.build.compile import compile_network
from graph.changes import Section
from graph.checking.check import Checker
from graph.document import Document
from graph.layers.activation import Relu, Tanh
from graph.layers.base import Layer, elements
from graph.layers.channels import Slice
from graph.layers.convolution import Conv2d
from graph.layers.dense import Dense
from graph.layers.io import Input, Output
from graph.layers.normalisation import BatchNorm, Dropout
from graph.layers.pooling import MaxPool2d
from graph.layers.recurrent import Embedding, Gru, Lstm, Rnn
from graph.layers.training_needs import Work
from graph.modules import pooling_fast, recurrent
from graph.network import Connection, Network
from graph.project import Project
from graph.shapes import Kind, Shape, image, sequence, tokens, vector

WHAT = "Measuring how fast this machine trains"
PIECE, ROUNDS = 0.004, 5
"""Seconds of a round, at least, and how many there are."""
BATCH = 32
STEPS = 20
"""Steps in time of the recurrent networks."""
LEAST = 1e-7
"""Seconds that anything takes at least."""
SAMPLES = (100, 2_000)
"""Samples of the two trainings whose difference tells steps from epochs."""
EPOCHS = 7

_FINE = time.get_clock_info("process_time").resolution < 1e-4
clock: Callable[[], float] = time.process_time if _FINE else time.perf_counter
"""Seconds; on Windows processor time comes in pieces too large for this."""


@dataclass(frozen=True)
class Probe:
    """A network whose time, less that of the same with ``fewer`` layers, is that of ``calls`` calls of a kind."""

    curve: str
    shape: Shape
    more: tuple[Layer, ...]
    fewer: tuple[Layer, ...] | None
    size: float
    calls: int = 1
    batch: int = BATCH


def probes() -> list[Probe]:
    """What is measured, the smallest of each kind first."""
    return [*_of_values(), *_of_pictures(), *_of_sums(), *_of_sequences()]


def _repeated(curve: str, shape: Shape, layer: Layer, size: float, batch: int = BATCH, calls: int = 1) -> Probe:
    """A layer that gives what it takes, three in a row against one."""
    return Probe(curve, shape, (layer,) * 3, (layer,), size, 2 * calls, batch)


def _of_values() -> Iterator[Probe]:
    yield Probe(Work.VIEW, vector(8), (Slice(count=8),) * 9, (Slice(count=8),), 1, 8)
    for features in (8, 256, 4096, 65_536):
        yield _repeated(Work.VALUES, vector(features), Relu(), 2 * features * BATCH)
    for features in (8, 256, 4096, 32_768):
        yield _repeated(Work.EXPONENTIAL, vector(features), Tanh(), 2 * features * BATCH)
    for features in (8, 256, 4096, 32_768):
        yield _repeated(Work.CHANCE, vector(features), Dropout(), 2 * features * BATCH)


def _of_pictures() -> Iterator[Probe]:
    for side in (4, 16, 48):
        shape = image(16, side, side)
        yield _repeated(Work.NORMALISATION, shape, BatchNorm(), 2 * elements(shape) * BATCH)
    for side in (8, 32, 64):
        shape, pool = image(16, side, side), MaxPool2d()
        size = elements(shape) + elements(pool.output(shape))
        yield Probe(Work.POOLING, shape, (Relu(), pool), (Relu(),), size * BATCH)
    for channels, filters, sides in ((1, 16, (8, 28, 64)), (16, 16, (4, 8, 28)), (64, 64, (4, 8, 28))):
        for side in sides:
            shape, conv = image(channels, side, side), Conv2d(filters=filters)
            batch = BATCH if channels < 64 else BATCH // 2
            size = conv.flops({"in": shape}, {"out": conv.output(shape)}) * batch
            yield Probe(convolution(channels), shape, (Relu(), conv), (Relu(),), size, 1, batch)


def _of_sums() -> Iterator[Probe]:
    for features in (8, 64, 256, 1024):
        dense = Dense(units=features)
        yield _repeated(Work.MATRIX, vector(features), dense, _operations(dense, vector(features)) * BATCH)
    for length in (8, 64, 512):
        table = Embedding(vocabulary=64, size=16)
        yield Probe(Work.LOOKUP, tokens(length), (table,), None, 17 * length * BATCH)


def _of_sequences() -> Iterator[Probe]:
    for curve, kind in ((Work.RNN, Rnn), (Work.GRU, Gru), (Work.LSTM, Lstm)):
        for hidden in (8, 32, 128):
            shape, layer = sequence(STEPS, hidden), kind(hidden_size=hidden, output_mode="sequence")
            size = _operations(layer, shape) / STEPS * BATCH
            yield _repeated(curve, shape, layer, size, calls=STEPS)


def _operations(layer: Layer, shape: Shape) -> int:
    return layer.flops({"in": shape}, layer.infer({"in": shape}))


# Measuring


def calibrate() -> Calibration:
    """Measure this machine, by whoever runs long work here, and keep it.

    Raises
    ------
    NetloomError
        if the home folder cannot be written.
    """
    found = done("calibration", calibration_steps)
    calibration.keep(found)
    return found


def calibration_steps() -> Steps[Calibration]:
    """The measurement, in steps of some 50 ms; random numbers and threads are as they were in between."""
    listed, curves = probes(), dict[str, list[tuple[float, float]]]()
    whole = len(listed) + len(WEIGHTS_MEASURED) + 1 + (len(SAMPLES) + 1) * EPOCHS
    counted = itertools.count()

    def progress() -> Progress:
        return Progress(WHAT, next(counted), whole, kept=False)

    for probe in listed:
        yield progress()
        curves.setdefault(str(probe.curve), []).append((probe.size, _alone(partial(seconds_of, probe))))
    for count in WEIGHTS_MEASURED:
        yield progress()
        curves.setdefault(calibration.WEIGHTS, []).append((count, _alone(partial(_of_weights, count))))
    yield progress()
    speedup = _speedup()
    first = Calibration(
        calibration.machine(), measured_curves(curves), 0.0, 0.0, speedup=speedup, cuda=torch.cuda.is_available()
    )
    epochs = list[float]()
    for samples in SAMPLES:
        epochs.append((yield from _epochs(samples, progress, ())))
    chained = yield from _epochs(SAMPLES[-1], progress, (DENSE_CHAIN,))
    return _completed(first, epochs, chained)


WEIGHTS_MEASURED = (1_000, 100_000, 2_000_000)
"""Numbers of weights that are changed by an optimiser."""


def _alone(work: Callable[[], float]) -> float:
    """Do something with one thread, and leave threads and random numbers as they were."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=()):
            return work()
    finally:
        torch.set_num_threads(threads)


def seconds_of(probe: Probe) -> float:
    """Seconds of a call of its kind, forwards and backwards."""
    more = fastest(step_of(drawn(probe.shape, probe.more), probe.shape, probe.batch))
    fewer = 0.0
    if probe.fewer is not None:
        fewer = fastest(step_of(drawn(probe.shape, probe.fewer), probe.shape, probe.batch))
    return max((more - fewer) / probe.calls, LEAST)


def drawn(shape: Shape, layers: tuple[Layer, ...]) -> Network:
    """Layers one after another between an input and an output."""
    document = Document()
    with document.transaction("Draw"):
        ids = [document.add(each, (0.0, 0.0)) for each in (Input(shape=shape), *layers, Output())]
        for source, target in itertools.pairwise(ids):
            document.connect(Connection(source, "out", target, "in"))
    return document.network


def step_of(network: Network, shape: Shape, batch: int) -> Callable[[], object]:
    """What goes forwards and backwards through a network once, as in training."""
    module = compile_network(network).module
    recurrent.quicken(module)
    pooling_fast.quicken(module)
    sizes = (batch, *(size or 1 for size in shape.sizes))
    values = torch.randint(0, 64, sizes) if shape.kind is Kind.TOKENS else torch.randn(sizes)
    if shape.kind is Kind.IMAGE:
        module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        values = values.contiguous(memory_format=torch.channels_last)
    if values.is_floating_point():
        values.requires_grad_()
    gradient = torch.ones_like(module(values))

    def step() -> None:
        module(values).backward(gradient)

    return step


def fastest(step: Callable[[], object]) -> float:
    """Seconds of a step in the fastest of some rounds."""
    step()
    begun = clock()
    step()
    count = max(1, min(1_000, math.ceil(PIECE / max(clock() - begun, LEAST))))
    return min(_round(step, count, clock) for _ in range(ROUNDS))


def _round(step: Callable[[], object], count: int, now: Callable[[], float]) -> float:
    begun = now()
    for _ in range(count):
        step()
    return (now() - begun) / count


def _of_weights(count: int) -> float:
    """Seconds of what is done with so many weights at a step."""
    weights = Weights(torch.nn.Linear(count, 1, bias=False))
    optimiser = build_optimiser(Plan(), weights)

    def step() -> None:
        weights.clear_gradients()
        weights.squared_norm().item()
        optimiser.step(1e-3)

    return max(fastest(step), LEAST)


def _speedup() -> float:
    """How many times faster all cores together are than one at a large convolution."""
    threads, available = torch.get_num_threads(), cores()
    if available < 2:
        return 1.0
    shape = image(16, 28, 28)
    found = list[float]()
    try:
        with torch.random.fork_rng(devices=()):
            step = step_of(drawn(shape, (Conv2d(filters=64), Conv2d(filters=64))), shape, 2 * BATCH)
            for count in (1, available):
                torch.set_num_threads(count)
                step()
                found.append(min(_round(step, 1, time.perf_counter) for _ in range(ROUNDS)))
    finally:
        torch.set_num_threads(threads)
    return max(1.0, found[0] / found[1])


# Steps and epochs


def small_project(samples: int) -> Project:
    """A small network on points in the plane, whose layers cost next to nothing."""
    network = drawn(vector(2), (Dense(units=8), Relu(), Dense(units=2)))
    sections: dict[str, Section] = {
        "data": {"source": "spirals", "options": {"samples": samples}},
        "plan": {"epochs": EPOCHS, "batch_size": BATCH, "device": "cpu", "threads": 1},
    }
    return Project(network, sections)


def _epochs(samples: int, progress: Callable[[], Progress], paths: tuple[str, ...]) -> Steps[float]:
    """Seconds of the fastest epoch but the first of a whole training, by these fast paths."""
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    found = list[float]()
    try:
        with (
            work_folder() as folder,
            closing(train(begin(small_project(samples), out=folder / "run", paths=paths))) as events,
        ):
            begun = clock()
            for event in events:
                if isinstance(event, Epoch):
                    found.append(clock() - begun)
                    yield progress()
                    begun = clock()
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(state)
    return min(found[1:])


def _completed(first: Calibration, epochs: list[float], chained: float) -> Calibration:
    """The calibration with what steps and epochs take beside the layers, and what is left of calls in a chain."""
    counts, layers, calls = [], [], 0.0
    for samples in SAMPLES:
        steps, seconds, calls = _steps_and_layers(small_project(samples), first)
        counts.append(steps)
        layers.append(seconds)
    alone = [measured - known for measured, known in zip(epochs, layers, strict=True)]
    step = max((alone[1] - alone[0]) / (counts[1] - counts[0]), LEAST)
    epoch = max(alone[0] - counts[0] * step, LEAST)
    spared = (epochs[1] - chained) / counts[1]
    return replace(first, step=step, epoch=epoch, chain=min(1.0, max(0.0, 1 - spared / calls)))


def _steps_and_layers(project: Project, known: Calibration) -> tuple[int, float, float]:
    """The steps of an epoch, the seconds of its layers by what is known of them, and those of calls in a step."""
    checker = Checker(Document(project.network, project.sections))
    choice, plan = data_of(project), Plan.of(project)
    training = training_of(checker, plan, choice, choice.info())
    checker.close()
    assert training is not None
    seconds = calibration.epoch_seconds_of(training, known)  # in which no call is spared yet
    assert seconds is not None
    calls = calibration.spared_by_chain(training, replace(known, chain=0.0))
    return math.ceil(training.sizes[0] / training.batch), seconds, calls
