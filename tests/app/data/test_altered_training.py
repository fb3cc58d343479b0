"""Training on samples that are altered anew each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.data.batch_preview import first_batch
from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.training.batches import Feed
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, resume
from tests.app.training.projects import DIGITS, cnn, project

ALTERED: dict[str, Any] = {**DIGITS, "augment": {"shift": 0.2, "noise": 0.3, "mixup": 0.4}}


def feed(section: dict[str, Any]) -> Feed:
    prepared = prepare(DataChoice.parse(section))
    return Feed(prepared.train, ["image"], ["digit"], torch.device("cpu"), augment=prepared.choice.augment)


def test_an_epoch_is_altered_and_what_is_read_in_order_is_not() -> None:
    plain, altered = feed(DIGITS), feed(ALTERED)
    for before, after in zip(plain.epoch(3, 0, 32), altered.epoch(3, 0, 32), strict=True):
        assert after.inputs[0].shape == before.inputs[0].shape
        assert not torch.equal(after.inputs[0], before.inputs[0])
        assert torch.equal(after.targets[0], before.targets[0])
        assert 0.5 <= after.mixup_lambda < 1 and sorted(after.mixup_targets[0].tolist()) == sorted(
            before.targets[0].tolist()
        )
    for before, after in zip(plain.in_order(64), altered.in_order(64), strict=True):
        assert torch.equal(after.inputs[0], before.inputs[0]) and not after.mixup_targets


def test_an_epoch_that_is_begun_in_its_middle_goes_on_alike() -> None:
    whole, rest = list(feed(ALTERED).epoch(3, 1, 32)), list(feed(ALTERED).epoch(3, 1, 32, start=4))
    for before, after in zip(whole[4:], rest, strict=True):
        assert torch.equal(before.inputs[0], after.inputs[0]) and before.mixup_lambda == after.mixup_lambda


def test_the_preview_is_the_first_batch_of_training() -> None:
    found = first_batch(prepare(DataChoice.parse(ALTERED)), 32, seed=3)
    (batch, *_) = feed(ALTERED).epoch(3, 0, 32)
    np.testing.assert_allclose(found.after, batch.inputs[0].numpy(), atol=1e-5)
    np.testing.assert_array_equal(found.target, batch.targets[0].numpy())
    np.testing.assert_array_equal(found.target[found.partner], batch.mixup_targets[0].numpy())


@pytest.mark.parametrize("steps", [1, 9, 15])
def test_resuming_in_mid_epoch_changes_nothing(tmp_path: Path, steps: int) -> None:
    given = project(data=ALTERED, epochs=2, seed=5)
    one = begin(given, None, tmp_path / "whole")
    list(train(one))
    two = begin(given, None, tmp_path / "parts", paused=True)
    events = train(two)
    while two.position.steps < steps:
        two.control.step()
        next(events)
    events.close()
    assert two.position.epochs < 2
    three = resume(tmp_path / "parts")
    list(train(three))
    for name, value in one.model.module.state_dict().items():
        assert torch.equal(value, three.model.module.state_dict()[name]), name


def test_the_loss_of_mixed_samples_is_shared_out_as_they_were_mixed() -> None:
    model = Model.build(project(cnn()))
    mixed = next(iter(feed(ALTERED).epoch(3, 0, 32)))
    with torch.no_grad():
        own = model.loss(mixed._replace(mixup_targets=()))[0]
        other = model.loss(mixed._replace(targets=mixed.mixup_targets, mixup_targets=()))[0]
        both = model.loss(mixed)[0]
    assert 0.5 <= mixed.mixup_lambda < 1
    assert both.item() == pytest.approx(mixed.mixup_lambda * own.item() + (1 - mixed.mixup_lambda) * other.item())
