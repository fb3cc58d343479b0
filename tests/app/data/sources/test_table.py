"""Tables, series and texts: how a file is written is found out, and what was done to it is said."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from app.data.data_choice import DataChoice
from app.data.dataset import Task
from app.data.inspect import inspect, suggest
from app.data.prepare import prepare
from app.data.readers.table_file import read_table
from app.data.readers.table_format import UnreadableTableError
from app.data.readers.tables import csv_file
from app.data.sources.series import Series
from app.data.sources.table import Table
from app.data.sources.texts import Text
from graph.errors import NetloomError
from graph.shapes import sequence, tokens, vector
from tests.app.conftest import Write

FLOWERS = "length,colour,when,kind\n" + "\n".join(
    f"{'' if row == 4 else row / 2},{'red' if row % 3 else 'blue'},2024-03-{row + 1:02d},{'a' if row % 2 else 'b'}"
    for row in range(20)
)


def test_a_table_becomes_features_and_classes(write: Write) -> None:
    dataset = Table(path=str(write("flowers.csv", FLOWERS)), target="kind").load()
    assert dataset.task is Task.CLASSIFICATION
    features = dataset.input_field()
    assert features.names == ("length", "colour = blue", "colour = red", "colour = (unknown)")
    assert features.shape == vector(4)
    np.testing.assert_array_equal(features.values[:3], [[0, 1, 0, 0], [0.5, 0, 1, 0], [1, 0, 1, 0]])
    assert np.isnan(features.values[4, 0])
    assert dataset.target_field().classes == ("a", "b")
    assert dataset.target_field().values[:3].tolist() == [1, 0, 1]
    notes = " ".join(dataset.notes)
    assert "1 missing value becomes the median of the training set" in notes
    assert "“when” holds dates and is left out" in notes


def test_missing_features_are_filled_when_prepared(write: Write) -> None:
    choice = DataChoice.of("table", path=str(write("flowers.csv", FLOWERS)), target="kind")
    prepared = prepare(choice)
    assert all(np.isfinite(part.arrays["features"]).all() for part in prepared.parts.values())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found(write: Write, delimiter: str, encoding: str) -> None:
    lines = [["Größe", "Café", "y"]] + [[str(row), f"é{row % 2}", str(row * 1.5)] for row in range(30)]
    content = "\n".join(delimiter.join(line) for line in lines).encode(encoding)
    dataset = Table(path=str(write("t.csv", content))).load()
    assert dataset.input_field().names == ("Größe", "Café = é0", "Café = é1", "Café = (unknown)")
    np.testing.assert_allclose(dataset.target_field().values[:, 0], np.arange(30) * 1.5)


def test_a_decimal_comma_is_found_and_can_be_overruled(write: Write) -> None:
    path = str(write("t.csv", "a;b\n" + "\n".join(f"{row},25;{row},5" for row in range(12))))
    assert Table(path=path).load().input_field().values[3, 0] == 3.25
    with pytest.raises(NetloomError, match="does not hold numbers"):
        Table(path=path, decimal="point", target="b", task="regression").load()


def test_a_header_is_found_and_can_be_overruled(write: Write) -> None:
    path = str(write("t.csv", "\n".join(f"{row},{row * 2.5}" for row in range(12))))
    bare = Table(path=path).load()
    assert (bare.samples, bare.input_field().names) == (12, ("column 1",))
    assert Table(path=path, header="yes").load().samples == 11


def test_quoted_newlines_and_delimiters_stay_in_their_cell(write: Write) -> None:
    rows = "\n".join(f'"first, {row % 2}\nsecond",{row}' for row in range(40))
    dataset = Table(path=str(write("t.csv", f"words,y\n{rows}")), task="regression").load()
    assert dataset.samples == 40
    assert dataset.input_field().names == (
        "words = first, 0\nsecond", "words = first, 1\nsecond", "words = (unknown)",
    )  # fmt: skip


def test_columns_of_the_same_or_no_name_stay_apart(write: Write) -> None:
    path = write("t.csv", "a,a,,y\n" + "\n".join(f"{row},{-row},7,{row * 1.5}" for row in range(30)))
    assert len(set(Table(path=str(path)).load().input_field().names)) == 3


def test_the_task_can_be_chosen(write: Write) -> None:
    path = str(write("t.csv", "a,stars\n" + "\n".join(f"{row},{row % 5}" for row in range(50))))
    assert Table(path=path).load().target_field().classes == ("0", "1", "2", "3", "4")
    amounts = Table(path=path, task="regression").load()
    assert amounts.target_field().shape == vector(1)


def test_numeric_classes_are_in_their_order(write: Write) -> None:
    path = write("t.csv", "a,y\n" + "\n".join(f"{row},{row % 12}" for row in range(120)))
    assert Table(path=str(path)).load().target_field().classes == tuple(str(number) for number in range(12))


def test_slips_in_a_column_of_numbers_count_as_missing(write: Write) -> None:
    path = write("t.csv", "a,y\n" + "\n".join(f"{'n/k' if row == 7 else row},{row * 0.5}" for row in range(40)))
    dataset = Table(path=str(path)).load()
    assert np.isnan(dataset.input_field().values[7, 0])
    assert "1 value is not a number and counts as missing" in " ".join(dataset.notes)


def test_rows_without_a_target_are_left_out(write: Write) -> None:
    path = write("t.csv", "a,y\n" + "\n".join(f"{row},{'' if row < 4 else row * 0.5}" for row in range(40)))
    dataset = Table(path=str(path)).load()
    assert dataset.samples == 36
    assert "Rows without a value in “y” are left out (4 of 40)." in dataset.notes


def test_ignored_columns_are_no_features(write: Write) -> None:
    path = str(write("flowers.csv", FLOWERS))
    assert Table(path=path, target="kind", ignore=("colour",)).load().input_field().names == ("length",)
    with pytest.raises(NetloomError, match="no column “x”; it has “length”, “colour”"):
        Table(path=path, ignore=("x",)).load()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"  \n \n", "is empty"),
        (b"a,b\n", "no lines of values"),
        (b"a,b\n1,2\n", "at least 3 usable rows"),
        (b"b\n1\n2\n3\n4\n", "no column to predict from"),
        (b"a,b\n" + b"1,x\n" * 9, "one class only"),
        (b"a,b\n" + b"inf,1.5\n2,2.5\n" * 9, "9 infinite or far too large"),
        (b"a,b\n" + b"1e300,1.5\n2,2.5\n" * 9, "far too large"),
        (b"a,b\n1,2\n1,2,3\n", "line 3 has 3 columns where 2 are expected"),
        (b"a,b\n1,2,3\n4,5,6\n7,8,9\n", "more columns than names"),
        (b"a,b\n1,\n2,\n3,\n", "at least 3 usable rows|there is nothing to predict|one class"),
        (bytes(range(256)), "not a text file"),
        (b"c," * 30_000 + b"c\n" + b"1," * 30_000 + b"1\n", "30001 columns; at most 20000"),
        (b"a,b\n" + b"1," * 300_000 + b"1\n", "300001 columns; at most 20000|more columns than names"),
        (b"c," * 1_000_000, "first line of more than 1 MB"),
        (b"x" * (1 << 21), "first line of more than 1 MB"),
    ],
)
def test_unusable_tables_are_refused_in_a_sentence(write: Write, content: bytes, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason):
        Table(path=str(write("t.csv", content)), target="b" if content.startswith(b"a,b") else "").load()


def test_a_constant_amount_is_nothing_to_predict(write: Write) -> None:
    with pytest.raises(NetloomError, match=r"is 2\.5 in every row"):
        Table(path=str(write("t.csv", "a,y\n" + "1,2.5\n2,2.5\n" * 9))).load()


def test_a_wrong_encoding_is_said(write: Write) -> None:
    path = str(write("t.csv", "ä,y\n1,2\n".encode("cp1252")))
    with pytest.raises(NetloomError, match="not written in utf-8"):
        Table(path=path, encoding="utf-8").load()


def test_missing_files_and_folders_are_said(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="is not there"):
        Table(path="nowhere.csv").load(tmp_path)
    with pytest.raises(NetloomError, match="is a folder"):
        Table(path=".").load(tmp_path)
    with pytest.raises(NetloomError, match="name the file"):
        Table().load(tmp_path)
    if not hasattr(os, "mkfifo"):
        return
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NetloomError, match="neither a file nor a folder"):
        Table(path="pipe").load(tmp_path)


def test_a_changed_file_is_read_again_and_noticed(write: Write) -> None:
    path = write("t.csv", "a,y\n" + "\n".join(f"{row},{row * 0.5}" for row in range(40)))
    source = Table(path=str(path), sha256="0" * 64)
    assert "has changed since it was chosen" in " ".join(source.load().notes)
    write("t.csv", "a,y\n" + "\n".join(f"{row},{row * 0.5}" for row in range(50)))
    assert source.load().samples == 50


def test_a_series_is_sorted_and_cut_into_windows(write: Write) -> None:
    order = np.random.default_rng(0).permutation(60)
    rows = "\n".join(f"2024-01-{1 + step // 24:02d} {step % 24:02d}:00,{step},{step * 10}" for step in order)
    source = Series(
        path=str(write("s.csv", f"time,load,heat\n{rows}")), order="time", target="load", window=5, horizon=2, stride=3
    )
    dataset = source.load()
    assert dataset.task is Task.FORECASTING
    assert dataset.input_field().shape == sequence(5, 2)
    np.testing.assert_array_equal(dataset.input_field().values[1], [[s, s * 10] for s in range(3, 8)])
    np.testing.assert_array_equal(dataset.target_field().values[1], [8, 9])
    assert source.info() == dataset.info


def test_a_gap_in_a_series_repeats_the_last_value(write: Write) -> None:
    values = ["", "1", "2", "", "", "5", *map(str, range(6, 40))]
    path = write("s.csv", "step,v\n" + "\n".join(f"{step},{value}" for step, value in enumerate(values)))
    dataset = Series(path=str(path), columns=("v",), window=3).load()
    np.testing.assert_array_equal(dataset.input_field().values[:3, :, 0], [[1, 2, 2], [2, 2, 2], [2, 2, 5]])
    assert "Missing values repeat the last one known (3 of 40)." in dataset.notes


def test_unusable_series_are_refused(write: Write) -> None:
    path = str(write("s.csv", "when,v\n" + "\n".join(f"x{row},{row}" for row in range(20))))
    with pytest.raises(NetloomError, match="too few for a window of 50"):
        Series(path=path).load()
    with pytest.raises(NetloomError, match="neither numbers nor dates"):
        Series(path=path, order="when", window=3).load()
    with pytest.raises(NetloomError, match="does not hold numbers"):
        Series(path=path, target="when", window=3).load()


def test_lags_and_calendar_are_added_and_never_look_ahead(write: Write) -> None:
    rows = "\n".join(f"2024-01-{1 + step // 24:02d} {step % 24:02d}:00,{step}" for step in range(200))
    path = str(write("s.csv", f"time,load\n{rows}"))
    source = Series(path=path, order="time", window=3, horizon=2, lags=(1, 24), calendar=True)
    field = source.load().input_field()
    assert field.names[:2] == ("load", "years since 2000") and field.names[-2:] == ("load -1", "load -24")
    assert field.names[-4:-2] == ("day sine", "day cosine")
    first = field.values[0]
    np.testing.assert_array_equal(first[:, [0, -2, -1]], [[24, 23, 0], [25, 24, 1], [26, 25, 2]])
    np.testing.assert_allclose(first[:, field.names.index("day sine")], np.sin(np.arange(3) * np.pi / 12), atol=1e-6)
    assert source.load().target_field().values[0].tolist() == [27, 28]
    assert source.info() == source.load().info
    with pytest.raises(NetloomError, match="need a column of dates"):
        Series(path=path, calendar=True).load()


def test_series_of_several_machines_never_mix(write: Write) -> None:
    rows = [f"{step},{machine},{100 * place + step}" for step in range(30) for place, machine in enumerate("abcde")]
    path = str(write("s.csv", "step,machine,value\n" + "\n".join([*rows, "0,z,1"])))
    source = Series(path=path, order="step", group="machine", target="value", columns=("value",), window=4)
    dataset = source.load()
    both = np.concatenate([dataset.input_field().values[..., 0], dataset.target_field().values], axis=1)
    np.testing.assert_array_equal(np.diff(both, axis=1), 1)
    assert dataset.samples == 5 * 26
    assert "Series too short for a window and its horizon are left out (1)." in dataset.notes
    prepared = prepare(DataChoice(source=source))
    machines = [set(both[part.indices, 0] // 100) for part in prepared.parts.values()]
    assert sum(map(len, machines)) == 5 and all(machines)


REVIEWS = "review,stars\n" + "\n".join(
    f'"A {("fine", "bad")[row % 2]} film, {"very " * (row % 9)}long!",{row % 2}' for row in range(40)
)


def test_texts_become_tokens(write: Write) -> None:
    dataset = Text(path=str(write("r.csv", REVIEWS)), length=8).load()
    field = dataset.input_field()
    assert field.shape == tokens(8)
    assert field.values.dtype == np.int64 and field.values.shape == (40, 8)
    assert field.vocabulary[:2] == ("(padding)", "(unknown)")
    assert [field.vocabulary[token] for token in field.values[0]] == [
        "a", "fine", "film", ",", "long", "!", "(padding)", "(padding)",
    ]  # fmt: skip
    assert dataset.target_field().classes == ("0", "1")
    assert "are cut off" in " ".join(dataset.notes)


def test_rare_tokens_are_unknown_and_characters_can_be_tokens(write: Write) -> None:
    path = str(write("r.csv", REVIEWS))
    field = Text(path=path, vocabulary=4, length=6).load().input_field()
    assert len(field.vocabulary) == 4 and int(field.values.max()) == 3 and 1 in np.asarray(field.values)
    letters = Text(path=path, unit="character", length=6).load().input_field()
    assert "".join(letters.vocabulary[token] for token in letters.values[0]) == "A fine"


def test_texts_are_not_standardised(write: Write) -> None:
    prepared = prepare(DataChoice.of("text", path=str(write("r.csv", REVIEWS))))
    assert prepared.scalers == {}
    assert prepared.train.arrays["text"].dtype == np.int64


LONG = 90_000
"""Rows of more than 5 MB, which are parsed by several threads."""


def long_table(odd: str = "") -> str:
    rows = [f"{row}.000000000000001,{row * 2},{('red', 'blue')[row % 2]},{'padding' * 4}" for row in range(LONG)]
    return "\n".join(["a,b,c,d", *rows[:80_000], *([odd] if odd else []), *rows[80_000:]]) + "\n"


def test_a_large_file_becomes_the_same_table(write: Write) -> None:
    path = write("t.csv", long_table())
    assert path.stat().st_size > 5_000_000
    frame = read_table(path).frame
    pd.testing.assert_frame_equal(frame, pd.read_csv(path, low_memory=False))


@pytest.mark.parametrize(
    ("odd", "column", "found"),
    [
        ("1,2, red ,x", "c", "red"),
        ("1,2,,x", "c", "nan"),
        ('1,2,"a\n,b",x', "c", "a\n,b"),
        ("1, 2,red,x", "b", "2"),
        ("1,2.5,red,x", "b", "2.5"),
        ("1,many,red,x", "b", "many"),
        ("1,True,red,x", "b", "True"),
    ],
)
def test_one_odd_line_far_down_in_a_large_file(write: Write, odd: str, column: str, found: str) -> None:
    path = write("t.csv", long_table(odd))
    frame = read_table(path).frame
    assert len(frame) == LONG + 1
    assert str(frame[column].iloc[80_000]) in (found, f"{found}.0")
    assert frame[column].dtype == pd.read_csv(path, low_memory=False, skipinitialspace=True)[column].dtype


def test_a_line_that_is_too_long_far_down_in_a_large_file(write: Write) -> None:
    path = write("t.csv", long_table("1,2,red,x,5"))
    with pytest.raises(NetloomError, match="line 80002 has 5 columns where 4 are expected"):
        read_table(path)


def test_looking_and_loading_parse_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path, counted, plain = write("flowers.csv", FLOWERS), [], csv_file._parsed
    monkeypatch.setattr(csv_file, "_parsed", lambda *given: (counted.append(given), plain(*given))[1])
    suggest(path)
    inspect(path)
    assert len(counted) == 1


def test_categories_that_training_never_saw_count_as_unknown(write: Write) -> None:
    given = ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    rows = [f"{'new' if row > 17 else 'ab'[row % 2]},{row},{part}" for row, part in enumerate(given)]
    path = write("t.csv", "kind,y,part\n" + "\n".join(rows))
    source = Table(path=str(path), target="y", task="regression", parts="part")
    prepared = prepare(DataChoice(source=source, standardise=False))
    assert prepared.dataset.input_field().names == ("kind = a", "kind = b", "kind = new", "kind = (unknown)")
    assert {name: part.samples for name, part in prepared.parts.items()} == {"train": 12, "validation": 4, "test": 4}
    np.testing.assert_array_equal(prepared.test.arrays["features"][-2:], [[0, 0, 0, 1]] * 2)
    np.testing.assert_array_equal(prepared.test.arrays["features"][:2, :2], [[1, 0], [0, 1]])


def test_words_that_training_never_saw_count_as_unknown(write: Write) -> None:
    rows = "\n".join(f"word{row} and more words,{row % 2}" for row in range(60))
    prepared = prepare(DataChoice(source=Text(path=str(write("r.csv", f"text,y\n{rows}")), target="y", length=4)))
    assert set(prepared.test.arrays["text"][:, 0]) == {1}
    assert 1 not in np.asarray(prepared.train.arrays["text"])


def test_categories_can_be_tokens(write: Write) -> None:
    dataset = Table(path=str(write("f.csv", FLOWERS)), target="kind", categories="tokens").load()
    assert dataset.inputs == ("features", "categories")
    field = dataset.input_field("categories")
    assert field.shape == tokens(1)
    assert field.vocabulary == ("(padding)", "(unknown)", "colour = blue", "colour = red")
    assert field.values[:3, 0].tolist() == [2, 3, 3]


@pytest.mark.parametrize(("missing", "samples", "features"), [("fill", 20, 1), ("flag", 20, 2), ("drop", 19, 1)])
def test_missing_numbers_as_chosen(write: Write, missing: str, samples: int, features: int) -> None:
    source = Table.parse({"path": str(write("f.csv", FLOWERS)), "target": "kind", "missing": missing}, "test")
    dataset = source.changed(ignore=("colour",)).load()
    assert (dataset.samples, dataset.input_field().shape) == (samples, vector(features))
    if missing == "flag":
        assert np.flatnonzero(dataset.input_field().values[:, 1]).tolist() == [4]


def test_dates_can_be_calendar_features(write: Write) -> None:
    dataset = Table(path=str(write("f.csv", FLOWERS)), target="kind", dates="calendar").load()
    names = dataset.input_field().names
    assert [name for name in names if name.startswith("when")] == [
        f"when: {one}" for one in ("years since 2000", "year sine", "year cosine", "week sine", "week cosine")
    ]
    week = dataset.input_field().values[:, names.index("when: week sine")]
    np.testing.assert_allclose(week[7:], week[:-7], atol=1e-6)


def test_several_targets(write: Write) -> None:
    rows = "\n".join(f"{row},{row * 2.5},{row * 0.5},{'ab'[row % 2]}" for row in range(40))
    path = str(write("t.csv", f"x,u,v,kind\n{rows}"))
    both = Table(path=path, target="u, v").load()
    assert (both.target, both.target_field().shape, both.target_field().names) == ("targets", vector(2), ("u", "v"))
    mixed = Table(path=path, target="kind, u").load()
    assert (mixed.target, mixed.field_named("u").shape) == ("kind", vector(1))
    assert mixed.input_field().names == ("x", "v")


def test_rows_of_a_group_stay_together(write: Write) -> None:
    rows = "\n".join(f"{row % 10},{row},{row * 2.5}" for row in range(200))
    path = str(write("t.csv", f"patient,x,y\n{rows}"))
    prepared = prepare(DataChoice(source=Table(path=path, group="patient", target="y"), standardise=False))
    patients = [set(part.indices % 10) for part in prepared.parts.values()]
    assert all(patients) and sum(map(len, patients)) == 10
    assert prepared.dataset.input_field().names == ("x",)


def test_ordered_rows_are_divided_by_time(write: Write) -> None:
    days = np.random.default_rng(0).permutation(60)
    rows = "\n".join(f"{day // 28 + 1:02d}/{day % 28 + 1:02d}/2023,{day},{day * 2.5}" for day in days)
    source = Table(path=str(write("t.csv", f"when,x,y\n{rows}")), target="y", order="when")
    prepared = prepare(DataChoice(source=source, standardise=False))
    x = [part.arrays["features"][:, 0] for part in prepared.parts.values()]
    assert x[0].max() < x[1].min() <= x[1].max() < x[2].min()


def test_a_column_of_parts_is_checked(write: Write) -> None:
    path = write("t.csv", "x,y,part\n" + "\n".join(f"{row},{row * 2.5},some" for row in range(20)))
    with pytest.raises(NetloomError, match="says “some”, which is no set of the split"):
        Table(path=str(path), target="y", parts="part").load()


def test_parts_that_are_not_given_come_from_the_training_part(write: Write) -> None:
    rows = "\n".join(f"{row},{row * 2.5},{'test' if row > 89 else 'train'}" for row in range(100))
    path = write("t.csv", f"x,y,part\n{rows}")
    prepared = prepare(DataChoice(source=Table(path=str(path), target="y", parts="part")))
    assert prepared.test.indices.tolist() == list(range(90, 100))
    assert (prepared.train.samples, prepared.validation.samples) == (74, 16)


def test_a_folder_of_texts_per_class(write: Write, tmp_path: Path) -> None:
    for number in range(20):
        write(f"t/good/{number}.txt", f"a fine film, number {number}")
        write(f"t/bad/{number}.txt", "schön langweilig".encode("cp1252" if number % 2 else "utf-8"))
    write("t/bad/empty.txt", "")
    write("t/bad/binary.txt", bytes(range(256)))
    (tmp_path / "t" / "good" / "link.txt").symlink_to("/etc/passwd")
    dataset = Text(path=str(tmp_path / "t"), length=8).load()
    assert (dataset.samples, dataset.target_field().classes) == (40, ("bad", "good"))
    assert dataset.notes == ("Files that hold no text, or too much, are left out (2).",)
    assert dataset.fields["length"].values[[0, 39], 0].tolist() == [2, 6]
    assert inspect(tmp_path / "t").source.kind == "text"
    with pytest.raises(NetloomError, match="texts in 0 folders were found"):
        Text(path=str(tmp_path / "t" / "good")).load()


def test_bytes_can_be_tokens(write: Write) -> None:
    field = Text(path=str(write("r.csv", REVIEWS)), unit="byte", length=6).load().input_field()
    assert [field.vocabulary[token] for token in field.values[0]] == [f"{byte:02x}" for byte in b"A fine"]


def test_a_target_with_a_word_names_it_its_row_and_the_way_on(write: Write) -> None:
    path = str(write("t.csv", "a,y\n" + "".join(f"{row},{'oops' if row == 7 else row * 0.5}\n" for row in range(40))))
    with pytest.raises(UnreadableTableError, match=r"Column “y”: “oops” in row 8 is not a number; a target") as caught:
        Table(path=path).load()
    assert "lines below the table" in str(caught.value) and "add “oops” to the missing words" in str(caught.value)
    assert caught.value.settings == ("footer", "missing_words")
    assert Table(path=path, missing_words="oops").load().samples == 39
