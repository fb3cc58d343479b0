"""Numbers and shapes as the inspector and the status line say them."""

from __future__ import annotations

from collections.abc import Mapping

from app.project.cost_text import connections_text, layer_texts, memory_text, network_costs, work_text
from app.system.number_format import counted, duration, scaled
from app.training.start_section import StartSection, trainable
from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo
from graph.network import Node
from graph.shapes import Shape, format_sizes


def shapes(by_port: Mapping[str, Shape], ports: tuple[str, ...]) -> str:
    """The shapes at ports, each with its port's name where there are several."""
    if not by_port:
        return "not known yet"
    if len(ports) == 1 and ports[0] in by_port:
        return _described(by_port[ports[0]])
    return "\n".join(f"{port}: {_described(by_port[port])}" for port in ports if port in by_port)


def _described(shape: Shape) -> str:
    return f"{shape}  {shape.kind}"


def shape_facts(node: Node, facts: LayerInfo) -> list[tuple[str, str]]:
    """Rows on what arrives and what leaves."""
    rows = [("In", shapes(facts.inputs, node.inputs))] if node.inputs else []
    return [*rows, ("Out", shapes(facts.outputs, node.outputs))] if node.outputs else rows


def cost_facts(facts: LayerInfo, *, frozen: bool) -> list[tuple[str, str]]:
    """Rows on what the layer costs and how far it sees; of a ``frozen`` one no parameter is trainable."""
    rows = [("Parameters", f"{facts.parameters:,}{', frozen' if frozen else ''}")]
    connections, work, memory = layer_texts(facts)
    if facts.connections not in (0, facts.parameters):  # where weights are shared, or some have none
        rows.append(("Connections", connections if facts.is_open else f"{facts.connections:,}"))
    rows.append(("Work", work))
    if facts.activations:
        rows.append(("Activations", memory))
    if facts.receptive_size and facts.jump:
        rows.append(("Receptive field", format_sizes(facts.receptive_size)))
        rows.append(("Stride in input pixels", format_sizes(facts.jump)))
    return rows


def total_facts(checker: Checker, start: StartSection) -> list[tuple[str, str]]:
    """Rows on the whole network, without what the status line says of it at all times."""
    learns = trainable(checker, start)
    shared, costs = checker.connections != checker.parameters, network_costs(checker)
    return [
        ("Layers", f"{len(checker.network):,}"),
        *([("Connections", connections_text(costs))] if shared else []),
        *([("Trainable", f"{learns:,} of {checker.parameters:,}")] if learns != checker.parameters else []),
        ("Weights", scaled(checker.parameters * 4, "B")),
        ("Activations", memory_text(costs)),
    ]


def status_costs(checker: Checker, seconds: float | None, start: StartSection, predicted: str = "") -> list[str]:
    """The parts of the status line; where layers are frozen, with the parameters that are trainable.

    What training is ``predicted`` to take gives way to the ``seconds`` of an epoch that were measured.
    """
    learns = trainable(checker, start)
    among = f", {learns:,} trainable" if learns != checker.parameters else ""
    parts = [f"{counted(checker.parameters, 'parameter')}{among}", _work(checker)]
    if seconds is not None:
        parts.append(f"~{duration(seconds)} per epoch")
    elif predicted:
        parts.append(f"training: {predicted}")
    return parts


def _work(checker: Checker) -> str:
    """Operations without a word where they are those of a sample, else per step and at the data's length."""
    costs = network_costs(checker)
    return work_text(costs) if costs.is_open else scaled(checker.flops, "FLOP")
