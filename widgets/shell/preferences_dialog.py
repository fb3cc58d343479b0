"""The preferences dialog, made from the table of preferences. What is changed acts at once."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QWidget

from widgets.fields.forms import SettingsForm
from widgets.look.layouts import Stretch, boxed, vbox
from widgets.look.scrolled import scrolled
from widgets.shell.preferences import Preferences, as_settings


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
        self._page = boxed(vbox(self.form, Stretch(1), margins=(20, 16, 12, 0)))
        self.area = scrolled(self._page)
        vbox((self.area, 1), buttons, parent=self, margins=(0, 0, 8, 16), spacing=16)
        self.setMinimumWidth(440)
        self._sized = False
        self._stop = preferences.subscribe(lambda _: self._show())
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Take the size for all preferences the first time: only now is the form laid out."""
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            self.resize(self.sizeHint().expandedTo(self.minimumSize()))

    def sizeHint(self) -> QSize:
        """All preferences at once, as far as the screen has room; the rest is scrolled to."""
        frame = 80  # pixels of the window's title and of bars of the screen
        whole = self._page.sizeHint().height() + super().sizeHint().height() - self.area.sizeHint().height()
        return QSize(super().sizeHint().width(), min(whole, self.screen().availableGeometry().height() - frame))

    def _show(self) -> None:
        self.form.show_settings(as_settings(), self._preferences.values)
