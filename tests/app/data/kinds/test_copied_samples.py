"""Samples copied from the training data, in every way of writing them, are to the network what they were in training.

Machines, recordings, sounds, and the tables and pictures that ship or are downloaded; the other kinds have theirs
beside their own tests.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import wavfile

from app.data import download
from app.data.dataset import Array, Dataset
from app.data.inspect import inspect
from app.data.sources.bundled import BreastCancer, Diabetes, Iris, Wine
from app.data.sources.cmapss import NAMES, Cmapss
from app.data.sources.downloadable import Mnist
from app.data.sources.recordings import Recordings
from app.data.sources.source import Source
from app.inference.new_inputs import read_samples
from graph.errors import NetloomError
from tests.app.conftest import idx, packed_idx

COPIES = 200
"""So many pictures are copied in each way."""


@pytest.fixture(params=[40, pytest.param(200, marks=pytest.mark.slow)])
def copies(request: pytest.FixtureRequest) -> int:
    """So many samples are copied in each way."""
    number: int = request.param
    return number


@pytest.fixture(params=[12, pytest.param(60, marks=pytest.mark.slow)])
def tables(request: pytest.FixtureRequest) -> int:
    """So many tables hold one recording each; most of them are read twice."""
    number: int = request.param
    return number


# Run-to-failure records

LIVES = (12, 30, 31, 45, 60, 38, 52, 44, 33, 49)
"""Cycles of each machine; the first never fills a window."""


def records(seed: int) -> list[Array]:
    """The records of machines (cycles, 24): numbers of all sizes, and some that never change."""
    rng = np.random.default_rng(seed)
    scales = 10.0 ** rng.integers(-3, 5, len(NAMES))
    whole = [rng.normal(size=(life, len(NAMES))) * scales + scales for life in LIVES]
    for record in whole:
        record[:, [2, 7, 20]] = [100.0, 518.67, 0.0]
    return whole


def lines(number: int, record: Array, write: Callable[[float], str], between: str) -> list[str]:
    return [
        between.join([str(number), str(cycle), *map(write, row.tolist())]) for cycle, row in enumerate(record, start=1)
    ]


WRITTEN: dict[str, tuple[Callable[[float], str], str, str]] = {
    "as NASA": ("{:.4f}".format, " ", "  \n"),
    "all digits": (repr, " ", "\n"),
    "with exponents": ("{:.8e}".format, " ", "\n"),
    "tabs": ("{:.6g}".format, "\t", "\n"),
    "Windows": ("{:.3f}".format, "   ", "\r\n"),
}


@pytest.mark.parametrize("way", WRITTEN)
@pytest.mark.parametrize("layout", ["sequence", "picture"])
@pytest.mark.parametrize(("sensors", "stride", "cap"), [("changing", 1, 125), ("all", 3, 20), ("changing", 7, 5000)])
def test_machines(tmp_path: Path, way: str, layout: Any, sensors: Any, stride: int, cap: int, copies: int) -> None:
    """A machine that is cut off where a window of training ends has that window, however its lines are ordered."""
    write, between, end = WRITTEN[way]
    whole = [lines(number, record, write, between) for number, record in enumerate(records(len(way)), start=1)]
    path = tmp_path / "train_FD001.txt"
    path.write_text(end.join(line for machine in whole for line in machine) + end, newline="")
    source = Cmapss(path=path.name, layout=layout, sensors=sensors, stride=stride, cap=cap)
    dataset = source.load(tmp_path)
    windows = np.asarray(dataset.input_field().values)
    ends = [range(life, min(life, 30) - 1, -stride)[::-1] for life in LIVES]
    copied = [(machine, stop) for machine, stops in enumerate(ends) for stop in stops]
    assert len(copied) == len(windows)
    rng = np.random.default_rng(1)
    chosen = rng.integers(0, len(windows), copies)
    new = [
        line.replace(f"{machine + 1}{between}", f"{number}{between}", 1)
        for number, (machine, stop) in enumerate(copied[place] for place in chosen)
        for line in whole[machine][:stop]
    ]
    rng.shuffle(new)
    (tmp_path / "new.txt").write_text(end.join(new) + end, newline="")
    found = read_samples(str(tmp_path / "new.txt"), [dataset.input_field().info], source, tmp_path)
    assert found.names == tuple(f"machine {number}" for number in range(copies))
    np.testing.assert_array_equal(np.asarray(found.arrays["window"]), windows[chosen])


# Recordings


def asked(source: Source, dataset: Dataset, path: Path) -> dict[str, Array]:
    fields = [dataset.fields[name].info for name in (*dataset.inputs, "length") if name in dataset.fields]
    return {name: np.asarray(values) for name, values in read_samples(str(path), fields, source).arrays.items()}


def table(steps: int, rng: np.random.Generator, written: tuple[str, str, str]) -> str:
    """A recording whose rows are in no order, as files of this delimiter, decimal mark and date format have it."""
    delimiter, decimal, when = written
    rows = []
    for step in range(steps):
        time = np.datetime64("2021-03-01T08:00") + np.timedelta64(step, "m")
        values = [f"{rng.normal() * 1234:.3f}".replace(".", decimal) for _ in range(2)]
        clock = time.item().strftime(when) if when else str(step)
        rows.append(delimiter.join([clock, *values]))
    rng.shuffle(rows)
    return "\n".join([delimiter.join(["time", "x", "y"]), *rows]) + "\n"


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ((",", ".", ""), "utf-8"),
        ((";", ",", "%d.%m.%Y %H:%M"), "utf-8-sig"),
        (("\t", ".", "%m/%d/%Y %I:%M %p"), "utf-16"),
        (("|", ",", "%Y-%m-%dT%H:%M:%SZ"), "latin-1"),
    ],
)
@pytest.mark.parametrize("settings", [{}, {"window": 4, "stride": 3}, {"longest": 6}])
def test_recordings_in_tables(
    tmp_path: Path, written: tuple[str, str, str], encoding: str, settings: dict[str, int], tables: int
) -> None:
    rng = np.random.default_rng(3)
    files = [tmp_path / "set" / ("walk", "sit")[number % 2] / f"{number:03}.csv" for number in range(tables)]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(table(int(rng.integers(5, 10)), rng, written), encoding=encoding)
    source = inspect(tmp_path / "set").source.changed(**settings)
    dataset = source.load()
    same_as_in_training(source, dataset, tmp_path / "set", files)


def same_as_in_training(source: Source, dataset: Dataset, folder: Path, files: Sequence[Path]) -> None:
    """All files at once give all samples; the last of them each alone its own, in the order of the files."""
    trained = {name: np.asarray(field.values) for name, field in dataset.fields.items()}
    for name, values in asked(source, dataset, folder).items():
        np.testing.assert_array_equal(values, trained[name])
    end = dataset.samples
    for file in sorted(files)[:-20:-1]:
        alone = asked(source, dataset, file)
        count = len(next(iter(alone.values())))
        for name, values in alone.items():
            np.testing.assert_array_equal(values, trained[name][end - count : end])
        end -= count


@pytest.mark.parametrize("kind", ["int16", "int32", "uint8", "float32", "float64"])
@pytest.mark.parametrize(
    ("settings", "channels"),
    [({}, 1), ({}, 2), ({"channels": "mean"}, 2), ({"rate": 700}, 1), ({"window": 16, "stride": 5}, 1)],
)
def test_sounds(tmp_path: Path, kind: str, settings: dict[str, Any], channels: int, copies: int) -> None:
    rng = np.random.default_rng(4)
    files = [tmp_path / "set" / ("low", "high")[number % 2] / f"{number:03}.wav" for number in range(copies)]
    for number, file in enumerate(files):
        file.parent.mkdir(parents=True, exist_ok=True)
        shape = (20 + number % 7, channels)
        if kind.startswith("float"):
            values = rng.uniform(-1, 1, shape).astype(kind)
        else:
            limits = np.iinfo(kind)
            values = rng.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)
        wavfile.write(file, (1000, 500)[number % 5 == 0], values)
    source = Recordings(path=str(tmp_path / "set")).changed(**settings).resolved()
    same_as_in_training(source, source.load(), tmp_path / "set", files)


# Tables that ship


@pytest.mark.parametrize("source", [Iris(), Wine(), BreastCancer(), Diabetes()], ids=lambda source: source.kind)
@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", "."), ("|", ",")])
@pytest.mark.parametrize("shuffled", [False, True])
def test_tables_that_ship(
    tmp_path: Path, source: Source, delimiter: str, decimal: str, shuffled: bool, copies: int
) -> None:
    dataset = source.load()
    field = dataset.input_field()
    values = np.asarray(field.values)
    rng = np.random.default_rng(2)
    rows = rng.integers(0, len(values), copies)
    columns = rng.permutation(len(field.names)) if shuffled else np.arange(len(field.names))
    text = [delimiter.join(field.names[column] for column in columns)]
    text += [
        delimiter.join(str(values[row, column]).replace(".", decimal) for column in columns) for row in rows.tolist()
    ]
    (tmp_path / "new.csv").write_text("\n".join(text) + "\n")
    found = read_samples(str(tmp_path / "new.csv"), [field.info], source)
    np.testing.assert_array_equal(np.asarray(found.arrays[field.name]), values[rows])


# Pictures in the files of their makers


@pytest.mark.parametrize("marks", [1, 2])
@pytest.mark.parametrize("packed", [False, True])
def test_cifar(tmp_path: Path, marks: int, packed: bool) -> None:
    records = np.random.default_rng(6).integers(0, 256, (COPIES, marks + 3072), dtype=np.uint8)
    records[:, :marks] = np.arange(COPIES)[:, None] % 10
    name = "data_batch_1.bin" if marks == 1 else "train.bin"
    path = tmp_path / "set" / name
    path.parent.mkdir()
    path.write_bytes(records.tobytes())
    if packed:
        with tarfile.open(tmp_path / "set.tar.gz", "w:gz") as archive:
            archive.add(path, name)
        path = tmp_path / "set.tar.gz"
    source = inspect(path).source
    dataset = source.load()
    trained = np.asarray(dataset.input_field().values)
    assert len(trained) == COPIES
    for copied in (path, tmp_path / "set", tmp_path / "set" / name):
        np.testing.assert_array_equal(asked(source, dataset, copied)["image"], trained)
    (tmp_path / "few.bin").write_bytes(records[[5, 190]].tobytes())
    np.testing.assert_array_equal(asked(source, dataset, tmp_path / "few.bin")["image"], trained[[5, 190]])
    (tmp_path / "odd.bin").write_bytes(b"x" * 4000)
    with pytest.raises(NetloomError, match="no whole number of pictures"):
        asked(source, dataset, tmp_path / "odd.bin")


@pytest.mark.parametrize("written", [packed_idx, idx])
def test_digits_of_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: Callable[[Array], bytes]) -> None:
    rng = np.random.default_rng(7)
    pictures = rng.integers(0, 256, (COPIES, 28, 28), dtype=np.uint8)
    for part, rows in (("train", slice(0, 150)), ("t10k", slice(150, COPIES))):
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(packed_idx(pictures[rows]))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(packed_idx(np.arange(COPIES)[rows] % 10))
    monkeypatch.setattr(download, "is_here", lambda kind: True)
    monkeypatch.setattr(download, "place", lambda kind: tmp_path)
    monkeypatch.setattr(Mnist, "samples", COPIES)
    source = Mnist()
    dataset = source.load()
    (tmp_path / "new-images-idx3-ubyte").write_bytes(written(pictures[::-1]))
    new = tmp_path / "new-images-idx3-ubyte"
    if written is packed_idx:
        new = new.rename(tmp_path / "new.gz")
    np.testing.assert_array_equal(asked(source, dataset, new)["image"], np.asarray(dataset.input_field().values)[::-1])
