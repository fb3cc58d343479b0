"""Several labels end to end: loss, metrics, thresholds, predictions."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from app.exchange.export import export_code
from app.inference.evaluate import evaluate
from app.inference.predict import predict
from app.project.project_check import check_project
from app.training.heads import Head
from app.training.thresholds import chosen_threshold
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.test_class_weights import SIGMOID, SOFTMAX, Ends, network

RNG = np.random.default_rng(1)


def labelled(folder: Path) -> dict[str, object]:
    """120 rows with the labels red and round, one of them rare."""
    x = RNG.normal(size=(120, 2)).round(3)
    red, round_ = (x[:, 0] > 0).astype(int), (x.sum(1) > 1.5).astype(int)
    lines = [f"{a},{b},{c},{d}" for (a, b), c, d in zip(x, red, round_, strict=True)]
    (folder / "t.csv").write_text("x,z,red,round\n" + "\n".join(lines) + "\n")
    return {"source": "table", "options": {"path": str(folder / "t.csv"), "target": "red, round"}}


def project(folder: Path, *end: tuple[str, str, dict[str, object]], loss: str = "auto", **plan: object) -> Project:
    settings = {"epochs": 30, "learning_rate": 0.05, **plan}
    return Project(network(2, *end, loss=loss), {"data": labelled(folder), "plan": settings})


@pytest.mark.parametrize("end", [(), (SIGMOID,)])
@pytest.mark.parametrize("weights", ["", "1, 7"])
def test_the_loss_of_labels_is_that_of_torch(tmp_path: Path, end: Ends, weights: str) -> None:
    own = {"class_weights": "own", "own_weights": weights} if weights else {}
    head = Model.build(project(tmp_path, *end, **own)).objective.heads[0]
    assert (head.loss, head.labels) == ("bce", True)
    logits, targets = torch.randn(30, 2), torch.randint(0, 2, (30, 2)).float()
    given = torch.tensor([1.0, 7.0]) if weights else None
    expected = F.binary_cross_entropy_with_logits(logits, targets, pos_weight=given)
    torch.testing.assert_close(head.loss_fn(logits.sigmoid() if end else logits, targets), expected)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_metrics_of_labels_are_those_of_scikit_learn(tmp_path: Path, threshold: float) -> None:
    model = Model.build(project(tmp_path, threshold=threshold))
    feed = model.feed(model.prepared.train)
    metrics = model.measure(feed)
    true = np.asarray(model.prepared.train.arrays["labels"]) > 0.5
    predicted = 1 / (1 + np.exp(-model.predict(feed)[0])) > threshold
    assert metrics["accuracy"] == pytest.approx((true == predicted).mean())
    assert metrics["exact_match"] == pytest.approx(accuracy_score(true, predicted))
    for average in ("micro", "macro"):
        expected = f1_score(true, predicted, average=average, zero_division=0)
        assert metrics[f"f1_{average}"] == pytest.approx(expected)


def test_cross_entropy_and_softmax_do_not_suit_labels(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="holds several labels; choose bce"):
        Model.build(project(tmp_path, loss="cross_entropy"))
    report = check_project(project(tmp_path, SOFTMAX), None)
    assert any(hint.rule == "softmax_labels" and hint.fixes for hint in report.hints)
    suited = check_project(project(tmp_path, SIGMOID), None).hints
    assert not any(hint.rule in ("softmax_labels", "squashed_number") for hint in suited)


def test_class_weights_that_do_not_fit_are_a_problem_with_a_repair(tmp_path: Path) -> None:
    report = check_project(project(tmp_path, class_weights="own", own_weights="1, 2, 3"), None)
    problem = next(problem for problem in report.problems if "weights" in problem.message)
    assert [fix.title for fix in problem.fixes] == ["Count all classes alike"]


def test_a_run_predicts_the_labels_above_its_threshold(tmp_path: Path) -> None:
    list(train(begin(project(tmp_path, threshold=0.3), out=tmp_path / "run")))
    rows = np.array([[2.0, 2.0], [-2.0, -2.0], [2.0, -2.0]], np.float32)
    for prediction in predict(tmp_path / "run", {"features": rows}):
        above = [name for name, probability in prediction["probabilities"].items() if probability > 0.3]
        assert prediction["labels"] == above and prediction["threshold"] == 0.3
    assert predict(tmp_path / "run", {"features": rows})[0]["labels"] == ["red", "round"]
    assert predict(tmp_path / "run", {"features": rows}, threshold=1.0)[0]["labels"] == []


def test_a_tuned_threshold_is_kept_with_the_run(tmp_path: Path) -> None:
    session = begin(project(tmp_path, threshold_by="f1", class_weights="automatic"), out=tmp_path / "run")
    finished = list(train(session))[-1]
    _, model = load_model(tmp_path / "run")
    threshold = model.objective.heads[0].threshold
    assert 0 < threshold < 1 and threshold != 0.5
    part = model.prepared.validation
    probabilities = 1 / (1 + np.exp(-model.predict(model.feed(part))[0].astype(np.float64)))
    true = np.asarray(part.arrays["labels"]) > 0.5
    steps = np.concatenate([[0.0], np.unique(probabilities)])
    best = max(f1_score(true, probabilities > each, average="micro", zero_division=0) for each in steps)
    assert f1_score(true, probabilities > threshold, average="micro") == pytest.approx(best)
    export_code(session.run.project.network, "net", tmp_path / "net.py", session.run)
    (exported,) = runpy.run_path(str(tmp_path / "net.py"))["OUTPUTS"].values()
    assert exported["threshold"] == threshold
    # The test at the end of training is that of the run as it is used.
    assert evaluate(tmp_path / "run").metrics == pytest.approx(finished.to_json()["test"])


@pytest.mark.parametrize(("by", "score"), [("f1", f1_score), ("balanced_accuracy", balanced_accuracy_score)])
def test_the_chosen_threshold_is_the_best_one(by: str, score: object) -> None:
    true = RNG.random(300) < 0.1
    probability = np.clip(0.3 * true + 0.5 * RNG.random(300), 0, 1)
    threshold = chosen_threshold(true, probability, by)
    assert callable(score)
    best = max(score(true, probability > each) for each in np.unique(np.concatenate([[0.0], probability])))
    assert score(true, probability > threshold) == pytest.approx(best)


@pytest.mark.parametrize("true", [np.zeros(5), np.ones(5)])
def test_without_both_answers_the_threshold_stays(true: np.ndarray) -> None:  # type: ignore[type-arg]
    assert chosen_threshold(true, np.linspace(0.1, 0.9, 5), "f1") == 0.5


@pytest.mark.parametrize("probability", [[0.9, 0.8, 0.2], [0.4, 0.4, 0.4]], ids=["always wrong", "alike"])
def test_without_a_better_one_the_threshold_stays(probability: list[float]) -> None:
    assert chosen_threshold(np.array([0, 0, 1]), np.array(probability), "balanced_accuracy") == 0.5


@pytest.mark.parametrize("activation", ["", "softmax"])
def test_the_threshold_of_two_outputs_holds_for_the_second_class(tmp_path: Path, activation: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,z,y\n" + "\n".join(f"{at % 7},{at % 5},{'yes' if at % 9 == 0 else 'no'}" for at in range(90)))
    end = (SOFTMAX,) if activation else ()
    data = {"source": "table", "options": {"path": str(path), "target": "y"}}
    head: Head = Model.build(Project(network(2, *end), {"data": data, "plan": {"threshold": 0.2}})).objective.heads[0]
    logits = torch.randn(50, 2)
    outputs = logits.softmax(1) if activation else logits
    assert torch.equal(head.predicted_classes(outputs) == 1, logits.softmax(1)[:, 1] > 0.2)
