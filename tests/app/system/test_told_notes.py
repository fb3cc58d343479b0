"""Notes in a notice are sentences, each on a line of its own."""

from __future__ import annotations

import pytest

from app.system.told_notes import as_sentence, as_sentences


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("rows 3, 9: “weight_g” is missing", "Rows 3, 9: “weight_g” is missing."),
        ("left out: a.png", "Left out: a.png."),
        ("data.csv cannot be read.", "data.csv cannot be read."),
        ("dense1 is frozen", "dense1 is frozen."),
        ("“Is it so?”", "“Is it so?”"),
        ("  ", ""),
    ],
)
def test_a_note_gets_its_capital_and_its_full_stop(note: str, said: str) -> None:
    assert as_sentence(note) == said


def test_each_note_has_a_line_and_many_are_counted() -> None:
    assert as_sentences(["row 1: a", "", "row 2: b."]) == "Row 1: a.\nRow 2: b."
    assert as_sentences(map(str, range(5)), most=3) == "0.\n1.\n2.\nAnd 2 more."
