"""Evaluations, forecasts and decision surfaces as values: what a network predicts, held against what is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.protocol.json_values import plain
from app.protocol.messages import Array

Task = Literal["classification", "regression", "sequence", "transcription"]
Texts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Predictions:
    """Samples with what is true of them and what was predicted, in the data's own units.

    ``index`` int64 (n,) positions in the data set. ``true`` and ``predicted`` are int64 (n,) classes, int64 (n, T)
    tokens or labels (zeros behind the last label), or float32 (n, *sizes) numbers.
    """

    index: Array
    true: Array
    predicted: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class SampleWords:
    """What samples are in words, one list for each; empty where it is not made of words."""

    true: Texts = ()
    predicted: Texts = ()
    input: Texts = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class WorstPredictions(Predictions):
    """The worst predictions, the worst first.

    ``loss`` float32 (k,), of rows of labels how many to insert, remove or exchange; ``input`` float32 (k, *sizes). For
    classes ``probability`` float32 (k,) is what the predicted class was given, ``probabilities`` float32 (k, classes).
    """

    loss: Array
    input: Array
    probability: Array | None = None
    probabilities: Array | None = None
    words: SampleWords = field(default_factory=SampleWords)


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """How well a run does on one part of its data; ``task`` is told by the first output.

    ``confusion`` int64 (classes, classes), rows are the truth, columns what was predicted; of a ``sequence`` it counts
    tokens, step by step, those named by ``classes``. ``predictions`` are those of the first samples.
    """

    part: str
    task: Task
    target: str
    metrics: Mapping[str, float]
    predictions: Predictions
    worst: WorstPredictions
    confusion: Array | None = None
    classes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """The unit of the target's first value, empty where it has none."""
        return next(iter(self.units), "")

    def to_json(self) -> dict[str, Any]:
        """All but the long arrays, as plain JSON values: what ``main.py evaluate --json`` prints."""
        words = self.worst.words
        named = {"true": words.true, "predicted": words.predicted, "input": words.input}
        facts = {name: getattr(self, name) for name in ("part", "task", "target", "classes", "names", "units")}
        found = {**facts, "metrics": self.metrics, "words": {name: texts for name, texts in named.items() if texts}}
        if self.confusion is not None:
            found["confusion"] = self.confusion.tolist()
        plain_values: dict[str, Any] = plain(found | {"worst_index": self.worst.index.tolist()})
        return plain_values


@dataclass(frozen=True)
class BaselineErrors:
    """How far off one is on the test set without a network, in the data's own units; for classes ``accuracy``."""

    name: str
    rmse: float | None = None
    mae: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class SeriesForecasts:
    """Forecasts over a part of the data beside what came, in the data's own units.

    ``time`` int64 (n,): the time step of the first value that each window forecasts; ``true`` and ``predicted``
    float32 (n, horizon); ``error`` float32 (horizon,): root mean squared error for each step ahead; ``last`` float32
    (horizon,): the same for the forecast that nothing changes.
    """

    time: Array
    true: Array
    predicted: Array
    error: Array
    last: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class DecisionSurface:
    """What a network of two features predicts at each point of a grid, in the data's own units.

    ``x`` and ``y`` float32 (r,); ``points`` float32 (n, 2) are the samples. For classes ``labels`` int64 (n,) are
    theirs, ``predicted`` int64 (r, r) has rows along ``y``, and ``probabilities`` is float32 (r, r, classes). For a
    network that gives numbers ``values`` is float32 (r, r, numbers).
    """

    x: Array
    y: Array
    points: Array
    labels: Array | None = None
    predicted: Array | None = None
    probabilities: Array | None = None
    values: Array | None = None
