"""The lines of a run's ``metrics.jsonl``: what each kind of event must hold, so that readers may rely on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Metrics = dict[str, Number | None]
PARTS = ("train", "validation")
"""The sets whose metrics an epoch has."""
STRICT = ConfigDict(strict=True, extra="ignore")


@with_config(STRICT)
class StartedLine(TypedDict):
    """Training began, or went on."""

    step: Whole
    epochs: Whole
    epoch: NotRequired[Whole]
    steps_per_epoch: NotRequired[Whole | None]


@with_config(STRICT)
class EpochLine(TypedDict):
    """An epoch was done."""

    epoch: Whole
    step: Whole
    train: Metrics
    validation: Metrics
    epochs: NotRequired[Whole | None]
    learning_rate: NotRequired[Number | None]
    seconds: NotRequired[Number | None]


@with_config(STRICT)
class FinishedLine(TypedDict):
    """Training was over."""

    status: str
    test: Metrics
    reason: NotRequired[str | None]
    best_epoch: NotRequired[Whole | None]
    epoch: NotRequired[Whole]
    seconds: NotRequired[Number | None]
    memory: NotRequired[Whole | None]


@with_config(STRICT)
class ConfusionLine(TypedDict):
    """The confusion matrix of the validation set."""

    epoch: Whole
    classes: list[str]
    counts: list[list[Whole]]


@with_config(STRICT)
class PointsSteps(TypedDict):
    """The steps of losses of single batches; every other member is a column of as many losses."""

    step: list[Whole]
    loss: list[Number | None]


Kind = Literal["started", "epoch", "finished", "confusion", "points"]
LINES: Mapping[Kind, TypeAdapter[Any]] = {
    "started": TypeAdapter(StartedLine),
    "epoch": TypeAdapter(EpochLine),
    "finished": TypeAdapter(FinishedLine),
    "confusion": TypeAdapter(ConfusionLine),
    "points": TypeAdapter(PointsSteps),
}
COLUMN: TypeAdapter[list[float | None]] = TypeAdapter(list[Number | None], config=ConfigDict(strict=True))
POINTS = frozenset({"event", "step", "loss"})
"""What every line of points holds; whatever else there is are further losses."""


def lines_of(content: bytes, *, points: bool = True) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """The lines of a log with their numbers, from 1; None stands for one that cannot be understood.

    Lines of ``points`` are left out where they are not wanted.

    A last line that was cut short by a crash is left out, and so is one that a resumed training ended.
    """
    rows = content.split(b"\n")
    whole = rows[:-1]  # what follows the last line break was cut short, or is empty
    for number, row in enumerate(whole, 1):
        if not row.strip() or (not points and row.startswith(b'{"event":"points"')):
            continue
        try:
            line = json.loads(row)
        except (ValueError, RecursionError):
            if number > 1 and _follows_crash(whole, number):
                continue
            line = None
        yield number, line if _fits(line) else None


def _follows_crash(rows: list[bytes], number: int) -> bool:
    """Whether the broken row ``number`` was ended by a resumed training, which begins with ``started``."""
    return number < len(rows) and rows[number].startswith(b'{"event":"started"')


def _fits(line: Any) -> bool:
    """Whether a line holds what those of its event must."""
    if not isinstance(line, dict) or not isinstance(line.get("event"), str):
        return False
    kind = LINES.get(line["event"])
    if kind is None:
        return True
    try:
        kind.validate_python(line)
        if line["event"] == "points":
            return all(_is_column(line[name], len(line["step"])) for name in line.keys() - {"event", "step"})
    except ValidationError:
        return False
    return line["event"] != "confusion" or _is_square(line["counts"], len(line["classes"]))


def _is_column(values: object, length: int) -> bool:
    return len(COLUMN.validate_python(values)) == length


def _is_square(rows: list[list[int]], side: int) -> bool:
    return len(rows) == side and all(len(row) == side for row in rows)
