"""A generator against a discriminator: roles, turns, losses, repeating and continuing exactly, samples over time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.project.project_check import check_project
from app.protocol.events import Epoch, Points, Started
from app.training.gan import snapshots
from app.training.gan.gan_step import GanStepper
from app.training.gan.nearest_neighbour_test import neighbour_accuracy
from app.training.gan.roles import RolesError, roles
from app.training.gan.sampling import between, fixed_noise, fresh_samples, generate, interpolate
from app.training.objectives.adversarial import Adversarial
from app.training.runs import Run
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model, resume
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.catalogue import parse_layer
from graph.network import Connection, Network
from graph.project import Project
from graph.shapes import image, vector
from tests.app.training.projects import DIGITS
from tests.app.training.test_trainer import assert_same, finish_of, losses_of, trained, weights_of

Layers = list[tuple[str, str, dict[str, Any]]]

GENERATOR: Layers = [
    ("dense1", "dense", {"units": 16}),
    ("norm1", "batch_norm", {}),
    ("relu1", "relu", {}),
    ("dense2", "dense", {"units": 64}),
    ("picture", "reshape", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
]
JUDGE: Layers = [
    ("flat", "flatten", {}),
    ("dense3", "dense", {"units": 16}),
    ("leaky", "leaky_relu", {}),
    ("drop", "dropout", {}),
    ("verdict", "dense", {"units": 1}),
]
WAY = ("noise1", *(id_ for id_, _, _ in GENERATOR), *(id_ for id_, _, _ in JUDGE), "made")


def drawn(*, tied: bool = True, judge: Layers = JUDGE) -> Document:
    """A small GAN: noise to pictures to verdicts, and digits to verdicts by twins of the same layers."""
    document = Document()
    noise = ("noise1", "noise", {"shape": {"kind": "vector", "sizes": [4]}})
    data = ("digits", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}})
    twins = [(f"{id_}_twin", kind, settings) for id_, kind, settings in judge]
    with document.transaction("Draw"):
        for way in ([noise, *GENERATOR, *judge, ("made", "output", {})], [data, *twins, ("real", "output", {})]):
            last = ""
            for id_, kind, settings in way:
                document.add(parse_layer(kind, settings, id_), (0.0, 0.0), id_)
                if last:
                    document.connect(Connection(last, "out", id_, "in"))
                last = id_
        for id_, _, _ in judge if tied else ():
            document.tie(f"{id_}_twin", id_)
    return document


def gan(network: Network | None = None, **plan: Any) -> Project:
    settings = {"objective": "adversarial", "epochs": 3, "threads": 1, "device": "cpu", **plan}
    return Project(network or drawn().network, {"data": DIGITS, "plan": settings})


def problems(project: Project) -> list[str]:
    return [problem.message for problem in check_project(project, None).problems]


# Roles


def test_noise_and_data_tell_who_is_who() -> None:
    found = roles(drawn().network)
    assert found.generator == tuple(id_ for id_, _, _ in GENERATOR)
    assert set(found.discriminator) == {id_ for id_, _, _ in JUDGE}
    assert (found.noise, found.data, found.generated, found.real) == (("noise1",), "digits", "made", "real")
    assert (found.meets.source, found.meets.target) == ("picture", "flat")
    assert problems(gan()) == []


def test_weights_that_are_not_shared_are_shared_by_the_repair() -> None:
    document = drawn(tied=False)
    report = check_project(gan(document.network), None)
    fault = next(problem for problem in report.problems if "different weights" in problem.message)
    fault.fixes[0].apply(document)
    assert problems(gan(document.network)) == []


def test_real_samples_that_are_missing_are_brought_in_by_the_repair() -> None:
    document = drawn()
    with document.transaction("Cut"):
        for id_ in ("digits", "real", *(f"{id_}_twin" for id_, _, _ in JUDGE)):
            document.remove(id_)
    report = check_project(gan(document.network), None)
    fault = next(problem for problem in report.problems if "real ones must come" in problem.message)
    assert fault.layer == "made"
    fault.fixes[0].apply(document)
    assert problems(gan(document.network)) == []
    assert len(roles(document.network).twins) == len(JUDGE)


def test_a_plan_without_noise_and_noise_without_the_plan_are_told_with_repairs() -> None:
    supervised = gan(objective="supervised")
    fault = next(one for one in check_project(supervised, None).problems if one.layer == "noise1")
    document = Document(supervised.network, supervised.sections)
    fault.fixes[0].apply(document)
    assert document.sections["plan"]["objective"] == "adversarial"  # type: ignore[index]
    bare = Document()
    with pytest.raises(RolesError, match="needs Noise"):
        roles(bare.network)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda document: document.disconnect(document.network.at("flat", "in")), "leads to no output"),
        (lambda document: document.set_values("picture", shape=image(4, 4, 4)), "must be alike"),
        (lambda document: [document.set_values(id_, units=2) for id_ in ("verdict", "verdict_twin")], "vector of 1"),
    ],
)
def test_what_does_not_fit_is_told(edit: Any, said: str) -> None:
    document = drawn()
    with document.transaction("Spoil"):
        edit(document)
    assert any(said in message for message in problems(gan(document.network)))


def test_a_plateau_has_no_meaning_for_a_gan(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="plateau"):
        begin(gan(schedule="plateau"), None, tmp_path / "run")


def test_a_generator_without_weights_is_refused(tmp_path: Path) -> None:
    document = drawn()
    with document.transaction("Take out"):
        document.set_values("noise1", shape=vector(64))
        for id_ in ("dense1", "norm1", "relu1", "dense2"):
            document.remove(id_)
        document.connect(Connection("noise1", "out", "picture", "in"))
    with pytest.raises(NetloomError, match="generator has nothing to learn"):
        begin(gan(document.network), None, tmp_path / "run")


# Steps


def test_each_learns_from_its_own_loss_alone(tmp_path: Path) -> None:
    """With a generator that never has its turn, only the discriminator's weights move."""
    session = begin(gan(epochs=1, discriminator_steps=1000), None, tmp_path / "run")
    before = {name: one.detach().clone() for name, one in session.model.module.named_parameters()}
    trained(session)
    moved = {name for name, one in session.model.module.named_parameters() if not torch.equal(one, before[name])}
    assert moved == {"dense3.weight", "dense3.bias", "verdict.weight", "verdict.bias"}


def test_a_first_step_is_the_one_that_torch_takes(tmp_path: Path) -> None:
    """Plain gradient descent written out with torch's own optimisers gives the same weights."""
    judge = [one for one in JUDGE if one[1] != "dropout"]
    plan: dict[str, Any] = {
        "optimiser": "sgd",
        "momentum": 0.0,
        "learning_rate": 0.1,
        "discriminator_rate": 0.05,
        "batch_size": 400,
    }
    session = begin(gan(drawn(judge=judge).network, epochs=1, label_smoothing=0.1, **plan), None, tmp_path / "run")
    aim = session.model.objective
    assert isinstance(aim, Adversarial)
    twin = Model.build(session.run.project)
    other = twin.objective
    assert isinstance(other, Adversarial)
    generator, discriminator = other.gan.generator, other.gan.discriminator
    twin.module.train()
    batch = next(session.train.epoch(0, 0, 400))
    torch.random.set_rng_state(session.random["cpu"])
    (noise,) = other.gan.batch_noise(batch.size, twin.device)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    made_samples = generator(noise)
    real, false = discriminator(batch.inputs[0]), discriminator(made_samples.detach())
    cost = (loss(real, torch.full_like(real, 0.9)) + loss(false, torch.zeros_like(false))) / 2
    cost.backward()  # type: ignore[no-untyped-call]
    torch.optim.SGD(discriminator.parameters(), lr=0.05).step()
    verdict = discriminator(made_samples)
    answer = loss(verdict, torch.ones_like(verdict))
    for one in generator.parameters():
        one.grad = None
    answer.backward()  # type: ignore[no-untyped-call]
    torch.optim.SGD(generator.parameters(), lr=0.1).step()
    points = next(event for event in train(session) if isinstance(event, Points))
    assert points.loss[0] == pytest.approx(cost.item(), rel=1e-5)
    assert points.others["generator_loss"][0] == pytest.approx(answer.item(), rel=1e-5)
    for name, one in session.model.module.named_parameters():
        torch.testing.assert_close(one, dict(twin.module.named_parameters())[name], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("loss", "activation"), [("non_saturating", ""), ("least_squares", "linear"), ("minimax", "")])
def test_least_squares_reads_the_outputs_as_they_are(loss: str, activation: str) -> None:
    model = Model.build(gan(adversarial_loss=loss))
    assert {head.final_activation for head in model.objective.heads} == {activation}


@pytest.mark.parametrize("loss", ["non_saturating", "least_squares", "minimax"])
def test_losses_where_the_discriminator_can_only_guess(loss: str) -> None:
    aim = Model.build(gan(adversarial_loss=loss)).objective
    assert isinstance(aim, Adversarial)
    guess = torch.full((5, 1), 0.5 if loss == "least_squares" else 0.0)
    wanted = {"non_saturating": (math.log(2), math.log(2)), "minimax": (math.log(2), -math.log(2))}
    both = aim.gan.discriminator_loss(guess, guess).item(), aim.gan.generator_loss(guess).item()
    assert both == pytest.approx(wanted.get(loss, (0.25, 0.25)))


def test_a_sigmoid_at_the_end_changes_no_loss() -> None:
    ended = Model.build(gan(drawn(judge=[*JUDGE, ("share", "sigmoid", {})]).network)).objective
    plain = Model.build(gan()).objective
    assert isinstance(ended, Adversarial) and isinstance(plain, Adversarial)
    scores = torch.linspace(-3, 3, 7).unsqueeze(1)
    for name in ("discriminator_loss", "generator_loss"):
        count = 2 if name == "discriminator_loss" else 1
        found = getattr(ended.gan, name)(*[scores.sigmoid()] * count)
        torch.testing.assert_close(found, getattr(plain.gan, name)(*[scores] * count), rtol=1e-4, atol=1e-5)


def test_the_generator_waits_for_its_turn(tmp_path: Path) -> None:
    events = trained(begin(gan(discriminator_steps=3, batch_size=50), None, tmp_path / "run"))
    answers = np.concatenate([event.others["generator_loss"] for event in events if isinstance(event, Points)])
    turns = np.arange(1, len(answers) + 1) % 3 == 0
    assert np.array_equal(np.isfinite(answers), turns)


# Runs


def test_the_same_seed_repeats_and_a_run_continues_exactly(tmp_path: Path) -> None:
    plan: dict[str, Any] = {"epochs": 4, "batch_size": 40, "discriminator_steps": 2}
    whole = begin(gan(**plan), None, tmp_path / "whole")
    trained(whole)
    again = begin(gan(**plan), None, tmp_path / "again")
    stopping = train(again)
    for event in stopping:
        if isinstance(event, Points) and event.step[-1] >= 13:
            again.control.stop()
    assert again.position.steps < whole.position.steps
    late = tmp_path / "again" / "made" / "000009999.npy"  # as if a crash had come between samples and checkpoint
    late.write_bytes(b"")
    trained(resume(tmp_path / "again"))
    assert_same(weights_of(tmp_path / "whole"), weights_of(tmp_path / "again"))
    assert not late.exists()
    times = snapshots.snapshot_steps(tmp_path / "whole")
    assert set(times) <= set(snapshots.snapshot_steps(tmp_path / "again"))
    for step in times:
        first, second = (snapshots.read_snapshot(tmp_path / name, step) for name in ("whole", "again"))
        np.testing.assert_array_equal(first, second)
    both = [Run.open(tmp_path / name).history() for name in ("whole", "again")]
    np.testing.assert_array_equal(both[0].others["generator_loss"], both[1].others["generator_loss"])


def test_a_loss_that_is_no_number_ends_the_training(tmp_path: Path) -> None:
    session = begin(gan(epochs=8), None, tmp_path / "run")
    events = []
    for event in train(session):
        events.append(event)
        if isinstance(event, Epoch):
            with torch.no_grad():
                dict(session.model.module.named_parameters())["dense1.bias"][0] = math.nan
    finished = finish_of(events)
    assert finished.status == "failed"
    assert finished.reason is not None and "no longer a number" in finished.reason
    assert np.isfinite(losses_of(events)).all()
    kept = weights_of(tmp_path / "run")
    assert all(one.isfinite().all() for name, one in kept.items() if "dense3" in name)


def test_metrics_say_what_was_measured(tmp_path: Path) -> None:
    events = trained(begin(gan(), None, tmp_path / "run"))
    assert isinstance(events[0], Started)
    named = {"loss", "real_accuracy", "made_accuracy", "generator_loss"}
    assert set(events[0].metrics) == named
    finished = finish_of(events)
    assert set(finished.test) == named | {"neighbour_accuracy"}
    assert all(0 <= finished.test[name] <= 1 for name in finished.test if name.endswith("accuracy"))
    assert finished.best_epoch is None  # no epoch is better than another by a loss of two rivals


def test_a_nearest_neighbour_tells_kinds_apart_only_where_they_differ() -> None:
    rng = torch.Generator().manual_seed(0)
    one, other = (torch.randn(300, 2, generator=rng) for _ in range(2))
    assert neighbour_accuracy(one, other) == pytest.approx(0.5, abs=0.1)
    assert neighbour_accuracy(one, other + 20) == 1
    assert neighbour_accuracy(one, one + 1e-4) < 0.05  # copies


# Samples


def test_samples_over_time_begin_with_the_first_weights_and_end_with_the_last(tmp_path: Path) -> None:
    session = begin(gan(), None, tmp_path / "run")
    first = generate(session.model, fixed_noise(session.model))
    trained(session)
    times = snapshots.snapshot_steps(tmp_path / "run")
    assert (times[0], times[-1]) == (0, session.position.steps)
    np.testing.assert_array_equal(snapshots.read_snapshot(tmp_path / "run", 0), first)
    _, model = load_model(tmp_path / "run")
    last = generate(model, fixed_noise(model))
    np.testing.assert_allclose(snapshots.read_snapshot(tmp_path / "run", times[-1]), last, atol=1e-5)
    assert last.shape == (snapshots.MOST_SAMPLES, 1, 8, 8)
    assert not np.allclose(first, last)


def test_fresh_samples_follow_from_their_seed_and_a_walk_begins_and_ends_at_its_points() -> None:
    model = Model.build(gan())
    model.module.eval()
    np.testing.assert_array_equal(fresh_samples(model, 5, 1), fresh_samples(model, 5, 1))
    assert not np.allclose(fresh_samples(model, 5, 1), fresh_samples(model, 5, 2))
    ends = generate(model, fixed_noise(model))
    way = interpolate(model, 2, 7, 9)
    np.testing.assert_allclose(way[[0, -1]], ends[[2, 7]], atol=1e-4)
    with pytest.raises(NetloomError, match="choose two"):
        interpolate(model, 0, 10_000, 5)


def test_a_round_way_keeps_its_distance_from_the_middle() -> None:
    rng = np.random.default_rng(0)
    first, last = rng.standard_normal((2, 32)).astype(np.float32)
    lengths = np.linalg.norm(between(first, last, 11, round=True), axis=1)
    assert lengths.min() > 0.99 * min(np.linalg.norm(first), np.linalg.norm(last))
    assert np.linalg.norm(between(first, last, 11, round=False), axis=1).min() < lengths.min()
    np.testing.assert_array_equal(between(first, first, 3, round=True)[1], first)


def test_broken_samples_are_told(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "000000005.npy").write_bytes(b"no")
    assert snapshots.snapshot_steps(tmp_path) == [5]
    with pytest.raises(NetloomError, match="cannot be read"):
        snapshots.read_snapshot(tmp_path, 5)


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "rmsprop"])
def test_deferred_steps_learn_the_same_and_nothing_from_a_bad_loss_on(tmp_path: Path, optimiser: str) -> None:
    """What CUDA does without waiting for the device, here on the processor."""
    weights = []
    for name, direct in (("direct", True), ("deferred", False)):
        session = begin(gan(optimiser=optimiser), None, tmp_path / name)
        torch.manual_seed(0)
        session.model.module.train()
        one = session.stepper()
        assert isinstance(one, GanStepper)
        one._direct = direct
        batches = list(session.train.epoch(0, 0, 60))
        for batch in batches[:3]:
            one.step(batch, 0.01)
        kept = session.weights.copy()
        with torch.no_grad():
            dict(session.model.module.named_parameters())["dense1.bias"][0] = math.nan
        for batch in batches[3:]:
            one.step(batch, 0.01)
        assert len(one.collect()) == 3
        assert len(one.other_losses["generator_loss"]) == 3
        assert one.diverged
        judge = dict(session.model.module.named_parameters())["verdict.weight"]
        assert judge.isfinite().all()
        weights.append(kept)
    for first, second in zip(weights[0][0], weights[1][0], strict=True):
        torch.testing.assert_close(first, second, rtol=1e-5, atol=1e-6)
