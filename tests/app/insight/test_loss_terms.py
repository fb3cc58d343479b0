"""Losses written out: the numbers of textbooks, and those of torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from app.insight.loss_terms import MOST_TERMS, half_squares, of_classes, of_numbers

OUTPUT, TARGET = np.array([0.2, 0.4, 0.1, 0.3]), np.array([0.0, 0.0, 1.0, 0.0])
NUMBERS = st.lists(st.tuples(st.floats(-4, 4), st.floats(0, 1)), min_size=1, max_size=40)


def test_the_error_of_the_textbook() -> None:
    assert half_squares(OUTPUT, TARGET) == pytest.approx(0.55)
    found = of_numbers("half_squares", OUTPUT, TARGET)
    assert found.total == pytest.approx(0.55)
    assert found.line == "½ (0.04 + 0.16 + 0.81 + 0.09) = 0.55"
    assert [row[3] for row in found.rows] == pytest.approx([0.04, 0.16, 0.81, 0.09])


def torch_loss(loss: str, answers: Tensor, targets: Tensor) -> float:
    if loss == "half_squares":
        return float(0.5 * ((targets - answers) ** 2).sum())
    functions: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "mse": F.mse_loss,
        "mae": F.l1_loss,
        "huber": F.huber_loss,
        "bce": F.binary_cross_entropy_with_logits,
    }
    return float(functions[loss](answers, targets))


@pytest.mark.parametrize("loss", ["mse", "half_squares", "mae", "huber", "bce"])
@given(pairs=NUMBERS)
def test_numbers_add_up_to_the_loss_of_torch(loss: str, pairs: list[tuple[float, float]]) -> None:
    answers, targets = np.array(pairs).T
    found = of_numbers(loss, answers, targets)
    assert found.total == pytest.approx(torch_loss(loss, torch.tensor(answers), torch.tensor(targets)), abs=1e-9)
    assert (found.count, len(found.rows)) == (len(pairs), min(len(pairs), MOST_TERMS))


@given(scores=st.lists(st.floats(-20, 20), min_size=2, max_size=8), place=st.integers(0, 7))
def test_classes_add_up_to_the_cross_entropy_of_torch(scores: list[float], place: int) -> None:
    target = place % len(scores)
    truth = float(F.cross_entropy(torch.tensor([scores], dtype=torch.float64), torch.tensor([target])))
    found = of_classes(np.array(scores), target)
    assert found.total == pytest.approx(truth, abs=1e-9)
    assert sum(row[3] for row in found.rows) == pytest.approx(truth, abs=1e-9)
    shares = torch.softmax(torch.tensor(scores, dtype=torch.float64), 0).numpy()
    assert of_classes(shares, target, "softmax").total == pytest.approx(truth, rel=1e-6, abs=1e-9)


def test_chances_are_taken_as_they_are() -> None:
    chances, wanted = np.array([0.8, 0.0]), np.array([1.0, 0.0])
    assert of_numbers("bce", chances, wanted, squashed=True).total == pytest.approx(-np.log(0.8) / 2)


def test_a_long_sum_is_cut_in_the_line_only() -> None:
    found = of_numbers("half_squares", np.zeros(100), np.ones(100))
    assert found.line.endswith("+ …) = 50")
    assert found.total == 50


def test_weighed_labels_are_written_as_torch_counts_them() -> None:
    outputs, targets, weights = np.array([0.5, -1.0, 2.0]), np.array([1.0, 1.0, 0.0]), np.array([1.0, 9.0, 3.0])
    found = of_numbers("bce", outputs, targets, weights=weights)
    given, true, counts = map(torch.tensor, (outputs, targets, weights))
    expected = F.binary_cross_entropy_with_logits(given, true, pos_weight=counts)
    assert found.total == pytest.approx(float(expected))
    assert "−w t ln p" in found.formula
