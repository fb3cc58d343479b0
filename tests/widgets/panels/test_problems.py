"""The problems list by keyboard: where the keys are can be seen, with problems and without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.document import Document
from graph.network import Network
from tests.widgets.conftest import digits_project
from widgets.look.focus import target_in
from widgets.look.focus_ring import FocusRing
from widgets.look.layouts import boxed, vbox
from widgets.look.theme import ThemeSource
from widgets.panels.problems import Problems


@pytest.fixture
def problems(qtbot: QtBot) -> Iterator[Problems]:
    """The problems of an empty network, below a button that has the keys."""
    themes = ThemeSource("light")
    listed, button = Problems(themes), QPushButton("Elsewhere")
    whole = boxed(vbox(button, (listed, 1)))
    qtbot.addWidget(whole)
    document = Document(Network())
    listed.set_document(document, Checker(document))
    whole.resize(500, 200)
    whole.show()
    whole.activateWindow()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    yield listed
    listed.close_document()


def test_the_keys_come_to_a_row_that_shows_it_and_arrows_go_on(problems: Problems) -> None:
    target = target_in(problems)
    assert target is problems.rows[0] and len(problems.rows) > 1
    target.setFocus(Qt.FocusReason.TabFocusReason)
    for row, other, key in ((0, 1, Qt.Key.Key_Down), (1, 0, Qt.Key.Key_Up), (0, 1, Qt.Key.Key_Up)):
        here, elsewhere = problems.rows[row], problems.rows[other]
        assert here.hasFocus() and here.findChild(FocusRing).isVisible()
        assert not elsewhere.findChild(FocusRing).isVisible()
        QTest.keyClick(here, key)
    assert problems.rows[0].hasFocus()


def test_the_keys_come_to_the_list_without_a_row_too(problems: Problems) -> None:
    document = Document(digits_project().network)
    problems.set_document(document, Checker(document))
    problems.set_has_data(False)
    assert not problems.rows and target_in(problems) is problems.choose_data
    problems.set_has_data(True)
    assert target_in(problems) is problems
    problems.setFocus(Qt.FocusReason.TabFocusReason)
    (ring,) = problems.findChildren(FocusRing, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert ring.isVisible()
