"""Opens the window: ``python -m widgets.launch [FILE]``."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.system.home import home
from app.system.own_command import DRAWING
from widgets.look.file_dialogs import fit_file_dialogs
from widgets.look.return_presses import ReturnPresses
from widgets.look.stylesheet import apply_theme
from widgets.look.theme import ThemeSource
from widgets.shell.assembly import slices
from widgets.shell.context import MAY_MEASURE
from widgets.shell.preferences import Memory, Preferences
from widgets.shell.theme_choice import apply_look
from widgets.shell.window import MainWindow


def application() -> QApplication:
    """The one `QApplication`, made if there is none yet."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Netloom")
    app.setDesktopFileName("netloom")
    app.setWindowIcon(QIcon(str(DRAWING)))
    fit_file_dialogs(app)
    if app.findChild(ReturnPresses) is None:
        ReturnPresses(app)
    return app


def make_window(file: Path | None = None) -> MainWindow:
    """The main window with the user's preferences, not shown yet."""
    app = application()
    preferences, memory = Preferences(home() / "preferences.json"), Memory(home() / "window.json")
    themes = ThemeSource()
    apply_look(preferences, themes)
    apply_theme(app, themes.theme)
    window = MainWindow(preferences, memory, themes, file)
    themes.setParent(window)  # with what is connected to it, or nothing of a closed window would ever be let go
    window.loader.prepare(slices(window))
    return window


def open_window(file: Path | None = None) -> int:
    """Open the window, with ``file`` if one is given, and stay until it is closed; returns the exit status."""
    window = make_window(file)
    application().setProperty(MAY_MEASURE, True)  # here somebody works for a while, and no picture is taken
    window.show()
    status = application().exec()
    from widgets.training.ending import wait_for_killed

    wait_for_killed()
    return status


if __name__ == "__main__":
    sys.exit(open_window(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
