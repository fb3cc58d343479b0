"""JSON held within bounds: what is read from a file can be written again, and what is written can be read.

Numbers are finite and of at most `DIGITS` digits, texts can be encoded as UTF-8, nothing is nested deeper than
`DEPTH`, and no key stands twice in one object. The same bounds hold on reading and on writing, so that no file opens
that can never be saved, and none is saved that never opens.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from graph.errors import NetloomError

DEPTH = 100
"""Levels of lists and objects within each other: blocks within blocks take five each."""
DIGITS = 300
"""Most digits of a whole number: each is one that a floating-point number reaches as well."""
PARTS = 4_000_000
"""Most lists, objects and commas of a text: a network of 100,000 layers has half as many."""
LARGE = int(10**DIGITS)
TOO_DEEP = f"it is nested too deeply, in more than {DEPTH} levels; take levels out."


class JsonError(NetloomError):
    """Text that is no JSON, or breaks a bound. ``reason`` says how, without the place."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.reason = reason


def parse(content: bytes | str, place: str, strict: bool = True, parts: int = PARTS) -> Any:
    """The value of a JSON text, which comes from ``place``.

    Parameters
    ----------
    strict
        whether numbers must be finite and texts encodable; names of files need not be, and data may hold NaN.
    parts
        how many lists, objects and commas it may have.

    Raises
    ------
    JsonError
        if it is none, or beyond the bounds; the sentence names the place and the remedy.
    """
    text = _text(content, place)
    if text.count("[") + text.count("{") + text.count(",") > parts:
        raise JsonError(place, f"it holds more than {parts:,} values, which no file of Netloom's does.")
    try:
        value = json.loads(text, object_pairs_hook=_members(place), parse_constant=_constant(place, strict))
    except json.JSONDecodeError as error:
        raise JsonError(
            place,
            f"line {error.lineno}, column {error.colno}: {error.msg.lower()}; the file is broken or cut short. "
            "Take a copy of it from a backup, or correct the line.",
        ) from None
    except RecursionError:
        raise JsonError(place, TOO_DEEP) from None
    except ValueError:  # Python itself refuses to read numbers of thousands of digits
        raise JsonError(place, f"a number has more than {DIGITS} digits; correct it.") from None
    check(value, place, strict)
    return value


@contextmanager
def in_a_sentence(what: str) -> Iterator[None]:
    """The net under saving: whatever goes wrong while ``what`` is put into words is said, and never lost in silence.

    Raises
    ------
    NetloomError
        for any error.
    """
    try:
        yield
    except NetloomError:
        raise
    except Exception as error:
        reason = str(error).partition("\n")[0][:200] or "no reason is known"
        raise NetloomError(
            f"{what} cannot be written ({type(error).__name__}: {shown(reason)}). Undo the last edit, "
            "save again, and report this problem from the menu Help."
        ) from error


def _text(content: bytes | str, place: str) -> str:
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonError(place, "it is not text in UTF-8; choose another file, or write it in UTF-8.") from None


def _members(place: str) -> Any:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
            raise JsonError(place, f"the key “{shown(twice)}” stands twice in one object; remove one of them.")
        return value

    return members


def _constant(place: str, strict: bool) -> Any:
    def constant(name: str) -> float:
        if strict:
            raise JsonError(place, f"{name} is not a number that a file may hold; replace it.")
        return float(name)

    return constant


def check(value: object, place: str, strict: bool = True) -> None:
    """Refuse a value that is beyond the bounds, or is none that JSON has.

    Raises
    ------
    JsonError
        which names where in the value it is.
    """
    fault = _fault(value, DEPTH, strict)
    if fault is not None:
        keys, reason = fault
        raise JsonError(": ".join((place, *_path(keys))), reason)


Fault = tuple[list[str | int], str]
"""The keys that lead to what is refused, the innermost first, and the reason."""


def _fault(value: object, left: int, strict: bool) -> Fault | None:
    """What is wrong with ``value``, which may have ``left`` more levels."""
    if not isinstance(value, Mapping | list | tuple):
        reason = _reason(value, strict)
        return ([], reason) if reason else None
    if not left:
        return [], TOO_DEEP
    pairs: Any = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, part in pairs:
        if isinstance(value, Mapping) and (type(key) is not str or (not key.isascii() and _reason(key, strict))):
            return [str(key)], "the name of a key must be text; give it another name."
        kind = type(part)
        if (kind is str and part.isascii()) or kind is bool or part is None:
            continue
        fault = _fault(part, left - 1, strict)
        if fault is not None:
            fault[0].append(key)
            return fault
    return None


def _reason(value: object, strict: bool) -> str:
    """Why a value that holds no others is refused; empty where it is not."""
    if isinstance(value, str):
        return (
            ""
            if not strict or value.isascii() or _encodable(value)
            else "the text holds half of a character; remove that sign."
        )
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return "" if -LARGE < value < LARGE else f"a number has more than {DIGITS} digits; correct it."
    if isinstance(value, float):
        return "" if not strict or math.isfinite(value) else "a number is not finite, or too large; correct it."
    return f"{type(value).__name__} is nothing that a file can hold; remove it."


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _path(keys: list[str | int]) -> list[str]:
    """The outermost keys that lead to a fault, as one part of a sentence; none where the value itself is it."""
    named = [shown(str(key)) if isinstance(key, str) else str(key + 1) for key in reversed(keys)]
    return [".".join(named[:6]) + ("…" if len(named) > 6 else "")] if named else []


def shown(name: str) -> str:
    """A name of a file's, as far as a sentence can show it."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    text = "".join(sign if sign.isprintable() else "�" for sign in text[:61])
    return text if len(text) <= 60 else f"{text[:60]}…"
