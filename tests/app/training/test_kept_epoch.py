"""One rule for which epoch a run is measured by."""

from __future__ import annotations

from typing import Any

import pytest

from app.training.kept_epoch import kept_epoch, weights_saved

LOSSES = (0.5, 0.3, 0.4, 0.6)


def lines(*, marked: bool) -> list[dict[str, Any]]:
    """Epochs with these losses; logs of before did not mark the best ones."""
    best = {"best": True} if marked else {}
    return [
        {"epoch": number, "train": {}, "validation": {"loss": loss}, **(best if number <= 2 else {})}
        for number, loss in enumerate(LOSSES, 1)
    ]


@pytest.mark.parametrize(
    ("marked", "finished", "plan", "words", "loss"),
    [
        (True, None, {}, "best epoch, 2", 0.3),
        (False, {"best_epoch": 2}, None, "best epoch, 2", 0.3),
        (True, {"best_epoch": 2}, {"keep_best": False}, "last epoch, 4", 0.6),
        (False, {"best_epoch": None}, {}, "last epoch, 4", 0.6),  # of a GAN no loss decides
    ],
)
def test_the_epoch_whose_weights_are_kept(
    marked: bool, finished: dict[str, Any] | None, plan: object, words: str, loss: float
) -> None:
    kept = kept_epoch(lines(marked=marked), finished, plan)
    assert kept is not None and (kept.words, kept.validation["loss"]) == (words, loss)


def test_before_the_first_epoch_there_is_none() -> None:
    assert kept_epoch([], None, {}) is None


@pytest.mark.parametrize(
    ("epochs", "finished", "plan", "words"),
    [
        (lines(marked=True), {"best_epoch": 2, "step": 45}, {}, "in its best epoch, 2"),
        (lines(marked=True), {"best_epoch": 2, "step": 1045}, {"keep_best": False}, "at step 1,045, where it ended"),
        ([], {"best_epoch": None, "step": 7}, {}, "at step 7, where it ended"),
        ([], None, {}, ""),
    ],
)
def test_it_is_said_when_a_run_had_the_weights_it_saved(
    epochs: list[dict[str, Any]], finished: dict[str, Any] | None, plan: object, words: str
) -> None:
    assert weights_saved(epochs, finished, plan) == words
