"""Cards glide to new places, so that the eye can follow where they went."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, QVariantAnimation

from graph.network import Position
from widgets.canvas.board import Board

DURATION = 160
"""Milliseconds."""

MOST = 400
"""Cards that glide; more are put in place at once."""


class CardAnimation(QVariantAnimation):
    """Shows cards of a board on their way from old to new places; the document already has the new ones."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board: Board | None = None
        self._before: dict[str, Position] = {}
        self._after: dict[str, Position] = {}
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setDuration(DURATION)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._show)
        self.finished.connect(self._arrive)

    def glide(self, board: Board, before: Mapping[str, Position], after: Mapping[str, Position]) -> None:
        """Show the cards on their way, unless there are too many to follow with the eye."""
        self.finish()
        if len(after) <= MOST:
            self._board, self._before, self._after = board, dict(before), dict(after)
            self.start()

    def finish(self) -> None:
        """Put cards where they belong, at once."""
        if self.state() == QAbstractAnimation.State.Running:
            self.stop()
            self._arrive()

    def _show(self, share: float) -> None:
        if self._board is None:
            return
        places = {}
        for id_, (x, y) in self._after.items():
            left, top = self._before.get(id_, (x, y))
            if id_ in self._board.cards:
                places[id_] = (left + (x - left) * share, top + (y - top) * share)
        self._board.displace(places)

    def _arrive(self) -> None:
        board, self._board = self._board, None
        if board is not None:
            board.settle_back(self._after)
