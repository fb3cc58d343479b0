"""Floating notices over a pane, and faults over what follows a field: they take no room, so nothing moves for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtWidgets import QScrollArea, QWidget
from shiboken6 import isValid

from widgets.look.labels import Label, set_look

WIDEST = 720
"""Pixels from which on a floating notice does not grow with its pane."""

LEAST = 220
"""Pixels that a fault beside a field keeps for its words."""

WIDEST_FAULT = 360
"""Pixels from which on a fault wraps its words, if the field is not wider."""

WIDEST_BESIDE = 420
"""Pixels from which on a notice beside a field does not grow with the pane that it lies over."""

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


class Floating(QObject):
    """Puts notices in their places whenever one comes, goes or grows, or the pane changes."""

    def __init__(self, host: QWidget, notices: tuple[QWidget, ...], within: QWidget, at_top: bool, widest: int) -> None:
        super().__init__(host)
        self._host, self._notices, self._within, self._at_top = host, notices, within, at_top
        self._widest = widest
        self._begin: QWidget | None = None
        self._placing = False
        for notice in notices:
            shown = not notice.isHidden()
            notice.setParent(host)
            notice.setVisible(shown)
            notice.installEventFilter(self)
        for widget in _within(host, within):
            widget.installEventFilter(self)
        self._place()

    def put_at_top(self, at_top: bool) -> None:
        """Have the notices at the upper edge from now on, or at the lower one."""
        self._at_top = at_top
        self._place()

    def begin_at(self, widget: QWidget | None) -> None:
        """Have notices at the upper edge begin where ``widget``, within the host, does; None for the edge itself."""
        if self._begin is not None and isValid(self._begin):
            self._begin.removeEventFilter(self)
        self._begin = widget
        if widget is not None:
            widget.installEventFilter(self)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVED and not self._placing:
            self._placing = True
            self._place()
            self._placing = False
        return False

    def _area(self) -> QRect:
        """Where notices may lie: over the pane, or anywhere on the host while that is hidden."""
        if self._within is self._host or not self._within.isVisibleTo(self._host):
            return self._host.rect()
        return QRect(self._within.mapTo(self._host, QPoint(0, 0)), self._within.size())

    def _place(self) -> None:
        area = self._area()
        width = min(self._widest, area.width() - 2 * MARGIN)
        left = area.left() + (area.width() - width) // 2
        edge = self._upper(area.top()) + MARGIN if self._at_top else area.bottom() - MARGIN + 1
        for notice in self._notices if self._at_top else reversed(self._notices):
            if notice.isHidden():
                continue
            height = min(height_at(notice, width), area.height() - 2 * MARGIN)
            top = edge if self._at_top else max(area.top(), edge - height)
            notice.setGeometry(QRect(left, top, width, height))
            notice.raise_()
            edge = top + height + MARGIN if self._at_top else top - MARGIN

    def _upper(self, top: int) -> int:
        """Where notices at the upper edge begin, in pixels of the host."""
        begin = self._begin
        if begin is None or not isValid(begin) or not begin.isVisible():
            return top
        return begin.mapTo(self._host, QPoint(0, 0)).y()


@runtime_checkable
class Headed(Protocol):
    """A pane that begins with words that no notice of the window may cover."""

    def body(self) -> QWidget:
        """What begins below those words."""


class FloatingBeside(Floating):
    """A notice with an arrow beside the field that it is about, over the pane right of it, as long as the field is in
    view; else at the lower edge of that pane.
    """

    def __init__(self, host: QWidget, notice: QWidget, within: QWidget) -> None:
        self._field: QWidget | None = None
        self._watched: list[QWidget] = []
        self._around = list(_within(host, within))
        self.arrow = Label(ARROW, host)
        self.arrow.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.arrow.hide()
        super().__init__(host, (notice,), within, at_top=False, widest=WIDEST)

    def follow(self, field: QWidget | None) -> None:
        """Stand beside this field from now on, or beside none."""
        for widget in self._watched:
            if isValid(widget) and widget not in self._around:
                widget.removeEventFilter(self)
        self._field = field
        self._watched = [] if field is None else list(_within(self._host, field))
        for widget in self._watched:
            widget.installEventFilter(self)
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
        width = min(WIDEST_BESIDE, area.right() - left - MARGIN)
        height = min(height_at(notice, width), area.height() - 2 * MARGIN)
        middle = field.center().y()
        top = max(area.top() + MARGIN, min(middle - 2 * MARGIN, area.bottom() - MARGIN - height))
        notice.setGeometry(left, top, width, height)
        self.arrow.setGeometry(left - arrow.width() + 1, middle - arrow.height() // 2, arrow.width(), arrow.height())
        notice.raise_()
        self.arrow.raise_()

    def _seen(self) -> QRect | None:
        """What is in view of the field, None where its middle is not, or nothing has room beside it."""
        field = self._field
        if field is None or not isValid(field) or not field.isVisible():
            return None
        place = QRect(field.mapTo(self._host, QPoint(0, 0)), field.size())
        seen, area = place, self._area()
        for widget in _within(self._host, field):
            seen &= QRect(widget.mapTo(self._host, QPoint(0, 0)), widget.size())
        beside = area.left() >= place.left() and area.width() >= LEAST and self._within.isVisible()
        return seen if beside and seen.contains(place.center()) else None


def _within(host: QWidget, widget: QWidget) -> Iterator[QWidget]:
    """A widget, and those around it that are in the host; the host, where it is the widget."""
    around: QWidget | None = widget
    while around is not None and (around is widget or around is not host):
        yield around
        around = around.parentWidget() if around is not host else None


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
