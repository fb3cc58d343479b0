"""Further scores of single presets that their pages give: by length, and by how strings of brackets are wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from app.data.dataset import Array
from app.data.prepare import Prepared
from app.data.sources.synthetic.brackets import is_balanced
from app.training.trainable import Model

LONGEST = 0.25
"""Share of the lengths of the test set that count as the longest."""


def more_scores(id_: str, model: Model) -> dict[str, float]:
    """Scores of a trained preset beside those of its test set, by a name for each."""
    return _of_short(model) | (_brackets(model) if id_ == "brackets_lstm" else {})


def more_baselines(id_: str, prepared: Prepared) -> dict[str, dict[str, float]]:
    """Rules that are worth a comparison on the data of one preset alone, with their test scores."""
    rule = BASELINES.get(id_)
    return rule(prepared) if rule else {}


def _of_short(model: Model) -> dict[str, float]:
    """Where the test set is of longer samples: the scores on others as long as those of the training."""
    if model.prepared.dataset.given is None:
        return {}
    scores = model.measure(model.feed(model.prepared.validation))
    return {f"short {name}": value for name, value in scores.items() if name != "loss"}


def _strings(prepared: Prepared) -> list[list[int]]:
    rows = np.asarray(prepared.test.arrays[prepared.dataset.inputs[0]])
    return [[int(bracket) for bracket in row[row > 0]] for row in rows]


def closes_in_time(string: list[int]) -> bool:
    """Whether a string would be balanced if all brackets were round: all that a counter of the depth can see."""
    return is_balanced([2 - bracket % 2 for bracket in string])


def _brackets(model: Model) -> dict[str, float]:
    test, target = model.prepared.test, model.prepared.dataset.target
    true = np.asarray(test.arrays[target])
    right = model.predict(model.feed(test))[0].argmax(axis=1) == true
    strings = _strings(model.prepared)
    lengths, in_time = np.array(list(map(len, strings))), np.array(list(map(closes_in_time, strings)))
    groups: Mapping[str, Array] = {
        "balanced": true == 1,
        "crossed": in_time & (true == 0),
        "closed too early": ~in_time,
        "longest": lengths >= lengths.max() - LONGEST * np.ptp(lengths),
    }
    return {f"{name}: accuracy": float(right[rows].mean()) for name, rows in groups.items()}


def _depth_alone(prepared: Prepared) -> dict[str, dict[str, float]]:
    true = np.asarray(prepared.test.arrays[prepared.dataset.target])
    in_time = np.array(list(map(closes_in_time, _strings(prepared))))
    return {"depth, whatever the kind": {"accuracy": float((in_time == true).mean())}}


BASELINES: Mapping[str, Callable[[Prepared], dict[str, dict[str, float]]]] = {"brackets_lstm": _depth_alone}
