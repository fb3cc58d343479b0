"""Repairs leave the layers behind in order, and say sizes that can be compared."""

from __future__ import annotations

import pytest

from graph.checking.check import Checker
from graph.document import Document
from graph.layers.base import Layer
from graph.shapes import Shape, image, sequence, video
from tests.graph.networks import chain, layer

OUT = [layer("flatten"), layer("dense", units=10), layer("output")]


def refusing(layers: list[Layer]) -> tuple[Document, Checker]:
    """A chain, and what is found wrong with it."""
    document = chain(layers)
    return document, Checker(document)


def titles(checker: Checker, id_: str) -> list[str]:
    return [fix.title for problem in checker.layer_info(id_).problems for fix in problem.fixes]


def pools(window: int, behind: int) -> list[Layer]:
    """A pool of too large a window on 8 x 8 maps, and a usual one behind it."""
    maps = [layer("input", shape=image(1, 8, 8)), layer("conv2d", filters=16)]
    second = [layer("conv2d", filters=32), layer("max_pool2d", kernel_size=(behind, behind))]
    return [*maps, layer("max_pool2d", kernel_size=(window, window)), *second, *OUT]


def test_a_window_that_breaks_the_next_pool_is_not_offered() -> None:
    document, checker = refusing(pools(9, 2))
    assert titles(checker, "pool1") == ["Use a window of 2 × 2"]
    checker.layer_info("pool1").problems[0].fixes[0].apply(document)
    assert checker.ok and not checker.problems


def test_without_a_layer_that_it_breaks_the_larger_window_is_offered() -> None:
    _, checker = refusing(pools(9, 1))
    assert {"Use a window of 8 × 8", "Use a window of 2 × 2"} <= {*titles(checker, "pool1")}


def test_a_layer_that_no_repair_suits_takes_none_away() -> None:
    """What stands behind is wrong in itself then, and says so once the first fault is mended."""
    _, checker = refusing([layer("input", shape=image(1, 8, 8)), layer("dense", units=4), layer("conv2d"), *OUT])
    assert "Insert Flatten" in titles(checker, "dense1")


def test_repairs_follow_an_edit_of_the_layers_behind() -> None:
    document, checker = refusing(pools(9, 2))
    with document.transaction("Set pool2"):
        document.set_layer("pool2", layer("max_pool2d", kernel_size=(1, 1)))
    assert titles(checker, "pool1") == titles(Checker(document), "pool1")
    assert "Use a window of 8 × 8" in titles(checker, "pool1")


@pytest.mark.parametrize(
    ("arriving", "kind", "settings", "words"),
    [
        (
            image(16, 8, 8),
            "max_pool2d",
            {"kernel_size": (9, 9)},
            "an image of at least 9 × 9, but one of 8 × 8 arrives.",
        ),
        (
            image(3, 4, 5),
            "conv2d",
            {"kernel_size": (6, 6), "padding": "valid"},
            "an image of at least 6 × 6, but one of 4 × 5 arrives.",
        ),
        (sequence(3, 7), "max_pool1d", {"kernel_size": 5}, "at least 5 steps, but one of 3 steps arrives."),
        (
            sequence(3, 7),
            "conv1d",
            {"kernel_size": 5, "padding": "valid"},
            "at least 5 steps, but one of 3 steps arrives.",
        ),
        (
            video(2, 1, 8, 8),
            "conv3d",
            {"frames": 3, "kernel_size": (3, 3), "padding": "valid"},
            "a video of at least 3 × 3 × 3, but one of 2 × 8 × 8 arrives.",
        ),
        (
            video(None, 1, 2, 8),
            "conv3d",
            {"frames": 3, "kernel_size": (3, 3), "padding": "valid"},
            "a video of at least 3 × 3, but one of 2 × 8 arrives.",
        ),
    ],
)
def test_sizes_of_windows_and_of_what_arrives_can_be_compared(
    arriving: Shape, kind: str, settings: dict[str, object], words: str
) -> None:
    """As many numbers on both sides: channels and features have no part in it."""
    _, checker = refusing([layer("input", shape=arriving), layer(kind, **settings)])
    assert [problem.message for problem in checker.problems if words in problem.message]
