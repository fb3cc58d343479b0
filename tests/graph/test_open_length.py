"""Symbolic lengths: equal ones compare equal, different ones do not, and they count as the arithmetic does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.layers.grid import slide_pool
from graph.open_length import OpenLength, agree, apart, common_length, total_length

T = OpenLength.starting("x")
STEPS = st.lists(st.one_of(st.integers(-9, 9), st.tuples(st.integers(1, 6)), st.just("twice")), max_size=5)


def after(length: int | OpenLength, steps: list[int | tuple[int] | str]) -> int | OpenLength:
    """Additions, divisions and doublings one after another."""
    for step in steps:
        if step == "twice":
            length = total_length([length, length]) or 0
        elif isinstance(step, tuple):
            length = length // step[0]
        elif isinstance(step, int):
            length = length + step
    return length


@given(STEPS, st.integers(-50, 500))
def test_a_symbol_has_the_value_of_the_same_steps_on_numbers(steps: list[int | tuple[int] | str], number: int) -> None:
    symbol = after(T, steps)
    assert isinstance(symbol, OpenLength)
    assert symbol.at({"x": number}) == after(number, steps)


@given(STEPS, STEPS)
def test_chains_compare_equal_exactly_where_they_always_give_the_same(
    one: list[int | tuple[int] | str], other: list[int | tuple[int] | str]
) -> None:
    alike = all(after(number, one) == after(number, other) for number in range(3000))
    assert (after(T, one) == after(T, other)) == alike


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (T, "T"),
        (T // 2, "T / 2"),
        (T // 2 // 3, "T / 6"),
        (T - 2, "T − 2"),
        ((T - 3) // 2 + 1, "(T − 1) / 2"),
        (T + T, "2T"),
        (T + T // 2 + 1, "T + T / 2 + 1"),
    ],
)
def test_lengths_are_shown_briefly(length: OpenLength, text: str) -> None:
    assert str(length) == text


@given(st.integers(1, 40), st.integers(1, 5), st.integers(1, 6), st.integers(0, 2), st.integers(1, 3), st.booleans())
def test_pooling_of_a_symbol_is_that_of_a_number(
    size: int, kernel: int, stride: int, padding: int, dilation: int, ceil: bool
) -> None:
    padding = min(padding, kernel // 2)
    symbol = slide_pool(T, kernel, stride, padding, dilation, ceil)
    assert symbol.at({"x": size}) == slide_pool(size, kernel, stride, padding, dilation, ceil)


def test_lengths_of_one_input_must_be_equal_and_those_of_others_may_be_as_the_data_brings_them() -> None:
    other = OpenLength.starting("y")
    assert agree([T, T, None]) and agree([T, other]) and agree([T, 8])
    assert not agree([T, T // 2]) and not agree([T, T // 2 + 1])
    assert agree([T // 2, (T + 1) // 2])  # at even lengths
    known, longer = OpenLength.starting("x", 24), OpenLength.starting("y", 48)
    assert not agree([(known + 1) // 2, (known + 2) // 2])
    assert agree([known, longer // 2, 24]) and not agree([known, longer]) and not agree([known, 12])
    assert common_length([None, known, 24]) == 24
    assert apart([known, longer]) == "T is 24 in “x”, 48 in “y”."
    assert apart([known, known // 2]) == ""
