"""Requests to go through training one step at a time, and the rehearsal that is kept for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

from app.insight.backprop_step import BackpropSession, Watched, copy_of, fresh, report
from app.protocol.json_values import plain
from app.protocol.loose import Loose as Message
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.project import encode, parse_project

LARGEST_BATCH = 256
"""Samples in a batch, at most."""

MOST_STEPS = 5000
"""Steps that are gone through, at most: going back does those before it anew."""


class Rehearsals:
    """Keeps the last rehearsal, so that the next step of it costs one step."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._held: BackpropSession | None = None

    def get(self, key: Hashable, make: Callable[[], Watched], size: int) -> BackpropSession:
        """The rehearsal that ``key`` and ``size`` stand for; ``make`` gives the model of a new one."""
        if self._held is None or (key, size) != self._key:
            self._key = self._held = None  # its memory goes before the next one takes its own
            held = BackpropSession(make(), size)
            self._key, self._held = (key, size), held
        return self._held


_kept = Rehearsals()


def of_run(model: Model, message: Message) -> Message:
    """A step from the weights of a run; fields as in `told`, and ``run``.

    ``start`` is a number of the window's own: while it stays the same, so do the weights that are begun with.
    """
    fields = message.fields
    return told(fields, ("run", str(fields.get("run")), fields.get("start")), lambda: copy_of(model))


def of_project(fields: Mapping[str, Any]) -> Message:
    """A step from fresh weights; fields as in `told`, ``project`` in its JSON form and ``base``, its folder."""
    content = fields.get("project")
    if not isinstance(content, Mapping):
        raise NetloomError("The request lacks “project”.")
    base = Path(str(fields["base"])) if fields.get("base") else None
    key = ("project", encode(content), str(base), fields.get("start"))
    return told(fields, key, lambda: fresh(parse_project(dict(content)), base))


def told(fields: Mapping[str, Any], key: Hashable, make: Callable[[], Watched]) -> Message:
    """The step ``number`` (from 0) in batches of ``size``, as `app.insight.backprop_step.report` tells it.

    Raises
    ------
    NetloomError
        if the project cannot be trained, or is too large for this.
    """
    try:
        number, size = int(fields.get("number") or 0), int(fields.get("size") or 1)
    except (TypeError, ValueError):
        raise NetloomError("The request for a step needs whole numbers.") from None
    if not 0 <= number < MOST_STEPS:
        raise NetloomError(f"Steps are gone through up to number {MOST_STEPS:,}; train the network to go further.")
    rehearsal = _kept.get(key, make, max(1, min(size, LARGEST_BATCH)))
    facts, arrays = report(rehearsal, rehearsal.step(number))
    return Message("backprop", plain(facts), arrays)
