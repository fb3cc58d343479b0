"""Safetensors reader: arrays of numbers by name, checked by the safetensors library."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np

from app.data.dataset import Array
from app.data.readers.array_format import ArrayFormat, limit, register
from app.system.memory_budget import GIGABYTE
from app.system.unfolding import refuse_long_header
from graph.errors import NetloomError

TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "?",
}  # fmt: skip


def read_safetensors(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    """All arrays of numbers in a file, by name; bfloat16 becomes float32.

    Raises
    ------
    NetloomError
        if the file is damaged, too large, or holds something else.
    """
    import safetensors

    if file.stat().st_size > limit():
        raise NetloomError(f"{file.name} is larger than {limit() / GIGABYTE:.3g} GB.")
    refuse_long_header(file.name, stream.read(8))
    stream.seek(0)
    try:
        tensors = safetensors.deserialize(stream.read())  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        reason = str(error).removeprefix("Error while deserializing: ")
        raise NetloomError(f"{file.name} is damaged or no safetensors file ({reason[:100]}).") from None
    arrays = {name: _array(file, tensor["dtype"], tensor["shape"], tensor["data"]) for name, tensor in tensors}
    if not arrays:
        raise NetloomError(f"{file.name} holds no arrays.")
    return arrays


def _array(file: Path, kind: str, shape: list[int], data: bytes) -> Array:
    if kind not in TYPES:
        raise NetloomError(f"{file.name} holds values of type {kind}, which cannot be read.")
    values = np.frombuffer(data, np.dtype(TYPES[kind])).reshape(shape)
    return (values.astype(np.uint32) << 16).view(np.float32) if kind == "BF16" else values


register(ArrayFormat((".safetensors",), lambda file, start: file.suffix.lower() == ".safetensors", read_safetensors))
