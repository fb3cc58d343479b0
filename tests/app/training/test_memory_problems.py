"""Trainings that cannot fit are refused before anything is built, with what would make them fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.data.data_choice import DataChoice
from app.system.number_format import scaled
from app.training import memory_problems
from app.training.data_spec import data_spec
from app.training.judge import judge
from app.training.predicted_cost import PredictedCost, project_training
from app.training.training_session import begin
from graph.checking.check import Checker
from graph.checking.layer_info import Problem, Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.project import Project
from graph.shapes import vector
from tests.graph.networks import chain, layer

GIGABYTE = 2**30
SPIRALS: dict[str, Any] = {"source": "spirals", "options": {"samples": 8_000}}


@pytest.fixture(autouse=True)
def four_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose memory is known."""
    monkeypatch.setattr(memory_problems, "installed", lambda: 4 * GIGABYTE)


def wide(*units: int, batch: int = 32) -> Document:
    between = [each for count in units for each in (layer("dense", units=count), layer("relu"))]
    drawn = chain([layer("input", shape=vector(2)), *between, layer("dense", units=2), layer("output")])
    return Document(drawn.network, {"data": SPIRALS, "plan": {"batch_size": batch}})


def found(document: Document) -> list[Problem]:
    """The problems of a project, as the window finds them."""
    info = DataChoice.parse(SPIRALS).info()
    checker = Checker(document, data_spec(info, document.sections["plan"]))
    problems = judge(checker, document.sections, info)
    checker.close()
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def test_dense_200000_on_200000_is_refused_with_what_would_fit() -> None:
    document = wide(200_000, 200_000)
    [problem] = found(document)
    assert problem.layer == "dense2"
    assert "does not fit" in problem.message and "What would make it fit: give dense2" in problem.message
    info = DataChoice.parse(SPIRALS).info()
    checker = Checker(document, data_spec(info, document.sections["plan"]))
    training = project_training(checker, document.sections, info)
    assert training is not None
    told = [scaled(each, "B") for each in (training.memory.total, training.memory.least)]
    assert f"it takes about {told[0]}, of which a step alone needs {told[1]} (" in problem.message
    assert told[0] in PredictedCost(training.memory.total, None).text  # as the status line tells it
    assert [fix.title for fix in problem.fixes] == ["Give dense2 781 units instead of 200,000"]
    problem.fixes[0].apply(document)
    assert found(document) == []


def test_a_batch_that_is_too_large_is_refused_with_one_that_fits() -> None:
    document = wide(200_000, 100, batch=8_000)
    [problem] = found(document)
    assert problem.layer is None
    assert "values of a batch" in problem.message
    assert problem.fixes[0].title == "Use batches of 4,096 samples"
    problem.fixes[0].apply(document)
    assert found(document) == []


def test_what_fits_is_not_refused() -> None:
    assert found(wide(1_000, 1_000)) == []


def test_without_data_the_weights_alone_are_judged() -> None:
    document = wide(200_000, 200_000)
    checker = Checker(document)
    [problem] = memory_problems.memory_problems(checker, {}, None)
    checker.close()
    assert "for the weights alone" in problem.message
    assert [fix.title for fix in problem.fixes] == ["Give dense2 3,125 units instead of 200,000"]


def test_a_training_is_refused_in_the_same_words_before_anything_is_built(tmp_path: Path) -> None:
    document = wide(200_000, 200_000)
    [problem] = found(document)
    with pytest.raises(NetloomError) as refused:
        begin(Project(document.network, dict(document.sections)), out=tmp_path / "run")
    assert str(refused.value) == problem.message
    assert not (tmp_path / "run").exists()
