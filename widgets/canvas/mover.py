"""Cards glide to new places, so that the eye can follow where they went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QVariantAnimation

from graph.network import Position

if TYPE_CHECKING:
    from widgets.canvas.stage import Stage

DURATION = 160
"""Milliseconds."""

MOST = 400
"""Cards that glide; more are put in place at once."""


class Mover:
    """Shows cards on their way from old to new places; the document already has the new ones."""

    def __init__(self, canvas: Stage) -> None:
        self._canvas = canvas
        self._before: dict[str, Position] = {}
        self._after: dict[str, Position] = {}
        self._animation = QVariantAnimation(canvas)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(DURATION)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._show)
        self._animation.finished.connect(self._arrive)

    def start(self, before: Mapping[str, Position], after: Mapping[str, Position]) -> None:
        """Glide, unless there are too many to follow with the eye."""
        self.stop()
        if len(after) > MOST:
            return
        self._before, self._after = dict(before), dict(after)
        self._animation.start()

    def stop(self) -> None:
        """Put cards where they belong, at once."""
        if self._animation.state() == QAbstractAnimation.State.Running:
            self._animation.stop()
            self._arrive()

    def _show(self, share: object) -> None:
        part = float(str(share))
        places = {}
        for id_, (x, y) in self._after.items():
            old = self._before.get(id_, (x, y))
            if id_ in self._canvas.board.cards:
                places[id_] = (old[0] + (x - old[0]) * part, old[1] + (y - old[1]) * part)
        self._canvas.board.displace(places)

    def _arrive(self) -> None:
        self._canvas.board.settle_back(self._after)
        self._before, self._after = {}, {}
