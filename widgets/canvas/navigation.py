"""Zooming, panning and framing: how a view moves over its scene."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QEasingCurve,
    QObject,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QGraphicsView, QStyle

from widgets.canvas.level_of_detail import MAXIMUM, MINIMUM
from widgets.canvas.popup_place import INSET
from widgets.canvas.stands import Stand

STEP = 1.2
"""Factor of one step of zoom."""

PER_NOTCH = 1.15
"""Factor of one notch of the wheel."""

SETTLED_AFTER = 90
"""Milliseconds without zooming after which cards are painted sharp again."""

MARGIN, MARGIN_SHARE = 40, 0.08
"""Pixels left free around what is framed, and the most of the view's width or height that they take."""
LOW, LOW_SHARE = 360, 0.025
"""Pixels of a view that has little to spare, and the most of it that is left free then."""

GLIDE = 180
"""Milliseconds that the view takes to where something new appeared."""

OVERLAP = 1.05
"""How much more than the view something may take that is still shown by its middle: its edges are empty."""


class Navigation(QObject):
    """Moves a view over an endless scene: wheel zoom at the pointer, panning, framing.

    The view hands on `scrollContentsBy` to `gather` and `moved`, and tells by `painted` when it was painted.
    """

    zoomChanged = Signal(float)  # noqa: N815 - as Qt names signals
    """The zoom, 1 for 100 %."""
    viewMoved = Signal()  # noqa: N815 - as Qt names signals
    """Another part of the scene is visible."""
    zoomStarted = Signal()  # noqa: N815 - as Qt names signals
    """The zoom is changing."""
    zoomSettled = Signal()  # noqa: N815 - as Qt names signals
    """The zoom rests."""

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view)
        self._view = view
        self._gathered: QPoint | None = None
        """How far both scroll bars moved so far, while they are moved as one."""
        self._goal: QPoint | None = None
        """Where to scroll to once the last scroll is painted."""
        self._unpainted = False
        self.animated = True
        """Whether cards and view glide to new places; they do not where the system asks for no motion."""
        self.framed = False
        """Whether the view was last asked to show everything; it then does so in any size."""
        self.by_hand = False
        """Whether what is in view was chosen by zooming or moving the view since."""
        self.kept: Stand | None = None
        """What was in view before the view had another size, until something else is shown."""
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self.center_on)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SETTLED_AFTER)
        self._rest.timeout.connect(self.zoomSettled)

    @property
    def zoom(self) -> float:
        """The zoom, 1 for 100 %."""
        return self._view.transform().m11()

    @property
    def zooming(self) -> bool:
        """Whether the zoom changed a moment ago."""
        return self._rest.isActive()

    def settle_soon(self) -> None:
        """Tell by `zoomSettled` once the zoom rests."""
        self._rest.start()

    def visible_region(self) -> QRectF:
        """The part of the scene that is in view."""
        return self.scene_region(self._view.viewport().rect())

    def scene_region(self, area: QRect) -> QRectF:
        """The part of the scene that an area of the viewport shows."""
        return self._view.mapToScene(area).boundingRect()

    def to_scene(self, spot: QPoint) -> QPointF:
        """The place in the scene under a spot of the viewport."""
        return self._view.mapToScene(spot)

    def from_scene(self, place: QPointF) -> QPoint:
        """The spot of the viewport at which a place in the scene is shown."""
        return self._view.mapFromScene(place)

    def area_of(self, region: QRectF) -> QRect:
        """The part of the viewport in which a region of the scene is shown."""
        return self._view.mapFromScene(region).boundingRect()

    def middle(self) -> QPointF:
        """The place in the middle of the view."""
        # The bars' values map to whole pixels, so this is what `center_on` was or could have been given.
        return self.visible_region().center()

    def take(self) -> None:
        """Somebody chooses by hand what is in view, which is kept from now on."""
        self.framed, self.by_hand, self.kept = False, True, None

    def set_zoom(self, zoom: float, at: QPoint | None = None) -> None:
        """Zoom by hand so that the scene under ``at`` (viewport; default its centre) stays where it is."""
        self.take()
        self._zoom_to(zoom, at)

    def _zoom_to(self, zoom: float, at: QPoint | None = None) -> None:
        self.framed, self.kept = False, None
        zoom = max(MINIMUM, min(zoom, MAXIMUM))
        if abs(zoom - 1) < 0.03:
            zoom = 1.0
        if zoom == self.zoom:
            return
        spot = QPointF(at if at is not None else self._view.viewport().rect().center())
        scene = self._view.mapToScene(spot.toPoint())
        self.zoomStarted.emit()
        self.settle_soon()
        self._show(zoom, scene, spot)
        self.zoomChanged.emit(zoom)
        self.viewMoved.emit()

    def zoom_in(self) -> None:
        """One step nearer."""
        self.set_zoom(self.zoom * STEP)

    def zoom_out(self) -> None:
        """One step away."""
        self.set_zoom(self.zoom / STEP)

    def room(self) -> tuple[float, float]:
        """Width and height that something framed may have, in pixels of the screen."""
        area = self._view.viewport().rect()
        return max(area.width() - 2 * margin(area.width()), 1), max(area.height() - 2 * margin(area.height()), 1)

    def has_room(self, region: QRectF) -> bool:
        """Whether the whole region can be in view at this zoom."""
        width, height = self.room()
        return region.width() * self.zoom <= width and region.height() * self.zoom <= height

    def show_region(self, region: QRectF, most: float = 1.0) -> None:
        """Show the whole region, at ``most`` zoom or less; an empty one shows the origin."""
        self.framed = self.by_hand = False
        self.kept = None
        if region.isEmpty():
            region = QRectF(-200, -150, 400, 300)
        width, height = self.room()
        fit = min(width / region.width(), height / region.height(), most)
        zoom = max(MINIMUM, min(fit, MAXIMUM))
        view = self._view.viewport().rect()
        middle = QPointF(
            _middle(region.left(), region.right(), view.width() / zoom),
            _middle(region.top(), region.bottom(), view.height() / zoom),
        )
        self._show_at_once(zoom, middle)

    def _show_at_once(self, zoom: float, middle: QPointF) -> None:
        """Show the scene about ``middle``, with cards sharp from the first frame on."""
        self._show(zoom, middle, QPointF(self._view.viewport().rect().center()))
        self._rest.stop()
        self.zoomSettled.emit()
        self.zoomChanged.emit(zoom)
        self.viewMoved.emit()

    @property
    def size(self) -> QSize:
        """The size of the view in pixels."""
        return self._view.viewport().size()

    def stand(self, size: QSize | None = None) -> Stand:
        """What is in view now, or in a ``size`` that the view had until now."""
        size = self.size if size is None else size
        middle = self.scene_region(QRect(QPoint(), size)).center()
        return Stand(self.zoom, middle, size, self._bars, self.framed, self.by_hand)

    def return_to(self, stand: Stand) -> None:
        """Show what was in view then; where the view has another size, the same place in the middle."""
        self._show_at_once(stand.zoom, stand.middle)
        if stand.size == self.size:
            self._as_one(lambda: self._move_bars(stand.scrolled))
        self.framed, self.by_hand, self.kept = stand.framed, stand.by_hand, stand

    def reveal(self, region: QRectF) -> None:
        """Pan as little as needed to bring the region into view, gliding where motion is wanted."""
        before = self.middle()
        self._view.ensureVisible(region, MARGIN, MARGIN)
        after = self.middle()
        self.framed = self.framed and after == before
        self.kept = self.kept if after == before else None
        if after != before and self.glides:
            self.center_on(before)
            self._glide.setStartValue(before)
            self._glide.setEndValue(after)
            self._glide.start()

    def give_room(self, measure: Callable[[], QRect], size: QSize) -> QRect:
        """Bring what ``measure`` finds in the viewport into view, with room right of it or below it for a ``size``.

        The view moves as little as that needs, and zooms out only where moving is not enough. Returns where it is then.
        """
        view, most = self._view.viewport().size(), measure().size()
        room = view - size - QSize(4 * INSET, 4 * INSET)
        fit = max(
            min(room.width() / most.width(), (view.height() - 2 * INSET) / most.height()),
            min(room.height() / most.height(), (view.width() - 2 * INSET) / most.width()),
        )
        if fit < 1:
            self._zoom_to(self.zoom * max(fit, 0.05) * 0.98)
        area = measure()
        beside, free = area.width() <= room.width(), _has_side(area, view, size)
        right = 0 if free or not beside else size.width() + INSET
        under = 0 if free or beside else size.height() + INSET
        across = _shift(area.left(), area.right(), view.width() - right)
        shift = QPoint(across, _shift(area.top(), area.bottom(), view.height() - under))
        if not shift.isNull():
            self._glide.stop()
            self.kept = None
            self.center_on(self.middle() - QPointF(shift) / self.zoom)
        return measure()

    def ensure_visible(self, region: QRectF) -> None:
        """Pan at once, as little as needed, to bring the region into view."""
        self.kept = None
        self._view.ensureVisible(region)

    @property
    def glides(self) -> bool:
        """Whether things glide: wanted here, and not refused by the system."""
        return self.animated and bool(self._view.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration))

    def _show(self, zoom: float, scene: QPointF, spot: QPointF) -> None:
        """Show the scene at ``zoom`` with its place ``scene`` at ``spot`` of the viewport."""
        self._glide.stop()
        self._view.resetTransform()
        self._view.scale(zoom, zoom)
        centre = QPointF(self._view.viewport().rect().center())
        self.center_on(scene - (spot - centre) / zoom)

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Shift, or by a touchpad, scroll."""
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
        self.take()
        self.scroll_to(self.scrolled - step)

    # Scrolling. Qt moves what is painted already and asks for the rest only, but not when scrolled twice in a frame.

    @property
    def scrolled(self) -> QPoint:
        """How far the view is scrolled, or soon will be, in pixels of the screen."""
        return self._bars if self._goal is None else self._goal

    @property
    def _bars(self) -> QPoint:
        return QPoint(self._view.horizontalScrollBar().value(), self._view.verticalScrollBar().value())

    def scroll_to(self, place: QPoint) -> None:
        """Scroll, at most once in a frame: what comes before the last scroll is painted waits for that."""
        self._goal = place
        if not self._unpainted:
            self.scroll_now()

    def scroll_now(self) -> None:
        """Scroll to where `scroll_to` was last asked to."""
        if self._goal is not None:
            place, self._goal = self._goal, None
            self._as_one(lambda: self._move_bars(place))

    def _move_bars(self, place: QPoint) -> None:
        self._view.horizontalScrollBar().setValue(place.x())
        self._view.verticalScrollBar().setValue(place.y())

    def _as_one(self, act: Callable[[], object]) -> None:
        """Do something that moves both scroll bars, as one scroll."""
        self._gathered = QPoint()
        try:
            act()
        finally:
            moved, self._gathered = self._gathered, None
        if not moved.isNull():
            self._view.scrollContentsBy(moved.x(), moved.y())

    def center_on(self, place: QPointF) -> None:
        """Bring a place of the scene to the middle of the view, as one scroll."""
        self._goal = None
        self._as_one(lambda: self._view.centerOn(place))

    def gather(self, dx: int, dy: int) -> bool:
        """Whether a scroll of the contents is held back, because another of the same movement follows."""
        if self._gathered is None:
            return False
        self._gathered += QPoint(dx, dy)
        return True

    def moved(self) -> None:
        """The contents were scrolled."""
        self._unpainted = self._view.viewport().isVisible()
        self.viewMoved.emit()

    def painted(self) -> None:
        """The view was painted: what it was asked to scroll meanwhile is due."""
        self._unpainted = False
        if self._goal is not None:
            QTimer.singleShot(0, self, self.scroll_now)

    def stop(self) -> None:
        """Glide no further."""
        self._glide.stop()


def _middle(start: float, end: float, room: float) -> float:
    """The middle of a stretch, or of its first part where hardly more than that has room."""
    return (start + end) / 2 if end - start <= OVERLAP * room else start + room / 2


def margin(length: int) -> float:
    """Pixels that stay free at each end of a view so long."""
    return min(MARGIN, (MARGIN_SHARE if length >= LOW else LOW_SHARE) * length)


def _has_side(area: QRect, view: QSize, size: QSize) -> bool:
    """Whether one side of an area of the view has room for a size."""
    across = max(area.left(), view.width() - area.right()) - 2 * INSET
    along = max(area.top(), view.height() - area.bottom()) - 2 * INSET
    return across >= size.width() or along >= size.height()


def _shift(start: int, end: int, most: int) -> int:
    """How far something from ``start`` to ``end`` has to move to lie between the inset and ``most``."""
    return max(INSET - start, min(0, most - INSET - end))
