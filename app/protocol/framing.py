"""What travels between a worker and whoever started it: length-prefixed frames of JSON and raw arrays.

A frame is two big-endian 32-bit lengths, a header in JSON (UTF-8), and a body with the bytes of the arrays that the
header lists, one after another, in C order. Nothing is pickled, and a frame can only describe plain numbers.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.errors import NetloomError

LENGTHS = struct.Struct(">II")
LARGEST_HEADER = 32 * 2**20
LARGEST_BODY = 2**30
DTYPES = frozenset("bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64".split())
LARGEST_RANK = 8


@dataclass(frozen=True, eq=False)
class Message:
    """One message: a type, JSON fields beside it, and arrays by name."""

    type: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Any] = field(default_factory=dict)


def plain(value: Any) -> Any:
    """``value`` as strict JSON: numbers that are not finite become null, tuples become lists."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def encode(message: Message) -> bytes:
    """The frame that carries ``message``.

    Raises
    ------
    NetloomError
        if it is too large for a frame.
    """
    import numpy as np

    arrays = {name: np.asarray(array) for name, array in message.arrays.items()}
    listed = [
        {"name": name, "dtype": str(array.dtype.newbyteorder("=")), "shape": list(array.shape)}
        for name, array in arrays.items()
    ]
    header = {"type": message.type, **plain(message.fields), "arrays": listed}
    # Names of files need not be text; what is none of it passes through.
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")
    body = b"".join(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in arrays.values())
    _check_lengths(len(text), len(body))
    return b"".join((LENGTHS.pack(len(text), len(body)), text, body))


class Decoder:
    """Takes bytes as they come and gives whole messages.

    After a broken frame the rest of a stream has no meaning, so the decoder refuses everything that follows.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._broken: NetloomError | None = None

    def feed(self, data: bytes) -> list[Message]:
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

    def _complete(self) -> Iterator[Message]:
        while len(self._buffer) >= LENGTHS.size:
            header, body = LENGTHS.unpack_from(self._buffer)
            _check_lengths(header, body)
            end = LENGTHS.size + header + body
            if len(self._buffer) < end:
                return
            frame = bytes(self._buffer[LENGTHS.size : end])
            del self._buffer[:end]
            yield _message(frame[:header], frame[header:])


def _check_lengths(header: int, body: int) -> None:
    if header > LARGEST_HEADER or body > LARGEST_BODY:
        raise NetloomError(
            f"A message of {header + body:,} bytes is larger than Netloom's processes send each other; "
            "if it was not garbled on the way, ask for less at once."
        )


def _broken(reason: str) -> NetloomError:
    return NetloomError(f"A message between Netloom's processes was garbled ({reason}); start the training again.")


def _message(text: bytes, body: bytes) -> Message:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise _broken("its header is not JSON") from None
    if not isinstance(header, dict) or not isinstance(header.get("type"), str):
        raise _broken("its header has no type")
    kind, listed = header.pop("type"), header.pop("arrays", [])
    if not isinstance(listed, list):
        raise _broken("its arrays are not a list")
    return Message(kind, header, _arrays(listed, body))


def _arrays(listed: list[Any], body: bytes) -> dict[str, Any]:
    if not listed and not body:
        return {}
    import numpy as np

    arrays: dict[str, Any] = {}
    start = 0
    for entry in listed:
        name, dtype, shape = _entry(entry)
        kind = np.dtype(dtype).newbyteorder("<")
        count = math.prod(shape)
        if start + count * kind.itemsize > len(body):
            raise _broken("an array is cut short")
        flat = np.frombuffer(body, kind, count, start).astype(np.dtype(dtype))
        arrays[name] = flat.reshape(shape)
        start += count * kind.itemsize
    if start != len(body):
        raise _broken("its length does not fit its arrays")
    return arrays


def _entry(entry: Any) -> tuple[str, str, tuple[int, ...]]:
    """Name, dtype and shape of a listed array, checked."""
    fields = entry if isinstance(entry, dict) else {}
    name, dtype, shape = fields.get("name"), fields.get("dtype"), fields.get("shape")
    if not isinstance(name, str) or dtype not in DTYPES:
        raise _broken("an array has no name or an unknown type")
    if not isinstance(shape, list) or len(shape) > LARGEST_RANK:
        raise _broken("an array has no shape")
    if not all(isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**32 for size in shape):
        raise _broken("an array has an impossible shape")
    return name, dtype, tuple(shape)
