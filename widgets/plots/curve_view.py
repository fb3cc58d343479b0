"""The painted part of a curve plot: curves, axes, direct labels and the crosshair, and the hands on them.

The picture of the curves is kept until data, view, size or theme change, so that a moving crosshair costs one blit.
New points ask for a repaint at most once per frame.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look.theme import Themed, ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_empty
from widgets.plots.curve import Curve, Part
from widgets.plots.curve_painting import Scene, paint_crosshair, paint_scene
from widgets.plots.ticks import number, padded

FRAME_MS = 16
"""How long new points may wait for the next repaint."""


class CurveView(QWidget, Themed):
    """Curves over steps. Drag pans, the wheel zooms at the pointer, double-click or F shows everything again.

    Keys: left and right move the crosshair, + and - zoom, F fits, L switches the log axis, Esc hides the crosshair.
    """

    log_changed = Signal(bool)

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.follow(source)
        self.curves: dict[str, Curve] = {}
        self.empty_text = empty
        self._smoothing = 0.0
        self._log = False
        self._x: AxisRange | None = None
        self._y: AxisRange | None = None
        self._cursor: float | None = None
        self._grabbed: QPointF | None = None
        self._picture: QPixmap | None = None
        self._axes: Axes | None = None
        self._timer = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._timer.timeout.connect(self.refresh)
        self.setAccessibleName(title)
        self.setAccessibleDescription(empty)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 96)

    # Data

    def add_curve(self, curve_id: str, label: str, run: int, part: Part) -> None:
        """Add an empty curve, or give an existing one another label and hue."""
        known = self.curves.get(curve_id)
        if known is None:
            self.curves[curve_id] = Curve(label, run, part, self._smoothing)
        else:
            known.label, known.run, known.part = label, run, part
        self.touch()

    def append(self, curve_id: str, steps: ArrayLike, values: ArrayLike) -> None:
        """Add N points to a curve. Raises `KeyError` for an unknown curve, `ValueError` for unequal lengths."""
        self.curves[curve_id].append(steps, values)
        self.touch()

    def touch(self) -> None:
        """Ask for a repaint within a frame."""
        if not self._timer.isActive():
            self._timer.start()

    def refresh(self) -> None:
        """Paint anew as soon as Qt does."""
        self._picture = None
        self.update()

    # View

    @property
    def smoothing(self) -> float:
        """The factor of the exponential average, 0 to 0.99."""
        return self._smoothing

    def set_smoothing(self, factor: float) -> None:
        """Average all curves with `factor`, held to 0 .. 0.99."""
        self._smoothing = min(max(factor, 0.0), 0.99)
        for curve in self.curves.values():
            curve.smooth(self._smoothing)
        self.touch()

    @property
    def log(self) -> bool:
        """Whether the y axis is logarithmic; what is not positive then leaves a gap."""
        return self._log

    def set_log(self, log: bool) -> None:
        """Make the y axis logarithmic or linear."""
        if log != self._log:
            self._log = log
            self._y = None
            self.log_changed.emit(log)
            self.refresh()

    def fit(self) -> None:
        """Show everything, and keep showing everything as points come."""
        self._x = self._y = None
        self.refresh()

    @property
    def view(self) -> tuple[AxisRange, AxisRange] | None:
        """The ranges of x and y last painted, None while empty."""
        return (self._axes.x, self._axes.y) if self._axes else None

    def drawn(self) -> Iterator[Curve]:
        """Yield the curves that are visible and have points."""
        return (curve for curve in self.curves.values() if curve.visible and len(curve))

    def _full_x(self) -> AxisRange:
        first = min(float(curve.steps[0]) for curve in self.drawn())
        last = max(float(curve.steps[-1]) for curve in self.drawn())
        return AxisRange(first, last) if last > first else AxisRange(first - 1, first + 1)

    def _full_y(self, x: AxisRange) -> AxisRange:
        """Return a range that holds the averages and, but for rare spikes, the values behind them."""
        lows, highs = [], []
        for curve in self.drawn():
            start, stop = curve.window(x)
            _, low, high = curve.shown(smooth=True).buckets(start, stop, 256)
            usable = (low > 0) & ~np.isnan(high) if self._log else ~np.isnan(high)
            if usable.any():
                lows.append(float(low[usable].min()))
                highs.append(float(high[usable].max()))
        if not lows:
            return AxisRange(-1.0, 0.0) if self._log else AxisRange(0.0, 1.0)
        low_end, high_end = (np.log10(lows).min(), np.log10(highs).max()) if self._log else (min(lows), max(highs))
        return AxisRange(*padded(float(low_end), float(high_end)))

    def scene(self) -> Scene:
        """Return all that painting needs, for the screen or for an export."""
        x = self._x or self._full_x()
        y = self._y or self._full_y(x)
        return Scene(list(self.drawn()), x, y, self._log, self._smoothing > 0)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Blit the picture of the curves, made anew if need be, and draw the crosshair over it."""
        if self._picture is None:
            self._picture = self._make_picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._axes and self._cursor is not None:
            paint_crosshair(painter, self.theme, self._axes, self._cursor, self.readings(), self.rect())
        if self.hasFocus():
            painter.setPen(self.theme.accent)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _make_picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(self.theme.surface)
        painter = QPainter(picture)
        self._axes = self.paint(painter, QRectF(self.rect()))
        painter.end()
        return picture

    def paint(self, painter: QPainter, area: QRectF) -> Axes | None:
        """Paint the plot into `area` and return its axes, or the empty text and None."""
        if not any(True for _ in self.drawn()):
            draw_empty(painter, self.theme, area, self.empty_text)
            return None
        return paint_scene(painter, self.theme, area, self.scene())

    def theme_changed(self) -> None:
        """Forget the picture in the old colours."""
        self._picture = None

    def sizeHint(self) -> QSize:
        """A plot is wide rather than tall."""
        return QSize(self.theme.px(420), self.theme.px(220))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Forget the picture of the old size."""
        self._picture = None

    # Reading values

    def readings(self) -> list[tuple[Curve, float, float]]:
        """Return curve, step and value under the crosshair of every visible curve."""
        found = []
        for curve in self.drawn() if self._cursor is not None else ():
            point = curve.value_at(self._cursor or 0.0, smooth=True)
            if point is not None:
                found.append((curve, *point))
        return found

    def set_cursor(self, step: float | None) -> None:
        """Put the crosshair at `step`, or hide it; what it reads is the accessible description."""
        self._cursor = step
        if step is not None:
            spoken = ", ".join(f"{curve.label} {number(value)}" for curve, _, value in self.readings())
            self.setAccessibleDescription(f"Step {number(step, 9)}: {spoken}")
        self.update()

    @property
    def cursor_step(self) -> float | None:
        """The step under the crosshair, None while it is hidden."""
        return self._cursor

    def _move_cursor(self, pixels: float) -> None:
        if self._axes:
            x = self._axes.x
            at = x.high if self._cursor is None else self._cursor + pixels / self._axes.area.width() * x.span
            self.set_cursor(min(max(at, x.low), x.high))

    # Hands

    def _zoom(self, at: QPointF, factor: float, *, vertical: bool = False) -> None:
        if not self._axes:
            return
        if vertical:
            self._y = self._axes.y.zoomed(self._axes.from_y(at.y()), factor)
        elif self._axes.x.span * factor > 1e-6 * max(1.0, abs(self._axes.x.high)):
            self._x = self._axes.x.zoomed(self._axes.from_x(at.x()), factor)
        self.refresh()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom steps at the pointer; with Shift, zoom values."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._zoom(event.position(), 0.85 ** (delta / 120), vertical=shifted)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the plot."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grabbed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held, read values otherwise."""
        if not self._axes:
            return
        at = event.position()
        if self._grabbed is None:
            self.set_cursor(self._axes.from_x(at.x()) if self._axes.area.contains(at) else None)
            return
        by = at - self._grabbed
        self._grabbed = at
        self._x = self._axes.x.moved(-by.x() / self._axes.area.width() * self._axes.x.span)
        self._y = self._axes.y.moved(by.y() / self._axes.area.height() * self._axes.y.span)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.refresh()
        self._axes = Axes(self._axes.area, self._x, self._y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grabbed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the crosshair when the pointer leaves."""
        self.set_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class for the keys."""
        centre = self._axes.area.center() if self._axes else QPointF()
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                far = 40 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 4
                self._move_cursor(-far if event.key() == Qt.Key.Key_Left else far)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(centre, 0.8)
            case Qt.Key.Key_Minus:
                self._zoom(centre, 1.25)
            case Qt.Key.Key_F | Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_L:
                self.set_log(not self._log)
            case Qt.Key.Key_Escape if self._cursor is not None:
                self.set_cursor(None)
            case _:
                super().keyPressEvent(event)
