"""Targets in arrays: class numbers, one-hot classes, several labels, amounts, or whole pictures and sequences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.data.dataset import Array, Field, Task
from app.data.readers.array_layouts import as_samples, check_finite, shape_of
from app.data.readers.column_values import CLASSES, natural_order
from app.data.readers.label_lists import labels_field
from app.protocol.data_values import PossibleReading, Question
from graph.errors import NetloomError
from graph.shapes import vector

SHOWN = 8
"""Columns of a row that are shown as an example."""
FEW = 20
"""So many different whole numbers are classes without much doubt."""

Found = tuple[Field, Task, tuple[Question, ...]]
"""The field, what it sets for a task, and questions about what else could be meant."""


def first_target(file: Path, raw: Array, samples: int, task: str) -> Found:
    """The targets by version 1 of the rules: whole numbers and words are classes, all else is amounts.

    Raises
    ------
    NetloomError
        if there are not as many as samples, or they cannot be learned so.
    """
    values = _columns(raw)
    _check_count(file, len(values), samples)
    if task == "auto":
        few = values.shape[1] == 1 and _are_few(values)
        classes = values.dtype.kind in "biuU" and few
    else:
        classes = task == "classification"
    if classes:
        return classes_field(file, values, natural=False), Task.CLASSIFICATION, ()
    return amounts_field(file, values), Task.REGRESSION, ()


def array_target(file: Path, raw: Array, samples: int, task: str, name: str = "target") -> Found:
    """The targets as the field ``name``, as their type, shape and values look where the ``task`` is ``auto``.

    Raises
    ------
    NetloomError
        if there are not as many as samples, or they cannot be learned so.
    """
    _check_count(file, len(raw) if raw.ndim else 1, samples)
    if raw.ndim > 2 and task in ("auto", "regression") and raw.dtype.kind in "biuf":
        return _whole_field(file, raw, name), Task.REGRESSION, ()
    values = _columns(raw)
    marks = values.shape[1] > 1 and values.dtype.kind in "biuf" and bool(np.isin(values, (0, 1)).all())
    one_hot = marks and bool((values.sum(axis=1) == 1).all())
    if task == "labels" or (task == "auto" and marks and not one_hot):
        if not marks:
            raise NetloomError(
                f"{file.name}: several labels need 0 or 1 in two columns or more; there are other values."
            )
        names = tuple(f"label {number}" for number in range(values.shape[1]))
        return labels_field(name, values, names), Task.LABELS, (_labels_question(values),) if task == "auto" else ()
    if one_hot and task in ("auto", "classification"):
        field = classes_field(file, values.argmax(axis=1)[:, None], name, values.shape[1])
        doubtful = task == "auto" and len(values) < FEW
        return field, Task.CLASSIFICATION, (_one_hot_question(file, values),) if doubtful else ()
    if task == "classification":
        return classes_field(file, values, name), Task.CLASSIFICATION, ()
    if task == "regression" or values.shape[1] > 1:
        return amounts_field(file, values, name), Task.REGRESSION, ()
    return _one_column(file, values, name)


def _one_column(file: Path, values: Array, name: str) -> Found:
    """One value for each sample: words, truths and few whole numbers as classes, others as amounts."""
    if values.dtype.kind in "Ub":
        return classes_field(file, values, name), Task.CLASSIFICATION, ()
    check_finite(file, values)
    known = np.unique(values)
    whole, few = bool((known == np.round(known)).all()), _are_few(values)
    if not whole:
        return amounts_field(file, values, name), Task.REGRESSION, ()
    count = len(known)
    # Class numbers leave out none, and begin at 0 or 1; amounts seldom do.
    gapless = bool(count > 1 and known[0] in (0, 1) and known[-1] - known[0] == count - 1) or known.tolist() == [-1, 1]
    integer = values.dtype.kind in "iu"
    if integer and count == 1:
        return classes_field(file, values, name), Task.CLASSIFICATION, ()  # which refuses them
    if count > 1 and few and (gapless or (integer and count <= FEW)) and (integer or count <= FEW):
        doubt = count > FEW or not gapless or not integer
        field = classes_field(file, values, name)
        return field, Task.CLASSIFICATION, (_numbers_question(file, known, True),) if doubt else ()
    doubt = few and count > 1
    field = amounts_field(file, values, name)
    return field, Task.REGRESSION, (_numbers_question(file, known, False),) if doubt else ()


def _numbers_question(file: Path, known: Array, as_classes: bool) -> Question:
    """Whether the whole numbers ``known`` are classes or amounts."""
    note = f"The targets of {file.name} are {len(known):,} different whole numbers, which are read as "
    note += (
        "classes; choose the task regression where they are amounts."
        if as_classes
        else "amounts; choose the task classification where they are classes."
    )
    return Question("The targets", classes_or_amounts(known.tolist(), as_classes), note)


def classes_or_amounts(known: Sequence[float], as_classes: bool) -> tuple[PossibleReading, ...]:
    """Both readings of whole numbers, which are different and sorted, that one first by which they are read."""
    first, second = (f"{value:,.10g}" for value in known[:2])
    few = ", ".join(f"{value:,.10g}" for value in known[:3]) + (", …" if len(known) > 3 else "")
    between = f"{(known[0] + known[1]) / 2:,.10g} lies between {first} and {second}"
    readings = (
        PossibleReading("Classes", f"{few}: {len(known):,} classes", {"task": "classification"}),
        PossibleReading("Amounts", between, {"task": "regression"}),
    )
    return readings if as_classes else readings[::-1]


def _are_few(values: Array) -> bool:
    return len(np.unique(values)) <= min(CLASSES, max(2, len(values) // 2))


def _labels_question(values: Array) -> Question:
    """Whether columns of 0 and 1 are labels or amounts, with the row that has most of them."""
    note = (
        f"The targets are 0 or 1 in {values.shape[1]} columns and are read as {values.shape[1]} labels, of which a "
        "sample may have several; choose the task regression where they are amounts."
    )
    row = values[int(values.sum(axis=1).argmax())][:SHOWN].astype(int).tolist()
    written = " ".join(map(str, row)) + (" …" if values.shape[1] > SHOWN else "")
    has = " and ".join(f"label {place}" for place, mark in enumerate(row) if mark) or "none of the labels"
    return Question(
        "The targets",
        (
            PossibleReading("Labels", f"{written} means {has}", {"task": "labels"}),
            PossibleReading("Amounts", f"{written} are {values.shape[1]} amounts", {"task": "regression"}),
        ),
        note,
    )


def _one_hot_question(file: Path, values: Array) -> Question:
    """Whether columns with exactly one 1 in each of few rows are one class, or labels that happen to come alone."""
    note = (
        f"The targets of {file.name} have exactly one 1 in each of only {len(values)} rows, and are read as one class "
        f"of {values.shape[1]}; choose the task labels where a sample may have several."
    )
    row = " ".join(f"{value:g}" for value in values[0][:SHOWN]) + (" …" if values.shape[1] > SHOWN else "")
    place = int(values[0].argmax())
    return Question(
        "The targets",
        (
            PossibleReading("One class", f"{row} is class {place}", {"task": "classification"}),
            PossibleReading("Labels", f"{row} has label {place}, others could come with it", {"task": "labels"}),
        ),
        note,
    )


def _columns(raw: Array) -> Array:
    return raw.reshape(len(raw), -1) if raw.ndim > 1 else raw[:, None] if raw.ndim else raw[None, None]


def _check_count(file: Path, targets: int, samples: int) -> None:
    if targets != samples:
        raise NetloomError(f"{file.name} has {samples} samples but {targets} targets; both must be the same.")


def _whole_field(file: Path, raw: Array, name: str) -> Field:
    """Targets that are pictures or sequences themselves; those of 0 and 1 are never standardised."""
    check_finite(file, raw)
    shape = shape_of(raw.shape[1:], "auto", file)
    marks = bool(np.isin(raw, (0, 1)).all())
    values = as_samples(raw.astype(np.float32) if marks else raw, shape, "auto", file)
    return Field(name, shape, values=values, fixed=marks)


def amounts_field(file: Path, values: Array, name: str = "target") -> Field:
    """Targets (N, n) as amounts, float32.

    Raises
    ------
    NetloomError
        if they are words, or not finite.
    """
    if values.dtype.kind == "U":
        raise NetloomError(f"{file.name}: the targets are words, which only classification can learn.")
    check_finite(file, values)
    return Field(name, vector(values.shape[1]), values=values.astype(np.float32))


def classes_field(file: Path, values: Array, name: str = "target", count: int = 0, natural: bool = True) -> Field:
    """Targets as class numbers; with a ``count``, they are 0 to ``count`` - 1 even if one never comes.

    Words come in their ``natural`` order, or else in that of their letters.

    Raises
    ------
    NetloomError
        if they are no classes, or only one, or too many.
    """
    if values.shape[1] != 1:
        raise NetloomError(f"{file.name}: each sample has {values.shape[1]} targets; classification needs one.")
    if values.dtype.kind == "f":
        check_finite(file, values)
    names, numbers = np.unique(values[:, 0], return_inverse=True)
    if natural and values.dtype.kind == "U":
        order = sorted(range(len(names)), key=lambda place: natural_order(str(names[place])))
        names, numbers = names[order], np.argsort(order)[numbers]
    if count and len(names) > 1:
        names, numbers = np.arange(count), values[:, 0]
    if not 2 <= len(names) <= CLASSES:
        raise NetloomError(f"{file.name} has {len(names)} different targets; 2 to {CLASSES} classes can be learned.")
    classes = tuple(f"{name:g}" if values.dtype.kind == "f" else str(name) for name in names)
    return Field(name, vector(len(classes)), classes, values=numbers.astype(np.int64))
