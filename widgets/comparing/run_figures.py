"""The figures of two runs side by side: metrics, parameters, epochs and time, with what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.project.run_settings import different_targets
from app.protocol.evaluation_values import Evaluation
from app.system.number_format import duration
from widgets.training.metric_text import (
    change_of,
    is_better,
    own_name,
    shared_unit,
    signed,
    title_of,
    value_of,
    with_unit,
)
from widgets.training.run_entries import RunEntry
from widgets.training.score_chance import Verdict, by_counts, by_samples

Evaluations = tuple[Evaluation, Evaluation]
"""What both runs predicted for their test sets, the older first."""
UNPAIRED = (
    "Neither better nor worse: nothing here tells this difference from chance. That takes what both runs give for each "
    "sample of the same test set, with the same loss."
)
CHOSEN = (
    "Neither better nor worse: the validation set chose the epoch, so its figures do not say how the runs do on new "
    "samples. Those of the test set do."
)


NOT_TOLD, NO_JUDGE = "chance or not: not known", "does not decide"
"""What stands below a difference that is not told from chance, or that is of a set that chose the epoch."""
OTHER_LOSS = "not comparable"
OTHER_KIND = (
    "The two runs were trained with different losses, {} and {}: which of the numbers is smaller says nothing. Compare "
    "the other figures."
)


OTHER_TARGET = "The two runs predict different things, {} and {}: their figures cannot be compared."
OTHER_TASK = (
    "The two runs solve different tasks, one measured by its {}, the other by its {}: their figures cannot be compared."
)


@dataclass(frozen=True)
class Figure:
    """One line: a name, its value in both runs and the difference, in words; ``better`` says whether it improved.

    ``verdict`` is whether chance may explain the difference, where that is known. What may be chance, or where that is
    not known, is neither better nor worse: ``unknown`` says why, and ``short`` in a few words.
    """

    name: str
    before: str
    after: str
    change: str = ""
    better: bool | None = None
    verdict: Verdict | None = None
    unknown: str = ""
    short: str = ""

    @property
    def tip(self) -> str:
        """What the verdict stands on, or why there is none."""
        return self.verdict.reason if self.verdict is not None else self.unknown

    @property
    def words(self) -> str:
        """The difference, whether it is one for the better, and on a second line whether it may be chance."""
        judged = "" if self.better is None else ", better" if self.better else ", worse"
        below = self.verdict.words if self.verdict is not None else self.short
        return f"{self.change}{judged}" + (f"\n{below}" if below else "")


def figures(old: RunEntry, new: RunEntry, evaluations: Evaluations | None = None) -> list[Figure]:
    """All that two runs can be compared by; what one of them lacks is a dash.

    ``evaluations`` are known where both predicted the same samples: differences are told from chance more finely then.
    """
    if why := not_comparable(old, new):
        tested = [_not_compared(figure, why) for _, figure in _metrics(old, new, "Test")]
        validated = [_not_compared(figure, why) for _, figure in _metrics(old, new, "Validation")]
    else:
        tested = [_with_chance(figure, metric, old, new, evaluations) for metric, figure in _metrics(old, new, "Test")]
        validated = [_without_verdict(figure, CHOSEN, NO_JUDGE) for _, figure in _metrics(old, new, "Validation")]
    weights = [Figure("Weights", old.weights_of or "–", new.weights_of or "–")] if old.kept or new.kept else []
    return [*tested, *weights, *validated, *_costs(old, new)]


def _with_chance(figure: Figure, metric: str, old: RunEntry, new: RunEntry, evaluations: Evaluations | None) -> Figure:
    """A difference with the verdict on it, where there is one."""
    if figure.better is None:
        return figure
    verdict = by_samples(metric, *evaluations) if evaluations is not None else None
    verdict = verdict or by_counts(metric, old, new)
    if verdict is None:
        return _without_verdict(figure, UNPAIRED, NOT_TOLD)
    return replace(figure, verdict=verdict, better=None if verdict.chance else figure.better)


def _without_verdict(figure: Figure, why: str, short: str) -> Figure:
    """A difference that nothing tells from chance."""
    return figure if figure.better is None else replace(figure, better=None, unknown=why, short=short)


def _not_compared(figure: Figure, why: str) -> Figure:
    """A difference that says nothing, since the runs predict different things."""
    return replace(figure, change=OTHER_LOSS, better=None, unknown=why) if figure.change else figure


def not_comparable(old: RunEntry, new: RunEntry) -> str:
    """That two runs predict different things, or solve different tasks; empty where nothing tells that."""
    if targets := different_targets(old.settings, new.settings):
        return OTHER_TARGET.format(*targets)
    measures = [list(dict.fromkeys(map(own_name, entry.tested))) for entry in (old, new)]
    first, second = ([name for name in names if name != "loss"] for names in measures)
    if first and second and not set(first) & set(second):
        return OTHER_TASK.format(_in_text(title_of(first[0])), _in_text(title_of(second[0])))
    return ""


def _in_text(title: str) -> str:
    """The title of a metric within a sentence."""
    return title if title.partition(" ")[0].isupper() else title[:1].lower() + title[1:]


def conclusion(old: RunEntry, new: RunEntry, found: Sequence[Figure]) -> str:
    """Which figure decides between two runs and what it says, and whether they were tested on different samples."""
    if why := not_comparable(old, new):
        return why
    sets = other_test_sets(old, new)
    tested = next((figure for figure in found if figure.name.startswith(TEST) and figure.change), None)
    if tested is None:
        return " ".join(filter(None, ("Nothing here decides: not both runs were tested.", sets)))
    name = _in_text(tested.name.removeprefix(TEST))
    said = tested.words.replace("\n", ", ")
    return " ".join(filter(None, (f"The test {name} decides: {said}.", sets)))


TEST = "Test: "


def other_test_sets(old: RunEntry, new: RunEntry) -> str:
    """That two runs were tested on different samples; empty where they were not, or nothing tells."""
    sizes, prints = (old.test_samples, new.test_samples), (old.data_fingerprint, new.data_fingerprint)
    if None not in sizes and sizes[0] != sizes[1]:
        told = f"{sizes[0]:,} samples in {old.name}, {sizes[1]:,} in {new.name}"
        return f"The test sets differ, so part of the difference may be theirs: {told}."
    if all(prints) and prints[0] != prints[1]:
        return "Data or split differ, so the test sets may hold other samples."
    return ""


def _metrics(old: RunEntry, new: RunEntry, part: str) -> Iterator[tuple[str, Figure]]:
    before, after = (old.tested, new.tested) if part == "Test" else (old.validation, new.validation)
    for metric in sorted(dict.fromkeys((*before, *after)), key=lambda name: own_name(name) == "loss"):
        values = before.get(metric), after.get(metric)
        if own_name(metric) == "loss":
            yield metric, _loss(f"{part}: {title_of(metric)}", values, (old.loss, new.loss))
            continue
        shared = shared_unit(metric, [old.unit, new.unit])
        units = ("", "") if shared else (old.unit, new.unit)
        name = f"{part}: {title_of(metric)} ({shared})" if shared else f"{part}: {title_of(metric)}"
        yield metric, _metric(name, metric, values, units)


def _loss(name: str, values: tuple[float | None, float | None], kinds: tuple[str, str]) -> Figure:
    """A loss, with its name: at each value where the runs were trained with different ones, which are not compared."""
    before, after = kinds
    if before == after:
        return _metric(f"{name} ({before})" if before else name, "loss", values, ("", ""))
    first, second = (_kind_of_loss(value, kind) for value, kind in zip(values, kinds, strict=True))
    if None in values:
        return Figure(name, first, second)
    told = OTHER_KIND.format(before or "one that is not known", after or "one that is not known")
    return Figure(name, first, second, OTHER_LOSS, unknown=told)


def _kind_of_loss(value: float | None, kind: str) -> str:
    """A loss with its name; a dash where there is none."""
    text = value_of("loss", value)
    return text if value is None else f"{text} ({kind or 'unknown'})"


def _metric(name: str, metric: str, values: tuple[float | None, float | None], units: tuple[str, str]) -> Figure:
    before, after = values
    texts = with_unit(metric, before, units[0]), with_unit(metric, after, units[1])
    if before is None or after is None:
        return Figure(name, *texts)
    better = None if before == after else is_better(metric, after, before)
    return Figure(name, *texts, change_of(metric, before, after), better)


def _costs(old: RunEntry, new: RunEntry) -> Iterator[Figure]:
    before, after = old.settings.parameters, new.settings.parameters
    if before is not None and after is not None:
        change = signed(f"{abs(after - before):,}", after - before) if after != before else "same"
        yield Figure("Parameters", f"{before:,}", f"{after:,}", change)
    yield Figure("Epochs", f"{old.epoch} of {old.epochs}", f"{new.epoch} of {new.epochs}")
    if old.epoch_seconds is not None or new.epoch_seconds is not None:
        yield Figure("Time per epoch", duration(old.epoch_seconds) or "–", duration(new.epoch_seconds) or "–")
    if old.seconds is not None or new.seconds is not None:
        yield Figure("Time", duration(old.seconds) or "–", duration(new.seconds) or "–")
