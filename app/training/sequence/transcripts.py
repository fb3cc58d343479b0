"""CTC decoding: from label probabilities at each step to a row of labels, by best path or beam search; edit distance.

At each step a network says how likely each label is, and the blank, which stands for “nothing new here”. A path names
one of them for each step; the row of labels that it spells is found by writing equal neighbours once and then leaving
the blanks out. The blank is label 0, which also fills up short rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from app.data.dataset import Array
from app.data.prepare import Prepared
from graph.errors import NetloomError

BLANK = 0
"""The label that stands for nothing."""
NEVER = -math.inf
"""Logarithm of the probability of what cannot be."""

Row = tuple[int, ...]
"""A row of labels, without blanks."""


def collapse(path: Iterable[int]) -> Row:
    """The labels that a path spells: equal neighbours are one label, blanks none."""
    labels: list[int] = []
    before = BLANK
    for label in path:
        if label not in (BLANK, before):
            labels.append(int(label))
        before = label
    return tuple(labels)


def spelled(paths: Array) -> Array:
    """The rows that paths int64 (n, T) spell, int64 (n, longest), filled up with `BLANK`."""
    kept = paths != BLANK
    kept[:, 1:] &= paths[:, 1:] != paths[:, :-1]
    longest = int(kept.sum(1).max(initial=0))
    rows = np.full((len(paths), longest), BLANK, dtype=np.int64)
    sample, step = np.nonzero(kept)
    rows[sample, kept.cumsum(1)[sample, step] - 1] = paths[sample, step]
    return rows


def padded(rows: Sequence[Row]) -> Array:
    """Rows as int64 (n, longest), filled up with `BLANK`."""
    values = np.full((len(rows), max(map(len, rows), default=0)), BLANK, dtype=np.int64)
    for value, row in zip(values, rows, strict=True):
        value[: len(row)] = row
    return values


def row_of(values: Iterable[int]) -> Row:
    """A row without what fills it up."""
    return tuple(int(label) for label in values if label != BLANK)


def beam_search(logarithms: Array, width: int) -> list[tuple[Row, float]]:
    """The rows that are likeliest over all their paths, with the logarithm of their probability, the best first.

    Parameters
    ----------
    logarithms
        float (T, labels): the logarithm of each label's probability at each step, the blank's first.
    width
        rows that are followed from each step to the next.

    Returns
    -------
    list
        at most ``width`` rows. A probability is exact where no path of the row was given up on the way, else too small.
    """
    # For each row the probabilities of its paths that end in a blank, and of those that end in its last label.
    beams: dict[Row, tuple[float, float]] = {(): (0.0, NEVER)}
    for step in logarithms.tolist():
        found: dict[Row, tuple[float, float]] = {}
        for row, (blank, label) in beams.items():
            whole = _either(blank, label)
            _add(found, row, whole + step[BLANK], label + step[row[-1]] if row else NEVER)
            for number in range(1, len(step)):
                # The same label once more needs a blank in between.
                before = blank if row and number == row[-1] else whole
                _add(found, (*row, number), NEVER, before + step[number])
        possible = (row for row, ends in found.items() if max(ends) > NEVER)
        best = sorted(possible, key=lambda row: (-_either(*found[row]), row))[:width]
        beams = {row: found[row] for row in best}
    return [(row, _either(*ends)) for row, ends in beams.items()]


def _add(found: dict[Row, tuple[float, float]], row: Row, blank: float, label: float) -> None:
    had = found.get(row)
    found[row] = (blank, label) if had is None else (_either(had[0], blank), _either(had[1], label))


def _either(first: float, second: float) -> float:
    """Logarithm of the sum of two probabilities given by their logarithms."""
    low, high = (first, second) if first < second else (second, first)
    return high if low == NEVER else high + math.log1p(math.exp(low - high))


def transcribe(logarithms: Array, width: int) -> Array:
    """The row that each sample's probabilities float (n, T, labels) spell, int64 (n, longest), filled up with `BLANK`.

    A ``width`` of 1 takes the likeliest label of every step (the best path), more a search of as many beams.
    """
    if width == 1:
        return spelled(logarithms.argmax(2))
    return padded([beam_search(sample, width)[0][0] for sample in logarithms])


def edit_distances(predicted: Array, true: Array) -> Array:
    """How many labels to insert, remove or exchange to make each row of ``true`` of that of ``predicted``, int64 (n,).

    Both are int64 (n, any length), filled up with `BLANK` behind the last label.
    """
    ends = (predicted != BLANK).sum(1), (true != BLANK).sum(1)
    table = np.zeros((predicted.shape[1] + 1, true.shape[1] + 1, len(predicted)), dtype=np.int64)
    table[:, 0] = np.arange(predicted.shape[1] + 1)[:, None]
    table[0, :] = np.arange(true.shape[1] + 1)[:, None]
    for i in range(1, len(table)):
        for j in range(1, len(table[0])):
            exchanged = table[i - 1, j - 1] + (predicted[:, i - 1] != true[:, j - 1])
            table[i, j] = np.minimum(exchanged, np.minimum(table[i - 1, j], table[i, j - 1]) + 1)
    found: Array = table[ends[0], ends[1], np.arange(len(predicted))]
    return found


def steps_needed(true: Array) -> Array:
    """Steps that each row of int64 (n, S) needs at least: one for each label, one between equal neighbours."""
    again = (true[:, 1:] == true[:, :-1]) & (true[:, 1:] != BLANK)
    needed: Array = (true != BLANK).sum(1) + again.sum(1)
    return needed


def check_steps(output: str, target: str, steps: int | None, prepared: Prepared) -> None:
    """Make sure that every row of ``target`` to train on can be spelled in ``steps``; None stands for any number.

    Raises
    ------
    NetloomError
        if there are too few for some row.
    """
    if steps is None or not prepared.train.samples:
        return
    needed = steps_needed(np.asarray(prepared.train.arrays[target]))
    short = int((needed > steps).sum())
    if short:
        raise NetloomError(
            f"{output}: {steps:,} steps are too few for {short:,} of {len(needed):,} training samples, which need "
            f"up to {int(needed.max()):,}: one for each label and one between equal neighbours. Pool less over time."
        )
