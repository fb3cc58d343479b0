"""Class weights and losses of labels, held against scikit-learn and torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight

from app.data.dataset import FieldInfo
from app.training.class_weights import check_weighable, class_weights, own_weights
from app.training.plan import Plan
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.network import Network
from graph.project import Project
from graph.shapes import vector
from tests.app.training.projects import chain, project

CLASSES = FieldInfo("y", vector(3), ("a", "b", "c"))
LABELS = FieldInfo("tags", vector(2), names=("red", "round"), fixed=True, labels=True)
RNG = np.random.default_rng(0)


def table(folder: Path, classes: int = 2) -> dict[str, object]:
    """A lopsided table: one row in ten is of another class than the first."""
    rows = 120
    numbers = np.where(np.arange(rows) % 10 == 0, 1 + np.arange(rows) // 10 % (classes - 1), 0)
    lines = [f"{number + RNG.normal():.3f},{RNG.normal():.3f},k{number}" for number in numbers]
    (folder / "t.csv").write_text("x,z,y\n" + "\n".join(lines) + "\n")
    return {"source": "table", "options": {"path": str(folder / "t.csv"), "target": "y"}}


def network(units: int, *end: tuple[str, str, dict[str, object]], loss: str = "auto") -> Network:
    return chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [2]}}),
        ("dense1", "dense", {"units": units}),
        *end,
        ("output1", "output", {"loss": loss}),
    )


@pytest.mark.parametrize("counts", [(95, 5, 20), (1, 1, 998), (40, 40, 40)])
def test_automatic_weights_are_those_of_scikit_learn(counts: tuple[int, ...]) -> None:
    labels = np.repeat(np.arange(3), counts)
    weights = class_weights(Plan(class_weights="automatic"), CLASSES, labels)
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert weights is not None
    np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_a_class_without_samples_counts_once() -> None:
    weights = class_weights(Plan(class_weights="automatic"), CLASSES, np.array([0, 0, 1]))
    assert weights is not None and weights[2] == 1 and np.isfinite(weights).all()


def test_automatic_weights_of_labels_balance_having_and_not_having() -> None:
    targets = np.zeros((100, 2), np.float32)
    targets[:20, 0] = 1
    assert class_weights(Plan(class_weights="automatic"), LABELS, targets).tolist() == [4.0, 1.0]  # type: ignore[union-attr]


@pytest.mark.parametrize(("text", "weights"), [
    ("1, 9, 2", [1, 9, 2]), ("1 9 2", [1, 9, 2]), ("1;9;2", [1, 9, 2]), ("b: 9", [1, 9, 1]),
    ("b=9, c = 0.5", [1, 9, 0.5]), ("c: 2; a: 3", [3, 1, 2]),
])  # fmt: skip
def test_own_weights_are_read(text: str, weights: list[float]) -> None:
    assert own_weights(text, CLASSES).tolist() == weights


@pytest.mark.parametrize(("text", "words"), [
    ("1, 9", "3 classes, but 2 weights"), ("d: 3", "the classes are a, b, c"), ("1, x, 2", "“x” is no number above 0"),
    ("1, -1, 2", "“-1”"), ("a: none", "“none”"),
])  # fmt: skip
def test_own_weights_that_do_not_fit_are_refused(text: str, words: str) -> None:
    with pytest.raises(NetloomError, match=words):
        own_weights(text, CLASSES)


def test_classes_of_shipped_data_may_be_named_as_they_were_before() -> None:
    wine = FieldInfo("grower", vector(3), classes=("cultivar 1", "cultivar 2", "cultivar 3"))
    assert own_weights("grower 2: 5", wine).tolist() == [1, 5, 1]
    growers = FieldInfo("grower", vector(2), classes=("grower 1", "grower 2"))  # of the user's own data
    assert own_weights("grower 2: 5", growers).tolist() == [1, 5]


def test_weights_need_classes() -> None:
    amounts = FieldInfo("y", vector(1))
    check_weighable(Plan(), [amounts])
    with pytest.raises(NetloomError, match="choose none"):
        check_weighable(Plan(class_weights="automatic"), [amounts])
    pictures = ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}})
    autoencoder = chain(pictures, ("conv1", "conv2d", {"filters": 1}), ("output1", "output", {}))
    with pytest.raises(NetloomError, match="choose none"):
        Model.build(project(autoencoder, objective="reconstruction", class_weights="automatic"))
    with pytest.raises(NetloomError, match="own class weights need numbers"):
        Plan.parse({"class_weights": "own"})


Layers = tuple[str, str, dict[str, object]]
Ends = tuple[Layers, ...]
SOFTMAX: Layers = ("end", "softmax", {})
SIGMOID: Layers = ("end", "sigmoid", {})


def build(folder: Path, units: int, end: Ends, loss: str, **plan: object) -> Model:
    classes = 2 if units == 1 else units
    return Model.build(Project(network(units, *end), {"data": table(folder, classes), "plan": {"loss": loss, **plan}}))


@pytest.mark.parametrize("units", [2, 3])
@pytest.mark.parametrize("end", [(), (SOFTMAX,)])
def test_weighted_cross_entropy_is_that_of_torch(tmp_path: Path, units: int, end: Ends) -> None:
    head = build(tmp_path, units, end, "cross_entropy", class_weights="automatic").objective.heads[0]
    logits, targets = torch.randn(20, units), torch.randint(0, units, (20,))
    outputs = logits.softmax(1) if end else logits
    expected = F.cross_entropy(logits, targets, weight=torch.tensor(head.class_weights))
    torch.testing.assert_close(head.loss_fn(outputs, targets), expected)


@pytest.mark.parametrize("end", [(), (SIGMOID,)])
def test_one_output_for_two_classes_is_weighed_as_two_are(tmp_path: Path, end: Ends) -> None:
    head = build(tmp_path, 1, end, "auto", class_weights="own", own_weights="1, 5").objective.heads[0]
    logits, targets = torch.randn(20, 1), torch.randint(0, 2, (20,))
    both = torch.cat([torch.zeros(20, 1), logits], 1)
    expected = F.cross_entropy(both, targets, weight=torch.tensor([1.0, 5.0]))
    torch.testing.assert_close(head.loss_fn(logits.sigmoid() if end else logits, targets), expected)


@pytest.mark.parametrize("loss", ["mse", "half_squares", "mae", "huber", "bce"])
def test_equal_weights_change_no_loss(tmp_path: Path, loss: str) -> None:
    plain = build(tmp_path, 3, (), loss).objective.heads[0]
    same = build(tmp_path, 3, (), loss, class_weights="own", own_weights="2, 2, 2").objective.heads[0]
    outputs, targets = torch.randn(20, 3), torch.randint(0, 3, (20,))
    torch.testing.assert_close(same.loss_fn(outputs, targets), plain.loss_fn(outputs, targets))


def test_weights_make_a_network_find_the_rare_class(tmp_path: Path) -> None:
    recalls = {}
    for how in ("none", "automatic"):
        plan = {"epochs": 60, "learning_rate": 0.05, "class_weights": how, "keep_best": False}
        session = begin(Project(network(2), {"data": table(tmp_path), "plan": plan}), out=tmp_path / how)
        list(train(session))
        model = session.model
        outputs = torch.from_numpy(model.predict(model.feed(model.prepared.train))[0])
        true = np.asarray(model.prepared.train.arrays["y"])
        recalls[how] = float((model.objective.heads[0].predicted_classes(outputs).numpy()[true == 1] == 1).mean())
    assert recalls["automatic"] > recalls["none"]
