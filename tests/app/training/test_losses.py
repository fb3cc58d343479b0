"""Which loss suits which target, and how one is refused that does not."""

from __future__ import annotations

import pytest

from app.data.dataset import FieldInfo
from app.training.losses import check_loss
from graph.errors import NetloomError
from graph.shapes import tokens, vector

NUMBERS = FieldInfo("price", vector(1))
CLASSES = FieldInfo("kind", vector(2), ("cat", "dog"))
WORDS = FieldInfo("text", tokens(4), vocabulary=("a", "b"))
LABELS = FieldInfo("tags", vector(2), names=("red", "round"), fixed=True, labels=True)


@pytest.mark.parametrize(
    ("field", "loss", "standardised"),
    [
        (NUMBERS, "mse", True),
        (NUMBERS, "bce", False),
        (CLASSES, "cross_entropy", False),
        (CLASSES, "bce", True),
        (WORDS, "cross_entropy", False),
        (LABELS, "bce", False),
    ],
)
def test_a_loss_that_suits_its_target_is_taken(field: FieldInfo, loss: str, standardised: bool) -> None:
    check_loss("output1", field, loss, standardised=standardised)


@pytest.mark.parametrize(
    ("field", "loss", "standardised", "words"),
    [
        (NUMBERS, "cross_entropy", False, "choose mse, mae or huber"),
        (NUMBERS, "bce", True, "“price” is standardised; choose mse"),
        (WORDS, "mse", False, "words are compared by cross-entropy alone"),
        (LABELS, "cross_entropy", False, "choose bce"),
        (FieldInfo("codes", tokens(4)), "mse", False, "choose another target"),
    ],
)
def test_a_loss_that_does_not_suit_is_refused_with_one_that_does(
    field: FieldInfo, loss: str, standardised: bool, words: str
) -> None:
    with pytest.raises(NetloomError, match=f"output1: .*{words}"):
        check_loss("output1", field, loss, standardised=standardised)
