"""A window that was closed is let go of, with all that it was made of."""

from __future__ import annotations

import gc
import weakref
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.launch import make_window


def test_nothing_keeps_a_window_that_was_closed(qtbot: QtBot, project_file: Path) -> None:
    window = make_window(project_file)
    window.show()
    qtbot.waitUntil(partial(getattr, window.loader, "finished"), timeout=30_000)
    for workspace in ("data", "train", "understand", "network"):
        window.show_workspace(workspace)
        QApplication.processEvents()
    known = weakref.ref(window)
    window.close_now()
    window.deleteLater()
    del window
    qtbot.wait(50)
    gc.collect()
    assert known() is None
