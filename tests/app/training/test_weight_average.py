"""The moving average of weights: by its formula, in use for a while, kept by a run, and resumed bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from app.inference.evaluate import evaluate
from app.protocol.events import Epoch
from app.training.trainer import train
from app.training.training_session import begin, resume
from app.training.weight_average import WeightAverage
from app.training.weights import Weights
from tests.app.training.projects import project


def test_the_average_follows_its_formula_and_is_lent_to_the_module() -> None:
    module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    weights = Weights(module)
    average = WeightAverage(weights, 0.5)
    by_hand = [tensor.clone() for tensor in (*weights.tensors, weights.buffers) if tensor is not None]
    for step in range(1, 6):
        for tensor in (*weights.tensors, weights.buffers):
            assert tensor is not None
            tensor.add_(float(step))
        average.after(step)
        decay = min(0.5, (1 + step) / (10 + step))
        assert weights.buffers is not None
        now = (*weights.tensors, weights.buffers)
        by_hand = [decay * mine + (1 - decay) * own for mine, own in zip(by_hand, now, strict=True)]
    tensors, buffers = average.saved
    assert buffers is not None
    for mine, expected in zip((*tensors, buffers), by_hand, strict=True):
        torch.testing.assert_close(mine, expected)
    last = weights.copy()
    with pytest.raises(ValueError, match="leaves"), average.in_use():
        assert torch.equal(weights.tensors[0], tensors[0])
        raise ValueError("leaves")
    assert torch.equal(weights.tensors[0], last[0][0])


def kept(run: Path) -> dict[str, torch.Tensor]:
    return load_file(run / "weights.safetensors")


def test_a_run_keeps_the_average_and_resumes_to_the_same_bits(tmp_path: Path) -> None:
    averaged = project(ema=0.9, keep_best=False, epochs=4)
    list(train(begin(averaged, None, tmp_path / "whole")))
    session = begin(averaged, None, tmp_path / "parts")
    for event in train(session):
        if isinstance(event, Epoch) and event.epoch == 2:
            session.control.stop()
    list(train(resume(tmp_path / "parts")))
    whole, parts = kept(tmp_path / "whole"), kept(tmp_path / "parts")
    assert whole.keys() == parts.keys() and all(torch.equal(whole[name], parts[name]) for name in whole)
    list(train(begin(project(keep_best=False, epochs=4), None, tmp_path / "plain")))
    plain = kept(tmp_path / "plain")
    assert not torch.equal(plain["dense1.weight"], whole["dense1.weight"])


def test_what_is_tested_is_the_average(tmp_path: Path) -> None:
    *_, finished = train(begin(project(ema=0.9, epochs=3), None, tmp_path / "run"))
    assert evaluate(tmp_path / "run").metrics["loss"] == pytest.approx(finished.to_json()["test"]["loss"], rel=1e-5)
