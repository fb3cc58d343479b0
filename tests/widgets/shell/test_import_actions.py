"""What is brought in decides what is asked: of code of others whether it may run, of weights where they go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from graph.build.code import generate
from tests.app.training.projects import cnn
from widgets.look import file_dialogs
from widgets.shell.actions.import_actions import ImportActions
from widgets.shell.banners import Notice
from widgets.shell.context import Context
from widgets.shell.dropping import Dropping

TEXT = """
from torch import nn

class Net(nn.Module):
    def __init__(self, units=3):
        self.fc = nn.Linear(4, units)
"""


class Scene:
    """Import actions in a window of no parts; what was said, started, and looked at of weights."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.said: list[Notice] = []
        self.started: list[list[str]] = []
        self.looked: list[Path] = []
        part = SimpleNamespace(ask_state=self.looked.append)
        context = SimpleNamespace(
            window=lambda: self.window,
            say=self.said.append,
            at_close=lambda _: None,
            working=True,
            part=lambda _: part,
        )
        self.context = context
        self.actions = ImportActions(cast(Context, context))
        monkeypatch.setattr(self.actions._process, "start", self.started.append)
        monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(folder / "out.netloom"), ""))


@pytest.fixture
def scene(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scene:
    return Scene(qtbot, monkeypatch, tmp_path)


def test_code_that_netloom_wrote_is_read_without_a_question(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(generate(cnn()), "utf-8")
    scene.actions.take(tmp_path / "net.py")
    assert scene.actions.dialog is None
    assert scene.started == [["import", str(tmp_path / "net.py"), "-o", str(tmp_path / "out.netloom"), "--force"]]


def test_other_code_is_run_once_that_was_agreed_to(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(TEXT)
    scene.actions.take(tmp_path / "net.py")
    assert scene.actions.dialog is not None
    scene.actions.dialog.reject()
    assert scene.started == []
    scene.actions.take(tmp_path / "net.py")
    scene.actions.dialog.arguments.setText("units=-1")
    scene.actions.dialog.accept()
    [arguments] = scene.started
    assert arguments[5:] == ["--class", "Net", "--input", "1,4", "--args=units=-1", "--yes"]
    assert "It is run in a process of its own" in scene.said[-1].text


def test_a_file_without_modules_is_refused(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("x = 1\n")
    scene.actions.take(tmp_path / "net.py")
    assert "net.py has no class that is a torch module" in scene.said[-1].text
    (tmp_path / "net.py").write_text("def\n")
    scene.actions.take(tmp_path / "net.py")
    assert scene.said[-1].tone == "error" and scene.actions.dialog is None


def test_an_exported_program_is_run_once_that_was_agreed_to(scene: Scene, tmp_path: Path) -> None:
    scene.actions.take(tmp_path / "net.pt2")
    question = scene.said[-1]
    assert question.asks and "net.pt2 is a program" in question.text
    choices: dict[str, Callable[[], Any]] = dict(question.choices)
    choices["Cancel"]()
    assert scene.started == []
    choices["Run the file and import"]()
    assert scene.started[0][1::4] == [str(tmp_path / "net.pt2"), "--yes"]


@pytest.mark.parametrize("name", ["a.pt", "a.PTH", "a.safetensors"])
def test_weights_go_to_the_network_that_is_open(scene: Scene, name: str) -> None:
    scene.actions.take(Path(name))
    assert (scene.looked, scene.started) == ([Path(name)], [])
    scene.context.working = False
    scene.actions.take(Path(name))
    assert len(scene.looked) == 1
    assert "holds weights and no network" in scene.said[-1].text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("net.pt2", "Import the network net.pt2"),
        ("trained.pth", "See what this network takes of the weights trained.pth"),
    ],
)
def test_such_files_may_be_dropped(name: str, sentence: str) -> None:
    taken: list[Path] = []
    context = SimpleNamespace(asking=False, ready=True, working=True, part=lambda _: SimpleNamespace(take=taken.append))
    drop = Dropping(cast(Context, context)).plan([Path(name)])
    assert drop is not None and drop.sentence == sentence
    drop.act()
    assert taken == [Path(name)]
