"""Numbers of training in words: metrics and speeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from app.protocol.events import PER_CENT, SHARES
from app.system.number_format import counted, format_number, format_percent
from app.training.kept_epoch import KeptEpoch

PRIMARY = (
    "neighbour_accuracy", "accuracy", "mean_iou", "map_50", "f1_micro", "label_error", "perplexity",
    "sequence_accuracy", "token_accuracy", "rmse", "mae", "r2", "loss",
)  # fmt: skip
"""Metrics in the order in which one is chosen to stand for a run."""

TITLES = {
    "accuracy": "Accuracy",
    "token_accuracy": "Tokens right",
    "sequence_accuracy": "Whole answers right",
    "next_token_accuracy": "Next token right",
    "perplexity": "Perplexity",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "loss": "Loss",
    "real_accuracy": "Real ones recognised",
    "made_accuracy": "Generated ones recognised",
    "generator_loss": "Generator's loss",
    "neighbour_accuracy": "Told apart",
    "label_error": "Label error rate",
    "mean_iou": "Mean IoU",
    "pixel_accuracy": "Pixels right",
    "map_50": "mAP at IoU 0.5",
    "objectness_loss": "Objectness loss",
    "box_loss": "Box loss",
    "class_loss": "Class loss",
    "exact_match": "All labels right",
    "f1_micro": "F1 micro",
    "f1_macro": "F1 macro",
}

MINUS = "−"

IN_UNITS = frozenset({"rmse", "mae"})
"""Metrics in the unit of what is predicted."""

GREATER_IS_BETTER = SHARES - {"neighbour_accuracy"} | {"r2", "f1_micro", "f1_macro"}


def title_of(metric: str) -> str:
    """The name of a metric as people write it, with the output it belongs to where there are several."""
    output, _, name = metric.rpartition(".")
    title = TITLES.get(name, name.replace("_", " ").capitalize())
    return f"{title} of {output}" if output else title


def primary(metrics: Mapping[str, object]) -> str | None:
    """The metric that stands for a run, None where there is none; of several outputs the first one's."""
    own = (metric for name in PRIMARY for metric in metrics if own_name(metric) == name)
    return next(own, next(iter(metrics), None))


def classifies(metrics: Mapping[str, object]) -> bool:
    """Whether metrics are a classifier's."""
    return any(own_name(name) == "accuracy" for name in metrics)


def is_better(metric: str, value: float, than: float) -> bool:
    """Whether a value of a metric is better than another."""
    return value > than if own_name(metric) in GREATER_IS_BETTER else value < than


def own_name(metric: str) -> str:
    """The name of a metric without that of its output."""
    return metric.rpartition(".")[2]


def value_of(metric: str, value: float | None) -> str:
    """A metric's value: shares as per cent, other numbers with four figures, a dash for what is not known."""
    if value is None or not math.isfinite(value):
        return "–"
    if own_name(metric) in PER_CENT:
        return format_percent(value)
    return format_number(value)


def signed(text: str, by: float) -> str:
    """A size with the sign of what it is the size of."""
    return f"{'+' if by > 0 else MINUS if by < 0 else ''}{text}"


def change_of(metric: str, before: float, after: float) -> str:
    """By how much a metric differs: shares in points of a hundred. It agrees with both values as they are written."""
    if before == after:
        return "same"
    try:
        old, new = (Decimal(value_of(metric, value).removesuffix(" %").replace(",", "")) for value in (before, after))
        by = (new - old).quantize(max(old, new, key=_last_place))
    except InvalidOperation:
        return "–"
    if not by:
        return "same, as rounded"
    points = " points" if own_name(metric) in PER_CENT else ""
    return signed(f"{abs(by):,f}{points}", float(by))


def _last_place(number: Decimal) -> int:
    """Where the last figure of a finite number stands, as a power of ten."""
    return int(number.as_tuple().exponent)


def with_unit(metric: str, value: float | None, unit: str) -> str:
    """A metric's value, with the ``unit`` of what is predicted where it is in that."""
    text = value_of(metric, value)
    return f"{text} {unit}" if unit and value is not None and own_name(metric) in IN_UNITS else text


def shared_unit(metric: str, units: Sequence[str]) -> str:
    """The one unit that a metric has in all of several runs; empty where it is in none, or in several."""
    return units[0] if own_name(metric) in IN_UNITS and len(set(units)) == 1 else ""


def with_title(metric: str, value: float | None, unit: str = "") -> str:
    """A metric's value with its name and unit: ``RMSE 812.4 MW``; the accuracy needs no name: ``98.5 %``."""
    text = with_unit(metric, value, unit)
    return text if metric == "accuracy" or value is None else f"{title_of(metric)} {text}"


def score_of(
    status: str,
    epoch: int,
    test: Mapping[str, object],
    kept: KeptEpoch | None = None,
    unit: Callable[[], str] = str,
    diverged: int = 0,
) -> str:
    """What came of a run: ``Trained: 98.5 % on the test set``, ``Trained: RMSE 0.63 MW on the test set``.

    Without a test the epoch that is ``kept`` judges it: ``Trained: 98 % on the validation set (best epoch, 12)``.
    ``unit`` gives the unit of what is predicted, for metrics that are in it. Empty where nothing was measured. Of one
    that ``diverged`` in an epoch (1-based; 0 where it did not) that is said: ``Diverged in epoch 3: 9.8 % on the test
    set``; what was measured before counts for nothing.
    """
    done = "Trained" if status == "completed" else f"Trained for {counted(epoch, 'epoch')}"
    parts: list[tuple[str, Mapping[str, object]]] = [("test set", test)]
    if kept is not None and not diverged:
        parts.append((f"validation set ({kept.words})", kept.validation))
    for part, values in parts:
        metric = primary(values)
        value = values.get(metric) if metric is not None else None
        if metric is not None and isinstance(value, int | float):
            in_unit = unit() if own_name(metric) in IN_UNITS else ""
            score = f"{with_title(metric, value, in_unit)} on the {part}"
            return f"{_diverged(diverged) if diverged else done}: {score}"
    return _diverged(diverged) if diverged else ""


def broken_off(epoch: int, epochs: int, *, resumable: bool) -> str:
    """What came of a run that ended with the window or with its worker, after its ``epoch`` of ``epochs``."""
    whole = f" of {epochs:,}" if epochs else ""
    where = f"Stopped after epoch {epoch:,}{whole}" if epoch else f"Stopped in epoch 1{whole}"
    return f"{where}, can be resumed" if resumable else where


def status_of(status: str, diverged: int) -> str:
    """How a run ended, for a list: ``completed``, ``stopped``, ``failed``, or ``diverged in epoch 3``."""
    return _diverged(diverged).lower() if diverged else status


def _diverged(epoch: int) -> str:
    return f"Diverged in epoch {epoch:,}"


def speed(samples_per_second: float) -> str:
    """Samples per second, with three figures that mean something."""
    if samples_per_second >= 1000:
        return f"{samples_per_second:,.0f} samples/s"
    return f"{samples_per_second:.3g} samples/s"
