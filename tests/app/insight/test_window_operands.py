"""What is worked out by hand is what the network does: fresh, half drawn, inside blocks, trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.insight.window_operands import WindowOperands, look
from app.numerics.window_sums import Case
from app.project.presets import preset
from app.protocol.loose import Loose as Message
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin
from app.worker.run_requests import answer
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.catalogue import parse_layer
from graph.layers.window_rule import shape_of
from graph.project import Project, project_json
from graph.structure.grouping import group
from tests.app.training.projects import chain, cnn, project


def case_of(fields: dict[str, Any], arrays: dict[str, Any]) -> Case:
    """The case as the window makes it of an answer."""
    layer = parse_layer(fields["kind"], fields["settings"], "answer")
    rule = layer.window_rule(shape_of(layer.accepts, arrays["values"].shape))
    assert rule is not None
    numbers = {name: arrays[name] for name in ("weights", "scale", "bias") if name in arrays}
    return Case(rule, arrays["values"], arrays["output"], **numbers)


def assert_worked(found: Case) -> None:
    """Some values of the first and the last map come out as torch has them."""
    for filter in {0, len(found.output) - 1}:
        for at in [(0, 0), (found.rule.rows.out - 1, found.rule.columns.out // 2)]:
            assert found.working(filter, *at).result == pytest.approx(float(found.output[(filter, *at)]), abs=1e-4)


def test_a_network_that_was_never_trained_shows_the_weights_that_training_starts_from() -> None:
    plan, state = project(cnn(), seed=5), torch.get_rng_state()
    fields, arrays = look(WindowOperands.fresh(plan, "conv2"), "conv2", 17)
    assert torch.equal(torch.get_rng_state(), state)
    assert fields["sample"] == 17
    assert fields["target"]["classes"][int(arrays["target"][0])] in "0123456789"
    assert not fields["standardised"]
    assert look(WindowOperands.fresh(plan, "conv1"), "conv1", 0)[0]["standardised"]
    with torch.random.fork_rng():
        model = Model.build(plan)
    weights = model.module.get_parameter("conv2.weight")
    assert np.array_equal(arrays["weights"], weights.detach().numpy())
    assert_worked(case_of(fields, arrays))


@pytest.mark.parametrize("id_", ["convolution_by_hand", "hand_set_kernels", "pooling_four_ways", "x_or_o"])
def test_presets_can_be_followed_layer_by_layer(id_: str) -> None:
    plan = preset(id_).project
    followed = [name for name in plan.network.ids if plan.network.layer(name).family in ("Convolution", "Pooling")]
    assert followed
    for name in followed:
        assert_worked(case_of(*look(WindowOperands.fresh(plan, name), name, 3)))


def test_what_is_half_drawn_is_built_as_far_as_the_layer() -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("conv1", "conv2d", {"filters": 4}),
        ("dense1", "dense", {}),
    )
    found = case_of(*look(WindowOperands.fresh(project(network), "conv1"), "conv1", 0))
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
    flat = look(WindowOperands.fresh(plan, outer), f"{outer}.{inner}.conv1", 3)
    assert_worked(case_of(*flat))
    assert flat[1]["output"].shape == (4, 8, 8)
    assert look(WindowOperands.fresh(plan, outer), f"{outer}.conv2", 3)[1]["values"].shape == (4, 8, 8)


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
        found = case_of(*look(WindowOperands.fresh(plan, name), name, 4))
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
    workbench = WindowOperands.fresh(project(document.network), "conv2")
    assert np.array_equal(look(workbench, "conv2", 0)[1]["weights"], look(workbench, "conv1", 0)[1]["weights"])


def test_requests_about_projects_and_about_runs(tmp_path: Path) -> None:
    plan = project(cnn(), epochs=1)
    list(train(begin(plan, None, tmp_path / "run")))
    asked = {"id": 3, "layer": "conv1", "sample": 2}
    fresh = answer(Message("by_hand_fresh", {**asked, "project": project_json(plan)}))
    trained = answer(Message("by_hand", {**asked, "run": str(tmp_path / "run")}))
    assert fresh.fields["id"] == trained.fields["id"] == 3
    assert trained.fields["run"] == str(tmp_path / "run")
    assert np.array_equal(fresh.arrays["values"], trained.arrays["values"])
    assert not np.array_equal(fresh.arrays["weights"], trained.arrays["weights"])
    assert_worked(case_of(dict(trained.fields), dict(trained.arrays)))


@pytest.mark.parametrize(
    ("layer", "words"),
    [("dense1", "neither a convolution nor a pooling"), ("gone", "no layer called"), ("conv1.x", "conv1 is no block")],
)
def test_what_cannot_be_worked_out_is_refused_in_a_sentence(layer: str, words: str) -> None:
    with pytest.raises(NetloomError, match=words):
        look(WindowOperands.fresh(project(cnn()), layer), layer, 0)


def test_a_muted_layer_and_a_project_without_data_are_told() -> None:
    document = Document(cnn())
    with document.transaction("Mute"):
        document.mute("conv1", True)
    with pytest.raises(NetloomError, match="muted"):
        look(WindowOperands.fresh(project(document.network), "conv1"), "conv1", 0)
    with pytest.raises(NetloomError, match="choose a data set"):
        WindowOperands.fresh(Project(cnn()), "conv1")
