"""Evaluations, forecasts and decision surfaces as values: what a network predicts, held against what is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.protocol.json_values import plain
from app.protocol.messages import Array
from app.protocol.values import FieldFacts

Task = Literal["classification", "labels", "regression", "sequence", "transcription", "segmentation", "detection"]
Texts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Predictions:
    """Samples with what is true of them and what was predicted, in the data's own units.

    ``index`` int64 (n,) positions in the data set. ``true`` and ``predicted`` are int64 (n,) classes, int64 (n, T)
    tokens or labels (zeros behind the last label), uint8 (n, H, W) classes of pixels, or float32 (n, *sizes) numbers,
    such as grids of boxes.
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

    ``loss`` float32 (k,), of rows of labels how many to insert, remove or exchange; ``input`` float32 (k, *sizes) of
    the field ``input_field``. For classes ``probability`` float32 (k,) is what the predicted class was given,
    ``probabilities`` float32 (k, classes); where the loss teaches scores (``by_scores``) both are such instead.
    """

    loss: Array
    input: Array
    probability: Array | None = None
    probabilities: Array | None = None
    by_scores: bool = False
    words: SampleWords = field(default_factory=SampleWords)
    input_field: FieldFacts | None = None


@dataclass(frozen=True, kw_only=True)
class ClassScores:
    """How well one class, or one label, is told from the rest; ``support`` samples are of it.

    ``accuracy`` is the share of samples of which it is said rightly whether they are of it. The areas under the ROC and
    the precision-recall curve are None where all samples are of it, or none.
    """

    name: str
    support: int
    accuracy: float
    precision: float
    recall: float
    f1: float
    roc_auc: float | None = None
    average_precision: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class ScoreCurve:
    """A curve of one class against the rest, from left to right: float32 (n,) each."""

    name: str
    x: Array
    y: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Calibration:
    """Reliability: in bins of the probability its mean ``predicted``, and the share ``observed`` that came true.

    Of two classes it is that of the second, of more that of the class predicted, of labels that of every label. Both
    float32 (bins,), ``counts`` int64 (bins,) without empty bins; ``error`` is the expected calibration error.
    """

    predicted: Array
    observed: Array
    counts: Array
    error: float


@dataclass(frozen=True, eq=False, kw_only=True)
class ThresholdScores:
    """Precision, recall and F1 at each threshold, float32 (n,), and the threshold with the ``best`` F1."""

    threshold: Array
    precision: Array
    recall: Array
    f1: Array
    best: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Scores:
    """How well classes or labels are told apart: each one, averaged, and as curves.

    ``averages`` has ``balanced_accuracy``, ``precision_macro``, ``f1_weighted``, ``calibration_error`` and their like.
    ``threshold`` is the probability above which a label, or the second of two classes, was predicted. Of a network that
    gives scores there is no ``calibration``, for they are no probabilities that could come true.
    """

    classes: tuple[ClassScores, ...]
    averages: Mapping[str, float | None]
    roc: tuple[ScoreCurve, ...]
    precision_recall: tuple[ScoreCurve, ...]
    calibration: Calibration | None
    threshold: float | None = None
    by_threshold: ThresholdScores | None = None

    def to_json(self) -> dict[str, Any]:
        """All but the curves, as plain JSON values."""
        found, parts = self.calibration, ("predicted", "observed", "counts")
        bins = None if found is None else {name: getattr(found, name).tolist() for name in parts}
        values: dict[str, Any] = {
            "averages": self.averages,
            "classes": [vars(scores) for scores in self.classes],
            "calibration": bins,
        }
        if self.threshold is not None:
            values["threshold"] = self.threshold
        if self.by_threshold is not None:
            values["best_threshold"] = self.by_threshold.best
        return values


@dataclass(frozen=True, kw_only=True)
class BoxScores:
    """How well the boxes of one class are found, of which there are ``boxes``.

    ``precision``, ``recall`` and ``f1`` are of the boxes that are sure enough; ``average_precision`` is the area under
    the precision-recall curve of all, None where there is no true box.
    """

    name: str
    boxes: int
    precision: float
    recall: float
    f1: float
    average_precision: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class DetectionScores:
    """How well boxes are found: each class, and its precision against its recall.

    A box is right from an intersection over union of ``iou`` with a true one of its class on. ``threshold`` is the
    score from which boxes count in precision, recall and F1; of boxes that overlap by more than ``suppression`` the
    surest is taken (non-maximum suppression).
    """

    classes: tuple[BoxScores, ...]
    precision_recall: tuple[ScoreCurve, ...]
    iou: float
    threshold: float
    suppression: float

    def to_json(self) -> dict[str, Any]:
        """All but the curves, as plain JSON values."""
        named = {name: getattr(self, name) for name in ("iou", "threshold", "suppression")}
        return {"classes": [vars(scores) for scores in self.classes], **named}


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """How well a run does on one part of its data; ``task`` is told by the first output.

    ``confusion`` int64 (classes, classes), rows are the truth, columns what was predicted; of a ``sequence`` it counts
    tokens, step by step, those named by ``classes``. ``predictions`` are those of the first samples; of ``labels`` they
    are 0 or 1 for each. ``scores`` are those of classes and labels. ``losses`` float32 (n,) is the loss of each sample
    of the part, by the loss function ``loss``; None where the loss that was trained is no mean over samples. Of a
    ``segmentation`` the confusion counts pixels, and ``iou`` is the intersection over union of each class, None where
    it neither is nor was predicted anywhere. Of a ``detection`` there are the scores ``detection``, and the loss of the
    worst is how many boxes are missed or too many.
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
    scores: Scores | None = None
    losses: Array | None = None
    loss: str = ""
    iou: tuple[float | None, ...] = ()
    detection: DetectionScores | None = None

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
        if self.iou:
            found["iou"] = dict(zip(self.classes, self.iou, strict=True))
        if self.scores is not None:
            found["scores"] = self.scores.to_json()
        if self.detection is not None:
            found["detection"] = self.detection.to_json()
        plain_values: dict[str, Any] = plain(found | {"worst_index": self.worst.index.tolist()})
        return plain_values


@dataclass(frozen=True)
class BaselineErrors:
    """How far off one is on the test set without a network, in the data's own units; for classes ``accuracy``.

    For the next token it is the ``perplexity``, for a class of every pixel the ``mean_iou``, for boxes ``map_50``.
    """

    name: str
    rmse: float | None = None
    mae: float | None = None
    accuracy: float | None = None
    perplexity: float | None = None
    mean_iou: float | None = None
    map_50: float | None = None


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
