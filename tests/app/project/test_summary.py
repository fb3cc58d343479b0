"""The table of layers: its rows, what is inside blocks, and how it is written."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

import pytest

from app.project.presets import preset, preset_ids
from app.project.summary import COLUMNS, SummaryRow, inside, rows, table, totals
from graph.checking.check import Checker
from graph.document import Document
from graph.layers.base import Layer
from graph.network import Connection
from graph.shapes import image
from graph.structure.blocks import Block, Body
from tests.graph.networks import chain, layer, lenet


def by_name(found: list[SummaryRow]) -> dict[str, SummaryRow]:
    return {row.name: row for row in found}


def test_lenet_by_hand() -> None:
    found = by_name(rows(Checker(lenet(image(1, 28, 28)))))
    conv = found["conv2"]
    assert (conv.output, conv.parameters, conv.connections) == ("16 × 10 × 10", 2416, 241_600)
    assert conv.activation_bytes == 4 * 1600
    assert (conv.receptive_field, conv.jump) == ((14, 14), (2, 2))
    assert (found["dense1"].receptive_field, found["dense1"].jump) == (None, None)
    assert found["output1"].activation_bytes == 0


def test_totals_are_those_of_the_status_line_and_leave_loose_ends_out() -> None:
    document = lenet()
    checker = Checker(document)
    with document.transaction("Add"):
        loose = document.add(layer("input"))
    found, whole = rows(checker), totals(checker)
    assert not by_name(found)[loose].used
    used = [row for row in found if row.used]
    assert whole.parameters == sum(row.parameters for row in used) == checker.parameters
    assert whole.activation_bytes == sum(row.activation_bytes for row in used)


BLOCKS = [id_ for id_ in preset_ids() if any(isinstance(node.layer, Block) for node in preset(id_).project.network)]


@pytest.mark.parametrize("name", BLOCKS)
def test_what_is_inside_a_block_adds_up_to_it(name: str) -> None:
    checker = Checker(Document(preset(name).project.network))
    blocks = [row for row in rows(checker) if row.opens]
    assert blocks
    for row in blocks:
        parts = inside(row)
        assert sum(part.parameters for part in parts) == row.parameters
        assert sum(part.connections for part in parts) == row.connections
        assert sum(part.flops for part in parts) == row.flops
        assert sum(part.activation_bytes for part in parts) == row.activation_bytes


def conv_block(**settings: object) -> Block:
    inner = chain([layer("input", shape=image(4, 8, 8)), layer("conv2d", filters=4), layer("relu"), layer("output")])
    return Block(body=Body.of(inner.network)).changed(**settings)


def linked(*layers: Layer) -> Document:
    """A chain of layers whose ports may have any names."""
    document = Document()
    with document.transaction("Draw"):
        ids = [document.add(each) for each in layers]
        for before, after in pairwise(ids):
            ports = document.network.node(before).outputs[0], document.network.node(after).inputs[0]
            document.connect(Connection(before, ports[0], after, ports[1]))
    return document


@pytest.mark.parametrize("shared", [False, True])
def test_repetitions_are_summed_and_see_further(shared: bool) -> None:
    outer = linked(layer("input", shape=image(4, 8, 8)), conv_block(repeat=3, shared=shared), layer("output"))
    (block,) = [row for row in rows(Checker(outer)) if row.opens]
    conv, relu = inside(block)
    assert conv.path == ("block1", "conv1")
    assert conv.parameters == (1 if shared else 3) * (4 * 4 * 9 + 4)
    assert conv.activation_bytes == relu.activation_bytes == 3 * 4 * 256
    assert block.receptive_field == conv.receptive_field == relu.receptive_field == (7, 7)


def test_a_block_that_cannot_be_checked_has_nothing_inside() -> None:
    outer = linked(layer("input", shape=image(4, 8, 8)), layer("flatten"), conv_block(), layer("output"))
    row = by_name(rows(Checker(outer)))["block1"]
    assert (row.output, row.opens, inside(row)) == ("", False, [])


def test_the_table_is_read_back_by_a_spreadsheet() -> None:
    checker = Checker(lenet())
    found = rows(checker)
    read = list(csv.reader(io.StringIO(table(found, totals(checker)))))
    assert tuple(read[0]) == COLUMNS
    assert len(read) == len(found) + 2
    assert read[-1][0] == f"Total of {len(found)} layers"
    assert int(read[-1][3]) == sum(int(line[3]) for line in read[1:-1]) == checker.parameters
    assert table(found[:1], None, "\t").count("\t") == 2 * (len(COLUMNS) - 1)
