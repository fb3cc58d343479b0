"""Training: it learns, repeats, continues exactly, obeys, and fails with a sentence."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.insight.training_snapshot import inspect_session
from app.protocol.events import (
    Epoch,
    EvaluationProgress,
    Event,
    Finished,
    Paused,
    Points,
    Resumed,
    Snapshot,
    Started,
    TrainingProgress,
)
from app.protocol.watch import Watch
from app.training import checkpoints, trainer
from app.training.plan import OPTIMISERS
from app.training.runs import CHECKPOINT, WEIGHTS, Run
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, resume
from graph.errors import NetloomError
from tests.app.training.projects import chain, cnn, mlp, project


def trained(session: TrainingSession) -> list[Event]:
    return list(train(session))


def epochs_of(events: list[Event]) -> list[tuple[Any, Any]]:
    return [(dict(event.train), dict(event.validation)) for event in events if isinstance(event, Epoch)]


def losses_of(events: list[Event]) -> np.ndarray:
    return np.concatenate([event.loss for event in events if isinstance(event, Points)])


def finish_of(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def weights_of(run: Path, name: str = CHECKPOINT) -> dict[str, torch.Tensor]:
    tensors, _ = checkpoints.load(run / name)
    return {key: one for key, one in tensors.items() if not key.startswith("random")}


def assert_same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> None:
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name


def test_it_learns_and_tells(tmp_path: Path) -> None:
    events = trained(begin(project(epochs=30, learning_rate=0.01), None, tmp_path / "run"))
    assert isinstance(events[0], Started)
    losses = losses_of(events)
    steps = np.concatenate([event.step for event in events if isinstance(event, Points)])
    assert steps.tolist() == list(range(1, events[0].steps_per_epoch * 30 + 1))
    assert losses[-20:].mean() < 0.5 * losses[:20].mean()
    finished = finish_of(events)
    assert finished.status == "completed"
    assert finished.test["accuracy"] > 0.8
    history = Run.open(tmp_path / "run").history()
    assert history.losses.tolist() == losses.tolist()
    assert len(history.epochs) == 30


@pytest.mark.parametrize("network", [mlp, cnn])
def test_the_same_seed_gives_the_same_run(tmp_path: Path, network: Any) -> None:
    first = trained(begin(project(network(), epochs=2), None, tmp_path / "a"))
    second = trained(begin(project(network(), epochs=2), None, tmp_path / "b"))
    other = trained(begin(project(network(), epochs=2, seed=1), None, tmp_path / "c"))
    assert losses_of(first).tolist() == losses_of(second).tolist()
    assert losses_of(first).tolist() != losses_of(other).tolist()
    assert_same(weights_of(tmp_path / "a"), weights_of(tmp_path / "b"))


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_resuming_after_whole_epochs_changes_nothing(tmp_path: Path, optimiser: str) -> None:
    straight = trained(begin(project(optimiser=optimiser), None, tmp_path / "straight"))
    first = trained(begin(project(optimiser=optimiser, epochs=2), None, tmp_path / "parts"))
    torch.manual_seed(123)
    second = trained(resume(tmp_path / "parts", epochs=4))
    assert epochs_of(straight) == epochs_of(first) + epochs_of(second)
    assert_same(weights_of(tmp_path / "straight"), weights_of(tmp_path / "parts"))
    assert_same(weights_of(tmp_path / "straight", WEIGHTS), weights_of(tmp_path / "parts", WEIGHTS))


@pytest.mark.parametrize("steps", [1, 5, 13])
def test_resuming_in_mid_epoch_changes_nothing(tmp_path: Path, steps: int) -> None:
    plan: dict[str, Any] = {"schedule": "one_cycle", "optimiser": "sgd", "clip": 1.0}
    straight = trained(begin(project(**plan), None, tmp_path / "straight"))
    session = begin(project(**plan), None, tmp_path / "parts", paused=True)
    first = []
    for event in train(session):
        first.append(event)
        if isinstance(event, Paused):
            session.control.stop() if event.step == steps else session.control.step()
    assert finish_of(first).status == "stopped"
    assert finish_of(first).step == steps
    torch.manual_seed(123)
    second = trained(resume(tmp_path / "parts"))
    assert epochs_of(straight) == epochs_of(first) + epochs_of(second)
    assert losses_of(straight).tolist() == losses_of(first).tolist() + losses_of(second).tolist()
    assert_same(weights_of(tmp_path / "straight"), weights_of(tmp_path / "parts"))
    assert Run.open(tmp_path / "parts").history().losses.tolist() == losses_of(straight).tolist()


def test_a_run_says_how_many_samples_each_part_has(tmp_path: Path) -> None:
    session = begin(project(), None, tmp_path / "run")
    parts = {name: part.samples for name, part in session.model.prepared.parts.items()}
    assert Run.open(tmp_path / "run").environment["samples"] == parts
    assert set(parts) == {"train", "validation", "test"} and all(parts.values())


def test_closing_the_generator_loses_nothing(tmp_path: Path) -> None:
    straight = trained(begin(project(), None, tmp_path / "straight"))
    with contextlib.closing(train(begin(project(), None, tmp_path / "parts"))) as events:
        first = [next(events), next(events), next(events)]
    second = trained(resume(tmp_path / "parts"))
    assert epochs_of(straight) == epochs_of(first) + epochs_of(second)


def test_pausing_stepping_watching_and_going_on(tmp_path: Path) -> None:
    session = begin(project(cnn(), epochs=1), None, tmp_path / "run", paused=True)
    session.control.watch = Watch(filters=("conv1",), maps=("conv2",), histograms=True)
    seen = []
    for event in train(session, inspect_session):
        seen.append(event)
        if isinstance(event, Paused):
            session.control.step() if event.step < 3 else session.control.go()
    assert [event.step for event in seen if isinstance(event, Paused)] == [0, 1, 2, 3]
    assert [event.step for event in seen if isinstance(event, Resumed)] == [3]
    views = next(event for event in seen if isinstance(event, Snapshot)).views
    assert views.filters["conv1"].shape == (4, 1, 3, 3)
    assert views.maps["conv2"].shape[0] == 6
    assert views.gradients["conv1.weight"].counts.sum() == 36
    plain = trained(begin(project(cnn(), epochs=1), None, tmp_path / "plain"))
    assert epochs_of(seen) == epochs_of(plain)


@pytest.mark.parametrize("watch", [Watch(histograms=True, every=0), Watch(histograms=True, every=1e6), Watch(every=0)])
def test_what_is_watched_is_shown_while_it_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: Watch
) -> None:
    monkeypatch.setattr(trainer, "POINTS_EVERY", 0.0)
    session = begin(project(epochs=2), None, tmp_path / "run")
    session.control.watch = watch
    shown = [event.step for event in train(session, inspect_session) if isinstance(event, Snapshot)]
    steps = session.steps_per_epoch
    before_steps_and_after_epochs = [*range(steps + 1), *range(steps, 2 * steps + 1)]
    assert shown == (before_steps_and_after_epochs if watch.histograms and watch.every == 0 else [])


@pytest.mark.parametrize("every", [0.0, 1e6])
def test_losses_are_handed_out_every_so_often_and_after_each_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: float
) -> None:
    monkeypatch.setattr(trainer, "POINTS_EVERY", every)
    session = begin(project(epochs=3), None, tmp_path / "run")
    sizes = [len(event.loss) for event in train(session) if isinstance(event, Points)]
    steps = session.steps_per_epoch
    assert sizes == ([steps] * 3 if every else [1] * (3 * steps))


def test_a_test_of_several_batches_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "PROGRESS_EVERY", 0.0)
    monkeypatch.setattr(Model, "evaluation_size", 500)
    session = begin(project(epochs=1), None, tmp_path / "run")
    samples = session.model.prepared.test.samples
    events = list(train(session))
    told = [(event.done, event.samples) for event in events if isinstance(event, EvaluationProgress)]
    assert told == [(done, samples) for done in range(0, samples, 500)] and len(told) > 2
    assert isinstance(events[-1], Finished) and events[-1].test


def test_a_test_that_is_cut_short_leaves_a_run_that_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Model, "evaluation_size", 500)
    session = begin(project(epochs=2), None, tmp_path / "run")
    events = train(session)
    while not isinstance(next(events), EvaluationProgress):
        pass
    events.close()
    history = session.run.history()
    assert history.finished is not None and (history.finished["status"], history.finished["test"]) == ("completed", {})
    assert session.run.weights.is_file() and session.run.checkpoint.is_file()


def test_the_time_left_is_that_of_the_samples_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "PROGRESS_EVERY", 0.0)
    session = begin(project(epochs=3), None, tmp_path / "run")
    progress = [event for event in train(session) if isinstance(event, TrainingProgress)]
    samples = session.train.samples
    first = progress[0]
    assert first.seconds_left is not None
    left = (4 - first.epoch) * samples - first.step * 32
    assert first.seconds_left * first.samples_per_second == pytest.approx(max(0, left))
    assert progress[-1].seconds_left == 0


def test_the_time_left_is_that_of_as_many_epochs_as_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "PROGRESS_EVERY", 0.0)
    session = begin(project(epochs=3), None, tmp_path / "run")
    events = list(train(session))
    at = next(number for number, event in enumerate(events) if isinstance(event, Epoch))
    epoch, following = events[at], next(event for event in events[at:] if isinstance(event, TrainingProgress))
    assert isinstance(epoch, Epoch) and following.seconds_left is not None
    samples = session.train.samples
    left = (4 - following.epoch) * samples - following.step * 32
    assert following.seconds_left == pytest.approx(max(0, left) / samples * epoch.seconds)


def test_a_loss_that_explodes_stops_at_its_step_and_keeps_good_weights(tmp_path: Path) -> None:
    plan = project(optimiser="sgd", learning_rate=1000.0, momentum=0.99, loss="mse", epochs=50)
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    plan.network = network
    events = trained(begin(plan, None, tmp_path / "run"))
    finished = finish_of(events)
    assert finished.status == "failed"
    assert finished.reason is not None
    assert "learning rate" in finished.reason
    assert f"step {finished.step + 1} " in finished.reason
    assert np.isfinite(losses_of(events)).all()
    assert len(losses_of(events)) == finished.step
    assert all(torch.isfinite(one).all() for one in weights_of(tmp_path / "run", WEIGHTS).values())


def test_early_stopping_keeps_the_best(tmp_path: Path) -> None:
    events = trained(begin(project(epochs=200, learning_rate=0.1, patience=3), None, tmp_path / "run"))
    finished = finish_of(events)
    assert finished.status == "completed"
    assert finished.reason is not None
    assert finished.epoch < 200
    losses = [validation["loss"] for _, validation in epochs_of(events)]
    assert finished.best_epoch == int(np.argmin(losses)) + 1


@pytest.mark.parametrize("squash", ["softmax", "sigmoid"])
def test_probabilities_are_not_squashed_twice(tmp_path: Path, squash: str) -> None:
    network = mlp(("squash1", squash, {}))
    events = trained(begin(project(network, epochs=40, learning_rate=0.01), None, tmp_path / "run"))
    assert finish_of(events).test["accuracy"] > 0.8
    assert finish_of(events).test["loss"] < 1.0


def test_an_autoencoder_reconstructs(tmp_path: Path) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 16}),
        ("dense2", "dense", {"units": 64}),
        ("reshape1", "reshape", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("output1", "output", {}),
    )
    events = trained(
        begin(project(network, objective="reconstruction", epochs=20, learning_rate=0.01), None, tmp_path / "run")
    )
    assert {"rmse", "mae", "r2"} <= set(finish_of(events).test)
    assert finish_of(events).test["r2"] > 0.3


def test_another_netloom_cannot_train_the_same_run(tmp_path: Path) -> None:
    session = begin(project(), None, tmp_path / "run")
    with contextlib.closing(train(session)) as events:
        next(events)
        with pytest.raises(NetloomError, match="another Netloom"):
            next(train(session))


def test_a_finished_run_asks_for_more_epochs(tmp_path: Path) -> None:
    trained(begin(project(epochs=1), None, tmp_path / "run"))
    with pytest.raises(NetloomError, match="ask for more"):
        resume(tmp_path / "run")


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_training_on_cuda(tmp_path: Path, precision: str) -> None:
    plan = project(cnn(), device="cuda", precision=precision, epochs=20, learning_rate=0.01)
    events = trained(begin(plan, None, tmp_path / "run"))
    assert finish_of(events).test["accuracy"] > 0.8
    again = trained(resume(tmp_path / "run", epochs=21))
    assert finish_of(again).epoch == 21


@pytest.mark.gpu
@pytest.mark.parametrize("optimiser", ["sgd", "rmsprop"])
def test_an_exploding_loss_on_cuda_keeps_good_weights(tmp_path: Path, optimiser: str) -> None:
    plan = project(device="cuda", optimiser=optimiser, learning_rate=1000.0, loss="mse", epochs=500)
    finished = finish_of(trained(begin(plan, None, tmp_path / "run")))
    if finished.status == "failed":
        assert "learning rate" in (finished.reason or "")
    assert all(torch.isfinite(one).all() for one in weights_of(tmp_path / "run", WEIGHTS).values())
