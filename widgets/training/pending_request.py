"""A request on its way to the worker, and whether its asker is in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.protocol.messages import Message, Unfinished

Refusal = Callable[[str], None]


@dataclass
class Pending:
    """A request that waits for its reply: on behalf of which object, since when, and how far it is if that is known."""

    request: Message
    on_reply: Callable[[Any], None]
    on_refused: Refusal | None
    owner: QObject | None = None
    since: float = field(default_factory=monotonic)
    progress: Unfinished | None = None

    @property
    def widget(self) -> QWidget | None:
        """The widget that asked, or the one that the asker belongs to; None where it is none."""
        owner = self.owner if self.owner is not None and isValid(self.owner) else None
        while owner is not None and not isinstance(owner, QWidget):
            owner = owner.parent()
        return owner

    def is_for(self, panel: QWidget) -> bool:
        """Whether the reply goes to ``panel`` or to something within it."""
        widget = self.widget
        return widget is not None and (widget is panel or panel.isAncestorOf(widget))

    @property
    def in_sight(self) -> bool:
        """Whether somebody may wait for the reply: the widget that asked is shown, or it was no widget."""
        widget = self.widget
        return widget is None or widget.isVisible()


def owner_of(callback: Callable[[Any], None]) -> QObject | None:
    """The object that a reply is for: the one that the method is of, or that a function within a method knows."""
    if isinstance(callback, partial):
        return owner_of(callback.func)
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, QObject):
        return owner
    cells = getattr(callback, "__closure__", None) or ()
    return next((cell.cell_contents for cell in cells if isinstance(cell.cell_contents, QObject)), None)
