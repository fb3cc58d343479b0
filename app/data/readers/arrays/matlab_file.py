"""MATLAB reader: the arrays of numbers and words in .mat files of versions 4 to 7.2; 7.3 is HDF5."""

from __future__ import annotations

import math
from pathlib import Path
from typing import IO

import numpy as np

from app.data.dataset import Array
from app.data.readers.array_format import ArrayFormat, limit, register, too_large
from app.system.unfolding import refuse_bomb
from graph.errors import NetloomError

OTHERS = ("cell", "struct", "object", "function", "opaque", "unknown")
"""Kinds of MATLAB's values that are no arrays."""
BYTES = 8
"""Most bytes that a number of an array takes."""


def read_matlab(file: Path, stream: IO[bytes]) -> dict[str, Array]:
    """All arrays by name; structures, cells and functions are passed over.

    Raises
    ------
    NetloomError
        if the file is too large, or holds no arrays.
    """
    from scipy.io import loadmat, whosmat

    listed = [(name, shape, kind) for name, shape, kind in whosmat(stream) if not name.startswith("__")]
    unfolded = sum(BYTES * math.prod(shape) for _, shape, _ in listed)
    if unfolded > limit():
        raise too_large(file.name)
    refuse_bomb(file.name, unfolded // BYTES, file.stat().st_size)
    wanted = [name for name, _, kind in listed if kind not in OTHERS]
    stream.seek(0)
    loaded = loadmat(stream, variable_names=wanted, struct_as_record=True) if wanted else {}
    found = {name: np.asarray(loaded[name]) for name in wanted if name in loaded}
    arrays = {name: values for name, values in found.items() if values.dtype.kind in "biufU" and values.size}
    if not arrays:
        raise NetloomError(f"{file.name} holds no arrays of numbers; structures and cells of MATLAB cannot be read.")
    return arrays


register(ArrayFormat((".mat",), lambda file, start: file.suffix.lower() == ".mat", read_matlab))
