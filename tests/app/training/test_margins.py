"""The hinge loss: numbers on paper, those of torch, and scores that nothing calls probabilities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from app.cli.use_verbs import _sentence
from app.data.dataset import FieldInfo
from app.data.prepare import Part
from app.exchange.code_data import SCALING, what_it_gives
from app.inference.evaluate import evaluate
from app.inference.predict import predict_part
from app.inference.prediction_file import with_value
from app.inference.sample_prediction import predict_sample
from app.insight.loss_terms import of_margins
from app.insight.predictions import predict_samples
from app.training.heads import Head
from app.training.losses import check_loss, check_scores, trained_by_scores
from app.training.margins import binary_margin, multi_margin
from app.training.sample_losses import of_each_class
from app.training.thresholds import has_threshold
from app.training.trainer import train
from app.training.training_session import begin, load_model
from graph.errors import NetloomError
from graph.shapes import vector
from tests.app.training.projects import chain, project

SCORES = torch.tensor([[2.0, 1.5, -1.0], [0.0, 3.0, 2.0], [0.0, 0.0, 0.0]])
TRUE = torch.tensor([0, 2, 1])
ON_PAPER = [0.5 / 3, 2.0 / 3, 2.0 / 3]
"""max(0, 1 - 2 + 1.5) = 0.5 and 0; max(0, 1 - 2 + 0) = 0 and 2; 1 and 1: each sum over three classes."""


def test_several_scores_on_paper_and_by_torch() -> None:
    assert multi_margin(SCORES, TRUE).tolist() == pytest.approx(ON_PAPER)
    chance = torch.Generator().manual_seed(0)
    scores = torch.randn(50, 7, generator=chance, dtype=torch.float64)
    true = torch.randint(7, (50,), generator=chance)
    ours, theirs = multi_margin(scores, true).mean(), nn.MultiMarginLoss()(scores, true)
    assert float(ours) == pytest.approx(float(theirs), abs=1e-12)
    rows = torch.arange(50)
    leads = (1 - scores[rows, true][:, None] + scores).clamp_min(0)
    leads[rows, true] = 0
    assert float(ours) == pytest.approx(float(leads.sum(1).mean() / 7), abs=1e-12)


def test_a_single_score_on_paper_and_by_torch() -> None:
    scores, true = torch.tensor([[0.25], [2.0], [-3.0], [0.5]]), torch.tensor([1, 1, 0, 0])
    assert binary_margin(scores, true).tolist() == [0.75, 0.0, 0.0, 1.5]
    theirs = nn.MarginRankingLoss(margin=1.0, reduction="none")(scores[:, 0], torch.zeros(4), 2 * true - 1)
    assert binary_margin(scores, true).tolist() == pytest.approx(theirs.tolist())


def test_what_is_written_out_is_what_was_computed() -> None:
    for scores, true, loss in zip(SCORES.double().numpy(), TRUE.tolist(), ON_PAPER, strict=True):
        found = of_margins(scores, true)
        assert found.total == pytest.approx(loss)
        assert sum(row[3] for row in found.rows) / 3 == pytest.approx(loss)
    assert of_margins(SCORES[0].double().numpy(), 0).line == "1/3 (0.5 + 0) = 0.1667"
    single = of_margins(np.array([-0.5]), 1)
    assert (single.total, single.line) == (1.5, "max(0, 1 − 1 · (−0.5)) = 1.5")


def head(classes: int, **changes: Any) -> Head:
    field = FieldInfo("kind", vector(classes), tuple(f"k{number}" for number in range(classes)))
    return Head(
        "output1", field, **{"loss": "hinge", "weight": 1.0, "final_activation": "", "loss_fn": multi_margin, **changes}
    )


def test_the_largest_score_wins_and_no_threshold_counts() -> None:
    three, two = head(3), head(2, threshold=0.9, binary=True)
    assert three.predicted_classes(SCORES).tolist() == [0, 1, 0]
    assert two.predicted_classes(torch.tensor([[0.1, 0.2], [0.2, 0.1]])).tolist() == [1, 0]
    assert two.predicted_classes(torch.tensor([[0.1], [-0.1]])).tolist() == [1, 0]
    assert two.class_scores(torch.tensor([[0.25]])).tolist() == [[-0.25, 0.25]]
    assert not has_threshold(two)
    assert what_it_gives(three) == "margins"
    plan: Any = None
    assert of_each_class(three, plan)(SCORES, TRUE).tolist() == pytest.approx(ON_PAPER)


def test_numbers_labels_and_probabilities_are_refused() -> None:
    check_loss("output1", FieldInfo("kind", vector(2), ("cat", "dog")), "hinge")
    with pytest.raises(NetloomError, match="holds numbers; choose mse"):
        check_loss("output1", FieldInfo("price", vector(1)), "hinge")
    with pytest.raises(NetloomError, match="several labels; choose bce"):
        check_loss("output1", FieldInfo("tags", vector(2), names=("a", "b"), fixed=True, labels=True), "hinge")
    check_scores("output1", "hinge", "")
    with pytest.raises(NetloomError, match="a softmax makes probabilities of them; take that layer out"):
        check_scores("output1", "hinge", "softmax")


@pytest.mark.parametrize(("units", "loss"), [(1, "hinge"), (2, "hinge"), (1, "mse"), (2, "huber")])
def test_a_network_trained_by_it_or_by_an_error_says_scores(units: int, loss: str, tmp_path: Path) -> None:
    plane = ("input1", "input", {"shape": {"kind": "vector", "sizes": [2]}})
    network = chain(plane, ("dense1", "dense", {"units": units}), ("output1", "output", {"loss": loss}))
    made = project(network, {"source": "blobs", "options": {"clouds": 2, "samples": 200}}, epochs=20, learning_rate=0.1)
    assert trained_by_scores(network, "auto")
    list(train(begin(made, None, tmp_path / "run")))
    found = evaluate(tmp_path / "run")
    assert found.metrics["accuracy"] == 1.0
    assert found.worst.by_scores and found.scores is not None and found.scores.calibration is None
    assert found.scores.by_threshold is None and found.to_json()["scores"]["calibration"] is None
    assert found.losses is not None
    assert float(found.losses.mean()) == pytest.approx(found.metrics["loss"], abs=1e-6)
    assert found.worst.loss == pytest.approx(sorted(found.losses, reverse=True)[: len(found.worst.loss)], abs=1e-6)
    _, model = load_model(tmp_path / "run")
    part = model.prepared.test
    [said] = predict_part(model, part).values()
    outputs = model.predict(model.feed(part))[0]
    for row, prediction in zip(outputs.tolist(), said, strict=True):
        first = -row[0] if loss == "hinge" else 1 - row[0]
        scores = [first, row[0]] if units == 1 else row
        assert list(prediction["scores"].values()) == pytest.approx(scores, rel=1e-5)
        assert prediction["index"] == int(np.argmax(scores))
    assert found.worst.probabilities is not None
    first = found.worst.probabilities[found.worst.index == part.indices[0]]
    assert all(row.tolist() == pytest.approx(list(said[0]["scores"].values()), rel=1e-5) for row in first)
    [tried] = predict_sample(model, Part({n: v[:1] for n, v in part.arrays.items()}, part.indices[:1]))
    assert tried.by_scores and tried.sure is None and tried.threshold is None
    assert tried.values.tolist() == pytest.approx(list(said[0]["scores"].values()), rel=1e-5)
    assert "scores: " in _sentence(said[0])
    assert "%" not in _sentence(said[0])
    assert "probability" not in with_value(said[0])
    sure = predict_samples(model, part.indices).probabilities
    assert sure is not None and np.isnan(sure).all()
    names: dict[str, Any] = {"torch": torch, "INPUTS": {}, "Network": nn.Module}
    classes = list(model.objective.heads[0].field.classes)
    names["OUTPUTS"] = {"output1": {"classes": classes, "gives": what_it_gives(model.objective.heads[0])}}
    exec(SCALING, names)  # what exported code says
    answers = names["answers"]("output1", torch.from_numpy(outputs))
    assert [answer["class"] for answer in answers] == [prediction["class"] for prediction in said]
    assert "probabilities" not in answers[0]
