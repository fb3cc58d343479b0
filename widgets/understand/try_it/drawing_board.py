"""A drawing board: strokes by mouse or keys on a picture that has the size and the colours of the training set's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.inference.picture_look import as_trained
from app.protocol.data_values import PictureBox
from app.protocol.inference_values import PictureLook
from app.protocol.messages import Array
from widgets.charts.box_painting import Boxes, class_places, paint_boxes
from widgets.charts.colour_maps import image, picture
from widgets.look.theme import Themed, ThemeSource

FINE = 256
"""Pixels that the board has along its longer side at least: strokes are smooth, and are averaged into the picture."""
UNDOS = 40
"""Strokes that can be undone."""


class DrawingBoard(QWidget, Themed):
    """Shows a picture, and is drawn on. `changed` says that a person changed it.

    The arrow keys move a mark by one pixel of the picture, Space draws there, Delete clears, Ctrl+Z undoes a stroke.
    """

    changed = Signal()

    def __init__(self, source: ThemeSource, look: PictureLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.follow(source)
        self.look = look
        self.fine = max(2, round(FINE / max(look.height, look.width)))
        self.erasing, self.centring = False, True
        self.stroke = look.stroke
        self.ink = _grey(1.0 if look.ink > look.ground else 0.0)
        self.boxes = Boxes()
        self._kinds: dict[str, int] = {}
        self._base: Array | None = None
        self._touched = np.zeros((look.height, look.width), bool)
        self._drawing = QImage(look.width * self.fine, look.height * self.fine, QImage.Format.Format_RGB32)
        self._undone: list[tuple[QImage, Array | None, NDArray[np.bool_]]] = []
        self._last: QPointF | None = None
        self._pointer: QPointF | None = None
        self._mark: QPointF | None = None
        self._drawing.fill(self.ground)
        self.setObjectName("drawingBoard")
        self.setAccessibleName("Drawing board")
        self.setAccessibleDescription(
            "Draw with the mouse, or move the mark with the arrow keys and draw with Space; Delete clears."
        )
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)

    @property
    def ground(self) -> QColor:
        """The colour of what is not drawn on."""
        return _grey(0.0 if self.look.ground < self.look.ink else 1.0)

    @property
    def from_scratch(self) -> bool:
        """Whether no picture lies under the strokes."""
        return self._base is None

    @property
    def blank(self) -> bool:
        """Whether nothing is there but the ground."""
        return self._base is None and not self._touched.any()

    def sizeHint(self) -> QSize:
        """Large enough to draw comfortably."""
        return QSize(self.theme.px(260), self.theme.px(260))

    # Reading and showing

    def values(self) -> Array:
        """The picture in the data's own units, float32 (channels, height, width)."""
        drawn = as_trained(self._shares(), self.look, centred=self.from_scratch and self.centring)
        if self._base is None:
            return drawn
        values: Array = np.where(self._touched, drawn, self._base).astype(np.float32)
        return values

    def show_picture(self, values: Array) -> None:
        """Show a picture (channels, height, width) in the data's own units, to be drawn on."""
        self._remember()
        self._base = np.asarray(values, np.float32)
        self._touched[:] = False
        self._drawing = _enlarged(self._base, self.look, self.fine)
        self.boxes = Boxes()
        self.update()

    def clear(self) -> None:
        """Begin with an empty board."""
        self._remember()
        self._base = None
        self._touched[:] = False
        self._drawing.fill(self.ground)
        self.boxes = Boxes()
        self.update()
        self.changed.emit()

    def show_image(self, image: QImage) -> None:
        """Take an image, as large as it fits on the board, such as one that was pasted."""
        self._remember()
        self._base = None
        self._drawing.fill(self.ground)
        painter = QPainter(self._drawing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(_fitted(image.size(), QRectF(self._drawing.rect())), image)
        painter.end()
        self._touched[:] = True
        self.update()
        self.changed.emit()

    def invert(self) -> None:
        """Exchange light and dark."""
        self._remember()
        self._drawing.invertPixels()
        if self._base is not None:
            self._base = (self.look.ground + self.look.ink - self._base).astype(np.float32)
        else:
            self._touched[:] = True
        self.update()
        self.changed.emit()

    def undo(self) -> None:
        """Take back the last stroke."""
        if self._undone:
            self._drawing, self._base, self._touched = self._undone.pop()
            self.update()
            self.changed.emit()

    def show_boxes(self, boxes: Sequence[PictureBox], scores: Sequence[float], names: Sequence[str]) -> None:
        """Draw boxes over the picture, each with its score; ``names`` are all classes that there are."""
        self.boxes, self._kinds = Boxes(said=boxes, scores=scores), class_places(names)
        self.update()

    def _shares(self) -> NDArray[np.float64]:
        """Brightness from 0 to 1 of the drawing, (channels, height, width) of its own fine pixels."""
        height, width = self._drawing.height(), self._drawing.width()
        image = self._drawing.convertToFormat(QImage.Format.Format_RGBX8888)
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
        colours = pixels[:, : 4 * width].reshape(height, width, 4)[..., :3].transpose(2, 0, 1) / 255.0
        return colours if self.look.channels == 3 else colours.mean(axis=0, keepdims=True)

    def _remember(self) -> None:
        self._undone.append((self._drawing.copy(), self._base, self._touched.copy()))
        del self._undone[:-UNDOS]

    # Drawing

    def _area(self) -> QRectF:
        """Where the picture is on the widget."""
        return _fitted(self._drawing.size(), QRectF(self.rect()).adjusted(2, 2, -2, -2))

    def _on_drawing(self, at: QPointF) -> QPointF:
        area = self._area()
        scale = self._drawing.width() / area.width()
        return QPointF((at.x() - area.left()) * scale, (at.y() - area.top()) * scale)

    def draw_line(self, start: QPointF, end: QPointF) -> None:
        """Draw a stroke between two points in fine pixels."""
        wide = self.stroke * self.fine
        painter = QPainter(self._drawing)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.ground if self.erasing else self.ink
        painter.setPen(QPen(colour, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        # A line without length is not painted, a point is.
        painter.drawPoint(start) if start == end else painter.drawLine(start, end)
        painter.end()
        lefts, tops = sorted((start.x(), end.x())), sorted((start.y(), end.y()))
        margin = wide / 2 + 1
        left, right = (int(edge // self.fine) for edge in (lefts[0] - margin, lefts[1] + margin))
        top, bottom = (int(edge // self.fine) for edge in (tops[0] - margin, tops[1] + margin))
        self._touched[max(top, 0) : max(bottom + 1, 0), max(left, 0) : max(right + 1, 0)] = True
        self.update()
        self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke; the right button erases."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        self._remember()
        self._last = self._on_drawing(event.position())
        self._stroke_to(self._last, erase=event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a stroke."""
        self._pointer = event.position()
        if self._last is not None:
            erase = bool(event.buttons() & Qt.MouseButton.RightButton)
            self._stroke_to(self._on_drawing(event.position()), erase=erase)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        self._last = None

    def leaveEvent(self, event: QEvent) -> None:
        """The ring around the pointer goes."""
        self._pointer = None
        self.update()

    def _stroke_to(self, point: QPointF, *, erase: bool) -> None:
        before, self.erasing = self.erasing, self.erasing or erase
        self.draw_line(self._last if self._last is not None else point, point)
        self._last, self.erasing = point, before

    # Keys

    def event(self, event: QEvent) -> bool:
        """Undo, Delete and Paste are the board's while it has the keys, not the network's."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            keys = QKeySequence.StandardKey
            ours = event.matches(keys.Undo) or event.matches(keys.Delete) or event.matches(keys.Paste)
            if ours or event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Delete):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the mark, draw at it, clear, undo."""
        moves = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        elif key in moves:
            self._move_mark(*moves[key])
        elif key == Qt.Key.Key_Space:
            self._remember()
            self.draw_line(self._marked(), self._marked())
        else:
            super().keyPressEvent(event)

    def _marked(self) -> QPointF:
        """The mark in fine pixels, at first in the middle."""
        return self._mark or QPointF(self._drawing.width() / 2, self._drawing.height() / 2)

    def _move_mark(self, right: int, down: int) -> None:
        at = self._marked() + QPointF(right, down) * self.fine
        size = self._drawing.size()
        self._mark = QPointF(min(max(at.x(), 0), size.width() - 1), min(max(at.y(), 0), size.height() - 1))
        self.update()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The board is no wider than the picture on it, so that its tools stay at its side."""
        super().resizeEvent(event)
        size = self._drawing.size()
        self.setMaximumWidth(max(self.minimumWidth(), round(self.height() * size.width() / size.height())))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, its boxes, and the ring of the brush."""
        painter = QPainter(self)
        area = self._area()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._base is None)
        painter.drawImage(area, self._drawing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.accent if self.hasFocus() else self.theme.strong_border, 1))
        painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))
        paint_boxes(painter, self.theme, area, self.boxes, self._kinds)
        self._paint_ring(painter, area)
        painter.end()

    def _paint_ring(self, painter: QPainter, area: QRectF) -> None:
        """Paint where and how wide the next stroke is, by a ring that is seen on light and on dark."""
        scale = area.width() / self._drawing.width()
        at = self._pointer
        if at is None and self.hasFocus() and self._mark is not None:
            at = QPointF(area.left() + self._mark.x() * scale, area.top() + self._mark.y() * scale)
        if at is None or not area.contains(at):
            return
        radius = self.stroke * self.fine * scale / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, wider in ((QColor("#000000"), 1.0), (QColor("#FFFFFF"), 0.0)):
            painter.setPen(QPen(colour, 1))
            painter.drawEllipse(at, radius + wider, radius + wider)


def picture_image(values: Array, look: PictureLook) -> QImage:
    """A picture (channels, height, width) in the data's own units as an image, dark to bright as the data have it."""
    return image(picture(values, min(look.ground, look.ink), max(look.ground, look.ink)))


def _enlarged(values: Array, look: PictureLook, times: int) -> QImage:
    image = picture_image(values, look)
    large = image.scaled(image.width() * times, image.height() * times)
    return large.convertToFormat(QImage.Format.Format_RGB32)


def _fitted(size: QSize, area: QRectF) -> QRectF:
    """The largest place in the middle of ``area`` with the proportions of ``size``."""
    scale = min(area.width() / max(size.width(), 1), area.height() / max(size.height(), 1))
    width, height = size.width() * scale, size.height() * scale
    return QRectF(area.center().x() - width / 2, area.center().y() - height / 2, width, height)


def _grey(share: float) -> QColor:
    return QColor.fromRgbF(share, share, share)
