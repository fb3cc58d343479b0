"""The memory of a training: each part by hand, and what optimisers remember against those that there are."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import torch

from app.data.data_choice import DataChoice
from app.project.presets import preset
from app.training import training_memory
from app.training.data_spec import data_spec
from app.training.dense_chain import find_chain
from app.training.optimisers import build_optimiser
from app.training.plan import Plan
from app.training.trainable import Model
from app.training.training_memory import Training, parse_training, remembered
from app.training.weights import Weights
from graph.build.compile import compile_network
from graph.checking.check import Checker
from graph.document import Document
from graph.shapes import vector
from tests.graph.networks import chain, layer

OPTIMISERS = get_args(Plan.model_fields["optimiser"].annotation)


def training(units: int = 8, frozen: tuple[str, ...] = (), **plan: Any) -> Training:
    """A small network on 200 points in the plane."""
    drawn = chain([layer("input", shape=vector(2)), layer("dense", units=units), layer("relu"), *ends()])
    sections = {"data": {"source": "spirals", "options": {"samples": 200}}, "plan": plan}
    info = DataChoice.parse(sections["data"]).info()
    checker = Checker(Document(drawn.network, sections), data_spec(info, plan))
    found = parse_training(checker, sections, info, frozen)
    checker.close()
    assert found is not None
    return found


def ends() -> list[Any]:
    return [layer("dense", units=2), layer("output")]


def test_each_part_by_hand() -> None:
    memory = training(batch_size=10).memory
    weights = 4 * ((2 + 1) * 8 + (8 + 1) * 2)
    assert (memory.weights, memory.gradients, memory.optimiser) == (weights, weights, 2 * weights)
    # what arrives at both dense layers (ReLU keeps the second too), and the outputs for the loss
    assert memory.activations == 10 * 4 * (2 + 8 + 2)
    assert memory.least == 4 * weights + memory.activations
    # 200 samples of two numbers and a class, loaded and in parts, and 140 in the order of an epoch
    assert memory.data == 2 * 200 * (8 + 8) + 140 * (8 + 8)
    assert memory.total == memory.least + memory.data + memory.working


def test_frozen_layers_have_no_gradients() -> None:
    memory = training(frozen=("dense1",)).memory
    assert memory.gradients == 4 * 18
    assert memory.weights == 4 * (24 + 18)


def test_parts_of_a_batch_are_kept_one_after_another() -> None:
    whole, parted = training(batch_size=40).memory, training(batch_size=40, accumulate=4).memory
    assert parted.activations == whole.activations / 4


def test_dense_layers_alone_are_known_as_those_of_the_training_itself() -> None:
    assert training().is_chain
    assert not training(accumulate=2).is_chain and not training(frozen=("dense1",)).is_chain
    for name in ("digits_mlp", "spirals_mlp", "digits_cnn", "maxout_network"):
        project = preset(name).project
        compiled = compile_network(project.network)
        checker = Checker(Document(project.network, project.sections))
        assert training_memory._is_chain(checker, Plan()) is (find_chain(compiled.module) is not None), name
        checker.close()


def test_a_batch_is_no_larger_than_the_training_set() -> None:
    assert training(batch_size=10_000).batch == 140


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_what_optimisers_remember(name: str, momentum: float) -> None:
    plan = Plan().changed(optimiser=name, momentum=momentum)
    weights = Weights(torch.nn.Linear(10, 10))
    kept = [tensor for tensors in build_optimiser(plan, weights).state.values() for tensor in tensors]
    assert sum(tensor.numel() for tensor in kept if tensor.numel() > 1) == remembered(plan) * weights.count


@pytest.mark.parametrize("name", ["digits_mlp", "residual_cnn"])
def test_bounds_are_those_of_the_training_itself(name: str) -> None:
    project = preset(name).project
    info = DataChoice.parse(project.sections["data"]).info()
    checker = Checker(Document(project.network, project.sections), data_spec(info, project.sections.get("plan")))
    found = parse_training(checker, project.sections, info)
    checker.close()
    assert found is not None and found.evaluated == Model.build(project).evaluation_size


def test_nothing_is_told_of_what_cannot_be_read() -> None:
    checker = Checker(chain([layer("input", shape=vector(2)), *ends()]))
    info = DataChoice.parse({"source": "spirals"}).info()
    assert parse_training(checker, {"plan": {"batch_size": -1}, "data": {"source": "spirals"}}, info) is None
    assert parse_training(checker, {"data": {"source": "nowhere"}}, info) is None
    assert parse_training(checker, {"data": {"source": "spirals"}}, None) is None
