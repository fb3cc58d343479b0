"""Blocks that work on every frame of a video with the same weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph.build.compile import compile_network
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.io import Input
from graph.network import Connection
from graph.open_length import OpenLength
from graph.project import Project, parse_project, project_bytes, project_json
from graph.shapes import Shape, image, sequence, vector, video
from graph.structure.blocks import Block, Body
from graph.structure.grouping import ungroup
from graph.structure.time_distributed import TimeDistributed, time_distributed
from tests.foreign_process import ForeignProcess
from tests.graph.networks import chain, layer
from tests.graph.structure.test_blocks import assert_exported_alike, residual

CLIP = video(5, 2, 8, 8)


def drawn(*kinds: str, shape: Shape = CLIP) -> Document:
    """A chain as a student draws it, layers for single pictures right behind a video."""
    return chain([layer("input", shape=shape), *(layer(kind) for kind in kinds), layer("output")])


def framed(block: TimeDistributed, shape: Shape) -> Document:
    document = Document()
    with document.transaction("Draw"):
        start, end = document.add(layer("input", shape=shape)), document.add(layer("output"))
        middle = document.add(block)
        document.connect(Connection(start, "out", middle, "x"))
        document.connect(Connection(middle, "y", end, "in"))
    return document


def test_a_layer_for_pictures_behind_a_video_is_repaired_with_all_that_reads_single_frames() -> None:
    document = drawn("conv2d", "relu", "max_pool2d", "flatten", "lstm", "dense")
    checker = Checker(document)
    (problem,) = checker.problems
    assert problem.fixes[0].title == "Run conv1 to flatten1 on every frame"
    problem.fixes[0].apply(document)
    assert checker.ok, checker.problems
    block = document.network.layer("frames1")
    assert isinstance(block, TimeDistributed)
    assert {"conv1", "relu1", "pool1", "flatten1"} <= set(block.body.network.ids)
    assert [wire.target for wire in document.network.out_of("frames1")] == ["lstm1"]
    assert checker.layer_info("frames1").outputs == {"y": sequence(5, 16 * 4 * 4)}
    end = block.body.network.layer("x")
    assert isinstance(end, Input)
    assert end.shape == image(2, 8, 8)
    document.undo()
    assert "conv1" in document.network


def test_a_repair_stops_where_the_network_ends_or_branches() -> None:
    document = drawn("conv2d")
    assert Checker(document).problems[0].fixes[0].title == "Run conv1 on every frame"


def test_no_frame_sees_another_and_all_have_the_same_weights(tmp_path: Path, foreign: ForeignProcess) -> None:
    document = framed(TimeDistributed(body=residual(2)), CLIP)
    checker = Checker(document)
    assert checker.layer_info("frames1").outputs == {"y": video(5, 2, 8, 8)}
    alone = Checker(framed_once())
    assert checker.parameters == alone.parameters
    assert checker.flops == 5 * alone.flops
    module = compile_network(document.network).module
    x = torch.randn(3, 5, 2, 8, 8)
    torch.testing.assert_close(module(x)[:, 4], module(x[:, 4:])[:, 0])
    assert_exported_alike(document, x, tmp_path, foreign)


def framed_once() -> Document:
    document = Document()
    with document.transaction("Draw"):
        document.add(layer("input", shape=image(2, 8, 8)))
        document.add(layer("output"))
        document.add(Block(body=residual(2)))
        document.connect(Connection("input1", "out", "block1", "x"))
        document.connect(Connection("block1", "y", "output1", "in"))
    return document


@pytest.mark.parametrize("shared", [False, True])
def test_repetitions_stay_within_a_frame(shared: bool, tmp_path: Path, foreign: ForeignProcess) -> None:
    document = framed(TimeDistributed(body=residual(2), repeat=2, shared=shared), CLIP)
    assert_exported_alike(document, torch.randn(2, 5, 2, 8, 8), tmp_path, foreign)


def test_over_a_sequence_each_step_stands_alone_and_its_length_may_be_unknown() -> None:
    inner = chain([layer("input", shape=vector(3)), layer("dense", units=4), layer("output")])
    with inner.transaction("Name the ends"):
        inner.rename("input1", "x")
        inner.rename("output1", "y")
    document = framed(TimeDistributed(body=Body.of(inner.network)), sequence(None, 3))
    facts = Checker(document).layer_info("frames1")
    assert facts.outputs == {"y": sequence(OpenLength.starting("the input input1"), 4)}
    assert facts.receptive_size == (1,)
    assert compile_network(document.network).module(torch.randn(2, 9, 3)).shape == (2, 9, 4)


def test_what_has_no_time_is_refused() -> None:
    document = framed(TimeDistributed(body=residual(2)), image(2, 8, 8))
    assert "A block on every frame needs a video or a sequence" in Checker(document).problems[0].message


def test_it_is_saved_and_read_and_not_taken_apart() -> None:
    document = framed(time_distributed(Block(body=residual(2), label="Eye")), CLIP)
    project = Project(document.network)
    again = parse_project(project_json(project))
    assert project_bytes(again) == project_bytes(project)
    assert again.network.layer("frames1") == document.network.layer("frames1")
    with pytest.raises(NetloomError, match="cannot be taken apart"), document.transaction("Ungroup"):
        ungroup(document, "frames1")
