"""Masks of 0 and 1: network, loss, advice, prediction and exported code agree that a pixel is marked or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from app.cli.run_verbs import with_plan
from app.data.data_choice import DataChoice
from app.data.prepare import Part
from app.data.sources.images import Images
from app.exchange.code_data import data_code
from app.inference.sample_prediction import predict_sample
from app.project.fit_preset import fit_preset, suitable_preset
from app.project.project_check import Report, check_project
from app.training.losses import suited_loss
from app.training.trainable import Model
from graph.checking.fixes import Fix
from graph.checking.layer_info import Severity
from graph.document import Document
from graph.layers.io import Output
from graph.project import Project
from tests.widgets.data.test_masks import masked


def masks(folder: Path, kinds: int) -> DataChoice:
    return DataChoice(source=Images(path=str(masked(folder, kinds)), height=8, width=8))


def with_loss(project: Project, loss: str) -> Document:
    document = Document(project.network, dict(project.sections))
    with document.transaction("Another loss"):
        document.set_layer("output1", document.network.layer("output1").changed(loss=loss))
    return document


def checked(document: Document) -> Report:
    return check_project(Project(document.network, dict(document.sections)), None)


def loss_after(fix: Fix, document: Document) -> str:
    fix.apply(document)
    return document.network.layer_as("output1", Output).loss


@pytest.mark.parametrize(("kinds", "suited"), [(2, "bce"), (3, "cross_entropy")])
def test_data_with_masks_gets_a_network_and_a_loss_for_them(tmp_path: Path, kinds: int, suited: str) -> None:
    choice = masks(tmp_path, kinds)
    info = choice.info()
    assert suitable_preset(info) == "scenes_fcn"
    assert suited_loss(info.target_field(), info) == suited
    assert suited_loss(info.input_field(), info) == "auto"
    project = fit_preset(choice, None, None, "spots")
    assert project.network.layer_as("output1", Output).loss == suited
    report = check_project(project, None)
    assert report.ok and not [hint for hint in report.hints if hint.rule == "mask_as_amounts"]
    document = with_loss(project, "cross_entropy" if kinds == 2 else "hinge")
    refused = next(problem for problem in checked(document).problems if problem.severity is Severity.ERROR)
    assert loss_after(refused.fixes[0], document) == suited
    document = with_loss(project, "auto")
    [hint] = [hint for hint in checked(document).hints if hint.rule == "mask_as_amounts"]
    assert loss_after(hint.fixes[0], document) == suited


def test_numbers_take_the_place_of_classes_without_a_loss_for_classes() -> None:
    fitted = fit_preset(DataChoice.of("diabetes"), None, "digits_svm", "amounts")
    assert [layer.loss for layer in (node.layer for node in fitted.network) if isinstance(layer, Output)] == ["auto"]


@pytest.mark.parametrize("kinds", [2, 3])
def test_what_is_said_of_a_picture_is_its_mask_also_in_exported_code(tmp_path: Path, kinds: int) -> None:
    project = with_plan(fit_preset(masks(tmp_path, kinds), None, None, "spots"), {"threads": 1})
    model = Model.build(project)
    part = model.prepared.train
    one = Part({name: values.take(np.array([0]), axis=0) for name, values in part.arrays.items()}, part.indices[:1])
    outputs = model.predict(model.feed(one))[0]
    expected = outputs[0].argmax(0) if kinds > 2 else outputs[0, 0] > 0
    [said] = predict_sample(model, one)
    assert said.kind == "pixels" and len(said.target.names) == kinds
    np.testing.assert_array_equal(said.values, expected)
    code = data_code(model, None)
    assert code is not None
    names: dict[str, Any] = {"torch": torch, "Network": nn.Module}
    exec(code.source, names)  # what exported code says
    [answer] = names["answers"]("output1", torch.from_numpy(outputs))
    np.testing.assert_array_equal(np.array(answer["mask" if kinds == 2 else "pixels"]), expected)
    assert ("probabilities" in answer) == (kinds == 2)
