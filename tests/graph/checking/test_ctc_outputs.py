"""Outputs that are taught by CTC, held against the data: what is wrong, and repairs that make it right."""

from __future__ import annotations

from dataclasses import replace

from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec
from graph.document import Document
from graph.layers.base import Layer
from graph.shapes import sequence, vector
from tests.graph.networks import chain, layer

LINES = DataSpec(
    {"line": sequence(64, 10)},
    {"digits": sequence(5, 11), "length": vector(1)},
    "line",
    "digits",
    labels={"digits": 11},
)


def checked(
    *middle: Layer, loss: str = "ctc", target: str = "", expected: DataSpec = LINES
) -> tuple[Document, Checker]:
    document = chain(
        [
            layer("input", shape=sequence(64, 10), field="line"),
            *middle,
            layer("output", loss=loss, target=target),
        ]
    )
    return document, Checker(document, expected)


def repaired(document: Document, checker: Checker, title: str) -> None:
    """Apply the fix of this title of the first problem, after which there is none."""
    fixes = {fix.title: fix for fix in checker.problems[0].fixes}
    fixes[title].apply(document)
    assert checker.ok, checker.problems


def test_scores_for_each_label_and_the_blank_fit() -> None:
    assert checked(layer("time_distributed_dense", units=11))[1].ok


def test_the_plan_may_choose_the_loss() -> None:
    middle = layer("time_distributed_dense", units=11)
    assert checked(middle, loss="auto", expected=replace(LINES, ctc=True))[1].ok
    assert not checked(middle, loss="mse", expected=replace(LINES, ctc=True))[1].ok


def test_a_wrong_number_of_scores_is_set_right() -> None:
    document, checker = checked(layer("time_distributed_dense", units=10))
    assert "needs 11 scores at each step, the blank’s and 10 labels’, but 10 arrive" in checker.problems[0].message
    repaired(document, checker, "Set step_dense1 to 11 units")


def test_a_layer_that_gives_scores_is_put_in() -> None:
    document, checker = checked(layer("lstm", hidden_size=8, output_mode="sequence"))
    repaired(document, checker, "Insert TimeDistributedDense with 11 units")


def test_too_few_steps_are_told_and_the_last_pool_is_taken_out() -> None:
    pools = [layer("max_pool1d", kernel_size=8, stride=8), layer("max_pool1d")]
    document, checker = checked(*pools, layer("time_distributed_dense", units=11))
    assert "4 steps arrive, but rows have up to 5 labels" in checker.problems[0].message
    repaired(document, checker, "Take out pool2")


def test_what_is_no_sequence_or_no_row_of_labels_is_told() -> None:
    _, checker = checked(layer("flatten"), layer("dense", units=11))
    assert "CTC needs a sequence" in checker.problems[0].message
    document, checker = checked(layer("flatten"), layer("dense", units=1), target="length")
    assert "“length” is a vector" in checker.problems[0].message
    repaired(document, checker, "Use the loss of the training settings")


def test_ctc_is_offered_where_a_sequence_meets_labels_of_another_number() -> None:
    document, checker = checked(layer("time_distributed_dense", units=11), loss="auto")
    repaired(document, checker, "Compare as labels without places (CTC)")
