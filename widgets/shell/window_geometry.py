"""Place and size of the main window, kept between starts; on the first start it fits the screen."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

from widgets.shell.preferences import Memory

KEY = "geometry"
USUAL = 1280, 820
"""Width and height in pixels at the first start, where the screen has room for them."""


def restore_geometry(window: QWidget, memory: Memory) -> None:
    """Put a window where it was, or give it its usual size."""
    stored = memory.get(KEY)
    if not isinstance(stored, str) or not window.restoreGeometry(QByteArray.fromBase64(stored.encode("ascii"))):
        screen = window.screen().availableGeometry()
        window.resize(min(USUAL[0], screen.width() - 40), min(USUAL[1], screen.height() - 60))


def keep_geometry(window: QWidget, memory: Memory) -> None:
    """Remember where a window is."""
    memory.put(**{KEY: bytes(window.saveGeometry().toBase64().data()).decode("ascii")})
