"""Recording files: one table or WAV sound per recording, listed with their labels and read as steps x channels."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.column_values import CLASSES, natural_order, numbers
from app.data.readers.file_access import readable
from app.data.readers.likely_roles import PART_NAMES, is_called_target, likely_target
from app.data.readers.sequence_samples import Recording, without_gaps
from app.data.readers.table_file import TableData, read_table
from app.data.readers.table_format import Reading
from app.data.readers.time_column import in_order, with_times
from graph.errors import NetloomError

TABLES = (".csv", ".tsv", ".parquet", ".pq")
SOUNDS = (".wav", ".wave")
ENDINGS = (*TABLES, *SOUNDS)
"""How the names of files end that may hold a recording each."""
LOOKED_AT = 10
"""So many tables show which columns most of them have."""
MOST = 200_000
"""Most files of a folder."""
LISTED = 5
"""So many files that are left out are named."""
SOUND = "sound"
"""The channel of a waveform, with a number behind where there are several."""


@dataclass(frozen=True)
class RecordingListing:
    """Recordings of a folder: ``labels`` are the names of their classes, or amounts as text, one for each file.

    ``how`` says where the labels stand: ``folders``, ``table``, ``column`` or ``names``. ``given`` uint8 (N,) is the
    part of the split of each, or None. ``column`` names the column of labels in a table or in the files.
    """

    files: tuple[Path, ...]
    labels: tuple[str, ...]
    how: str
    given: Array | None = None
    column: str = ""
    notes: tuple[str, ...] = ()


def recordings_below(folder: Path) -> list[Path]:
    """The files in a folder, and in those in it, that may hold recordings; hidden ones and links are passed over."""
    found = [
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in ENDINGS
        and _plain(file.relative_to(folder))
        and file.is_file()
        and not file.is_symlink()
    ]
    if len(found) > MOST:
        raise NetloomError(f"{folder.name} holds {len(found):,} recordings; at most {MOST:,} can be read.")
    found.sort(key=lambda file: natural_order(file.relative_to(folder).as_posix()))
    sounds = [file for file in found if file.suffix.lower() in SOUNDS]
    return sounds or found


def _plain(path: Path) -> bool:
    return not any(part.startswith((".", "__MACOSX")) for part in path.parts)


def list_recordings(
    folder: Path, how: str, column: str, reading: Reading, files: Sequence[Path] | None = None
) -> RecordingListing:
    """The recordings of a folder with their labels; ``files`` are those below it, where they are known already.

    Labels are the names of folders, stand in a table that names the files, in a column of the files themselves, or
    before the first sign in the names of files; ``auto`` takes the first of these that is there. ``column`` is that of
    the labels where there are several.

    Raises
    ------
    NetloomError
        if there are no recordings, or nothing labels them.
    """
    files = recordings_below(folder) if files is None else files
    finders = {"folders": _by_folder, "table": _by_table, "column": _by_column, "names": _by_name}
    for name, finder in finders.items():
        if how in (name, "auto"):
            listing = finder(folder, files, column, reading)
            if listing is not None:
                return listing
    raise NetloomError(
        f"{folder.name}: {len(files)} recordings were found, but nothing that labels them; put those of each class "
        "into a folder of its own, or add a table (labels.csv) with a column of file names and one of labels."
    )


def _by_folder(folder: Path, files: Sequence[Path], column: str, reading: Reading) -> RecordingListing | None:
    """Folders of classes, perhaps within folders called train, validation and test."""
    parts = [file.relative_to(folder).parts for file in files]
    parted = bool(parts) and all(len(part) > 2 and part[0].lower() in PART_NAMES for part in parts)
    inner = 1 if parted else 0
    kept = [(file, part) for file, part in zip(files, parts, strict=True) if len(part) > inner + 1]
    labels = tuple(readable(part[inner]) for _, part in kept)
    if not 2 <= len(set(labels)) <= CLASSES or len(kept) < 2 * len(set(labels)):
        return None
    given = np.array([PART_NAMES[part[0].lower()] for _, part in kept], np.uint8) if parted else None
    left = len(files) - len(kept)
    notes = (f"Files that lie in no folder of a class are left out ({left}).",) if left else ()
    return RecordingListing(tuple(file for file, _ in kept), labels, "folders", given, notes=notes)


def _by_table(folder: Path, files: Sequence[Path], column: str, reading: Reading) -> RecordingListing | None:
    """A table in the folder, one of whose columns names the other files, with or without their ending or folder."""
    for file in sorted(entry for entry in folder.iterdir() if entry.suffix.lower() in (*TABLES, ".xlsx", ".txt")):
        others = [other for other in files if other != file]
        try:
            table = read_table(file)
        except NetloomError:
            continue
        listing = _named_in(folder, table, others, column)
        if listing is not None:
            return listing
    return None


def _named_in(folder: Path, table: TableData, files: Sequence[Path], column: str) -> RecordingListing | None:
    by_name: dict[str, Path] = {}
    for file in files:
        inner = file.relative_to(folder)
        for name in (file.stem, file.name, inner.with_suffix("").as_posix(), inner.as_posix()):
            by_name[name] = file
    for name in table.names:
        words = table[name].dropna().astype(str).str.strip()
        known = words.map(by_name)
        if len(words) > 2 and known.nunique() >= max(2, len(words) / 2):
            label = column or likely_target([table.column(other) for other in table.names if other != name])
            if label not in table:
                continue
            rows = known[known.notna() & table[label].notna()].drop_duplicates()
            left = len(files) - len(rows)
            notes = (f"Files that {table.file.name} gives no label are left out ({left}).",) if left else ()
            labels = tuple(table[label].loc[rows.index].astype(str))
            return RecordingListing(tuple(rows), labels, "table", column=label, notes=notes)
    return None


def _by_column(folder: Path, files: Sequence[Path], column: str, reading: Reading) -> RecordingListing | None:
    """A column of the files that holds the same value in all rows of a file, and is called as labels are."""
    if not files or files[0].suffix.lower() not in TABLES:
        return None
    first = read_table(typical_table(files, reading), reading)
    known = replace(reading, recipe=reading.recipe or first.recipe)
    names = [column] if column else [name for name in first.names if is_called_target(name)]
    for name in names:
        labels = [_constant(file, name, known) for file in files]
        kept = [(file, label) for file, label in zip(files, labels, strict=True) if label is not None]
        if len({label for _, label in kept}) > 1 and len(kept) > len(files) / 2:
            left = len(files) - len(kept)
            notes = (f"Files without one label in “{name}” are left out ({left}).",) if left else ()
            return RecordingListing(
                tuple(file for file, _ in kept), tuple(label for _, label in kept), "column", column=name, notes=notes
            )
    return None


def _constant(file: Path, name: str, reading: Reading) -> str | None:
    """The value that a column has in all rows of a file; None where it has several, or is not there."""
    try:
        table = read_table(file, reading)
    except NetloomError:
        return None
    values = table[name].dropna().unique().tolist() if name in table else []
    return str(values[0]) if len(values) == 1 else None


def typical_table(files: Sequence[Path], reading: Reading) -> Path:
    """One of the files with the columns that most of them have, by a look at some.

    Raises
    ------
    NetloomError
        if none of these can be read.
    """
    columns: dict[Path, tuple[str, ...]] = {}
    problem: NetloomError | None = None
    for file in files[:: max(1, len(files) // LOOKED_AT)]:
        try:
            columns[file] = read_table(file, reading).names
        except NetloomError as error:
            problem = problem or error
    if not columns:
        assert problem is not None
        raise problem
    usual = Counter(columns.values()).most_common(1)[0][0]
    return next(file for file, names in columns.items() if names == usual)


def _by_name(folder: Path, files: Sequence[Path], column: str, reading: Reading) -> RecordingListing | None:
    """What stands before the first ``_`` or ``-`` in the names of files, or before the number at their end."""
    labels = [_stem(file.stem) for file in files]
    classes = set(labels)
    if "" in classes or not 2 <= len(classes) <= min(CLASSES, len(files) / 3):
        return None
    note = f"The label of each file is how its name begins: {', '.join(sorted(classes, key=natural_order)[:8])}."
    return RecordingListing(tuple(files), tuple(labels), "names", notes=(note,))


def _stem(name: str) -> str:
    before = name.replace("-", "_").partition("_")
    return before[0] if before[1] else name.rstrip("0123456789")


def refused_note(noun: str, refused: Sequence[str]) -> tuple[str, ...]:
    """A sentence that lists what was left out, with why: sounds or recordings, as ``noun`` calls one of them."""
    if not refused:
        return ()
    count = f"1 {noun} is" if len(refused) == 1 else f"{len(refused):,} {noun}s are"
    more = f" And {len(refused) - LISTED:,} more." if len(refused) > LISTED else ""
    return (f"{count} left out: {' '.join(refused[:LISTED])}{more}",)


# Reading


@dataclass(frozen=True)
class TableLayout:
    """How a table of one recording is read: ``columns`` are its channels, ``order`` sorts its rows where it is said."""

    reading: Reading
    columns: tuple[str, ...]
    order: str = ""


def read_table_recording(file: Path, layout: TableLayout) -> Recording:
    """The recording in a table.

    Raises
    ------
    NetloomError
        if a column is missing or holds no numbers.
    """
    table = read_table(file, layout.reading)
    for name in layout.columns:
        table.check(name)
    if layout.order and all(name in table for name in layout.order.replace(", ", ",").split(",")):
        table, _ = with_times(table, layout.order)
        table = table.rows(in_order(table.times(layout.order)))
    values = np.stack([numbers(table[name])[0] for name in layout.columns], axis=1).astype(np.float32)
    whole = without_gaps(values)
    if whole is None or not len(whole):
        raise NetloomError(f"{file.name} has a column without any number.")
    return Recording(file.name, whole)


def read_sound(file: Path) -> tuple[int, Array]:
    """Sampling rate in Hz and float32 (steps, channels) of a WAV file, whole numbers as shares of the largest.

    Raises
    ------
    NetloomError
        if it is damaged, compressed, or holds no sound.
    """
    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # of remarks in the file, which are passed over
            rate, raw = wavfile.read(file)
    except Exception as error:  # a damaged header makes the reader raise almost anything
        reason = str(error).splitlines()[0][:80].rstrip(".") if str(error) else type(error).__name__
        raise NetloomError(f"{file.name} cannot be read as WAV ({reason}); save it as WAV with PCM.") from None
    values = raw[:, None] if raw.ndim == 1 else raw
    if not len(values) or not rate:
        raise NetloomError(f"{file.name} holds no sound.")
    return int(rate), as_shares(values)


def as_shares(values: Array) -> Array:
    """Sound of any depth as float32 from -1 to 1: bytes count from 128, 24 bits stand in the upper bits of 32."""
    if values.dtype.kind == "f":
        return np.nan_to_num(values.astype(np.float32))
    if values.dtype == np.uint8:
        return ((values.astype(np.float32) - 128) / 128).astype(np.float32)
    return (values / float(np.iinfo(values.dtype).max + 1)).astype(np.float32)


def resampled(values: Array, rate: int, wanted: int) -> Array:
    """Sound float32 (steps, channels) at another sampling rate, without what is above half of it."""
    from math import gcd

    from scipy.signal import resample_poly

    if rate == wanted:
        return values
    common = gcd(rate, wanted)
    changed: Any = resample_poly(values.astype(np.float64), wanted // common, rate // common, axis=0)
    return np.asarray(changed, np.float32)


def sound_channels(count: int) -> tuple[str, ...]:
    """Names of the channels of a waveform."""
    return (SOUND,) if count == 1 else tuple(f"{SOUND} {number}" for number in range(1, count + 1))
