"""A training session: a run, its model, and everything that changes while it learns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from app.data.lazy_array import LazyArray
from app.data.sources.file_source import CHANGED
from app.protocol.control import Control
from app.system.memory_budget import taken
from app.training import checkpoints
from app.training.batches import Feed, batch_sizes
from app.training.checkpoint_state import BestState, CheckpointState, checked_state, fitting
from app.training.devices import drawn_state, find_device, random_state, surroundings, thread_count
from app.training.fast_paths import KEPT, kept_fast_paths
from app.training.learner import learned_weights, ready_model, stepper_of
from app.training.metrics import Meter
from app.training.optimisers import Optimiser, build_optimiser
from app.training.plan import Plan
from app.training.predicted_cost import KEY, cost_of_project
from app.training.rank_limits import refuse_ranks
from app.training.ranks import ALONE, Ranks
from app.training.runs import MOST_CHECKPOINTS, Run, fresh_folder
from app.training.schedules import Schedule
from app.training.stepping import Stepper
from app.training.thresholds import saved_thresholds, tuned_thresholds
from app.training.trainable import Model, now
from app.training.weight_average import WeightAverage
from app.training.weights import Saved, Weights
from graph.errors import NetloomError
from graph.project import Project, parse_project, project_json

FINGERPRINT = 2
"""How data is told apart. Until 1, pictures were by their numbers, which are bytes with a scale since."""

MOST_THREADS = 1024
"""Threads that an environment may ask for, which anybody may have edited."""


@dataclass
class Position:
    """Where training stands: whole ``epochs`` done, ``batches`` of the next one, ``steps`` and ``seconds`` in all."""

    epochs: int = 0
    batches: int = 0
    steps: int = 0
    seconds: float = 0.0


@dataclass
class Best:
    """The epoch (1-based; 0: none yet) with the lowest loss that is watched, how long ago, and its weights."""

    loss: float = math.inf
    epoch: int = 0
    waited: int = 0
    saved: Saved | None = None


@dataclass(eq=False)
class TrainingSession:
    """One training that can be iterated by `app.training.trainer.train`.

    ``order`` is the seed of the order of samples; ``random`` is the state that the generators of random numbers take
    when training begins. ``average`` is that of the weights, where the plan has one.
    """

    run: Run
    model: Model
    epochs: int
    weights: Weights
    optimiser: Optimiser
    schedule: Schedule
    meter: Meter
    train: Feed
    validation: Feed
    random: dict[str, Tensor]
    control: Control = field(default_factory=Control)
    position: Position = field(default_factory=Position)
    best: Best = field(default_factory=Best)
    average: WeightAverage | None = None
    tensorboard: bool = False
    """Whether to write TensorBoard event files too; those of a run that has some go on in any case."""
    memory_before: int = 0
    """Bytes that the process took before anything of this training was there; 0 where that is not known."""
    ranks: Ranks = ALONE
    """The processes that train together."""
    processes_before: int = 0
    """How many processes trained the run before, where it goes on with another number of them; else 0."""

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch."""
        return len(batch_sizes(self.train.samples, self.model.plan.batch_size))

    @property
    def monitor(self) -> str:
        """The part whose loss decides what is best."""
        return "validation" if self.validation.samples else "train"

    def stepper(self) -> Stepper:
        """What does the next steps."""
        return stepper_of(self.model, self.weights, self.optimiser, self.position.steps, self.ranks)

    def save(self) -> None:
        """Write the checkpoint: all that continuing exactly needs.

        Raises
        ------
        NetloomError
            if there is no room for it; the old checkpoint is untouched.
        """
        others = self.ranks.others(lambda: self._own(self.meter.state()[1]))
        self.ranks.at_first(lambda: self._write(others))

    def _own(self, pending: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What is another one in each of several processes: random numbers, and what is measured of the own samples."""
        random = random_state(self.model.device)
        return checkpoints.prefixed(pending, "meter/") | checkpoints.prefixed(random, "random/")

    def _write(self, of_others: Sequence[Mapping[str, Tensor]]) -> None:
        numbers, pending = self.meter.state()
        last = self.weights.copy()
        tensors = checkpoints.prefixed(self.model.module.state_dict(), "weights/")
        tensors |= self._own(pending)
        for rank, own in enumerate(of_others, 1):
            tensors |= checkpoints.prefixed(own, of_rank(rank))
        for prefix, optimiser in self.optimiser.parts().items():
            for name, remembered in optimiser.state.items():
                tensors |= checkpoints.prefixed(_portable(optimiser.weights, remembered), f"optimiser/{prefix}{name}/")
        others = {"best/": self.best.saved, "average/": None if self.average is None else self.average.saved}
        for prefix, saved in others.items():
            if saved is not None:
                self.weights.restore(saved)
                kept = {name: tensor.detach().clone() for name, tensor in self.model.module.state_dict().items()}
                self.weights.restore(last)
                tensors |= checkpoints.prefixed(kept, prefix)
        several = {"processes": self.ranks.count} if self.ranks.count > 1 else {}
        state = several | {
            "epochs": self.epochs,
            "position": vars(self.position),
            "best": {"loss": self.best.loss, "epoch": self.best.epoch, "waited": self.best.waited},
            "schedule": self.schedule.state(),
            "meter": numbers,
        }
        checkpoints.save(self.run.checkpoint, tensors, state)

    def save_weights(self) -> None:
        """Write the weights that the module holds now as those to use."""
        state: dict[str, Any] = {"epoch": self.best.epoch or self.position.epochs, "step": self.position.steps}
        by = self.model.plan.threshold_by
        thresholds = {} if by == "hand" else tuned_thresholds(self.model, by)
        if thresholds:
            self.model.objective.set_thresholds(thresholds)
            state["thresholds"] = thresholds
        checkpoints.save(self.run.weights, self.model.module.state_dict(), state)

    def keep_epoch(self) -> None:
        """Write the weights that the module holds now beside those to use, if the plan keeps those of this epoch.

        ``position`` still counts the epochs before. Nothing of the training changes by it.
        """
        plan, epoch = self.model.plan, self.position.epochs + 1
        if not plan.keep_every or epoch % plan.keep_every or epoch // plan.keep_every > MOST_CHECKPOINTS:
            return
        state: dict[str, Any] = {"epoch": epoch, "step": self.position.steps}
        if plan.threshold_by != "hand":
            state["thresholds"] = tuned_thresholds(self.model, plan.threshold_by)
        checkpoints.save(self.run.weights_after(epoch), self.model.module.state_dict(), state)

    def load(self, epochs: int | None) -> None:
        """Continue from the run's checkpoint, for ``epochs`` in all.

        Raises
        ------
        NetloomError
            if the checkpoint is missing, altered, or of another network, or if there is nothing left to do.
        """
        tensors, kept = checkpoints.load(self.run.checkpoint)
        state = checked_state(kept, self.run.checkpoint)
        self.position = Position(**state["position"])
        self.epochs = self.model.plan.changed(epochs=epochs or state["epochs"]).epochs
        if self.position.epochs >= self.epochs:
            raise NetloomError(
                f"The run “{self.run.path.name}” has done all its {self.position.epochs} epochs; "
                "ask for more to train on."
            )
        with fitting(self.run.checkpoint):
            self._load_parts(tensors, state)

    def _load_parts(self, tensors: dict[str, Tensor], state: CheckpointState) -> None:
        self._load_best(tensors, state["best"])
        averaged = checkpoints.subset(tensors, "average/")
        if self.average is not None:
            checkpoints.fill_module(self.model.module, averaged, self.run.checkpoint)
            self.average.saved = self.weights.copy()
        checkpoints.fill_module(self.model.module, checkpoints.subset(tensors, "weights/"), self.run.checkpoint)
        for prefix, optimiser in self.optimiser.parts().items():
            for name, mine in optimiser.state.items():
                self._fill(optimiser.weights, mine, checkpoints.subset(tensors, f"optimiser/{prefix}{name}/"))
        self.schedule = Schedule(self.model.plan, self.steps_per_epoch, self.epochs)
        self.schedule.load(state["schedule"])
        self._load_own(tensors, state)
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self.random["cpu"])  # that it can be, before anything begins

    def _load_own(self, tensors: dict[str, Tensor], state: CheckpointState) -> None:
        """What is this process's own; where there are as many as before, it is exactly what it was."""
        ranks, before, device = self.ranks, state.get("processes", 1), self.model.device
        kept = [checkpoints.subset(tensors, of_rank(rank)) for rank in range(before)]
        mine = kept[ranks.rank] if ranks.rank < before else {}
        measured = mine if ranks.first or ranks.count == before else {}
        self.meter.load(state["meter"], checkpoints.subset(measured, "meter/"), device)
        self.random = checkpoints.subset(mine, "random/")
        if ranks.rank >= before:
            self.random = drawn_state(device, self.model.plan.seed, ranks.rank, self.position.steps)
        if ranks.count == before:
            return
        self.processes_before = before
        for other in kept[1:] if ranks.first else ():
            meter = self.model.meter()
            meter.load(state["meter"], checkpoints.subset(other, "meter/"), device)
            self.meter.join(meter.totals())

    def _load_best(self, tensors: dict[str, Tensor], state: BestState) -> None:
        self.best = Best(state["loss"], state["epoch"], state["waited"])
        kept = checkpoints.subset(tensors, "best/")
        if kept:
            checkpoints.fill_module(self.model.module, kept, self.run.checkpoint)
            self.best.saved = self.weights.copy()

    def _fill(self, weights: Weights, mine: list[Tensor], kept: dict[str, Tensor]) -> None:
        try:
            targets = {"count": mine[0]} if mine[0].dim() == 0 else weights.by_parameter(mine)
            for name, target in targets.items():
                target.copy_(kept[name])
            for other in mine[1:] if mine[0].dim() == 0 else ():
                other.copy_(mine[0])
        except (KeyError, RuntimeError):
            raise NetloomError(
                f"{self.run.checkpoint} does not fit the run's training settings; put the original back."
            ) from None


def of_rank(rank: int) -> str:
    """How names of tensors begin in a checkpoint that are of one process alone; those of the first are as ever."""
    return f"ranks/{rank}/" if rank else ""


def _portable(weights: Weights, state: list[Tensor]) -> dict[str, Tensor]:
    """An optimiser's tensors by parameter, whatever the layout in memory; counters are one number."""
    if state[0].dim() == 0:
        return {"count": state[0]}
    return weights.by_parameter(state)


def begin(
    project: Project,
    base: Path | None = None,
    out: Path | None = None,
    paused: bool = False,
    *,
    paths: Sequence[str] | None = None,
    threads: int = 0,
    ranks: Ranks = ALONE,
) -> TrainingSession:
    """A new session, with its run folder ``out`` (by default one under `app.training.runs.runs_folder`).

    ``paths`` are the fast paths to take, none for PyTorch's own modules alone; without it those that are faster.
    ``threads`` is how many to use where the plan leaves it open; 0 finds out. ``ranks`` are the processes that train
    together, all of which call this.

    Raises
    ------
    NetloomError
        if the project cannot be trained as it is, or the folder cannot be made.
    """
    before = taken()
    model = ranks.in_turn(lambda: ready_model(project, base, paths, ranks))
    threads = thread_count(model.plan.threads or threads, model.operations)
    torch.set_num_threads(threads)
    content = project_json(project)
    about = content.get("about")
    title = about.get("title") if isinstance(about, dict) else None
    environment = surroundings(model.device) | {
        "created": now(),
        "threads": threads,
        "seed": model.plan.seed,
        "base": None if base is None else str(base.resolve()),
        "data": model.prepared.fingerprint(),
        "fingerprint": FINGERPRINT,
        "samples": {name: part.samples for name, part in model.prepared.parts.items()},
        KEPT: list(model.fast_paths),
        KEY: cost_of_project(project, model.prepared.dataset.info).to_json(),
    }
    if ranks.count > 1:
        environment["processes"] = ranks.count
    path = Path(ranks.by_first(lambda: str(out or fresh_folder(title if isinstance(title, str) else "untitled"))))
    made = ranks.at_first(lambda: Run.create(path, content, environment))
    run = made or Run(path, parse_project(content), environment)
    session = ranks.together(lambda: _session(run, model, paused, ranks))
    session.memory_before = before
    if not ranks.first:  # that not all drop the same units
        session.random = drawn_state(model.device, model.plan.seed, ranks.rank)
    return session


def begin_like(
    like: Path, project: Project, base: Path | None = None, out: Path | None = None, ranks: Ranks = ALONE
) -> TrainingSession:
    """A new session that calculates as the run in the folder ``like`` did: with its threads and fast paths.

    The same project, data, device and versions then give the same weights, to the last bit.

    Raises
    ------
    NetloomError
        if that is no run, or as `begin` does.
    """
    kept = ranks.together(lambda: Run.open(like).environment)
    threads = Plan.of(project).threads or min(max(1, _whole(kept.get("threads"))), MOST_THREADS)
    return begin(project, base, out, paths=kept_fast_paths(kept), threads=threads, ranks=ranks)


def resume(
    path: Path,
    epochs: int | None = None,
    paused: bool = False,
    device: str | None = None,
    ranks: Ranks = ALONE,
) -> TrainingSession:
    """The session of a run, ready to go on from its last checkpoint, for ``epochs`` in all.

    ``ranks`` are the processes that train together, all of which call this; it may be another number than before.

    Raises
    ------
    NetloomError
        if the run is incomplete or altered, if its data changed, or if it is done.
    """
    return ranks.in_turn(lambda: _resumed(path, epochs, paused, device, ranks))


def _resumed(path: Path, epochs: int | None, paused: bool, device: str | None, ranks: Ranks) -> TrainingSession:
    run = Run.open(path)
    model = _model_again(run, ranks.device(device or Plan.of(run.project).device) or device)
    if model.prepared.fingerprint() != run.environment.get("data"):
        raise _other_data(run, model)
    if ranks.count > 1:
        refuse_ranks(model)
    torch.set_num_threads(min(max(1, _whole(run.environment.get("threads"))), MOST_THREADS))
    session = _session(run, model, paused, ranks)
    session.load(epochs)
    return session


def _other_data(run: Run, model: Model) -> NetloomError:
    """Why a run cannot go on: its data is another, or is told apart in another way than when it began."""
    changed = any(note.endswith(CHANGED) for note in model.prepared.dataset.notes)
    kept = any(isinstance(values, LazyArray) for values in model.prepared.train.arrays.values())
    if kept and not changed and _whole(run.environment.get("fingerprint")) < FINGERPRINT:
        return NetloomError(
            f"The run {run.path} was begun by an earlier Netloom, which held its data in another way, so it cannot go "
            "on exactly as it was; it can still be tested and used. To go on learning, train the project again."
        )
    return NetloomError(
        f"The data of the run {run.path} changed since it began, so it cannot go on as it was; train the project again."
    )


def load_model(path: Path, device: str | None = None) -> tuple[Run, Model]:
    """A saved run with the weights to use, for tests, predictions and pictures; no random state is touched.

    ``path`` is its folder, or the file of the weights after one of its epochs. ``device`` is another one than that on
    which it was trained.

    Raises
    ------
    NetloomError
        if the run or its weights are missing or altered.
    """
    run = Run.open(path)
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        model = _model_again(run, device)
    tensors, state = checkpoints.load(run.weights)
    checkpoints.fill_module(model.module, tensors, run.weights)
    model.objective.set_thresholds(saved_thresholds(state))
    model.module.eval()
    return run, model


def _model_again(run: Run, device: str | None) -> Model:
    """The model of a run, which calculates as it did."""
    paths = kept_fast_paths(run.environment)
    return Model.build(run.project, run.base, device or _device_again(run), paths=paths)


def _whole(value: object) -> int:
    """A whole number of an environment, which anybody may have edited; 1 where it is none."""
    return value if isinstance(value, int) and value else 1


def _device_again(run: Run) -> str | None:
    """The device that the run was trained on, where “auto” chose it and it is still there; else what is there now."""
    plan = Plan.of(run.project)
    device = run.environment.get("device")
    if plan.device != "auto" or not isinstance(device, str):
        return None
    try:
        find_device(device)
    except NetloomError:
        return None
    return device


def _session(run: Run, model: Model, paused: bool, ranks: Ranks) -> TrainingSession:
    random = random_state(model.device)
    weights = learned_weights(model)
    train = model.feed(model.prepared.train)
    steps = len(batch_sizes(train.samples, model.plan.batch_size))
    return TrainingSession(
        run=run,
        model=model,
        epochs=model.plan.epochs,
        weights=weights,
        optimiser=build_optimiser(model.plan, weights, model.objective.groups),
        schedule=Schedule(model.plan, steps, model.plan.epochs),
        meter=model.meter(),
        train=train,
        validation=model.feed(model.prepared.validation),
        random=random,
        control=Control(paused),
        average=WeightAverage(weights, model.plan.ema) if model.plan.ema else None,
        ranks=ranks,
    )
