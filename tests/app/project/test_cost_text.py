"""Costs of networks of open length: per step, and at the length of the data."""

from __future__ import annotations

from typing import Any

import pytest

from app.project.cost_text import cost_text, network_costs, steps_text, work_text
from app.project.presets import preset
from app.project.project_check import check_project
from app.project.summary import inside, length_note, plain_costs, rows, table, totals
from graph.checking.check import Checker
from graph.checking.layer_info import Costs
from graph.checking.open_lengths import at_length, open_inputs
from graph.document import Document
from tests.app.cli.calling import Caller


def checked(name: str) -> Checker:
    return check_project(preset(name).project, None).checker


def closed(checker: Checker) -> Checker:
    """The same network checked with the number of steps that the data brings, as another way to the same costs."""
    shapes = {id_: checker.layer_info(id_).outputs["out"] for id_ in checker.network.ids if id_ in open_ids(checker)}
    return at_length(checker, {id_: shape.with_length(shape.known_time) for id_, shape in shapes.items()})


def open_ids(checker: Checker) -> set[str]:
    return set(open_inputs(checker.network))


@pytest.mark.parametrize("name", ["reviews_lstm", "brackets_lstm", "elman_by_hand", "reviews_stacked"])
def test_costs_at_the_length_of_the_data_are_those_of_a_network_of_that_length(name: str) -> None:
    checker = checked(name)
    costs, fixed = network_costs(checker), closed(checker)
    assert costs.is_open and costs.at_length is not None
    assert costs.at_length == Costs(fixed.connections, fixed.flops, fixed.activations)
    assert costs.at_length.flops > costs.plain.flops
    assert all(steps > 1 for steps in costs.lengths.values())
    assert totals(checker).at_length == costs.at_length
    for row in rows(checker):
        assert (row.at_length or plain_costs(row)) == fixed.layer_info(row.name).costs
        if row.opens:
            parts = [part.at_length or plain_costs(part) for part in inside(row)]
            assert sum((part.flops for part in parts), 0) == (row.at_length or plain_costs(row)).flops


def test_a_network_of_fixed_length_has_costs_per_sample_alone() -> None:
    costs = network_costs(checked("iris_mlp"))
    assert not costs.is_open and costs.at_length is None and not costs.lengths
    assert work_text(costs).endswith("FLOP per sample")


def test_without_data_costs_are_told_per_step() -> None:
    checker = Checker(Document(preset("reviews_lstm").project.network))
    costs, whole = network_costs(checker), totals(checker)
    assert costs.is_open and costs.at_length is None
    assert work_text(costs).endswith("FLOP per step")
    assert "one time step" in length_note(whole)
    assert table(rows(checker), whole).splitlines()[0].count("per step") == 2


def test_words() -> None:
    assert cost_text(12_000, None, "FLOP", {}, is_open=False) == "12.0 kFLOP per sample"
    assert (
        cost_text(120_000, 4_800_000, "FLOP", {"x": 40}, is_open=True) == "4.8 MFLOP at 40 steps (0.1 MFLOP per step)"
    )
    assert cost_text(96, 96, "B", {"x": 40}, is_open=True) == "96 B per sample"
    assert steps_text({"a": 12, "b": 40, "c": 12}) == "40 and 12 steps"


def test_the_summary_and_the_check_tell_both(call: Caller) -> None:
    checker = checked("reviews_lstm")
    whole = totals(checker)
    head, *lines = table(rows(checker), whole).splitlines()
    (steps,) = whole.lengths.values()
    assert f"FLOP at {steps} steps" in head and "FLOP per step" in head
    assert lines[-1].split(",")[-2] == str(whole.at_length and whole.at_length.flops)
    found: dict[str, Any] = call("check", "preset:reviews_lstm", "--json").json
    assert found["per_step"] and found["at_length"]["flops"] > found["flops"]
    assert list(found["at_length"]["steps"].values()) == [steps]
    assert any(layer["at_length"] for layer in found["layers"])
    said = call("check", "preset:reviews_lstm").out
    assert "operations per time step" in said and f"for a sample of {steps} steps" in said


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(capsys)
