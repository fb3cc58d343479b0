"""One project check: what it accepts can be trained, what it refuses cannot, and its fixes repair."""

from __future__ import annotations

from typing import Any

import pytest

from app.project.project_check import check_data, check_project
from app.training.plan_problems import plan_problems
from app.training.trainable import Model
from graph.checking.fixes import Fix
from graph.checking.layer_info import Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.network import Network
from graph.project import Project
from graph.shapes import vector
from tests.graph.networks import chain, layer

SPIRALS: dict[str, Any] = {"source": "spirals"}
HIDDEN = (layer("input", shape=vector(2)), layer("dense", units=16), layer("relu"))


def judged(*ends: Layer, data: Any = SPIRALS, plan: Any = None, source: str = "spirals") -> Project:
    data = {**data, "source": source} if data is SPIRALS else data
    sections = {name: section for name, section in (("data", data), ("plan", plan)) if section is not None}
    return Project(chain([*HIDDEN, *ends, layer("output")]).network, sections)


def trains(project: Project) -> bool:
    try:
        Model.build(project, judged=True)
    except NetloomError:
        return False
    return True


def forecast(own: str = "cross_entropy", **plan: Any) -> Project:
    """A regression whose output names the loss ``own``."""
    layers = [layer("input", shape=vector(10)), layer("dense", units=1), layer("output", loss=own)]
    return Project(chain(layers).network, {"data": {"source": "diabetes"}, "plan": plan})


CASES = {
    "one sigmoid for two classes": (judged(layer("dense", units=1), layer("sigmoid")), True),
    "one logit for two classes": (judged(layer("dense", units=1)), True),
    "an output for each class": (judged(layer("dense", units=2)), True),
    "an autoencoder": (judged(layer("dense", units=2), plan={"objective": "reconstruction"}, source="moons"), True),
    "an autoencoder too wide": (judged(layer("dense", units=3), plan={"objective": "reconstruction"}), False),
    "squared error for classes": (judged(layer("dense", units=2), plan={"loss": "mse"}), True),
    "cross-entropy for numbers": (forecast(), False),
    "no decoder input": (judged(layer("dense", units=2), plan={"objective": "teacher_forcing"}), False),
    "yes or no by standardised numbers": (forecast("bce"), False),
    "three outputs for two classes": (judged(layer("dense", units=3)), False),
    "a plan that is no mapping": (judged(layer("dense", units=2), plan=3), False),
    "an unknown setting": (judged(layer("dense", units=2), plan={"speed": 3}), False),
    "unknown data": (judged(layer("dense", units=2), source="nowhere"), False),
    "data that is no mapping": (judged(layer("dense", units=2), data=[3]), False),
}


@pytest.mark.parametrize("name", CASES)
def test_check_and_training_agree(name: str) -> None:
    project, fine = CASES[name]
    assert check_project(project, None).ok is fine
    assert trains(project) is fine


@pytest.mark.parametrize("project", [forecast(), forecast("auto", loss="cross_entropy", epochs=2)])
def test_a_loss_that_does_not_suit_is_repaired_where_it_was_chosen(project: Project) -> None:
    document = Document(Network(project.network, project.network.connections), project.sections)
    (problem,) = check_project(Project(document.network, dict(document.sections)), None).problems
    assert "cross-entropy needs classes" in problem.message
    problem.fixes[0].apply(document)
    assert check_project(Project(document.network, dict(document.sections)), None).problems == ()


def test_a_plan_keeps_what_can_be_read() -> None:
    project = judged(layer("dense", units=2), plan={"epochs": 3, "speed": 2, "batch_size": -1})
    (problem,) = [one for one in check_project(project, None).problems if one.severity is Severity.ERROR]
    document = Document(project.network, project.sections)
    problem.fixes[0].apply(document)
    assert document.sections["plan"] == {"epochs": 3}
    assert check_project(Project(document.network, dict(document.sections)), None).ok


def test_what_was_never_read_stays_unknown_without_loading_and_a_refusal_offers_the_callers_fix() -> None:
    other = Fix("Choose data…", ())
    for source, known, fixes in (("spirals", True, []), ("nowhere", False, [(other,)])):
        project = judged(layer("dense", units=2), source=source)
        info, problems = check_data(project.sections["data"], None, load=False, choose_data=(other,))
        assert (info is not None) is known
        assert [problem.fixes for problem in problems] == fixes


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_a_device_that_this_machine_lacks_is_a_warning_of_the_check_and_refused_for_training_here(device: str) -> None:
    project = judged(layer("dense", units=2))
    project = Project(project.network, {**project.sections, "plan": {"device": device}})
    assert check_project(project, None).ok, "which devices there are is not known"
    report = check_project(project, None, ["cpu"])
    assert report.ok
    (problem,) = report.problems
    assert problem.severity is Severity.WARNING
    assert problem.message.startswith(
        f"The device “{device}” is not there: torch finds cpu; choose one of them, or auto,"
    )
    assert problem.message.endswith("A machine that has it can train the project as it is.")
    (refusal,) = plan_problems(project.sections["plan"], ["cpu"])
    assert refusal.severity is Severity.ERROR and problem.message.startswith(refusal.message)
    document = Document(project.network, project.sections)
    problem.fixes[0].apply(document)
    assert check_project(Project(document.network, dict(document.sections)), None, ["cpu"]).problems == ()
    assert check_project(project, None, ["cpu", "cuda:0", "cuda:1"]).problems == ()
