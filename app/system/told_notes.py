"""Notes as sentences (text formatting), where a notice tells several: a capital, a full stop, a line for each."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST = 6
"""Notes that are told in a notice; of more it is said how many there are."""
_WORD = re.compile(r"[a-z]+(?=[ :,])")
_ENDS = (".", "!", "?", "…", ":")


def as_sentence(note: str) -> str:
    """A note with a full stop, and a capital where it begins with a plain word: a name that it begins with stays."""
    text = note.strip()
    if _WORD.match(text):
        text = text[0].upper() + text[1:]
    return text if not text or text.rstrip("”’\"')").endswith(_ENDS) else f"{text}."


def as_sentences(notes: Iterable[str], most: int = MOST) -> str:
    """The notes one below the other, each as a sentence; empty ones are left out."""
    told = [sentence for note in notes if (sentence := as_sentence(note))]
    more = len(told) - most
    return "\n".join([*told[:most], f"And {more} more."] if more > 0 else told)
