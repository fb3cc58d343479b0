"""What the canvas tells the window: signals, and errors of users turned into sentences."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from graph.errors import NetloomError


class CanvasEvents(QObject):
    """Signals that lead out of one canvas."""

    selectionChanged = Signal(list)  # noqa: N815 - as Qt names signals
    """Ids of the selected layers."""
    layerActivated = Signal(str)  # noqa: N815 - as Qt names signals
    """A layer was double-clicked."""
    statusMessage = Signal(str)  # noqa: N815 - as Qt names signals
    """A sentence for the status line: why something was refused."""
    hinted = Signal(str)
    """What keys do at the moment; empty once that is over."""
    blockEntered = Signal(str)  # noqa: N815 - as Qt names signals
    """A block is to be opened."""
    blockLeft = Signal()  # noqa: N815 - as Qt names signals
    """The block on show is to be left."""
    byHandWanted = Signal(str)  # noqa: N815 - as Qt names signals
    """A layer is to be worked out step by step."""

    def refusal(self, act: Callable[[], object]) -> str:
        """Do something; returns why it was refused, or nothing where it is done."""
        try:
            act()
        except NetloomError as error:
            return str(error)
        return ""

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something; what the user caused to fail is told by `statusMessage`."""
        if reason := self.refusal(act):
            self.statusMessage.emit(reason)
