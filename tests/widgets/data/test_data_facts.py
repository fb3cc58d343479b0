"""What is said about the data above its views: all of it is read without scrolling, in every size of the window."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.data_facts import LINES, SHARE
from widgets.look.floating import height_at
from widgets.look.stylesheet import apply_theme
from widgets.look.theme import PROJECTOR_SCALE, ThemeSource


def houses() -> str:
    """A table about which there is much to say."""
    chance, lines = random.Random(1), ["id,built,area in m2,rooms,colour,owner,notes,price"]
    for number in range(120):
        rooms, colour = chance.choice(("3", "4", "", "n/a")), chance.choice(("Red", "red", "blue", "BLUE", ""))
        place = f"{chance.random() * 100:.1f},{rooms},{colour},{chance.choice('xyz')},text {number} of a house"
        lines.append(f"{number},{chance.choice(('12/03/2004', '04/05/2010', ''))},{place},{chance.random() * 1e5:.0f}")
    return "\n".join(lines)


@pytest.mark.parametrize("projector", [False, True])
@pytest.mark.parametrize("size", [(1024, 630), (1366, 700), (1440, 830)])
def test_the_facts_of_the_data_have_the_room_that_they_need(
    qtbot: QtBot, link: DirectLink, tmp_path: Path, size: tuple[int, int], projector: bool
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, ThemeSource("light", PROJECTOR_SCALE if projector else 1.0).theme)
    path = tmp_path / "houses of the town.csv"
    path.write_text(houses())
    view = make_view(qtbot, link, None, size)
    QApplication.processEvents()
    least = LINES * view.about.fontMetrics().lineSpacing()
    assert view.about.height() >= least, "what is short keeps the place of what may come"
    place = view.samples.mapTo(view, view.samples.rect().topLeft()).y()
    view.open_path(path)
    qtbot.waitUntil(lambda: view.preview is not None, timeout=20_000)
    QApplication.processEvents()
    about = view.about
    assert view.samples.mapTo(view, view.samples.rect().topLeft()).y() >= place
    assert not about.findChildren(QScrollArea)
    for _ in range(2):
        whole(about.findChildren(QLabel), about.height())
        if about.more.isVisible():
            assert about.height() <= SHARE * about.parentWidget().height() + 1
            qtbot.mouseClick(about.more, Qt.MouseButton.LeftButton)
            QApplication.processEvents()
    assert not about.more.isVisible()
    assert "Column “id” only numbers the rows" in view.notes.text()
    assert view.samples.height() >= view.samples.minimumSizeHint().height()


def whole(labels: list[QLabel], height: int) -> None:
    """Every label that is shown has the height of its text, and stands within the place."""
    for label in labels:
        if label.isVisible() and label.text():
            assert label.height() >= height_at(label, label.width()) - 1, label.text()
            assert label.mapTo(label.window(), label.rect().bottomLeft()).y() <= label.window().height()
            below = label.geometry().bottom() if label.parentWidget().geometry().height() == height else 0
            assert below <= height, label.text()
