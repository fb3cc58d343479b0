"""Training on a CUDA device; skipped where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from app.protocol.events import Finished, Paused
from app.training import checkpoints
from app.training.batches import Batch
from app.training.plan import OPTIMISERS
from app.training.runs import CHECKPOINT, WEIGHTS
from app.training.stepping import DeferredStepper
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import TrainingSession, begin, load_model, resume
from tests.app.training.projects import chain, cnn, mlp, project

pytestmark = pytest.mark.gpu


def finish(session: TrainingSession) -> Finished:
    *_, last = train(session)
    assert isinstance(last, Finished)
    return last


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_steps_never_wait_for_the_device(tmp_path: Path, optimiser: str, precision: str) -> None:
    plan = project(cnn(), device="cuda", precision=precision, optimiser=optimiser, clip=1.0)
    session = begin(plan, None, tmp_path / "run")
    one = session.stepper()
    assert isinstance(one, DeferredStepper)
    batches = list(session.train.epoch(0, 0, 32))
    one.step(batches[0], 0.001)
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for batch in batches[1:]:
            one.step(batch, 0.001)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(one.collect()) == len(batches)
    assert not one.diverged


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_a_loss_that_becomes_nan_keeps_the_weights_of_the_step_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimiser: str
) -> None:
    straight = begin(project(mlp(), device="cuda", optimiser=optimiser), None, tmp_path / "straight", paused=True)
    for event in train(straight):
        if isinstance(event, Paused):
            straight.control.stop() if event.step == 7 else straight.control.step()
    session, steps, loss = (
        begin(project(mlp(), device="cuda", optimiser=optimiser), None, tmp_path / "run"),
        [],
        Model.loss,
    )

    def astray(model: Model, batch: Batch) -> Any:
        value, answers = loss(model, batch)
        steps.append(model.module.training)
        return (value * float("nan") if sum(steps) == 8 and steps[-1] else value), answers

    monkeypatch.setattr(Model, "loss", astray)
    finished = finish(session)
    assert (finished.status, finished.step) == ("failed", 7)
    good, _ = checkpoints.load(tmp_path / "straight" / CHECKPOINT)
    saved, _ = checkpoints.load(tmp_path / "run" / WEIGHTS)
    for name, one in checkpoints.subset(good, "weights/").items():
        torch.testing.assert_close(saved[name], one, msg=name)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_recurrent_networks_train_resume_and_load_on_the_processor(tmp_path: Path, kind: str) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [12, 1]}}),
        ("layer1", kind, {"hidden_size": 8}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    data = {"source": "sine", "options": {"window": 12}}
    finish(begin(project(network, data, device="cuda", epochs=2), None, tmp_path / "run"))
    again = finish(resume(tmp_path / "run", epochs=4))
    assert (again.status, again.epoch) == ("completed", 4)
    _, model = load_model(tmp_path / "run")
    assert model.device.type == "cuda"
    on_processor = Model.build(project(network, data, device="cpu"))
    tensors, _ = checkpoints.load(tmp_path / "run" / WEIGHTS)
    checkpoints.fill_module(on_processor.module, tensors, tmp_path)
    batch = on_processor.feed(on_processor.prepared.test).pick(0)
    with model.evaluating(), on_processor.evaluating():
        here = on_processor.forward(batch.inputs)
        there = model.forward(tuple(one.cuda() for one in batch.inputs)).cpu()
    torch.testing.assert_close(here, there, atol=1e-4, rtol=1e-4)


def test_resuming_in_mid_epoch_goes_on_from_the_same_weights(tmp_path: Path) -> None:
    straight = finish(begin(project(device="cuda"), None, tmp_path / "straight"))
    session = begin(project(device="cuda"), None, tmp_path / "parts", paused=True)
    for event in train(session):
        if isinstance(event, Paused):
            session.control.stop() if event.step == 5 else session.control.step()
    again = finish(resume(tmp_path / "parts"))
    assert again.step == straight.step
    assert again.test["loss"] == pytest.approx(straight.test["loss"], rel=1e-3)
