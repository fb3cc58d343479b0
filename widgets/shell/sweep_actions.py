"""The window that searches for good settings, made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from widgets.shell.window import MainWindow
    from widgets.sweep.sweep_window import SearchDialog


class SweepActions:
    """Opens the dialog of one window, and ends its search when that closes."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.dialog: SearchDialog | None = None

    def ask(self) -> None:
        """Show what the open project may vary."""
        from widgets.sweep.sweep_window import SearchDialog

        session = self._window.session
        if session is None:
            return
        if self.dialog is None:
            self.dialog = SearchDialog(session, self._window.themes, self._window.files.open, self._window)
        self.dialog.begin()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def close(self) -> None:
        """End a search that runs."""
        if self.dialog is not None:
            self.dialog.close()
