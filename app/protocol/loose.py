"""Messages by string keys, for the requests that have no class of their own yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.protocol.messages import Array, Json, Message
from graph.errors import NetloomError


@dataclass(frozen=True, eq=False)
class Loose(Message):
    """A type, JSON fields beside it, and arrays by name."""

    type: str
    fields: Json = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)


def whole(fields: Mapping[str, Any], name: str, usual: int) -> int:
    """A whole number in a request, at least 0.

    Raises
    ------
    NetloomError
        if it is something else.
    """
    value = fields.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise NetloomError(f"“{name}” must be a whole number of at least 0 (given: {value!r:.40}).")
    return value
