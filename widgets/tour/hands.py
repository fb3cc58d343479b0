"""Hands and eyes for driving a window: real mouse and key events, waiting, and pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QListWidget, QWidget

from graph.errors import NetloomError
from widgets.shell.workspace_tabs import WorkspaceTabs
from widgets.tour.pictures import take_picture

Found = QWidget
PATIENCE = 60.0
"""Seconds after which something awaited will not come any more."""

TURN_MS = 10
"""Between two looks at whether what is awaited has happened."""


class WindowDriver:
    """One user at one window. ``said`` is called with a line for everything done."""

    def __init__(self, window: QWidget, folder: Path, log: Callable[[str], None]) -> None:
        self.window = window
        self._folder = folder
        self._log = log
        self.pictures: list[Path] = []

    # Finding and waiting

    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The visible widget with this object name.

        Raises
        ------
        NetloomError
            if there is none.
        """
        for widget in self.window.findChildren(kind, name):
            if widget.isVisible():
                return widget
        raise NetloomError(f"The tour looked for “{name}” in the window and did not find it.")

    def wait(self, happened: Callable[[], object], what: str, seconds: float = PATIENCE, every: int = TURN_MS) -> None:
        """Let the window live until something has happened, which is looked for ``every`` so many milliseconds.

        Raises
        ------
        NetloomError
            if it has not after ``seconds``.
        """
        clock = QElapsedTimer()
        clock.start()
        while not happened():
            if clock.elapsed() > seconds * 1000:
                raise NetloomError(f"The tour waited {seconds:.0f} s in vain: {what}.")
            QTest.qWait(every)

    def rest(self, milliseconds: int = 60) -> None:
        """Let the window live for a moment."""
        QTest.qWait(milliseconds)

    # Mouse

    def click(self, target: QWidget | str, place: QPoint | None = None) -> None:
        """Click a widget, in its middle if no place is given."""
        widget = self.find(target) if isinstance(target, str) else target
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place or QPoint())
        self.rest()

    def workspace(self, name: str) -> None:
        """Turn to a workspace by clicking its tab."""
        tabs = self.find("workspaces")
        assert isinstance(tabs, WorkspaceTabs)
        self.click(tabs, tabs.place_of(name))

    def choose_data_set(self, id_: str) -> None:
        """Click a data set in the list of those that ship, by its id."""
        listed = self.find("datasets", QListWidget)
        assert isinstance(listed, QListWidget)
        rows = (listed.item(row) for row in range(listed.count()))
        item = next(item for item in rows if item.data(Qt.ItemDataRole.UserRole) == id_)
        self.click(listed.viewport(), listed.visualItemRect(item).center())

    def double_click(self, widget: QWidget, place: QPoint) -> None:
        """Double-click a place of a widget."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        self.rest()

    def point(self, widget: QWidget, place: QPoint) -> None:
        """Move the pointer to a place of a widget."""
        QTest.mouseMove(widget, place)
        _move(widget, place, Qt.MouseButton.NoButton)
        self.rest()

    def drag(self, widget: QWidget, start: QPoint, end: QPoint, on_the_way: Callable[[], object] | None = None) -> None:
        """Press at ``start``, move to ``end`` in steps, release; ``on_the_way`` is called before the release."""
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
        for step in range(1, 13):
            part = step / 12
            spot = QPointF(start) + (QPointF(end) - QPointF(start)) * part
            _move(widget, spot.toPoint(), Qt.MouseButton.LeftButton)
            self.rest(8)
        if on_the_way is not None:
            on_the_way()
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
        self.rest()

    # Keyboard

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in the widget that has the keyboard."""
        self._come_forward()
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        self.rest()

    def write(self, text: str, into: QWidget | None = None) -> None:
        """Type text into a widget, or where the keyboard is."""
        QTest.keyClicks(into or QApplication.focusWidget() or self.window, text)
        self.rest()

    def fill(self, field: QWidget, text: str) -> None:
        """Replace what stands in a field and leave it with Return."""
        editor = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit) or field
        editor.setFocus(Qt.FocusReason.MouseFocusReason)
        QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.write(text, editor)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        self.rest()

    def _come_forward(self) -> None:
        """A dialog that closed may have left no window active, and then shortcuts are not heard."""
        if not self.window.isActiveWindow() and QApplication.activeModalWidget() is None:
            self.window.activateWindow()
            self.wait(self.window.isActiveWindow, "the window was to come forward")

    def command(self, words: str) -> None:
        """Find a command by its words and run it."""
        shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        self._come_forward()
        QTest.keyClick(self.window, Qt.Key.Key_P, shift)
        self.rest()
        self.write(words)
        self.key(Qt.Key.Key_Return)

    def answer_file_dialog(self, path: Path) -> None:
        """Have the file dialog that opens next answered with ``path``, a file that is not there yet, by keyboard."""
        clock = time.monotonic()

        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            field = dialog.findChild(QLineEdit, "fileNameEdit") if isinstance(dialog, QFileDialog) else None
            if field is not None and field.text() != str(path):
                field.selectAll()
                QTest.keyClicks(field, str(path))
            elif field is not None:
                completions = QApplication.activePopupWidget()
                if completions is not None:
                    completions.close()  # it would take the Return for itself
                QTest.keyClick(field, Qt.Key.Key_Return)
            if not (path.exists() or time.monotonic() - clock > PATIENCE):
                QTimer.singleShot(100, self.window, answer)

        QTimer.singleShot(100, self.window, answer)

    # Eyes

    def looked_at(self) -> QWidget:
        """What a picture shows: the window."""
        return self.window

    def look(self, name: str, caption: str, *, trained: bool = False) -> None:
        """Take a picture of the window; ``trained`` says that a training decides what is on it."""
        self.rest(220)
        path = self._folder / f"{len(self.pictures) + 1:02d}-{name}.png"
        take_picture(self.looked_at(), path, trained=trained)
        self.pictures.append(path)
        self._log(f"{path.name}: {caption}")


def _move(widget: QWidget, place: QPoint, button: Qt.MouseButton) -> None:
    """A mouse move with the button held, which QTest cannot make."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        button,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)
