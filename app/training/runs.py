"""Run folders: everything about one training of one project, kept so that it can be looked at, continued, repeated.

============================  =======================================================================================
``project.netloom``           the project as it was when training began
``environment.json``          versions, processor, device, seed, and fingerprints of project and data
``metrics.jsonl``             the events of training, one JSON object per line, written as they happen
``weights.safetensors``       the weights to use: the best ones, or the last ones where the plan says so
``checkpoint.safetensors``    all that is needed to continue exactly
``epoch-0010.safetensors``    the weights after an epoch, where the plan keeps some
``worker.log``                what libraries printed
``tensorboard/``              the same events for TensorBoard, where they are wanted (`app.training.event_files`)
============================  =======================================================================================
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from app.system.home import free_path, home
from app.training.kept_epoch import KeptEpoch, kept_epoch, weights_saved
from app.training.log_lines import POINTS, lines_of
from graph import strict_json
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from graph.project import LARGEST, Project, decode, encode, parse_project
from graph.steps import Steps, finished
from graph.user_files import bytes_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PROJECT = "project.netloom"
ENVIRONMENT = "environment.json"
METRICS = "metrics.jsonl"
WEIGHTS = "weights.safetensors"
CHECKPOINT = "checkpoint.safetensors"
LOG = "worker.log"
EPOCH = re.compile(r"epoch-(\d{4,7})\.safetensors")
"""Names of files with the weights after an epoch."""
MOST_CHECKPOINTS = 100
"""Epochs of a run whose weights are kept, at most."""
LOCK = "run.lock"
BESIDE = "runs"
"""The folder beside a project where a pack brings its runs."""
MADE_UP = re.compile(r"-\d{8}-(\d\d)(\d\d)(\d\d)(-\d+)?$")
"""How names of folders end that `fresh_folder` gave: day and time."""

LARGEST_ENVIRONMENT = 2**26
LARGEST_METRICS = 2**31
"""Logs over this many bytes are refused, and environments over so many."""


def runs_folder() -> Path:
    """Folder of the runs that were given no other place."""
    return home() / "runs"


def fresh_folder(title: str, parent: Path | None = None) -> Path:
    """A path for a new run, named after the project and the time; nothing is made yet."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "untitled"
    stem = f"{slug}-{time.strftime('%Y%m%d-%H%M%S')}"
    return free_path((parent or runs_folder()) / stem)


def digest(content: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, eq=False)
class RunHistory:
    """What a run's log tells.

    ``steps`` int64 (n,) and ``losses`` float32 (n,) are the training losses of single batches; ``epochs`` are the
    ``epoch`` events as JSON objects; ``others`` are further losses of the batches by name, float32 (n,), NaN where a
    batch had none; ``finished`` is the last ``finished`` event unless training went on after it; ``confusion`` is the
    confusion matrix of the validation set that was kept when training ended, as the JSON object of its event.
    """

    steps: npt.NDArray[np.int64]
    losses: npt.NDArray[np.float32]
    epochs: tuple[dict[str, Any], ...]
    started: dict[str, Any] | None
    finished: dict[str, Any] | None
    others: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    confusion: dict[str, Any] | None = None


@dataclass(frozen=True)
class RunSummary:
    """A line in the list of runs. ``problem`` says why a folder cannot be used, and is None for a good one."""

    path: Path
    title: str
    created: str
    status: str
    epoch: int
    epochs: int
    train: Mapping[str, float]
    validation: Mapping[str, float]
    test: Mapping[str, float]
    problem: str | None = None
    checkpoints: tuple[int, ...] = ()
    """The epochs whose weights are kept beside those to use."""
    kept: str = ""
    """Which epoch ``train`` and ``validation`` are of, whose weights are kept: ``best epoch, 12``."""

    def to_json(self) -> dict[str, Any]:
        """The summary as plain JSON values."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "checkpoints"}
        values |= {"checkpoints": list(self.checkpoints)}
        return values | {"path": str(self.path), "run": str(self.path)}


@dataclass(frozen=True, eq=False)
class Run:
    """A run folder that was opened: its path, its frozen project and its environment.

    ``epoch`` is the one whose weights are to be used, where one was asked for by its file; 0 takes those that the run
    ended with.
    """

    path: Path
    project: Project
    environment: Mapping[str, Any]
    epoch: int = 0

    @classmethod
    def create(cls, path: Path, project: Mapping[str, Any], environment: Mapping[str, Any]) -> Self:
        """Make the folder ``path`` for a project in its JSON form.

        Raises
        ------
        NetloomError
            if the folder holds a run already or cannot be written; nothing of it is left then.
        """
        if (path / PROJECT).exists() or (path / METRICS).exists():
            raise NetloomError(f"{path} already holds a run; choose another folder, or resume that run.")
        parsed, content = parse_project(project), encode(project)
        environment = {**environment, "project": digest(content)}
        try:
            path.mkdir(parents=True, exist_ok=True)
            (path / METRICS).touch()
            write_atomically(path / ENVIRONMENT, encode(environment))
            write_atomically(path / PROJECT, content)
        except (OSError, NetloomError) as error:
            _take_back(path)
            raise (_unwritable(path, error) if isinstance(error, OSError) else error) from None
        return cls(path, parsed, environment)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The run in the folder ``path``, with its parts checked; also by the file of weights after one of its epochs.

        Raises
        ------
        NetloomError
            if the folder is no run, or a part is missing or was altered; the sentence names the part.
        """
        named = EPOCH.fullmatch(path.name)
        epoch = int(named[1]) if named else 0
        if epoch and not path.is_file() and path.parent.is_dir():
            raise NetloomError(f"{path} is missing: no weights were kept after epoch {epoch}, or they were deleted.")
        path = path.parent if epoch else path
        if not path.is_dir():
            raise NetloomError(f"{path} is not a run: there is no such folder. Choose a folder that training has made.")
        for name in (PROJECT, ENVIRONMENT, METRICS):
            if not (path / name).is_file():
                raise NetloomError(
                    f"The run {path} is incomplete: {name} is missing. Put it back, or train the project again."
                )
        environment = _read_environment(path / ENVIRONMENT)
        content = bytes_of(path / PROJECT, LARGEST, "project")
        if digest(content) != environment.get("project"):
            raise NetloomError(
                f"The run {path} was altered: {PROJECT} is not the project that was trained. "
                "Put the original back, or train the project again."
            )
        return cls(path, parse_project(decode(content, PROJECT), PROJECT), environment, epoch)

    @property
    def title(self) -> str:
        """Title of the project, or the folder's name without the time that was added to it."""
        about = self.project.sections.get("about")
        title = about.get("title") if isinstance(about, Mapping) else None
        return title if isinstance(title, str) and title else MADE_UP.sub("", self.path.name)

    @property
    def base(self) -> Path | None:
        """Folder of the project file, where relative paths of its data start."""
        base = self.environment.get("base")
        return Path(base) if isinstance(base, str) else None

    @property
    def weights(self) -> Path:
        """File of the weights to use."""
        return self.weights_after(self.epoch) if self.epoch else self.path / WEIGHTS

    @property
    def place(self) -> Path:
        """What `open` gives this again by: its folder, or the file of the epoch that was asked for."""
        return self.weights if self.epoch else self.path

    def weights_after(self, epoch: int) -> Path:
        """File of the weights after an epoch (1-based), where the plan keeps them."""
        return self.path / f"epoch-{epoch:04}.safetensors"

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """The epochs whose weights are kept, in their order."""
        found = (EPOCH.fullmatch(path.name) for path in self.path.iterdir())
        return tuple(sorted(int(name[1]) for name in found if name))

    @property
    def checkpoint(self) -> Path:
        """File from which training continues."""
        return self.path / CHECKPOINT

    def history(self, *, points: bool = True) -> RunHistory:
        """What the log tells; a last line that was cut short by a crash is left out.

        Without the ``points``, the losses of single batches, a log of any length is read in no time.

        Raises
        ------
        NetloomError
            if the log was altered.
        """
        return finished(history_steps(self.path / METRICS, points=points))

    def history_steps(self) -> Steps[RunHistory]:
        """The same in steps: the log of a long run takes a second to read."""
        return history_steps(self.path / METRICS)

    def kept_epoch(self, history: RunHistory) -> KeptEpoch | None:
        """The epoch of the weights to use; None before the first one is done."""
        if self.epoch:
            line = next((line for line in history.epochs if line["epoch"] == self.epoch), None)
            return KeptEpoch.chosen(line) if line is not None else None
        return kept_epoch(history.epochs, history.finished, self.project.sections.get("plan"))

    def weights_saved(self) -> str:
        """When it had the weights to use, once it has ended: ``in its best epoch, 12``, or ``after epoch 10``."""
        if self.epoch:
            return f"after epoch {self.epoch:,}"
        history = self.history(points=False)
        return weights_saved(history.epochs, history.finished, self.project.sections.get("plan"))

    def summary(self) -> RunSummary:
        """The line that the list of runs shows."""
        history = self.history(points=False)
        last = history.epochs[-1] if history.epochs else {}
        kept = self.kept_epoch(history)
        finished, started = history.finished or {}, history.started or {}
        return RunSummary(
            path=self.path,
            title=self.title,
            created=str(self.environment.get("created", "")),
            status=str(finished.get("status", "interrupted")),
            epoch=int(last.get("epoch", 0)),
            epochs=int(started.get("epochs", 0)),
            train=kept.train if kept is not None else {},
            validation=kept.validation if kept is not None else {},
            test=finished.get("test", {}),
            checkpoints=self.checkpoints,
            kept=kept.words if kept is not None else "",
        )


def runs(folder: Path | None = None) -> list[RunSummary]:
    """The runs in ``folder`` (without one: where runs are kept by default), the newest first.

    A folder that looks like a run but cannot be used is listed with its problem.
    """
    folder = folder or runs_folder()
    if not folder.is_dir():
        return []
    paths = [path for path in folder.iterdir() if any((path / name).is_file() for name in (PROJECT, ENVIRONMENT))]
    found = [_summary(path) for path in paths]
    return sorted(found, key=lambda run: (run.created, run.path.name), reverse=True)


class Log:
    """The run's ``metrics.jsonl``, open for adding lines; each is with the system before `add` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file: IO[bytes] = path.open("ab")
            if path.stat().st_size and not _ends_whole(path):
                self._file.write(b"\n")
        except OSError as error:
            raise _unwritable(path, error) from None

    def add(self, line: Mapping[str, Any]) -> None:
        """Add one object.

        Raises
        ------
        NetloomError
            if there is no room left.
        """
        try:
            self._file.write(json.dumps(line, allow_nan=False, separators=(",", ":")).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise _unwritable(self._path, error) from None

    def close(self) -> None:
        """Close the file.

        A buffered line that found no room is tried once more by that, and lost: `add` has told of it.
        """
        with suppress(OSError):
            self._file.close()


def read_history(path: Path) -> RunHistory:
    """The history in the log ``path``, as `history_steps` reads it."""
    return finished(history_steps(path))


def history_steps(path: Path, *, points: bool = True) -> Steps[RunHistory]:
    """Read the history in the log ``path``, in steps.

    Training that was interrupted continues from its last checkpoint, so a ``started`` line takes back everything that
    an earlier part of the log says about later steps.
    """
    import numpy as np

    steps: list[int] = []
    losses: list[float] = []
    others: dict[str, list[float]] = {}
    epochs: list[dict[str, Any]] = []
    started = finished = confusion = None
    content = _read(path)
    count = max(content.count(b"\n"), 1)
    for number, line in _lines(path, content, points):
        yield number / count
        kind = line.get("event")
        if kind == "points":
            steps += line["step"]
            losses += _numbers(line["loss"])
            for name in line.keys() - POINTS:
                others.setdefault(name, [float("nan")] * (len(steps) - len(line["step"])))
                others[name] += _numbers(line[name])
        elif kind == "epoch":
            epochs.append(line)
        elif kind == "started":
            started, finished = line, None
            keep = sum(step <= line["step"] for step in steps)
            del steps[keep:], losses[keep:]
            others = {name: values[:keep] for name, values in others.items()}
            epochs = [epoch for epoch in epochs if epoch["step"] <= line["step"]]
            if confusion is not None and confusion["epoch"] > (epochs[-1]["epoch"] if epochs else 0):
                confusion = None
        elif kind == "confusion":
            confusion = line
        elif kind == "finished":
            finished = line
    further = {name: np.array(values, np.float32) for name, values in others.items()}
    return RunHistory(
        np.array(steps, np.int64), np.array(losses, np.float32), tuple(epochs), started, finished, further, confusion
    )


def _numbers(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _lines(path: Path, content: bytes, points: bool) -> Iterable[tuple[int, dict[str, Any]]]:
    for number, line in lines_of(content, points=points):
        if line is None:
            raise NetloomError(f"The run {path.parent} was altered: line {number} of {METRICS} cannot be understood.")
        yield number, line


def _summary(path: Path) -> RunSummary:
    try:
        return Run.open(path).summary()
    except NetloomError as error:
        created = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(path.stat().st_mtime))
        return RunSummary(path, path.name, created, "broken", 0, 0, {}, {}, {}, str(error))


def _read(path: Path) -> bytes:
    return bytes_of(path, LARGEST_METRICS, "part of a run")


def _read_environment(path: Path) -> Mapping[str, Any]:
    try:
        environment = strict_json.parse(bytes_of(path, LARGEST_ENVIRONMENT, "part of a run"), ENVIRONMENT)
    except strict_json.JsonError:
        environment = None
    if not isinstance(environment, dict):
        raise NetloomError(f"The run {path.parent} was altered: {ENVIRONMENT} cannot be understood. Train again.")
    return environment


def _take_back(path: Path) -> None:
    """Remove a run that could not be made, and its folder where nothing else is in it."""
    with suppress(OSError):
        for name in (PROJECT, ENVIRONMENT, METRICS):
            (path / name).unlink(missing_ok=True)
        path.rmdir()


def _unwritable(path: Path, error: OSError) -> NetloomError:
    reason = (error.strerror or "it cannot be written").lower()
    return NetloomError(f"{path} cannot be written: {reason}. Choose another folder or make room.")


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
