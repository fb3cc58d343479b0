"""Reading arrays from NPY, NPZ, safetensors and IDX files, trusting nothing that a file says about its size."""

from __future__ import annotations

import gzip
import io
import math
import struct
import warnings
import zipfile
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from app.data.dataset import Array
from app.data.lazy_array import RowFile
from app.data.readers.safe_tensors import read_safetensors
from app.system.memory_budget import GIGABYTE, budget
from graph.errors import NetloomError

LIMIT = 2 * 2**30
"""Most bytes that the arrays of one file may unfold to, where data may take so much memory."""
HEADER = 10_000
IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_arrays(file: Path) -> dict[str, Array]:
    """All arrays in a file, by name; a file with a single array without a name gives it the name ``array``.

    Raises
    ------
    NetloomError
        if the file is none of NPY, NPZ, safetensors and IDX (gzipped or not), is damaged, too large, or holds pickled
        objects.
    """
    try:
        with file.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy warns about files written by Python 2, which it reads all the same
            return _by_content(file, stream)
    except NetloomError:
        raise
    except OSError as error:
        if error.strerror:  # the system's own trouble, which `reading` puts into words
            raise
        raise NetloomError(f"{file.name} is damaged or cut off ({_short(error)}).") from None
    except Exception as error:  # zip, gzip, LZMA and NumPy's header parser raise almost anything at damaged bytes
        raise NetloomError(f"{file.name} is damaged or cannot be read ({_short(error)}).") from None


def rows_of(file: Path) -> RowFile | None:
    """The array in a file that holds nothing but its rows, unread: NPY, and IDX that is not packed; None for others.

    A file that is damaged counts as another: whoever reads it as a whole says what is wrong with it.
    """
    with file.open("rb") as stream:
        start = stream.read(6)
        stream.seek(0)
        try:
            if start == b"\x93NUMPY":
                shape, fortran, dtype = _npy_header(file.name, stream)
            elif start[:2] == b"\0\0" and file.suffix.lower() != ".safetensors":
                (shape, dtype), fortran = _idx_header(file, stream), False
            else:
                return None
        except Exception:  # NumPy's header parser raises almost anything at damaged bytes
            return None
        if fortran or not shape or min(shape) < 1 or dtype.kind not in "biuf":
            return None
        rows = RowFile(file, shape, dtype, stream.tell())
        return rows if rows.nbytes <= file.stat().st_size - stream.tell() else None


def _by_content(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    start = stream.read(6)
    stream.seek(0)
    if start == b"\x93NUMPY":
        return {"array": _npy(file.name, stream, file.stat().st_size)}
    if start[:4] == b"PK\x03\x04":
        return _npz(file, stream)
    if start[:2] == b"\x1f\x8b":
        with gzip.open(stream) as unpacked:
            return {"array": _idx(file, cast(IO[bytes], unpacked))}
    if file.suffix.lower() == ".safetensors":
        return read_safetensors(file, stream, _limit())
    if start[:2] == b"\0\0":
        return {"array": _idx(file, stream)}
    raise NetloomError(
        f"{file.name} holds no arrays that Netloom knows; NumPy's .npy and .npz, .safetensors, and the IDX files of"
        " MNIST can be read."
    )


def _npy(name: str, stream: IO[bytes], size: int) -> Array:
    """One array in NumPy's format, of which the file has ``size`` bytes."""
    shape, fortran, dtype = _npy_header(name, stream)
    if dtype.hasobject:
        raise NetloomError(f"{name} holds pickled Python objects, which could run code; save plain numbers instead.")
    if dtype.kind not in "biuf" and not (dtype.kind == "U"):
        raise NetloomError(f"{name} holds values of type {dtype}; numbers are needed.")
    amount = math.prod(shape) * dtype.itemsize
    if amount > _limit():
        raise _too_large(name)
    if min(shape, default=1) < 0 or amount > size:
        raise NetloomError(f"{name} is cut off: it should hold {amount} bytes of values.")
    raw = stream.read(amount)
    if len(raw) < amount:
        raise NetloomError(f"{name} is cut off: it should hold {amount} bytes of values.")
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if fortran else "C")


def _npy_header(name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape of an array, whether its first axis runs fastest, and its type."""
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return header(stream, max_header_size=HEADER)


def _npz(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    arrays = {}
    with zipfile.ZipFile(stream) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
        if sum(member.file_size for member in members) > _limit():
            raise _too_large(file.name)
        for member in members:
            name = member.filename.removesuffix(".npy")
            # A member never unfolds beyond the size that its entry states, which is bounded above.
            with archive.open(member) as unpacked:
                arrays[name] = _npy(f"{name} in {file.name}", unpacked, member.file_size)
    if not arrays:
        raise NetloomError(f"{file.name} is an archive without arrays.")
    return arrays


def _idx(file: Path, stream: IO[bytes]) -> Array:
    """One array in the format of MNIST: type and number of axes, sizes, then values, all big-endian."""
    shape, dtype = _idx_header(file, stream)
    amount = math.prod(shape) * dtype.itemsize
    if amount > _limit():
        raise _too_large(file.name)
    return np.frombuffer(_exactly(file, stream, amount), dtype).reshape(shape)


def _idx_header(file: Path, stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    zero, code, axes = struct.unpack(">HBB", _exactly(file, stream, 4))
    if zero != 0 or code not in IDX_TYPES or not 1 <= axes <= 4:
        raise NetloomError(f"{file.name} is not an IDX file, as MNIST's files are.")
    return struct.unpack(f">{axes}I", _exactly(file, stream, 4 * axes)), np.dtype(IDX_TYPES[code])


def _exactly(file: Path, stream: IO[bytes], amount: int) -> bytes:
    """``amount`` bytes, read in pieces so that a false size cannot claim memory."""
    pieces = io.BytesIO()
    while (left := amount - pieces.tell()) > 0:
        piece = stream.read(min(left, 1 << 24))
        if not piece:
            raise NetloomError(f"{file.name} is cut off: {left} of {amount} bytes are missing.")
        pieces.write(piece)
    return pieces.getvalue()


def _limit() -> int:
    return min(LIMIT, budget())


def _too_large(name: str) -> NetloomError:
    return NetloomError(f"{name} unfolds to more than {_limit() / GIGABYTE:.3g} GB; use a smaller part of it.")


def _short(error: Exception) -> str:
    message = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return message[:100]
