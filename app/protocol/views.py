"""Views of a network's inside as values: filters, feature maps, histograms of weights, pictures on cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.protocol.diagnostics import Diagnostic
from app.protocol.messages import Array


@dataclass(frozen=True, eq=False)
class Histogram:
    """How values are spread: ``counts`` int64 (bins,) between ``edges`` float32 (bins + 1,)."""

    counts: Array
    edges: Array


@dataclass(frozen=True, eq=False)
class CardPicture:
    """A small picture for a layer's card: float32 (n, height, width).

    It shows the layer's ``filters``, its feature ``maps`` of one sample, the ``gates`` of an LSTM or GRU over time, or
    the sample itself: the channels of a ``picture``, the ``frames`` of a video.

    ``ends`` are the values of the first and last colour: -r and r of what can be negative, else 0 and r. They go by the
    layer and, where nothing bounds it, by what it gives for the first training samples, never by the one sample shown,
    which may have values beyond.
    """

    shows: Literal["filters", "maps", "gates", "picture", "frames"]
    values: Array
    ends: tuple[float, float]


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkViews:
    """What is to be seen inside a network at one moment, by the ids (or paths) of layers; only what was asked for.

    ``filters`` float32 (filters, input channels, *kernel size), and ``biases`` float32 (filters,) of layers that have
    them; ``maps`` float32 (*sizes), each layer's first output
    for one sample, whose ``input`` is float32 (*sizes), and ``ranges`` the least and greatest value that each can give,
    infinite where nothing bounds it; ``weights`` and ``gradients`` by the names of parameters.
    ``diagnostics`` is None where nobody looked for what may be wrong with layers.
    """

    filters: Mapping[str, Array] = field(default_factory=dict)
    biases: Mapping[str, Array] = field(default_factory=dict)
    maps: Mapping[str, Array] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    input: Array | None = None
    weights: Mapping[str, Histogram] = field(default_factory=dict)
    gradients: Mapping[str, Histogram] = field(default_factory=dict)
    cards: Mapping[str, CardPicture] = field(default_factory=dict)
    diagnostics: Mapping[str, tuple[Diagnostic, ...]] | None = None
