"""A device that this machine does not have is told among the problems of the window, before anyone trains."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.protocol.messages import DeviceInfo
from graph.project import write_project
from tests.widgets.conftest import digits_project
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("training")


def test_a_missing_device_is_a_problem_once_the_worker_says_what_there_is(window: MainWindow, tmp_path: Path) -> None:
    project = digits_project()
    project.sections["plan"] = {"device": "cuda"}
    write_project(tmp_path / "graphics.netloom", project)
    window.files.open(tmp_path / "graphics.netloom")
    state, controller = window.session.state, window.training.controller
    assert controller is not None
    assert not [problem for problem in state.project_problems if "device" in problem.message]
    controller._devices = (DeviceInfo(id="cpu", title="Processor"),)
    controller.devices_changed.emit()
    (problem,) = (problem for problem in state.project_problems if "device" in problem.message)
    assert "“cuda” is not there" in problem.message
    problem.fixes[0].apply(window.session.document)
    assert not [problem for problem in state.project_problems if "device" in problem.message]
    assert window.session.document.sections["plan"] == {"device": "auto"}
