"""One sample as a person enters it: from cells and texts to arrays in the data's own units, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.data.dataset import Array, FieldInfo
from app.data.readers.number_parsing import plain_number
from app.data.readers.table_file import TableData
from app.data.readers.tokens import split_text, text_of
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.inference.input_forms import TrainedInputs, column_names
from app.inference.new_inputs import read_samples, read_text, table_features, text_field
from app.inference.new_rows import AS_MISSING, NO_NUMBER, OddCell, column_of, odd_cells
from app.inference.new_tokens import unknown_note
from app.inference.typed_rows import recipe_of, row_table
from app.protocol.inference_values import InputForm, NewSample, RowColumn
from app.system.number_format import format_span
from graph.errors import NetloomError
from graph.shapes import Kind

NONE = np.float32("nan")
"""The number of an empty cell."""


@dataclass(frozen=True, eq=False)
class EnteredSample:
    """A sample as the network reads it: ``arrays`` (1, *sizes) by field in the data's own units.

    ``notes`` are sentences about it, ``column_notes`` those about a cell by the field of its form and its column.
    """

    arrays: Mapping[str, Array]
    notes: tuple[str, ...] = ()
    column_notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_entered(inputs: TrainedInputs, sample: NewSample) -> EnteredSample:
    """The arrays of a sample that was entered by the forms of ``inputs``.

    Raises
    ------
    NetloomError
        if an input is missing, or cannot be read.
    """
    arrays = {name: np.asarray(values)[None] for name, values in sample.arrays.items()}
    notes: list[str] = []
    column_notes: dict[str, Mapping[str, str]] = {}
    for form in inputs.forms:
        name = form.field.name
        if form.editor == "text" and name in sample.texts:
            notes += _enter_text(inputs, form, sample.texts[name], arrays)
        elif form.editor == "row" and name in sample.cells:
            column_notes[name] = _enter_row(inputs, form, sample.cells[name], arrays)
    missing = next((field.name for field in inputs.fields if field.name not in arrays), None)
    if missing is not None:
        raise NetloomError(f"The network also reads “{missing}”; start from a sample of the data, or open a file.")
    return EnteredSample(arrays, tuple(notes), column_notes)


def _enter_text(inputs: TrainedInputs, form: InputForm, text: str, arrays: dict[str, Array]) -> list[str]:
    """Put a text among the arrays as tokens; returns what was not understood of it."""
    own = _field_named(inputs, form.field.name)
    counters = [known for known in inputs.fields if known.name == own.lengths]
    read = read_text(text, [own, *counters], inputs.source)
    arrays.update({name: np.asarray(values) for name, values in read.items()})
    tokens = split_text(text, form.unit)
    known = inputs.known.get(own.name)
    notes = [note] if known is not None and (note := unknown_note(text, form.unit, known)) else []
    if own.shape.time and len(tokens) > own.shape.time:
        notes.append(f"Only the first {own.shape.time:,} of {len(tokens):,} {form.unit}s are read.")
    return notes


def _enter_row(
    inputs: TrainedInputs, form: InputForm, cells: Mapping[str, str], arrays: dict[str, Array]
) -> Mapping[str, str]:
    """Put the cells of a row among the arrays; returns notes by column."""
    source = inputs.source
    notes = {column.name: note for column in form.columns if (note := _cell_note(column, cells, source))}
    stands_in = {column.name: column.stands_in for column in form.columns}
    if isinstance(source, Table) and recipe_of(source) is not None:
        table = row_table({column.name: cells.get(column.name, "") for column in form.columns}, source)
        notes |= {cell.column: _odd_note(cell, stands_in.get(cell.column, "")) for cell in odd_cells(table, source)}
        for read in inputs.fields:
            arrays[read.name] = _with_cells(table_features(table, read, source), read, cells, arrays)
        return notes
    own = _field_named(inputs, form.field.name)
    row = [_number(cells.get(name, ""), source, name) for name in column_names(own)]
    arrays[own.name] = np.array([row], np.float32)
    wrong = [name for name, value in zip(column_names(own), row, strict=True) if np.isnan(value) and cells.get(name)]
    return notes | {name: _odd_note(OddCell(0, name, cells[name], NO_NUMBER), stands_in[name]) for name in wrong}


def _with_cells(values: Array, field: FieldInfo, cells: Mapping[str, str], arrays: Mapping[str, Array]) -> Array:
    """The features of a row, with those of ``arrays`` where their column has no cell."""
    before = arrays.get(field.name)
    if before is None or field.vocabulary or not field.names:
        return values
    kept = np.array([column_of(name) not in cells for name in field.names])
    return np.where(kept, before, values)


def _odd_note(cell: OddCell, stands_in: str) -> str:
    """A sentence about a cell that cannot be read as in training; of one that counts as missing, what ``stands_in``."""
    filled = f": {stands_in}" if stands_in and cell.why.endswith(AS_MISSING) else ""
    return f"“{cell.value}” {cell.why}{filled}."


def _cell_note(column: RowColumn, cells: Mapping[str, str], source: Source) -> str:
    """A sentence about an empty cell, or a number that lies beyond those of training; empty for any other."""
    if column.stands_in and not cells.get(column.name, "?").strip():
        return f"Missing: {column.stands_in}."
    if column.low is None or column.high is None or not cells.get(column.name):
        return ""
    value = _number(cells[column.name], source, column.name)
    # What is written may be rounded, so that the ends themselves need some room.
    room = 1e-5 * max(abs(column.low), abs(column.high))
    if not (value < column.low - room or value > column.high + room):
        return ""
    return f"Beyond training, which has {format_span(column.low, column.high, column.unit, column.decimal)}."


def _number(cell: str, source: Source, column: str) -> float:
    """The number in a cell, by the decimal mark of the training file; NaN where it is none."""
    try:
        return float(plain_number(cell.strip(), _decimal(source, column)))
    except ValueError:
        return np.nan


def _decimal(source: Source, column: str) -> str:
    """The decimal mark by which a column of the training file was read."""
    recipe = recipe_of(source)
    return recipe.decimal_of(column) if recipe is not None else "."


def _field_named(inputs: TrainedInputs, name: str) -> FieldInfo:
    return next(field for field in inputs.fields if field.name == name)


# Back


def as_entered(inputs: TrainedInputs, arrays: Mapping[str, Array]) -> NewSample:
    """A sample with ``arrays`` (*sizes) as the forms show it: rows as cells, tokens as texts."""
    texts = {
        form.field.name: text_of(arrays[form.field.name].tolist(), _field_named(inputs, form.field.name).vocabulary)
        for form in inputs.forms
        if form.editor == "text"
    }
    cells = {form.field.name: _cells(inputs, form, arrays) for form in inputs.forms if form.editor == "row"}
    return NewSample(arrays=dict(arrays), texts=texts, cells=cells)


def _cells(inputs: TrainedInputs, form: InputForm, arrays: Mapping[str, Array]) -> dict[str, str]:
    """The cells of a row; a column of dates has none, since its features do not say it whole."""
    by_feature: dict[str, np.floating[Any]] = {}
    words: set[str] = set()
    for read in inputs.fields:
        values = np.asarray(arrays[read.name])
        if read.vocabulary:
            words |= {read.vocabulary[token] for token in values.reshape(-1).tolist()}
        elif read.shape.kind is Kind.VECTOR:
            by_feature |= dict(zip(column_names(read), values.reshape(-1), strict=True))
    words |= {name for name, value in by_feature.items() if value == 1 and " = " in name}
    cells = {}
    for column in form.columns:
        if column.kind == "number":
            cells[column.name] = number_text(by_feature.get(column.name, NONE), _decimal(inputs.source, column.name))
        elif column.kind == "category":
            cells[column.name] = next((value for value in column.choices if f"{column.name} = {value}" in words), "")
    return cells


def number_text(value: float | np.floating[Any], decimal: str = ".") -> str:
    """A number as short as it can be written without loss, with the decimal mark of the file; empty for NaN."""
    if np.isnan(value):
        return ""
    plain = value == 0 or 1e-5 <= abs(float(value)) < 1e15
    write = np.format_float_positional if plain else np.format_float_scientific
    return write(value, trim="-").replace(".", decimal)


def sample_of_file(
    inputs: TrainedInputs, path: Path, place: int, base: Path | None
) -> tuple[NewSample, int, str, tuple[str, ...]]:
    """Sample number ``place`` of a file, how many it holds, what the sample is called, and notes.

    Raises
    ------
    NetloomError
        if the file cannot be read, or holds something else than the network reads.
    """
    read = read_samples(str(path), inputs.fields, inputs.source, base)
    count = len(next(iter(read.arrays.values())))
    place %= count
    arrays = {name: np.asarray(values[place : place + 1])[0] for name, values in read.arrays.items()}
    name = read.names[place] if read.names else ""
    sample = as_entered(inputs, arrays)
    if read.texts:  # as it stands in the file, with the words that training never saw
        sample = replace(sample, texts={text_field(inputs.fields).name: read.texts[place]})
    if read.table is None:
        return sample, count, name, (*read.problems, *read.notes)
    cells = {field: _with_words(own, read.table, place) for field, own in sample.cells.items()}
    # What is odd about its cells is told beside them, and what is odd about other rows when they are looked at.
    notes = read.table.differing if cells else read.notes
    return replace(sample, cells=cells), count, name, (*read.problems, *notes)


def _with_words(cells: Mapping[str, str], table: TableData, place: int) -> dict[str, str]:
    """The cells of a row, with words that training never saw, and dates, as the table has them at ``place``."""
    words = {name: table[name].iloc[place] for name in table.names if not cells.get(name)}
    return dict(cells) | {name: word for name, word in words.items() if isinstance(word, str) and word}
