"""The dialog before a file is run: its modules, what they need and take, and words that say that it is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.exchange.module_classes import ModuleClass, ModuleFile
from app.exchange.module_source import ModuleSource
from widgets.shell.module_dialog import ModuleDialog

MODEL = Path("/models/model.py")
FOUND = ModuleFile(
    (
        ModuleClass("Block", ("before", "maps"), ((),), part=True),
        ModuleClass("Net", ("classes",), ((1, 3, 32, 32),)),
        ModuleClass("Both", (), ((1, 20), ())),
        ModuleClass("ready", (), ((1, 4),), ready=True),
    ),
    frozenset(),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> ModuleDialog:
    made = ModuleDialog(MODEL, FOUND)
    qtbot.addWidget(made)
    return made


def test_it_says_that_the_file_is_run_and_begins_with_what_is_likely(dialog: ModuleDialog) -> None:
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "model.py is a program" in said and "is run with your rights" in said
    assert [dialog.which.itemText(at) for at in range(4)] == ["Net", "Both", "ready", "Block"]
    assert dialog.inputs.text() == "1,3,32,32"
    assert dialog.arguments.placeholderText() == "classes=…"
    assert not dialog.run.isEnabled()
    assert dialog.fault.text() == "Net needs arguments: write classes=… with values of yours."


def test_what_is_chosen_is_what_is_asked_for(dialog: ModuleDialog) -> None:
    dialog.arguments.setText("classes=10")
    assert dialog.run.isEnabled() and not dialog.fault.text()
    assert dialog.source == ModuleSource(MODEL, "Net", "classes=10", ((1, 3, 32, 32),))
    dialog.which.setCurrentText("Both")
    assert dialog.arguments.text() == ""
    dialog.inputs.setText("1,20; 1,20,8")
    assert dialog.source == ModuleSource(MODEL, "Both", "", ((1, 20), (1, 20, 8)))


@pytest.mark.parametrize(
    ("arguments", "inputs", "fault"),
    [
        ("classes=open('x')", "1,3", "cannot be read"),
        ("classes=3", "1,three", "is no shape"),
        ("3", "1,3;a", "is no shape"),
    ],
)
def test_what_cannot_be_read_is_told_and_cannot_be_run(
    dialog: ModuleDialog, arguments: str, inputs: str, fault: str
) -> None:
    dialog.arguments.setText(arguments)
    dialog.inputs.setText(inputs)
    assert fault in dialog.fault.text()
    assert not dialog.run.isEnabled()


def test_a_module_that_stands_ready_takes_no_arguments(dialog: ModuleDialog) -> None:
    dialog.arguments.setText("classes=10")
    dialog.which.setCurrentText("ready")
    assert not dialog.arguments.isEnabled()
    assert dialog.source == ModuleSource(MODEL, "ready", "", ((1, 4),))
