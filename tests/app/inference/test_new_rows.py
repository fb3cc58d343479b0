"""A new table is made into what training saw: reading the training file again gives the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.data.sources.series import Series
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.inference.new_inputs import read_inputs
from graph.errors import NetloomError


@pytest.fixture
def people(tmp_path: Path) -> Path:
    rows = [
        f"{20 + n % 30 if n % 7 else ''};{n * 1.5:.2f};{'north south east'.split()[n % 3]};"
        f"{'' if n % 11 == 0 else 'ab'[n % 2]};"
        f"2024-{n % 12 + 1:02}-{n % 28 + 1:02};{'yes' if n % 4 else 'no'}"
        for n in range(80)
    ]
    path = tmp_path / "people.csv"
    path.write_text("age;income;region;kind;joined;stays\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def load(tmp_path: Path) -> Path:
    rows = [f"2024-01-{n // 24 + 1:02} {n % 24:02}:00,{n % 17}.5,{n * n % 23 if n % 40 else ''}" for n in range(200)]
    path = tmp_path / "load.csv"
    path.write_text("time,warmth,load\n" + "\n".join(rows) + "\n")
    return path


def read_again(file: Path, source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    dataset = source.load()
    fields = [dataset.info.field_named(name) for name in dataset.inputs]
    return read_inputs(str(file), fields, source), {name: dataset.fields[name].values for name in dataset.inputs}


@pytest.mark.parametrize("options", [{}, {"missing": "flag"}, {"dates": "calendar", "missing": "flag"}])
def test_a_table_gives_the_same_features(people: Path, options: dict[str, Any]) -> None:
    again, held = read_again(people, Table(path=str(people), target="stays", **options))
    np.testing.assert_allclose(again["features"], held["features"], rtol=1e-6)
    assert np.isnan(again["features"]).any()


def test_categories_as_tokens_are_the_same(people: Path) -> None:
    again, held = read_again(people, Table(path=str(people), target="stays", categories="tokens"))
    assert set(again) == {"features", "categories"}
    np.testing.assert_array_equal(again["categories"], held["categories"])


def test_a_category_that_training_never_saw_is_unknown(people: Path) -> None:
    source = Table(path=str(people), target="stays", categories="tokens")
    new = people.with_name("new.csv")
    new.write_text("age;income;region;kind\n30;5.0;west;a\n")
    dataset = source.load()
    found = read_inputs(str(new), [dataset.info.field_named("categories")], source)["categories"]
    assert [dataset.fields["categories"].vocabulary[number] for number in found[0]] == ["(unknown)", "kind = a"]
    new.write_text("age;income;region\n30;5.0;west\n")
    with pytest.raises(NetloomError, match="no column “kind”"):
        read_inputs(str(new), [dataset.info.field_named("categories")], source)


def test_one_row_has_the_calendar_of_training(load: Path, people: Path) -> None:
    source = Table(path=str(people), target="stays", dates="calendar")
    new = people.with_name("one.csv")
    new.write_text("\n".join(people.read_text().splitlines()[:3]) + "\n")
    dataset = source.load()
    found = read_inputs(str(new), [dataset.info.input_field()], source)["features"]
    np.testing.assert_allclose(found, dataset.input_field().values[:2], rtol=1e-6)


def test_a_series_gives_its_latest_window_with_calendar_and_lags(load: Path) -> None:
    source = Series(path=str(load), order="time", target="load", window=12, calendar=True, lags=(24, 3))
    dataset = source.load()
    (window,) = read_inputs(str(load), [dataset.info.input_field()], source).values()
    assert window.shape == (1, 12, len(dataset.input_field().names))
    # The last window of training ends one step earlier: what came after it was its answer.
    np.testing.assert_allclose(window[0, :-1], dataset.input_field().values[-1, 1:], rtol=1e-5)


def test_what_is_missing_becomes_the_median_of_training(people: Path) -> None:
    prepared = prepare(DataChoice(source=Table(path=str(people), target="stays")))
    held = prepared.dataset.input_field()
    (found,) = read_inputs(str(people), [held.info], prepared.choice.source).values()
    filled = prepared.fill("features", found)
    known = held.values[prepared.train.indices][:, 0]
    gaps = np.isnan(found[:, 0])
    assert gaps.any() and (filled[gaps, 0] == np.nanmedian(known)).all()
    np.testing.assert_array_equal(filled[~gaps], found[~gaps])


def test_a_typed_row_needs_no_cell_for_the_order_of_the_rows(tmp_path: Path) -> None:
    file = tmp_path / "steps.csv"
    rows = "".join(f"{row},{row * 0.5 + 1},{row * 2.5}\n" for row in range(40))
    file.write_text("step,load,y\n" + rows)
    source = Table(path=str(file), target="y", order="step", task="regression").resolved()
    dataset = source.load()
    assert dataset.input_field().names == ("load",)
    (values,) = read_inputs("3.5", [dataset.info.input_field()], source).values()
    np.testing.assert_array_equal(values, [[3.5]])
    assert source.not_features(["step", "load", "y"]) == {"step", "y"}
