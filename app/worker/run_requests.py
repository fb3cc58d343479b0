"""What a worker answers besides training: previews of data, and looks at saved runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.data_preview import preview as select
from app.data.prepare import prepare
from app.insight.layer_arrays import snapshot
from app.insight.predictions import answers
from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.json_values import plain
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


def base_of(fields: Fields) -> Path | None:
    """The folder of the project in a request, where relative paths start."""
    return folder(fields, "base") if fields.get("base") else None


def _preview(fields: Fields) -> Message:
    section = fields.get("data")
    if not isinstance(section, Mapping):
        raise NetloomError("The request lacks “data”, the choice of data.")
    prepared = prepare(DataChoice.parse(section), base_of(fields))
    found = select(prepared, int(fields.get("limit") or 200))
    values = {f"values/{name}": array for name, array in found.pop("values").items()}
    arrays = {name: found.pop(name) for name in ("index", "part", "place")}
    return Message("preview", plain(found), arrays | values)


def _inspect(fields: Fields) -> Message:
    from app.data.inspect import inspect, suggest

    path, kind, target = folder(fields, "path"), fields.get("kind"), fields.get("target")
    choice = suggest(path, kind, target, base_of(fields))
    found = inspect(path, kind, target).to_json()
    return Message("findings", plain({**found, "choice": choice.to_json()}))


def _choice_of(fields: Fields) -> DataChoice:
    section = fields.get("data")
    return DataChoice.parse(section)


def _columns(fields: Fields) -> Message:
    from app.data.table_preview import table_of

    return Message("columns", plain(table_of(_choice_of(fields), base_of(fields))))


def _rows(fields: Fields) -> Message:
    from app.data.table_preview import ROWS, rows_of

    start, count = int(fields.get("start") or 0), int(fields.get("count") or ROWS)
    return Message("rows", plain(rows_of(_choice_of(fields), base_of(fields), start, count)))


def _batch(fields: Fields) -> Message:
    from app.data.batch_preview import first_batch

    prepared = prepare(_choice_of(fields), base_of(fields))
    found = first_batch(prepared, int(fields.get("size") or 32), int(fields.get("seed") or 0))
    arrays = {name: found.pop(name) for name in ("before", "after", "target", "partner")}
    return Message("batch", plain(found), arrays)


def _repoint(fields: Fields) -> Message:
    from app.data.repoint import repointed

    path = folder(fields, "path") if fields.get("path") else None
    return Message("repointed", {"choice": plain(repointed(_choice_of(fields), path, base_of(fields)).to_json())})


@handles_run(LookInside)
def look_inside(model: Model, request: LookInside) -> LookedInside:
    """Views of the inside of a network."""
    return LookedInside(views=snapshot(model, request.watch))


ANSWERS: Mapping[str, Callable[[Fields], Message]] = {
    "preview": _preview,
    "inspect": _inspect,
    "columns": _columns,
    "rows": _rows,
    "batch": _batch,
    "repoint": _repoint,
}
"""The requests that are answered by one message, by their type."""

ABOUT_RUNS: Mapping[str, Callable[[Model, Message], Message]] = {
    "answers": answers,
}
"""The requests about a run that may be in progress: then they are answered from its weights as they are now."""
