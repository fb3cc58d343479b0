"""Running a network as far as some layer, with gradients or without, and reading what its units say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, fx, nn

from app.data.dataset import Array, FieldInfo
from app.data.prepare import Part
from app.insight.layer_arrays import sample_of
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.layers.window_rule import ReceptiveField
from graph.shapes import Kind, Shape

RECTIFIERS = (nn.ReLU, nn.ReLU6)

_PARTS: WeakKeyDictionary[Model, dict[str, fx.GraphModule]] = WeakKeyDictionary()
"""Parts of networks that were cut out before, by what they give: work in pieces needs them again."""


@dataclass(frozen=True)
class ProbedLayer:
    """A layer whose units are looked at: what it gives, and how far its places see.

    ``reach`` is None where each unit sees the whole input.
    """

    id: str
    shape: Shape
    reach: ReceptiveField | None

    @property
    def units(self) -> int:
        """How many units it has: neurons of a vector, features of a sequence, maps of a picture."""
        return self.shape.features

    @property
    def places(self) -> bool:
        """Whether each unit answers at many places."""
        return self.shape.kind is not Kind.VECTOR


def layer_of(model: Model, id_: str) -> ProbedLayer:
    """The layer called ``id_``.

    Raises
    ------
    NetloomError
        if the network has no such layer, or it has no units.
    """
    facts = model.compiled.layer_info.get(id_)
    if facts is None or not facts.outputs:
        raise NetloomError(f"The network that was trained has no layer “{id_}” in use; choose another layer.")
    shape = next(iter(facts.outputs.values()))
    if shape.kind is Kind.TOKENS:
        raise NetloomError(f"{id_} gives whole numbers for words, so it has no units; choose a layer behind it.")
    return ProbedLayer(id_, shape, facts.receptive_field)


def check_units(layer: ProbedLayer, units: Sequence[int]) -> None:
    """Make sure that there are such units.

    Raises
    ------
    NetloomError
        if one is none of the layer's.
    """
    if not units or min(units) < 0 or max(units) >= layer.units:
        raise NetloomError(f"{layer.id} has units 1 to {layer.units:,}; choose one of them.")


def by_unit(values: Tensor, kind: Kind) -> Tensor:
    """What a layer gives (n, *sizes) as (n, units, places); a neuron has one place."""
    match kind:
        case Kind.SEQUENCE:
            return values.transpose(1, 2)
        case Kind.VIDEO:
            return values.transpose(1, 2).flatten(2)
        case Kind.IMAGE:
            return values.flatten(2)
        case _:
            return values.unsqueeze(2)


def up_to(model: Model, layer: str, *, before_rectifier: bool = False) -> fx.GraphModule:
    """The part of the network that leads to ``layer``: a module that gives the layer's values (n, *sizes).

    Submodules are those of the network, so it follows their weights. ``before_rectifier`` gives, for a ReLU, what
    arrives at it: its maximum lies at the same input, and climbing there needs no start that is active already.

    Raises
    ------
    NetloomError
        if the layer makes nothing of its own.
    """
    whole = model.compiled.module
    node = _node_of(whole, layer)
    if before_rectifier and _rectifies(whole, node):
        node = node.all_input_nodes[0]
    return _part(model, node)


def answering(model: Model) -> fx.GraphModule:
    """The network as a module that gives its answers, through whose every layer gradients pass."""
    return _part(model, _answers(model.compiled.module))


def part_to(model: Model, layers: Sequence[str]) -> fx.GraphModule:
    """The part of the network that leads to all of ``layers``: a module that gives a tuple of their values.

    Raises
    ------
    NetloomError
        if a layer makes nothing of its own.
    """
    return _part(model, tuple(_node_of(model.compiled.module, layer) for layer in layers))


def with_answers(model: Model, layer: str) -> fx.GraphModule:
    """The network as a module that gives the values of ``layer`` and the answers, as ``(values, answers)``."""
    whole = model.compiled.module
    return _cut(whole, (_node_of(whole, layer), _answers(whole)))


def _part(model: Model, wanted: fx.node.Argument) -> fx.GraphModule:
    """The network with ``wanted`` as its result, cut out once."""
    parts, key = _PARTS.setdefault(model, {}), str(wanted)
    if key not in parts:
        parts[key] = _cut(model.compiled.module, wanted)
    return parts[key]


def _answers(module: fx.GraphModule) -> fx.node.Argument:
    """What a network hands out at its end."""
    answers: fx.node.Argument = next(node for node in module.graph.nodes if node.op == "output").args[0]
    return answers


def _node_of(module: fx.GraphModule, layer: str) -> fx.Node:
    node: fx.Node
    for node in module.graph.nodes:
        if node.op == "placeholder" and node.target == layer:
            return node
        if node.meta.get("layer") == layer and "port" in node.meta:
            return node
    raise NetloomError(f"{layer} hands on what it gets and has no units of its own; choose another layer.")


def _rectifies(module: fx.GraphModule, node: fx.Node) -> bool:
    if node.op == "call_module":
        return isinstance(module.get_submodule(str(node.target)), RECTIFIERS)
    return node.target in (torch.relu, torch.nn.functional.relu)


def _cut(module: fx.GraphModule, wanted: fx.node.Argument) -> fx.GraphModule:
    """The module with ``wanted`` as its result, and only what leads there."""
    needed: set[fx.Node] = set()
    waiting: list[fx.Node] = []
    fx.map_arg(wanted, waiting.append)
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += node.all_input_nodes
    graph, copies = fx.Graph(), dict[fx.Node, fx.Node]()
    for node in module.graph.nodes:
        if node in needed and node.op == "call_method" and node.target == "detach":
            copies[node] = copies[node.all_input_nodes[0]]  # it keeps layers from learning, not from being looked into
        elif node in needed or node.op == "placeholder":
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(fx.map_arg(wanted, copies.__getitem__))
    return fx.GraphModule(module, graph)


@contextmanager
def differentiating(model: Model) -> Iterator[None]:
    """Gradients, but the network as it is when it is used: dropout off, running means; afterwards as before."""
    mode = model.module.training
    model.module.eval()
    try:
        # CUDA's own recurrent layers have no backward pass outside training.
        with torch.enable_grad(), torch.backends.cudnn.flags(enabled=model.device.type != "cuda"):
            yield
    finally:
        model.module.train(mode)


@dataclass(frozen=True, eq=False)
class InputSource:
    """The input that is looked at or changed: a field of the data, which one input layer reads, or several.

    ``others`` are the tensors (1, *sizes) of all inputs; those of the field itself are replaced by `inputs`.
    """

    field: FieldInfo
    others: tuple[Tensor, ...]
    mine: tuple[bool, ...]

    def inputs(self, values: Tensor) -> tuple[Tensor, ...]:
        """The module's arguments for values (n, *sizes) of the field."""
        pairs = zip(self.others, self.mine, strict=True)
        return tuple(values if mine else other.expand(len(values), *(-1,) * (other.dim() - 1)) for other, mine in pairs)

    @property
    def values(self) -> Tensor:
        """The sample's own values (1, *sizes), as the network reads them."""
        return self.others[self.mine.index(True)].detach()


def source_of(model: Model, position: int | None = None) -> InputSource:
    """The first input that holds numbers, with the sample at ``position`` (without one: the first of training).

    Raises
    ------
    NetloomError
        if the network reads only words.
    """
    at = int(model.prepared.train.indices[0]) if position is None else position
    batch = sample_of(model, at)
    names = model.objective.inputs
    floating = [name for name, values in zip(names, batch.inputs, strict=True) if values.is_floating_point()]
    if not floating:
        raise NetloomError("This network reads words, not numbers; between two words there is nothing to follow.")
    field = model.prepared.dataset.field_named(floating[0]).info
    return InputSource(field, batch.inputs, tuple(name == floating[0] for name in names))


def numbers(values: Tensor) -> Array:
    """A tensor as a float32 array in C order."""
    array: Array = values.detach().float().cpu().contiguous().numpy()
    return array


def cut_of(part: Part, start: int, stop: int) -> Part:
    """Samples ``start`` to ``stop`` of a part, without copying them."""
    where = slice(start, stop)
    return Part({name: values[where] for name, values in part.arrays.items()}, part.indices[where])


Progress = Callable[[], bool]
"""Says whether there is time for more."""


def until(seconds: float) -> Progress:
    """Says yes until ``seconds`` have passed, so that whoever waits for the worker waits no longer."""
    import time

    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() < end
