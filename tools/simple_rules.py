"""How far simple rules get on generated data, beside which a network must stand: ``python -m tools.simple_rules``.

A rule sees of each sample its length, how often each symbol occurs, its first and last symbol, a bag of words, all
values at once by a linear model, three questions (a tree of depth 3), or the most similar sample of the training set.
For numbers and pictures, mean, least and greatest value stand in for how often symbols occur, and first and last step
or frame for the symbols. Of clips a small network sees one frame alone, the last, as one without a memory would. The
scores are of the test set, with the settings that the presets have.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from app.data.baselines import baselines, box_baselines
from app.data.data_choice import DataChoice
from app.data.dataset import Array, Field, Task
from app.data.prepare import Part, Prepared, prepare
from app.data.source_catalogue import SHIPPED
from app.project.presets import presets
from graph.shapes import Kind
from tools.entry_lines import read_entries, write_entries

FILE = Path(__file__).resolve().parent.parent / "docs" / "simple_rules.json"
ONE_FRAME = "one frame"
RULES = ("guess", "length", "counts", "first and last", "linear", "tree of depth 3", "nearest sample", ONE_FRAME)
MOST = 4000
"""Samples of the training set that rules are fitted to, and of the test set that they are held against."""
FEW_SYMBOLS = 8
"""Vocabularies up to this size have the differences of counts among what is counted: as many ( as )."""

Scores = dict[str, float]


def generated_sets() -> tuple[str, ...]:
    """The kinds of data that are made from a seed, in the order of the catalogue."""
    return tuple(each.kind for each in SHIPPED if each.__module__.startswith("app.data.sources.synthetic."))


def choice_of(kind: str) -> DataChoice:
    """The data called ``kind`` as the simplest preset on it has it, or else as a new project begins with it."""
    sections = [preset.project.sections["data"] for preset in _presets() if preset.dataset == kind]
    return DataChoice.parse(sections[0]) if sections else DataChoice.usual(kind)


@cache
def _presets() -> tuple[Any, ...]:
    return tuple(presets())


def rule_scores(prepared: Prepared) -> Scores:
    """Accuracy (of sequences: the share that is right in every place) or RMSE of each rule that applies."""
    target = prepared.dataset.target_field()
    if target.box_classes:
        return {"guess": _first_error(next(box_baselines(prepared)).to_json())}
    if target.pixel_classes:
        return {"guess": _first_error(baselines(prepared, pixels=True)[0].to_json())}
    if target.next_of:
        return _next_token_scores(prepared)
    if prepared.dataset.task is Task.SEQUENCE:
        return _sequence_scores(prepared)
    known, unknown = (_Samples.of(prepared, part) for part in (prepared.train, prepared.test))
    scores = {name: _fit(name, known, unknown) for name in known.features if known.features[name].shape[1]}
    guess = baselines(prepared, binary=known.classes)
    return ({"guess": _first_error(guess[0].to_json())} if guess else {}) | scores


def rule_score(prepared: Prepared, rule: str) -> float:
    """Accuracy or RMSE of one rule, for data whose samples have one answer each."""
    return _fit(rule, *(_Samples.of(prepared, part) for part in (prepared.train, prepared.test)))


def _first_error(values: Mapping[str, Any]) -> float:
    return float(next(values[name] for name in ("map_50", "mean_iou", "accuracy", "rmse") if name in values))


class _Samples:
    """Features of some samples by the rule that reads them, (n, d) each, and the targets, (n,) or (n, m)."""

    def __init__(self, features: Mapping[str, Array], targets: Array, classes: bool, scale: float) -> None:
        self.features, self.targets, self.classes, self.scale = features, targets, classes, scale

    @classmethod
    def of(cls, prepared: Prepared, part: Part) -> _Samples:
        dataset, rows = prepared.dataset, slice(None, None, max(1, part.samples // MOST))
        target = dataset.target_field()
        field = dataset.field_named(dataset.inputs[0])
        inputs, targets = (np.asarray(part.arrays[each.name])[rows] for each in (field, target))
        lengths = np.asarray(part.arrays[field.lengths])[rows] if field.lengths else np.zeros((len(inputs), 0))
        binary = bool(target.labels or target.classes or set(np.unique(targets[:1000])) <= {0.0, 1.0})
        if targets.ndim == 3:
            features, targets = _of_steps(inputs, targets, lengths)
            return cls(features, targets, True, 1.0)
        features = _of_symbols(field, inputs, lengths) if field.vocabulary else _of_numbers(field, inputs, lengths)
        scaler = prepared.scalers.get(target.name)
        scale = 1.0 if scaler is None else float(np.ptp(scaler.undo(np.array([[0.0], [1.0]]))))
        return cls(features, targets if targets.ndim == 1 or targets.shape[1] > 1 else targets[:, 0], binary, scale)


def _of_symbols(field: Field, inputs: Array, lengths: Array) -> dict[str, Array]:
    size = len(field.vocabulary)
    counts = np.stack([(inputs == symbol).sum(axis=1) for symbol in range(1, size)], axis=1)
    last = inputs[np.arange(len(inputs)), np.maximum((inputs > 0).sum(axis=1), 1) - 1]
    ends = np.eye(size)[np.stack([inputs[:, 0], last], axis=1)].reshape(len(inputs), -1)
    pairs = itertools.combinations(range(size - 1), 2) if size <= FEW_SYMBOLS else ()
    apart = [np.abs(counts[:, a] - counts[:, b]) for a, b in pairs]
    counted = np.concatenate([counts, *(each[:, None] for each in apart)], axis=1)
    places = np.eye(size, dtype=np.float32)[inputs].reshape(len(inputs), -1)
    return _rules(lengths, counted, ends, counts, places)


def _of_numbers(field: Field, inputs: Array, lengths: Array) -> dict[str, Array]:
    # Steps come first in sequences and videos; pictures have channels first, and no steps.
    steps = inputs if field.shape.kind in (Kind.SEQUENCE, Kind.VIDEO) else inputs.reshape(len(inputs), 1, -1)
    flat = inputs.reshape(len(inputs), -1)
    by_feature = inputs if field.shape.kind is Kind.SEQUENCE else flat[:, :, None]
    counted = np.concatenate([by_feature.mean(1), by_feature.min(1), by_feature.max(1)], axis=1)
    several = steps.shape[1] > 1
    ends = steps[:, [0, -1]].reshape(len(inputs), -1) if several else np.zeros((len(inputs), 0))
    counted = counted if flat.shape[1] > 2 else np.zeros((len(inputs), 0))
    last = {ONE_FRAME: steps[:, -1].reshape(len(inputs), -1)} if field.shape.kind is Kind.VIDEO else {}
    return _rules(lengths, counted, ends, flat, flat) | last


def _of_steps(inputs: Array, targets: Array, lengths: Array) -> tuple[dict[str, Array], Array]:
    """Every step as a sample: its own values, and with those of the step before."""
    before = np.concatenate([np.zeros_like(inputs[:, :1]), inputs[:, :-1]], axis=1)
    own = np.arange(inputs.shape[1]) < (lengths if lengths.shape[1] else inputs.shape[1])
    own = np.broadcast_to(own, inputs.shape[:2])
    here, both = inputs[own], np.concatenate([inputs, before], axis=2)[own]
    nothing = np.zeros((len(here), 0))
    return _rules(nothing, here, nothing, both, both), targets[own][:, 0]


def _rules(lengths: Array, counted: Array, ends: Array, bag: Array, everything: Array) -> dict[str, Array]:
    features = dict(zip(RULES[1:5], (lengths, counted, ends, bag), strict=True))
    return features | {
        "tree of depth 3": np.concatenate([lengths, counted, ends, bag], axis=1),
        "nearest sample": everything,
    }


def _fit(rule: str, known: _Samples, unknown: _Samples) -> float:
    model = _model(rule, known.classes, known.targets.ndim > 1)
    predicted = model.fit(known.features[rule], known.targets).predict(unknown.features[rule])
    if known.classes:
        return float((predicted == unknown.targets).mean())
    return float(np.sqrt(((predicted - unknown.targets) ** 2).mean())) * known.scale


def _model(rule: str, classes: bool, several: bool = False) -> Any:
    """The model of scikit-learn that stands for a rule; ``several`` where each sample has several labels."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.multioutput import MultiOutputClassifier
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if rule == ONE_FRAME:
        return make_pipeline(StandardScaler(), MLPClassifier((32,), max_iter=100, early_stopping=True, random_state=0))
    if rule in ("linear", "first and last"):
        logistic = LogisticRegression(max_iter=300)
        fitted = (MultiOutputClassifier(logistic) if several else logistic) if classes else Ridge()
        return make_pipeline(StandardScaler(), fitted)
    if rule == "nearest sample":
        return KNeighborsClassifier(1) if classes else KNeighborsRegressor(1)
    return (DecisionTreeClassifier if classes else DecisionTreeRegressor)(max_depth=3, random_state=0)


def _sequence_scores(prepared: Prepared) -> Scores:
    """Sentences and digits that are to be written: what most samples have at each place, and what the nearest has."""
    from sklearn.neighbors import NearestNeighbors

    name, target = prepared.dataset.inputs[0], prepared.dataset.target
    (seen, known), (asked, true) = (
        [np.asarray(part.arrays[field])[:MOST].reshape(min(MOST, part.samples), -1) for field in (name, target)]
        for part in (prepared.train, prepared.test)
    )
    field = prepared.dataset.field_named(name)
    if field.vocabulary:
        seen, asked = (
            np.eye(len(field.vocabulary), dtype=np.float32)[each].reshape(len(each), -1) for each in (seen, asked)
        )
    usual = np.array([np.bincount(column).argmax() for column in known.T])
    nearest = NearestNeighbors(n_neighbors=1).fit(seen).kneighbors(asked, return_distance=False)[:, 0]
    return {"guess": _whole(np.broadcast_to(usual, true.shape), true), "nearest sample": _whole(known[nearest], true)}


def _next_token_scores(prepared: Prepared) -> Scores:
    """The share of next tokens that the most frequent one and the likeliest behind the last token are."""
    unigram, bigram, _ = baselines(prepared)
    return {"guess": float(unigram.token_accuracy or 0), "counts": float(bigram.token_accuracy or 0)}


def _whole(predicted: Array, true: Array) -> float:
    return float((predicted == true).all(axis=1).mean())


def formatted(kind: str, score: float) -> str:
    """As the table has it: per cent, or the root of the mean squared error in the data's own unit."""
    return f"{score:.3g}" if kind in BY_ERROR else f"{math.floor(1000 * score + 0.5) / 10:.1f} %"


BY_ERROR = ("sine", "seasons", "random_walk", "fleet", "adding")
"""Sets that ask for numbers: the smaller a score, the better."""


def table(scores: Mapping[str, Scores]) -> str:
    """All sets and rules as a table in Markdown."""
    lines = [f"| set | {' | '.join(RULES)} |", "|---" * (len(RULES) + 1) + "|"]
    for kind, own in scores.items():
        cells = [formatted(kind, own[rule]) if rule in own else "" for rule in RULES]
        lines.append(f"| `{kind}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def read_scores() -> dict[str, Scores]:
    """What was written by the last ``--write``."""
    return read_entries(FILE)


def measured(kind: str) -> Scores:
    """The score of each rule on one set, with four decimals."""
    return {rule: round(score, 4) for rule, score in rule_scores(prepare(choice_of(kind))).items()}


def main(arguments: list[str]) -> int:
    """Print the table of the sets that are named, or of all."""
    parser = argparse.ArgumentParser(prog="python -m tools.simple_rules", description=__doc__)
    parser.add_argument("data", nargs="*", metavar="DATA", help="generated sets; without any, all")
    parser.add_argument("--write", action="store_true", help=f"write what was measured into docs/{FILE.name}")
    options = parser.parse_args(arguments)
    scores = {kind: measured(kind) for kind in options.data or generated_sets()}
    print(table(scores))
    if options.write:
        kept = read_scores() | scores
        write_entries(FILE, {kind: kept[kind] for kind in generated_sets() if kind in kept})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
