"""New texts, series and machines are asked about as they lie on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.data.sources.cmapss import Cmapss
from app.data.sources.series import Series
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.sources.texts import Text
from app.inference.new_inputs import read_samples
from app.system.number_format import format_number, format_short
from graph.errors import NetloomError
from tests.app.conftest import Write
from tests.app.data.readers.test_readers import machines


def asked(given: Path, source: Source, base: Path | None = None) -> tuple[np.ndarray, tuple[str, ...]]:
    """What a network trained on ``source`` reads of ``given``, and what the samples are called."""
    field = source.load(base).info.input_field()
    samples = read_samples(str(given), [field], source, base)
    return np.asarray(samples.arrays[field.name]), samples.names


@pytest.fixture
def letters(write: Write) -> Text:
    for row in range(12):
        write(f"letters/{'good' if row % 2 else 'bad'}/{row}.txt", "fine work" if row % 2 else "poor work")
    return Text(path=str(write("letters/note.md", "").parent), length=4)


def test_a_file_is_a_text_where_files_were_learned(write: Write, letters: Text) -> None:
    words = letters.load().input_field().vocabulary
    values, names = asked(write("new.txt", "Fine\nwork indeed"), letters)
    assert [words[place] for place in values[0]] == ["fine", "work", "(unknown)", "(padding)"]
    assert names == ("new.txt",)


def test_a_folder_of_texts(write: Write, letters: Text) -> None:
    write("new/deep/b.txt", "poor")
    write("new/.hidden", "x")
    values, names = asked(write("new/a.txt", "").parent, letters)
    assert names == ("a.txt", "deep/b.txt")
    assert values[0].tolist() == [0] * 4 and values[1, 0] > 1
    odd = write("new/c.txt", b"\0\1\2")
    samples = read_samples(str(odd.parent), [letters.load().info.input_field()], letters)
    assert (samples.names, samples.problems) == (names, ("c.txt is too large, or no text",))
    with pytest.raises(NetloomError, match=r"c\.txt is too large, or no text"):
        asked(odd, letters)
    with pytest.raises(NetloomError, match=r"holds 0 \.txt files"):
        asked(write("none/a.md", "").parent, letters)


@pytest.mark.parametrize("layout", ["sequence", "picture"])
def test_machines_are_told_by_their_latest_window(write: Write, layout: Any) -> None:
    path = write("train_FD001.txt", machines([40, 35, 50, 45]))
    source = Cmapss(path=path.name, window=30, layout=layout)
    learned = source.load(path.parent)
    again, names = asked(path, source, path.parent)
    assert names == ("machine 1", "machine 2", "machine 3", "machine 4")
    ends = np.cumsum([11, 6, 21, 16]) - 1
    np.testing.assert_allclose(again, learned.input_field().values[ends], rtol=1e-6)
    few, names = asked(write("new.txt", machines([12])), source, path.parent)
    assert names == ("machine 1",) and few.shape == again[:1].shape
    with pytest.raises(NetloomError, match="26 numbers on every line"):
        asked(write("odd.txt", "1 2 3\n"), source, path.parent)


def test_each_series_is_told_by_its_latest_window(write: Write) -> None:
    rows = [(place, step, 100 * number + step) for number, place in enumerate(("north", "south")) for step in range(40)]
    frame = pd.DataFrame(rows, columns=["place", "time", "load"])
    path = write("s.csv", frame.sample(frac=1, random_state=1).to_csv(index=False))
    source = Series(path=str(path), target="load", order="time", group="place", window=5, divide="by_time")
    values, names = asked(path, source)
    assert sorted(names) == ["north", "south"]
    latest = dict(zip(names, values[:, :, -1].tolist(), strict=True))
    assert latest == {"north": [35, 36, 37, 38, 39], "south": [135, 136, 137, 138, 139]}
    short = write("new.csv", frame[frame.time > 36].to_csv(index=False))
    with pytest.raises(NetloomError, match=r"“north” in new\.csv has 3 usable time steps, but the network reads 5"):
        asked(short, source)
    one = write("one.csv", frame.head(9).drop(columns="place").to_csv(index=False))
    values, names = asked(one, source)
    assert names == () and values[0, :, -1].tolist() == [4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("source", "columns", "lacked"),
    [
        (Table(target="y", dates="calendar", missing="flag"), "a,when\n1,2024-01-01\n", "kind"),
        (Table(target="y", dates="calendar", missing="flag"), "a,kind\n1,u\n", "when"),
        (Table(target="y", dates="calendar", missing="flag"), "when,kind\n2024-01-01,u\n", "a"),
        (Series(target="y", order="when", columns=("y", "a"), calendar=True, window=3), "y,a\n1,2\n", "when"),
        (Series(target="y", order="when", columns=("a",), lags=(2,), window=3), "when,a\n2024-01-01,2\n", "y"),
    ],
)
def test_the_column_that_is_missing_is_named_as_in_the_file(
    write: Write, source: Source, columns: str, lacked: str
) -> None:
    rows = [f"{'' if row % 9 == 4 else row},{'uv'[row % 2]},2024-01-{row % 28 + 1:02},{row * 0.5}" for row in range(60)]
    learned = source.changed(path=str(write("t.csv", "a,kind,when,y\n" + "\n".join(rows))))
    with pytest.raises(NetloomError, match=f"has no column “{lacked}”, which the network reads"):
        asked(write("new.csv", columns), learned)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (229656.44, "229,656"), (12.5, "12.5"), (-0.013249, "-0.01325"), (2.5e12, "2.5e+12"), (1e-9, "1e-09"),
     (1000.0, "1000"), (10_000.0, "10,000"), (float("nan"), "nan")],
)  # fmt: skip
def test_amounts_are_written_for_people(value: float, shown: str) -> None:
    assert format_short(value) == shown
    assert float(format_number(value).replace(",", "")) == pytest.approx(value, rel=1e-2, nan_ok=True)
