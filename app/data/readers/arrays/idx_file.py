"""IDX reader: the array files of MNIST and its kin, gzipped or not."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from app.data.dataset import Array
from app.data.readers.array_format import ArrayFormat, exactly, limit, register, too_large
from app.system.unfolding import refuse_bomb
from graph.errors import NetloomError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    """The one array: type and number of axes, sizes, then values, all big-endian."""
    shape, dtype = idx_header(file, stream)
    amount = math.prod(shape) * dtype.itemsize
    if amount > limit():
        raise too_large(file.name)
    refuse_bomb(file.name, amount, file.stat().st_size)
    return {"array": np.frombuffer(exactly(file, stream, amount), dtype).reshape(shape)}


def idx_header(file: Path, stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type, read from the beginning of a file."""
    zero, code, axes = struct.unpack(">HBB", exactly(file, stream, 4))
    if zero != 0 or code not in TYPES or not 1 <= axes <= 4:
        raise NetloomError(f"{file.name} is not an IDX file, as MNIST's files are.")
    return struct.unpack(f">{axes}I", exactly(file, stream, 4 * axes)), np.dtype(TYPES[code])


def read_gzip(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    """The one array of a gzipped file."""
    with gzip.open(stream) as unpacked:
        return read_idx(file, cast(IO[bytes], unpacked))


def holds_idx(file: Path) -> bool:
    """Whether a gzipped file holds an array rather than a table; by its name, where it is damaged."""
    try:
        with gzip.open(file) as unpacked:
            begins = unpacked.read(4)
    except (OSError, EOFError, zlib.error):
        return "ubyte" in file.name or "idx" in file.name
    return begins[:2] == b"\0\0" and begins[2:3] in {bytes([code]) for code in TYPES}


register(
    ArrayFormat(
        endings=(".idx", "-ubyte"),
        matches=lambda file, start: start[:2] == b"\0\0" and file.suffix.lower() not in (".safetensors", ".mat"),
        read=read_idx,
        header=idx_header,
    )
)
register(ArrayFormat(endings=(".gz",), matches=lambda file, start: start[:2] == b"\x1f\x8b", read=read_gzip))
