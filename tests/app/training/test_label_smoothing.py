"""Label smoothing, held against torch's own; what it leaves as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import FieldInfo
from app.insight import loss_terms
from app.protocol.events import Finished
from app.training.heads import Head, LossFn
from app.training.label_smoothing import is_smoothed, smoothed
from app.training.plan import Plan
from app.training.trainer import train
from app.training.training_session import begin
from app.training.weighted_losses import weighted
from graph.shapes import tokens, vector
from tests.app.training.projects import mlp, project

SHARE = 0.2
CLASSES = FieldInfo("kind", vector(3), ("a", "b", "c"))
TWO = FieldInfo("kind", vector(2), ("no", "yes"))
LABELS = FieldInfo("tags", vector(2), names=("red", "round"), fixed=True, labels=True)
WORDS = FieldInfo("text", tokens(4), vocabulary=("(padding)", "a", "b"))
NUMBERS = FieldInfo("price", vector(1))


def plain_cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(outputs, targets)


def head(field: FieldInfo, loss: str, activation: str = "") -> Head:
    losses: dict[str, LossFn] = {"cross_entropy": plain_cross_entropy, "bce": F.binary_cross_entropy_with_logits}
    return Head("output1", field, loss, 1.0, activation, losses.get(loss, plain_cross_entropy))


def test_of_classes_it_is_torchs() -> None:
    outputs, targets = torch.randn(7, 3, requires_grad=True), torch.tensor([0, 1, 2, 2, 1, 0, 1])
    ours = smoothed(head(CLASSES, "cross_entropy"), SHARE)(outputs, targets)
    theirs = F.cross_entropy(outputs, targets, label_smoothing=SHARE)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(*(torch.autograd.grad(loss, outputs, retain_graph=True)[0] for loss in (ours, theirs)))


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_where_the_network_makes_probabilities_they_are_smoothed_as_scores_are(activation: str) -> None:
    scores, targets = torch.randn(7, 3), torch.tensor([0, 1, 2, 2, 1, 0, 1])
    shares = scores.softmax(1) if activation == "softmax" else scores.sigmoid()

    def plain(outputs: Tensor, targets: Tensor) -> Tensor:
        logits = outputs.log() if activation == "softmax" else torch.logit(outputs)
        return F.cross_entropy(logits, targets)

    made = replace(head(CLASSES, "cross_entropy", activation), loss_fn=plain)
    torch.testing.assert_close(
        smoothed(made, SHARE)(shares, targets), F.cross_entropy(scores, targets, label_smoothing=SHARE)
    )


def test_of_words_padding_counts_nowhere() -> None:
    outputs, targets = torch.randn(2, 4, 3), torch.tensor([[1, 2, 0, 0], [2, 1, 1, 0]])

    def plain(outputs: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(outputs.flatten(0, 1), targets.flatten(), ignore_index=0)

    made = replace(head(WORDS, "cross_entropy"), loss_fn=plain)
    assert made.listed
    theirs = F.cross_entropy(outputs.flatten(0, 1), targets.flatten(), ignore_index=0, label_smoothing=SHARE)
    torch.testing.assert_close(smoothed(made, SHARE)(outputs, targets), theirs)


@pytest.mark.parametrize("weights", [None, [3.0, 0.5]])
def test_labels_are_held_against_targets_nearer_to_one_half(weights: list[float] | None) -> None:
    outputs, targets = torch.randn(9, 2), torch.randint(0, 2, (9, 2)).float()
    made = head(LABELS, "bce")
    counts = None if weights is None else torch.tensor(weights)
    if weights is not None:
        made = weighted(made, np.array(weights, np.float32), Plan())
    nearer = (1 - SHARE) * targets + SHARE / 2
    theirs = F.binary_cross_entropy_with_logits(outputs, nearer, pos_weight=counts)
    torch.testing.assert_close(smoothed(made, SHARE)(outputs, targets), theirs)


def test_a_single_unit_for_two_classes_is_held_against_them_too() -> None:
    outputs, targets = torch.randn(9, 1), torch.randint(0, 2, (9,))

    def plain(outputs: Tensor, targets: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(outputs, targets[:, None].float())

    made = replace(head(TWO, "bce"), loss_fn=plain)
    theirs = F.binary_cross_entropy_with_logits(outputs, ((1 - SHARE) * targets + SHARE / 2)[:, None])
    torch.testing.assert_close(smoothed(made, SHARE)(outputs, targets), theirs)


def test_samples_count_as_much_as_their_classes() -> None:
    outputs, targets = torch.randn(8, 3), torch.tensor([0, 1, 2, 2, 1, 0, 1, 2])
    weights = np.array([1.0, 4.0, 0.5], np.float32)
    made = weighted(head(CLASSES, "cross_entropy"), weights, Plan())
    each = F.cross_entropy(outputs, targets, reduction="none", label_smoothing=SHARE)
    counts = torch.from_numpy(weights)[targets]
    torch.testing.assert_close(smoothed(made, SHARE)(outputs, targets), (each * counts).sum() / counts.sum())


@pytest.mark.parametrize(
    ("field", "loss", "is_so"),
    [(CLASSES, "cross_entropy", True), (LABELS, "bce", True), (WORDS, "cross_entropy", True), (NUMBERS, "mse", False),
     (NUMBERS, "bce", False), (CLASSES, "hinge", False), (CLASSES, "mse", False)],
)  # fmt: skip
def test_only_classes_labels_and_words_are_smoothed(field: FieldInfo, loss: str, is_so: bool) -> None:
    assert is_smoothed(head(field, loss)) is is_so


def test_a_plan_with_it_trains_otherwise_and_is_measured_alike(tmp_path: Path) -> None:
    runs = {}
    for share in (0.0, SHARE):
        session = begin(project(mlp(), epochs=1, label_smoothing=share), None, tmp_path / f"{share}")
        model = session.model
        batch = next(session.train.epoch(0, 0, 32))
        with model.evaluating():
            measured, outputs = model.loss(batch)
            taught = model.objective.training_loss(outputs, batch.targets)
        assert (taught.item() != pytest.approx(measured.item())) is bool(share)
        [*_, finished] = train(session)
        assert isinstance(finished, Finished)
        runs[share] = (measured.item(), finished.test["loss"])
    assert runs[0.0][0] == runs[SHARE][0]
    assert runs[0.0][1] != runs[SHARE][1]


def test_the_loss_that_is_written_out_is_that_of_the_step() -> None:
    outputs = torch.randn(1, 4, dtype=torch.float64)
    written = loss_terms.of_classes(outputs[0].numpy(), 2, smoothing=SHARE)
    assert written.total == pytest.approx(F.cross_entropy(outputs, torch.tensor([2]), label_smoothing=SHARE).item())
    assert "smoothed by 0.2" in written.formula
    assert sum(row[3] for row in written.rows) == pytest.approx(written.total)
