"""Outputs trained by CTC: whether they fit rows of labels without places, and what would make them fit."""

from __future__ import annotations

from graph.checking.fixes import Bypass, Fix, Insert, Replace
from graph.checking.layer_info import DataSpec, Problem, Severity
from graph.layers import usual_layers
from graph.layers.base import Layer
from graph.layers.io import Output
from graph.network import Network, Node
from graph.shapes import Kind, Shape


def is_transcript(layer: Output, spec: DataSpec) -> bool:
    """Whether the loss of an output is CTC, set there or in the plan."""
    return layer.loss == "ctc" or (layer.loss == "auto" and spec.ctc)


def transcript_problems(
    network: Network, node: Node, arrives: Shape, name: str, wanted: Shape, spec: DataSpec
) -> tuple[Problem, ...]:
    """What keeps an output from being compared with the rows of labels ``name``, whose shape is ``wanted``.

    It needs a score for the blank and each label at every step, and as many steps as there are labels.
    """
    count = spec.labels.get(name, 0)
    if count < 2:
        message = f"{node.id}: CTC compares with a row of labels, but “{name}” is {wanted.described()}."
        return (_problem(node, message, _other_loss(node, spec)),)
    if arrives.kind is not Kind.SEQUENCE:
        message = f"{node.id}: CTC needs a sequence with scores for each label, but {arrives.described()} arrives."
        return (_problem(node, message),)
    if arrives.features != count:
        message = (
            f"{node.id}: CTC needs {count:,} scores at each step, the blank’s and {count - 1:,} labels’, but "
            f"{arrives.features:,} arrive."
        )
        return (_problem(node, message, _scores(network, node, count)),)
    longest = wanted.time or 0
    steps = arrives.known_time
    if steps is not None and steps < longest:
        message = (
            f"{node.id}: {steps:,} steps arrive, but rows have up to {longest:,} labels, and each needs a step "
            "of its own."
        )
        return (_problem(node, message, *_longer(network, node)),)
    return ()


def offer_transcript(node: Node, arrives: Shape, name: str, wanted: Shape, spec: DataSpec) -> tuple[Fix, ...]:
    """The fix for an output that gives a sequence and is compared with labels in another number of steps."""
    if name not in spec.labels or arrives.kind is not Kind.SEQUENCE or arrives.known_time == wanted.time:
        return ()
    return (Fix("Compare as labels without places (CTC)", (Replace(node.id, node.layer.changed(loss="ctc")),)),)


def _problem(node: Node, message: str, *fixes: Fix) -> Problem:
    return Problem(Severity.ERROR, node.id, "in", message, fixes)


def _other_loss(node: Node, spec: DataSpec) -> Fix:
    if spec.ctc:
        return Fix("Use the squared error here", (Replace(node.id, node.layer.changed(loss="mse")),))
    return Fix("Use the loss of the training settings", (Replace(node.id, node.layer.changed(loss="auto")),))


def _scores(network: Network, node: Node, count: int) -> Fix:
    """Another number of units in the layer that gives the scores, or a layer that gives them."""
    before = network.at(node.id, "in")
    if before is not None and network.layer(before.source).is_dense:
        layer = network.layer(before.source).changed(units=count)
        return Fix(f"Set {before.source} to {count:,} units", (Replace(before.source, layer),))
    added = usual_layers.dense(count, every_step=True)
    return Fix(f"Insert {added.title} with {count:,} units", (Insert(node.id, "in", added),))


def _longer(network: Network, node: Node) -> list[Fix]:
    """Take out the last layer that makes the sequence shorter."""
    at = network.at(node.id, "in")
    while at is not None:
        layer = network.layer(at.source)
        if _shortens(layer):
            return [Fix(f"Take out {at.source}", (Bypass(at.source),))]
        ports = network.node(at.source).inputs
        at = network.at(at.source, ports[0]) if len(ports) == 1 else None
    return []


def _shortens(layer: Layer) -> bool:
    """Whether a layer makes one step of several."""
    window = layer.window()
    return window is not None and max(window.stride) > 1
