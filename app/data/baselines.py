"""Baselines without learning: the forecasts and guesses that a network must beat, in the data's own units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.data.box_baselines import box_guesses
from app.data.classical_forecasts import (
    LATEST,
    Arima,
    Weigh,
    arima,
    averaged,
    best_average,
    equal_weights,
    rising_weights,
    series_of,
    unbroken,
)
from app.data.dataset import Array, Task
from app.data.lazy_array import Values
from app.data.mask_baselines import mask_guesses
from app.data.ngrams import NAMES, NGrams, counted_tokens
from app.data.prepare import Prepared
from app.data.readers.tokens import END, fills_up
from app.data.transforms import chunks
from app.numerics.box_grid import true_boxes
from app.numerics.detections import class_precisions, mean_of_known
from app.numerics.overlap import class_iou
from app.protocol.evaluation_values import BaselineErrors

FITTED = 20_000
"""Most samples that a baseline is fitted to; more are taken evenly spaced."""
SEASONS = 400
"""Longest season that is looked for, in steps."""
APART, ALIKE = 0.8, 0.7
"""A value is as different as it becomes at this share of the largest error; a season errs by this share of the mean."""
INPUTS = 512
"""Most values per sample that a linear baseline reads: of longer windows, the last ones."""
AVERAGES: Mapping[str, Weigh] = {"moving average": equal_weights, "weighted moving average": rising_weights}
RIDGE = 1e-4
"""How much the linear fit is held back, as a share of its inputs' size: a smooth window's values are nearly equal."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """One way to answer without a network, and how far it is off on the test set.

    ``predictions`` are (n, values) in the data's own units, or class numbers (n,). ``rmse`` and ``mae`` are in those
    units; for classes they are None and ``accuracy`` is given, for the next token (n, T) ``perplexity`` and the share
    of tokens that are right, ``token_accuracy``, for pixels ``mean_iou``, for boxes ``map_50``.
    """

    name: str
    predictions: Array
    rmse: float | None = None
    mae: float | None = None
    accuracy: float | None = None
    perplexity: float | None = None
    token_accuracy: float | None = None
    mean_iou: float | None = None
    map_50: float | None = None

    @property
    def errors(self) -> BaselineErrors:
        """Name and errors alone."""
        return BaselineErrors(
            self.name, self.rmse, self.mae, self.accuracy, self.perplexity, self.mean_iou, self.map_50
        )

    def to_json(self) -> dict[str, Any]:
        """Name and errors as plain JSON values."""
        names = ("rmse", "mae", "accuracy", "perplexity", "token_accuracy", "mean_iou", "map_50")
        errors = {name: getattr(self, name) for name in names}
        return {"name": self.name, **{name: value for name, value in errors.items() if value is not None}}


def baselines(
    prepared: Prepared, *, binary: bool = False, pixels: bool = False, boxes: bool = False
) -> tuple[Baseline, ...]:
    """The baselines for this data's own target, measured on its test set, the simplest first.

    A forecast is compared with the last value seen, with the value one season earlier, with moving averages, linear
    autoregression and ARIMA (season and lengths of averages are found on the training set); a regression with the
    training set's mean and a linear fit; classes with the most frequent one, a label for every step with the most
    frequent too, labels with what most samples have, the next token with that by n-grams. Where the target is
    ``binary``, zeros and ones whose accuracy is measured, the more frequent of them and a linear fit are compared;
    where it is a class for each of the ``pixels``, the most frequent class and that of the nearest mean colour;
    where it is a grid of ``boxes``, a sliding window and region proposals. Empty where there is no test set or nothing
    here applies.
    """
    if not prepared.test.samples:
        return ()
    classes = _of_classes(prepared, pixels, boxes)
    if classes is not None:
        return classes
    if binary:
        return _of_digits(prepared)
    seen, past = _own_past(prepared, "train"), _own_past(prepared, "test")
    if seen is not None and past is not None:
        return tuple(_of_a_series(prepared, seen, past))
    mean = _truth(prepared, "train").mean(axis=0, keepdims=True)
    found = [_measured(prepared, "mean", np.repeat(mean, prepared.test.samples, axis=0))]
    linear = _linear(prepared)
    return (*found, _measured(prepared, "linear", linear)) if linear is not None else tuple(found)


def _of_a_series(prepared: Prepared, seen: Array, past: Array) -> Iterator[Baseline]:
    """Forecasts from the series' own past, in the windows of the training set (n, T) and in those of the test set."""
    ahead = _truth(prepared, "train")
    steps, some = ahead.shape[1], _some(len(seen), 2000)
    season = season_of(seen[some], ahead[some])
    yield _measured(prepared, "last value", np.repeat(past[:, -1:], steps, axis=1))
    if season > 1:
        yield _measured(prepared, f"one season earlier ({season} steps)", seasonal(past, season, steps))
    for name, weigh in AVERAGES.items() if past.shape[1] > 1 else ():
        weights = best_average(seen[some], ahead[some], weigh)
        yield _measured(prepared, f"{name} ({len(weights)} values)", averaged(past, weights, steps))
    linear, model = _linear(prepared), _arima(prepared, seen, steps)
    if linear is not None:
        yield _measured(prepared, "linear autoregression", linear)
    if model is not None:
        yield _measured(prepared, model.name, model.forecast(past))


def _arima(prepared: Prepared, seen: Array, steps: int) -> Arima | None:
    """ARIMA of the longest unbroken piece of the training set's series; ``seen`` are its windows (n, T)."""
    spans = prepared.dataset.spans
    if spans is None:
        return None
    order = np.argsort(prepared.train.indices)
    starts = spans[prepared.train.indices[order]]
    places = unbroken(starts, seen.shape[1])[-LATEST:]
    return arima(series_of(seen[order][places], starts[places, 0]), seen.shape[1], steps)


def _of_classes(prepared: Prepared, pixels: bool, boxes: bool) -> tuple[Baseline, ...] | None:
    """The baselines of classes, tokens and labels; none where nothing applies; None where the target is numbers."""
    target = prepared.dataset.target_field()
    if boxes:
        return tuple(box_baselines(prepared))
    if pixels:
        return tuple(_of_pixels(prepared, name, said) for name, said in mask_guesses(prepared).items())
    if target.listed:
        return _of_listed(prepared)
    if prepared.dataset.task in (Task.RECONSTRUCTION, Task.SEQUENCE):
        return ()
    if target.classes:
        return (_most_frequent(prepared),)
    return (_usual_labels(prepared),) if target.labels else None


def season_of(past: Array, ahead: Array) -> int:
    """The number of steps after which the series repeats itself, from windows (n, T) and what follows (n, h); or 1.

    Just before a value it was nearly the same, whether there are seasons or not: those are looked for beyond the
    steps after which it has become as different as it ever does.
    """
    lengths = range(1, min(past.shape[1], SEASONS) + 1)
    errors = np.array([np.abs(seasonal(past, steps, ahead.shape[1]) - ahead).mean() for steps in lengths])
    apart = int(np.argmax(errors >= APART * errors.max()))
    beyond = errors[apart:]
    if beyond.min() >= ALIKE * beyond.mean():
        return 1
    # Two seasons later is as good as one: the shortest that is as good as the best, but for rounding, is the season.
    good = beyond <= 1.01 * beyond.min() + 1e-6 * np.abs(ahead).max()
    return 1 + apart + int(np.argmax(good))


def seasonal(past: Array, season: int, steps: int) -> Array:
    """``steps`` values after windows (n, T), each as it was a whole number of seasons earlier."""
    places = past.shape[1] - season + np.arange(steps) % season
    return past[:, places]


def _own_past(prepared: Prepared, part: str) -> Array | None:
    """The target's own past in each window (n, T), in its units; None where windows do not hold it."""
    dataset = prepared.dataset
    field = dataset.input_field()
    if dataset.task is not Task.FORECASTING or not dataset.target_field().names:
        return None
    name = dataset.target_field().names[0].rpartition(" +")[0]
    if name not in field.names:
        return None
    indices = prepared.parts[part].indices
    values: Array = np.asarray(field.values[indices][..., field.names.index(name)], dtype=np.float64)
    return values


def _truth(prepared: Prepared, part: str) -> Array:
    values = prepared.dataset.target_field().values[prepared.parts[part].indices]
    return np.asarray(values, dtype=np.float64).reshape(len(values), -1)


def _measured(prepared: Prepared, name: str, predictions: Array) -> Baseline:
    wrong = predictions - _truth(prepared, "test")
    return Baseline(name, predictions, float(np.sqrt((wrong**2).mean())), float(np.abs(wrong).mean()))


def _most_frequent(prepared: Prepared) -> Baseline:
    name = prepared.dataset.target
    usual = int(np.bincount(prepared.train.arrays[name]).argmax())
    labels = np.asarray(prepared.test.arrays[name])
    majority = prepared.dataset.target_field().classes[usual]
    return Baseline(f"always “{majority}”", np.full(len(labels), usual), accuracy=float((labels == usual).mean()))


def _of_pixels(prepared: Prepared, name: str, said: Array) -> Baseline:
    """What is ``said`` of each pixel, int64 (n, H, W), held against its class."""
    target = prepared.dataset.target_field()
    true, classes = np.asarray(prepared.test.arrays[target.name]).argmax(1), len(target.names)
    confusion = np.bincount((true * classes + said).ravel(), minlength=classes**2).reshape(classes, classes)
    return Baseline(name, said, mean_iou=float(np.nanmean(class_iou(confusion))))


def box_baselines(prepared: Prepared) -> Iterator[Baseline]:
    """The boxes that are found without a detector; predictions are corners, classes and scores, (n, k, 6)."""
    target = prepared.dataset.target_field()
    true = true_boxes(np.asarray(prepared.test.arrays[target.name]))
    for name, found in box_guesses(prepared):
        said = np.concatenate([found.corners, found.kinds[..., None], found.scores[..., None]], axis=2)
        each = class_precisions(found, true, len(target.box_classes))
        yield Baseline(name, said, map_50=mean_of_known(each))


def _most_frequent_word(prepared: Prepared) -> Baseline:
    """The same word at every step; ``accuracy`` is the share of steps at which it is right."""
    name = prepared.dataset.target
    usual = int(np.bincount(np.asarray(prepared.train.arrays[name]).ravel()).argmax())
    words = np.asarray(prepared.test.arrays[name])
    word = prepared.dataset.target_field().vocabulary[usual]
    return Baseline(f"always “{word}”", np.full(words.shape, usual), accuracy=float((words == usual).mean()))


def _usual_labels(prepared: Prepared) -> Baseline:
    """Each label is predicted where most training samples have it; ``accuracy`` is that over all labels."""
    name = prepared.dataset.target
    usual = np.asarray(prepared.train.arrays[name]).mean(0) > 0.5
    truth = np.asarray(prepared.test.arrays[name]) > 0.5
    predictions = np.broadcast_to(usual, truth.shape).astype(np.float32)
    return Baseline("each label as most have it", predictions, accuracy=float((truth == usual).mean()))


def _of_digits(prepared: Prepared) -> tuple[Baseline, ...]:
    """The accuracy over zeros and ones, of each sample's own steps: the most frequent one, and a linear fit."""
    truth, counts = _truth(prepared, "test"), _counted(prepared, "test")
    seen = _truth(prepared, "train")[_counted(prepared, "train")]
    usual = float(seen.mean() > 0.5)
    found = [Baseline(f"always {usual:.0f}", np.full(truth.shape, usual), accuracy=_share(truth == usual, counts))]
    linear = _linear(prepared)
    if linear is not None:
        guessed = (linear > 0.5).astype(np.float64)
        found.append(Baseline("linear", guessed, accuracy=_share(guessed == truth, counts)))
    return tuple(found)


def _of_listed(prepared: Prepared) -> tuple[Baseline, ...]:
    """The baselines of targets that are lists of tokens: none of texts that a network writes itself."""
    target = prepared.dataset.target_field()
    if target.next_of:
        return _of_tokens(prepared)
    labels = END not in target.vocabulary and not fills_up(target.vocabulary)
    return (_most_frequent_word(prepared),) if labels else ()


def _of_tokens(prepared: Prepared) -> tuple[Baseline, ...]:
    """The perplexity of the next token by the last none, one and two."""
    target = prepared.dataset.target_field()
    seen, test = (
        [np.asarray(part.arrays[name]) for name in (target.next_of, target.name)]
        for part in (prepared.train, prepared.test)
    )
    fills = fills_up(target.vocabulary)
    own = counted_tokens(test[1], fills)
    found = []
    for order, name in enumerate(NAMES, 1):
        model = NGrams.fit(seen[0], seen[1], order, len(target.vocabulary), fills)
        likeliest = model.likeliest(test[0])
        right = _share(likeliest == test[1], own)
        found.append(Baseline(name, likeliest, perplexity=model.perplexity(test[0], test[1]), token_accuracy=right))
    return tuple(found)


def _share(right: Array, counts: Array) -> float:
    return float(right[counts].mean())


def _counted(prepared: Prepared, part: str) -> Array:
    """Which values of the target are a sample's own and not padding, bool (n, values)."""
    truth, lengths = _truth(prepared, part), prepared.dataset.target_field().lengths
    if not lengths:
        return np.ones(truth.shape, np.bool_)
    own = np.asarray(prepared.dataset.fields[lengths].values)[prepared.parts[part].indices].reshape(-1, 1)
    shape = prepared.dataset.target_field().values.shape[1:]
    return np.repeat(np.arange(shape[0]) < own, math.prod(shape[1:]), axis=1)


def _some(count: int, wanted: int = FITTED) -> slice:
    return slice(None, None, max(1, count // wanted))


def _linear(prepared: Prepared) -> Array | None:
    """Least squares from the standardised input to the target, in the target's own units; None where it cannot be."""
    name, target = prepared.dataset.input_field().name, prepared.dataset.target
    if not prepared.dataset.input_field().measured and not prepared.dataset.input_field().fixed:
        return None
    cut = _some(prepared.train.samples)
    inputs = _flat(prepared.train.arrays[name].take(np.arange(prepared.train.samples)[cut], axis=0))
    targets = prepared.train.arrays[target][cut].reshape(len(inputs), -1).astype(np.float64)
    middle, centre = inputs.mean(axis=0), targets.mean(axis=0)
    inputs -= middle
    square = inputs.T @ inputs
    square[np.diag_indices_from(square)] += RIDGE * (np.trace(square) / len(square) + 1e-12)
    weights = np.linalg.solve(square, inputs.T @ (targets - centre))
    predictions = (_flat(prepared.test.arrays[name]) - middle) @ weights + centre
    shape = (len(predictions), *prepared.test.arrays[target].shape[1:])
    return prepared.undo(target, predictions.reshape(shape)).reshape(len(predictions), -1)


def _flat(values: Values) -> Array:
    """Samples as rows of at most `INPUTS` numbers, the last ones of each."""
    pieces = [values[cut].reshape(-1, math.prod(values.shape[1:]))[:, -INPUTS:] for cut in chunks(values)]
    return np.concatenate(pieces).astype(np.float64)
