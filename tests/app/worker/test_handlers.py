"""Every request that the window may send is answered, by what it says answers it."""

from __future__ import annotations

import inspect
from typing import get_type_hints

from app.protocol.data_messages import DataRequest
from app.protocol.messages import Message, ModelRequest, PartialRequest, Request, RunRequest
from app.protocol.training_messages import Resume, Train
from app.worker.handlers import handlers


def requests() -> list[type[Request[object]]]:  # type: ignore[type-var]
    bases = {Request, RunRequest, ModelRequest, PartialRequest, DataRequest}
    return [
        kind
        for kind in Message.registry.values()
        if issubclass(kind, Request) and kind not in bases and kind.__module__.startswith("app.")
    ]


def test_every_request_has_its_handler() -> None:
    known = handlers()
    assert {kind.__name__ for kind in requests()} - {kind.__name__ for kind in known} == {
        Train.__name__,
        Resume.__name__,
    }


def test_a_handler_takes_the_request_and_gives_the_reply_that_it_declares() -> None:
    for kind, handler in handlers().items():
        hints = get_type_hints(handler)
        assert hints.pop("return") is kind.reply_type(), kind.__name__
        assert hints[list(inspect.signature(handler).parameters)[-1]] is kind, kind.__name__
