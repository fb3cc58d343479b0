"""New input for a trained network: pictures, tables, arrays and numbers, in the data's own units."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.data.dataset import Array, DatasetInfo, FieldInfo
from app.data.lazy_array import LazyArray, Values
from app.data.padding import even, padded
from app.data.readers.array_files import read_arrays
from app.data.readers.array_roles import SAMPLES, likely
from app.data.readers.file_access import reading
from app.data.readers.json_text import load_json
from app.data.readers.number_parsing import plain_number
from app.data.readers.picture_file import MORE_SUFFIXES, SHARE, SUFFIXES
from app.data.readers.recording_files import ENDINGS as RECORDINGS
from app.data.readers.table_file import TableData
from app.data.sources.arrays import Arrays
from app.data.sources.cifar import Cifar, may_be_cifar, read_pictures
from app.data.sources.cmapss import Cmapss
from app.data.sources.downloadable import Cifar10, Fetched
from app.data.sources.images import Images
from app.data.sources.recordings import Recordings
from app.data.sources.sequences import Sequences
from app.data.sources.series import Series
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.sources.table_source import TableSource
from app.data.sources.texts import column_texts
from app.inference.new_pictures import named_pictures, single_picture
from app.inference.new_rows import (
    TABLES,
    category_tokens,
    features_of,
    is_table,
    new_table,
    unlike_training,
    unread_columns,
)
from app.inference.new_samples import is_text, sequences_of, series_of, texts_of
from app.inference.new_sounds import sounds_of
from app.inference.new_tokens import token_unit, tokens_of
from app.inference.sample_shapes import shaped, too_large
from app.inference.typed_rows import begins_json, is_json_of_numbers, row_example, typed_table
from graph.checking.dead_layers import inputs_in_use
from graph.errors import NetloomError
from graph.network import Network
from graph.shapes import Kind

ARRAYS = (".npy", ".npz", ".safetensors", ".mat", ".h5", ".hdf5", ".idx", ".gz", "-ubyte")
"""How the names of files end that hold arrays."""
FILES = (
    SUFFIXES
    | MORE_SUFFIXES
    | TABLES
    | {".npy", ".npz", ".safetensors", ".mat", ".h5", ".hdf5", ".idx", ".json", ".bin", ".wav", ".wave"}
)
LARGEST = 2**28
"""Most bytes of a JSON file."""


@dataclass(frozen=True, eq=False)
class Samples:
    """New samples: for each input field an array (n, *shape), what each sample is called, what was left out, and notes.

    ``names`` is empty where samples have none. ``texts`` are samples as they were written, where they are texts.
    ``columns`` are those of a table (n,) that the network does not read, by which its rows are told apart; ``table`` is
    that table, where each of its rows is a sample.
    """

    arrays: Mapping[str, Values]
    names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    table: TableData | None = None


def read_samples(text: str, fields: Sequence[FieldInfo], source: Source, base: Path | None = None) -> Samples:
    """As `read_inputs`; ``text`` may also be a folder of pictures or texts, a table that names them, or records.

    ``base`` is the folder that the path of ``source`` starts from. Of records, every machine is a sample.

    Raises
    ------
    NetloomError
        as `read_inputs`.
    """
    source = source.resolved(base)
    path = _file(text) or _folder(text)
    if isinstance(source, Cmapss) and path is not None and path.suffix.lower() == ".txt":
        with reading(path):
            values, machines = source.latest(path, base)
        return Samples({fields[0].name: values}, machines)
    if isinstance(source, Cifar | Cifar10) and path is not None and may_be_cifar(path):
        with reading(path):
            return Samples({fields[0].name: read_pictures(path)})
    sounds = sounds_of(path, fields, source) if path is not None else None
    if sounds is not None:
        return Samples(*sounds)
    if path is not None and isinstance(source, Recordings | Sequences):
        sequences = _sequences(path, fields, source)
        if sequences is not None:
            return sequences
    if path is not None and path.is_dir() and is_text(path, source):
        return _read(text, path, fields, source, base)
    pictures = named_pictures(path, fields[0], source) if path is not None and len(fields) == 1 else None
    if pictures is not None:
        return Samples({fields[0].name: pictures.values}, pictures.names, pictures.problems)
    if path is not None and path.is_dir():
        raise NetloomError(f"{path.name} is a folder, but the network reads several inputs; give a file that has all.")
    return _read(text, path, fields, source, base)


def _sequences(path: Path, fields: Sequence[FieldInfo], source: Recordings | Sequences) -> Samples | None:
    """The sequences in a table, or the recordings in a file or a folder; None where ``path`` holds something else."""
    suffix = path.suffix.lower()
    with reading(path):
        if isinstance(source, Recordings):
            if not path.is_dir() and suffix not in RECORDINGS:
                return None
            recordings, notes = source.new_recordings(path)
        elif is_table(path, source):
            recordings, notes = source.new_recordings(new_table(path, source))
        else:
            return None
        arrays, names = sequences_of(recordings, source.cut, fields, path.name)
    return Samples(arrays, names, (), notes)


def read_inputs(text: str, fields: Sequence[FieldInfo], source: Source) -> dict[str, Array]:
    """The samples in ``text``, float32 (n, *shape) or int64 (n, T) for each of ``fields``, not standardised.

    A number that is missing in a table is NaN; whoever knows the training set fills it.

    Parameters
    ----------
    text
        a picture, CSV, NPY, NPZ or JSON file; or numbers, JSON or a text itself.
    fields
        what the network reads; with several, an NPZ file or a JSON object names an array for each.
    source
        the data that the network was trained on, which knows how its own files are written.

    Raises
    ------
    NetloomError
        if it cannot be read, or does not have the sizes that the network needs.
    """
    arrays_by_name = _read(text, _file(text), fields, source.resolved()).arrays
    return {name: np.asarray(values) for name, values in arrays_by_name.items()}


def _read(
    text: str, file: Path | None, fields: Sequence[FieldInfo], source: Source, base: Path | None = None
) -> Samples:
    """What `read_samples` gives, of a ``file`` or of ``text`` itself."""
    counters = {field.lengths for field in fields}
    wanted = [field for field in fields if field.name not in counters]
    named = _named(file, wanted, source) if file is not None and len(wanted) == 1 else None
    texts: Sequence[str] = named.texts if named is not None else ()
    judged = isinstance(source, Table | Series)
    table = _table(text, file, source) if named is None or judged else None
    if named is not None:
        arrays_by_name: Mapping[str, Values] = {wanted[0].name: named.values}
    elif table is not None:
        texts = column_texts(table, source) if wanted[0].vocabulary and not isinstance(source, Table) else ()
        arrays_by_name = {field.name: table_features(table, field, source) for field in wanted}
    elif file is not None:
        arrays_by_name = _from_file(file, wanted, source)
    else:
        texts = (text,) if _is_written(text, wanted, source) else ()
        arrays_by_name = _from_text(text, wanted, source, base)
    place = file.name if file else "The input"
    names, problems = (named.names, named.problems) if named is not None else ((), ())
    odd = table.differing + unlike_training(table, source, fields) if table is not None and judged else ()
    gaps = isinstance(source, Table) and table is not None
    rows = table if file is not None and named is None else None
    apart = unread_columns(rows, source) if rows is not None else {}
    return Samples(_fitted(arrays_by_name, fields, place, gaps), names, problems, odd, tuple(texts), apart, rows)


def read_text(text: str, fields: Sequence[FieldInfo], source: Source) -> dict[str, Values]:
    """One text for the first of ``fields`` as its tokens; another of them may count its steps.

    Raises
    ------
    NetloomError
        if the network has no number for a token, or takes fewer.
    """
    return _fitted({"": tokens_of([text], fields[0], token_unit(source, fields[0]))}, fields, "The text", False)


def _fitted(
    arrays_by_name: Mapping[str, Values], fields: Sequence[FieldInfo], place: str, gaps: bool
) -> dict[str, Values]:
    """The arrays of all ``fields`` in their shapes, those that count steps included; ``place`` begins an error."""
    counters = {field.lengths for field in fields}
    wanted = [field for field in fields if field.name not in counters]
    arrays: dict[str, Values] = {}
    for field in fields:
        if field.name in counters and field.name not in arrays_by_name:
            continue  # counted below
        values = _of(arrays_by_name, field, len(wanted), place)
        if isinstance(values, LazyArray):  # bytes, which are of the right shape already
            arrays[field.name] = values
            continue
        # Of a series the latest steps would do, of a number or a text they would be another.
        if field.lengths or (field.fixed and field.shape.time):
            values, steps = padded(values, field, place)
            arrays |= {
                counter.name: steps
                for counter in fields
                if counter.name == field.lengths and counter.name not in arrays_by_name
            }
        arrays[field.name] = shaped(values, field.shape, place, gaps)
    counts = {len(array) for array in arrays.values()}
    if len(counts) > 1:
        raise NetloomError(f"{place}: all inputs need the same number of samples, but they have {sorted(counts)}.")
    return arrays


def text_field(fields: Sequence[FieldInfo]) -> FieldInfo:
    """The field that `Samples.texts` are of: the first of ``fields`` that does not count the steps of another."""
    counters = {field.lengths for field in fields}
    return next(field for field in fields if field.name not in counters)


def input_fields(network: Network, info: DatasetInfo) -> list[FieldInfo]:
    """The fields of the data that the network reads, in the shapes in which it reads them."""
    read = {layer.field: layer.shape for _, layer in inputs_in_use(network)}
    return [replace(info.input_field(name), shape=shape) for name, shape in read.items()]


def _file(text: str) -> Path | None:
    """The file that ``text`` names; None where it is the input itself."""
    path = Path(text)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):  # too long for a name, or not one
        return None
    if path.suffix.lower() in FILES and not re.search(r"[\s\[{]", text):
        raise NetloomError(f"{text} cannot be opened: there is no such file. Check the name and the folder.")
    return None


def _folder(text: str) -> Path | None:
    try:
        return Path(text) if Path(text).is_dir() else None
    except (OSError, ValueError):
        return None


class _Named(NamedTuple):
    """Samples with names: their values (n, *shape), what was left out, and the texts as they were written."""

    names: tuple[str, ...]
    values: Array
    problems: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def _named(file: Path, fields: Sequence[FieldInfo], source: Source) -> _Named | None:
    """Texts and series with their names and what was left out; None where ``file`` holds something else."""
    field = fields[0]
    with reading(file):
        if is_text(file, source):
            texts, problems = texts_of(file)
            written = tuple(texts.values())
            return _Named(tuple(texts), tokens_of(list(written), field, token_unit(source, field)), problems, written)
        if isinstance(source, Series) and is_table(file, source):
            return _Named(*series_of(file, field, source))
    return None


def _from_file(file: Path, fields: Sequence[FieldInfo], source: Source) -> Mapping[str, Values]:
    suffix = file.suffix.lower()
    with reading(file):
        if file.name.lower().endswith(ARRAYS):
            return _as_learned(file, read_arrays(file), fields, source)
        if suffix == ".json":
            return _from_json(_text_of(file), file.name, fields)
        return {"": single_picture(file, fields[0].shape, source)}


def _as_learned(
    file: Path, arrays_by_name: dict[str, Array], fields: Sequence[FieldInfo], source: Source
) -> Mapping[str, Values]:
    """Bytes as shares from 0 to 1 where pictures of bytes were learned so, and the samples among several arrays."""
    learned: Mapping[str, Values] = arrays_by_name
    if isinstance(source, Arrays):
        learned = source.as_learned(arrays_by_name, {field.name: field.shape for field in fields}, file)
    elif len(fields) == 1 and fields[0].name not in arrays_by_name:
        name = likely(arrays_by_name, SAMPLES) or next(iter(arrays_by_name))
        learned = {name: arrays_by_name[name]}
    if not isinstance(source, Images | Arrays | Cifar | Fetched):
        return learned
    pictures = any(field.shape.kind in (Kind.IMAGE, Kind.VIDEO) for field in fields)
    return {
        name: array * SHARE if pictures and isinstance(array, np.ndarray) and array.dtype == np.uint8 else array
        for name, array in learned.items()
    }


def _text_of(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        raise NetloomError(f"{file.name} is larger than {LARGEST >> 20} MB; save the input as NPY instead.")
    return file.read_text(encoding="utf-8", errors="replace")


def _from_text(text: str, fields: Sequence[FieldInfo], source: Source, base: Path | None) -> dict[str, Array]:
    if _is_written(text, fields, source):
        return {"": tokens_of([text], fields[0], token_unit(source, fields[0]))}
    if begins_json(text):
        return _from_json(text, "The input", fields)
    try:
        return {"": _numbers(text, source)}
    except ValueError:
        raise _no_input(text, fields[0], row_example(source, base)) from None


def _is_written(text: str, fields: Sequence[FieldInfo], source: Source) -> bool:
    """Whether typed input is itself a text that the network reads as tokens, and not numbers in JSON."""
    is_json = is_json_of_numbers(text) or (begins_json(text) and len(fields) > 1)
    return bool(fields[0].vocabulary) and not isinstance(source, Table) and not is_json


def _numbers(text: str, source: Source) -> Array:
    """Typed numbers float64 (n,), with the decimal mark of the training file.

    Raises
    ------
    ValueError
        if they are none.
    """
    if isinstance(source, TableSource) and source.reading and source.reading.dialect.decimal == ",":
        return np.array([float(plain_number(part, ",")) for part in re.split(r"[\s;]+", text.strip())])
    return np.array([float(part) for part in re.split(r"[\s,;]+", text.strip())], dtype=np.float64)


def _no_input(text: str, field: FieldInfo, row: str) -> NetloomError:
    """The error for typed input that is no row of the training table, by which ``row`` is typed, and no numbers."""
    if row:
        return NetloomError(f"“{text[:60]}” is neither a file nor a row of the table; give a file, or type {row}.")
    count = "numbers" if field.shape.elements is None else f"{field.shape.elements:,} numbers"
    return NetloomError(
        f"“{text[:60]}” is neither a file nor numbers; give a picture, a CSV, NPY, NPZ or JSON file, or type "
        f"{count} with commas between them."
    )


def _from_json(text: str, place: str, fields: Sequence[FieldInfo]) -> dict[str, Array]:
    uneven = any(field.lengths for field in fields)
    try:
        value = load_json(text)
    except (ValueError, RecursionError):
        raise NetloomError(f"{place} is not JSON of numbers in equal rows.") from None
    try:
        named = value if isinstance(value, dict) else {"": value}
        return {str(name): np.array(even(part) if uneven else part, dtype=np.float64) for name, part in named.items()}
    except OverflowError:
        raise too_large(place) from None
    except (ValueError, TypeError, RecursionError):
        raise NetloomError(f"{place} is not JSON of numbers in equal rows.") from None


def _of(arrays_by_name: Mapping[str, Values], field: FieldInfo, fields: int, place: str) -> Values:
    """The array for a field: the one of its name, or the only one."""
    if field.name in arrays_by_name:
        return arrays_by_name[field.name]
    if fields == 1 and len(arrays_by_name) == 1:
        return next(iter(arrays_by_name.values()))
    raise NetloomError(f"{place} has no array “{field.name}”; it has {', '.join(arrays_by_name) or 'none'}.")


# Tables


def _table(text: str, file: Path | None, source: Source) -> TableData | None:
    """The rows that a ``file`` holds, or that were typed; None where these are something else."""
    if file is None:
        return typed_table(text, source)
    with reading(file):
        return new_table(file, source) if is_table(file, source) else None


def table_features(table: TableData, field: FieldInfo, source: Source) -> Array:
    """Rows of a new table as an input field has them: numbers (rows, features), or tokens int64 (rows, columns)."""
    if not field.vocabulary:
        return features_of(table, field, source)
    if isinstance(source, Table):
        return category_tokens(table, field.vocabulary, source)
    return tokens_of(column_texts(table, source), field, token_unit(source, field))
