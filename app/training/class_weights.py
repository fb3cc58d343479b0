"""Class weights: how much samples of each class, or of each label, count in the loss. Needs no torch."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from app.data.dataset import Array, FieldInfo
from app.training.plan import Plan
from graph.errors import NetloomError

FORMER_CLASSES = {f"grower {number}": f"cultivar {number}" for number in (1, 2, 3)}
"""Classes of shipped data that were called otherwise before, as weights of older projects may name them."""
_NAMED = re.compile(r"\s*(.+?)\s*[:=]\s*([^:=;,\s]+)\s*")
"""A name with its weight: ``yes: 9``."""


def are_weighable(field: FieldInfo) -> bool:
    """Whether a target has classes or labels that can be weighed."""
    return bool(field.classes) or field.labels


def check_weighable(plan: Plan, fields: Sequence[FieldInfo]) -> None:
    """Make sure that the class weights of ``plan`` fit the targets ``fields``.

    Raises
    ------
    NetloomError
        if no target has classes or labels, or the numbers that the plan names do not fit them.
    """
    if plan.class_weights == "none":
        return
    weighed = [field for field in fields if are_weighable(field)]
    if not weighed:
        raise NetloomError("Class weights need classes or labels, but the target has none; choose none instead.")
    for field in weighed if plan.class_weights == "own" else ():
        own_weights(plan.own_weights, field)


def class_weights(plan: Plan, field: FieldInfo, targets: Array) -> Array | None:
    """The weight of each class or label by the training set's ``targets``; None where all count alike.

    Automatic weights of classes are ``samples / (classes * samples of the class)``, those of labels ``samples without
    / samples with`` it, float32 (classes,). A class without samples has the weight 1.

    Raises
    ------
    NetloomError
        if the plan's own numbers do not fit.
    """
    if plan.class_weights == "none" or not are_weighable(field):
        return None
    if plan.class_weights == "own":
        return own_weights(plan.own_weights, field)
    if field.labels:
        having = np.asarray(targets, np.float64).sum(0)
        weights = np.divide(len(targets) - having, having, out=np.ones_like(having), where=having > 0)
        return np.asarray(np.where(weights == 0, 1.0, weights), np.float32)
    counts = np.bincount(targets, minlength=len(field.classes)).astype(np.float64)
    shared = np.divide(len(targets), len(counts) * counts, out=np.ones_like(counts), where=counts > 0)
    return np.asarray(shared, np.float32)


def own_weights(text: str, field: FieldInfo) -> Array:
    """The weights in ``text``, float32 (classes,): a number for each, or names with numbers; others count 1.

    Raises
    ------
    NetloomError
        if a name is none of the field's, or a number is missing or not above 0.
    """
    names = field.names if field.labels else field.classes
    if any(sign in text for sign in ":="):
        numbers = [_named(part, names) for part in re.split(r"[;,]\s*(?=[^;,]*[:=])", text) if part.strip()]
        weights = dict.fromkeys(names, 1.0) | dict(numbers)
        return np.array([weights[name] for name in names], np.float32)
    values = [_weight(word) for word in re.split(r"[;,\s]+", text.strip()) if word]
    if len(values) != len(names):
        raise NetloomError(
            f"“{field.name}” has {len(names)} classes, but {len(values)} weights are named; write one number for each "
            f"({', '.join(names[:8])}{', …' if len(names) > 8 else ''}), or names such as {names[-1]}: 5."
        )
    return np.array(values, np.float32)


def _named(part: str, names: Sequence[str]) -> tuple[str, float]:
    match = _NAMED.fullmatch(part.strip(" ;,"))
    name = match[1] if match else ""
    name = name if name in names else FORMER_CLASSES.get(name, "")
    if match is None or name not in names:
        known = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
        raise NetloomError(f"Class weights: “{part.strip()}” names no class with its weight; the classes are {known}.")
    return name, _weight(match[2])


def _weight(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise NetloomError(f"Class weights: “{word}” is no number above 0; write weights such as 1, 9.")
    return value
