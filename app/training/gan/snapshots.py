"""Snapshots of a generator: its samples for the same noise, kept again and again while it trains.

A run keeps them in its folder ``made``, one file for each time, named by the step: float32 (n, *sizes), in the data's
own units. Nothing here needs torch, so that a window reads them itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.data.dataset import Array
from app.system.home import make_folder
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from graph.user_files import content

FOLDER = "made"
NAME = re.compile(r"(\d{9})\.npy")

TIMES = 100
"""How often samples are kept over a training, about."""
VALUES = 2**15
"""Values that are kept each time, at most, unless a single sample has more."""
LARGEST = 2**28
"""Snapshots over this many bytes are refused."""
MOST_POINTS, MOST_SAMPLES = 400, 64
"""Samples that are kept each time, at most: of those with few values, and of others."""


def samples_kept(elements: int) -> int:
    """How many samples of so many values are kept each time."""
    most = MOST_POINTS if elements <= 3 else MOST_SAMPLES
    return max(4, min(most, VALUES // max(1, elements)))


def snapshot_interval(steps: int) -> int:
    """Steps between two times in a training of ``steps`` in all."""
    return max(1, steps // TIMES)


def snapshot_steps(run: Path) -> list[int]:
    """The steps after which samples were kept, in order; empty where there are none."""
    folder = run / FOLDER
    if not folder.is_dir():
        return []
    names = (NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in names if match)


def read_snapshot(run: Path, step: int) -> Array:
    """The samples float32 (n, *sizes) that were kept after ``step`` steps.

    Raises
    ------
    NetloomError
        if there are none, or the file was altered.
    """
    path = _path(run, step)
    try:
        samples: Array = np.load(io.BytesIO(content(path, LARGEST, "part of a run")), allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError, SyntaxError):
        raise NetloomError(f"The samples in {path} cannot be read; train the project again.") from None
    if samples.ndim < 2 or samples.dtype != np.float32:
        raise NetloomError(f"{path} holds no samples; train the project again.")
    return samples


class SampleSnapshots:
    """Keeps what ``generate`` gives after every ``every`` steps; what a run had beyond ``step`` is forgotten."""

    def __init__(self, run: Path, generate: Callable[[], Array], every: int, step: int = 0) -> None:
        self._run, self._generate, self._every = run, generate, every
        for late in snapshot_steps(run):
            if late > step:
                _path(run, late).unlink(missing_ok=True)
        if step not in snapshot_steps(run):
            self.keep(step)

    def after(self, step: int) -> None:
        """Note that ``step`` steps are done.

        Raises
        ------
        NetloomError
            if there is no room.
        """
        if step % self._every == 0:
            self.keep(step)

    def keep(self, step: int) -> None:
        """Keep the samples as they are after ``step`` steps.

        Raises
        ------
        NetloomError
            if there is no room.
        """
        path = _path(self._run, step)
        make_folder(path.parent)
        kept = io.BytesIO()
        np.save(kept, np.ascontiguousarray(self._generate(), np.float32), allow_pickle=False)
        write_atomically(path, kept.getvalue())


def _path(run: Path, step: int) -> Path:
    return run / FOLDER / f"{step:09d}.npy"
