"""What is worked out by hand is what the network does: fresh, half drawn, inside blocks, trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from app.insight.window_operands import RunnableNetwork, look
from app.numerics.window_sums import Case
from app.project.presets import preset
from app.protocol.framing import Decoder, encode
from app.protocol.messages import OpenProject
from app.protocol.window_messages import FollowedLayer, FollowLayer
from app.protocol.window_values import LayerOperands
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model
from app.worker.handlers import answer
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.catalogue import parse_layer
from graph.layers.window_rule import shape_of
from graph.project import Project, project_json
from graph.structure.grouping import group
from tests.app.training.projects import chain, cnn, project


def case_of(operands: LayerOperands) -> Case:
    """The case as the window makes it of a reply."""
    layer = parse_layer(operands.kind, operands.settings, "reply")
    rule = layer.window_rule(shape_of(layer.accepts, operands.values.shape))
    assert rule is not None
    return Case(rule, operands.values, operands.output, operands.weights, operands.scale, operands.bias)


def assert_worked(found: Case) -> None:
    """Some values of the first and the last map come out as torch has them."""
    for filter in {0, len(found.output) - 1}:
        for at in [(0, 0), (found.rule.rows.out - 1, found.rule.columns.out // 2)]:
            assert found.working(filter, *at).result == pytest.approx(float(found.output[(filter, *at)]), abs=1e-4)


def test_a_network_that_was_never_trained_shows_the_weights_that_training_starts_from() -> None:
    plan, state = project(cnn(), seed=5), torch.get_rng_state()
    operands = look(RunnableNetwork.fresh(plan, "conv2"), "conv2", 17)
    assert torch.equal(torch.get_rng_state(), state)
    assert operands.sample == 17
    assert operands.target_field.classes[int(operands.target[0])] in "0123456789"
    assert not operands.standardised
    assert look(RunnableNetwork.fresh(plan, "conv1"), "conv1", 0).standardised
    with torch.random.fork_rng():
        model = Model.build(plan)
    weights = model.module.get_parameter("conv2.weight")
    assert operands.weights is not None
    assert np.array_equal(operands.weights, weights.detach().numpy())
    assert_worked(case_of(operands))


@pytest.mark.parametrize("id_", ["convolution_by_hand", "hand_set_kernels", "pooling_four_ways", "x_or_o"])
def test_presets_can_be_followed_layer_by_layer(id_: str) -> None:
    plan = preset(id_).project
    followed = [name for name in plan.network.ids if plan.network.layer(name).family in ("Convolution", "Pooling")]
    assert followed
    for name in followed:
        assert_worked(case_of(look(RunnableNetwork.fresh(plan, name), name, 3)))


def test_what_is_half_drawn_is_built_as_far_as_the_layer() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 4}),
        ("dense1", "dense", {}),
    )
    found = case_of(look(RunnableNetwork.fresh(project(network), "conv1"), "conv1", 0))
    assert found.output.shape == (4, 8, 8)
    assert_worked(found)


def test_a_layer_inside_nested_blocks_is_called_by_its_path() -> None:
    document = Document(cnn())
    checker = Checker(document)
    with document.transaction("Group"):
        inner = group(document, checker, ["conv1", "relu1"])
    with document.transaction("Group"):
        outer = group(document, checker, [inner, "conv2"])
    plan = project(document.network)
    flat = look(RunnableNetwork.fresh(plan, outer), f"{outer}.{inner}.conv1", 3)
    assert_worked(case_of(flat))
    assert flat.output.shape == (4, 8, 8)
    assert look(RunnableNetwork.fresh(plan, outer), f"{outer}.conv2", 3).values.shape == (4, 8, 8)


def test_sequences_lie_down_as_one_row_per_feature() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "sequence", "sizes": [10, 1]}}),
        ("conv1", "conv1d", {"filters": 3, "padding": "causal"}),
        ("pool1", "max_pool1d", {}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {}),
    )
    plan = project(network, {"source": "sine", "options": {"window": 10, "horizon": 1}})
    for name, shape in (("conv1", (3, 1, 10)), ("pool1", (3, 1, 5))):
        found = case_of(look(RunnableNetwork.fresh(plan, name), name, 4))
        assert found.output.shape == shape
        assert_worked(found)


def test_shared_weights_are_those_of_their_owner() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 1}),
        ("conv2", "conv2d", {"filters": 1}),
        ("flatten1", "flatten", {}),
        ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )
    document = Document(network)
    with document.transaction("Share"):
        document.tie("conv2", "conv1")
    workbench = RunnableNetwork.fresh(project(document.network), "conv2")
    tied, owner = (look(workbench, id_, 0).weights for id_ in ("conv2", "conv1"))
    assert tied is not None and owner is not None
    assert np.array_equal(tied, owner)


def test_requests_about_projects_and_about_runs(tmp_path: Path) -> None:
    plan = project(cnn(), epochs=1)
    list(train(begin(plan, None, tmp_path / "run")))
    asked = FollowLayer(layer="conv1", sample=2)
    fresh = reply_to(replace(asked, project=OpenProject(project=project_json(plan))))
    trained = reply_to(replace(asked, run=tmp_path / "run"))
    assert fresh.layer == trained.layer == "conv1"
    assert trained.run == str(tmp_path / "run")
    assert np.array_equal(fresh.operands.values, trained.operands.values)
    assert fresh.operands.weights is not None and trained.operands.weights is not None
    assert not np.array_equal(fresh.operands.weights, trained.operands.weights)
    assert_worked(case_of(trained.operands))


def reply_to(request: FollowLayer) -> FollowedLayer:
    """The worker's reply, as it arrives."""
    [envelope] = Decoder().feed(encode(answer(request, load_model)))
    assert isinstance(envelope.message, FollowedLayer)
    return envelope.message


@pytest.mark.parametrize(
    ("layer", "words"),
    [("dense1", "neither a convolution nor a pooling"), ("gone", "no layer called"), ("conv1.x", "conv1 is no block")],
)
def test_what_cannot_be_worked_out_is_refused_in_a_sentence(layer: str, words: str) -> None:
    with pytest.raises(NetloomError, match=words):
        look(RunnableNetwork.fresh(project(cnn()), layer), layer, 0)


def test_a_muted_layer_and_a_project_without_data_are_told() -> None:
    document = Document(cnn())
    with document.transaction("Mute"):
        document.mute("conv1", True)
    with pytest.raises(NetloomError, match="muted"):
        look(RunnableNetwork.fresh(project(document.network), "conv1"), "conv1", 0)
    with pytest.raises(NetloomError, match="choose a data set"):
        RunnableNetwork.fresh(Project(cnn()), "conv1")
