"""The network as a table: what each layer gives and costs, blocks opened where asked for, and the totals."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from app.project.cost_text import network_costs, steps_text
from graph.checking.check import Checker
from graph.checking.layer_info import VALUE_BYTES, Costs, LayerInfo
from graph.document import Document
from graph.layers.base import Family, ShapeError
from graph.layers.io import InputLike, Output
from graph.layers.window_rule import ReceptiveField
from graph.network import Node
from graph.shapes import Shape, format_sizes
from graph.structure.blocks import Block, Timed

COLUMNS = (
    "Layer",
    "Kind",
    "Output",
    "Parameters",
    "Connections",
    "FLOP per sample",
    "Activation bytes per sample",
    "Receptive field",
    "Stride in input pixels",
)
"""Headings of an exported table."""

LENGTH_COLUMNS = ("Connections", "FLOP", "Activation bytes")
"""What is told once more at the length of the data where the number of steps is open."""

COSTS = ("parameters", "connections", "flops", "activation_bytes")
"""What is counted of a layer, and summed over the network."""


@dataclass(frozen=True)
class SummaryRow:
    """One layer of the table.

    ``path`` is its id, after those of the blocks that it is in. ``used`` says whether it leads to an output: the others
    do not count in the totals. ``activation_bytes`` is per sample. ``inputs`` and ``field`` are what arrives, with
    which `inside` opens a block. Where the number of steps ``is_open``, costs are those of one step, and ``at_length``
    has those with the steps of the data, if these are known.
    """

    path: tuple[str, ...]
    node: Node
    outputs: tuple[Shape, ...]
    parameters: int
    connections: int
    flops: int
    activation_bytes: int
    receptive_field: tuple[int, ...] | None
    jump: tuple[int, ...] | None
    used: bool
    inputs: Mapping[str, Shape]
    field: ReceptiveField | None
    at_length: Costs | None = None
    is_open: bool = False

    @property
    def name(self) -> str:
        """The layer's id."""
        return self.path[-1]

    @property
    def title(self) -> str:
        """The kind of layer, for people."""
        return self.node.layer.title

    @property
    def family(self) -> Family:
        """The family of the kind."""
        return self.node.layer.family

    @property
    def output(self) -> str:
        """The output's sizes, those of several outputs one after another; empty where they are not known."""
        return ", ".join(str(shape) for shape in self.outputs)

    @property
    def opens(self) -> bool:
        """Whether it is a block, so that there are rows `inside`."""
        return isinstance(self.node.layer, Block) and bool(self.outputs)


@dataclass(frozen=True)
class Totals:
    """Sums over the layers that lead to an output; until an input does, over all."""

    layers: int
    parameters: int
    connections: int
    flops: int
    activation_bytes: int
    at_length: Costs | None = None
    lengths: Mapping[str, int] = field(default_factory=dict)
    is_open: bool = False


def rows(checker: Checker) -> list[SummaryRow]:
    """The layers of the network that ``checker`` checks, from inputs to outputs."""
    network = checker.network
    found = []
    for id_ in network.ordered():
        info, arrives = checker.layer_info(id_), _arriving_field(checker, id_)
        found.append(_row((id_,), network.node(id_), info, id_ in checker.useful, arrives))
    return found


def _arriving_field(checker: Checker, id_: str) -> ReceptiveField | None:
    """The widest receptive field that arrives at a layer."""
    sources = checker.network.into(id_).values()
    return _widest([checker.layer_info(wire.source).receptive_field for wire in sources])


def totals(checker: Checker) -> Totals:
    """What the whole network costs."""
    costs = network_costs(checker)
    return Totals(
        len(checker.network),
        checker.parameters,
        checker.connections,
        checker.flops,
        checker.activations * VALUE_BYTES,
        costs.at_length,
        costs.lengths,
        costs.is_open,
    )


def inside(row: SummaryRow) -> list[SummaryRow]:
    """The layers in a block, whose costs add up to the block's: those of its repetitions and time steps together.

    Receptive field and jump are those after the last repetition. The ends of the inner network are left out.
    """
    block = row.node.layer
    if not isinstance(block, Block):
        return []
    found = dict[str, SummaryRow]()
    arriving, field = block.arriving(row.inputs), block.field_inside(row.field)
    with suppress(ShapeError, KeyError):  # what is wrong inside is told at the block
        for number, turn in enumerate(block.repetitions(row.inputs)):
            checker = Checker(Document(block.body.network), arriving=arriving, receptive_field=field)
            for id_, info in turn.items():
                seen = checker.layer_info(id_).receptive_field if field is not None else None
                arrives = _arriving_field(checker, id_)
                # Weights count where they are first used, or belong.
                again = (number and block.shared) or row.node.tied is not None
                own = replace(info, receptive_field=seen, parameters=0 if again else info.parameters)
                new = _row((*row.path, id_), block.body.network.node(id_), own, row.used, arrives)
                found[id_] = _sum(found[id_], new) if id_ in found else new
            ends = [checker.layer_info(name).receptive_field for name in block.inner_outputs()]
            field = _widest(ends) if field else None
            arriving = {name: turn[block.inner_outputs()[0]].outputs["out"] for name in block.inner_inputs()}
    ordered = (found[id_] for id_ in block.body.network.ordered() if id_ in found)
    layers = [part for part in ordered if not isinstance(part.node.layer, InputLike | Output)]
    return [_over_steps(part, row) for part in layers] if isinstance(block, Timed) else layers


def table(listed: Iterable[SummaryRow], whole: Totals | None, separator: str = ",") -> str:
    """The rows as text, one line each under `COLUMNS`: plain numbers, and the totals last unless they are None.

    Of a network of open length the costs are per step, and those at the length of the data stand in further columns.
    """
    text, found = io.StringIO(), list(listed)
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    is_open = whole.is_open if whole else any(row.is_open for row in found)
    known = whole is not None and whole.at_length is not None
    heads = [name.replace("per sample", "per step") if is_open else name for name in COLUMNS]
    more = [f"{name} at {steps_text(whole.lengths)}" for name in LENGTH_COLUMNS] if whole and known else []
    writer.writerow([*heads, *more])
    for row in found:
        costs = [getattr(row, name) for name in COSTS]
        sees = (_axes(row.receptive_field), _axes(row.jump))
        later = _plain(row.at_length or plain_costs(row)) if known else ()
        writer.writerow([".".join(row.path), row.title, row.output, *costs, *sees, *later])
    if whole is not None:
        sums = [getattr(whole, name) for name in COSTS]
        later = _plain(whole.at_length) if whole.at_length else ()
        writer.writerow([f"Total of {whole.layers} layers", "", "", *sums, "", "", *later])
    return text.getvalue()


def plain_costs(of: SummaryRow | Totals) -> Costs:
    """Costs of a sample; of one step where the number of steps is open."""
    return Costs(of.connections, of.flops, of.activation_bytes // VALUE_BYTES)


def length_note(whole: Totals) -> str:
    """What a table has to say of costs where the number of steps is open; empty where it is not."""
    if not whole.is_open:
        return ""
    if whole.at_length is None:
        return "Costs are those of one time step, since the length of a sample is open."
    return f"Costs are those of a sample of {steps_text(whole.lengths)}, the longest of the data."


def _plain(costs: Costs) -> tuple[int, int, int]:
    return costs.connections, costs.flops, costs.activation_bytes


def _row(path: tuple[str, ...], node: Node, info: LayerInfo, used: bool, field: ReceptiveField | None) -> SummaryRow:
    return SummaryRow(
        path,
        node,
        tuple(info.outputs.values()),
        info.parameters,
        info.connections,
        info.flops,
        info.activation_bytes,
        info.receptive_size,
        info.jump,
        used,
        info.inputs,
        field,
        info.at_length,
        info.is_open,
    )


def _widest(reaches: Iterable[ReceptiveField | None]) -> ReceptiveField | None:
    known = list(reaches)
    return max((field for field in known if field), key=lambda field: field.size) if all(known) and known else None


def _sum(one: SummaryRow, next_: SummaryRow) -> SummaryRow:
    """The costs of both, and what holds after the second."""
    both = one.at_length + next_.at_length if one.at_length and next_.at_length else None
    return replace(next_, at_length=both, **{name: getattr(one, name) + getattr(next_, name) for name in COSTS})


def _over_steps(row: SummaryRow, block: SummaryRow) -> SummaryRow:
    """A layer of a loop, over all steps of its ``block``; its weights are the same at each."""
    shape = next((shape for shape in block.inputs.values() if shape.length is not None), None)
    steps, known = (shape.time, shape.known_time) if shape else (None, None)
    whole = row.at_length or plain_costs(row)
    return replace(
        row,
        at_length=whole.times(known) if known and steps is None else row.at_length,
        is_open=block.is_open,
        **{name: getattr(row, name) * (steps or 1) for name in COSTS if name != "parameters"},
    )


def _axes(sizes: tuple[int, ...] | None) -> str:
    return format_sizes(sizes)
