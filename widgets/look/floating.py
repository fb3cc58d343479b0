"""Floating notices over a pane, and faults over what follows a field: they take no room, so nothing moves for them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from widgets.look.labels import Label

WIDEST = 720
"""Pixels from which on a floating notice does not grow with its pane."""

LEAST = 220
"""Pixels that a fault beside a field keeps for its words."""

WIDEST_FAULT = 360
"""Pixels from which on a fault wraps its words, if the field is not wider."""

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

    ``within`` is a child of the host over which they lie; they belong into no layout. ``widest`` is in pixels.
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
        self._placing = False
        for notice in notices:
            shown = not notice.isHidden()
            notice.setParent(host)
            notice.setVisible(shown)
            notice.installEventFilter(self)
        within.installEventFilter(self)
        self._place()

    def put_at_top(self, at_top: bool) -> None:
        """Have the notices at the upper edge from now on, or at the lower one."""
        self._at_top = at_top
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVED and not self._placing:
            self._placing = True
            self._place()
            self._placing = False
        return False

    def _place(self) -> None:
        over = self._within is not self._host
        area = self._within.geometry() if over else self._host.rect()
        width = min(self._widest, area.width() - 2 * MARGIN)
        left = area.left() + (area.width() - width) // 2
        edge = area.top() + MARGIN if self._at_top else area.bottom() - MARGIN + 1
        for notice in self._notices if self._at_top else reversed(self._notices):
            if notice.isHidden():
                continue
            height = min(height_at(notice, width), area.height() - 2 * MARGIN)
            top = edge if self._at_top else max(area.top(), edge - height)
            notice.setGeometry(QRect(left, top, width, height))
            notice.raise_()
            edge = top + height + MARGIN if self._at_top else top - MARGIN


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
