"""Framing: messages as bytes on a stream, length-prefixed JSON with the raw bytes of arrays behind it.

A frame is two big-endian 32-bit lengths, a header in JSON (UTF-8), and a body with the bytes of the arrays that the
header lists, one after another, in C order. The header says the message's type and its fields; an array in a field
stands there as its number. Nothing is pickled, and a frame can only describe values that a message declares.
"""

from __future__ import annotations

import importlib
import json
import math
import pkgutil
import struct
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

import app.protocol
from app.protocol.messages import Array, Envelope, Message
from graph.errors import NetloomError
from graph.strict_json import shown

LENGTHS = struct.Struct(">II")
LARGEST_HEADER = 32 * 2**20
LARGEST_BODY = 2**30
DTYPES = frozenset("bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64".split())
LARGEST_RANK = 8

ARRAY, NUMBER, ESCAPED = "$array", "$number", "$object"
"""Keys of objects in a header that stand for an array, for a number that JSON lacks, and for an object with a $."""


def encode(message: Message, id: int | None = None) -> bytes:
    """The frame that carries ``message``; ``id`` is the number of a request and of its reply.

    Raises
    ------
    NetloomError
        if it is too large for a frame.
    """
    arrays: list[Array] = []
    header: dict[str, Any] = {"type": type(message).__name__, "fields": _pack(message, arrays)}
    if id is not None:
        header["id"] = id
    if arrays:
        header["arrays"] = [
            {"dtype": str(array.dtype.newbyteorder("=")), "shape": list(array.shape)} for array in arrays
        ]
    # Names of files need not be text; what is none of it passes through.
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")
    body = b"".join(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in arrays)
    _check_lengths(len(text), len(body))
    return b"".join((LENGTHS.pack(len(text), len(body)), text, body))


def _pack(value: Any, arrays: list[Array]) -> Any:
    """``value`` as strict JSON, with its arrays put aside in ``arrays``."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {ARRAY: len(arrays) - 1}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {NUMBER: str(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _pack(getattr(value, field.name), arrays) for field in fields(value)}
    if isinstance(value, Mapping):
        packed = {str(key): _pack(inner, arrays) for key, inner in value.items()}
        return {ESCAPED: packed} if any(key.startswith("$") for key in packed) else packed
    if isinstance(value, list | tuple):
        return [_pack(inner, arrays) for inner in value]
    if isinstance(value, Path):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def _unpack(value: Any, arrays: list[Array]) -> Any:
    """The inverse of `_pack`, except that tuples come back as lists and dataclasses as mappings."""
    if isinstance(value, list):
        return [_unpack(inner, arrays) for inner in value]
    if not isinstance(value, dict):
        return value
    if ARRAY in value:
        place = value[ARRAY]
        if not isinstance(place, int) or not 0 <= place < len(arrays):
            raise _broken("an array is missing")
        return arrays[place]
    if NUMBER in value:
        return float(value[NUMBER])
    return {key: _unpack(inner, arrays) for key, inner in value.get(ESCAPED, value).items()}


class Decoder:
    """Takes bytes as they come and gives whole messages.

    After a broken frame the rest of a stream has no meaning, so the decoder refuses everything that follows.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._broken: NetloomError | None = None

    def feed(self, data: bytes) -> list[Envelope]:
        """The messages that ``data`` completes, in order.

        Raises
        ------
        NetloomError
            if a frame is broken or larger than is allowed.
        """
        if self._broken is not None:
            raise self._broken
        self._buffer += data
        try:
            return list(self._complete())
        except NetloomError as error:
            self._broken = error
            raise

    def _complete(self) -> Iterator[Envelope]:
        while len(self._buffer) >= LENGTHS.size:
            header, body = LENGTHS.unpack_from(self._buffer)
            _check_lengths(header, body)
            end = LENGTHS.size + header + body
            if len(self._buffer) < end:
                return
            frame = bytes(self._buffer[LENGTHS.size : end])
            del self._buffer[:end]
            yield _envelope(frame[:header], frame[header:])


def _check_lengths(header: int, body: int) -> None:
    if header > LARGEST_HEADER or body > LARGEST_BODY:
        raise NetloomError(
            f"A message of {header + body:,} bytes is larger than Netloom's processes send each other; "
            "if it was not garbled on the way, ask for less at once."
        )


def _broken(reason: str) -> NetloomError:
    return NetloomError(f"A message between Netloom's processes was garbled ({reason}); start the training again.")


def _envelope(text: bytes, body: bytes) -> Envelope:
    try:
        header = json.loads(text.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise _broken("its header is not JSON") from None
    if not isinstance(header, dict) or not isinstance(header.get("type"), str):
        raise _broken("its header has no type")
    number, listed = header.get("id"), header.get("arrays", [])
    if not isinstance(listed, list) or not isinstance(number, int | None):
        raise _broken("its arrays are not a list, or its number is none")
    return Envelope(message=_message(header["type"], header.get("fields"), _arrays(listed, body)), id=number)


def _message(name: str, values: Any, arrays: list[Array]) -> Message:
    """The message of the class ``name`` with these values.

    Raises
    ------
    NetloomError
        if there is no such class, or a field is missing, unknown, or of another type than declared.
    """
    if name not in Message.registry:
        _load_messages()
    kind: Any = Message.registry.get(name)
    if kind is None:
        raise NetloomError(f"There is no message “{shown(name)}”; window and worker are of different versions.")
    try:
        message: Message = _adapter(kind).validate_python(_unpack(values, arrays))
        return message
    except (ValidationError, AttributeError, TypeError, ValueError, OverflowError, RecursionError) as error:
        reason = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        place = ".".join([name, *map(str, reason["loc"])])
        raise _broken(f"{place}: {reason['msg']}") from None


@cache
def _load_messages() -> None:
    """Import every module of messages, so that each kind is known by its name."""
    for module in pkgutil.iter_modules(app.protocol.__path__, "app.protocol."):
        importlib.import_module(module.name)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """What makes messages of a kind from plain values, and checks their types."""
    return TypeAdapter(kind)


def _arrays(listed: list[Any], body: bytes) -> list[Array]:
    arrays: list[Array] = []
    start = 0
    for entry in listed:
        dtype, shape = _entry(entry)
        kind = np.dtype(dtype).newbyteorder("<")
        count = math.prod(shape)
        if start + count * kind.itemsize > len(body):
            raise _broken("an array is cut short")
        flat = np.frombuffer(body, kind, count, start).astype(np.dtype(dtype))
        arrays.append(flat.reshape(shape))
        start += count * kind.itemsize
    if start != len(body):
        raise _broken("its length does not fit its arrays")
    return arrays


def _entry(entry: Any) -> tuple[str, tuple[int, ...]]:
    """Dtype and shape of a listed array, checked."""
    described = entry if isinstance(entry, dict) else {}
    dtype, shape = described.get("dtype"), described.get("shape")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise _broken("an array is of an unknown type")
    if not isinstance(shape, list) or len(shape) > LARGEST_RANK:
        raise _broken("an array has no shape")
    if not all(isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**32 for size in shape):
        raise _broken("an array has an impossible shape")
    return dtype, tuple(shape)
