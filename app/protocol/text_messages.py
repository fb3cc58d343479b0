"""Requests about a language model: a text that goes on, token by token."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.protocol.messages import PartialReply, PartialRequest
from app.protocol.text_values import Decoding, WrittenText


@dataclass(frozen=True, eq=False, kw_only=True)
class ContinuedText(PartialReply):
    """A text as far as it has come: the ``texts`` that are followed, the likeliest first.

    ``joint`` stands between two tokens; ``note`` names tokens of the beginning that training never saw.
    """

    texts: tuple[WrittenText, ...]
    joint: str
    note: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class ContinueText(PartialRequest[ContinuedText]):
    """At most ``tokens`` more tokens behind ``beginning``."""

    beginning: str
    decoding: Decoding = field(default_factory=Decoding)
    tokens: int = 40
