"""Folds of a cross-validation: what is not the test set in equal parts, each of which validates once."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.data.dataset import Array
from app.data.split import Indices, Split
from graph.errors import NetloomError

MOST = 1000
"""Folds that there may be."""
IN_TIME = (
    "Cross-validation is not for data in time order: it would learn from what comes after the samples that it is "
    "measured on. Repeat the training with other seeds (--seeds) instead."
)


class Fold(BaseModel):
    """Fold ``number`` (from 1 on) ``of`` so many."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    number: int = Field(ge=1)
    of: int = Field(ge=2, le=MOST)

    @model_validator(mode="after")
    def _among_them(self) -> Self:
        if self.number > self.of:
            raise ValueError(f"there is no fold {self.number} of {self.of}")
        return self

    def __str__(self) -> str:
        return f"fold {self.number} of {self.of}"


def folded(
    indices: Indices,
    fold: Fold,
    choice: Split,
    labels: Array | None = None,
    spans: Array | None = None,
    groups: Array | None = None,
) -> Indices:
    """One fold of samples that were divided by `app.data.split.split`, from the same arrays.

    The test set stays apart: it is left out altogether, so that nothing is chosen by it. Of the others one fold
    validates, and the rest is learned from. Folds hold each class in its share to within one sample where the choice
    is stratified, and never part a group.

    Raises
    ------
    NetloomError
        if samples are in time order, or too few for so many folds.
    """
    if groups is None and spans is not None and len(spans):
        raise NetloomError(IN_TIME)
    rest = np.sort(np.concatenate([indices.train, indices.validation]))
    rng = np.random.default_rng(choice.seed)
    if groups is not None:
        place = _by_groups(groups[rest], fold, rng)
    else:
        _check_enough(len(rest), fold, "samples")
        place = _dealt(labels[rest] if labels is not None and choice.stratified else np.zeros(len(rest)), fold, rng)
    mine = place == fold.number - 1
    return Indices(rest[~mine], rest[mine], np.empty(0, np.int64))


def _dealt(labels: Array, fold: Fold, rng: np.random.Generator) -> Array:
    """The fold (N,) of each sample: class by class in a random order, dealt out one after another."""
    order = np.concatenate([rng.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)])
    place = np.empty(len(labels), np.int64)
    place[order] = np.arange(len(labels)) % fold.of
    return place


def _by_groups(groups: Array, fold: Fold, rng: np.random.Generator) -> Array:
    """The fold (N,) of each sample: whole groups in a random order, each to the fold that has least so far."""
    numbers, group = np.unique(groups, return_inverse=True)
    _check_enough(len(numbers), fold, "groups, which are never parted")
    sizes, filled = np.bincount(group), np.zeros(fold.of)
    fold_of = np.empty(len(numbers), np.int64)
    for number in rng.permutation(len(numbers)):
        fold_of[number] = int(filled.argmin())
        filled[fold_of[number]] += sizes[number]
    place: Array = fold_of[group]
    return place


def _check_enough(count: int, fold: Fold, what: str) -> None:
    if count < fold.of:
        raise NetloomError(
            f"{fold.of} folds cannot be made: outside the test set there are only {count} {what}. "
            f"Choose at most {count} folds."
        )
