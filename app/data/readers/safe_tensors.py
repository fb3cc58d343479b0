"""Reading arrays from a safetensors file, trusting nothing that its header says."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import IO, Any

import numpy as np

from app.data.dataset import Array
from app.system.memory_budget import GIGABYTE
from graph.errors import NetloomError

HEADER = 1 << 24
"""Most bytes of a header."""
TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "?",
}  # fmt: skip


def read_safetensors(file: Path, stream: IO[bytes], limit: int) -> dict[str, Array]:
    """All arrays of numbers in a file, by name; bfloat16 becomes float32.

    Raises
    ------
    NetloomError
        if the header is damaged, points outside the file, or describes more than ``limit`` bytes.
    """
    size = file.stat().st_size
    head = stream.read(8)
    length = struct.unpack("<Q", head)[0] if len(head) == 8 else HEADER + 1
    if length > min(HEADER, size - 8):
        raise NetloomError(f"{file.name} is damaged or no safetensors file: its header does not fit.")
    entries = json.loads(stream.read(length))
    if not isinstance(entries, dict) or size > limit:
        raise NetloomError(f"{file.name} is damaged, or larger than {limit / GIGABYTE:.3g} GB.")
    arrays = {
        str(name): _array(file, stream, entry, 8 + length, size)
        for name, entry in entries.items()
        if name != "__metadata__"
    }
    if not arrays:
        raise NetloomError(f"{file.name} holds no arrays.")
    return arrays


def _array(file: Path, stream: IO[bytes], entry: Any, start: int, size: int) -> Array:
    """One array, if its type is known and its bytes lie within the file."""
    kind, shape, (low, high) = entry["dtype"], tuple(int(size) for size in entry["shape"]), entry["data_offsets"]
    if kind not in TYPES:
        raise NetloomError(f"{file.name} holds values of type {str(kind)[:20]}, which cannot be read.")
    dtype = np.dtype(TYPES[kind])
    amount = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or low < 0 or high - low != amount or start + high > size:
        raise NetloomError(f"{file.name} is damaged: an array does not lie within the file.")
    stream.seek(start + low)
    values = np.frombuffer(stream.read(amount), dtype).reshape(shape)
    if kind == "BF16":
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values
