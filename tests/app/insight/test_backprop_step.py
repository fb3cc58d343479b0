"""Training by hand, one step at a time: held against torch's own steps and against arithmetic on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from app.insight import backprop_step
from app.insight.backprop_step import MOST_SAMPLES, MOST_VALUES, MOST_WEIGHTS, BackpropSession, Watched, copy_of, record
from app.project.presets import preset
from app.protocol.backprop_messages import BackpropStepTaken, TakeBackpropStep
from app.protocol.framing import Decoder, encode
from app.protocol.messages import OpenProject
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model
from app.worker.backprop_requests import SessionCache
from app.worker.handlers import answer
from graph.errors import NetloomError
from graph.project import Project, project_json
from tests.app.training.projects import chain, cnn, mlp, project

PLAIN = {"optimiser": "sgd", "momentum": 0.0, "learning_rate": 0.1}


def fresh(made: Project) -> Watched:
    """A project's network with weights drawn from the plan's seed."""
    return copy_of(Model.build(made, None, "cpu"))


def with_plan(name: str, **plan: Any) -> Project:
    found = preset(name).project
    return replace(found, sections={**found.sections, "plan": plan})


def test_the_smallest_mlp_on_paper() -> None:
    """3 inputs, 3 tanh units, 1 output: each gradient by the chain rule, with numpy alone."""
    model = fresh(with_plan("mlp_3_3_1", **PLAIN, loss="half_squares"))
    step = BackpropSession(model, 1).step(0)
    old = {name: weight.before.double().numpy() for name, weight in step.weights.items()}
    x = step.values["flatten1"][0].double().numpy()
    target = step.batch.targets[0].double().numpy().reshape(-1)
    z = old["dense1.weight"] @ x + old["dense1.bias"]
    h = np.tanh(z)
    o = old["dense2.weight"] @ h + old["dense2.bias"]
    assert step.values["tanh1"][0].numpy() == pytest.approx(h, abs=1e-6)
    assert step.loss == pytest.approx(0.5 * (target - o) @ (target - o), abs=1e-6)
    out = o - target
    back = old["dense2.weight"].T @ out
    slope = back * (1 - h * h)
    paper = {
        "dense2.weight": np.outer(out, h),
        "dense2.bias": out,
        "dense1.weight": np.outer(slope, x),
        "dense1.bias": slope,
    }
    assert step.gradients["tanh1"][0].numpy() == pytest.approx(back, abs=1e-6)
    assert step.gradients["dense1"][0].numpy() == pytest.approx(slope, abs=1e-6)
    for name, weight in step.weights.items():
        assert weight.gradient.numpy() == pytest.approx(paper[name], abs=1e-6), name
        assert weight.after.numpy() == pytest.approx(old[name] - 0.1 * paper[name], abs=1e-6), name
    assert step.norm == pytest.approx(np.sqrt(sum((one**2).sum() for one in paper.values())), rel=1e-5)
    assert step.after < step.loss


def test_step_units_pass_no_gradient() -> None:
    step = BackpropSession(fresh(preset("step_mlp").project), 4).step(0)
    assert {float(step.gradients[id_].abs().sum()) for id_ in ("dense1", "step1", "dense2")} == {0.0}
    assert float(step.gradients["step2"].abs().sum()) > 0
    assert step.norm == 0.0
    assert all(torch.equal(weight.before, weight.after) for weight in step.weights.values())


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("name", ["scenes_fcn", "frames_cnn_gru", "sentences_lstm", "dates_attention"])
def test_the_loss_at_steps_and_pixels_is_written_out(name: str, smoothing: float) -> None:
    made = preset(name).project
    plan = made.sections["plan"]
    assert isinstance(plan, Mapping)
    made = replace(made, sections={**made.sections, "plan": {**plan, "label_smoothing": smoothing}})
    session = BackpropSession(fresh(made), 1)
    step = session.step(0)
    written = record(session, step).heads[0].samples[0]
    assert written.total == pytest.approx(step.loss, rel=1e-4)
    assert written.count > 1 and ("smoothed" in written.formula) is bool(smoothing)


SMALL = {"train": 0.05, "validation": 0.05, "test": 0.9}


def small(name: str, **plan: Any) -> Project:
    """A preset on little data."""
    found = preset(name).project
    data = found.sections["data"]
    assert isinstance(data, Mapping)
    return replace(found, sections={"data": {**data, "split": SMALL}, "plan": plan})


@pytest.mark.parametrize(
    "made",
    [
        small("xor_mlp", optimiser="adam"),
        small("iris_softmax", optimiser="sgd", momentum=0.9, weight_decay=0.01),
        small("seasons_lstm", optimiser="rmsprop", momentum=0.0, schedule="one_cycle"),
        project(cnn(), optimiser="adamw", clip=0.01),
    ],
)
def test_it_takes_the_steps_of_real_training(made: Project, tmp_path: Any) -> None:
    """As many steps as an epoch has: then the weights are those that the trainer ends with."""
    section = made.sections["plan"]
    assert isinstance(section, Mapping)
    plan = {**section, "epochs": 1, "batch_size": 16, "seed": 3, "device": "cpu"}
    made = replace(made, sections={**made.sections, "plan": plan})
    session = begin(made, None, tmp_path / "run")
    rehearsal = BackpropSession(fresh(made), 16)
    list(train(session))
    assert session.position.steps == rehearsal.per_epoch
    rehearsal.step(rehearsal.per_epoch - 1)
    state = rehearsal.model.module.state_dict()
    for key, one in session.model.module.state_dict().items():
        assert torch.allclose(state[key].float(), one.float(), atol=1e-4), key


def test_gradients_of_layers_are_those_of_autograd() -> None:
    model = fresh(project(cnn(), optimiser="sgd"))
    rehearsal = BackpropSession(model, 8)
    step = rehearsal.step(0)
    module = fresh(project(cnn(), optimiser="sgd")).module
    x = step.batch.inputs[0].clone().requires_grad_()
    maps = module.get_submodule("conv1")(x)
    maps.retain_grad()
    hidden = module.get_submodule("conv2")(torch.relu(maps))
    scores = module.get_submodule("dense1")(hidden.flatten(1))
    torch.autograd.backward(F.cross_entropy(scores, step.batch.targets[0]))
    assert x.grad is not None
    assert maps.grad is not None
    assert torch.allclose(step.gradients["input1"], x.grad, atol=1e-7)
    assert torch.allclose(step.gradients["conv1"], maps.grad, atol=1e-7)


def test_going_back_gives_the_same_numbers() -> None:
    rehearsal = BackpropSession(fresh(project(mlp())), 8)  # with dropout and batch normalisation
    first = [rehearsal.step(number) for number in range(3)]
    again = rehearsal.step(1)
    assert (again.loss, again.after) == (first[1].loss, first[1].after)
    assert all(torch.equal(again.weights[name].after, one.after) for name, one in first[1].weights.items())
    assert [step.number for step in first] == [0, 1, 2]


def test_each_step_begins_where_the_last_one_ended() -> None:
    rehearsal = BackpropSession(fresh(project(cnn())), 1)
    first, second = rehearsal.step(0), rehearsal.step(1)
    assert all(torch.equal(first.weights[name].after, one.before) for name, one in second.weights.items())
    assert not torch.equal(first.batch.inputs[0], second.batch.inputs[0])


def test_a_copy_leaves_the_model_and_random_numbers_alone() -> None:
    model = Model.build(project(mlp()))
    kept = {name: one.clone() for name, one in model.module.state_dict().items()}
    random = torch.get_rng_state()
    BackpropSession(copy_of(model), 8).step(2)
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(one, kept[name]) for name, one in model.module.state_dict().items())
    begun = BackpropSession(copy_of(model), 8).step(0).weights["dense1.weight"].before
    assert torch.equal(begun, kept["dense1.weight"])


def test_the_record_is_capped() -> None:
    session = BackpropSession(fresh(project(mlp())), 50)
    told = record(session, session.step(0))
    assert told.layers["flatten1"].values.shape == (MOST_SAMPLES, MOST_VALUES)
    image, vector = told.layers["input1"], told.layers["dense1"]
    pixels = session.model.prepared.train.arrays["image"]
    assert image.maps is not None and image.maps.shape == (MOST_SAMPLES, 1, 8, 8)
    assert any(np.allclose(image.maps[0], each) for each in pixels), "the whole picture, not its first values"
    assert vector.maps is None and vector.map_gradients is None
    assert told.weights["dense1.weight"].before.shape == (min(64 * 16, MOST_WEIGHTS),)
    assert list(told.layers)[-1] == "output1"
    (head,) = told.heads
    assert len(head.samples) == MOST_SAMPLES
    assert np.array_equal(told.layers["output1"].values, told.layers["dense2"].values)
    assert told.layers["dense1"].weights == ("dense1.weight", "dense1.bias")
    assert ("input1", "flatten1") in told.connections


def test_the_loss_written_out_is_the_loss() -> None:
    for name in ("mlp_3_3_1", "iris_softmax", "xor_mlp", "step_mlp", "digits_autoencoder"):
        session = BackpropSession(fresh(preset(name).project), 6)
        step = session.step(0)
        heads = record(session, step).heads
        parts = [head.weight * np.mean([terms.total for terms in head.samples]) for head in heads]
        assert sum(parts) == pytest.approx(step.loss, rel=1e-4), name


def test_what_cannot_be_gone_through_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NetloomError, match="larger batch"):
        BackpropSession(fresh(project(mlp())), 1).step(0)
    empty = chain(("input1", "input", {}), ("relu1", "relu", {}), ("output1", "output", {}))
    with pytest.raises(NetloomError, match="nothing to learn"):
        BackpropSession(fresh(project(empty, objective="reconstruction", data={"source": "digits"})), 1)
    monkeypatch.setattr(backprop_step, "MOST_PARAMETERS", 100)
    with pytest.raises(NetloomError, match="too large to go through"):
        BackpropSession(fresh(project(mlp())), 8)


def test_requests_from_a_project_and_from_a_run(tmp_path: Path) -> None:
    made = project(cnn(), epochs=1)
    asked = TakeBackpropStep(size=4, number=1, project=OpenProject(project=project_json(made)))
    first = reply_to(asked)
    assert (first.record.number, first.record.size, first.run) == (1, 4, "")
    list(train(begin(made, None, tmp_path / "run")))
    run = reply_to(TakeBackpropStep(run=tmp_path / "run", size=4, number=1))
    assert run.run == str(tmp_path / "run")
    assert run.record.loss != first.record.loss
    with pytest.raises(NetloomError, match="size"):
        Decoder().feed(encode(replace(asked, size=cast(int, "many"))))
    with pytest.raises(NetloomError, match="up to number"):
        reply_to(replace(asked, number=10**6))


def reply_to(request: TakeBackpropStep) -> BackpropStepTaken:
    """The worker's reply, as it arrives."""
    [envelope] = Decoder().feed(encode(answer(request, load_model)))
    assert isinstance(envelope.message, BackpropStepTaken)
    return envelope.message


def test_the_next_step_costs_one_step() -> None:
    kept, made = SessionCache(), []

    def make() -> Any:
        made.append(1)
        return fresh(project(cnn()))

    first = kept.get("a", make, 4)
    assert kept.get("a", make, 4) is first
    assert kept.get("a", make, 8) is not first
    assert kept.get("b", make, 8) is not first
    assert len(made) == 3
