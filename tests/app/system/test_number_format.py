"""Numbers as people read them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.system.number_format import duration, format_number, format_percent, format_short, nth


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


def test_per_cent_stands_after_a_space() -> None:
    assert [format_percent(0.697), format_percent(1, 0), format_percent(0.12345, 2)] == ["69.7 %", "100 %", "12.35 %"]


BY_HAND = re.compile(r"\{[^{}\n]*:\.\d%\}|\} ?%[ .,;)\"']|\} x [\d{]|\" x \"|' x '")
"""How a file would write per cent, or sizes, without `format_percent` and `format_sizes`."""


@pytest.mark.parametrize("line", ['f"{share:.1%}"', 'f"{x:.1f} %"', 'f"{high} x {wide}"', '" x ".join(sizes)'])
def test_the_pattern_meets_what_is_written_by_hand(line: str) -> None:
    assert BY_HAND.search(line)


BELOW = {("graph", "layers"), ("app", "protocol")}
"""Rooms that may not import `format_percent`."""


def test_no_room_writes_per_cent_or_sizes_by_hand() -> None:
    root = Path(__file__).parents[3]
    places = [
        f"{path.relative_to(root)}: {match[0]}"
        for room in ("graph", "app", "widgets")
        for path in (root / room).rglob("*.py")
        if path.name != "number_format.py"
        for match in BY_HAND.finditer(path.read_text("utf-8"))
        if not (match[0].startswith("} %") and path.relative_to(root).parts[:2] in BELOW)
    ]
    assert not places


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0204, "20 ms"),
        (0.00344, "3.4 ms"),
        (0.0996, "0.1 s"),
        (0.344, "0.34 s"),
        (1.62, "1.6 s"),
        (9.97, "10 s"),
        (0.0, "0 s"),
        (34.2, "34 s"),
        (185.0, "3 min 05 s"),
        (7800.0, "2 h 10 min"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_a_short_time_has_two_figures_and_is_never_told_as_none(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text
