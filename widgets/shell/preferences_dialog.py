"""The preferences dialog, made from the table of preferences. What is changed acts at once."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QWidget

from widgets.fields.forms import SettingsForm
from widgets.look.layouts import Stretch, vbox
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
        vbox(self.form, Stretch(1), buttons, parent=self, margins=(20, 16, 20, 16), spacing=16)
        self.setMinimumWidth(440)
        self._stop = preferences.subscribe(lambda _: self._show())
        self._show()

    def _show(self) -> None:
        self.form.show_settings(as_settings(), self._preferences.values)
