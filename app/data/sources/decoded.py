"""Pictures decoded once: bytes on disk that are read as memory, finished bit by bit, and thrown away by age."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from app.data.dataset import Array
from app.data.sidecar import key_of
from app.data.sources.pictures import PictureError, picture_bytes
from app.home import home

LIMIT = 8 * 2**30
"""Most bytes of decoded pictures that are kept on disk."""
SMALL = 2**24
"""Fewer bytes than this are decoded anew each time; a file for them is not worth it."""
BATCH = 64
"""Pictures that are decoded before what was done is noted down."""
WAITING, DONE, REFUSED = 0, 1, 2


class Decoded:
    """The pictures ``files`` as uint8 (N, C, H, W), decoded when they are first asked for.

    What an earlier, interrupted attempt has decoded is used. Where the disk is full, the memory takes its place.
    """

    def __init__(self, files: Sequence[Path], sizes: tuple[int, int, int], fit: str) -> None:
        self.files = files
        self.sizes = sizes
        self.fit = fit
        stamps = [(str(file), *_stamp(file)) for file in files]
        self._place = home() / "cache" / "pictures" / key_of(stamps, sizes, fit)

    def read(self) -> tuple[Array, dict[int, str]]:
        """The pictures, and for each that cannot be used its number and why; its pixels are zero."""
        shape = (len(self.files), *self.sizes)
        if int(np.prod(shape)) < SMALL:
            return self._fill(np.zeros(shape, np.uint8), np.zeros(len(self.files), np.uint8), {})
        try:
            return self._on_disk(shape)
        except OSError:
            return self._fill(np.zeros(shape, np.uint8), np.zeros(len(self.files), np.uint8), {})

    def _on_disk(self, shape: tuple[int, ...]) -> tuple[Array, dict[int, str]]:
        size = int(np.prod(shape))
        self._place.mkdir(parents=True, exist_ok=True)
        make_room(self._place, size)
        pixels, states = self._place / "pixels", self._place / "states"
        for path, length in ((pixels, size), (states, shape[0])):
            if not path.is_file() or path.stat().st_size != length:
                with path.open("wb") as stream:
                    # Written, not only set: a disk that fills up later would end the process at a mapped page.
                    for start in range(0, length, 1 << 22):
                        stream.write(bytes(min(1 << 22, length - start)))
        values = np.memmap(pixels, np.uint8, "r+", shape=shape)
        done = np.memmap(states, np.uint8, "r+", shape=(shape[0],))
        reasons = self._place / "refused.json"
        with contextlib.suppress(OSError):
            self._place.touch()
        known = json.loads(reasons.read_text("utf-8")) if reasons.is_file() else {}
        found, refused = self._fill(values, done, {int(number): str(why) for number, why in known.items()})
        reasons.write_text(json.dumps(refused), "utf-8")
        return found, refused

    def _fill(self, values: Array, done: Array, refused: dict[int, str]) -> tuple[Array, dict[int, str]]:
        """Decode what is still waiting; refused pictures whose reason was lost are tried again."""
        again = [number for number in np.flatnonzero(done == REFUSED) if int(number) not in refused]
        waiting = sorted([*np.flatnonzero(done == WAITING), *again])
        with ThreadPoolExecutor(4) as threads:
            for start in range(0, len(waiting), BATCH):
                batch = [int(number) for number in waiting[start : start + BATCH]]
                for number, found in zip(batch, threads.map(self._decode, batch), strict=True):
                    if isinstance(found, str):
                        refused[number] = found
                    else:
                        values[number] = found
                # Only now: a state must never say more than the pixels hold.
                done[batch] = [REFUSED if number in refused else DONE for number in batch]
        return values, refused

    def _decode(self, number: int) -> Array | str:
        channels, height, width = self.sizes
        try:
            return picture_bytes(self.files[number], (height, width), channels == 3, self.fit)
        except PictureError as error:
            return str(error)


def make_room(place: Path, size: int) -> None:
    """Throw away the decoded pictures that were not used for longest, so that ``size`` bytes more are within bounds."""
    folders = sorted(_others(place), key=lambda one: one.stat().st_mtime, reverse=True)
    total = size
    for folder in folders:
        total += sum(one.stat().st_size for one in folder.iterdir())
        if total > LIMIT:
            for one in folder.iterdir():
                one.unlink(missing_ok=True)
            folder.rmdir()


def _others(place: Path) -> Iterator[Path]:
    return (one for one in place.parent.iterdir() if one.is_dir() and one != place)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
