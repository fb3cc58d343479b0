"""Which function answers which request: handlers register themselves by the type of the request that they take."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import app.worker
from app.protocol.messages import ModelRequest, Reply, Request, RunReply, RunRequest
from app.training.runs import Run
from app.training.trainable import Model
from app.worker.untrained_model import untrained_model
from graph.errors import NetloomError

H = TypeVar("H", bound=Callable[[Any], Reply])
RH = TypeVar("RH", bound=Callable[[Model, Any], RunReply])
OpenRun = Callable[[Path], tuple[Run, Model]]

_ANSWERS: dict[type[Request[Any]], Callable[[Any], Reply]] = {}
_ABOUT_RUNS: dict[type[RunRequest[Any]], Callable[[Any, Any], RunReply]] = {}


def handles(kind: type[Request[Any]]) -> Callable[[H], H]:
    """Register a function that answers requests of a kind from the request alone."""

    def register(handler: H) -> H:
        _ANSWERS[kind] = handler
        return handler

    return register


def handles_run(kind: type[RunRequest[Any]]) -> Callable[[RH], RH]:
    """Register a function that answers requests of a kind from the model of the request's run and the request.

    It also gets the model of an open project, or the `OpenProject` itself where the kind says ``needs_model = False``.
    """

    def register(handler: RH) -> RH:
        _ABOUT_RUNS[kind] = handler
        return handler

    return register


def handlers() -> dict[type[Request[Any]], Callable[..., Reply]]:
    """All functions that answer requests, by the kind of request."""
    load_handlers()
    return dict([*_ANSWERS.items(), *_ABOUT_RUNS.items()])


@cache
def load_handlers() -> None:
    """Import every module of this package whose name ends in ``_requests``: that registers what they answer."""
    for module in pkgutil.iter_modules(app.worker.__path__, "app.worker."):
        if module.name.endswith("_requests"):
            importlib.import_module(module.name)


def answer(request: Request[Any], open_run: OpenRun) -> Reply:
    """The reply to a request; ``open_run`` gives the run in a folder with its model, live or saved.

    Raises
    ------
    NetloomError
        if nothing answers such a request, or it cannot be done.
    """
    load_handlers()
    if isinstance(request, ModelRequest) and request.project is not None:
        subject = untrained_model(request.project) if request.needs_model else request.project
        return _ABOUT_RUNS[type(request)](subject, request)
    if isinstance(request, RunRequest) and type(request) in _ABOUT_RUNS:
        run, model = open_run(request.run)
        return replace(_ABOUT_RUNS[type(request)](model, request), run=str(run.path))
    if type(request) not in _ANSWERS:
        raise NetloomError(f"The worker does not answer “{type(request).__name__}”; restart Netloom.")
    return _ANSWERS[type(request)](request)
