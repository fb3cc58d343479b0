"""Errors that a user can cause, each one clear sentence."""

from __future__ import annotations

import re

LONGEST, LONGEST_WORD = 2_000, 400
"""Letters of a sentence and of a word in it, such as a path: what is quoted of a file may be endless."""
_LONG = re.compile(rf"(\S{{{LONGEST_WORD}}})\S+")
_UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class NetloomError(Exception):
    """Something the user can understand and repair.

    ``str(error)`` is one sentence or two that name the place, the reason and the remedy. Programs show it as it
    is; anything that is not a ``NetloomError`` is a defect in Netloom. What is quoted in it is cut where it is endless,
    and holds nothing that a screen or a log cannot show.
    """

    def __init__(self, sentence: str = "") -> None:
        super().__init__(_bounded(sentence))


def _bounded(sentence: str) -> str:
    """A sentence without endless words and unseen characters."""
    if len(sentence) <= LONGEST_WORD and sentence.isprintable():
        return sentence
    seen = _UNSEEN.sub("\ufffd", sentence[: 20 * LONGEST])
    short = _LONG.sub(r"\1…", seen)
    return short if len(short) <= LONGEST else f"{short[: LONGEST // 2]} … {short[-LONGEST // 2 :]}"
