"""The learning-rate finder: the steps of a training, repeatable and apart from all else, and what their curve says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.protocol.events import Points
from app.protocol.rate_messages import FindRate, RateCurve, RateFound
from app.system.progress import UnfinishedError, Work, for_now, run_by
from app.training.learner import ready_model
from app.training.rate_finder import HIGHEST, LOWEST, STEPS, _trial, rate_curve, rate_steps
from app.training.trainer import train
from app.training.training_session import begin
from app.worker.handlers import answer
from app.worker.rate_requests import find_rate
from graph.errors import NetloomError
from graph.project import project_json
from tests.app.training.projects import chain, project

RATES = np.geomspace(LOWEST, HIGHEST, STEPS)
POWERS = np.log10(RATES)


def found(**plan: Any) -> RateCurve:
    work = Work(rate_steps(project(**plan), steps=60))
    assert work.advance()
    return work.result


def falling(middle: float, width: float = 0.4, end: float | None = None) -> np.ndarray:
    """Losses that fall from 2 to 0.5 about a power of ten, and from the power ``end`` on rise."""
    losses = 2 - 1.5 / (1 + np.exp(-(POWERS - middle) / (width / 2)))
    return losses if end is None else losses + np.maximum(0, POWERS - end) * 3


def test_the_steps_are_those_of_a_training_and_nobody_else_draws_otherwise(tmp_path: Path) -> None:
    """With dropout and batch normalisation; between two steps others draw random numbers and set their threads."""
    trained = project(epochs=2, learning_rate=0.01)
    expected = [loss for event in train(begin(trained, out=tmp_path / "run")) if isinstance(event, Points)
                for loss in event.loss.tolist()]  # fmt: skip
    torch.manual_seed(7)
    before = torch.get_rng_state()
    with torch.random.fork_rng():
        model = ready_model(trained)
        random = {"cpu": torch.get_rng_state()}
    steps = _trial(model, random, np.full(len(expected), 0.01))
    assert torch.equal(torch.get_rng_state(), before)
    next(steps)
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(3)
    torch.set_num_threads(2)
    curve = Work(steps)
    assert curve.advance()
    threads, _ = torch.get_num_threads(), torch.set_num_threads(1)
    assert threads == 2
    assert curve.result.losses.tolist() == expected


def test_the_same_project_gives_the_same_curve_another_seed_another() -> None:
    torch.manual_seed(1)
    first = found(seed=3)
    torch.manual_seed(2)
    assert found(seed=3).losses.tolist() == first.losses.tolist()
    assert found(seed=4).losses.tolist() != first.losses.tolist()


def test_digits_get_a_rate_that_trains_them() -> None:
    curve = Work(rate_steps(project()))
    assert curve.advance()
    assert 0.001 <= (curve.result.suggested or 0) <= 0.1
    assert "falls fastest at a learning rate of" in curve.result.words


def test_a_trial_that_diverges_ends_early() -> None:
    """Plain SGD on amounts: beyond some rate each step makes the error larger."""
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [10]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    curve = Work(rate_steps(project(network, {"source": "diabetes"}, optimiser="sgd", momentum=0.0)))
    assert curve.advance()
    made = curve.result
    assert made.diverges is not None and made.suggested is not None
    assert len(made.rates) < STEPS
    assert made.suggested < made.diverges < made.rates[-1] < HIGHEST
    assert np.isfinite(made.losses).all()


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_the_steepest_fall_is_suggested_and_the_rise_marked(noise: float) -> None:
    losses = falling(-2.5, end=-0.5) + noise * np.random.default_rng(0).standard_normal(STEPS)
    curve = rate_curve(RATES, losses)
    assert curve.suggested is not None and curve.diverges is not None
    assert abs(np.log10(curve.suggested) + 2.5) < 0.35
    assert abs(np.log10(curve.diverges) + 0.75) < 0.5
    assert curve.words.startswith(f"The loss falls fastest at a learning rate of {curve.suggested:g}, and rises from ")


def test_a_loss_that_never_rises_has_no_such_mark() -> None:
    curve = rate_curve(RATES, falling(-2.0))
    assert (curve.suggested, curve.diverges) == (0.01, None)
    assert curve.words.endswith("up to 10 it does not rise.")


def test_one_giant_loss_hides_nothing() -> None:
    losses = falling(-2.5)
    losses[150:] = 1e30
    curve = rate_curve(RATES[:151], losses[:151])
    assert curve.suggested == rate_curve(RATES[:145], losses[:145]).suggested
    assert curve.smoothed.max() < 100


@pytest.mark.parametrize("losses", [np.full(STEPS, 2.0), 2 + 0.2 * np.random.default_rng(1).standard_normal(STEPS),
                                    falling(-2.5)[:5], np.linspace(1, 9, STEPS)])  # fmt: skip
def test_where_nothing_falls_nothing_is_suggested(losses: np.ndarray) -> None:
    curve = rate_curve(RATES[: len(losses)], losses)
    assert curve.suggested is None
    assert "falls at no learning rate" in curve.words


def test_losses_that_are_no_numbers_from_the_start_are_told() -> None:
    assert "very first loss" in rate_curve(RATES[:0], np.empty(0)).words


def test_it_is_refused_where_a_training_is() -> None:
    refused = project(data={"source": "iris"})
    with pytest.raises(NetloomError) as training:
        begin(refused)
    with pytest.raises(NetloomError) as finding:
        rate_steps(refused)
    assert str(finding.value) == str(training.value)
    with pytest.raises(NetloomError, match="No learning rate can be found for a GAN"):
        rate_steps(project(objective="adversarial"))


def test_the_worker_answers_in_pieces_that_can_be_given_up() -> None:
    request = FindRate(project=project_json(project()))
    with run_by(for_now(0.0)):
        with pytest.raises(UnfinishedError) as waiting:
            answer(request, lambda path: pytest.fail("no run is opened"))
        work = waiting.value.work
        assert work.progress is not None and work.progress.sentence == "Trying learning rates 1 of 200 steps"
        work.close()
        with pytest.raises(UnfinishedError) as again:
            find_rate(request)
        assert again.value.work.advance()
        reply = find_rate(request)
    assert isinstance(reply, RateFound)
    assert len(reply.curve.rates) == len(reply.curve.losses) == len(reply.curve.smoothed)
