"""Which values layers can give: by what they are and by what enters, never by one sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from app.insight.value_ranges import beyond, colour_ends, reach, value_ranges
from graph.document import Document
from graph.layers.value_range import ANYTHING, NO_NEGATIVE, Gives, Range, leaving
from tests.app.training.projects import blocked, chain

LINE: list[tuple[str, str, dict[str, Any]]] = [
    ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
    ("pool0", "max_pool2d", {}),
    ("conv1", "conv2d", {}),
    ("relu1", "relu", {}),
    ("pool1", "average_pool2d", {}),
    ("flatten1", "flatten", {}),
    ("dense1", "dense", {"units": 1}),
    ("sigmoid1", "sigmoid", {}),
    ("output1", "output", {}),
]


@pytest.mark.parametrize("entering", [NO_NEGATIVE, ANYTHING])
def test_a_range_goes_from_layer_to_layer(entering: Range) -> None:
    known = value_ranges(chain(*LINE), {"input1": entering})
    assert known == {
        "input1": entering, "pool0": entering, "conv1": ANYTHING, "relu1": NO_NEGATIVE, "pool1": NO_NEGATIVE,
        "flatten1": NO_NEGATIVE, "dense1": ANYTHING, "sigmoid1": (0.0, 1.0), "output1": (0.0, 1.0),
    }  # fmt: skip


def test_a_muted_layer_hands_on_what_arrives() -> None:
    document = Document(chain(*LINE))
    with document.transaction("Mute"):
        document.mute("relu1", True)
    assert value_ranges(document.network)["flatten1"] == ANYTHING


@pytest.mark.parametrize("repeat", [1, 3])
def test_layers_inside_blocks_go_by_their_path(repeat: int) -> None:
    known = value_ranges(blocked(repeat))
    assert known["stage.relu1"] == NO_NEGATIVE and known["stage.conv2"] == known["stage"] == ANYTHING


def test_sums_keep_the_sign_and_branches_join() -> None:
    assert leaving(Gives.SIGN_OF_GIVEN, [(0.0, 1.0), (0.0, 2.0)]) == NO_NEGATIVE
    assert leaving(Gives.SIGN_OF_GIVEN, [(0.0, 1.0), (-1.0, 1.0)]) == ANYTHING
    assert leaving(Gives.WITHIN_GIVEN, [(0.0, 1.0), (-1.0, 0.5)]) == (-1.0, 1.0)
    assert leaving(Gives.WITHIN_GIVEN, []) == ANYTHING


@pytest.mark.parametrize(
    ("can_be", "ends"),
    [
        (ANYTHING, (-3.0, 3.0)),
        (NO_NEGATIVE, (0.0, 3.0)),
        ((0.0, 1.0), (0.0, 1.0)),
        ((-1.0, 1.0), (-1.0, 1.0)),
        ((-math.inf, 0.0), (-3.0, 3.0)),
    ],
)
def test_the_ends_of_the_colours_go_by_the_range_first(can_be: Range, ends: Range) -> None:
    assert colour_ends(can_be, np.array([0.5, -3.0, np.nan])) == ends
    low, high = colour_ends(can_be, np.zeros(2))
    assert low < high


def test_a_few_values_far_out_leave_all_others_their_colours() -> None:
    values = np.append(np.linspace(0.001, 1.0, 999), 50.0)
    ends = colour_ends(NO_NEGATIVE, values)
    assert ends[0] == 0.0 and 0.99 < ends[1] < 1.0
    assert beyond(values, ends) == (False, True) and beyond(-values, (-ends[1], ends[1])) == (True, False)
    assert beyond(values[:990], ends) == beyond(np.full(3, np.nan), ends) == (False, False)
    assert colour_ends((0.0, 1.0), values) == (0.0, 1.0), "what bounds the values is known"


def test_all_values_have_their_own_colour_where_that_costs_little() -> None:
    assert reach(np.append(np.linspace(0.0, 1.0, 100), 50.0)) == 50.0, "a handful is looked at one by one"
    assert reach(np.linspace(-3.0, 1.0, 10_000)) == 3.0, "the greatest is not far out"


def test_zeros_do_not_count_towards_the_end_of_a_scale() -> None:
    """Behind ReLU most values are 0: of all 99.5 % could be, and the scale would end there."""
    values = np.zeros((100, 10, 10))
    values[0] = np.linspace(0.5, 1.0, 100).reshape(10, 10)
    values[1:4] = 0.9
    values[4, 0, 0] = 40.0
    assert 0.9 <= reach(values) <= 1.0
    assert reach(np.zeros(5)) == reach(np.array([])) == reach(np.full(3, np.nan)) > 0.0


def test_of_very_many_values_each_column_is_looked_at() -> None:
    values = np.zeros((1024, 1024), np.float32)
    values[:, 1::2] = 3.0
    values[0, 0] = 100.0
    assert reach(values) == 3.0
