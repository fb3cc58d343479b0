"""What a worker answers besides training: looks at runs and projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.insight.layer_arrays import snapshot
from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.loose import Loose as Message
from app.training.trainable import Model
from app.training.training_session import load_model
from app.worker.handlers import handles_run
from app.worker.run_cache import CachedRun
from graph.errors import NetloomError

Fields = Mapping[str, Any]


def answer(message: Message, open_run: Callable[[Path], CachedRun] = load_model) -> Message:
    """The reply to a request; it carries the request's ``id``.

    ``open_run`` gives the run in a folder for the questions of `ABOUT_RUNS`: the run in progress as it stands, or a
    saved one.

    Raises
    ------
    NetloomError
        if there is no such request, or it cannot be done.
    """
    number = {"id": message.fields.get("id")}
    if message.type in ABOUT_RUNS:
        run, model = open_run(folder(message.fields, "run"))
        reply = ABOUT_RUNS[message.type](model, message)
        return Message(reply.type, {**number, "run": str(run.path), **reply.fields}, reply.arrays)
    if message.type not in ANSWERS:
        raise NetloomError(
            f"The worker knows no request “{message.type}”; window and worker are of different versions."
        )
    reply = ANSWERS[message.type](message.fields)
    return Message(reply.type, {**number, **reply.fields}, reply.arrays)


def folder(fields: Fields, name: str) -> Path:
    """The path in a field of a request.

    Raises
    ------
    NetloomError
        if the field is missing.
    """
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise NetloomError(f"The request lacks “{name}”, a path.")
    return Path(value)


@handles_run(LookInside)
def look_inside(model: Model, request: LookInside) -> LookedInside:
    """Views of the inside of a network."""
    return LookedInside(views=snapshot(model, request.watch))


ANSWERS: Mapping[str, Callable[[Fields], Message]] = {}
"""The requests that are answered by one message, by their type."""

ABOUT_RUNS: Mapping[str, Callable[[Model, Message], Message]] = {}
"""The requests about a run that may be in progress: then they are answered from its weights as they are now."""
