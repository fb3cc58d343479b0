"""Samples of unequal length: padding takes no part in states, losses and metrics."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.inference.evaluate import evaluate
from app.protocol.events import Finished
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin
from graph.document import Document
from graph.layers.catalogue import parse_layer
from graph.network import Connection, Network
from graph.project import Project
from tests.app.training.projects import chain, project

ADDITION: dict[str, Any] = {
    "source": "binary_addition",
    "options": {"samples": 60, "bits": 6, "shortest": 2},
}
BRACKETS: dict[str, Any] = {"source": "brackets", "options": {"samples": 60, "longest": 8, "shortest": 2}}


def adder(*squash: tuple[str, str, dict[str, Any]], loss: str) -> Project:
    """A GRU that answers at each step."""
    network = chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [None, 2]}}),
        ("gru1", "gru", {"hidden_size": 8, "output_mode": "sequence"}),
        ("dense1", "time_distributed_dense", {"units": 1}),
        *squash,
        ("output1", "output", {"loss": loss}),
    )
    return project(network, ADDITION, epochs=1)


def judge() -> Network:
    """A bidirectional LSTM that reads strings of brackets by their own lengths."""
    document = Document()
    layers: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("input1", "input", {"shape": {"kind": "tokens", "sizes": [8]}}),
        ("embedding1", "embedding", {"vocabulary": 7, "size": 4}),
        ("lstm1", "lstm", {"hidden_size": 6, "bidirectional": True, "lengths": True}),
        ("dense1", "dense", {"units": 2}),
        ("output1", "output", {}),
    )
    with document.transaction("Draw"):
        for place, (name, kind, values) in enumerate(layers):
            document.add(parse_layer(kind, values, name), (224.0 * place, 0.0), name)
        length = {"shape": {"kind": "vector", "sizes": [1]}, "field": "length"}
        document.add(parse_layer("input", length, "input2"), (224.0, 112.0), "input2")
        for (source, *_), (target, *_) in itertools.pairwise(layers):
            document.connect(Connection(source, "out", target, "in"))
        document.connect(Connection("input2", "out", "lstm1", "lengths"))
    return document.network


@pytest.mark.parametrize("loss", ["mse", "mae", "half_squares", "bce"])
def test_losses_and_metrics_are_those_of_the_own_steps(loss: str) -> None:
    squash: list[tuple[str, str, dict[str, Any]]] = [("sigmoid1", "sigmoid", {})] if loss == "bce" else []
    model = Model.build(adder(*squash, loss=loss))
    part = model.prepared.train
    found = model.measure(model.feed(part))
    answers = model.predict(model.feed(part))[0].astype(np.float64)
    targets, lengths = np.asarray(part.arrays["sum"], np.float64), np.asarray(part.arrays["length"])
    own = np.arange(targets.shape[1]) < lengths
    assert not own.all()
    said, true = answers[own], targets[own]
    wanted = {
        "mse": np.square(said - true).mean(),
        "mae": np.abs(said - true).mean(),
        "half_squares": 0.5 * np.square(said - true).sum() / len(targets),
        "bce": -(true * np.log(said) + (1 - true) * np.log(1 - said)).mean() if loss == "bce" else 0.0,
    }[loss]
    assert found["loss"] == pytest.approx(wanted, rel=1e-5)
    if loss == "bce":
        assert found["accuracy"] == pytest.approx(((said > 0.5) == (true > 0.5)).mean())
    else:
        assert found["rmse"] == pytest.approx(np.sqrt(np.square(said - true).mean()), rel=1e-5)
        assert found["mae"] == pytest.approx(np.abs(said - true).mean(), rel=1e-5)


def test_no_gradient_comes_from_padding() -> None:
    model = Model.build(adder(loss="mse"))
    batch = next(model.feed(model.prepared.train).in_order(16))
    loss, answers = model.loss(batch)
    answers.retain_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    padding = batch.targets[0].isnan()
    assert padding.any()
    assert not answers.grad[padding].any()
    assert answers.grad[~padding].all()


def test_what_fills_up_a_string_changes_no_answer() -> None:
    model = Model.build(project(judge(), BRACKETS))
    batch = next(model.feed(model.prepared.train).in_order(32))
    strings, lengths = batch.inputs
    other = strings.clone()
    other[torch.arange(strings.shape[1]) >= lengths] = 3
    assert not torch.equal(other, strings)
    with model.evaluating():
        torch.testing.assert_close(model.forward((other, lengths)), model.forward((strings, lengths)))


def test_a_run_on_samples_of_unequal_length_is_trained_tested_and_told(tmp_path: Path) -> None:
    session = begin(adder(("sigmoid1", "sigmoid", {}), loss="bce"), None, tmp_path / "run")
    finished = list(train(session))[-1]
    assert isinstance(finished, Finished)
    assert finished.status == "completed"
    assert 0 <= finished.test["accuracy"] <= 1
    evaluation = evaluate(tmp_path / "run")
    assert np.isnan(evaluation.predictions.true).any()
    assert np.isfinite(evaluation.worst.loss).all()
