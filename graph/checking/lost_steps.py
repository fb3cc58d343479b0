"""Repairs where a sequence is needed, and a layer before has kept one vector of all its steps."""

from __future__ import annotations

from graph.checking.fixes import Bypass, Edit, Fix, Insert, Replace
from graph.layers import usual_layers
from graph.layers.base import Layer
from graph.network import Network, Node
from graph.shapes import Kind, Shape


def lost_steps_fixes(network: Network, id: str, port: str) -> tuple[Fix, ...]:
    """Let the layer that drops the steps give all of them, where nothing but ``port`` of the layer ``id`` reads it."""
    edits: list[Edit] = []
    found = _losing(network, id, port, edits, dense=False)
    return () if found is None else (Fix(_title(found), tuple(edits)),)


def steps_for_target(network: Network, output: Node, wanted: Shape) -> tuple[Fix, ...]:
    """The same before an output whose target is the sequence ``wanted``; dense layers on the way work at every step."""
    edits: list[Edit] = []
    found = _losing(network, output.id, "in", edits, dense=True)
    if found is None:
        return ()
    steps = [edit for edit in edits if isinstance(edit, Replace) and edit.layer.is_dense]
    if steps:  # the first that was met is the last before the output
        edits[edits.index(steps[0])] = Replace(steps[0].target, steps[0].layer.changed(units=wanted.features))
    else:
        edits.append(Insert(output.id, "in", usual_layers.dense(wanted.features, every_step=True)))
    return (Fix(f"{_title(found)}, and predict at each", tuple(edits)),)


def _losing(network: Network, id: str, port: str, edits: list[Edit], *, dense: bool) -> Node | None:
    """The layer before ``port`` that drops the steps; ``edits`` become those that let every step come through."""
    arriving = network.at(id, port)
    while arriving is not None and len(network.out_of(arriving.source)) == 1:
        node = network.node(arriving.source)
        if arriving.source_port == "out" and (every := node.layer.every_step()) is not None:
            edits.append(Replace(node.id, every))
            return node
        if node.layer.merges_steps and len(node.inputs) == 1:
            edits.append(Bypass(node.id))
            return node
        if dense and node.layer.is_dense and Kind.VECTOR in node.layer.accepts:
            edits.append(Replace(node.id, _at_each(node.layer)))
        elif len(node.inputs) != 1 or not hands_on(node.layer) or Kind.SEQUENCE not in node.layer.accepts:
            return None
        arriving = network.at(node.id, node.inputs[0])
    return None


def _at_each(dense: Layer) -> Layer:
    values = dense.values()
    return usual_layers.dense(values["units"], every_step=True).changed(bias=values["bias"])


def hands_on(layer: Layer) -> bool:
    """Whether a layer hands on the shape it gets, because its class leaves the rule of `Layer` as it is."""
    return type(layer).output is Layer.output and type(layer).infer is Layer.infer


def _title(node: Node) -> str:
    return f"Take {node.id} out" if node.layer.merges_steps else f"Let {node.id} give all steps"
