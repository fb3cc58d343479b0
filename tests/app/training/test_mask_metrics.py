"""A class for every pixel: loss and metrics by hand, and a network that learns it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from app.cli.run_verbs import with_plan
from app.data.data_choice import DataChoice
from app.data.prepare import Part, prepare
from app.inference.evaluate import evaluate_model
from app.inference.model_baselines import model_baselines
from app.inference.sample_prediction import predict_sample
from app.project.presets import preset
from app.training.mask_metrics import MaskTally, pixel_confusion
from app.training.sample_losses import sample_loss
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.project import Project


def scenes() -> Model:
    project = preset("scenes_fcn").project
    data = {"source": "segmented_scenes", "options": {"samples": 60}}
    return Model.build(with_plan(Project(project.network, {**project.sections, "data": data}), {"threads": 1}))


def test_pixels_taken_for_others_are_counted() -> None:
    true, said = torch.tensor([[[0, 0], [1, 2]]]), torch.tensor([[[0, 1], [1, 1]]])
    assert pixel_confusion(said, true, 3).tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]


def test_the_loss_is_the_mean_cross_entropy_of_all_pixels_and_metrics_are_over_all_of_a_part() -> None:
    model = scenes()
    [head] = model.objective.heads
    assert head.pixels and head.field.pixel_classes == ("ground", "circle", "square", "triangle")
    outputs = torch.randn(3, 4, 24, 24)
    targets = torch.from_numpy(np.asarray(model.prepared.train.arrays["mask"])[:3])
    by_hand = -(outputs.log_softmax(1) * targets).sum(1)
    assert head.loss_fn(outputs, targets) == pytest.approx(float(by_hand.mean()), rel=1e-5)
    losses = sample_loss(head, model.plan)
    assert losses is not None
    torch.testing.assert_close(losses(outputs, targets), by_hand.flatten(1).mean(1))
    tally = MaskTally(head)
    for row in range(3):
        tally.add(outputs[row : row + 1], targets[row : row + 1])
    said, true = outputs.argmax(1), targets.argmax(1)
    pairs = [(said == kind, true == kind) for kind in range(4)]
    each = [float((one & other).sum() / (one | other).sum()) for one, other in pairs]
    assert tally.values() == pytest.approx([np.mean(each), float((said == true).float().mean())])


def test_an_evaluation_tells_the_overlap_of_each_class_and_the_worst_pictures() -> None:
    model = scenes()
    found = evaluate_model(model)
    assert found.task == "segmentation" and found.confusion is not None
    assert set(found.metrics) == {"loss", "mean_iou", "pixel_accuracy"}
    assert found.confusion.sum() == 9 * 24 * 24
    known = [each for each in found.iou if each is not None]
    assert found.metrics["mean_iou"] == pytest.approx(np.mean(known))
    assert found.metrics["pixel_accuracy"] == pytest.approx(np.trace(found.confusion) / found.confusion.sum())
    wrong = (found.worst.true != found.worst.predicted).mean((1, 2))
    np.testing.assert_allclose(wrong, found.worst.loss, rtol=1e-5)
    assert (np.diff(found.worst.loss) <= 0).all()
    assert found.to_json()["iou"].keys() == {"ground", "circle", "square", "triangle"}
    assert found.losses is not None and found.metrics["loss"] == pytest.approx(found.losses.mean(), rel=1e-4)


def test_what_is_said_of_one_picture_is_the_likeliest_class_of_each_pixel() -> None:
    model = scenes()
    part = model.prepared.test
    one = Part({name: values.take(np.array([0]), axis=0) for name, values in part.arrays.items()}, part.indices[:1])
    [output] = predict_sample(model, one)
    assert output.kind == "pixels"
    np.testing.assert_array_equal(output.values, model.predict(model.feed(one))[0][0].argmax(0))


def test_the_most_frequent_class_and_the_nearest_colour_stand_beside_it() -> None:
    model = scenes()
    usual, colour = model_baselines(model)
    assert (usual.name, colour.name) == ("always “ground”", "nearest colour")
    ground = float(np.asarray(model.prepared.test.arrays["mask"])[:, 0].mean())
    assert usual.mean_iou == pytest.approx(ground / 4)
    assert colour.mean_iou is not None and usual.mean_iou is not None and colour.mean_iou > usual.mean_iou


def test_cross_entropy_still_needs_classes() -> None:
    project = preset("scenes_fcn").project
    data = {"source": "several_shapes", "options": {}}
    with pytest.raises(NetloomError):
        Model.build(Project(project.network, {**project.sections, "data": data}))


def test_a_mask_of_one_kind_has_no_classes_of_pixels() -> None:
    prepared = prepare(DataChoice.of("segmented_scenes", samples=20))
    field = prepared.dataset.target_field()
    assert field.info.pixel_classes == field.names
    assert prepared.dataset.input_field().info.pixel_classes == ()
