"""Objectives: found by their files, and chosen by name in the plan."""

from __future__ import annotations

import contextlib

import pytest

from app.training.objective import Objective, build_objective
from app.training.plan import OBJECTIVES, Plan
from app.training.trainable import Model
from graph.errors import NetloomError
from tests.app.training.projects import mlp, project


def test_each_objective_is_a_module_that_registers_the_class_of_its_name() -> None:
    model = Model.build(project(mlp()))
    for name in OBJECTIVES:
        with contextlib.suppress(NetloomError):  # the network does not suit each of them
            build_objective(model.project.network, model.compiled, model.prepared, Plan(objective=name))
        assert Objective.kinds[name].kind == name


def test_supervised_learning_comes_first_and_is_the_default() -> None:
    assert OBJECTIVES[0] == Plan().objective == "supervised"
    assert next(setting for setting in Plan.settings() if setting.name == "objective").choices == OBJECTIVES


def test_an_unknown_objective_is_refused_by_the_plan() -> None:
    with pytest.raises(ValueError, match="objective"):
        Plan(objective="guessing")
