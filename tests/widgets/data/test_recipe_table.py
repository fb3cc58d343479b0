"""The table of a reading recipe: how a file is written, in one line."""

from __future__ import annotations

from app.data.readers.header_rows import above_note
from app.data.readers.recipe import Dialect
from widgets.data.recipe_table import dialect_sentence


def test_the_lines_above_are_told_once_and_by_one_count() -> None:
    found = dialect_sentence(Dialect(skip=6, delimiter=",", why=(above_note(6),)))
    assert found.count("above") == 1 and "6 lines above the table are passed over" in found
    assert "5 lines above passed over" in dialect_sentence(Dialect(skip=5, delimiter=","))
