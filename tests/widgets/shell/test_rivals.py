"""Problems of a GAN in the window: told while it is drawn, and repaired with a click."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph.project import Project, write_project
from tests.app.training.gan.test_gan_objective import JUDGE, drawn, gan
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

LEFT = Qt.MouseButton.LeftButton


def opened(window: MainWindow, path: Path, project: Project) -> None:
    write_project(path, project)
    window.files.open(path)


def repair(window: MainWindow, qtbot: QtBot, said: str, title: str) -> None:
    """Click on the repair of the problem that says ``said``."""
    row = next(row for row in window.workbench.problems.rows if said in row.problem.message)
    qtbot.mouseClick(next(button for button in row.buttons if button.text() == title), LEFT)


def test_noise_asks_for_the_plan_that_knows_it(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    opened(window, tmp_path / "gan.netloom", gan(objective="supervised"))
    repair(window, qtbot, "draws noise", "Train as a GAN")
    assert window.status.problems.text() == "No problems"
    window.commands["undo"].trigger()
    assert window.status.problems.text() != "No problems"


def test_roles_are_followed_while_the_network_is_edited(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    opened(window, tmp_path / "gan.netloom", gan())
    document = window.session.document
    assert window.status.problems.text() == "No problems"
    with document.transaction("Cut"):
        for id_ in ("digits", "real", *(f"{id_}_twin" for id_, _, _ in JUDGE)):
            document.remove(id_)
    assert window.status.problems.text() == "1 problem"
    repair(window, qtbot, "real ones must come", "Bring in real samples")
    assert window.status.problems.text() == "No problems"
    with document.transaction("Unlink"):
        twin = next(node.id for node in document.network if node.tied == "dense3")
        document.tie(twin, None)
    assert "different weights" in window.session.problems[0].message


def test_weights_are_shared_with_a_click(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    opened(window, tmp_path / "gan.netloom", gan(drawn(tied=False).network))
    repair(window, qtbot, "different weights", "Share the weights")
    assert window.status.problems.text() == "No problems"
