"""What is said above the training settings of weights to start from, and how they are taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph.document import Document
from widgets.training.start_note import StartNote

RUN = {"weights": "runs/low-20261129-123105/weights.safetensors", "sha256": "0" * 64}


@pytest.fixture
def note(qtbot: QtBot) -> StartNote:
    made = StartNote()
    qtbot.addWidget(made)
    return made


def test_what_a_training_starts_with_is_said_and_taken_back_by_a_click(note: StartNote, qtbot: QtBot) -> None:
    document = Document(sections={"start": {**RUN, "frozen": ["conv1"], "fresh": ["dense1"]}})
    note.set_document(document)
    assert note.text.text() == ("Starts with the weights of the run low 12:31. Begins anew: dense1. Frozen: conv1.")
    note.show()
    qtbot.mouseClick(note.random, Qt.MouseButton.LeftButton)
    assert note.text.text() == "Frozen: conv1."
    assert note.random.isHidden()
    document.undo()
    assert "low 12:31" in note.text.text()
    note.set_document(Document())
    assert note.isHidden()
