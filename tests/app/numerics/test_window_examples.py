"""The numbers of the worked examples."""

from __future__ import annotations

import numpy as np
import pytest

from app.numerics.window_examples import (
    CHANNELS,
    CONVOLUTION,
    EXAMPLES,
    KERNELS_BY_HAND,
    POOLING,
    X_OR_O,
    Example,
    worked,
)
from app.numerics.window_sums import Case


def case(example: Example, way: str = "", kernel: str = "", picture: str = "") -> Case:
    """The case of an example with the choices named, else the first of each."""
    name = kernel or next(iter(example.kernels), "")
    return worked(
        example.pictures[picture or next(iter(example.pictures))],
        example.kernels.get(name),
        example.ways[way or next(iter(example.ways))],
        example.bias,
    )


def test_the_cross_on_five_by_five() -> None:
    found = case(CONVOLUTION)
    assert found.output[0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    working = found.working(0, 0, 0)
    assert working.patches[0].products.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 1]]
    assert working.rule.rows.formula() == "(5 − 3 + 0) / 1 + 1 = 3"


def test_zero_padding_keeps_the_size() -> None:
    found = case(CONVOLUTION, "zero padding")
    assert found.output.shape == (1, 5, 5)
    assert found.output[0, 1:-1, 1:-1].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    assert found.working(0, 0, 0).patches[0].border.tolist() == [[1, 1, 1], [1, 0, 0], [1, 0, 0]]


def test_three_channels_are_summed_with_the_bias() -> None:
    found = case(CHANNELS)
    assert found.output.tolist() == [[[8, -1], [-3, 7]]]
    working = found.working(0, 0, 0)
    assert [patch.sum for patch in working.patches] == [0, 6, 1]
    assert (working.sum, working.bias, working.result) == (7, 1, 8)
    alone = case(CHANNELS, kernel="red alone")
    assert alone.output.tolist() == [[[2, 3], [1, 2]]]
    padded = case(CHANNELS, "zero padding").output[0]
    assert padded.shape == (4, 4) and padded[1:3, 1:3].tolist() == found.output[0].tolist()


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("maximum of 3 × 3", [[6, 8], [8, 7]]),
        ("average of 3 × 3", [[24 / 9, 32 / 9], [33 / 9, 32 / 9]]),
        ("maximum of 3 × 3, stride 2", [[6, 5], [8, 7]]),
    ],
)
def test_windows_of_three_by_three(way: str, expected: list[list[float]]) -> None:
    np.testing.assert_allclose(case(POOLING, way, picture="6 × 6").output[0], expected)


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("maximum", [[20, 30], [112, 37]]),
        ("minimum", [[8, 0], [34, 4]]),
        ("average", [[13, 8], [79, 19.5]]),
        ("sum", [[52, 32], [316, 78]]),
    ],
)
def test_four_ways_to_pool(way: str, expected: list[list[float]]) -> None:
    assert case(POOLING, way).output[0].tolist() == expected


def test_the_largest_value_of_a_window_is_told() -> None:
    working = case(POOLING).working(0, 1, 0)
    assert working.winner == (1, 0)
    assert (working.rows[1], working.columns[0]) == (3, 0)


def test_a_feature_that_agrees_everywhere_gives_one() -> None:
    found = case(X_OR_O)
    assert found.output.max() == 1.0
    assert [found.output[0, at, at] for at in (1, 2)] == [1.0, 1.0]
    # Two of nine pixels disagree at the crossing: (7 - 2) / 9.
    assert found.output[0, 3, 3] == pytest.approx(5 / 9)
    assert case(X_OR_O, kernel="crossing").output[0, 3, 3] == 1.0
    assert case(X_OR_O, kernel="crossing", picture="O").output.max() < 1.0


def test_kernels_do_what_their_names_say() -> None:
    square = KERNELS_BY_HAND.pictures["square"]
    assert np.array_equal(case(KERNELS_BY_HAND, kernel="identity").output[0], square)
    flat = case(KERNELS_BY_HAND, kernel="edge").output[0]
    assert flat[6, 6] == 0 and flat[3, 3] == 8 * 9 - 3 * 9
    assert case(KERNELS_BY_HAND, kernel="box blur").output[0, 3, 3] == pytest.approx(4)
    assert case(KERNELS_BY_HAND, kernel="Gaussian blur").output[0, 3, 3] == pytest.approx(9 * 9 / 16)
    across = case(KERNELS_BY_HAND, kernel="Sobel across").output[0, 6]
    assert across.tolist() == [0, 0, 36, 36, 0, 0, 0, 0, -36, -36, 0, 0]


def test_every_choice_of_every_example_can_be_worked() -> None:
    for example in EXAMPLES:
        assert example.says.endswith(".")
        for picture in example.pictures:
            for kernel in example.kernels or [""]:
                for way in example.ways:
                    assert np.isfinite(case(example, way, kernel, picture).output).all()
