"""Learning-rate finder: training steps whose rate grows by equal factors, and where their loss falls and diverges.

Leslie N. Smith, “Cyclical Learning Rates for Training Neural Networks”, WACV 2017, section 3.3, with rates in equal
ratios. The steps are those of a training: the same initial weights, batches, objective and optimiser, so the same
project gives the same curve. No run is made, and nobody else's random numbers are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from app.protocol.rate_messages import RateCurve
from app.system.progress import Progress, Steps
from app.training.batches import Batch
from app.training.devices import random_state, thread_count
from app.training.learner import apart, learned_weights, ready_model, stepper_of
from app.training.optimisers import build_optimiser
from app.training.plan import BY_LOSS, Plan
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.project import Project

LOWEST, HIGHEST = 1e-6, 10.0
"""The first learning rate that is tried, and the last one."""
STEPS = 200
"""Training steps of a trial."""
FEWEST = 12
"""Losses that a curve needs before it says anything."""
KERNEL = 4.0
"""Standard deviation, in steps, of the Gaussian window by which losses are smoothed."""
AVERAGED = 0.8
"""Share of the running mean that stays at each step, by which it is judged whether the loss has gone up for good."""
ROSE = 2.0
"""Times the first loss, or the fall from it where that is larger, by which the loss has to rise to end the trial."""
RISE = 0.1
"""Share of its fall by which the smoothed loss has to rise again to count as diverging."""
WHAT = "Trying learning rates"

Floats = NDArray[np.float64]


def rate_steps(project: Project, base: Path | None = None, steps: int = STEPS) -> Steps[RateCurve]:
    """Make a project ready, and try learning rates on it in so many ``steps``, between which the work can be left.

    ``base`` is the folder of the project, where relative paths start.

    Raises
    ------
    NetloomError
        if the project cannot be trained as it is, or no single loss of it falls.
    """
    plan = Plan.of(project)
    if plan.objective not in BY_LOSS:
        raise NetloomError(
            "No learning rate can be found for a GAN: its two losses fall and rise against each other, whatever the "
            "rate. Begin with 0.0002, which is usual there."
        )
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        model = ready_model(project, base)
        return _trial(model, random_state(model.device), np.geomspace(LOWEST, HIGHEST, steps))


def _trial(model: Model, random: dict[str, torch.Tensor], rates: Floats) -> Steps[RateCurve]:
    """The steps; between two of them nothing in the process is other than it was."""
    threads = thread_count(model.plan.threads, model.operations)
    weights = learned_weights(model)
    stepper = stepper_of(model, weights, build_optimiser(model.plan, weights, model.objective.groups))
    batches, losses, watch = _batches(model), list[float](), _Watch()
    while len(losses) < len(rates) and not stepper.diverged and not watch.rose:
        with apart(random, model.device, threads):
            model.module.train()
            stepper.step(next(batches), float(rates[len(losses)]))
            found = stepper.collect()
        losses += found
        for loss in found:
            watch.see(loss)
        yield Progress(WHAT, len(losses), len(rates), "steps", kept=False)
    return rate_curve(rates[: len(losses)], np.array(losses))


def _batches(model: Model) -> Iterator[Batch]:
    """The batches of a training, epoch after epoch."""
    feed, plan, epoch = model.feed(model.prepared.train), model.plan, 0
    while True:
        yield from feed.epoch(plan.seed, epoch, plan.batch_size)
        epoch += 1


class _Watch:
    """Whether losses have gone up for good, by their running mean."""

    def __init__(self) -> None:
        self._mean = self._first = 0.0
        self._best = math.inf
        self._seen = 0

    def see(self, loss: float) -> None:
        """Take note of the next loss."""
        self._seen += 1
        self._mean = AVERAGED * self._mean + (1 - AVERAGED) * loss
        mean = self.mean
        self._best = min(self._best, mean)
        if self._seen <= FEWEST:
            self._first = mean

    @property
    def mean(self) -> float:
        """The running mean, in which the losses before the first do not count."""
        return self._mean / (1 - AVERAGED**self._seen)

    @property
    def rose(self) -> bool:
        """Whether they have."""
        above = max(self._first - self._best, abs(self._first))
        return self._seen > FEWEST and self.mean - self._best > ROSE * above


def rate_curve(rates: Floats, losses: Floats) -> RateCurve:
    """What losses (n,) of steps with ``rates`` (n,), which grow in equal ratios, say of the learning rate."""
    smooth = smoothed(np.minimum(losses, _ceiling(losses)))
    suggested = diverges = None
    if len(losses) >= FEWEST:
        lowest = int(smooth.argmin())
        noise = float(np.median(np.abs(losses - smooth)[: lowest + 1])) * 1.4826  # as a standard deviation
        fall = float(np.median(smooth[: FEWEST // 2])) - float(smooth[lowest])
        if lowest and fall > noise:
            steepest = int(np.gradient(smooth)[: lowest + 1].argmin())  # all steps are as wide on the axis of powers
            suggested = rounded(float(rates[steepest]))
        if smooth[-1] - smooth[lowest] > max(RISE * fall, noise):
            diverges = float(rates[lowest])
    return RateCurve(rates, losses.astype(np.float32), smooth, suggested, diverges)


def _ceiling(losses: Floats) -> float:
    """Above this the loss has diverged, and how far says nothing: one such loss would hide all about it."""
    if not len(losses):
        return math.inf
    first = float(np.median(losses[: FEWEST // 2]))
    return first + ROSE * max(first - float(losses.min()), abs(first))


def smoothed(losses: Floats) -> Floats:
    """The mean of losses (n,) about each, weighed by a Gaussian window of `KERNEL` steps that ends with the data."""
    at = np.arange(len(losses))
    window = np.exp(-0.5 * ((at[:, None] - at[None, :]) / KERNEL) ** 2)
    mean: Floats = window @ losses / window.sum(axis=1)
    return mean


def rounded(rate: float) -> float:
    """A learning rate with one digit: the curve tells no more."""
    return float(f"{rate:.0e}")
