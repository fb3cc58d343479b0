"""Numbers as people read them."""

from __future__ import annotations

import pytest

from app.system.number_format import format_number, format_short, nth


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1960, "1960"),
        (-1960, "-1960"),
        (1960.5, "1,960.5"),
        (12_345, "12,345"),
        (999, "999"),
        (0, "0"),
        (2.5e9, "2.5e+09"),
    ],
)
def test_a_whole_number_that_may_be_a_year_has_no_separator(value: float, text: str) -> None:
    assert format_short(value, 6) == text


def test_figures_of_a_metric_keep_their_zeros() -> None:
    texts = [format_number(value) for value in (0.0132, 12.5, 1960.0, 229_656.0)]
    assert texts == ["0.01320", "12.50", "1960", "229,656"]


def test_people_count_from_one() -> None:
    assert [nth(0), nth(1550)] == ["1", "1,551"]
