"""Requests to go through training one step at a time, and the session that is kept for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from app.insight.backprop_step import BackpropSession, Watched, copy_of, record
from app.insight.nudged_gradients import nudge
from app.protocol.backprop_messages import BackpropStepTaken, NudgeWeights, TakeBackpropStep, WeightsNudged
from app.training.trainable import Model
from app.worker.handlers import handles_run
from graph.errors import NetloomError
from graph.project import encode

LARGEST_BATCH = 256
"""Samples in a batch, at most."""

MOST_STEPS = 5000
"""Steps that are gone through, at most: going back does those before it anew."""


class SessionCache:
    """Keeps the last session, so that the next step of it costs one step."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._session: BackpropSession | None = None

    def get(self, key: Hashable, make: Callable[[], Watched], size: int) -> BackpropSession:
        """The session that ``key`` and ``size`` stand for; ``make`` gives the model of a new one."""
        if self._session is None or (key, size) != self._key:
            self._key = self._session = None  # its memory goes before the next one takes its own
            session = BackpropSession(make(), size)
            self._key, self._session = (key, size), session
        return self._session


_kept = SessionCache()


@handles_run(TakeBackpropStep)
def take_backprop_step(model: Model, request: TakeBackpropStep) -> BackpropStepTaken:
    """One training step, on a copy of the model."""
    session = _session(model, request)
    return BackpropStepTaken(record=record(session, session.step(request.number)))


@handles_run(NudgeWeights)
def nudge_weights(model: Model, request: NudgeWeights) -> WeightsNudged:
    """Weights of one training step, nudged one by one."""
    return WeightsNudged(nudged=nudge(_session(model, request), request.number, request.parameter))


def _session(model: Model, request: TakeBackpropStep | NudgeWeights) -> BackpropSession:
    """The session of a request, which is kept."""
    if not 0 <= request.number < MOST_STEPS:
        raise NetloomError(f"Steps are gone through up to number {MOST_STEPS:,}; train the network to go further.")
    opened = request.project
    subject = (encode(opened.project), opened.base) if opened is not None else request.run
    size = max(1, min(request.size, LARGEST_BATCH))
    return _kept.get((subject, request.start), lambda: copy_of(model), size)
