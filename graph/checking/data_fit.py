"""Checks of a network's inputs and outputs against the chosen data, with repairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph.checking.ctc_outputs import is_transcript, offer_transcript, transcript_problems
from graph.checking.fixes import Fix, Insert, Replace
from graph.checking.layer_info import DataSpec, Problem, Severity
from graph.checking.lost_steps import hands_on, steps_for_target
from graph.layers import usual_layers
from graph.layers.base import Layer
from graph.layers.io import Input, Output
from graph.network import Network, Node
from graph.open_length import OpenLength, agree, apart
from graph.shapes import TIMED, Kind, Shape, sequence


def input_problems(node: Node, layer: Input, spec: DataSpec) -> tuple[Problem, ...]:
    """An input must read a field that the data has, with the field's shape."""
    name = layer.field or spec.default_input
    if name not in spec.inputs:
        return (_unknown(node, name, spec.inputs, Fix("Read the data set's own input", _set(node, field=""))),)
    offered = spec.inputs[name]
    if fits(layer.shape, offered):
        return ()
    fix = Fix(f"Set the input to {offered.described()}", _set(node, shape=offered))
    message = f"{node.id} is set to {layer.shape.described()}, but the data brings {offered.described()}."
    return (Problem(Severity.ERROR, node.id, None, message, (fix,)),)


def with_open_length(node: Node, outputs: dict[str, Shape], spec: DataSpec | None) -> dict[str, Shape]:
    """``outputs``; an open time of an input is the field's that it reads, or its own where no field is known."""
    if not isinstance(node.layer, Input) or node.layer.shape.kind not in TIMED or node.layer.shape.time is not None:
        return outputs
    field = node.layer.field or (spec.default_input if spec else "")
    offered = spec.inputs.get(field) if spec else None
    length = OpenLength.starting(field or f"the input {node.id}", offered.time if offered else None)
    return {port: shape.with_length(length) for port, shape in outputs.items()}


def output_problems(network: Network, node: Node, layer: Output, arrives: Shape, spec: DataSpec) -> tuple[Problem, ...]:
    """What reaches an output must have the shape that its target asks for."""
    name = layer.target or spec.default_target
    targets = {**spec.inputs, **spec.targets}
    if name not in targets:
        return (_unknown(node, name, targets, Fix("Predict the data set's own target", _set(node, target=""))),)
    wanted = targets[name]
    if is_transcript(layer, spec):
        return transcript_problems(network, node, arrives, name, wanted, spec)
    if fits_target(arrives, wanted, binary=name in spec.binary):
        return ()
    fixes = (*offer_transcript(node, arrives, name, wanted, spec), *_output_fixes(network, node, arrives, wanted))
    message = f"{node.id}: the data asks for {wanted.described()}, but {arrives.described()} arrives."
    if note := apart((arrives.length, wanted.length)):
        message += f" {note}"
    return (Problem(Severity.ERROR, node.id, "in", message, fixes),)


def fits_target(arrives: Shape, wanted: Shape, *, binary: bool) -> bool:
    """Whether what reaches an output has the shape of its target; one value is enough for two classes (``binary``)."""
    return fits(arrives, wanted) or (binary and arrives.sizes == (1,))


def fits(shape: Shape, wanted: Shape) -> bool:
    """Equal shapes, an open time fitting what it is with the chosen data, an unknown one any."""
    return shape.kind is wanted.kind and sizes_fit(shape.sizes, wanted.sizes) and agree((shape.length, wanted.length))


def sizes_fit(sizes: Sequence[int | None], wanted: Sequence[int | None]) -> bool:
    """Equal sizes, an unknown one fitting any."""
    pairs = zip(sizes, wanted, strict=False)
    return len(sizes) == len(wanted) and all(None in pair or pair[0] == pair[1] for pair in pairs)


def _set(node: Node, **values: object) -> tuple[Replace]:
    return (Replace(node.id, node.layer.changed(**values)),)


def _unknown(node: Node, name: str, known: Mapping[str, Shape], fix: Fix) -> Problem:
    fields = ", ".join(f"“{field}”" for field in known)
    message = f"{node.id}: the data has no field “{name}”; it has {fields}."
    return Problem(Severity.ERROR, node.id, None, message, (fix,))


def _output_fixes(network: Network, node: Node, arrives: Shape, wanted: Shape) -> tuple[Fix, ...]:
    """Repairs that give an output the shape wanted, the smallest edit first."""
    fixes: list[Fix] = []
    if wanted.kind is Kind.VECTOR and arrives.kind is Kind.VECTOR:
        fixes.extend(_resize(network, node, wanted.features))
    if wanted.kind is arrives.kind is Kind.SEQUENCE and fits(sequence(arrives.length, wanted.features), wanted):
        fixes.extend(_resize(network, node, wanted.features) or [_at_every_step(node, wanted.features)])
        return tuple(fixes)
    if wanted.kind is Kind.SEQUENCE and arrives.kind is Kind.VECTOR:
        fixes.extend(steps_for_target(network, node, wanted))
    if wanted.kind is arrives.kind is Kind.IMAGE:
        return (*fixes, *_image_fixes(network, node, arrives, wanted))
    if wanted.elements is not None and wanted.kind is not Kind.TOKENS and arrives.elements is not None:
        fixes.append(reshaping(node.id, "in", arrives, wanted))
    return tuple(fixes)


def _resize(network: Network, node: Node, units: int) -> list[Fix]:
    """Offers another number of units in the dense layer that decides the size of the output."""
    current = node.id
    while (connection := next(iter(network.into(current).values()), None)) is not None:
        current = connection.source
        layer = network.layer(current)
        if layer.is_dense:
            return [Fix(f"Set {current} to {units:,} units", (Replace(current, layer.changed(units=units)),))]
        if len(layer.input_ports()) != 1 or not hands_on(layer):
            return []
    return []


def _image_fixes(network: Network, node: Node, arrives: Shape, wanted: Shape) -> list[Fix]:
    """Another number of filters, and another size, so that each pixel stays where it is."""
    if arrives.sizes[1:] == wanted.sizes[1:]:
        return _refilter(network, node, wanted.features) or [_pointwise(node, wanted)]
    resize = usual_layers.resize(arrives, wanted)
    layers = [resize, *([] if arrives.features == wanted.features else [usual_layers.pointwise(wanted.features)])]
    edits = tuple(Insert(node.id, "in", layer) for layer in layers)
    return [Fix("Insert " + ", ".join(layer.title for layer in layers), edits)]


def _refilter(network: Network, node: Node, filters: int) -> list[Fix]:
    """Offers another number of filters in the layer that decides the channels of the output."""
    arriving = network.at(node.id, "in")
    while arriving is not None:
        source = network.node(arriving.source)
        values = source.layer.values()
        if source.layer.has_filters and "filters" in values and values.get("groups", 1) == 1:
            changed = source.layer.changed(filters=filters)
            return [Fix(f"Set {source.id} to {_counted(filters)}", (Replace(source.id, changed),))]
        if len(source.inputs) != 1 or not hands_on(source.layer):
            return []
        arriving = network.at(source.id, source.inputs[0])
    return []


def _counted(filters: int) -> str:
    return "1 filter" if filters == 1 else f"{filters:,} filters"


def _pointwise(node: Node, wanted: Shape) -> Fix:
    layer = usual_layers.pointwise(wanted.features)
    return Fix(f"Insert {layer.title} with {_counted(wanted.features)} of 1 × 1", (Insert(node.id, "in", layer),))


def _at_every_step(node: Node, units: int) -> Fix:
    layer = usual_layers.dense(units, every_step=True)
    return Fix(f"Insert {layer.title} with {units:,} units", (Insert(node.id, "in", layer),))


def reshaping(target: str, port: str, arrives: Shape, wanted: Shape) -> Fix:
    """Flatten, dense and reshape as far as each is needed, in front of a port where ``wanted`` shall arrive."""
    layers: list[Layer] = []
    elements = wanted.elements or 1
    if arrives.kind is not Kind.VECTOR and arrives.elements != elements:
        layers.append(usual_layers.flatten())
    if arrives.elements != elements:
        layers.append(usual_layers.dense(elements))
    if wanted.kind is not Kind.VECTOR:
        layers.append(usual_layers.reshape(wanted))
    elif not layers:
        layers.append(usual_layers.flatten())
    # Each insertion goes between the port and what is in front of it, so the first layer is inserted first.
    edits = tuple(Insert(target, port, layer) for layer in layers)
    return Fix("Insert " + ", ".join(layer.title for layer in layers), edits)
