"""Dark mode and projector are switched by polishing each widget a few times, not once for each widget around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.due_timers import let_pass
from tests.widgets.shell.test_another_project import train_panel, train_shortly
from widgets.look.stylesheet import stylesheet, stylesheet_in_force
from widgets.look.theme import DARK
from widgets.plots.plot_view import FOLLOW_MS
from widgets.shell.window import MainWindow

MOST = 1.2
"""Times that a widget may be told of a new style: the sheet is taken away and put back, and some own a sheet."""


class StyleChanges(QObject):
    """Counts how often each widget is told that its style has changed."""

    def __init__(self) -> None:
        super().__init__()
        self.counts = dict[QWidget, int]()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if event.type() == QEvent.Type.StyleChange and isinstance(watched, QWidget):
            self.counts[watched] = self.counts.get(watched, 0) + 1
        return False


@pytest.mark.parametrize(("name", "value"), [("theme", "dark"), ("projector", True), ("text_size", 200)])
def test_a_look_is_switched_with_few_polishes_of_each_widget(window: MainWindow, name: str, value: object) -> None:
    changes, app = StyleChanges(), QApplication.instance()
    assert isinstance(app, QApplication)
    app.installEventFilter(changes)
    try:
        window.preferences.set(name, value)
    finally:
        app.removeEventFilter(changes)
    widgets = window.findChildren(QWidget)
    assert len(changes.counts) >= len(widgets)
    assert sum(changes.counts.values()) <= MOST * len(changes.counts)


@pytest.mark.built("workbench")
def test_a_look_that_is_switched_reaches_sheet_and_palette(window: MainWindow) -> None:
    window.preferences.set("theme", "dark")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert stylesheet_in_force(app) == stylesheet(DARK)
    assert window.bar.title.palette().windowText().color() == DARK.text


@pytest.mark.parametrize("workspace", ["train", "understand"])
def test_everything_takes_the_size_of_the_text_in_projector_mode_and_gives_it_back(
    window: MainWindow, project_file: Path, workspace: str
) -> None:
    window.files.open(project_file)
    window.show_workspace(workspace)
    window.show_workspace("network")
    for projector in (True, False, True):
        window.preferences.set("projector", projector)
        window.show_workspace(workspace)
        QApplication.processEvents()
        size = window.themes.theme.font().pointSizeF()
        fonts = {str(widget): widget.font() for widget in window.findChildren(QWidget)}
        assert len(fonts) > 300
        assert not [name for name, font in fonts.items() if not font.resolveMask() and font.pointSizeF() != size]
        assert {bar.font().pointSizeF() for bar in window.findChildren(QTabBar)} == {size}
        assert {area.font().pointSizeF() for area in window.findChildren(QPlainTextEdit)} == {size}


@pytest.mark.built("workbench")
def test_the_mark_of_the_menu_grows_with_the_text(window: MainWindow) -> None:
    def wide() -> int:
        QApplication.processEvents()
        picture = window.bar.menu.grab().toImage()
        ink = window.themes.theme.text.lightness() + 60
        row = range(picture.width())
        return max(sum(picture.pixelColor(x, y).lightness() < ink for x in row) for y in range(picture.height()))

    window.preferences.set("theme", "light")
    usual = wide()
    window.preferences.set("projector", True)
    assert wide() > 1.3 * usual > 0


@pytest.mark.built("training")
@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_plots_are_after_the_projector_as_they_were_before(
    window: MainWindow, project_file: Path, netloom_home: Path, qtbot: QtBot, size: tuple[int, int], runs: int
) -> None:
    """Their names of curves too, be they at the ends or in a key: F9, F9 leaves nothing of the large text."""
    window.resize(*size)
    window.files.open(project_file)
    window.show_workspace("train")
    for number in range(runs):
        train_shortly(window, netloom_home / "runs" / f"digits-2026010{number + 1}-030405", 0.9)
    panel = train_panel(window)
    for entry in panel.runs.model.entries:
        panel.runs.model.tick(entry.path, True)
    plots: list[QWidget] = [panel.curves.loss, panel.curves.metric, panel.curves.rate]

    def pictures() -> list[QImage]:
        """The plots once nothing changes any more."""
        before: list[QImage] = []
        while (now := [plot.grab().toImage() for plot in plots if plot.isVisible()]) != before:
            before = now
            let_pass(window, 3 * FOLLOW_MS)
        return now

    before = pictures()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    large = pictures()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    after = pictures()
    assert large != before and after == before
    window.show_workspace("network")
    window.show_workspace("train")
    assert pictures() == after
