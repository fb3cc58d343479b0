"""Wide tables: columns of numbers gone through together tell the same as one at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.data.prepare import prepare
from app.data.readers import number_columns
from app.data.readers.found_columns import with_width
from app.data.readers.recipe import ColumnRecipe
from app.data.readers.table_file import _LAST, read_table
from app.data.sources.file_source import _loaded
from app.protocol.data_values import ColumnType
from tests.app.conftest import Write


def wide_table(rows: int, columns: int) -> str:
    values = np.random.default_rng(0).normal(size=(rows, columns)).round(3)
    frame = pd.DataFrame(values, columns=pd.Index([f"g{place}" for place in range(columns)]))
    frame.iloc[2, 3] = np.nan
    frame["g5"] = np.nan
    frame["g7"] = 5812345.0 + np.arange(rows) / 100
    frame["g8"] = np.arange(rows) % 3
    frame["kind"] = ["a", "b", "c"] * (rows // 3)
    return frame.to_csv(index=False)


def test_together_as_one_by_one(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("wide.csv", wide_table(60, 300))
    found = []
    for wide in (200, 10_000):
        _LAST.clear()
        _loaded.cache_clear()
        monkeypatch.setattr(number_columns, "WIDE", wide)
        table = read_table(path)
        prepared = prepare(suggest(path, kind="table", target="kind"))
        found.append((table.recipe, table.columns, prepared.fingerprint(), prepared.dataset.info))
    assert found[0] == found[1]
    recipes = found[0][0].by_name
    assert recipes["g7"].wide and not recipes["g8"].wide


@pytest.mark.parametrize(
    ("values", "wide"),
    [
        ([5812345.0, 5812345.01], True),
        ([5812345.0, np.nan, 5812345.01], True),
        ([5812345.01], False),
        ([1.0, 2.0], False),
    ],
)
def test_two_values_already_tell_whether_32_bits_would_blur_them(values: list[float], wide: bool) -> None:
    recipe = ColumnRecipe("a", ColumnType.NUMBER)
    assert with_width(recipe, pd.Series(values)).wide is wide


def test_a_wide_table_is_read_without_a_look_at_each_column(write: Write) -> None:
    choice = suggest(write("wide.csv", wide_table(60, 2000)), target="kind")
    assert isinstance(choice, DataChoice)
    assert prepare(choice).dataset.input_field().shape.sizes == (1999,)
