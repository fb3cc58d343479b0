"""NumPy reader: NPY and NPZ files of plain numbers or words, without pickled objects."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.array_format import ArrayFormat, limit, register, too_large
from app.system.unfolding import refuse_zip_bomb
from graph.errors import NetloomError

HEADER = 10_000
"""Most bytes of the header of an array."""


def read_npy(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    """The one array of an NPY file."""
    return {"array": _array(file.name, stream, file.stat().st_size)}


def read_npz(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    """All arrays of an NPZ archive by name."""
    arrays = {}
    with zipfile.ZipFile(stream) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
        if sum(member.file_size for member in members) > limit():
            raise too_large(file.name)
        refuse_zip_bomb(file.name, archive)
        for member in members:
            name = member.filename.removesuffix(".npy")
            # A member never unfolds beyond the size that its entry states, which is bounded above.
            with archive.open(member) as unpacked:
                arrays[name] = _array(f"{name} in {file.name}", unpacked, member.file_size)
    if not arrays:
        raise NetloomError(f"{file.name} is an archive without arrays.")
    return arrays


def npy_header(file: Path, stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]] | None:
    """Shape and type, read from the beginning of a file; None where the first axis runs fastest."""
    shape, fortran, dtype = _header(stream)
    return None if fortran else (shape, dtype)


def _array(name: str, stream: IO[bytes], size: int) -> Array:
    """One array, of which the file has ``size`` bytes."""
    shape, fortran, dtype = _header(stream)
    if dtype.hasobject:
        raise NetloomError(f"{name} holds pickled Python objects, which could run code; save plain numbers instead.")
    if dtype.kind not in "biufU":
        raise NetloomError(f"{name} holds values of type {dtype}; numbers are needed.")
    amount = math.prod(shape) * dtype.itemsize
    if amount > limit():
        raise too_large(name)
    raw = stream.read(amount) if min(shape, default=1) >= 0 and amount <= size else b""
    if len(raw) < amount or min(shape, default=1) < 0:
        raise NetloomError(f"{name} is cut off: it should hold {amount} bytes of values.")
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if fortran else "C")


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape of an array, whether its first axis runs fastest, and its type."""
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return header(stream, max_header_size=HEADER)


register(ArrayFormat((".npy",), lambda file, start: start == b"\x93NUMPY", read_npy, npy_header))
register(ArrayFormat((".npz",), lambda file, start: start[:4] == b"PK\x03\x04", read_npz))
