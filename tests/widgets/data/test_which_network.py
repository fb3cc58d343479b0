"""“Which network should I use?”: the advice, the dialog under real clicks, and one undo."""

from __future__ import annotations

from itertools import product

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QRadioButton
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.project.presets import preset_ids
from app.training.data_spec import data_spec
from graph.checking.check import Checker
from graph.checking.layer_info import Severity
from graph.document import Document
from graph.layers.catalogue import parse_layer
from tests.widgets.data.conftest import DirectLink, make_view
from tests.widgets.data.test_data_view import choose
from widgets.data.advice import AMOUNTS, INPUTS, OUTPUTS, advise, situation
from widgets.data.which_network import Guide, take_network


def errors(document: Document) -> list[str]:
    section = document.sections["data"]
    assert isinstance(section, dict)
    checker = Checker(document, data_spec(DataChoice.parse(section).info()))
    return [problem.message for problem in checker.problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize(("input_kind", "output_kind", "amount"), list(product(INPUTS, OUTPUTS, AMOUNTS)))
def test_every_answer_leads_to_a_network_that_ships(input_kind: str, output_kind: str, amount: str) -> None:
    advice = advise(input_kind, output_kind, amount)
    assert advice.preset in preset_ids() and advice.name and advice.why.endswith(".")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("iris", ("table", "classes", "little")),
        ("diabetes", ("table", "number", "little")),
        ("digits", ("pictures", "classes", "some")),
        ("mnist", ("pictures", "classes", "much")),
        ("seasons", ("sequence", "number", "some")),
        ("brackets", ("sequence", "classes", "some")),
        ("segmented_scenes", ("pictures", "mask", "little")),
    ],
)
def test_the_answers_follow_from_the_data_and_the_network_fits(kind: str, said: tuple[str, str, str]) -> None:
    choice = DataChoice.of(kind)
    assert situation(choice.info().facts) == said
    document = Document(sections={"data": choice.to_json()})
    take_network(document, advise(*said).preset, None)
    assert errors(document) == []


def test_one_click_wires_a_network_to_the_data_and_one_undo_takes_it_back(qtbot: QtBot, link: DirectLink) -> None:
    document = Document()
    with document.transaction("Draw"):
        document.add(parse_layer("dense", {}, "x"), name="lonely")
    view = make_view(qtbot, link, document, (1300, 900))
    choose(qtbot, view, "digits")
    qtbot.mouseClick(view.guide_button, Qt.MouseButton.LeftButton)
    guide = view.findChild(Guide)
    assert isinstance(guide, Guide)
    qtbot.waitUntil(guide.isVisible)
    assert guide.focusWidget() is guide.findChild(QRadioButton, "pictures")
    assert guide.advice.preset == "lenet" and guide.take.text() == "Use it for Handwritten digits"
    little = guide.findChild(QRadioButton, "little")
    assert isinstance(little, QRadioButton)
    qtbot.mouseClick(little, Qt.MouseButton.LeftButton, pos=QPoint(8, little.height() // 2))
    assert guide.advice.preset == "digits_cnn" and "convolution" in guide.name.text()
    qtbot.mouseClick(guide.take, Qt.MouseButton.LeftButton)
    assert "lonely" not in document.network and errors(document) == []
    document.undo()
    assert list(document.network.ids) == ["lonely"]
    assert document.sections["data"] is not None and "plan" not in document.sections


def test_a_class_for_every_pixel_is_offered_of_pictures_alone(qtbot: QtBot) -> None:
    guide = Guide(DataChoice.of("segmented_scenes").info().facts)
    qtbot.addWidget(guide)
    mask, table = (guide.findChild(QRadioButton, name) for name in ("mask", "table"))
    assert mask is not None and table is not None
    assert mask.isEnabled() and mask.isChecked() and guide.advice.preset == "scenes_fcn"
    table.click()
    assert not mask.isEnabled() and not mask.isChecked()
    assert guide.advice.preset == advise("table", "classes", "little").preset
