"""Zooming, panning and framing: how the view moves over the scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEasingCurve, QPoint, QPointF, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QStyle, QWidget

from widgets.canvas.board_items import EVERYWHERE
from widgets.canvas.level_of_detail import MAXIMUM, MINIMUM

STEP = 1.2
"""Factor of one step of zoom."""

PER_NOTCH = 1.15
"""Factor of one notch of the wheel."""

SETTLED_AFTER = 90
"""Milliseconds without zooming after which cards are painted sharp again."""

MARGIN = 40
"""Pixels left free around what is framed."""

GLIDE = 180
"""Milliseconds that the view takes to where something new appeared."""


class Navigation(QGraphicsView):
    """A view that is moved by hand: endless ground, wheel zoom at the pointer, framing."""

    zoomChanged = Signal(float)  # noqa: N815 - as Qt names signals
    """The zoom, 1 for 100 %."""
    viewMoved = Signal()  # noqa: N815 - as Qt names signals
    """Another part of the scene is visible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gathered: QPoint | None = None
        """How far both scroll bars moved so far, while they are moved as one."""
        self._wanted: QPoint | None = None
        """Where to scroll to once the last scroll is painted."""
        self._unpainted = False
        self.setScene(QGraphicsScene(self))
        self.scene().setSceneRect(EVERYWHERE)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.animated = True
        """Whether cards and view glide to new places; they do not where the system asks for no motion."""
        self.framed = False
        """Whether the view was last asked to show everything; it then does so in any size."""
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self.centerOn)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_AFTER)
        self._settled.timeout.connect(self.zoom_settled)

    @property
    def zoom(self) -> float:
        """The zoom, 1 for 100 %."""
        return self.transform().m11()

    def visible_region(self) -> QRectF:
        """The part of the scene that is in view."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def set_zoom(self, zoom: float, at: QPoint | None = None) -> None:
        """Zoom so that the scene under ``at`` (viewport; default its centre) stays where it is."""
        self.framed = False
        zoom = max(MINIMUM, min(zoom, MAXIMUM))
        if abs(zoom - 1) < 0.03:
            zoom = 1.0
        if zoom == self.zoom:
            return
        spot = QPointF(at if at is not None else self.viewport().rect().center())
        scene = self.mapToScene(spot.toPoint())
        self.zoom_started()
        self._settled.start()
        self._show(zoom, scene, spot)
        self.zoomChanged.emit(zoom)
        self.viewMoved.emit()

    def zoom_in(self) -> None:
        """One step nearer."""
        self.set_zoom(self.zoom * STEP)

    def zoom_out(self) -> None:
        """One step away."""
        self.set_zoom(self.zoom / STEP)

    def zoom_reset(self) -> None:
        """100 %."""
        self.set_zoom(1.0)

    def room(self) -> tuple[float, float]:
        """Width and height that something framed may have, in pixels of the screen."""
        area = self.viewport().rect()
        return max(area.width() - 2 * MARGIN, 1), max(area.height() - 2 * MARGIN, 1)

    def show_region(self, region: QRectF, most: float = 1.0) -> None:
        """Show the whole region, at ``most`` zoom or less; an empty one shows the origin."""
        self.framed = False
        if region.isEmpty():
            region = QRectF(-200, -150, 400, 300)
        width, height = self.room()
        fit = min(width / region.width(), height / region.height(), most)
        zoom = max(MINIMUM, min(fit, MAXIMUM))
        self._show(zoom, region.center(), QPointF(self.viewport().rect().center()))
        self._settled.stop()
        self.zoom_settled()
        self.zoomChanged.emit(zoom)
        self.viewMoved.emit()

    def reveal(self, region: QRectF) -> None:
        """Pan as little as needed to bring the region into view, gliding where motion is wanted."""
        before = self._centre()
        self.ensureVisible(region, MARGIN, MARGIN)
        after = self._centre()
        self.framed = self.framed and after == before
        if after != before and self.moves:
            self.centerOn(before)
            self._glide.setStartValue(before)
            self._glide.setEndValue(after)
            self._glide.start()

    @property
    def moves(self) -> bool:
        """Whether things glide: wanted here, and not refused by the system."""
        return self.animated and bool(self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration))

    def _centre(self) -> QPointF:
        # The bars' values map to whole pixels, so this is what centerOn was or could have been given.
        return self.visible_region().center()

    def zoom_started(self) -> None:
        """Hook: the zoom is changing."""

    def zoom_settled(self) -> None:
        """Hook: the zoom rests."""

    def _show(self, zoom: float, scene: QPointF, spot: QPointF) -> None:
        """Show the scene at ``zoom`` with its place ``scene`` at ``spot`` of the viewport."""
        self._glide.stop()
        self.resetTransform()
        self.scale(zoom, zoom)
        centre = QPointF(self.viewport().rect().center())
        self.centerOn(scene - (spot - centre) / zoom)

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = event.pixelDelta() if event.hasPixelDelta() else event.angleDelta()
        modifiers = event.modifiers()
        if event.hasPixelDelta() and not modifiers & Qt.KeyboardModifier.ControlModifier:
            self._scroll(step)
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._scroll(QPoint(step.y() + step.x(), 0))
        elif step.y():
            notches = step.y() / (120.0 if not event.hasPixelDelta() else 60.0)
            self.set_zoom(self.zoom * PER_NOTCH**notches, event.position().toPoint())
        event.accept()

    def _scroll(self, step: QPoint) -> None:
        self._glide.stop()
        self.framed = False
        self.scroll_to(self.scrolled - step)

    # Scrolling. Qt moves what is painted already and asks for the rest only, but not when scrolled twice in a frame.

    @property
    def scrolled(self) -> QPoint:
        """How far the view is scrolled, or soon will be, in pixels of the screen."""
        bars = QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        return bars if self._wanted is None else self._wanted

    def scroll_to(self, place: QPoint) -> None:
        """Scroll, at most once in a frame: what comes before the last scroll is painted waits for that."""
        self._wanted = place
        if not self._unpainted:
            self.scroll_now()

    def scroll_now(self) -> None:
        """Scroll to where `scroll_to` was last asked to."""
        if self._wanted is not None:
            place, self._wanted = self._wanted, None
            self._as_one(lambda: self._move_bars(place))

    def _move_bars(self, place: QPoint) -> None:
        self.horizontalScrollBar().setValue(place.x())
        self.verticalScrollBar().setValue(place.y())

    def _as_one(self, act: Callable[[], object]) -> None:
        """Do something that moves both scroll bars, as one scroll."""
        self._gathered = QPoint()
        try:
            act()
        finally:
            moved, self._gathered = self._gathered, None
        if not moved.isNull():
            self.scrollContentsBy(moved.x(), moved.y())

    def centerOn(self, *place: Any) -> None:
        """Bring a place of the scene to the middle of the view, as one scroll."""
        self._wanted = None
        self._as_one(lambda: QGraphicsView.centerOn(self, *place))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if self._gathered is not None:
            self._gathered += QPoint(dx, dy)
            return
        self._unpainted = self.viewport().isVisible()
        super().scrollContentsBy(dx, dy)
        self.viewMoved.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._unpainted = False
        if self._wanted is not None:
            QTimer.singleShot(0, self, self.scroll_now)
