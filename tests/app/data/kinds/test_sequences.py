"""Labelled sequences: long tables and folders of recordings, each a sample, never parted, read alike at prediction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile

from app.data.data_choice import DataChoice
from app.data.dataset import Array, Dataset, Task
from app.data.inspect import inspect
from app.data.prepare import prepare
from app.data.readers.recording_files import as_shares, resampled
from app.data.readers.sequence_roles import sequence_roles
from app.data.readers.sequence_samples import Cut
from app.data.readers.table_file import read_table
from app.data.sources.recordings import Recordings
from app.data.sources.sequences import Sequences
from app.data.sources.series import Series
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.inference.new_inputs import Samples, read_samples
from graph.errors import NetloomError
from tests.app.conftest import Write

CASES = Path("tests/cases")


def seen(dataset: Dataset) -> Array:
    return np.asarray(dataset.fields["sequence"].values)


def labels(dataset: Dataset) -> list[str]:
    target = dataset.target_field()
    return [target.classes[place] for place in np.asarray(target.values)]


def predicted(source: Source, path: Path) -> Samples:
    dataset = source.load()
    return read_samples(
        str(path), [dataset.fields[name].info for name in ("sequence", "length") if name in dataset.fields], source
    )


def long_table(lengths: list[int], written: Callable[[int, int], str] = "{},{}".format) -> str:
    """Sequences of these lengths, labelled ``up`` and ``down`` in turn; the value says sequence and step."""
    rows = [
        f"{written(number, step)},{number + step / 100:.2f},{step},{('up', 'down')[number % 2]}"
        for number, length in enumerate(lengths)
        for step in range(length)
    ]
    return "\n".join(["id,step,x,y,label", *rows]) + "\n"


# Long tables


def test_sequences_in_a_long_table() -> None:
    found = inspect(CASES / "long_sequences.csv", target="activity")
    assert isinstance(found.source, Sequences)
    assert (found.source.sequence, found.source.order, found.source.target) == ("sequence", "step", "activity")
    dataset = found.source.load()
    assert seen(dataset).shape == (40, 30, 2)
    assert dataset.fields["sequence"].names == ("ax", "ay")
    assert dataset.task is Task.CLASSIFICATION
    np.testing.assert_allclose(seen(dataset)[0, :2], [[0.059, 0.076], [0.933, 0.686]])
    assert labels(dataset)[0] == "walk"


def test_sequences_of_unequal_length_are_padded_and_counted(write: Write) -> None:
    source = inspect(write("t.csv", long_table([5, 3, 7, 4, 6, 2]))).source
    dataset = source.load()
    assert seen(dataset).shape == (6, 7, 2)
    assert dataset.fields["sequence"].lengths == "length"
    assert np.asarray(dataset.fields["length"].values).ravel().tolist() == [5, 3, 7, 4, 6, 2]
    assert seen(dataset)[1, 3:].tolist() == [[0, 0]] * 4
    assert "Sequences have 2 to 7 steps." in dataset.notes


@pytest.mark.parametrize(
    ("written", "structure"),
    [
        ("{},{}".format, "numbers"),
        ("s{},{}".format, "words"),
        (lambda number, step: f"rec-{number:03},{step + 1}", "from one"),
        (lambda number, step: f"{number},2021-03-01 10:{step:02}:00", "times"),
        (lambda number, step: f"{number},{1_617_000_000 + 100 * number + step}", "counted time"),
        (lambda number, step: f"{number},{step * 0.02:.2f}", "seconds"),
    ],
)
def test_the_structure_shows_what_columns_are(write: Write, written: Callable[[int, int], str], structure: str) -> None:
    text = long_table([5, 6, 5, 6, 5, 6, 5, 6], written).replace(
        "step,", "time," if structure != "numbers" else "step,", 1
    )
    source = inspect(write("t.csv", text)).source
    assert isinstance(source, Sequences)
    assert (source.sequence, source.target) == ("id", "label")
    assert seen(source.load()).shape[0] == 8


def test_gaps_are_those_within_a_sequence(write: Write) -> None:
    late = {(0, 0), (1, 0)}  # the first step of two sequences comes four steps early
    path = write("t.csv", long_table([6] * 8, lambda number, step: f"{number},{step - 4 * ((number, step) in late)}"))
    dataset = Sequences(path=str(path), sequence="id", order="step", target="label").load()
    assert "The times in “step” have 2 gaps, the longest of 5; windows run across." in dataset.notes
    even = write("e.csv", long_table([6] * 8))
    notes = Sequences(path=str(even), sequence="id", order="step", target="label").load().notes
    assert not any("The times in" in note for note in notes)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a,b,kind\n" + "".join(f"{row / 7},{row % 5},{'xy'[row % 2]}\n" for row in range(60)), Table),
        ("date,shop,sales\n" + "".join(f"2021-01-{1 + row % 28:02},s{row // 28},{row}\n" for row in range(84)), Series),
        ("id,age,stays\n" + "".join(f"{row},{row % 50},{'yn'[row % 2]}\n" for row in range(60)), Table),
        (
            "patient,visit,score,result\n"
            + "".join(f"{row // 5},{row % 5},{row},{'pn'[row % 2]}\n" for row in range(60)),
            Table,
        ),
    ],
)
def test_other_tables_are_no_sequences(write: Write, text: str, kind: type[Source]) -> None:
    assert isinstance(inspect(write("t.csv", text)).source, kind)


def test_a_table_without_that_structure_is_read_as_sequences_where_that_is_said(write: Write) -> None:
    rows = "".join(f"{row // 6},{row % 6 + row / 10},{row},{'xy'[row % 2]}\n" for row in range(60))
    table = read_table(write("t.csv", "id,step,x,kind\n" + rows))
    assert sequence_roles(table) is None
    assert Sequences.fitting(table, "") == ({"target": "kind", "sequence": "id", "order": "step"}, ())
    assert Sequences.fitting(table, "x")[0]["target"] == "x"


def test_rows_may_come_in_any_order(write: Write) -> None:
    header, *rows = long_table([5, 3, 7, 4, 6, 2]).splitlines()
    whole = Sequences(path=str(write("a.csv", "\n".join([header, *rows]))), sequence="id", order="step", target="label")
    order = np.random.default_rng(0).permutation(len(rows))
    mixed = whole.changed(path=str(write("b.csv", "\n".join([header, *(rows[place] for place in order)]))))
    by_first = {float(sample[0, 0]): sample for sample in seen(mixed.load())}
    for sample in seen(whole.load()):
        np.testing.assert_array_equal(by_first[float(sample[0, 0])], sample)


def test_a_label_that_changes_is_refused(write: Write) -> None:
    path = write("t.csv", long_table([3, 3, 3, 3]).replace("1,2,1.02,2,down", "1,2,1.02,2,up"))
    with pytest.raises(NetloomError, match="changes within sequence “1”, from “down” to “up”"):
        Sequences(path=str(path), sequence="id", order="step", target="label").load()


@pytest.mark.parametrize("order", ["", "step"])
def test_a_table_of_which_no_row_is_left_is_refused_with_a_sentence(write: Write, order: str) -> None:
    """Found by the battery: rows too short for the header, so that none had a label, ended in a ValueError."""
    rows = [f"{number // 4},{number % 4},{number / 2},walk" for number in range(16)]
    file = write("f.csv", "\n".join(["id,step,x,l,l,label", *rows]))
    source = Sequences(path=str(file), sequence="id", target="label", order=order, columns=("x",))
    with pytest.raises(NetloomError, match=r"No row of f\.csv is part of a sequence"):
        source.load()


def test_gaps_repeat_the_last_value_and_empty_columns_leave_a_sequence_out(write: Write) -> None:
    text = long_table([3, 3, 3, 3, 3]).replace("0,1,0.01,", "0,1,,").replace("1,0,1.00,", "1,0,,")
    for step in range(3):
        text = text.replace(f"2,{step},2.0{step},", f"2,{step},,")
    dataset = Sequences(path=str(write("t.csv", text)), sequence="id", order="step", target="label").load()
    assert seen(dataset)[0, :, 0].tolist() == pytest.approx([0, 0, 0.02])
    assert seen(dataset)[1, :, 0].tolist() == pytest.approx([1.01, 1.01, 1.02])
    assert len(seen(dataset)) == 4
    assert "Sequences without any value in a column are left out (1): “2”." in dataset.notes


def test_amounts_are_labels_too(write: Write) -> None:
    rows = "".join(f"{number},{step},{number * step},{number / 3:.3f}\n" for number in range(12) for step in range(4))
    dataset = inspect(write("t.csv", "id,step,x,target\n" + rows)).source.load()
    assert dataset.task is Task.REGRESSION
    assert np.asarray(dataset.target_field().values).ravel().tolist() == pytest.approx(
        [n / 3 for n in range(12)], abs=1e-3
    )


def test_windows_of_a_sequence_and_sequences_of_a_person_stay_together(write: Write) -> None:
    text = "person," + long_table([20] * 12)
    text = (
        text.splitlines()[0]
        + "\n"
        + "\n".join(f"p{int(row.split(',')[0]) // 2},{row}" for row in text.splitlines()[1:])
    )
    source = Sequences(
        path=str(write("t.csv", text)), sequence="id", order="step", target="label", columns=("x",), window=6
    )
    for changed in (source, source.changed(group="person"), source.changed(group="person", window=0)):
        prepared = prepare(DataChoice(source=changed, standardise=False))
        whose = {
            name: set(np.floor(np.asarray(part.arrays["sequence"])[:, 0, 0])) for name, part in prepared.parts.items()
        }
        if changed.group:
            whose = {name: {number // 2 for number in numbers} for name, numbers in whose.items()}
        assert all(whose.values())
        assert not whose["train"] & whose["validation"] and not whose["train"] & whose["test"]
        assert not whose["validation"] & whose["test"]
    assert Cut(6).spans(20) == [(0, 6), (3, 9), (6, 12), (9, 15), (12, 18)]
    assert Cut(6, 4, 15).spans(20) == [(0, 6), (4, 10), (8, 14)]


def test_padding_is_not_measured(write: Write) -> None:
    source = Sequences(path=str(write("t.csv", long_table([9, 2] * 10))), sequence="id", order="step", target="label")
    prepared = prepare(DataChoice(source=source))
    values, steps = (np.asarray(prepared.train.arrays[name]) for name in ("sequence", "length"))
    own = np.arange(9) < steps
    assert np.abs(values[own].mean(axis=0)).max() < 1e-5
    assert values[own].std(axis=0) == pytest.approx([1, 1], abs=1e-5)
    assert (values[~own] == 0).all()


@given(st.lists(st.integers(1, 12), min_size=6, max_size=12), st.integers(0, 5), st.sampled_from(",;\t"), st.data())
def test_copied_sequences_are_read_as_training_read_them(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], window: int, delimiter: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("made")
    header, *rows = long_table(lengths).replace(",", delimiter).splitlines()
    (folder / "t.csv").write_text("\n".join([header, *rows]) + "\n")
    path = str(folder / "t.csv")
    source = Sequences(path=path, sequence="id", order="step", target="label", window=window).resolved()
    dataset = source.load()
    number = data.draw(st.integers(0, len(lengths) - 1))
    own = [row for row in rows if row.split(delimiter)[0] == str(number)]
    shuffled = data.draw(st.permutations(own))
    (folder / "new.csv").write_text("\n".join([header, *shuffled]) + "\n")
    found = predicted(source, folder / "new.csv")
    whose = np.flatnonzero(np.floor(seen(dataset)[:, 0, 0] + 1e-3) == number)
    np.testing.assert_array_equal(np.asarray(found.arrays["sequence"]), seen(dataset)[whose])
    if "length" in dataset.fields:
        np.testing.assert_array_equal(found.arrays["length"], np.asarray(dataset.fields["length"].values)[whose])


def test_a_new_table_may_hold_one_sequence_without_a_name(write: Write) -> None:
    source = inspect(write("t.csv", long_table([5, 3, 7, 4, 6, 2]))).source
    found = predicted(source, write("new.csv", "y,x\n0,9.5\n1,8.5\n"))
    assert np.asarray(found.arrays["sequence"])[0, :3].tolist() == [[9.5, 0], [8.5, 1], [0, 0]]
    assert found.names == ("new.csv",)
    with pytest.raises(NetloomError, match="has no column “x”"):
        predicted(source, write("bad.csv", "y,z\n0,9.5\n"))
    with pytest.raises(NetloomError, match="has 8 steps, but this network takes 7"):
        predicted(source, write("long.csv", "x,y\n" + "1,2\n" * 8))


# Folders of tables


def recording(number: int, steps: int) -> str:
    return "t,x,y\n" + "".join(f"{step},{number + step / 100:.2f},{step}\n" for step in range(steps))


def by_folders(write: Write) -> Path:
    for number in range(24):
        path = write(f"data/{('walk', 'sit')[number % 2]}/rec{number}.csv", recording(number, 5 + number % 3))
    return path.parent.parent


def by_table(write: Write) -> Path:
    for number in range(24):
        write(f"data/recordings/rec{number}.csv", recording(number, 5 + number % 3))
    rows = "".join(f"rec{number},{('walk', 'sit')[number % 2]}\n" for number in range(24))
    return write("data/labels.csv", "file,activity\n" + rows).parent


def by_column(write: Write) -> Path:
    for number in range(24):
        lines = recording(number, 5 + number % 3).splitlines()
        label = ("walk", "sit")[number % 2]
        path = write(
            f"data/rec{number}.csv", "\n".join([f"{lines[0]},label", *(f"{line},{label}" for line in lines[1:])])
        )
    return path.parent


def by_names(write: Write) -> Path:
    for number in range(24):
        path = write(f"data/{('walk', 'sit')[number % 2]}_{number:02}.csv", recording(number, 5 + number % 3))
    return path.parent


@pytest.mark.parametrize(
    ("made", "how"), [(by_folders, "folders"), (by_table, "table"), (by_column, "column"), (by_names, "names")]
)
def test_recordings_are_labelled_in_four_ways(write: Write, made: Callable[[Write], Path], how: str) -> None:
    source = inspect(made(write)).source
    assert isinstance(source, Recordings)
    assert (source.labels, source.columns, source.order, source.window) == (how, ("x", "y"), "t", 0)
    dataset = source.load()
    assert seen(dataset).shape == (24, 7, 2)
    number = np.floor(seen(dataset)[:, 0, 0] + 1e-3).astype(int)
    assert labels(dataset) == [("walk", "sit")[one % 2] for one in number]
    steps = np.asarray(dataset.fields["length"].values).ravel()
    assert steps.tolist() == [5 + one % 3 for one in number]


def test_new_recordings_are_read_as_those_of_training(write: Write) -> None:
    folder = by_folders(write)
    source = inspect(folder).source
    dataset = source.load()
    one = predicted(source, folder / "walk" / "rec4.csv")
    place = int(np.flatnonzero(np.floor(seen(dataset)[:, 0, 0] + 1e-3) == 4)[0])
    np.testing.assert_array_equal(np.asarray(one.arrays["sequence"])[0], seen(dataset)[place])
    assert one.names == ("rec4.csv",)
    all_of_them = predicted(source, folder)
    np.testing.assert_array_equal(np.asarray(all_of_them.arrays["sequence"]), seen(dataset))


def test_folders_may_be_the_split(write: Write) -> None:
    for number in range(24):
        part = ("train", "train", "test")[number // 2 % 3]
        path = write(f"data/{part}/{('walk', 'sit')[number % 2]}/rec{number}.csv", recording(number, 5))
    dataset = inspect(path.parent.parent.parent).source.load()
    assert dataset.given is not None
    assert np.bincount(dataset.given).tolist() == [16, 0, 8]


def test_recordings_that_cannot_be_read_are_named(write: Write) -> None:
    folder = by_folders(write)
    write("data/sit/broken.csv", "t,z\n0,1\n")
    dataset = inspect(folder).source.load()
    assert any("1 recording is left out: broken.csv has no column “x”" in note for note in dataset.notes)
    assert len(seen(dataset)) == 24


def test_few_recordings_are_cut_into_windows_that_stay_together(write: Write) -> None:
    for number in range(8):
        path = write(f"data/{('walk', 'sit')[number % 2]}/rec{number}.csv", recording(number, 80))
    source = inspect(path.parent.parent).source
    assert isinstance(source, Recordings)
    assert source.window == 20
    prepared = prepare(DataChoice(source=source, standardise=False))
    whose = [set(np.floor(np.asarray(part.arrays["sequence"])[:, 0, 0] + 1e-3)) for part in prepared.parts.values()]
    assert sum(map(len, whose)) == 8
    found = predicted(source, path)
    assert found.names[:2] == ("rec7.csv, steps 1 to 20", "rec7.csv, steps 11 to 30")


@pytest.mark.parametrize(
    "files",
    [{"train.csv": "a,b\n1,2\n", "test.csv": "a\n1\n", "sample_submission.csv": "a,b\n1,0\n"}, {"a.csv": "x\n1\n"}, {}],
)
def test_other_folders_are_no_recordings(write: Write, files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        write(f"data/{name}", text)
    (tmp_path / "data").mkdir(exist_ok=True)
    with pytest.raises(NetloomError):
        inspect(tmp_path / "data")
    with pytest.raises(NetloomError, match="recordings were found, but nothing that labels them"):
        Recordings(path=str(tmp_path / "data")).load()


def test_a_file_is_no_folder_of_recordings(write: Write) -> None:
    with pytest.raises(NetloomError, match="choose the folder that holds a file for each recording"):
        Recordings(path=str(write("a.csv", "x\n1\n"))).load()


# Waveforms


def tone(pitch: float, rate: int, seconds: float, kind: str = "int16") -> Array:
    wave = 0.5 * np.sin(2 * np.pi * pitch * np.arange(round(rate * seconds)) / rate)
    if kind == "float32":
        return wave.astype(np.float32)
    if kind == "uint8":
        return np.round(wave * 128 + 128).astype(np.uint8)
    return np.round(wave * np.iinfo(kind).max).astype(kind)


def sounds(folder: Path, count: int = 24, rate: int = 1000, kind: str = "int16", channels: int = 1) -> Path:
    for number in range(count):
        label = ("low", "high")[number % 2]
        (folder / label).mkdir(parents=True, exist_ok=True)
        values = tone(20 if label == "low" else 90, rate, 0.1 + 0.01 * (number % 3), kind)
        values = np.stack([values] * channels, axis=1) if channels > 1 else values
        wavfile.write(folder / label / f"{number}.wav", rate, values)
    return folder


def test_waveforms_keep_their_rate_and_their_length(tmp_path: Path) -> None:
    found = inspect(sounds(tmp_path / "tones"))
    assert isinstance(found.source, Recordings)
    assert found.source.rate == 1000
    dataset = found.source.load()
    assert seen(dataset).shape == (24, 120, 1)
    assert dataset.fields["sequence"].names == ("sound",)
    assert "1,000 steps a second" in dataset.summary
    assert np.abs(seen(dataset)).max() == pytest.approx(0.5, abs=0.01)
    one = predicted(found.source, tmp_path / "tones" / "low" / "4.wav")
    np.testing.assert_array_equal(
        np.asarray(one.arrays["sequence"])[0], seen(dataset)[labels(dataset).index("low") + 2]
    )


@pytest.mark.parametrize("kind", ["int16", "int32", "uint8", "float32"])
def test_sounds_of_every_depth_are_shares(kind: str) -> None:
    assert as_shares(tone(20, 1000, 0.1, kind)) == pytest.approx(tone(20, 1000, 0.1, "float32"), abs=0.01)


def test_other_rates_are_resampled_and_told(tmp_path: Path) -> None:
    folder = sounds(tmp_path / "tones")
    wavfile.write(folder / "low" / "odd.wav", 2000, tone(20, 2000, 0.1))
    source = inspect(folder).source
    dataset = source.load()
    assert "1 of 25 recordings are at 2,000 Hz and are resampled to 1,000 Hz." in dataset.notes
    assert len(resampled(tone(20, 2000, 0.1, "float32")[:, None], 2000, 1000)) == 100
    wavfile.write(tmp_path / "new.wav", 500, tone(20, 500, 0.1))
    found = predicted(source, tmp_path / "new.wav")
    assert found.notes == ("1 of 1 recordings are at 500 Hz and are resampled to 1,000 Hz.",)
    assert int(np.asarray(found.arrays["length"])[0, 0]) == 100


def test_channels_are_kept_or_averaged(tmp_path: Path) -> None:
    folder = sounds(tmp_path / "tones", channels=2)
    source = inspect(folder).source
    assert source.load().fields["sequence"].names == ("sound 1", "sound 2")
    wavfile.write(folder / "low" / "mono.wav", 1000, tone(20, 1000, 0.1))
    with pytest.raises(NetloomError, match="set channels to mean to read both"):
        source.load()
    assert source.changed(channels="mean").load().fields["sequence"].names == ("sound",)


def test_broken_sounds_are_named(tmp_path: Path) -> None:
    folder = sounds(tmp_path / "tones")
    (folder / "low" / "bad.wav").write_bytes(b"RIFF nothing")
    (folder / "low" / ".hidden.wav").write_bytes(b"")
    dataset = inspect(folder).source.load()
    assert any(note.startswith("1 recording is left out: bad.wav cannot be read as WAV") for note in dataset.notes)
    with pytest.raises(NetloomError, match=r"cannot be read as WAV"):
        predicted(inspect(folder).source, folder / "low" / "bad.wav")


@given(st.integers(0, 23), st.integers(0, 60))
def test_copied_sounds_are_heard_as_in_training(
    tmp_path_factory: pytest.TempPathFactory, number: int, window: int
) -> None:
    folder = sounds(tmp_path_factory.getbasetemp() / "copied tones")
    source = Recordings(path=str(folder), window=window).resolved()
    dataset = source.load()
    file = folder / ("low", "high")[number % 2] / f"{number}.wav"
    found = np.asarray(predicted(source, file).arrays["sequence"])
    rows = {sample.tobytes() for sample in seen(dataset)}
    assert all(sample.tobytes() in rows for sample in found)
