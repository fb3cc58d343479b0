"""Messages that only tests send: what a fake worker echoes, what it was told to forget, and how it is killed."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.events import Event
from app.protocol.messages import Command, Reply, Request


@dataclass(frozen=True, eq=False, kw_only=True)
class Echoed(Reply):
    """The word of an `Echo`."""

    word: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Echo(Request[Echoed]):
    """Say this word again."""

    word: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Unanswered(Request[Echoed]):
    """A request that is never answered."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Shout(Command):
    """Say this word again, as an event."""

    word: str


@dataclass(frozen=True, eq=False)
class Shouted(Event):
    """The word of a `Shout`."""

    name = "shouted"
    word: str


@dataclass(frozen=True, eq=False, kw_only=True)
class ForgottenRequests(Reply):
    """The numbers of the requests that were to be forgotten."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class WhatWasForgotten(Request[ForgottenRequests]):
    """Say which requests were to be forgotten."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Die(Command):
    """Kill yourself."""
