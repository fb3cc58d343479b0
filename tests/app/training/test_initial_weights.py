"""Projects that start from the weights of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.project.project_check import check_project
from app.training.initial_weights import InitialWeights, starting_from
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.projects import DIGITS, mlp, project


def test_a_project_that_starts_from_the_weights_of_a_run_has_them(tmp_path: Path) -> None:
    first = begin(project(epochs=1), None, tmp_path / "first")
    for _ in train(first):
        pass
    run = first.run
    made = starting_from(project(epochs=1), run.weights)
    session = begin(made, None, tmp_path / "second")
    fresh = begin(project(epochs=1, seed=9), None, tmp_path / "third")
    before = begin(starting_from(project(epochs=1, seed=9), run.weights), None, tmp_path / "fourth")
    for mine, theirs in zip(session.model.module.parameters(), before.model.module.parameters(), strict=True):
        assert mine.equal(theirs)
    others = zip(session.model.module.parameters(), fresh.model.module.parameters(), strict=True)
    assert not all(mine.equal(theirs) for mine, theirs in others)


def test_what_is_frozen_stays_so(tmp_path: Path) -> None:
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(b"any")
    plain = project(epochs=1)
    frozen = Project(plain.network, {**plain.sections, "start": {"frozen": ["dense1"]}})
    assert InitialWeights.of(starting_from(frozen, weights)).frozen == ("dense1",)
    assert frozen.sections["start"] == {"frozen": ["dense1"]}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="weights"):
        starting_from(project(epochs=1), tmp_path / "weights.safetensors")


def test_a_layer_that_begins_anew_has_its_own_weights_and_may_have_another_size(tmp_path: Path) -> None:
    first = begin(project(epochs=1), None, tmp_path / "first")
    for _ in train(first):
        pass
    plain = project(mlp(units=5), epochs=1)
    five = Project(plain.network, {**plain.sections, "data": DIGITS | {"options": {"digits": [0, 1, 2, 3, 4]}}})
    with pytest.raises(NetloomError, match="dense2 has 85 parameters, but 170 in the run first"):
        begin(starting_from(five, first.run.weights), None, tmp_path / "second")
    made = starting_from(five, first.run.weights, ("dense1",), ("dense2",))
    session = begin(made, None, tmp_path / "third")
    taken, given = (each.model.module.state_dict() for each in (session, first))
    before = {name: tensor.clone() for name, tensor in taken.items()}
    assert all(tensor.equal(given[name]) for name, tensor in before.items() if not name.startswith("dense2"))
    assert before["dense2.weight"].shape == (5, 16)
    for _ in train(session):
        pass
    after = session.model.module.state_dict()
    assert after["dense1.weight"].equal(before["dense1.weight"])
    assert not after["dense2.weight"].equal(before["dense2.weight"])


def test_a_layer_that_is_not_there_cannot_begin_anew() -> None:
    plain = project(epochs=1)
    report = check_project(Project(plain.network, {**plain.sections, "start": {"fresh": ["nobody"]}}), None)
    assert [problem.message for problem in report.problems] == [
        "nobody cannot begin anew: there is no layer of that name."
    ]
