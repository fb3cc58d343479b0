"""Learning-rate schedules: functions of the position in training, and the plateau, which remembers losses."""

from __future__ import annotations

import math

from app.training.checkpoint_state import ScheduleState
from app.training.plan import Plan


class Schedule:
    """Learning rate at each step, from the plan; tells nothing to torch and draws nothing at random."""

    def __init__(self, plan: Plan, steps_per_epoch: int, epochs: int) -> None:
        self.plan = plan
        self.steps_per_epoch = steps_per_epoch
        self.epochs = epochs
        self.best = math.inf
        self.waited = 0
        self.factor = 1.0

    def lr(self, step: int) -> float:
        """Learning rate of the step number ``step`` of the run, counted from 0."""
        return self._scheduled(step) * self._warmed_up(step)

    def _warmed_up(self, step: int) -> float:
        """Share of the scheduled learning rate: up to 1 at the last step of the warm-up."""
        if self.plan.schedule == "one_cycle":
            return 1.0
        steps = self.plan.warm_up_epochs * self.steps_per_epoch
        return min(1.0, (step + 1) / steps) if steps else 1.0

    def _scheduled(self, step: int) -> float:
        epoch = step // self.steps_per_epoch
        plan = self.plan
        if plan.schedule == "step":
            return float(plan.learning_rate * plan.factor ** (epoch // plan.step_epochs))
        if plan.schedule == "cosine":
            return plan.learning_rate * _falling(epoch / self.epochs, 1.0, plan.final_rate)
        if plan.schedule == "one_cycle":
            return plan.learning_rate * one_cycle(step, self.epochs * self.steps_per_epoch, plan.warm_up)
        return plan.learning_rate * self.factor

    def epoch_done(self, loss: float) -> None:
        """Take note of the loss that is watched, after an epoch; only the plateau minds."""
        if loss < self.best * (1 - 1e-4):
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.plan.schedule == "plateau" and self.waited > self.plan.plateau_patience:
            self.factor, self.waited = max(self.factor * self.plan.factor, self.plan.final_rate), 0

    def state(self) -> ScheduleState:
        """What must be kept to continue."""
        return {"best": self.best, "waited": self.waited, "share": self.factor}

    def load(self, state: ScheduleState) -> None:
        """Continue from `state`."""
        self.best, self.waited, self.factor = state["best"], state["waited"], state["share"]


def one_cycle(step: int, steps: int, warm_up: float) -> float:
    """Share of the peak: from 1/25 up to 1 during ``warm_up`` of all ``steps``, then down to 1/250,000."""
    top = warm_up * steps - 1
    if step <= top:
        return _falling(step / top if top > 0 else 1.0, 1 / 25, 1.0)
    return _falling(min(1.0, (step - top) / max(steps - 1 - top, 1e-9)), 1.0, 1 / 250_000)


def _falling(position: float, start: float, end: float) -> float:
    """Half a cosine from ``start`` at position 0 to ``end`` at 1."""
    return end + (start - end) * (1 + math.cos(math.pi * position)) / 2
