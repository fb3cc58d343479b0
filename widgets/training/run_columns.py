"""The columns of the list of runs: a few for a narrow list, and for the table every metric and setting that differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.project.run_settings import varying
from app.system.number_format import duration, scaled
from app.training.epoch_time import MEANING
from widgets.training.metric_text import own_name, shared_unit, title_of, with_title, with_unit
from widgets.training.run_entries import RunEntry

Values = Callable[[RunEntry], Mapping[str, float]]
"""From a run to its metrics on a part of the data."""

NOTES, TAGS, STATUS = "Notes", "Tags", "Status"


@dataclass(frozen=True)
class Column:
    """One column: its title, what a cell says, and by what it is sorted, None where there is nothing."""

    title: str
    text: Callable[[RunEntry], str]
    value: Callable[[RunEntry], Any]
    right: bool = False
    editable: bool = False
    help: str = ""
    as_written: bool = False
    """Whether the title keeps its first letter small, as names of layers do."""

    @property
    def heading(self) -> str:
        """The title as it stands over the column."""
        return self.title if self.as_written else self.title[:1].upper() + self.title[1:]

    def cell(self, entry: RunEntry) -> str:
        """What a cell says; of a run that cannot be used little is known."""
        return "" if entry.problem and self.title not in (NAME.title, STATUS, "Size", "Project") else self.text(entry)


IN_UNIT = "Errors are in the unit of what is predicted, where the data name one."
KEPT = "Measured with the weights that are kept: those of the best epoch, or of the last one where the settings say so."


def _narrow_validation(entry: RunEntry) -> str:
    text = with_title(entry.metric, entry.validated, entry.unit)
    return f"{text} ({entry.weights_of})" if entry.validated is not None else text


def _narrow_test(entry: RunEntry) -> str:
    return with_title(entry.metric, entry.test, entry.unit)


NAME = Column("Run", lambda entry: entry.name, lambda entry: entry.name.lower(), editable=True)
DATE = Column("Date", lambda entry: entry.created.partition("T")[0], lambda entry: entry.created)
NARROW = (
    NAME,
    Column("Validation", _narrow_validation, lambda entry: entry.validated, right=True, help=f"{KEPT} {IN_UNIT}"),
    Column("Test", _narrow_test, lambda entry: entry.test, right=True, help=f"{KEPT} {IN_UNIT}"),
    Column("Epochs", lambda entry: f"{entry.epoch} of {entry.epochs}", lambda entry: entry.epoch, right=True),
    Column(STATUS, lambda entry: entry.how_ended, lambda entry: entry.how_ended),
    DATE,
    Column("Size", lambda entry: scaled(entry.size, "B"), lambda entry: entry.size, right=True),
)
"""What a narrow list shows, as far as there is room."""


def wide(entries: Sequence[RunEntry], project: Callable[[RunEntry], str] | None) -> tuple[Column, ...]:
    """The columns of the table; ``project`` names the project of a run where runs of several are listed."""
    usable = [entry for entry in entries if not entry.problem]
    named = (Column("Project", project, project),) if project is not None else ()
    parameters = Column(
        "Parameters",
        lambda entry: "" if entry.settings.parameters is None else f"{entry.settings.parameters:,}",
        lambda entry: entry.settings.parameters,
        right=True,
    )
    time = Column("Time", lambda entry: duration(entry.seconds), lambda entry: entry.seconds, right=True, help=IN_ALL)
    _, _, _, *rest = NARROW
    return (NAME, *named, *_metrics(usable), WEIGHTS, parameters, *_settings(usable), PER_EPOCH, time, *rest, *LABELS)


IN_ALL = "The whole training: all epochs, the looks into the network meanwhile, saving, and the test."
PER_EPOCH = Column(
    "Time per epoch",
    lambda entry: duration(entry.epoch_seconds),
    lambda entry: entry.epoch_seconds,
    right=True,
    help=f"{MEANING}.",
)
WEIGHTS = Column(
    "Weights",
    lambda entry: entry.weights_of,
    lambda entry: entry.kept.number if entry.kept is not None else None,
    right=True,
    help="Which epoch's weights are kept, with which validation and test set were measured.",
)
LABELS = (
    Column(TAGS, lambda entry: ", ".join(entry.labels.tags), lambda entry: ", ".join(entry.labels.tags), editable=True),
    Column(NOTES, lambda entry: entry.labels.notes, lambda entry: entry.labels.notes, editable=True),
)


def _metrics(entries: Sequence[RunEntry]) -> list[Column]:
    return [*_of_part("Test", entries, _tested), *_of_part("Validation", entries, _validated)]


def _of_part(part: str, entries: Sequence[RunEntry], values: Values) -> list[Column]:
    """The columns of the metrics on a part of the data; each kind of loss has its own, so that none is ranked by it."""
    names = _ordered(dict.fromkeys(name for entry in entries for name in values(entry)))
    columns = []
    for name in names:
        kinds = (
            dict.fromkeys(entry.loss for entry in entries if name in values(entry)) if name == "loss" else {"": None}
        )
        columns += [_metric(part, name, partial(_value, values, name, kind), entries, kind) for kind in kinds]
    return columns


def _value(values: Values, name: str, kind: str, entry: RunEntry) -> float | None:
    """A value of a metric; of a loss that of runs that were trained with this ``kind``."""
    return values(entry).get(name) if name != "loss" or entry.loss == kind else None


def _tested(entry: RunEntry) -> Mapping[str, float]:
    return entry.tested


def _validated(entry: RunEntry) -> Mapping[str, float]:
    return entry.validation


def _ordered(names: dict[str, None]) -> list[str]:
    """The loss last, for it is seldom what one asks for."""
    return sorted(names, key=lambda name: own_name(name) == "loss")


def _metric(
    part: str, name: str, value: Callable[[RunEntry], float | None], entries: Sequence[RunEntry], kind: str = ""
) -> Column:
    """A column of a metric: the unit stands in its title where all runs share it, else in the cells; so does the
    ``kind`` of a loss.
    """
    title, unit = title_of(name), shared_unit(name, [entry.unit for entry in entries if value(entry) is not None])
    short = title if title.isupper() else title[0].lower() + title[1:]
    help = f"{title} on the {part.lower()} set" + (", with the weights that are kept")
    within = unit or kind
    titled = f"{part} {short} ({within})" if within else f"{part} {short}"

    def cell(entry: RunEntry) -> str:
        known = value(entry)
        return "" if known is None else with_unit(name, known, "" if unit else entry.unit)

    return Column(titled, cell, value, right=True, help=help)


def _settings(entries: Sequence[RunEntry]) -> list[Column]:
    """Settings that differ; of epochs the column that says how many are done says how many are wanted."""
    settings = [entry.settings for entry in entries]
    layers = {node.id for each in settings for node in each.network}
    return [_setting(name, of_layer=name.split()[0] in layers) for name in varying(settings) if name != "epochs"]


def _setting(name: str, *, of_layer: bool) -> Column:
    def text(entry: RunEntry) -> str:
        return entry.settings.values.get(name, "")

    return Column(name, text, lambda entry: _sortable(text(entry)), right=True, as_written=of_layer)


def _sortable(text: str) -> Any:
    """Numbers by their size, before words; nothing where a run has no such setting."""
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text) if text else None


def in_order(entries: Sequence[RunEntry], column: Column, *, descending: bool) -> list[RunEntry]:
    """The runs sorted by a column; those with nothing in it come last either way."""
    known = [entry for entry in entries if column.value(entry) not in (None, "")]
    without = [entry for entry in entries if column.value(entry) in (None, "")]
    return [*sorted(known, key=column.value, reverse=descending), *without]


def as_rows(entries: Sequence[RunEntry], columns: Sequence[Column]) -> list[list[str]]:
    """The table as rows of text, the titles first; metrics with all their figures."""
    return [
        [column.title for column in columns],
        *([_exact(column, entry) for column in columns] for entry in entries),
    ]


def _exact(column: Column, entry: RunEntry) -> str:
    value = column.value(entry)
    exact = isinstance(value, int | float) and not isinstance(value, bool)
    return repr(value) if exact and column.title not in ("Epochs", WEIGHTS.title) else column.text(entry)
