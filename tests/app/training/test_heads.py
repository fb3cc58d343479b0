"""Outputs of a network, read as classes: the likeliest, or what lies above a threshold."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F

from app.data.dataset import FieldInfo
from app.training.heads import Head
from graph.shapes import vector


def head(classes: int = 0, **changes: Any) -> Head:
    field = FieldInfo("kind", vector(max(1, classes)), tuple(f"k{number}" for number in range(classes)))
    return Head(
        "output1", field, **{"loss": "bce", "weight": 1.0, "final_activation": "", "loss_fn": F.mse_loss, **changes}
    )


@pytest.mark.parametrize(
    ("threshold", "activation", "outputs"),
    [(0.5, "", [-0.1, 0.0, 0.1]), (0.75, "sigmoid", [0.7, 0.75, 0.8]), (0.8, "", [1.38, 1.3862943, 1.39])],
)
def test_what_lies_above_the_threshold_counts_as_one(threshold: float, activation: str, outputs: list[float]) -> None:
    single = head(threshold=threshold, final_activation=activation)
    assert single.positive(torch.tensor(outputs)).tolist() == [False, False, True]
    assert single.predicted_classes(torch.tensor(outputs)[:, None]).tolist() == [0, 0, 1]


def test_of_several_classes_the_likeliest_is_predicted() -> None:
    outputs = torch.tensor([[3.0, 1.0, 2.0], [0.0, -1.0, 1.0], [0.1, 0.2, 0.0]])
    assert head(3, loss="cross_entropy").predicted_classes(outputs).tolist() == [0, 2, 1]


@pytest.mark.parametrize(("threshold", "predicted"), [(0.5, [0, 1, 1]), (0.7, [0, 0, 1]), (0.95, [0, 0, 0])])
def test_of_two_classes_the_second_has_to_be_above_the_threshold(threshold: float, predicted: list[int]) -> None:
    outputs = torch.tensor([[1.0, 0.0], [0.0, 0.5], [0.0, 2.0]])
    two = head(2, loss="cross_entropy", threshold=threshold)
    assert two.predicted_classes(outputs).tolist() == predicted
