"""The inspector's boxes: a layer is frozen, or begins with fresh weights, by a click."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.training.start_section import StartSection
from graph.checking.check import Checker
from graph.document import Document
from tests.app.training.projects import mlp
from widgets.inspector.shape_text import cost_facts, status_costs, total_facts
from widgets.inspector.start_boxes import StartBoxes


@pytest.fixture
def boxes(qtbot: QtBot) -> StartBoxes:
    made = StartBoxes()
    qtbot.addWidget(made)
    return made


def test_a_click_freezes_and_the_costs_say_what_learns(boxes: StartBoxes) -> None:
    from app.training.start_edits import start_of

    document = Document(mlp())
    checker = Checker(document)
    boxes.show_layer(document, checker, "relu1")
    assert boxes.isHidden()
    boxes.show_layer(document, checker, "dense1")
    assert not boxes.isHidden()
    assert boxes.fresh.isHidden()
    boxes.frozen.click()
    start = start_of(document.sections)
    assert start.frozen == ("dense1",)
    assert status_costs(checker, None, start)[0] == "1,242 parameters, 202 trainable"
    assert ("Trainable", "202 of 1,242") in total_facts(checker, start)
    assert status_costs(checker, None, StartSection())[0] == "1,242 parameters"
    assert cost_facts(checker.layer_info("dense1"), frozen=True)[0] == ("Parameters", "1,040, frozen")
    with document.transaction("Start"):
        document.set_section("start", {"weights": "a.safetensors", "sha256": "0" * 64, "frozen": ["dense1"]})
    boxes.show_layer(document, checker, "dense1")
    boxes.fresh.click()
    start = start_of(document.sections)
    assert (start.frozen, start.fresh) == ((), ("dense1",))
