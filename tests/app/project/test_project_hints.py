"""Habits of data, plan and answers; what is dismissed; and that presets depart only where their pages say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.project.presets import preset, preset_ids
from app.project.project_check import check_project
from app.project.project_hints import PROJECT_RULES, TITLES, dismiss, dismissed, inner_hints, project_hints
from graph.checking.check import Checker
from graph.checking.network_hints import RULES, Hint, HintRule
from graph.document import Document
from graph.layers.base import Layer
from graph.layers.recurrent import Gru, Lstm
from graph.project import Project, parse_project, project_json
from graph.shapes import image, sequence, tokens, vector
from tests.app.project.preset_reports import report_of
from tests.graph.networks import chain, layer

Case = tuple[list[Layer], dict[str, Any]]
OUT, RELU, FLAT = layer("output"), layer("relu"), layer("flatten")
IRIS, DIABETES, DIGITS = ({"source": name} for name in ("iris", "diabetes", "digits"))
CASES = Path(__file__).resolve().parents[2] / "cases"
LOPSIDED, TAGS = (
    {"source": "table", "options": {"path": str(CASES / name), "target": target}}
    for name, target in (("lopsided.csv", "ill"), ("tags.csv", "tags"))
)


def table(columns: int, *layers: Layer) -> list[Layer]:
    return [layer("input", shape=vector(columns)), *layers, OUT]


def dense(units: int = 3) -> Layer:
    return layer("dense", units=units)


PLAIN = table(4, dense(8), RELU, dense())
AS_SERIES = layer("reshape", shape=sequence(4, 1))
BIG = [layer("input", shape=image(1, 8, 8)), FLAT, dense(1000), RELU, dense(10), OUT]
BOXED = {"source": "boxed_scenes", "options": {"samples": 10}}
GRID = [
    layer("input", shape=image(3, 32, 32)),
    layer("max_pool2d", kernel_size=(8, 8)),
    layer("conv2d", filters=8, kernel_size=(1, 1)),
    OUT,
]

SCENES = {"source": "segmented_scenes"}
BRACKETS, UNEVEN = {"source": "brackets"}, {"source": "binary_addition", "options": {"shortest": 4}}


def judge(*layers: Layer, steps: int | None = 20) -> list[Layer]:
    """A network that reads strings of brackets."""
    start = layer("input", shape=tokens(steps))
    return [start, layer("embedding", vocabulary=5, size=4), *layers, dense(2), OUT]


def adder(*layers: Layer) -> list[Layer]:
    """A network that reads any number of pairs."""
    return [layer("input", shape=sequence(None, 2)), *layers, OUT]


def scene(*layers: Layer, loss: str = "auto") -> list[Layer]:
    """A network that gives every pixel four values."""
    start = layer("input", shape=image(3, 24, 24))
    return [start, layer("conv2d", filters=4, padding="same"), *layers, layer("output", loss=loss)]


TRIGGERS: dict[str, Case] = {
    "convolution_on_table": (
        table(4, AS_SERIES, layer("conv1d", filters=6), RELU, layer("max_pool1d"), FLAT, dense()), {"data": IRIS}
    ),
    "softmax_twice": (table(4, dense(), layer("softmax")), {"data": IRIS}),
    "softmax_labels": (table(2, dense(), layer("softmax")), {"data": TAGS}),
    "squashed_scores": (table(4, dense(), layer("tanh")), {"data": IRIS}),
    "squashed_number": (table(10, dense(1), layer("sigmoid")), {"data": DIABETES}),
    "mask_as_amounts": (scene(), {"data": SCENES}),
    "classes_by_amounts": (PLAIN, {"data": IRIS, "plan": {"loss": "bce"}}),
    "padding_read": (judge(Lstm()), {"data": BRACKETS}),
    "grid_loss": (GRID, {"data": BOXED}),
    "by_heart": (BIG, {"data": DIGITS}),
    "lopsided": (table(2, dense(2)), {"data": LOPSIDED}),
    "high_rate": (PLAIN, {"data": IRIS, "plan": {"learning_rate": 0.5}}),
    "not_standardised": (PLAIN, {"data": {**IRIS, "standardise": False}}),
    "no_validation": (PLAIN, {"data": {**IRIS, "split": {"train": 0.8, "validation": 0.0, "test": 0.2}}}),
    "one_fold": (PLAIN, {"data": {**IRIS, "fold": {"number": 2, "of": 5}}}),
}  # fmt: skip
KEPT: dict[str, list[Case]] = {
    "convolution_on_table": [
        (PLAIN, {"data": IRIS}),
        ([layer("input", shape=image(1, 8, 8)), layer("conv2d"), RELU, FLAT, dense(10), OUT], {"data": DIGITS}),
    ],
    "softmax_twice": [
        (PLAIN, {"data": IRIS}),
        (table(4, dense(), layer("softmax")), {"data": IRIS, "plan": {"loss": "mse"}}),
        (table(4, dense(), layer("softmax")), {}),
    ],
    "softmax_labels": [
        (table(2, dense(), layer("sigmoid")), {"data": TAGS}),
        (table(2, dense()), {"data": TAGS}),
    ],
    "squashed_scores": [
        (table(4, dense(), layer("sigmoid")), {"data": IRIS}),
        (table(4, dense(), layer("tanh")), {"data": IRIS, "plan": {"loss": "mse"}}),
        (
            [layer("input", shape=image(1, 8, 8)), layer("conv2d", filters=10), layer("global_pool2d"), OUT],
            {"data": DIGITS},
        ),
        (table(4, dense(), layer("softmax")), {"data": IRIS}),
    ],
    "squashed_number": [
        (table(2, dense(), layer("sigmoid")), {"data": TAGS}),
        (table(10, dense(1)), {"data": DIABETES}),
        (table(4, dense(), layer("sigmoid")), {"data": IRIS}),
    ],
    "mask_as_amounts": [
        (scene(loss="cross_entropy"), {"data": SCENES}),
        (scene(layer("sigmoid"), loss="bce"), {"data": SCENES}),
        (PLAIN, {"data": IRIS}),
    ],
    "classes_by_amounts": [
        (PLAIN, {"data": IRIS}),
        (PLAIN, {"data": IRIS, "plan": {"loss": "hinge"}}),
        (table(2, dense(2)), {"data": LOPSIDED, "plan": {"loss": "bce"}}),
        (table(10, dense(1)), {"data": DIABETES, "plan": {"loss": "mse"}}),
        (table(2, dense()), {"data": TAGS, "plan": {"loss": "bce"}}),
    ],
    "padding_read": [
        (adder(Gru(output_mode="sequence"), layer("time_distributed_dense", units=1)), {"data": UNEVEN}),
        (adder(Gru()), {"data": {"source": "adding"}}),
        (judge(Lstm()), {}),
        (judge(layer("max_pool1d"), Lstm()), {"data": BRACKETS}),
        (judge(layer("max_pool1d"), Lstm(), steps=None), {"data": BRACKETS}),
    ],
    "grid_loss": [
        ([*GRID[:-1], layer("output", loss="yolo")], {"data": BOXED}),
        (GRID, {"data": BOXED, "plan": {"loss": "yolo"}}),
        (GRID, {}),
    ],
    "by_heart": [
        (BIG, {"data": {**DIGITS, "augment": {"shift": 0.1}}}),
        (BIG, {"data": DIGITS, "plan": {"weight_decay": 0.01}}),
        ([*BIG[:-2], layer("dropout"), *BIG[-2:]], {"data": DIGITS}),
        (PLAIN, {"data": IRIS}),
    ],
    "lopsided": [
        (PLAIN, {"data": IRIS}),
        (table(2, dense(2)), {"data": LOPSIDED, "plan": {"class_weights": "automatic"}}),
        (table(2, dense(2)), {}),
    ],
    "high_rate": [
        (PLAIN, {"plan": {"learning_rate": 0.01}}),
        (PLAIN, {"plan": {"learning_rate": 0.5, "optimiser": "sgd"}}),
        (PLAIN, {"plan": {"learning_rate": "fast"}}),
    ],
    "not_standardised": [(PLAIN, {"data": IRIS}), (BIG, {"data": {**DIGITS, "standardise": False}}), (PLAIN, {})],
    "no_validation": [(PLAIN, {"data": IRIS}), (PLAIN, {"data": {"source": 3}})],
    "one_fold": [(PLAIN, {"data": IRIS}), (PLAIN, {"data": {**IRIS, "fold": None}})],
}


def document(case: Case) -> Document:
    layers, sections = case
    return Document(chain(layers).network, sections)


def hints(made: Document, rule: str) -> list[Hint]:
    project = Project(made.network, dict(made.sections))
    return [hint for hint in check_project(project, None).hints if hint.rule == rule]


def test_every_rule_is_tested_and_named() -> None:
    assert set(TRIGGERS) == set(KEPT) == {rule.id for rule in PROJECT_RULES}
    assert len(TITLES) == len(RULES) + len(PROJECT_RULES)


@pytest.mark.parametrize("rule", sorted(TRIGGERS))
def test_a_departure_is_noticed_and_its_change_makes_it_go(rule: str) -> None:
    made = document(TRIGGERS[rule])
    (found,) = hints(made, rule)
    assert found.fixes
    for fix in found.fixes:
        fix.apply(made)
        assert hints(made, rule) == []
        assert check_project(Project(made.network, dict(made.sections)), None).ok
        made.undo()


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in KEPT.items() for case in cases])
def test_a_habit_that_is_kept_is_not_mentioned(rule: str, case: Case) -> None:
    assert hints(document(case), rule) == []


def test_dismissing_is_remembered_in_the_project_and_undone() -> None:
    made = document(TRIGGERS["high_rate"])
    (found,) = hints(made, "high_rate")
    dismiss(made, found)
    assert hints(made, "high_rate") == []
    kept = parse_project(project_json(Project(made.network, dict(made.sections))))
    assert kept.sections["hints"] == {"dismissed": {"high_rate": [""]}}
    made.undo()
    assert hints(made, "high_rate") == [found]


@pytest.mark.parametrize("section", [None, {}, {"dismissed": 3}, {"dismissed": {"high_rate": "conv1"}}])
def test_what_cannot_be_read_dismisses_nothing(section: object) -> None:
    assert dismissed({"hints": section}) == frozenset()


def test_a_rule_that_is_never_shown_and_one_inside_a_block() -> None:
    made = chain(table(4, dense(), dense()))
    checker = Checker(made)
    checker.close()
    rules = {hint.rule for hint in project_hints(checker, {}, None)}
    assert rules == {"no_activation"}
    assert project_hints(checker, {}, None, {"no_activation"}) == ()
    (found,) = inner_hints(checker, "block1", {})
    bent = Checker(chain(table(4, dense(), RELU)))
    bent.close()
    assert {hint.rule for hint in project_hints(bent, {}, None)} == {"bent_answer"}
    assert inner_hints(bent, "block1", {}) == ()
    outer = Document()
    dismiss(outer, found, "block1")
    assert outer.sections["hints"] == {"dismissed": {"no_activation": ["block1/dense2"]}}
    assert inner_hints(checker, "block1", outer.sections) == ()
    assert inner_hints(checker, "block2", outer.sections) == (found,)


def test_the_report_lists_hints_beside_the_problems() -> None:
    made = document(TRIGGERS["softmax_twice"])
    told = check_project(Project(made.network, dict(made.sections)), None).to_json()
    assert (told["ok"], told["problems"]) == (True, [])
    (hint,) = told["hints"]
    assert hint["rule"] == "softmax_twice"
    assert hint["layer"] == "softmax1"
    assert hint["fixes"] == ["Take softmax1 out"]
    assert hint["why"]


@pytest.mark.parametrize("id_", preset_ids())
def test_presets_depart_only_where_their_pages_say_so(id_: str) -> None:
    found = preset(id_).project
    assert not report_of(id_).hints or "hint" in str(found.sections["notes"])
    stale = dismissed(found.sections)
    if not stale:
        return
    bare = Project(found.network, {name: value for name, value in found.sections.items() if name != "hints"})
    assert stale <= {(hint.rule, hint.layer or "") for hint in check_project(bare, None).hints}


def test_the_guide_lists_every_rule() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "guide" / "pages-and-hints.md").read_text("utf-8")
    rules: list[HintRule[Any]] = [*RULES, *PROJECT_RULES]
    for rule in rules:
        assert f"| `{rule.id}` | {rule.title} | {rule.why} |" in text


def test_a_softmax_before_a_pool_is_taken_out() -> None:
    layers = [layer("input", shape=image(1, 8, 8)), layer("conv2d", filters=10), layer("softmax")]
    made = document(([*layers, layer("global_pool2d"), OUT], {"data": DIGITS}))
    (found,) = hints(made, "squashed_scores")
    assert found.layer == "softmax1" and "pools probabilities" in found.message
    found.fixes[0].apply(made)
    assert hints(made, "squashed_scores") == []
