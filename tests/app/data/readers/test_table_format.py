"""Cells and names of raw tables: words that mean missing, and names of columns that have none."""

from __future__ import annotations

import pandas as pd

from app.data.readers.table_format import column_names, without_words


def test_words_that_mean_missing_leave_every_kind_of_column() -> None:
    frame = pd.DataFrame({"number": [1.0, -999.0], "other": [3, 4]})
    frame["text"] = pd.Series([" - ", "-1"], dtype="str")
    frame["mixed"] = pd.Series([-999, "-"], dtype=object)
    found = without_words(frame, ["-", "-999"])
    missing = {name: found[name].isna().tolist() for name in found}
    assert missing == {"number": [False, True], "other": [False] * 2, "text": [True, False], "mixed": [True, True]}
    assert without_words(frame, ()) is frame


def test_columns_without_a_name_are_numbered() -> None:
    assert column_names(["a", "", "Unnamed: 2", "a"], header=True) == ["a", "column 2", "column 3", "a (4)"]
