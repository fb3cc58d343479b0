"""Costs as text: per sample, or, where sequences have an open length, per step and at the length of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.system.number_format import scaled
from graph.checking.check import Checker
from graph.checking.layer_info import VALUE_BYTES, Costs, LayerInfo
from graph.checking.length_costs import data_lengths, total_at_length


@dataclass(frozen=True)
class NetworkCosts:
    """What a network costs: ``plain`` per sample, of one step where ``is_open``; ``at_length`` with ``lengths`` steps.

    ``lengths`` are the steps of the data's longest sample by input; ``at_length`` is None where they are not known.
    """

    plain: Costs
    at_length: Costs | None
    lengths: Mapping[str, int]
    is_open: bool


def network_costs(checker: Checker) -> NetworkCosts:
    """The costs of the layers that are counted."""
    infos = checker.counted
    plain = Costs(checker.connections, checker.flops, checker.activations)
    is_open = any(info.is_open for info in infos)
    lengths = data_lengths(shape for info in infos for shape in info.outputs.values()) if is_open else {}
    return NetworkCosts(plain, total_at_length(infos), lengths, is_open)


def steps_text(lengths: Mapping[str, int]) -> str:
    """``40 steps``, or ``40 and 12 steps`` where inputs differ."""
    return f"{' and '.join(f'{steps:,}' for steps in sorted(set(lengths.values()), reverse=True))} steps"


def cost_text(plain: int, at_length: int | None, unit: str, lengths: Mapping[str, int], *, is_open: bool) -> str:
    """``12.0 kFLOP per sample``, or ``480 kFLOP at 40 steps (12.0 kFLOP per step)``."""
    if not is_open or plain == at_length:  # what the last step alone gives is the same at any length
        return f"{scaled(plain, unit)} per sample"
    if at_length is None:
        return f"{scaled(plain, unit)} per step"
    return f"{scaled(at_length, unit)} at {steps_text(lengths)} ({scaled(plain, unit)} per step)"


def work_text(costs: NetworkCosts) -> str:
    """The operations of a whole network."""
    whole = costs.at_length.flops if costs.at_length else None
    return cost_text(costs.plain.flops, whole, "FLOP", costs.lengths, is_open=costs.is_open)


def memory_text(costs: NetworkCosts) -> str:
    """The memory of the values that a whole network makes."""
    whole = costs.at_length.activation_bytes if costs.at_length else None
    return cost_text(costs.plain.activations * VALUE_BYTES, whole, "B", costs.lengths, is_open=costs.is_open)


def connections_text(costs: NetworkCosts) -> str:
    """The connections of a whole network, as a plain number where no length is open."""
    whole = costs.at_length.connections if costs.at_length else None
    if not costs.is_open:
        return f"{costs.plain.connections:,}"
    return cost_text(costs.plain.connections, whole, "", costs.lengths, is_open=True)


def layer_texts(info: LayerInfo) -> tuple[str, str, str]:
    """Connections, operations and memory of a layer."""
    whole = info.at_length
    lengths = data_lengths(info.outputs.values()) or data_lengths(info.inputs.values())
    pairs = (
        (info.connections, whole.connections if whole else None, ""),
        (info.flops, whole.flops if whole else None, "FLOP"),
        (info.activation_bytes, whole.activation_bytes if whole else None, "B"),
    )
    connections, work, memory = (
        cost_text(plain, at_length, unit, lengths, is_open=info.is_open) for plain, at_length, unit in pairs
    )
    return connections, work, memory


def costs_json(costs: Costs | None, lengths: Mapping[str, int] | None = None) -> dict[str, object] | None:
    """Costs at the data's length as plain JSON values; None where no length is open or it is not known."""
    if costs is None:
        return None
    steps = {"steps": dict(lengths)} if lengths is not None else {}
    plain = {"connections": costs.connections, "flops": costs.flops, "activations": costs.activations}
    return {**steps, **plain, "activation_bytes": costs.activation_bytes}
