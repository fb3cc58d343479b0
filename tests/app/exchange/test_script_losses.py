"""Losses and scores of training scripts, run as they are written and held against those of Netloom."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from app.exchange.script_data import ScriptData
from app.exchange.script_losses import loss_piece, script_heads
from app.exchange.script_scores import scores_piece
from app.project.presets import preset
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.projects import chain, project
from tests.app.training.test_class_weights import SIGMOID, SOFTMAX, Ends, network, table
from tests.app.training.test_thresholds import labelled
from tests.app.training.test_unequal import adder

Layers = tuple[str, str, dict[str, Any]]


def written(model: Model) -> dict[str, Any]:
    """What the pieces of losses and scores define, run as a script does."""
    data = ScriptData.of(model.prepared, model.objective)
    heads = script_heads(model, data.keys)
    names: dict[str, Any] = {"torch": torch, "F": F, "nn": torch.nn, "math": math, "DEVICE": torch.device("cpu")}
    for name, key in data.keys.items():
        if name in model.prepared.scalers:
            scale, axes = model.prepared.scalers[name].scale, len(model.prepared.shapes[name].sizes)
            names[f"{key}_deviation"] = scale.reshape(1, -1) if axes == 1 else scale.reshape(1, 1, -1)
    for piece in (loss_piece(heads, model.plan), scores_piece(heads, data.scaled)):
        exec(piece.code, names)
    return names


def hold(model: Model, *, likely: bool = False) -> None:
    """Hold the script's losses and scores of made-up outputs for training samples against Netloom's."""
    names, objective = written(model), model.objective
    batch = next(model.feed(model.prepared.train).in_order(64))
    (head,), (true,) = objective.heads, batch.targets
    shape = model.compiled.layer_info[head.output].outputs["out"]
    outputs = torch.randn(len(true), *(size or true.shape[1] for size in shape.sizes), generator=torch.manual_seed(1))
    outputs = outputs.softmax(1) if likely else outputs.sigmoid() if head.final_activation else outputs
    given = {ScriptData.of(model.prepared, objective).keys[head.field.name]: true}
    torch.testing.assert_close(names["loss_of"](outputs, given), objective.loss(outputs, batch.targets))
    training = names.get("training_loss", names["loss_of"])
    torch.testing.assert_close(training(outputs, given), objective.training_loss(outputs, batch.targets))
    meter = model.meter()
    meter.add(outputs, batch.targets)
    meter.add_loss(0.0, 1)
    wanted = {name: value for name, value in meter.result().items() if name != "loss"}
    assert names["scores"](outputs, true) == pytest.approx(wanted, rel=1e-5)


def of_classes(folder: Path, units: int, *end: Layers, **plan: object) -> Model:
    """A model that tells two classes by one or two outputs, or three by three."""
    data = table(folder, 2 if units == 1 else units)
    return Model.build(Project(network(units, *end), {"data": data, "plan": plan}))


WEIGHED = [{}, {"class_weights": "automatic"}]


@pytest.mark.parametrize("loss", ["cross_entropy", "bce", "mse", "half_squares", "mae", "huber", "hinge"])
@pytest.mark.parametrize("units", [1, 2, 3])
def test_losses_of_classes(tmp_path: Path, units: int, loss: str) -> None:
    smoothing = (0.0, 0.2) if loss in ("cross_entropy", "bce") else (0.0,)
    for weights, share in itertools.product(WEIGHED, smoothing):
        hold(of_classes(tmp_path, units, loss=loss, label_smoothing=share, **weights))


@pytest.mark.parametrize(("end", "loss", "units"), [
    (SOFTMAX, "cross_entropy", 3), (SIGMOID, "cross_entropy", 3), (SIGMOID, "auto", 1), (SIGMOID, "bce", 3),
])  # fmt: skip
def test_losses_behind_an_activation(tmp_path: Path, end: Layers, loss: str, units: int) -> None:
    for weights, share in itertools.product(WEIGHED, (0.0, 0.2)):
        model = of_classes(tmp_path, units, end, loss=loss, label_smoothing=share, **weights)
        hold(model, likely=end is SOFTMAX)


@pytest.mark.parametrize("threshold", [0.3, 0.5])
@pytest.mark.parametrize("units", [1, 2])
def test_a_threshold_decides_between_two_classes(tmp_path: Path, units: int, threshold: float) -> None:
    hold(of_classes(tmp_path, units, threshold=threshold))
    hold(of_classes(tmp_path, units, SIGMOID, threshold=threshold))


@pytest.mark.parametrize("end", [(), (SIGMOID,)])
@pytest.mark.parametrize("plan", [{}, {"label_smoothing": 0.2}, {"class_weights": "own", "own_weights": "1, 7"}])
def test_losses_of_labels(tmp_path: Path, end: Ends, plan: dict[str, object]) -> None:
    hold(Model.build(Project(network(2, *end), {"data": labelled(tmp_path), "plan": {"threshold": 0.4, **plan}})))


def test_weights_and_smoothing_of_labels_behind_a_sigmoid_are_refused(tmp_path: Path) -> None:
    plan = {"class_weights": "own", "own_weights": "1, 7", "label_smoothing": 0.1}
    hold(Model.build(Project(network(2), {"data": labelled(tmp_path), "plan": plan})))
    with pytest.raises(NetloomError, match="switch label smoothing off"):
        written(Model.build(Project(network(2, SIGMOID), {"data": labelled(tmp_path), "plan": plan})))


@pytest.mark.parametrize("loss", ["mse", "half_squares", "mae", "huber"])
def test_losses_of_numbers(loss: str) -> None:
    body = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [10]}}),
        ("dense1", "dense", {"units": 1}),
        ("output1", "output", {"loss": loss}),
    )
    hold(Model.build(project(body, {"source": "diabetes"}, huber_delta=0.5)))


@pytest.mark.parametrize(("end", "loss"), [
    ((), "bce"), ((SIGMOID,), "bce"), ((), "mse"), ((), "half_squares"), ((), "mae"), ((), "huber"),
])  # fmt: skip
def test_steps_that_only_fill_up_count_nowhere(end: Ends, loss: str) -> None:
    hold(Model.build(adder(*end, loss=loss)))


def small(id: str, options: dict[str, Any], **plan: Any) -> Project:
    """The preset ``id`` on little data, with other training settings."""
    whole = preset(id).project
    data = {**sections_of(whole, "data"), **({"options": options} if options else {})}
    return replace(whole, sections={**whole.sections, "data": data, "plan": {**sections_of(whole, "plan"), **plan}})


def sections_of(project: Project, name: str) -> dict[str, Any]:
    section = project.sections[name]
    assert isinstance(section, dict)
    return section


@pytest.mark.parametrize("share", [0.0, 0.2])
@pytest.mark.parametrize(("id_", "options"), [
    ("sentences_rnn", {}), ("captions_one_to_many", {"samples": 60}), ("scenes_unet", {"samples": 40}),
])  # fmt: skip
def test_losses_of_tokens_and_pixels(id_: str, options: dict[str, Any], share: float) -> None:
    hold(Model.build(small(id_, options, label_smoothing=share)))
