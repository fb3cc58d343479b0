"""Which button of a row is the usual one, in the accent colour: what one would do next, never what calls work off."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from widgets.look.labels import set_look
from widgets.look.plain_text import spoken

CALLS_OFF = ("Cancel", "Stop", "Dismiss", "Skip")
"""What buttons are called that end work in progress, or a question without an answer."""


def mark_usual(button: QPushButton, usual: bool = True) -> None:
    """Show a button as the usual one of its row, or as one of the others; one that calls something off stays one."""
    set_look(button, "primary", usual and spoken(button.text()) not in CALLS_OFF)
