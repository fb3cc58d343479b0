"""Profile of a training step, layer by layer: seconds forward and backward, and bytes kept for the backward pass.

Each layer is run on the values that arrive at it for the first batch of a training, apart from the others, and its
median is told. Blocks count as one layer.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx, nn

from app.system.progress import Progress, Steps
from app.training.batches import Batch
from app.training.devices import random_state, thread_count
from app.training.learner import apart, learned_weights, ready_model, stepper_of
from app.training.optimisers import build_optimiser
from app.training.plan import BY_LOSS, Plan
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.project import Project

REPETITIONS = 9
"""Times that each layer is measured, after one time that is not counted."""
LOSS = "loss"
"""What the row of the loss is called."""

Values = tuple[Any, ...]
"""What arrives at a layer, or leaves it: tensors, or tuples of them."""


@dataclass(frozen=True)
class LayerTime:
    """Seconds of one layer for a batch, forward and backward, and bytes of what it keeps between them."""

    id: str
    kind: str
    forward: float
    backward: float
    kept: int

    @property
    def seconds(self) -> float:
        """Both directions."""
        return self.forward + self.backward


@dataclass(frozen=True)
class Profile:
    """Layers in the order in which they run, the loss last.

    ``step`` are the seconds of a whole training step with its optimiser. ``kept`` are the bytes that all layers keep,
    those that two of them share counted once. ``batch`` is the number of samples.
    """

    layers: tuple[LayerTime, ...]
    step: float
    kept: int
    batch: int
    device: str
    threads: int

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, times in seconds."""
        return {**vars(self), "layers": [vars(layer) for layer in self.layers]}


def profile_steps(project: Project, base: Path | None = None, repetitions: int = REPETITIONS) -> Steps[Profile]:
    """Make a project ready and measure its layers one after another, between which the work can be left.

    Raises
    ------
    NetloomError
        if the project cannot be trained as it is, or its step is no pass of one network.
    """
    plan = Plan.of(project)
    if plan.objective not in BY_LOSS:
        raise NetloomError("A GAN trains two networks in turn, so there is no single step to profile.")
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        model = ready_model(project, base)
        return _measured(model, random_state(model.device), repetitions)


def _measured(model: Model, random: dict[str, Tensor], repetitions: int) -> Steps[Profile]:
    threads = thread_count(model.plan.threads, model.operations)
    weights = learned_weights(model)
    stepper = stepper_of(model, weights, build_optimiser(model.plan, weights, model.objective.groups))
    batch = next(model.feed(model.prepared.train).epoch(model.plan.seed, 0, model.plan.batch_size))
    model.module.train()
    with apart(random, model.device, threads):
        kept = _kept_by(lambda: model.loss(batch), model.module)[1]
        pieces = _Pieces(model, batch, repetitions)
    found: list[LayerTime] = []
    for id_, nodes in pieces.layers:
        with apart(random, model.device, threads):
            found.append(pieces.layer(id_, nodes))
        yield Progress("Profiling", len(found), len(pieces.layers) + 1, "layers", kept=False)
    with apart(random, model.device, threads):
        found.append(pieces.loss(batch))
        step = _Clock(model.device)
        for _ in range(repetitions + 1):
            with step.running():
                stepper.step(batch, model.plan.learning_rate)
    return Profile(tuple(found), step.median, kept, batch.size, str(model.device), threads)


class _Pieces:
    """The layers of a network, each as a module of its own, with the values of one batch between them.

    ``layers`` are those with something to run, in its order, each with its nodes in the graph.
    """

    def __init__(self, model: Model, batch: Batch, repetitions: int) -> None:
        self._model, self._repetitions = model, repetitions
        graph = model.compiled.module.graph
        inputs = model.objective.forward_inputs(batch.inputs, model.forward)
        places = (node for node in graph.nodes if node.op == "placeholder")
        self._values: dict[fx.Node, Any] = dict(zip(places, inputs, strict=True))
        inner = [node for node in graph.nodes if node.op not in ("placeholder", "output")]
        self.layers = [(str(id_), list(nodes)) for id_, nodes in groupby(inner, lambda node: node.meta["layer"])]
        [self._last] = (node for node in graph.nodes if node.op == "output")

    def layer(self, id_: str, nodes: Sequence[fx.Node]) -> LayerTime:
        """Measure one layer, whose values are then there for those behind it."""
        arriving = list(dict.fromkeys(each for node in nodes for each in node.all_input_nodes if each not in nodes))
        leaving = [node for node in nodes if any(user not in nodes for user in node.users)]
        piece = _piece(self._model.compiled.module, arriving, nodes, leaving)
        values, time = self._time(
            lambda: tuple(_leaf(self._values[node]) for node in arriving),
            lambda leaves: self._model.run(piece, leaves),
            [weight for weight in piece.parameters() if weight.requires_grad],
        )
        self._values |= dict(zip(leaving, values, strict=True))
        return LayerTime(id_, self._model.project.network.layer(id_).title, *time)

    def loss(self, batch: Batch) -> LayerTime:
        """Measure the loss of the network's outputs."""
        _, time = self._time(
            lambda: tuple(_leaf(self._values[node], always=True) for node in self._last.all_input_nodes),
            lambda outputs: self._model.loss_of(outputs[0] if len(outputs) == 1 else outputs, batch),
            [],
        )
        return LayerTime(LOSS, "", *time)

    def _time(
        self, begin: Callable[[], Values], run: Callable[[Values], Any], learned: Sequence[Tensor]
    ) -> tuple[Any, tuple[float, float, int]]:
        """What ``run`` makes of the values that ``begin`` gives; seconds forward and backward, and bytes kept."""
        made, kept = _kept_by(lambda: run(begin()), self._model.module)
        forward, backward = _Clock(self._model.device), _Clock(self._model.device)
        for _ in range(self._repetitions + 1):
            leaves = begin()
            with forward.running():
                made = run(leaves)
            last = [value for value in _tensors(made) if value.requires_grad]
            wanted = [*(leaf for leaf in _tensors(leaves) if leaf.requires_grad), *learned]
            slopes = [torch.ones_like(value) for value in last]
            if last and wanted:
                with backward.running():
                    torch.autograd.grad(last, wanted, slopes, allow_unused=True)
        return made, (forward.median, backward.median, kept)


def _piece(
    whole: fx.GraphModule, arriving: Sequence[fx.Node], nodes: Sequence[fx.Node], leaving: Sequence[fx.Node]
) -> fx.GraphModule:
    """Some nodes of a network as a module that takes the values of others and gives a tuple."""
    graph = fx.Graph()
    copies = {node: graph.placeholder(node.name) for node in arriving}
    for node in nodes:
        copies[node] = graph.node_copy(node, lambda each: copies[each])
    graph.output(tuple(copies[node] for node in leaving))
    return fx.GraphModule(whole, graph)


class _Clock:
    """Times of a computation, those of a graphics card waited for."""

    def __init__(self, device: torch.device) -> None:
        self._device, self._times = device, list[float]()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure what is done within."""
        self._wait()
        begun = time.perf_counter()
        yield
        self._wait()
        self._times.append(time.perf_counter() - begun)

    @property
    def median(self) -> float:
        """The median of all times but the first, which warms up; 0 where nothing was measured."""
        return statistics.median(self._times[1:]) if self._times[1:] else 0.0

    def _wait(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)


def _kept_by(run: Callable[[], Any], module: nn.Module) -> tuple[Any, int]:
    """What a computation gives, and the bytes that it keeps for its backward pass beside weights and buffers."""
    own = {each.untyped_storage().data_ptr() for each in (*module.parameters(), *module.buffers())}
    held: dict[int, int] = {}

    def pack(saved: Tensor) -> Tensor:
        storage, at = saved.untyped_storage(), saved.data_ptr()
        if storage.data_ptr() not in own:  # of a batch that was cut out of an epoch, its own part counts
            held[at] = max(held.get(at, 0), min(saved.nbytes, storage.nbytes()))
        return saved

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
        made = run()
    return made, sum(held.values())


def _leaf(value: Any, *, always: bool = False) -> Any:
    """A value as the beginning of a computation, which takes a gradient where the network passes one on there."""
    if isinstance(value, tuple):
        return tuple(_leaf(each, always=always) for each in value)
    if not isinstance(value, Tensor):
        return value
    return value.detach().requires_grad_(value.is_floating_point() and (always or value.requires_grad))


def _tensors(value: Any) -> list[Tensor]:
    """All tensors in a value, which may be a tuple of others."""
    if isinstance(value, tuple):
        return [tensor for each in value for tensor in _tensors(each)]
    return [value] if isinstance(value, Tensor) else []
