"""What differs between a run and the one before it, as the list of runs says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.project.project_ids import known_project
from app.project.run_settings import AT_RANDOM, FIRST_WEIGHTS, FROZEN, changes, summary
from app.protocol.events import Epoch, TrainingProgress
from app.system.number_format import format_percent
from app.training.kept_epoch import KeptEpoch
from widgets.training.metric_text import change_of, own_name, primary
from widgets.training.run_entries import RunEntry
from widgets.training.score_chance import by_counts


def age(entry: RunEntry) -> tuple[str, str]:
    """By what runs follow each other: when they were begun."""
    return entry.created, entry.path.name


def before(entries: Iterable[RunEntry], entry: RunEntry) -> RunEntry | None:
    """The run of the same project that was begun before another one, None where that is the first."""
    project, own = entry.owner.id, age(entry)
    earlier = (each for each in entries if each.owner.id == project and not each.problem and age(each) < own)
    return max(earlier, key=age, default=None)


def changes_of(entries: Iterable[RunEntry], entry: RunEntry) -> tuple[str, ...]:
    """What differs from the run before, in words."""
    last = before(entries, entry)
    return changes(last.settings, entry.settings) if last is not None and not entry.problem else ()


def line_of(entries: Iterable[RunEntry], entry: RunEntry) -> str:
    """The line below a run's name: its tags, and what differs from the run before; the first one's parameters."""
    if entry.problem:
        return entry.problem
    last, parameters = before(entries, entry), entry.settings.parameters
    if last is not None:
        words = summary(changes(last.settings, entry.settings)) or "same settings as the run before"
    else:
        words = f"{parameters:,} parameters" if parameters is not None else ""
    return "  ·  ".join(filter(None, (" ".join(f"#{tag}" for tag in entry.labels.tags), words)))


def test_change(entries: Iterable[RunEntry], entry: RunEntry) -> str:
    """By how much the test score differs from that of the run before, and whether that may be chance; else empty."""
    last, metric = before(entries, entry), entry.metric
    earlier = last.tested.get(metric) if last is not None else None
    if last is None or earlier is None or entry.test is None or entry.problem:
        return ""
    if own_name(metric) == "loss" and last.loss != entry.loss:
        return ""
    verdict = by_counts(metric, last, entry) if entry.test != earlier else None
    words = f", {verdict.words}" if verdict is not None else ""
    return f"Test: {change_of(metric, earlier, entry.test)} against the run before{words}"


def tip_of(entries: Iterable[RunEntry], entry: RunEntry) -> tuple[str, ...]:
    """The lines of a run's tooltip: its name, notes, what differs from the run before, and its folder."""
    differences = changes_of(entries, entry)
    began = () if any(line.startswith(FIRST_WEIGHTS) for line in differences) else (began_with(entry),)
    said = (*differences, *began, test_change(entries, entry))
    lines = (entry.name, entry.labels.notes, *said, str(entry.path))
    return tuple(filter(None, lines))


def began_with(entry: RunEntry) -> str:
    """The weights that its training began with, where these were not drawn at random, and what was frozen of them."""
    first, frozen = entry.settings.values.get(FIRST_WEIGHTS, AT_RANDOM), entry.settings.values.get(FROZEN, "")
    said = [f"{FIRST_WEIGHTS} {first}"] if first != AT_RANDOM else []
    return "; ".join([*said, f"{FROZEN} {frozen}"] if frozen else said)


def project_name(entry: RunEntry) -> str:
    """The name of the project that a run belongs to."""
    known = known_project(entry.owner.id) if entry.owner.id else None
    return known.name if known is not None else entry.owner.title


def progress_text(progress: TrainingProgress, epochs: int) -> str:
    """How far a run in progress is: ``training, 42 %``."""
    done = progress.epoch - 1 + progress.step / max(progress.steps_per_epoch, 1)
    return f"training, {format_percent(done / max(epochs, 1), 0)}"


def with_epoch(entry: RunEntry, epoch: Epoch) -> RunEntry:
    """The entry of a run in progress after another epoch."""
    metric = primary(epoch.validation or epoch.train) or entry.metric
    best, kept = epoch.best and entry.keeps_best, entry.kept
    if best or kept is None or not kept.is_best:
        kept = KeptEpoch(epoch.epoch, best, epoch.train, epoch.validation)
    return replace(entry, epoch=epoch.epoch, epochs=epoch.epochs, metric=metric, kept=kept)
