"""The figures of two runs side by side: metrics, parameters, epochs and time, with what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.protocol.events import PER_CENT
from app.system.number_format import format_number
from widgets.training.metric_text import duration, is_better, own_name, title_of, value_of
from widgets.training.run_entries import RunEntry

MINUS = "−"


@dataclass(frozen=True)
class Figure:
    """One line: a name, its value in both runs and the difference, in words; ``better`` says whether it improved."""

    name: str
    before: str
    after: str
    change: str = ""
    better: bool | None = None


def figures(old: RunEntry, new: RunEntry) -> list[Figure]:
    """All that two runs can be compared by; what one of them lacks is a dash."""
    return [*_metrics(old, new, "Test"), *_metrics(old, new, "Validation"), *_costs(old, new)]


def _metrics(old: RunEntry, new: RunEntry, part: str) -> Iterator[Figure]:
    before, after = (old.tested, new.tested) if part == "Test" else (old.validation, new.validation)
    for metric in sorted(dict.fromkeys((*before, *after)), key=lambda name: own_name(name) == "loss"):
        values = before.get(metric), after.get(metric)
        yield _metric(f"{part}: {title_of(metric)}", metric, *values)


def _metric(name: str, metric: str, before: float | None, after: float | None) -> Figure:
    texts = value_of(metric, before), value_of(metric, after)
    if before is None or after is None:
        return Figure(name, *texts)
    better = None if before == after else is_better(metric, after, before)
    return Figure(name, *texts, _change(metric, after - before), better)


def _change(metric: str, by: float) -> str:
    """By how much: shares in points of a hundred."""
    if not by:
        return "same"
    sign = "+" if by > 0 else MINUS
    return f"{sign}{100 * abs(by):.1f} points" if own_name(metric) in PER_CENT else f"{sign}{format_number(abs(by))}"


def _costs(old: RunEntry, new: RunEntry) -> Iterator[Figure]:
    before, after = old.settings.parameters, new.settings.parameters
    if before is not None and after is not None:
        change = f"{'+' if after > before else MINUS}{abs(after - before):,}" if after != before else "same"
        yield Figure("Parameters", f"{before:,}", f"{after:,}", change)
    yield Figure("Epochs", f"{old.epoch} of {old.epochs}", f"{new.epoch} of {new.epochs}")
    if old.seconds is not None or new.seconds is not None:
        yield Figure("Time", duration(old.seconds) or "–", duration(new.seconds) or "–")
