"""Floating notices over a pane, and faults over what follows a field: they take no room, so nothing moves for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import QScrollArea, QWidget
from shiboken6 import isValid

from widgets.look.free_places import (
    free_band,
    free_place,
    free_rooms,
    head_widgets,
    heads_in,
    hidden,
    place_in,
    whole_place,
)
from widgets.look.labels import Label, set_look

WIDEST = 720
"""Pixels from which on a floating notice does not grow with its pane."""

LEAST = 220
"""Pixels that a fault beside a field keeps for its words."""

WIDEST_FAULT = 360
"""Pixels from which on a fault wraps its words, if the field is not wider."""

NARROWER = (420, 280)
"""Widths in pixels that a notice takes where a wider one would lie on what is to be spared."""
MOST_GROWN = 1.7
"""How much higher it may become by that, as long as there is a place elsewhere that is wider."""

LEAST_ROOM = QSize(240, 32)
"""The smallest free room on the ground that is looked at, in pixels, where none of these widths will do."""

SETTLED_MS = 250
"""How soon a notice that has come looks again for its place: what it spares may just come into view itself."""

NARROWEST_BODY = 300
"""Pixels of width below which notices do not keep to a part of their pane."""

ARROW = "\N{BLACK LEFT-POINTING TRIANGLE}"

MARGIN = 8
_MOVED = {
    QEvent.Type.Resize,
    QEvent.Type.Move,
    QEvent.Type.ShowToParent,
    QEvent.Type.HideToParent,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.LayoutRequest,
}


def float_over(
    host: QWidget, *notices: QWidget, within: QWidget | None = None, at_top: bool = False, widest: int = WIDEST
) -> Floating:
    """Have notices float over ``host``, those that are shown stacked at its lower edge, or at its upper one.

    ``within`` is a widget in the host over which they lie; they belong into no layout. ``widest`` is in pixels.
    """
    return Floating(host, notices, within or host, at_top, widest)


def height_at(widget: QWidget, width: int) -> int:
    """The height in pixels that a widget needs at a width."""
    return widget.heightForWidth(width) if widget.hasHeightForWidth() else widget.sizeHint().height()


@runtime_checkable
class Occupied(Protocol):
    """A pane on which things stand that notices keep clear of where there is free room, such as cards."""

    def occupied(self) -> Sequence[QRect]:
        """Where they stand, in pixels of the pane."""


class Floating(QObject):
    """Puts notices in their places whenever one comes, goes or grows, or the pane changes.

    They hide no tab, no title of a plot, no header of a table and none of its first rows, as long as there is another
    place over the pane.
    """

    def __init__(self, host: QWidget, notices: tuple[QWidget, ...], within: QWidget, at_top: bool, widest: int) -> None:
        super().__init__(host)
        self._notices, self._at_top, self._widest = notices, at_top, widest
        self._around: list[QWidget] = []
        self._avoided: tuple[QWidget, ...] = ()
        self._begin: QWidget | None = None
        self._begin_at_top = False
        self._placing = False
        self._heads: list[QWidget] | None = None
        self._ground: QWidget | None = None
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._place)
        for notice in notices:
            notice.installEventFilter(self)
        self.lie_over(host, within)

    def lie_over(self, host: QWidget, within: QWidget) -> None:
        """Have the notices float over another pane from now on, in another host or the same."""
        self._host, self._within, self._heads = host, within, None
        for notice in self._notices:
            if notice.parentWidget() is not host:
                shown = not notice.isHidden()
                notice.setParent(host)
                notice.setVisible(shown)
        self._around = self._watch(self._around, _within(host, within))
        self._place()

    def put_at_top(self, at_top: bool) -> None:
        """Have the notices at the upper edge from now on, or at the lower one."""
        self._at_top = at_top
        self._place()

    def keep_to(self, body: QWidget | None, avoided: Sequence[QWidget] = (), *, at_top: bool = False) -> None:
        """Have notices lie over ``body``, a widget in the host, while it is on show and wide enough; None ends that.

        They lie at its lower edge, or hang from its upper one, and keep clear of other notices that are ``avoided``.
        """
        before = [*self._avoided, *_chain(self._host, self._begin)]
        self._begin, self._begin_at_top, self._avoided = body, at_top, tuple(avoided)
        self._watch([widget for widget in before if widget not in self._around], self._followed())
        self._place()

    def keep_clear_of(self, ground: QWidget | None) -> None:
        """Have notices spare what stands on ``ground``, an `Occupied` pane in the host, while that is on show."""
        self._ground = ground
        self._place()

    def _spared(self) -> list[QRect]:
        ground = self._ground
        if ground is None or not isValid(ground) or not ground.isVisible() or not isinstance(ground, Occupied):
            return []
        if ground is not self._host and not self._host.isAncestorOf(ground):
            return []
        origin = whole_place(self._host, ground).topLeft()
        return [rect.translated(origin) for rect in ground.occupied()]

    def _followed(self) -> list[QWidget]:
        return [*self._avoided, *_chain(self._host, self._begin)]

    def _watch(self, before: Iterable[QWidget], after: Iterable[QWidget]) -> list[QWidget]:
        """Hear of some widgets instead of others."""
        for widget in before:
            if isValid(widget):
                widget.removeEventFilter(self)
        watched = list(after)
        for widget in watched:
            widget.installEventFilter(self)
        return watched

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVED and not self._placing:
            if event.type() == QEvent.Type.Show and watched in self._notices and self._ground is not None:
                self._settled.start()
            self._placing = True
            self._place()
            self._placing = False
        return False

    def _body(self) -> QWidget | None:
        """What notices keep to, None where it is not on show or too narrow."""
        body = self._begin
        on_show = body is not None and isValid(body) and body.isVisible() and body.width() >= NARROWEST_BODY
        return body if on_show else None

    def _area(self) -> QRect:
        """Where notices may lie: over the pane, or anywhere on the host while that is hidden."""
        body, pane = self._body(), self._rect_of(self._within)
        if body is None:
            return pane
        area = self._rect_of(body)
        if self._begin_at_top:
            area.setBottom(max(area.bottom(), pane.bottom()))  # what hangs from its edge may be longer than it
        return area

    def _rect_of(self, over: QWidget) -> QRect:
        if over is self._host or not over.isVisibleTo(self._host):
            return self._host.rect()
        return whole_place(self._host, over)

    def _place(self) -> None:
        shown = [notice for notice in self._notices if not notice.isHidden()]
        if not shown:
            return
        area, taken, spared = self._area(), self._taken(), self._spared()
        at_top = self._at_top if self._body() is None else self._begin_at_top
        width = min(self._widest, area.width() - 2 * MARGIN)
        for notice in shown if at_top else reversed(shown):
            place = self._free(notice, width, taken, spared, at_top) if spared else None
            if place is None:
                room = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
                size = QSize(width, min(height_at(notice, width), room.height()))
                place = free_place(room, size, taken, at_top=at_top)
            notice.setGeometry(place)
            notice.raise_()
            taken.append(place.adjusted(0, -MARGIN, 0, MARGIN))

    def _free(self, notice: QWidget, width: int, taken: list[QRect], spared: list[QRect], at_top: bool) -> QRect | None:
        """A place on the ground that hides nothing at all, as wide as there is one; None where there is none.

        Where it would hide something in each of the usual widths, it takes that of the largest free room, unless it
        became a column that is higher than wide.
        """
        ground = self._rect_of(self._ground) if self._ground is not None else QRect()
        room = (ground & self._area()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        tallest, least = MOST_GROWN * height_at(notice, width), notice.minimumSizeHint().width()
        for wide in (width, *(each for each in NARROWER if least <= each < width)):
            size = QSize(wide, height_at(notice, wide))
            if size.width() > room.width() or size.height() > min(room.height(), tallest):
                continue
            for kept in ([_around_all(spared)], spared):  # beside all of it, and what leads from one to the other
                place = free_place(room, size, [*taken, *kept], at_top=at_top)
                if not hidden(place, (*taken, *kept)):
                    return place
        for kept in ([_around_all(spared)], spared):
            place = self._in_largest(notice, width, free_rooms(room, [*taken, *kept], LEAST_ROOM), at_top)
            if not place.isNull():
                return place
        return None

    def _in_largest(self, notice: QWidget, width: int, rooms: Iterable[QRect], at_top: bool) -> QRect:
        """The place of a notice in the largest of the rooms that it fits into; a null one where it fits into none."""
        for room in sorted(rooms, key=lambda each: each.width() * each.height(), reverse=True):
            wide = min(width, room.width())
            high = height_at(notice, wide)
            if notice.minimumSizeHint().width() <= wide and high <= min(room.height(), wide):
                top = room.top() if at_top else room.bottom() + 1 - high
                return QRect(room.left() + (room.width() - wide) // 2, top, wide, high)
        return QRect()

    def _taken(self) -> list[QRect]:
        """What notices must not hide: tabs, titles, headers, and other notices."""
        known = (widget for widget in self._avoided if isValid(widget) and widget.isVisible())
        others = (widget for widget in known if self._host.isAncestorOf(widget))  # one may lie over another pane
        beside = [place_in(self._host, widget).adjusted(0, -MARGIN, 0, MARGIN) for widget in others]
        return [*heads_in(self._host, self._known_heads()), *beside]

    def _known_heads(self) -> list[QWidget]:
        """The heads, looked for once for all that moves in one pass of the events: resizing a window moves dozens."""
        if not self._placing:
            return head_widgets(self._host)
        if self._heads is None:
            self._heads = head_widgets(self._host)
            QTimer.singleShot(0, self._host, self._forget_heads)
        return self._heads

    def _forget_heads(self) -> None:
        self._heads = None


@runtime_checkable
class Headed(Protocol):
    """A pane that begins with words that no notice of the window may cover."""

    @property
    def notices(self) -> Sequence[QWidget]:
        """Its own notices, which float over it as well."""

    def body(self) -> QWidget:
        """What begins below those words."""


class FloatingBeside(Floating):
    """A notice with an arrow beside the field that it is about, over the pane right of it, as long as the field is in
    view; else at the lower edge of that pane.
    """

    def __init__(self, host: QWidget, notice: QWidget, within: QWidget) -> None:
        self._field: QWidget | None = None
        self._fields: list[QWidget] = []
        self.arrow = Label(ARROW, host)
        self.arrow.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.arrow.hide()
        super().__init__(host, (notice,), within, at_top=False, widest=WIDEST)

    def follow(self, field: QWidget | None) -> None:
        """Stand beside this field from now on, or beside none."""
        before = [widget for widget in self._fields if widget not in self._around]
        self._field = field
        self._fields = self._watch(before, () if field is None else _within(self._host, field))
        self._place()

    def _place(self) -> None:
        (notice,), field = self._notices, self._seen()
        self.arrow.setVisible(field is not None and not notice.isHidden())
        if field is None or notice.isHidden():
            super()._place()
            return
        area, arrow = self._area(), self.arrow.sizeHint()
        set_look(self.arrow, "tone", str(notice.property("tone")))
        left = area.left() + arrow.width() + 2
        width = min(WIDEST, area.right() - left - MARGIN)
        height = min(height_at(notice, width), area.height() - 2 * MARGIN)
        middle = field.center().y()
        notice.setGeometry(self._level(QRect(left, 0, width, height), middle, area))
        self.arrow.setGeometry(left - arrow.width() + 1, middle - arrow.height() // 2, arrow.width(), arrow.height())
        notice.raise_()
        self.arrow.raise_()

    def _level(self, place: QRect, middle: int, area: QRect) -> QRect:
        """The place on the level of the field, a little above or below its middle, that leaves most of the pane free.

        It hides no title of a plot as long as the other one does not.
        """
        least, most = area.top() + MARGIN, area.bottom() - MARGIN - place.height()
        tops = [middle - 2 * MARGIN, middle + 2 * MARGIN - place.height()]
        places = [QRect(place).translated(0, max(least, min(top, most))) for top in tops]
        heads = list(heads_in(self._host, self._known_heads()))
        begin = max((head.bottom() + 1 - area.top() for head in heads if head.intersects(area)), default=0)
        body = area.adjusted(0, begin, 0, 0)
        return min(places, key=lambda each: (hidden(each, heads), sum(free_band(body, [each]))))

    def _seen(self) -> QRect | None:
        """What is in view of the field, None where its middle is not, or nothing has room beside it."""
        field = self._field
        if field is None or not isValid(field) or not field.isVisible() or not self._host.isAncestorOf(field):
            return None
        place = whole_place(self._host, field)
        seen, area = place_in(self._host, field), self._area()
        beside = area.left() >= place.left() and area.width() >= LEAST and self._within.isVisible()
        return seen if beside and seen.contains(place.center()) else None


def _around_all(places: Iterable[QRect]) -> QRect:
    whole = QRect()
    for place in places:
        whole = whole.united(place)
    return whole


def _within(host: QWidget, widget: QWidget) -> Iterator[QWidget]:
    """A widget, and those around it that are in the host; the host, where it is the widget."""
    around: QWidget | None = widget
    while around is not None and (around is widget or around is not host):
        yield around
        around = around.parentWidget() if around is not host else None


def _chain(host: QWidget, widget: QWidget | None) -> list[QWidget]:
    return list(_within(host, widget)) if widget is not None and isValid(widget) else []


class FaultHidden(QEvent):
    """A field went out of sight with its fault: the main window is told, which says it elsewhere."""

    KIND = QEvent.Type(QEvent.registerEventType())

    def __init__(self, fault: FieldFault) -> None:
        super().__init__(self.KIND)
        self.fault = fault


class FieldFault(Label):
    """What is wrong with the value of a field, in a frame over what stands below the field, or above where there is
    no room. It is seen as long as the field is, and goes with it; the main window gets a `FaultHidden` then.
    """

    def __init__(self, field: QWidget, name: str = "") -> None:
        super().__init__(parent=field)
        self._field = field
        self.setObjectName(name)
        self.setProperty("fault", True)
        self.setProperty("tone", "error")
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        field.installEventFilter(self)
        field.destroyed.connect(self.deleteLater)

    def say(self, sentence: str) -> None:
        """Say what is wrong; an empty sentence takes it away."""
        self.setText(sentence)
        self._place()

    @property
    def field(self) -> QWidget:
        """The field whose value is wrong."""
        return self._field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVED and self.text():
            self._place()
            # A field that is hidden itself was closed; one that goes out of sight with its pane comes back with it.
            if event.type() == QEvent.Type.Hide and not event.spontaneous() and not self._field.isHidden():
                QCoreApplication.sendEvent(_root_of(self._field), FaultHidden(self))
        return False

    def _place(self) -> None:
        field = self._field
        if not self.text() or not field.isVisible():
            self.hide()
            return
        ground = _ground_of(field)
        if self.parentWidget() is not ground:
            self.setParent(ground)
        at = field.mapTo(ground, QPoint(0, 0))
        left = max(0, min(at.x(), ground.width() - LEAST))
        width = min(ground.width() - left - MARGIN, max(WIDEST_FAULT, field.width()))
        height = height_at(self, width)
        below = at.y() + field.height() + 2
        top = below if below + height <= ground.height() else max(0, at.y() - height - 2)
        self.setGeometry(left, top, width, height)
        self.show()
        self.raise_()


def _root_of(field: QWidget) -> QWidget:
    """The window that a field stands in, or that its dialog belongs to."""
    root = field
    while (parent := root.parentWidget()) is not None:
        root = parent
    return root


def _ground_of(field: QWidget) -> QWidget:
    """What a field scrolls with: the widget in the scroll area around it, or the window."""
    ground = field
    while (parent := ground.parentWidget()) is not None and not ground.isWindow():
        around = parent.parentWidget()
        if isinstance(around, QScrollArea) and around.viewport() is parent:
            return ground
        ground = parent
    return ground
