"""Dense layers written out: autograd's gradients, the networks that they are of, and resuming to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from app.training.dense_chain import Chain, ChainStepper, Link, find_chain
from app.training.training_session import TrainingSession, begin
from graph.build.compile import compile_network
from graph.network import Network
from tests.app.training.in_parts import resumed_in_mid_epoch
from tests.app.training.projects import chain, project

Layer = tuple[str, str, dict[str, Any]]
IMAGE: Layer = ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}})
FLAT: Layer = ("flatten1", "flatten", {})
OUTPUT: Layer = ("output1", "output", {})


def dense(number: int, units: int, **settings: Any) -> Layer:
    return f"dense{number}", "dense", {"units": units, **settings}


def network(activation: str = "relu", **settings: Any) -> Network:
    behind: Layer = (f"{activation}1", activation, {})
    return chain(IMAGE, FLAT, dense(1, 12, **settings), behind, dense(2, 10), OUTPUT)


def gradients(session: TrainingSession, autograd: bool) -> tuple[float, dict[str, Tensor]]:
    """Loss and gradients of the first batch, with or without autograd's walk back."""
    stepper = session.stepper()
    assert isinstance(stepper, ChainStepper)
    batch = next(session.train.epoch(0, 0, 32))
    loss, _ = super(ChainStepper, stepper)._backward(batch) if autograd else stepper._backward(batch)
    found = session.weights.by_parameter(session.weights.gradients)
    return float(loss), {name: gradient.clone() for name, gradient in found.items()}


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("settings", [{}, {"bias": False}], ids=["bias", "no bias"])
@pytest.mark.parametrize("plan", [{}, {"label_smoothing": 0.1}, {"loss": "mse"}], ids=["plain", "smoothed", "mse"])
def test_loss_and_gradients_are_autograds(
    tmp_path: Path, activation: str, settings: dict[str, Any], plan: dict[str, Any]
) -> None:
    session = begin(project(network(activation, **settings), **plan), None, tmp_path / "run")
    assert session.model.objective.teaches_cross_entropy is (not plan)
    own, theirs = (gradients(session, autograd) for autograd in (False, True))
    assert own[0] == pytest.approx(theirs[0], rel=1e-6)
    assert own[1].keys() == theirs[1].keys() == dict(session.model.module.named_parameters()).keys()
    for name, gradient in own[1].items():
        assert gradient.abs().sum() > 0
        torch.testing.assert_close(gradient, theirs[1][name], atol=1e-7, rtol=1e-5)


def test_an_activation_at_the_end_and_several_dense_layers_in_a_row_are_a_chain(tmp_path: Path) -> None:
    layers: tuple[Layer, ...] = (IMAGE, FLAT, dense(1, 6), dense(2, 5), dense(3, 64), ("sigmoid1", "sigmoid", {}))
    shaped: tuple[Layer, ...] = (("reshape1", "reshape", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}), OUTPUT)
    whole = compile_network(chain(*layers, OUTPUT)).module
    links = (Link("dense1"), Link("dense2"), Link("dense3", "sigmoid"))
    assert find_chain(whole) == Chain(links, flattened=True)
    assert find_chain(compile_network(chain(*layers, *shaped)).module) is None


@pytest.mark.parametrize(
    "layers",
    [
        (IMAGE, FLAT, dense(1, 6), ("drop1", "dropout", {}), dense(2, 10), OUTPUT),
        (IMAGE, FLAT, ("relu1", "relu", {}), dense(1, 10), OUTPUT),
        (IMAGE, FLAT, dense(1, 6), ("relu1", "relu", {}), ("tanh1", "tanh", {}), dense(2, 10), OUTPUT),
        (IMAGE, ("conv1", "conv2d", {"filters": 2}), FLAT, dense(1, 10), OUTPUT),
    ],
    ids=["dropout", "activation first", "two activations", "convolution"],
)
def test_other_networks_are_none(layers: tuple[Layer, ...]) -> None:
    assert find_chain(compile_network(chain(*layers)).module) is None


def test_the_steps_of_a_sequence_are_left_to_autograd(tmp_path: Path) -> None:
    session = begin(project(network()), None, tmp_path / "run")
    batch = next(session.train.epoch(0, 0, 4))
    stepper = ChainStepper(session.model, session.weights, session.optimiser, Chain((Link("dense1"),), flattened=False))
    assert batch.inputs[0].dim() == 4  # not flattened, so that layers would go over the last axis alone
    loss, outputs = stepper._backward(batch)
    assert torch.equal(outputs, session.model.loss(batch)[1])
    assert loss.item() == session.model.loss(batch)[0].item()


def test_frozen_layers_are_left_to_autograd(tmp_path: Path) -> None:
    session = begin(project(network()), None, tmp_path / "run")
    assert session.model.fast_paths == ("dense_chain",)
    frozen = session.model.module.get_parameter("dense1.weight")
    at = session.weights.names.index("dense1.weight")
    frozen.requires_grad_(False)
    del session.weights.names[at], session.weights.parameters[at]
    assert not isinstance(session.stepper(), ChainStepper)


def test_resuming_in_mid_epoch_changes_nothing(tmp_path: Path) -> None:
    assert resumed_in_mid_epoch(project(network(), epochs=2), tmp_path).model.fast_paths == ("dense_chain",)
