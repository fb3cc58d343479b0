"""HDF5 reader: arrays of numbers and words by their paths, MATLAB 7.3's files among them, where h5py is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.array_format import ArrayFormat, limit, register, too_large
from app.system.unfolding import refuse_bomb
from graph.errors import NetloomError

SIGN = b"\x89HDF\r\n"
"""How files begin, MATLAB's 512 bytes later."""
MATLAB = 512


def read_hdf5(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    """All arrays by their paths in the file; those of MATLAB have their axes turned round, as MATLAB shows them.

    Raises
    ------
    NetloomError
        if h5py is not installed, or the file is too large or holds no arrays.
    """
    if find_spec("h5py") is None:
        raise NetloomError(
            f"{file.name} is an HDF5 file, which the library h5py reads: install it with “python -m pip install h5py”, "
            "or save the arrays as .npz."
        )
    import h5py

    found: dict[str, Any] = {}
    turned = file.suffix.lower() == ".mat"
    with h5py.File(stream, "r") as opened:
        opened.visititems(lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None)
        numbers = {name: item for name, item in found.items() if _is_plain(name, item)}
        unfolded = sum(item.size * item.dtype.itemsize for item in numbers.values())
        if unfolded > limit():
            raise too_large(file.name)
        refuse_bomb(file.name, unfolded, file.stat().st_size)
        arrays = {name: np.asarray(item[()]) for name, item in numbers.items()}
    if not arrays:
        raise NetloomError(f"{file.name} holds no arrays of numbers.")
    return {name: values.T if turned else values for name, values in arrays.items()}


def _is_plain(name: str, item: Any) -> bool:
    """Whether a data set holds numbers, and lies in no folder of MATLAB's own."""
    return item.dtype.kind in "biuf" and item.size and not name.startswith("#")


def _is_hdf5(file: Path, start: bytes) -> bool:
    if start == SIGN:
        return True
    if file.suffix.lower() != ".mat" or start != b"MATLAB":
        return False
    with file.open("rb") as stream:
        stream.seek(MATLAB)
        return stream.read(len(SIGN)) == SIGN


register(ArrayFormat(endings=(".h5", ".hdf5", ".mat"), matches=_is_hdf5, read=read_hdf5))
