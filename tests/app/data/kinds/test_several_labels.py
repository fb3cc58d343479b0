"""Tables whose rows have several labels: columns of 0 and 1, and a column that lists labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from app.data.data_choice import DataChoice
from app.data.dataset import Dataset, Task
from app.data.inspect import inspect
from app.data.lopsided import lopsided_note
from app.data.prepare import prepare
from app.data.readers.label_fields import lists_labels
from app.data.readers.label_lists import label_list
from app.data.readers.table_file import read_table
from app.data.readers.table_format import Reading
from app.data.sources.table import Table
from graph.errors import NetloomError

ROWS = 60
RNG = np.random.default_rng(3)
FEATURES = {"x": RNG.normal(size=ROWS).round(3), "z": RNG.normal(size=ROWS).round(3)}
RED, ROUND, BIG = (np.arange(ROWS) % step == 0 for step in (2, 3, 5))
LISTS = ["; ".join(name for name, has in zip(("red", "round", "big"), row, strict=True) if has)
         for row in zip(RED, ROUND, BIG, strict=True)]  # fmt: skip


def write(path: Path, columns: Mapping[str, object]) -> Path:
    pd.DataFrame({**FEATURES, **columns}).to_csv(path, index=False)
    return path


def read(path: Path, **settings: object) -> Dataset:
    return Table.model_validate({"path": str(path), **settings}).load()


MARKS = [("1", "0"), ("true", "false"), ("TRUE", "FALSE"), ("yes", "no"), ("1.0", "0.0")]


@pytest.mark.parametrize(("yes", "no"), MARKS)
def test_columns_of_yes_and_no_are_labels(tmp_path: Path, yes: str, no: str) -> None:
    marked = {name: np.where(has, yes, no) for name, has in (("red", RED), ("round", ROUND), ("big", BIG))}
    dataset = read(write(tmp_path / "t.csv", marked), target="red, round, big")
    field = dataset.target_field()
    assert (field.labels, field.fixed, field.names, dataset.task) == (True, True, ("red", "round", "big"), Task.LABELS)
    np.testing.assert_array_equal(np.asarray(field.values), np.stack([RED, ROUND, BIG], 1).astype(np.float32))
    assert any("read as 3 labels" in note and "classification" in note for note in dataset.notes)


@pytest.mark.parametrize("between", [";", "; ", "|", ", ", ","])
def test_a_column_that_lists_labels_is_parted(tmp_path: Path, between: str) -> None:
    lists = [cell.replace("; ", between) for cell in LISTS]
    dataset = read(write(tmp_path / "t.csv", {"tags": lists}), target="tags")
    field = dataset.target_field()
    assert field.names == ("big", "red", "round")
    np.testing.assert_array_equal(np.asarray(field.values), np.stack([BIG, RED, ROUND], 1).astype(np.float32))
    assert any("several labels" in note for note in dataset.notes)
    assert any("count as having none" in note and "missing: drop" in note for note in dataset.notes)


def test_empty_cells_of_a_list_are_left_out_by_choice(tmp_path: Path) -> None:
    dataset = read(write(tmp_path / "t.csv", {"tags": LISTS}), target="tags", missing="drop")
    assert dataset.samples == sum(map(bool, LISTS)) < ROWS
    assert (np.asarray(dataset.target_field().values).sum(1) > 0).all()


@pytest.mark.parametrize(
    ("names", "listed"),
    [("abcde", "“a”, “b”, “c”, “d”, “e” are read"), ("abcdef", "“a”, “b”, “c”, “d”, “e”, … are read")],
)
def test_five_labels_are_named_and_more_are_not(tmp_path: Path, names: str, listed: str) -> None:
    columns = {name: (np.arange(ROWS) % (place + 2) == 0).astype(int) for place, name in enumerate(names)}
    dataset = read(write(tmp_path / "t.csv", columns), target=", ".join(names))
    assert f"The columns {listed} as {len(names)} labels" in " ".join(dataset.notes)


PAIRS = ["red round", "red big", "red old", "round big", "big old", "round old"]


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        ([*PAIRS, "red round big", "round big old"], ("big", "old", "red", "round")),  # twice as many as labels
        ([*PAIRS, "red round big"], ()),
        (["New York", "New Orleans", "York"], ()),
        (["red round", "round", "red"], ("red", "round")),  # each label stands alone somewhere
    ],
)
def test_words_between_blanks_are_labels_where_they_combine(cells: list[str], names: tuple[str, ...]) -> None:
    found = label_list(cells * 5)
    assert (found.field("tags").names if found else ()) == names


@pytest.mark.parametrize(
    ("rules", "task", "lists"), [(1, "auto", False), (1, "labels", True), (2, "auto", True), (2, "labels", True),
                                 (2, "classification", False)],
)  # fmt: skip
def test_the_first_rules_list_labels_only_where_that_is_said(
    tmp_path: Path, rules: int, task: str, lists: bool
) -> None:
    table = read_table(write(tmp_path / "t.csv", {"tags": LISTS}), Reading(rules=rules))
    assert lists_labels(table, ["tags"], task) is lists
    assert not lists_labels(table, ["tags", "x"], task)


def test_rows_without_a_mark_are_left_out_and_counted(tmp_path: Path) -> None:
    marks = np.where(np.arange(ROWS) < 4, "", np.where(RED, "1", "0"))
    dataset = read(write(tmp_path / "t.csv", {"red": marks, "round": ROUND.astype(int)}), target="red, round")
    assert dataset.samples == ROWS - 4
    assert any("“red” are left out (4 of 60)" in note for note in dataset.notes)


@pytest.mark.parametrize("everywhere", [0, 1])
def test_a_label_that_none_or_all_have_stays(tmp_path: Path, everywhere: int) -> None:
    path = write(tmp_path / "t.csv", {"red": RED.astype(int), "odd": np.full(ROWS, everywhere)})
    field = read(path, target="red, odd").target_field()
    assert field.labels and np.asarray(field.values)[:, 1].tolist() == [everywhere] * ROWS


def test_exactly_one_mark_in_every_row_is_a_class(tmp_path: Path) -> None:
    numbers = np.arange(ROWS) % 3
    columns = {name: (numbers == number).astype(int) for number, name in enumerate(("a", "b", "c"))}
    path = write(tmp_path / "t.csv", columns)
    dataset = read(path, target="a, b, c")
    assert (dataset.task, dataset.target_field().classes) == (Task.CLASSIFICATION, ("a", "b", "c"))
    assert np.asarray(dataset.target_field().values).tolist() == numbers.tolist()
    assert any("exactly one 1" in note for note in dataset.notes)
    assert read(path, target="a, b, c", task="labels").target_field().labels


def test_projects_of_the_first_rules_keep_an_output_for_each_column(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", {"red": RED.astype(int), "round": ROUND.astype(int)})
    old = read(path, target="red, round", rules=1)
    assert [field.name for field in old.fields.values() if field.classes] == ["red", "round"]
    assert not old.target_field().labels


@pytest.mark.parametrize("task", ["classification", "auto"])
def test_words_with_commas_are_no_labels(tmp_path: Path, task: str) -> None:
    places = [("Paris, France", "Rome, Italy", "Bern, Switzerland")[number % 3] for number in range(ROWS)]
    field = read(write(tmp_path / "t.csv", {"place": places}), target="place", task=task).target_field()
    assert field.classes == ("Bern, Switzerland", "Paris, France", "Rome, Italy")


@pytest.mark.parametrize(("columns", "target", "words"), [
    ({"red": RED.astype(int), "size": np.arange(ROWS)}, "red, size", ("“size”", "0 and 1")),
    ({"size": np.arange(ROWS)}, "size", ("“size”", "lists no labels")),
])  # fmt: skip
def test_what_holds_no_labels_is_refused(
    tmp_path: Path, columns: Mapping[str, object], target: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(NetloomError) as refused:
        read(write(tmp_path / "t.csv", columns), target=target, task="labels")
    assert all(word in str(refused.value) for word in words)


def test_labels_are_never_standardised_and_are_counted(tmp_path: Path) -> None:
    found = inspect(write(tmp_path / "t.csv", {"tags": LISTS}), target="tags")
    assert found.info.counts == (BIG.sum(), RED.sum(), ROUND.sum())
    prepared = prepare(DataChoice(source=found.source))
    assert set(np.unique(np.asarray(prepared.train.arrays["tags"]))) == {0.0, 1.0}
    assert "tags" not in prepared.scalers


@pytest.mark.parametrize(("counts", "words"), [
    ({"no": 95, "yes": 5}, ("95 samples are “no”", "5 “yes”", "always “no”", "95 %")),
    ({"no": 990, "yes": 10}, ("always “no”", "99 %")),
    ({"no": 9990, "yes": 10}, ("99.9 %",)),
    ({"a": 100, "b": 90, "c": 9}, ("“a”", "9 “c”", "50 %")),
    ({"no": 90, "yes": 10}, ()),
    ({"a": 50, "b": 50}, ()),
    ({"a": 40, "b": 30, "c": 4}, ()),
])  # fmt: skip
def test_lopsided_classes_are_told(tmp_path: Path, counts: Mapping[str, int], words: tuple[str, ...]) -> None:
    classes = [name for name, count in counts.items() for _ in range(count)]
    path = tmp_path / "t.csv"
    pd.DataFrame({"x": RNG.normal(size=len(classes)), "y": classes}).to_csv(path, index=False)
    found = inspect(path, target="y")
    note = lopsided_note(found.info)
    assert bool(note) is bool(words) and all(word in note for word in words)
    assert (note in found.problems) is bool(words)
    # What is known without reading the file again says the same.
    assert lopsided_note(found.source.info()) == note


def test_rare_labels_are_told(tmp_path: Path) -> None:
    rare = (np.arange(ROWS) < 3).astype(int)
    found = inspect(write(tmp_path / "t.csv", {"red": RED.astype(int), "rare": rare}), target="red, rare")
    note = lopsided_note(found.info)
    assert "“rare” is in 5 % of the samples" in note and "95 %" in note
