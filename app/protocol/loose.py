"""Messages by string keys, for the requests that have no class of their own yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.protocol.messages import Array, Json, Message


@dataclass(frozen=True, eq=False)
class Loose(Message):
    """A type, JSON fields beside it, and arrays by name."""

    type: str
    fields: Json = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
