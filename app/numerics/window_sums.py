"""The arithmetic of one value of a convolution or pooling layer, written out: window, products, sum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph.layers.window_rule import Border, How, Places, WindowRule

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Patch:
    """What the window sees of one input ``channel``, all of shape (rows, columns) of the window.

    ``values`` are NaN where the border holds nothing; ``border`` marks the values that are no part of the input.
    ``weights`` are those of the kernel for this channel, None where there is no kernel.
    """

    channel: int
    values: Floats
    border: NDArray[np.bool_]
    weights: Floats | None = None

    @property
    def products(self) -> Floats:
        """Each value times its weight; the values themselves where there is no kernel."""
        return self.values if self.weights is None else self.values * self.weights

    @cached_property
    def sum(self) -> float:
        """All products added."""
        return float(np.nansum(self.products))


@dataclass(frozen=True, eq=False)
class Working:
    """How one value of the output comes about.

    ``rows`` and ``columns`` are the places that the window touches, counted from the input's own first (the border's
    are negative or beyond its size). ``scale`` and ``bias`` are the trained numbers beside the kernel, where there are
    any; ``divisor`` is what a mean divides by; ``winner`` is the place in the window of the value that is kept.
    """

    rule: WindowRule
    filter: int
    row: int
    column: int
    rows: Places
    columns: Places
    patches: tuple[Patch, ...]
    result: float
    scale: float | None = None
    bias: float | None = None
    divisor: int | None = None
    winner: tuple[int, int] | None = None

    @property
    def sum(self) -> float:
        """The sum over all channels, before scale, bias and division."""
        return sum(patch.sum for patch in self.patches)


@dataclass(frozen=True, eq=False)
class Case:
    """A rule with the numbers it works on.

    ``values`` are float64 (channels, height, width); ``weights`` (filters, channels seen by each, kernel height, kernel
    width), with zeros behind where a filter sees fewer channels than others; ``scale`` and ``bias`` (filters,);
    ``output`` (filters, rows, columns).
    """

    rule: WindowRule
    values: Floats
    output: Floats
    weights: Floats | None = None
    scale: Floats | None = None
    bias: Floats | None = None

    @classmethod
    def worked(
        cls,
        rule: WindowRule,
        values: Floats,
        weights: Floats | None = None,
        scale: Floats | None = None,
        bias: Floats | None = None,
    ) -> Case:
        """The case whose output is worked out here, value by value."""
        shape = (rule.filters, rule.rows.out, rule.columns.out)
        empty = cls(rule, values, np.empty(shape), weights, scale, bias)
        results = [empty.working(*at).result for at in np.ndindex(shape)]
        return cls(rule, values, np.array(results).reshape(shape), weights, scale, bias)

    def working(self, filter: int, row: int, column: int) -> Working:
        """How the value of map ``filter`` at ``row`` and ``column`` comes about.

        Raises
        ------
        IndexError
            if there is no such value.
        """
        rule = self.rule
        if not (0 <= filter < rule.filters and 0 <= row < rule.rows.out and 0 <= column < rule.columns.out):
            raise IndexError(f"there is no value {row}, {column} in map {filter}")
        rows, columns = rule.rows.places(row), rule.columns.places(column)
        patches = tuple(self._patch(filter, at, channel, rows, columns) for at, channel in enumerate(rule.sees(filter)))
        divisor = _divisor(rule, patches) if rule.how in (How.MEAN, How.MATCH) else None
        scale = None if self.scale is None else float(self.scale[filter])
        bias = None if self.bias is None else float(self.bias[filter])
        found = Working(rule, filter, row, column, rows, columns, patches, 0.0, scale, bias, divisor)
        return _finished(found)

    def _patch(self, filter: int, at: int, channel: int, rows: Places, columns: Places) -> Patch:
        values, border = taken(self.values[channel], rows, columns, self.rule.border)
        weights = None if self.weights is None else self.weights[filter, at].astype(np.float64)
        return Patch(channel, values, border, weights)


def taken(plane: Floats, rows: Places, columns: Places, border: Border) -> tuple[Floats, NDArray[np.bool_]]:
    """Values of ``plane`` (height, width) at ``rows`` and ``columns``, and which of them are the border's."""
    down, across = sources(rows, plane.shape[0], border), sources(columns, plane.shape[1], border)
    values = plane[np.ix_(np.maximum(down, 0), np.maximum(across, 0))].astype(np.float64)
    void = (down < 0)[:, None] | (across < 0)[None, :]
    values[void] = np.nan if border is Border.NOTHING else 0.0
    return values, ~(_inside(rows, plane.shape[0])[:, None] & _inside(columns, plane.shape[1])[None, :])


def sources(places: Places, size: int, border: Border) -> NDArray[np.int64]:
    """The places of an axis of ``size`` that ``places`` take their values from; -1 where the border has its own."""
    return np.array([_source(place, size, border) for place in places], dtype=np.int64)


def _source(place: int, size: int, border: Border) -> int:
    if 0 <= place < size:
        return place
    if border is Border.REPLICATE:
        return min(max(place, 0), size - 1)
    if border is Border.CIRCULAR:
        return place % size
    if border is Border.REFLECT:
        period = max(2 * (size - 1), 1)
        return min(place % period, period - place % period)
    return -1


def _inside(places: Places, size: int) -> NDArray[np.bool_]:
    return np.array([0 <= place < size for place in places], dtype=np.bool_)


def _divisor(rule: WindowRule, patches: tuple[Patch, ...]) -> int:
    """What the mean divides by."""
    if rule.divisor is not None:
        return rule.divisor
    return sum(patch.values.size if rule.counts_border else int((~patch.border).sum()) for patch in patches)


def _finished(working: Working) -> Working:
    """With the result, and the place of the value that is kept."""
    how = working.rule.how
    if not how.picks:
        total = working.sum / (working.divisor or 1)
        total = total if working.scale is None else total * working.scale
        return replace(working, result=total + (working.bias or 0.0))
    values = working.patches[0].values
    place = int(np.nanargmax(values) if how is How.LARGEST else np.nanargmin(values))
    row, column = divmod(place, values.shape[1])
    return replace(working, result=float(values[row, column]), winner=(row, column))
