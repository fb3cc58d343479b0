"""Requests about the units of a layer: which samples, and which inputs, activate each of them most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.protocol.messages import Array, PartialReply, PartialRequest, RunReply, RunRequest
from app.protocol.values import FieldFacts


@dataclass(frozen=True, eq=False, kw_only=True)
class UnitRanking(PartialReply):
    """For each unit of a layer the samples that activate it most, the strongest first, among ``done`` of ``total``.

    ``values`` float32 (units, k) activations; ``rows`` int64 (units, k) positions within the part of the data;
    ``places`` int64 (units, k) where in its map the unit was strongest, counted row by row. ``names`` has an entry for
    each unit where the units are the network's outputs, such as classes. ``maps`` says whether a unit is a map.
    """

    values: Array
    rows: Array
    places: Array
    names: tuple[str, ...]
    maps: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class RankUnits(PartialRequest[UnitRanking]):
    """Rank the samples of a part by the units of ``layer``: by a map's strongest place, or by its ``mean``."""

    layer: str
    part: str = "test"
    mean: bool = False
    so_far: UnitRanking | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Exemplars(RunReply):
    """Samples with the patch of each that a unit sees.

    ``input`` float32 (n, *sizes) in the data's own units, large pictures made smaller; ``index`` int64 (n,) positions
    in the data set; ``target`` (n, ...) what is true of each; ``patch`` float32 (n, 2 axes), starts and ends in places
    of ``input``, or None where units see all of it. ``target_field`` says what ``target`` is,
    ``input_field`` what ``input`` is.
    """

    input: Array
    index: Array
    target: Array
    patch: Array | None
    target_field: FieldFacts
    input_field: FieldFacts | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class FindExemplars(RunRequest[Exemplars]):
    """Samples number ``rows`` of a part, each with the patch that a unit of ``layer`` sees from ``places``."""

    layer: str
    part: str
    rows: tuple[int, ...]
    places: tuple[int, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class MaximisedInputs(PartialReply):
    """Inputs that were changed, ``done`` of ``total`` times, to activate units more.

    ``state`` float32 (n, *sizes) as the network reads them; ``input`` the same in the data's own units, ``deviations``
    in deviations from the data's mean; ``values`` float32 (n,) the activations. ``patch`` float32 (2 axes) is the part
    of the input that a place of a map sees, None where it sees all. ``input_field`` says what the input is.
    """

    state: Array
    input: Array
    deviations: Array
    values: Array
    patch: Array | None
    input_field: FieldFacts


@dataclass(frozen=True, eq=False, kw_only=True)
class MaximiseActivations(PartialRequest[MaximisedInputs]):
    """Seek the inputs that activate ``units`` of ``layer`` most.

    ``settings`` holds values of `app.insight.maximisation_settings.Recipe`.
    """

    layer: str
    units: tuple[int, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    so_far: MaximisedInputs | None = None
