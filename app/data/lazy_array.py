"""Lazy arrays: samples that stay bytes in memory or in a file, and become float32 when they are indexed."""

from __future__ import annotations

import hashlib
import math
import os
import threading
import weakref
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

PIECE = 1 << 22
"""Bytes that are looked at in one go where all samples are gone through."""


class RowFile:
    """Rows of the same shape and type in a file, one behind the other from ``offset`` bytes on.

    The file is read, not mapped: memory that is mapped counts as the program's own, and ends it where the file is cut
    off behind its back. It stays open, so that it may be thrown away while it is used.
    """

    def __init__(self, path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], offset: int = 0) -> None:
        self.path = path
        self.shape = shape
        self.dtype = dtype
        self._offset = offset
        self._row = math.prod(shape[1:]) * dtype.itemsize
        self._lock = threading.Lock()
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, handle)
        self._stream = FileIO(handle, closefd=False)

    @property
    def nbytes(self) -> int:
        """Bytes of all rows."""
        return self.shape[0] * self._row

    def __getitem__(self, rows: Array) -> Array:
        """The rows (n,) of these numbers; neighbours in the file are read in one go.

        Raises
        ------
        OSError
            if the file cannot be read, or is shorter than it was.
        """
        values = np.empty((len(rows), *self.shape[1:]), self.dtype)
        order = np.argsort(rows, kind="stable")
        for run in np.split(order, np.flatnonzero(np.diff(rows[order]) != 1) + 1) if len(rows) else ():
            first = int(run[0])
            if np.array_equal(run, np.arange(first, first + len(run))):
                self._read(int(rows[first]), values[first : first + len(run)])
            else:
                block = np.empty((len(run), *self.shape[1:]), self.dtype)
                self._read(int(rows[first]), block)
                values[run] = block
        return values

    def reshape(self, shape: tuple[int, ...]) -> RowFile:
        """The same rows, each of another shape with as many values."""
        return RowFile(self.path, shape, self.dtype, self._offset)

    def _read(self, row: int, into: Array) -> None:
        left = memoryview(into).cast("B") if into.size else memoryview(b"")  # type: ignore[arg-type]
        with self._lock:
            self._stream.seek(self._offset + row * self._row)
            while left:
                count = self._stream.readinto(left)
                if not count:
                    raise OSError(f"{self.path} is shorter than it was.")
                left = left[count:]


class RowStatistics:
    """Statistics of each row of bytes: what is known of it without reading it again.

    ``digests`` is uint64 (N, 2), equal where the bytes are; ``sums`` and ``squares`` are uint64 (N, channels): the sums
    of the bytes and of their squares.
    """

    def __init__(self, digests: Array, sums: Array, squares: Array) -> None:
        self.digests = digests
        self.sums = sums
        self.squares = squares

    @classmethod
    def of(cls, rows: Array, channel: int) -> Self:
        """The statistics of ``rows`` (n, ...), whose axis ``channel`` counts channels."""
        digests = np.frombuffer(b"".join(_digest(row) for row in rows), "<u8").reshape(-1, 2)
        bare = rows.dtype != np.uint8
        sums, squares = (np.zeros((len(rows), 0), np.uint64),) * 2 if bare else _sums(rows, channel)
        return cls(digests, sums, squares)

    @classmethod
    def joined(cls, pieces: list[RowStatistics]) -> Self:
        """The statistics of several stretches of rows, one behind the other."""
        names = ("digests", "sums", "squares")
        return cls(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in names))


def _digest(row: Array) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(row).data, digest_size=16).digest()


def _sums(rows: Array, channel: int) -> tuple[Array, Array]:
    """Sums of bytes (n, ...) and of their squares per row and channel: exact, in whole numbers."""
    planes = np.moveaxis(rows, channel, 1).reshape(len(rows), rows.shape[channel], -1)
    if planes.shape[2] < 1 << 15:  # the squares of so many bytes fit into 32 bits, which is much faster
        wide = planes.astype(np.uint32)
        return wide.sum(2).astype(np.uint64), np.einsum("ncp,ncp->nc", wide, wide).astype(np.uint64)
    wide = planes.astype(np.float64)  # exact up to 2^53
    return wide.sum(2).astype(np.uint64), np.einsum("ncp,ncp->nc", wide, wide).astype(np.uint64)


class RowStore:
    """All rows of a data set as they are stored: (N, *stored), in memory or in a file.

    ``channel`` is the axis of features or channels. ``statistics`` are known for uint8 pictures that were decoded.
    """

    def __init__(self, rows: Array | RowFile, channel: int, statistics: RowStatistics | None = None) -> None:
        self.rows = rows
        self.channel = channel
        self._statistics = statistics

    @property
    def statistics(self) -> RowStatistics:
        """The statistics of all rows; all rows are read for them where they are not known."""
        if self._statistics is None:
            self._statistics = RowStatistics.joined(
                [RowStatistics.of(self.rows[piece], self.channel) for piece in self.pieces()]
            )
        return self._statistics

    def pieces(self) -> Iterator[Array]:
        """The numbers of all rows, a few at a time."""
        count = self.rows.shape[0]
        step = max(1, PIECE // max(1, self.rows.nbytes // max(1, count)))
        return (np.arange(start, min(start + step, count)) for start in range(0, count, step))


class LazyArray:
    """Looks like a float32 array (n, *sizes), and becomes one only where it is asked for values.

    It stands for rows of a `RowStore`, each number multiplied by ``weight`` and ``offset`` added, both float32 and of
    one value per channel. ``last`` says that channels stand last in the store, and first in ``sizes``.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, store: RowStore, rows: Array, weight: Array, offset: Array, last: bool = False) -> None:
        self.store = store
        self.rows = rows
        self.weight = weight.astype(np.float32)
        self.offset = offset.astype(np.float32)
        self.last = last
        sizes = store.rows.shape[1:]
        self.shape: tuple[int, ...] = (len(rows), *((sizes[-1], *sizes[:-1]) if last else sizes))

    @classmethod
    def of(cls, store: RowStore, last: bool = False, rows: Array | None = None, shares: bool = True) -> Self:
        """All rows of ``store``, or these ``rows``: bytes as ``shares`` from 0 to 1, other numbers as they are."""
        features = store.rows.shape[store.channel]
        share = np.float32(1 / 255) if shares and store.rows.dtype == np.uint8 else np.float32(1)
        all_rows = np.arange(store.rows.shape[0]) if rows is None else rows
        return cls(store, all_rows, np.full(features, share), np.zeros(features), last)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def channel(self) -> int:
        """The axis of features or channels, in ``shape``."""
        return 1 if self.last else self.store.channel

    @property
    def has_moments(self) -> bool:
        """Whether sums of each sample are known, or quickly had."""
        return self.store.rows.dtype == np.uint8

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, where: Any) -> Array:
        """The values at ``where``: a number, slice or array of them along the first axis, or a tuple that starts so."""
        first, *others = where if isinstance(where, tuple) else (where,)
        rows = self.rows[first]
        values = self._numbers(first if rows.ndim else np.array([first]))
        whole = values if rows.ndim else values[0]
        return whole[(slice(None), *others) if rows.ndim else tuple(others)] if others else whole

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        """All values; a copy is always made."""
        return self[:].astype(dtype or np.float32, copy=False)

    def take(self, indices: Array, axis: int = 0) -> Self:
        """The samples at ``indices``, stored as these are; ``axis`` is 0."""
        assert axis == 0
        return type(self)(self.store, self.rows[indices], self.weight, self.offset, self.last)

    def scaled(self, mean: Array, scale: Array) -> Self:
        """The same less ``mean`` (features,) and divided by ``scale`` (features,)."""
        weight, offset = self.weight / np.asarray(scale), (self.offset - np.asarray(mean)) / np.asarray(scale)
        return type(self)(self.store, self.rows, weight, offset, self.last)

    def raw(self, places: Array | slice) -> Array:
        """The stored samples at ``places``: uint8 or float32 (n, *stored), neither scaled nor transposed.

        Raises
        ------
        OSError
            if their file cannot be read.
        """
        stored = self.store.rows[self.rows[places]]
        return stored if stored.dtype == np.uint8 else stored.astype(np.float32, copy=False)

    def _numbers(self, places: Array | slice) -> Array:
        raw = self.raw(places)
        laid = np.moveaxis(raw, -1, 1) if self.last else raw
        # Two steps, each rounded to 32 bits, as a device does them: the values are equal to the last bit.
        values = np.multiply(laid, self.across(self.weight), out=np.empty(laid.shape, np.float32))
        values += self.across(self.offset)
        return values

    def across(self, per_channel: Array) -> Array:
        """(features,) reshaped to meet samples (n, *sizes)."""
        axes = [1] * self.ndim
        axes[self.channel] = len(per_channel)
        return per_channel.reshape(axes)

    def moments(self) -> tuple[int, Array, Array]:
        """Number of values per channel, their means and the sums of squared distances from them, float64 (features,).

        Only where samples are `has_moments`.
        """
        statistics = self.store.statistics
        count = len(self) * (math.prod(self.shape[1:]) // len(self.weight))
        sums = [int(total) for total in statistics.sums[self.rows].sum(0)]
        squares = [int(total) for total in statistics.squares[self.rows].sum(0)]
        weight, offset = self.weight.astype(np.float64), self.offset.astype(np.float64)
        mean = np.array([total / count for total in sums])
        # In whole numbers, of which Python's are as long as need be, nothing is lost to rounding.
        spread = np.array([(count * two - total * total) / count for total, two in zip(sums, squares, strict=True)])
        return count, mean * weight + offset, np.maximum(spread, 0.0) * weight**2

    def digests(self) -> Array:
        """Two numbers for each sample, uint64 (n, 2), which are equal for equal samples."""
        digests: Array = self.store.statistics.digests[self.rows]
        return digests

    def fingerprint(self) -> bytes:
        """Equal exactly where all values are."""
        digest = hashlib.sha256(np.ascontiguousarray(self.digests()).data)
        digest.update(self.weight.tobytes() + self.offset.tobytes() + bytes([self.last]))
        return digest.digest()


Values = Array | LazyArray
"""What holds the samples of a field."""
