"""Samples that a network codes alike, reconstructions of samples from their codes, and a map of all codes."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Neighbours:
    """The samples most like one sample, the nearest first.

    ``index`` int64 (k,) positions in the data set, ``similarity`` float32 (k,) cosines, ``input`` (k, *sizes) in the
    data's own units, ``target`` (k, ...).
    """

    index: Array
    similarity: Array
    input: Array
    target: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Reconstruction:
    """What goes into a sample's code and what comes out of it, each (*sizes).

    ``error`` is the root mean squared error of the network's output in the data's own units.
    """

    before: Array
    after: Array
    error: float


@dataclass(frozen=True, eq=False, kw_only=True)
class SampleNeighbours:
    """A sample with those nearest to it, by the codes of a layer and by raw values.

    ``code`` float32 (d,), ``input`` (*sizes) in the data's own units, ``target`` (1, ...). ``reconstruction`` is None
    unless the network reconstructs its input from the code.
    """

    code: Array
    input: Array
    target: Array
    by_code: Neighbours
    by_value: Neighbours
    reconstruction: Reconstruction | None


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectedCodes:
    """Codes in the plane in which they differ most (principal components of the codes of length 1).

    ``points`` float32 (m, 2), ``index`` int64 (m,) positions in the data set, ``target`` (m, ...), ``share`` float32
    (2,) of the variance that each axis shows.
    """

    points: Array
    index: Array
    target: Array
    share: Array
