"""A search: its folder, which many processes may share, and the trials, each an ordinary run.

=======================  ============================================================================
``project.netloom``      the project with the space that is searched, as it was when the search began
``study.log``            optuna's journal: what was tried and found; processes add to it in turn
``trial-0001`` ...       the runs
``best.netloom``         the project with the best settings found so far
=======================  ============================================================================
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from app.data.data_choice import DataChoice
from app.sweep.space import SearchRange, Space, Value, applied, rounded
from app.system.home import make_folder
from app.system.locks import try_lock
from app.training.plan import Plan
from app.training.runs import LOCK, PROJECT, fresh_folder
from graph.errors import NetloomError
from graph.project import Project, project_json, read_project, write_project

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

    from app.protocol.control import Control

JOURNAL = "study.log"
BEST = "best.netloom"
NAME = "netloom"
FIRST_TRIALS = 5
"""Trials that are always trained to their end, so that there is a median to compare with."""
FIRST_EPOCHS = 2
"""Epochs of a trial before it may be ended early."""


@dataclass(frozen=True)
class TrialResult:
    """One trial. ``value`` is the metric that decides, None where there is none; ``reason`` says why it failed.

    ``status`` is ``completed``, ``pruned`` (ended early), ``stopped`` (by the user), ``failed`` or ``running``.
    """

    number: int
    values: Mapping[str, Value]
    status: str
    value: float | None
    epochs: int
    run: str
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "values"}
        return {"number": values.pop("number"), "settings": dict(self.values), **values}


def open_search(project: Project, title: str, base: Path | None, out: Path | None) -> Search:
    """The search of ``project`` in the folder ``out``: a new one, or the one that is there.

    Raises
    ------
    NetloomError
        if the folder holds the search of another project, or the space is refused.
    """
    space = Space.of(project)
    folder = out or fresh_folder(f"{title} search")
    frozen = Project(project.network, {**project.sections, "sweep": space.to_json()})
    kept = folder / PROJECT
    if kept.exists() or (folder / JOURNAL).exists():
        if not kept.is_file() or _content(read_project(kept)) != _content(frozen):
            raise NetloomError(
                f"{folder} holds a search of another project, or of other ranges; choose another folder."
            )
    else:
        make_folder(folder)
        write_project(kept, frozen)
    return Search(folder, frozen, space, base)


def _content(project: Project) -> dict[str, Any]:
    """A project as values: its sections are parsed, so that a setting left out equals its default."""
    content: dict[str, Any] = {**project_json(project), "plan": Plan.of(project), "sweep": Space.of(project)}
    data = project.sections.get("data")
    return {**content, "data": DataChoice.parse(data)} if isinstance(data, Mapping) and data else content


class Search:
    """A search that is there: its trials, and new ones."""

    def __init__(self, folder: Path, project: Project, space: Space, base: Path | None) -> None:
        self.folder = folder
        self.project = project
        self.space = space
        self.base = base
        self._study = self._open()

    @property
    def maximises(self) -> bool:
        """Whether a larger value is better."""
        return self.space.metric != "loss"

    def trials(self) -> list[TrialResult]:
        """All trials, the best first, then those without a result in their order."""
        listed = [self._result(trial) for trial in self._study.get_trials(deepcopy=False) if trial.params]
        sign = -1.0 if self.maximises else 1.0
        ended = sorted(
            (trial for trial in listed if trial.status == "completed" and trial.value is not None), key=_number
        )
        ended.sort(key=lambda trial: sign * (trial.value or 0.0))
        return ended + [trial for trial in listed if trial not in ended]

    def best(self) -> TrialResult | None:
        """The best completed trial, None before there is one."""
        first = next(iter(self.trials()), None)
        return first if first is not None and first.status == "completed" else None

    def run(self, count: int, control: Control) -> Iterator[TrialResult]:
        """Try until there are ``count`` trials in all, those of other processes included; each as it ends.

        A wish to stop ends the trial in progress, which does not count and is tried anew when the search goes on.
        """
        self._give_up_lost()
        while not control.stopping and self._counted() < count:
            trial = self._study.ask()
            self._seed(trial.number)
            yield self._try(trial, control)
            self._write_best()

    # Inside

    def _open(self) -> Study:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            storage = JournalStorage(JournalFileBackend(str(self.folder / JOURNAL)))
            study = optuna.create_study(
                storage=storage,
                study_name=NAME,
                direction="maximize" if self.maximises else "minimize",
                load_if_exists=True,
                pruner=optuna.pruners.MedianPruner(FIRST_TRIALS, FIRST_EPOCHS)
                if self.space.prune
                else optuna.pruners.NopPruner(),
            )
            if not study.get_trials(deepcopy=False):
                study.enqueue_trial(self.space.now(self.project))
        return study

    def _seed(self, number: int) -> None:
        """Each trial draws by its own number: the same search tries the same, and no two processes do."""
        from optuna.samplers import TPESampler

        self._study.sampler = TPESampler(seed=(self.space.seed + 7919 * number) % 2**31, multivariate=False)

    def _counted(self) -> int:
        """Trials that ended with a result or a reason, and those in progress."""
        return sum(
            trial.state.name in ("COMPLETE", "PRUNED", "RUNNING") or bool(trial.user_attrs.get("reason"))
            for trial in self._study.get_trials(deepcopy=False)
        )

    def _give_up_lost(self) -> None:
        """Trials whose process ended without a word count no more."""
        from optuna.trial import TrialState

        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            folder = self._folder(trial.number)
            lock = try_lock(folder / LOCK) if folder.is_dir() else None
            begun = trial.datetime_start.timestamp() if trial.datetime_start else 0.0
            if lock is not None or (not folder.is_dir() and time.time() - begun > 60):
                self._study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
            if lock is not None:
                lock.release(remove=True)

    def _try(self, trial: Trial, control: Control) -> TrialResult:
        from optuna.trial import TrialState

        values = {path: self._suggested(trial, path, bounds) for path, bounds in self.space.settings.items()}
        trial.set_user_attr("values", values)
        try:
            value, epochs, pruned = self._train(trial, values, control)
        except NetloomError as error:
            trial.set_user_attr("reason", str(error))
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            trial.set_user_attr("epochs", epochs)
            if control.stopping and not pruned:
                self._study.tell(trial, state=TrialState.FAIL)
            elif pruned:
                self._study.tell(trial, state=TrialState.PRUNED)
            else:
                self._study.tell(trial, value)
        return self._result(self._study.get_trials(deepcopy=False)[trial.number])

    def _suggested(self, trial: Trial, path: str, values: SearchRange) -> Value:
        if values.choices:
            return cast(Value, trial.suggest_categorical(path, list(values.choices)))
        assert values.low is not None and values.high is not None
        if isinstance(values.low, int) and isinstance(values.high, int):
            return trial.suggest_int(path, values.low, values.high, log=values.log)
        return rounded(trial.suggest_float(path, float(values.low), float(values.high), log=values.log))

    def _train(self, trial: Trial, values: Mapping[str, Value], control: Control) -> tuple[float, int, bool]:
        """Train one trial: the best value of the metric, the epochs that it took, and whether it was ended early."""
        from app.protocol.events import Epoch, Finished
        from app.training.trainer import train
        from app.training.training_session import begin

        session = begin(applied(self.project, values), self.base, self._folder(trial.number))
        session.control.watch = control.watch
        best, epochs, pruned = -math.inf if self.maximises else math.inf, 0, False
        for event in train(session):
            if control.stopping and not session.control.stopping:
                session.control.stop()
            if isinstance(event, Epoch):
                measured = event.validation or event.train
                if self.space.metric not in measured:
                    raise NetloomError(f"sweep: there is no {self.space.metric} to go by; choose the metric loss.")
                value = measured[self.space.metric]
                best, epochs = max(best, value) if self.maximises else min(best, value), event.epoch
                trial.report(value, event.epoch)
                if trial.should_prune() and event.epoch < event.epochs and not session.control.stopping:
                    pruned = True
                    session.control.stop()
            if isinstance(event, Finished) and event.status == "failed":
                raise NetloomError(event.reason or "The training failed.")
        return best, epochs, pruned

    def _folder(self, number: int) -> Path:
        return self.folder / f"trial-{number + 1:04}"

    def _result(self, trial: FrozenTrial) -> TrialResult:
        status = {"COMPLETE": "completed", "PRUNED": "pruned", "FAIL": "failed"}.get(trial.state.name, "running")
        reached = trial.user_attrs.get("epochs", len(trial.intermediate_values))
        status = "stopped" if status == "failed" and not trial.user_attrs.get("reason") else status
        value = trial.value if trial.state.name == "COMPLETE" else None
        if value is None and trial.intermediate_values:
            measured = trial.intermediate_values.values()
            value = max(measured) if self.maximises else min(measured)
        values = trial.user_attrs.get("values", trial.params)
        folder = self._folder(trial.number)
        reason = trial.user_attrs.get("reason")
        return TrialResult(trial.number + 1, values, status, _finite(value), reached, str(folder), reason)

    def _write_best(self) -> None:
        best = self.best()
        if best is None:
            return
        project = applied(self.project, best.values)
        write_project(self.folder / BEST, project)


def _number(trial: TrialResult) -> int:
    return trial.number


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
