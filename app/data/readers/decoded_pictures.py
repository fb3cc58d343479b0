"""Cache of decoded pictures: bytes in a file that are read as needed, resumed bit by bit, and removed by age."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import math
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.data.dataset import Array
from app.data.info_cache import key_of
from app.data.lazy_array import RowFile, RowStatistics, RowStore
from app.data.readers.picture_column import stored_in
from app.data.readers.picture_file import HEIC_SUFFIXES, GreyScale, PictureError, heic_is_read, picture_with_remarks
from app.system.home import home
from app.system.memory_budget import budget
from app.system.progress import Progress, Steps, done
from graph.errors import NetloomError

LIMIT = 8 * 2**30
"""Most bytes of decoded pictures that are kept on disk, unless one set alone takes more."""
SMALL = 2**24
"""Pictures of fewer bytes than this, packed and unpacked, are decoded anew each time; a file is not worth it."""
BATCH = 64
"""Pictures that are decoded before what was done is noted down."""
WAITING, DONE, REFUSED = 0, 1, 2

DECODING = "Decoding pictures"
"""What takes so long, in words."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """The pictures, why some cannot be used by their numbers, and what is remarkable about each, uint8 (N,) of bits."""

    store: RowStore
    refused: dict[int, str]
    remarks: Array


Put = Callable[[list[int], Array], None]
"""Keeps pictures (n, H, W, C) of these numbers, and that they are done."""


class DecodedPictures:
    """The pictures ``files`` as uint8 (N, H, W, C), decoded when they are first asked for.

    With the ``scale`` of a set of deep pictures they are float32; None is version 1 of the rules of reading. What an
    earlier, interrupted attempt has decoded is used. Where the disk is full, the memory takes its place.
    ``sizes`` are (channels, height, width).
    """

    def __init__(
        self, files: Sequence[Path], sizes: tuple[int, int, int], fit: str, scale: GreyScale | None = None
    ) -> None:
        self.files = files
        self.sizes = sizes
        self.fit = fit
        self.scale = scale
        stamps = [(str(file), *_stamp(file)) for file in files]
        deep = scale is not None and scale.deep
        self._dtype = np.dtype(np.float32 if deep else np.uint8)
        # What was refused for want of a library is tried again once that is there.
        heic = any(file.suffix.lower() in HEIC_SUFFIXES for file in files) and heic_is_read()
        self._key = key_of(stamps, sizes, fit, (scale.black, scale.white) if scale and deep else scale is None, heic)
        self._place = home() / "cache" / "pictures" / self._key
        self._size = sum({stored_in(file): size for file, (_, size, _) in zip(files, stamps, strict=True)}.values())
        self._shape = (len(files), *sizes[1:], sizes[0])
        self._notes = np.zeros(len(files), _note(0 if deep else sizes[0]))

    def read(self) -> Decoded:
        """The pictures, and for each that cannot be used its number and why; its pixels are zero.

        Raises
        ------
        NetloomError
            if there is room for them neither on the disk nor in memory.
        UnfinishedError
            if they are decoded in pieces, and this was not the last.
        """
        return done(f"pictures {self._key}", self._steps)

    def _steps(self) -> Steps[Decoded]:
        amount = self._row * len(self.files)
        if amount < SMALL and self._size < SMALL:
            return (yield from self._in_memory())
        try:
            return (yield from self._on_disk())
        except OSError as error:
            if amount > budget():
                reason = (error.strerror or str(error)).lower()
                raise NetloomError(
                    f"The decoded pictures take {amount / 2**30:.1f} GB, for which there is no room in "
                    f"{self._place.parent} ({reason}); free some space there, or choose a smaller size."
                ) from None
            return (yield from self._in_memory())

    def _in_memory(self) -> Steps[Decoded]:
        pixels = np.zeros(self._shape, self._dtype)
        self._notes = np.zeros(len(self.files), self._notes.dtype)

        def put(numbers: list[int], pictures: Array) -> None:
            pixels[numbers] = pictures

        refused = yield from self._fill({}, put)
        return self._decoded(pixels, refused)

    def _on_disk(self) -> Steps[Decoded]:
        pixels, notes, reasons = (self._place / name for name in ("pixels", "notes", "refused.json"))
        self._place.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            self._place.touch()  # the age by which sets are thrown away
        row = self._row
        if _length(notes) == self._notes.nbytes and _length(pixels) == row * len(self.files):
            self._notes = np.fromfile(notes, self._notes.dtype)
        make_room(self._place, row * len(self.files), row * int((self._notes["state"] == WAITING).sum()))
        with _to_write(pixels, row * len(self.files)) as kept, _to_write(notes, self._notes.nbytes) as noted:

            def put(numbers: list[int], pictures: Array) -> None:
                # Pixels first: a note must never say more than they hold.
                for stream, rows in ((kept, pictures), (noted, self._notes[numbers])):
                    for number, row in zip(numbers, rows, strict=True):
                        stream.seek(number * row.nbytes)
                        stream.write(row.tobytes())
                    stream.flush()

            refused = yield from self._fill(_reasons(reasons), put)
        reasons.write_text(json.dumps(refused), "utf-8")
        return self._decoded(RowFile(pixels, self._shape, self._dtype), refused)

    @property
    def _row(self) -> int:
        """Bytes of a picture."""
        return math.prod(self._shape[1:]) * self._dtype.itemsize

    def _decoded(self, pixels: Array | RowFile, refused: dict[int, str]) -> Decoded:
        names = ("digest", "sums", "squares")
        known = RowStatistics(*(np.ascontiguousarray(self._notes[name]) for name in names))
        return Decoded(RowStore(pixels, 3, known), refused, np.ascontiguousarray(self._notes["remarks"]))

    def _fill(self, refused: dict[int, str], put: Put) -> Steps[dict[int, str]]:
        """Decode what is still waiting; refused pictures whose reason was lost are tried again."""
        states = self._notes["state"]
        refused = {number: why for number, why in refused.items() if number < len(states)}
        again = [number for number in np.flatnonzero(states == REFUSED) if int(number) not in refused]
        waiting = [int(number) for number in sorted([*np.flatnonzero((states != DONE) & (states != REFUSED)), *again])]
        come, whole = len(states) - len(waiting), len(states)
        with ThreadPoolExecutor(4) as threads:
            for start in range(0, len(waiting), BATCH):
                batch = waiting[start : start + BATCH]
                for found in self._batch(batch, refused, put, threads):
                    yield Progress(DECODING, come + start + found, whole)
        return refused

    def _batch(self, batch: list[int], refused: dict[int, str], put: Put, threads: ThreadPoolExecutor) -> Iterator[int]:
        """Decode a few pictures, and count them; where that is stopped, those which are done are put down as well."""
        pictures = np.zeros((len(batch), *self._shape[1:]), self._dtype)
        count = 0
        try:
            for found in threads.map(self._noted, batch):
                if isinstance(found, str):
                    refused[batch[count]] = found
                else:
                    pictures[count] = found
                count += 1
                yield count
        finally:
            put(batch[:count], pictures[:count])

    def _noted(self, number: int) -> Array | str:
        """One picture decoded, and what is to be known of it noted."""
        found = self._decode(number)
        note = self._notes[number : number + 1]
        if isinstance(found, str):
            note["state"] = REFUSED
            return found
        values, remarks = found
        info = RowStatistics.of(values[None], 3)
        note["digest"], note["sums"], note["squares"] = info.digests, info.sums, info.squares
        note["state"], note["remarks"] = DONE, remarks
        return values

    def _decode(self, number: int) -> tuple[Array, int] | str:
        channels, height, width = self.sizes
        try:
            return picture_with_remarks(self.files[number], (height, width), channels == 3, self.fit, self.scale)
        except PictureError as error:
            return str(error)


def _note(channels: int) -> np.dtype[np.void]:
    """What is noted down of each picture."""
    eights = {"digest": 2, "sums": channels, "squares": channels}
    return np.dtype(
        [("state", "u1", ()), ("remarks", "u1", ()), *((name, "<u8", (count,)) for name, count in eights.items())]
    )


def _length(path: Path) -> int:
    """Bytes in a file; -1 where there is none."""
    return path.stat().st_size if path.is_file() else -1


def _reasons(path: Path) -> dict[int, str]:
    """Why pictures were refused, by their numbers; empty where that cannot be read any more."""
    try:
        return {int(number): str(why) for number, why in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def _to_write(path: Path, length: int) -> io.BufferedRandom:
    """A file of ``length`` bytes to write into; what it holds already stays, the rest takes no room yet."""
    stream = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "r+b")
    stream.truncate(length)
    return stream


def make_room(place: Path, size: int, missing: int) -> None:
    """Throw away the decoded pictures that were not used for longest, so that those in ``place`` find room.

    They are ``size`` bytes in all, of which ``missing`` are not on the disk yet.

    Raises
    ------
    OSError
        if there is no room even so.
    """
    folders = sorted(_others(place), key=lambda entry: entry.stat().st_mtime)
    total = size + sum(_size(folder) for folder in folders)
    for folder in folders:
        if total <= LIMIT and shutil.disk_usage(place).free >= missing:
            break
        total -= _size(folder)
        for entry in folder.iterdir():
            entry.unlink(missing_ok=True)
        folder.rmdir()
    if shutil.disk_usage(place).free < missing:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _size(folder: Path) -> int:
    return sum(entry.stat().st_size for entry in folder.iterdir())


def _others(place: Path) -> Iterator[Path]:
    return (entry for entry in place.parent.iterdir() if entry.is_dir() and entry != place)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = stored_in(file).stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
