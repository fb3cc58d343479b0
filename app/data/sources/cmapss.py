"""C-MAPSS source: run-to-failure records in the text form of NASA's turbofan data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Array, Dataset
from app.data.readers.file_access import locate, within_budget
from app.data.readers.life_windows import WindowCut, last_windows, lives_dataset, lives_info
from app.data.sources.file_source import Candidate, FileSource
from graph.errors import NetloomError
from graph.layers.settings import setting

NAMES = ("setting 1", "setting 2", "setting 3", *(f"sensor {number}" for number in range(1, 22)))
"""What the columns after machine and cycle hold."""
WIDTH = 2 + len(NAMES)
LARGEST = 2**28
"""Most bytes of a file."""
CMAPSS = re.compile(r"(train|test)_fd\d+\.txt", re.IGNORECASE)
NAMED = re.compile(r"train_(.+)\.txt", re.IGNORECASE)


class Cmapss(FileSource):
    """Machines that ran until they failed, as in NASA's C-MAPSS files (train_FD001.txt): how long has each left?

    Each line is a machine, a cycle, three settings and twenty-one sensors. If the files test_... and RUL_... lie
    beside it, their machines make up the test set.
    """

    kind: ClassVar[str] = "cmapss"
    title: ClassVar[str] = "Run-to-failure records"
    rank: ClassVar[int] = 60
    precedence: ClassVar[int] = 10

    window: int = setting(30, "How many cycles the network sees", minimum=1, maximum=1000, unit="cycles")
    stride: int = setting(1, "Cycles from one window to the next", minimum=1, maximum=1000, unit="cycles")
    cap: int = setting(125, "Longest remaining life that is asked for", minimum=1, maximum=5000, unit="cycles")
    sensors: Literal["changing", "all"] = setting("changing", "Leave out what never changes, or keep all")
    layout: Literal["sequence", "picture"] = setting(
        "sequence", "Windows as a sequence of sensor values, or as a picture of cycles × sensors"
    )

    def beside(self, file: Path) -> tuple[Path, ...]:
        """The files of test machines and of what they had left."""
        return tested_beside(file) or ()

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A file by its name, such as ``train_FD001.txt``."""
        return candidate.path.is_file() and CMAPSS.fullmatch(candidate.path.name) is not None

    def read(self, file: Path) -> Dataset:
        """The windows, and the life that was left at the end of each."""
        records = split_machines(file, read_lines(file))
        left, given = [0] * len(records), None
        beside = tested_beside(file)
        if beside is not None:
            more = split_machines(beside[0], read_lines(beside[0]))
            after = _remaining(beside[1], len(more))
            records, left = [*records, *more], [*left, *after]
            given = np.repeat(np.array([0, 2], dtype=np.uint8), [len(records) - len(more), len(more)])
        seen = self._seen(records if given is None else records[: int((given == 0).sum())])
        cut = WindowCut(self.window, self.stride, self.cap, self.layout == "picture")
        names = tuple(NAMES[place] for place in seen)
        summary = f"{len(records)} machines of {file.name} that ran until they failed."
        lives = [len(record) for record in records]
        info = lives_info((self.kind, file.stem, summary), cut, lives, names, ())
        within_budget(file, 4 * info.samples * self.window * len(names))
        return lives_dataset(info, cut, [record[:, seen] for record in records], left, given, self.change_note(file))

    def latest(self, file: Path, base: Path | None = None) -> tuple[Array, tuple[str, ...]]:
        """The last window of each machine in ``file`` as the network sees it, and what the machines are called.

        ``base`` is the folder that the path of the training machines starts from: they decide which sensors are seen.

        Raises
        ------
        NetloomError
            if either file is not such records.
        """
        trained = locate(self.path, base)
        seen = self._seen(split_machines(trained, read_lines(trained)))
        lines = read_lines(file)
        cut = WindowCut(self.window, self.stride, self.cap, self.layout == "picture")
        names = tuple(f"machine {number:g}" for number in np.unique(lines[:, 0]))
        return last_windows([record[:, seen] for record in parted(lines)], cut), names

    def _seen(self, records: list[Array]) -> list[int]:
        """The columns that the network sees, judged by the machines that are not for the test."""
        whole = np.concatenate(records)
        changing = [place for place in range(len(NAMES)) if np.ptp(whole[:, place]) > 1e-9]
        return changing if self.sensors == "changing" and changing else list(range(len(NAMES)))


def read_lines(file: Path) -> Array:
    """The lines of a file, float64 (N, 26).

    Raises
    ------
    NetloomError
        if a line has not 26 numbers.
    """
    import pandas as pd

    if file.is_dir() or file.stat().st_size > LARGEST:
        raise NetloomError(f"{file.name} is no file of run-to-failure records, such as train_FD001.txt.")
    if not file.stat().st_size:
        raise NetloomError(f"{file.name} is empty: it has not {WIDTH} numbers on every line.")
    try:
        frame = pd.read_csv(file, sep=r"\s+", header=None, dtype=np.float64, encoding="latin-1")
    except (ValueError, OverflowError) as error:
        raise NetloomError(f"{file.name} cannot be read: {str(error).splitlines()[0][:80].rstrip('.')}.") from None
    values = frame.to_numpy(np.float64)
    if values.shape[1] != WIDTH or not np.isfinite(values).all() or np.abs(values).max() > 1e30:
        raise NetloomError(f"{file.name} has not {WIDTH} numbers on every line: machine, cycle, settings and sensors.")
    return values


def split_machines(file: Path, lines: Array) -> list[Array]:
    """The records of each machine, as `parted` gives them; three at least.

    Raises
    ------
    NetloomError
        if there are fewer.
    """
    machines = parted(lines)
    if len(machines) < 3:
        raise NetloomError(f"{file.name} holds {len(machines)} machines; at least 3 are needed, one for each set.")
    return machines


def parted(lines: Array) -> list[Array]:
    """The records of each machine in the order of their cycles, each (cycles, 24)."""
    lines = lines[np.lexsort((lines[:, 1], lines[:, 0]))]
    return np.split(lines[:, 2:], np.flatnonzero(np.diff(lines[:, 0])) + 1)


def tested_beside(file: Path) -> tuple[Path, Path] | None:
    """The files of test machines and of their remaining life, where both lie beside a training file."""
    named = NAMED.fullmatch(file.name)
    if named is None:
        return None
    both = file.with_name(f"test_{named[1]}.txt"), file.with_name(f"RUL_{named[1]}.txt")
    return both if all(path.is_file() for path in both) else None


def _remaining(file: Path, machines: int) -> list[int]:
    try:
        left = [int(float(word)) for word in file.read_text("latin-1").split()]
    except (ValueError, OverflowError):
        raise NetloomError(f"{file.name} holds more than numbers.") from None
    if len(left) != machines or min(left) < 0:
        raise NetloomError(f"{file.name} has {len(left)} lines for {machines} machines; each needs one.")
    return left
