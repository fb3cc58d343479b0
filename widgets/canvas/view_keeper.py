"""Keeps what is in view where the canvas changes its size, its workspace or its document: nothing moves by itself."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from PySide6.QtCore import QRectF

from graph.checking.check import Checker
from graph.document import Document
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.mouse_handler import MouseHandler
from widgets.canvas.stands import Stand


class ViewKeeper:
    """What was in view of each document in each workspace when it was left, with the extent of the network then.

    Where something is dragged, nothing moves under the hand: it waits for that to end.
    """

    def __init__(self, canvas: CanvasContext, mouse: MouseHandler) -> None:
        self._canvas, self._mouse = canvas, mouse
        self._work = "network"
        self._shown: Document | None = None
        self._left: WeakKeyDictionary[Document, dict[str, tuple[Stand, QRectF]]] = WeakKeyDictionary()
        self._resized = False
        """Whether the canvas changed its size during the drag that goes on."""

    def show(self, document: Document, checker: Checker) -> None:
        """Show a document as it was left, or else all of it."""
        shown, self._shown = self._shown, document
        if shown is not None and shown is not document:
            self._leave(shown)
        self._canvas.show(document, checker)
        left = self._left.get(document, {}).get(self._work)
        if left is not None and shown is not document:
            self._canvas.return_to(*left)

    def turn_to(self, work: str) -> None:
        """Stand in another workspace, with what was in view there; at first with all, as `fit_again` says."""
        if work == self._work or self._shown is None:
            return
        if not self._mouse.holds:
            self._leave(self._shown)
        self._work = work
        left = self._left.get(self._shown, {}).get(work)
        if left is None or self._mouse.holds:
            self.fit_again()
        else:
            self._canvas.return_to(*left)

    def fit_again(self) -> None:
        """Show the whole network; what is in view by hand stays."""
        navigation = self._canvas.navigation
        if navigation.by_hand:
            return
        if self._mouse.holds:
            navigation.framed, navigation.kept, self._resized = True, None, True
        else:
            self._canvas.frame_all()

    def resized(self, before: Stand | None) -> None:
        """The canvas has another size; ``before`` is what it showed, where that is known."""
        if self._mouse.holds:
            self._resized = True
        else:
            self._canvas.follow_size(before)

    def released(self) -> None:
        """A button went up: what waited for that is due."""
        if self._resized and not self._mouse.holds:
            self._resized = False
            self._canvas.follow_size(None)

    def _leave(self, document: Document) -> None:
        stand, extent = self._canvas.navigation.stand(), self._canvas.extent()
        self._left.setdefault(document, {})[self._work] = stand, extent
