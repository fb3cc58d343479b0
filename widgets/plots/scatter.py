"""Points in the plane with the network's decision surface behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.look.theme import Theme, ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_frame, y_margin
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import linear_ticks, number, padded


def _rgb(color: QColor) -> NDArray[np.float64]:
    return np.array((color.redF(), color.greenF(), color.blueF()))


def surface_image(theme: Theme, probabilities: NDArray[np.float64]) -> QImage:
    """Return class probabilities over a grid, shape (H, W, classes) with row 0 lowest in y, as a picture.

    Each place is tinted with the hue of its likeliest class, the more strongly the surer.
    """
    classes = probabilities.shape[-1]
    ground = _rgb(theme.surface)
    hues = np.stack([_rgb(theme.run(index)) for index in range(classes)])
    best = probabilities.argmax(-1)
    sure = np.clip((probabilities.max(-1) - 1 / classes) / (1 - 1 / classes), 0, 1)[..., None]
    share = 0.08 + 0.30 * sure
    colors = ((hues[best] * share + ground * (1 - share)) * 255).astype(np.uint8)[::-1]
    pixels = np.full((*colors.shape[:2], 4), 255, np.uint8)
    pixels[..., :3] = colors
    height, width = colors.shape[:2]
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBX8888).copy()


class ScatterPlot(PaintedView):
    """A 2-D data set coloured and marked by class, on the surface that a network makes of the plane."""

    def __init__(
        self,
        source: ThemeSource,
        title: str,
        empty: str = "Choose a data set with two features.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._points: NDArray[np.float64] = np.empty((0, 2))
        self._labels: NDArray[np.int64] = np.empty(0, np.int64)
        self._classes: list[str] = []
        self._surface: NDArray[np.float64] | None = None
        self._extent = (0.0, 1.0, 0.0, 1.0)
        self._image: QImage | None = None
        self._axes: Axes | None = None
        self._names = ("", "")

    def set_names(self, across: str, up: str) -> None:
        """Name the axes, which then have scales of their own: for two quantities that are not places in a plane."""
        self._names = (across, up)
        self.update()

    def set_points(self, points: ArrayLike, labels: ArrayLike, classes: Sequence[str]) -> None:
        """Show N points, shape (N, 2), with N class indices into `classes`."""
        self._points = np.asarray(points, dtype=np.float64)
        self._labels = np.asarray(labels, dtype=np.int64)
        self._classes = list(classes)
        self.describe(f"{len(self._points)} points of the classes {', '.join(self._classes)}")
        self.update()

    def set_surface(self, probabilities: ArrayLike | None, extent: tuple[float, float, float, float]) -> None:
        """Show class probabilities, shape (H, W, classes), row 0 lowest, over `extent` = (x0, x1, y0, y1); or none."""
        self._surface = None if probabilities is None else np.asarray(probabilities, dtype=np.float64)
        self._extent = extent
        self._image = None
        self.update()

    def view_extent(self) -> tuple[float, float, float, float]:
        """Return (x0, x1, y0, y1) of the part of the plane shown, for asking a network about it."""
        x = padded(float(self._points[:, 0].min()), float(self._points[:, 0].max()))
        y = padded(float(self._points[:, 1].min()), float(self._points[:, 1].max()))
        return (*x, *y)

    def is_empty(self) -> bool:
        """Return whether there are no points."""
        return len(self._points) == 0

    def theme_changed(self) -> None:
        """Forget the surface in the old colours."""
        self._image = None

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the surface, the axes and the points."""
        metrics = QFontMetricsF(self.theme.font(small=True))
        x0, x1, y0, y1 = self.view_extent()
        y_ticks = linear_ticks(y0, y1, max(2, int(area.height() / 48)))
        margin = y_margin(self.theme, [number(tick) for tick in y_ticks])
        named = any(self._names)
        foot = metrics.height() * (2 if named else 1) + 10
        room = area.adjusted(margin, metrics.height() * (2 if named else 1) + 10, -16, -foot)
        inner = room if named else square_to(room, (x1 - x0) / (y1 - y0))
        axes = self._axes = Axes(inner, AxisRange(x0, x1), AxisRange(y0, y1))
        self._paint_surface(painter, axes)
        draw_frame(painter, self.theme, axes, linear_ticks(x0, x1, max(2, int(inner.width() / 80))), y_ticks)
        self._paint_points(painter, axes)
        self._paint_key(painter, inner.left(), metrics)
        if named:
            self._paint_names(painter, area, inner, metrics)

    def _paint_names(self, painter: QPainter, area: QRectF, inner: QRectF, metrics: QFontMetricsF) -> None:
        line = metrics.height()
        painter.setPen(self.theme.text)
        painter.setFont(self.theme.font(small=True))
        across, up = (metrics.elidedText(name, Qt.TextElideMode.ElideRight, inner.width()) for name in self._names)
        below = QRectF(inner.left(), area.bottom() - line - 2, inner.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, across)
        above = QRectF(area.left() + 4, inner.top() - line - 4, inner.right() - area.left(), line)
        painter.drawText(above, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, up)

    def _paint_surface(self, painter: QPainter, axes: Axes) -> None:
        if self._surface is None:
            return
        if self._image is None:
            self._image = surface_image(self.theme, self._surface)
        x0, x1, y0, y1 = self._extent
        target = QRectF(QPointF(axes.to_x(x0), axes.to_y(y1)), QPointF(axes.to_x(x1), axes.to_y(y0)))
        painter.save()
        painter.setClipRect(axes.area)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self._image)
        painter.restore()

    def _paint_points(self, painter: QPainter, axes: Axes) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = axes.map(self._points[:, 0], self._points[:, 1])
        for index in range(len(self._classes)):
            painter.setPen(QPen(self.theme.surface, 1))
            painter.setBrush(self.theme.run(index))
            for x, y in places[self._labels == index].tolist():
                _mark(painter, index, QPointF(x, y), 3.6 * self.theme.scale)

    def _paint_key(self, painter: QPainter, left: float, metrics: QFontMetricsF) -> None:
        """Name the classes as far as there is room."""
        painter.setFont(self.theme.font(small=True))
        for index, name in enumerate(self._classes):
            if left + metrics.horizontalAdvance(name) + 16 > self.width():
                break
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.run(index))
            _mark(painter, index, QPointF(left + 4, 6 + metrics.height() / 2), 4)
            painter.setPen(self.theme.text)
            painter.drawText(QPointF(left + 12, 6 + metrics.ascent()), name)
            left += metrics.horizontalAdvance(name) + 28

    def nearest(self, at: QPointF) -> int | None:
        """Return the index of the point under the pointer, None where there is none."""
        if self._axes is None or self.is_empty():
            return None
        places = self.places()
        distance = np.hypot(places[:, 0] - at.x(), places[:, 1] - at.y())
        index = int(distance.argmin())
        return index if distance[index] <= 8 else None

    def places(self) -> NDArray[np.float64]:
        """Return where the points stand in the widget, shape (N, 2); meaningful once it was painted."""
        if self._axes is None:
            return np.zeros((len(self._points), 2))
        return self._axes.map(self._points[:, 0], self._points[:, 1])

    def sentence_at(self, at: QPointF) -> str:
        """Return class and place of the point under the pointer."""
        index = self.nearest(at)
        return "" if index is None else self.sentence_of(index)

    def sentence_of(self, index: int) -> str:
        """Return class and place of a point."""
        x, y = self._points[index].tolist()
        return f"{self._classes[self._labels[index]]} at ({number(x)}, {number(y)})"


def square_to(area: QRectF, aspect: float) -> QRectF:
    """Return the largest part of `area` with width over height `aspect`, in its upper middle."""
    width = min(area.width(), area.height() * aspect)
    height = min(area.height(), area.width() / aspect)
    return QRectF(area.left() + (area.width() - width) / 2, area.top(), width, height)


def _mark(painter: QPainter, index: int, at: QPointF, radius: float) -> None:
    """Draw a disc, square or diamond in turn, so that classes differ by more than hue."""
    if index % 3 == 0:
        painter.drawEllipse(at, radius, radius)
    elif index % 3 == 1:
        side = radius * 0.9
        painter.drawRect(QRectF(at.x() - side, at.y() - side, 2 * side, 2 * side))
    else:
        far = radius * 1.25
        corners = [QPointF(0, -far), QPointF(far, 0), QPointF(0, far), QPointF(-far, 0)]
        painter.drawPolygon([at + corner for corner in corners])
