"""The preferences dialog, made from the table of preferences. What is changed acts at once."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QWidget

from widgets.fields.forms import SettingsForm
from widgets.look.floating import height_at
from widgets.look.layouts import Stretch, vbox
from widgets.look.scrolled import scrolled
from widgets.shell.preferences import Preferences, as_settings

WIDTH, EDGE = 440, 20
"""Pixels: least width of the dialog, and room on each side of it in the program's window, for its frame too."""
LETTERS = 58
"""Letters that a line of the dialog has room for."""


class Page(QWidget):
    """What is scrolled: as high as its texts need at the width that it has. Qt keeps the room that narrow ones need."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class PreferencesDialog(QDialog):
    """A window of its own that does not block the other."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preferences")
        self.setWindowTitle("Preferences")
        self._preferences = preferences
        self.form = SettingsForm()
        self.form.show_help(True)
        self.form.edited.connect(preferences.set)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        self._page = Page()
        vbox(self.form, Stretch(1), parent=self._page, margins=(20, 16, 12, 0))
        self.area = scrolled(self._page)
        vbox((self.area, 1), buttons, parent=self, margins=(0, 0, 8, 16), spacing=16)
        self._sized = False
        self._stop = preferences.subscribe(lambda _: self._show())
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Take the size for all preferences the first time, before Qt places the dialog: now the form is laid out."""
        if not self._sized:
            self._sized = True
            self.resize(self.sizeHint())
        super().showEvent(event)

    def sizeHint(self) -> QSize:
        """All preferences at once, as far as the program's window has room; the rest is scrolled to."""
        whole, area = super().sizeHint(), self.area.sizeHint().expandedTo(self.area.minimumSizeHint())
        width = min(max(whole.width(), WIDTH, LETTERS * self.fontMetrics().averageCharWidth()), self._room.width())
        inside = width - (whole.width() - area.width()) - self.area.verticalScrollBar().sizeHint().width()
        height = height_at(self._page, inside) + whole.height() - area.height()
        return QSize(width, min(height, self._room.height()))

    @property
    def _room(self) -> QSize:
        """What the window of the program has room for, or the screen where there is none."""
        window = self.parentWidget()
        whole = window.window().size() if window is not None else self.screen().availableGeometry().size()
        return whole - QSize(2 * EDGE, 2 * EDGE)

    def _show(self) -> None:
        self.form.show_settings(as_settings(), self._preferences.values)
