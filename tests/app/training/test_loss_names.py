"""What the loss of a training is called, and which two are of one kind."""

from __future__ import annotations

from typing import Any

import pytest

from app.data.data_choice import DataChoice
from app.training.loss_names import loss_in_words
from app.training.plan import Plan
from graph.document import Document
from graph.network import Network
from tests.app.training.projects import DIGITS, chain, mlp, project

BLOBS = {"source": "blobs", "options": {"clouds": 2}}
AIR = {"source": "seasons"}


def words(network: Network, data: dict[str, Any], **plan: Any) -> str:
    made = project(network, data, **plan)
    info = DataChoice.parse(data).known_info()
    assert info is not None
    return loss_in_words(made.network, made.sections, Plan.of(made), info)


def named(loss: str, weight: float = 1.0) -> Network:
    document = Document(mlp())
    with document.transaction("Loss"):
        document.set_layer("output1", document.network.layer("output1").changed(loss=loss, weight=weight))
    return document.network


def of_two(units: int, *last: tuple[str, str, dict[str, Any]]) -> Network:
    plane = ("input1", "input", {"shape": {"kind": "vector", "sizes": [2]}})
    return chain(plane, ("dense1", "dense", {"units": units}), *last, ("output1", "output", {}))


@pytest.mark.parametrize(
    ("loss", "plan", "said"),
    [
        ("auto", {}, "cross-entropy"),
        ("mse", {}, "MSE"),
        ("auto", {"loss": "mae"}, "MAE"),
        ("auto", {"loss": "huber"}, "Huber"),
        ("auto", {"loss": "huber", "huber_delta": 0.5}, "Huber, delta 0.5"),
        ("auto", {"class_weights": "automatic"}, "cross-entropy, class weights automatic"),
        ("auto", {"label_smoothing": 0.1}, "cross-entropy"),
    ],
)
def test_the_output_comes_before_the_plan(loss: str, plan: dict[str, Any], said: str) -> None:
    assert words(named(loss), DIGITS, **plan) == said


def test_the_weight_of_an_output_is_part_of_its_loss() -> None:
    assert words(named("mse", 0.5), DIGITS) == "0.5 × MSE"


def test_of_two_classes_a_single_unit_has_the_same_loss_with_a_sigmoid_and_without() -> None:
    sigmoid = ("sigmoid1", "sigmoid", dict[str, Any]())
    assert words(of_two(1), BLOBS) == words(of_two(1, sigmoid), BLOBS) == "binary cross-entropy"
    assert words(of_two(2), BLOBS) == "cross-entropy"


def test_numbers_say_whether_they_are_standardised() -> None:
    lstm = chain(("input1", "input", {}), ("lstm1", "lstm", {}), ("output1", "output", {}))
    assert words(lstm, AIR) == "MSE, standardised"
    assert words(lstm, {**AIR, "standardise": False}) == "MSE"


def test_the_losses_of_a_gan_are_named_too() -> None:
    assert words(mlp(), DIGITS, objective="adversarial", adversarial_loss="least_squares") == "GAN, least squares"
