"""What the list of runs shows of a run folder, and what may be done with one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from app.project.project_ids import known_project
from app.project.run_settings import RunSettings, settings_of
from app.system.number_format import counted
from app.training import runs
from app.training.diagnosis import diagnose_run, divergence
from app.training.epoch_time import epoch_seconds
from app.training.kept_epoch import KeptEpoch, keeps_best_epoch
from app.training.plan import ADVERSARIAL, Plan, objective_of
from app.training.run_data import test_samples
from app.training.run_labels import LABELS, Owner, ProjectKey, RunLabels, owner_of, read_labels, size_on_disk
from app.training.run_trash import TRASH, deleted_runs
from graph.errors import NetloomError
from widgets.training.metric_text import IN_UNITS, broken_off, own_name, primary, score_of, status_of
from widgets.training.shown_run import Measures, measures_of

NO_PROJECT = ProjectKey("")
"""Where no project is open, every run is shown."""
NO_OWNER, NO_LABELS = Owner("", "", ""), RunLabels()
TIMED = re.compile(r"(.*)-(\d{8})-(\d\d)(\d\d)(\d\d)(-\d+)?")
"""Names of folders that `runs.fresh_folder` gave: what they begin with, day, hour, minute, second, and which of it."""
INTERRUPTED = "interrupted"
"""How a run ended whose log has no end: its window was closed, or its worker was gone."""
NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f]{1,120}")


@dataclass(frozen=True)
class RunEntry:
    """A line in the list. ``test`` is a value of ``metric``; ``problem`` says why a run is unusable.

    ``diverged`` is the epoch (1-based) in which its training diverged, 0 where it did not.
    ``kept`` is the epoch whose weights are kept, with its metrics, or the best so far; ``keeps_best`` says whether
    those of the best epoch are asked for. ``tested`` is what the test gave, errors in the ``unit`` of what is
    predicted, empty where it has none. ``loss`` is the loss in words, by which alone losses may be compared.
    ``progress`` says how far a run in progress is. ``test_samples`` were tested on,
    None where their number is not known; runs with the same ``data_fingerprint`` were trained and tested on the same
    samples.
    """

    path: Path
    name: str
    created: str
    status: str
    epoch: int
    epochs: int
    metric: str
    kept: KeptEpoch | None
    test: float | None
    owner: Owner = NO_OWNER
    labels: RunLabels = NO_LABELS
    size: int = 0
    score: str = ""
    keeps_best: bool = True
    tested: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    settings: RunSettings = field(default_factory=RunSettings)
    progress: str = ""
    resumable: bool = False
    complete: bool = False
    test_samples: int | None = None
    data_fingerprint: str = ""
    objective: str = ""
    diverged: int = 0
    unit: str = ""
    loss: str = ""
    epoch_seconds: float | None = None
    problem: str | None = None

    @property
    def validation(self) -> Mapping[str, float]:
        """The metrics on the validation set of the epoch that is kept."""
        values = self.kept.validation if self.kept is not None else {}
        return {name: value for name, value in values.items() if isinstance(value, int | float)}

    @property
    def validated(self) -> float | None:
        """The value of ``metric`` among them."""
        return self.validation.get(self.metric)

    @property
    def weights_of(self) -> str:
        """Which epoch the weights are of: ``best epoch, 12``."""
        return self.kept.words if self.kept is not None else ""

    @property
    def goes_on(self) -> bool:
        """Whether it ended before its last epoch and can be resumed; what diverged is better begun anew."""
        ended_early = self.status in (INTERRUPTED, "stopped") and not self.complete
        return ended_early and self.resumable and not self.diverged and self.problem is None

    @property
    def how_ended(self) -> str:
        """How far it is, or how it ended, in a word or a few."""
        return self.progress or status_of(self.status, self.diverged)

    @property
    def has_errors(self) -> bool:
        """Whether its predictions are right or wrong: those of two networks that compete are neither.

        Of a training that diverged and was not tested, nothing is asked for.
        """
        judged = not self.diverged or bool(self.tested)
        return self.problem is None and judged and self.objective not in ADVERSARIAL


def stamp(path: Path) -> tuple[int, int, int]:
    """A cheap sign that a run has changed: size and time of its log, time of its labels."""
    size, log = _written(path / runs.METRICS)
    return size, log, _written(path / LABELS)[1]


def _written(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


def read_entry(path: Path, key: ProjectKey = NO_PROJECT) -> RunEntry:
    """The line of the run in ``path``, called after the open project ``key`` if it is its own.

    A run that cannot be used says why in ``problem``.
    """
    owner, labels, size = owner_of(path), read_labels(path), size_on_disk(path)
    try:
        run = runs.Run.open(path)
        history = run.history(points=False)
    except NetloomError as error:
        text = str(error)
        return RunEntry(path, path.name, "", "broken", 0, 0, "loss", None, None, owner, labels, size, problem=text)
    started, finished = history.started or {}, history.finished or {}
    last = history.epochs[-1] if history.epochs else {}
    metric = primary(last.get("validation") or last.get("train") or {}) or "loss"
    status, epoch = str(finished.get("status", INTERRUPTED)), int(last.get("epoch", 0))
    epochs, resumable = int(started.get("epochs", 0)), run.checkpoint.is_file()
    kept = run.kept_epoch(history)
    test, diverged = finished.get("test", {}), divergence(diagnose_run(run, history))
    measured = measures_of(run)
    return RunEntry(
        path=path,
        name=run_name(path, owner, key),
        created=str(run.environment.get("created", "")),
        status=status,
        epoch=epoch,
        epochs=epochs,
        metric=metric,
        kept=kept,
        test=test.get(metric),
        owner=owner,
        labels=labels,
        size=size,
        keeps_best=keeps_best_epoch(run.project.sections.get("plan")),
        tested={name: value for name, value in test.items() if isinstance(value, int | float)},
        seconds=finished.get("seconds"),
        settings=settings_of(run.project),
        score=broken_off(epoch, epochs, resumable=resumable)
        if status == INTERRUPTED and not diverged
        else _score(measured, status, epoch, test, kept, diverged),
        diverged=diverged,
        epoch_seconds=epoch_seconds(history.epochs),
        unit=measured.unit if any(own_name(name) in IN_UNITS for name in last.get("train") or {}) else "",
        loss=measured.loss,
        resumable=resumable,
        test_samples=test_samples(run),
        data_fingerprint=str(run.environment.get("data") or ""),
        objective=objective_of(run.project.sections.get("plan")),
        complete=bool(last) and epoch >= epochs,
    )


def _score(
    measured: Measures, status: str, epoch: int, test: Mapping[str, object], kept: KeptEpoch | None, diverged: int
) -> str:
    """What came of a run, also where nothing was measured."""
    score = score_of(status, epoch, test, kept, lambda: measured.unit, diverged)
    if score or status == "completed":
        return score or "Trained"
    return f"Trained for {counted(epoch, 'epoch')}" if epoch else "Trained for less than an epoch"


def run_name(path: Path, owner: Owner, key: ProjectKey) -> str:
    """A run's name: that of its folder if a person chose it, else that of its project as it is now, with the time."""
    if key.name and owner.is_project(key):
        return shown_name(path, key.name)
    known = known_project(owner.id) if owner.id else None
    return shown_name(path, known.name if known is not None else owner.title)


def called(path: Path, key: ProjectKey) -> str:
    """A run's name as a sentence says it: ``“LeNet 12:30”``."""
    return f"“{' '.join(run_name(path, owner_of(path), key).split())}”"


def shown_name(path: Path, title: str) -> str:
    """The folder's name if a person chose it, else the project's title with the time of day.

    Seconds are told where another run beside it is of the same minute, the day where one of the same name is of the
    same minute of another day. Deleted runs count as long as they can be put back: no run is called otherwise because
    one beside it goes, and a deleted one is called as it was.
    """
    made_up = TIMED.fullmatch(path.name)
    if made_up is None:
        return path.name
    slug, day, hour, minute, second, again = made_up.groups()
    folder = path.parent.parent.parent if path.parent.parent.name == TRASH else path.parent
    others = _others(folder, (_written(folder)[1], _written(folder / TRASH)[1]))
    time = f"{hour}:{minute}"
    if others[f"{day} {time}"] > 1:
        time += f":{second}" + (f" ({again[1:]})" if again else "")
    if others[f"{slug} {time[:5]}"] > 1:
        time = f"{day[:4]}-{day[4:6]}-{day[6:]} {time}"
    return f"{title}  {time}"


@lru_cache(maxsize=32)
def _others(folder: Path, changed: tuple[int, int]) -> Counter[str]:
    """How many runs in ``folder``, which ``changed`` then, are of each minute, and on how many days one of a name."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        names = []
    names += [deleted.path.name for deleted in deleted_runs(folder)]
    found = [made_up.groups() for name in names if (made_up := TIMED.fullmatch(name))]
    minutes = Counter(f"{day} {hour}:{minute}" for _, day, hour, minute, *_ in found)
    days = {(slug, day, hour, minute) for slug, day, hour, minute, *_ in found}
    return minutes + Counter(f"{slug} {hour}:{minute}" for slug, _, hour, minute in days)


def extended(path: Path) -> int | None:
    """For a run that has done all its epochs: how many it has after as many again; None for one that has not."""
    try:
        run = runs.Run.open(path)
        history = run.history(points=False)
    except NetloomError:
        return None
    done = int(history.epochs[-1]["epoch"]) if history.epochs else 0
    if not done or done < int((history.started or {}).get("epochs", 0)):
        return None
    plan = run.project.sections.get("plan")
    try:
        return done + Plan.parse(plan if isinstance(plan, Mapping) else {}).epochs
    except NetloomError:
        return 2 * done


def run_places(base: Path | None, chosen: Path | None = None) -> list[Path]:
    """Where runs lie: the folder ``chosen`` or that of all runs, and the folder ``runs`` beside the project.

    ``base`` is the folder of the project's file; a pack brings its runs beside it.
    """
    beside = base / runs.BESIDE if base is not None else None
    main = chosen if chosen is not None and chosen != beside else runs.runs_folder()
    return [main, *([beside] if beside is not None else [])]


def run_folders(folder: Path) -> list[Path]:
    """The run folders in ``folder``, the newest first; none where there is no such folder."""
    if not folder.is_dir():
        return []
    found = [
        path for path in folder.iterdir() if (path / runs.PROJECT).is_file() or (path / runs.ENVIRONMENT).is_file()
    ]
    return sorted(
        found,
        key=lambda path: (
            (path / runs.ENVIRONMENT).stat().st_mtime_ns if (path / runs.ENVIRONMENT).exists() else 0,
            path.name,
        ),
        reverse=True,
    )


def rename_run(path: Path, name: str) -> Path:
    """Give the folder of a run another name; returns its new path.

    Raises
    ------
    NetloomError
        if the name is taken or no name for a folder, or the folder cannot be renamed.
    """
    name = name.strip().rstrip(".")
    if not NAME.fullmatch(name) or name in (".", ".."):
        raise NetloomError("A run's name names its folder: 1 to 120 characters, without / \\ : * ? \" < > |.")
    wanted = path.with_name(name)
    if wanted.exists():
        raise NetloomError(f"There is a run called “{name}” already; choose another name.")
    try:
        return path.rename(wanted)
    except OSError as error:
        raise NetloomError(f"{path} cannot be renamed: {(error.strerror or str(error)).lower()}.") from None
