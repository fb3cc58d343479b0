"""A message of every kind that window and worker send each other, with values that its fields declare."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from app.protocol.framing import _load_messages
from app.protocol.messages import Message

PLAIN: Mapping[Any, Any] = {
    int: 3, float: 0.5, str: "a", bool: True, Path: Path("a"), bytes: b"a", type(None): None,
    np.ndarray: np.ones((2, 3), np.float32), Any: {"a": [1, {"b": None}]}, object: "a", dict: {"a": 1}, list: [1],
}  # fmt: skip


def messages() -> Iterator[Message]:
    """One of every kind."""
    _load_messages()
    for name, kind in sorted(Message.registry.items()):
        if is_dataclass(kind):
            message = sample(kind)
            assert isinstance(message, Message), name
            yield message


def sample(kind: Any) -> Any:
    """A value of a type as fields declare it."""
    if isinstance(kind, typing.TypeVar):
        return "a"
    if isinstance(kind, str):  # one of the values that a field may have
        return kind
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return kind(**{field.name: sample(hints[field.name]) for field in fields(kind)})
    origin = typing.get_origin(kind)
    return PLAIN[kind] if origin is None else _of_generic(origin, typing.get_args(kind))


def _of_generic(origin: Any, parts: tuple[Any, ...]) -> Any:
    """A value of a type with parts, such as a tuple of numbers."""
    kinds: list[tuple[bool, Callable[[], Any]]] = [
        (origin is typing.Annotated, lambda: sample(parts[0])),
        (origin is typing.Literal, lambda: parts[0]),
        (origin in (typing.Union, types.UnionType), lambda: sample(next(p for p in parts if p is not type(None)))),
        (origin is tuple, lambda: tuple(sample(part) for part in parts if part is not ...)),
        (origin is np.ndarray, lambda: PLAIN[np.ndarray]),
        (isinstance(origin, type) and issubclass(origin, Mapping), lambda: {sample(parts[0]): sample(parts[1])}),
    ]
    return next((make() for fits, make in kinds if fits), [] if not parts else [sample(parts[0])])
