"""Boxes in a picture: true ones solid, those that a network says dashed, with their classes where there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.protocol.data_values import PictureBox
from app.system.number_format import format_percent
from widgets.look.theme import Theme

BOX_LINE = 2
"""Pixels that the line of a box is wide."""


def box_place(box: PictureBox, place: QRectF) -> QRectF:
    """Return where a box lies in a picture that is painted at ``place``."""
    left, top = place.left() + box.x * place.width(), place.top() + box.y * place.height()
    return QRectF(left, top, box.width * place.width(), box.height * place.height())


def said_words(box: PictureBox, score: float | None) -> str:
    """Return the class of a box that a network says, and how sure it is where that is known."""
    return box.name if score is None else f"{box.name} {format_percent(min(score, 1.0), 0)}"


class Boxes(NamedTuple):
    """Boxes in one picture: the ``true`` ones, and those that a network ``said``, with a score for each or none."""

    true: Sequence[PictureBox] = ()
    said: Sequence[PictureBox] = ()
    scores: Sequence[float] = ()


def class_places(names: Iterable[str]) -> dict[str, int]:
    """Return which hue each class has, by its place in the order of their names."""
    return {name: kind for kind, name in enumerate(sorted(set(names)))}


def paint_boxes(painter: QPainter, theme: Theme, place: QRectF, boxes: Boxes, kinds: Mapping[str, int]) -> None:
    """Paint boxes in the picture at ``place``, and over all of them their classes where no other label is.

    ``kinds`` are the `class_places` of all classes there are; a box of another has the hue that comes next.
    The class of a true box stands above it, class and score of one that is said below it.
    """
    if not (boxes.true or boxes.said):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)

    def hue(box: PictureBox) -> QColor:
        return theme.run(kinds.get(box.name, len(kinds)))

    for drawn, line in ((boxes.true, Qt.PenStyle.SolidLine), (boxes.said, Qt.PenStyle.DashLine)):
        for box in drawn:
            painter.setPen(QPen(hue(box), BOX_LINE, line))
            painter.drawRect(box_place(box, place))
    scores = list(boxes.scores) if boxes.scores else [None] * len(boxes.said)
    named = [(hue(box), box.name, _above(box_place(box, place), place)) for box in boxes.true]
    named += [
        (hue(box), said_words(box, score), _below(box_place(box, place), place))
        for box, score in zip(boxes.said, scores, strict=True)
    ]
    _paint_labels(painter, theme, place, named)


Where = Callable[[float, float], QRectF]


def _above(frame: QRectF, place: QRectF) -> Where:
    """Where the name of a box stands: above it, or within it where that is out of the picture at ``place``."""

    def where(wide: float, high: float) -> QRectF:
        top = frame.top() - high if frame.top() - high >= place.top() else frame.top()
        return QRectF(min(frame.left(), place.right() - wide), top, wide, high)

    return where


def _below(frame: QRectF, place: QRectF) -> Where:
    """The same below a box, or within it."""

    def where(wide: float, high: float) -> QRectF:
        top = frame.bottom() if frame.bottom() + high <= place.bottom() else frame.bottom() - high
        return QRectF(min(frame.left(), place.right() - wide), top, wide, high)

    return where


def _paint_labels(painter: QPainter, theme: Theme, place: QRectF, named: Iterable[tuple[QColor, str, Where]]) -> None:
    taken: list[QRectF] = []
    painter.setFont(theme.font(small=True))
    metrics = QFontMetricsF(painter.font())
    for hue, words, where in named:
        label = where(metrics.horizontalAdvance(words) + 4, metrics.height())
        if place.contains(label) and not any(label.intersects(other) for other in taken):
            taken.append(label)
            painter.fillRect(label, hue)
            painter.setPen(theme.on(hue))
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)
