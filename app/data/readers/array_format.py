"""Registry of array file formats: a reader says which files are its own, by their ending and first bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from app.data.dataset import Array
from app.system.memory_budget import GIGABYTE, budget
from graph.errors import NetloomError

LIMIT = 2 * 2**30
"""Most bytes that the arrays of one file may unfold to, where data may take so much memory."""


@dataclass(frozen=True)
class ArrayFormat:
    """How one format is recognised and read.

    ``endings`` are those of file names that are arrays for sure; ``matches`` looks at a path and its first six bytes.
    ``read`` gives all arrays by name. ``header`` reads up to the first value and gives shape and type of the only
    array, or None where its rows do not lie one behind the other; it is None for formats that cannot be read by rows.
    """

    endings: tuple[str, ...]
    matches: Callable[[Path, bytes], bool]
    read: Callable[[Path, IO[bytes]], dict[str, Array]]
    header: Callable[[Path, IO[bytes]], tuple[tuple[int, ...], np.dtype[Any]] | None] | None = None


FORMATS: list[ArrayFormat] = []
"""The formats of all modules that were imported so far."""


def register(array_format: ArrayFormat) -> None:
    """Let files of a format be read."""
    FORMATS.append(array_format)


def limit() -> int:
    """Most bytes that the arrays of one file may take now."""
    return min(LIMIT, budget())


def too_large(name: str) -> NetloomError:
    """The error for arrays beyond `limit`."""
    return NetloomError(f"{name} unfolds to more than {limit() / GIGABYTE:.3g} GB; use a smaller part of it.")


def exactly(file: Path, stream: IO[bytes], amount: int) -> bytes:
    """``amount`` bytes, read in pieces so that a false size cannot claim memory."""
    pieces = io.BytesIO()
    while (left := amount - pieces.tell()) > 0:
        piece = stream.read(min(left, 1 << 24))
        if not piece:
            raise NetloomError(f"{file.name} is cut off: {left} of {amount} bytes are missing.")
        pieces.write(piece)
    return pieces.getvalue()
