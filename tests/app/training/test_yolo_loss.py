"""YOLO's loss by hand, the mAP of a part, and what is said of a network that gives boxes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from app.cli.run_verbs import with_plan
from app.data.dataset import FieldInfo
from app.data.prepare import Part
from app.inference.evaluate import evaluate_model
from app.inference.sample_prediction import predict_sample
from app.insight.backprop_step import _written
from app.numerics.box_grid import GridBox, decode, encode
from app.project.presets import preset
from app.training.box_metrics import BoxTally
from app.training.losses import check_loss, check_scores
from app.training.sample_losses import sample_loss
from app.training.trainable import Model
from app.training.yolo_loss import yolo_loss, yolo_parts, yolo_values
from graph.errors import NetloomError
from graph.project import Project
from graph.shapes import image

BOX = GridBox(1, 0.125, 0.25, 0.25, 0.5)


@pytest.fixture(scope="module")
def model() -> Model:
    found = preset("scenes_yolo").project
    data = {"source": "boxed_scenes", "options": {"samples": 60}}
    return Model.build(with_plan(Project(found.network, {**found.sections, "data": data}), {"threads": 1}))


def sure_of(grid: torch.Tensor) -> torch.Tensor:
    """Outputs whose values are nearly those of a grid."""
    logits = torch.logit(grid, eps=1e-6)
    logits[:, 5:] = 40 * grid[:, 5:]
    return logits


def test_the_loss_of_one_cell_by_hand() -> None:
    grid = torch.from_numpy(encode([BOX], 1, 2)[0])[None]
    outputs = torch.zeros(1, 7, 1, 1)
    place = (0.5 - 0.25) ** 2 + 0.0
    size = (math.sqrt(0.5) - math.sqrt(0.25)) ** 2 + 0.0
    expected = [math.log(2), 5 * (place + size), math.log(2)]
    assert yolo_parts(outputs, grid)[0].tolist() == pytest.approx(expected, rel=1e-6)
    empty = torch.zeros(1, 7, 1, 1)
    assert yolo_parts(outputs, empty)[0].tolist() == pytest.approx([0.5 * math.log(2), 0.0, 0.0], rel=1e-6)
    both = yolo_loss(outputs.repeat(2, 1, 1, 1), torch.cat([grid, empty]))
    assert float(both) == pytest.approx((sum(expected) + 0.5 * math.log(2)) / 2, rel=1e-6)


def test_empty_cells_teach_nothing_but_that_they_are_empty() -> None:
    grid = torch.from_numpy(encode([BOX], 4, 2)[0])[None]
    outputs = torch.randn(1, 7, 4, 4, requires_grad=True)
    yolo_loss(outputs, grid).backward()  # type: ignore[no-untyped-call]
    assert outputs.grad is not None
    holds = grid[0, 0] > 0
    assert (outputs.grad[0, 1:, ~holds] == 0).all() and (outputs.grad[0, 0] != 0).all()


def test_values_are_those_of_a_grid() -> None:
    grid = torch.from_numpy(encode([BOX], 4, 2)[0])[None]
    outputs = sure_of(grid)
    values = yolo_values(outputs)
    torch.testing.assert_close(values[:, :5], grid[:, :5], atol=1e-4, rtol=0)
    torch.testing.assert_close(values[:, 5:].sum(1), torch.ones(1, 4, 4))
    [[box]] = decode(yolo_values(outputs).numpy())
    assert box[:5] == pytest.approx(BOX[:5], abs=1e-4)
    assert float(yolo_loss(outputs, grid)) < 1e-3


def test_metrics_of_a_part_are_over_all_of_its_boxes(model: Model) -> None:
    [head] = model.objective.heads
    assert head.boxes and head.field.box_classes == ("circle", "square", "triangle")
    targets = torch.from_numpy(np.asarray(model.prepared.train.arrays["grid"])[:8])
    tally = BoxTally(head)
    for row in range(8):
        tally.add(sure_of(targets[row : row + 1].clone()), targets[row : row + 1])
    assert tally.values()[0] == pytest.approx(1.0) and max(tally.values()[1:]) < 0.01
    blind = BoxTally(head)
    blind.add(torch.full_like(targets, -20.0), targets)
    outputs = torch.full_like(targets, -20.0)
    parts = yolo_parts(outputs, targets).mean(0)
    assert blind.values() == pytest.approx([0.0, *parts.tolist()], rel=1e-5)
    losses = sample_loss(head, model.plan)
    assert losses is not None
    torch.testing.assert_close(losses(outputs, targets).mean(), head.loss_fn(outputs, targets))


def test_an_evaluation_tells_average_precision_and_the_worst_pictures(model: Model) -> None:
    found = evaluate_model(model)
    assert found.task == "detection" and found.detection is not None
    assert set(found.metrics) == {"loss", "map_50", "objectness_loss", "box_loss", "class_loss"}
    each = [scores.average_precision for scores in found.detection.classes]
    assert found.metrics["map_50"] == pytest.approx(np.mean([value for value in each if value is not None]))
    assert sum(scores.boxes for scores in found.detection.classes) == np.asarray(found.predictions.true)[:, 0].sum()
    assert found.losses is not None and found.metrics["loss"] == pytest.approx(found.losses.mean(), rel=1e-4)
    parts = [found.metrics[name] for name in ("objectness_loss", "box_loss", "class_loss")]
    assert sum(parts) == pytest.approx(found.metrics["loss"], rel=1e-4)
    assert (np.diff(found.worst.loss) <= 0).all() and found.worst.true.shape == (9, 8, 4, 4)
    told = found.to_json()["detection"]
    assert told["iou"] == told["threshold"] == told["suppression"] == 0.5
    assert [entry["name"] for entry in told["classes"]] == ["circle", "square", "triangle"]


def test_a_new_picture_gets_boxes_with_scores(model: Model) -> None:
    picture = np.asarray(model.prepared.test.arrays["picture"])[:1]
    [output] = predict_sample(model, Part({"picture": picture}, np.zeros(1, np.int64)))
    assert output.kind == "boxes" and len(output.boxes) == len(output.values)


def test_backpropagation_writes_out_the_three_parts(model: Model) -> None:
    [head] = model.objective.heads
    target = torch.from_numpy(np.asarray(model.prepared.train.arrays["grid"])[0])
    outputs = torch.randn(target.shape)
    written = _written(head, outputs, target, model.plan)
    assert written.total == pytest.approx(float(head.loss_fn(outputs[None], target[None])), rel=1e-5)
    assert len(written.rows) == 16 and written.line.count("+") == 2


def test_other_targets_and_probabilities_are_refused_in_a_sentence() -> None:
    mask = FieldInfo("mask", image(2, 4, 4), names=("sky", "sea"), fixed=True)
    with pytest.raises(NetloomError, match="YOLO's loss teaches a grid of boxes, but “mask” is none; choose auto"):
        check_loss("output1", mask, "yolo")
    with pytest.raises(NetloomError, match=r"YOLO's loss makes probabilities itself, but a sigmoid makes .* take that"):
        check_scores("output1", "yolo", "sigmoid")


def test_boxes_that_several_processes_count_are_counted_together(model: Model) -> None:
    batch = model.feed(model.prepared.train).spread(30)
    noise = torch.randn(batch.targets[0].shape, generator=torch.Generator().manual_seed(3))
    outputs = torch.logit(batch.targets[0].float(), eps=0.2) + noise  # scores of which no two are alike
    whole, *parts = (model.meter() for _ in range(3))
    for meter, part in zip((whole, *parts), (slice(None), slice(20), slice(20, None)), strict=True):
        meter.add(outputs[part], (batch.targets[0][part],))
        meter.add_loss(1.0, 30)
    parts[0].join(parts[1].totals())
    assert parts[0].result() == pytest.approx(whole.result())
    empty = model.meter()
    empty.add((), batch.targets)  # whose share of the batch has no samples
    empty.join(whole.totals())
    empty.add_loss(1.0, 30)
    assert empty.result() == pytest.approx(whole.result())
