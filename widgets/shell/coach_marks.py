"""The first-run tour as coach marks: a card beside a part of the real window, which stays usable all the while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from widgets.look.floating import height_at
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.shell.actions.file_actions import FileActions
from widgets.start.preset_entries import PRESETS

if TYPE_CHECKING:
    from widgets.look.theme import ThemeSource
    from widgets.shell.context import Context

EXAMPLE = PRESETS / "digits_mlp.netloom"
"""What the tour shows where no project is open."""

WIDTH, GAP = 330, 12


@dataclass(frozen=True)
class CoachMark:
    """One stop of the tour: the workspace, the object name of what is pointed at there, and what is said of it."""

    title: str
    text: str
    workspace: str
    target: str


MARKS = (
    CoachMark(
        "Add layers",
        "Drag a layer from this list onto the canvas. Or press Tab on the canvas and type its name: it joins the layer "
        "that is selected.",
        "network",
        "palette",
    ),
    CoachMark(
        "Connect them",
        "Pull a wire from the dot at the right of one card to the left of the next. Wires and cards show the shapes; "
        "what does not fit is said, with what repairs it.",
        "network",
        "canvas",
    ),
    CoachMark(
        "Choose data",
        "Pick a data set on the left, or open your own table, pictures or texts. The samples are shown, and the "
        "network is fitted to them.",
        "data",
        "datasetView",
    ),
    CoachMark(
        "Train",
        "Press Train: curves of the loss and of the metric grow below the canvas. Pause and stop whenever you like.",
        "train",
        "trainButton",
    ),
    CoachMark(
        "Look inside",
        "Understand shows what was learned: filters, feature maps, mistakes, and why an answer was given. Help has "
        "this tour, the guide and all keys.",
        "understand",
        "understandPanel",
    ),
)


class Ring(QWidget):
    """A frame around what a mark points at; the mouse goes through it."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("coachRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._themes = themes
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._themes.theme.accent, 3))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 8, 8)
        painter.end()


class CoachCard(QFrame):
    """What is said, with the buttons that go on, back and out of the tour."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("coachCard")
        self.setProperty("card", True)
        self.setAutoFillBackground(True)
        self.title, self.where = text_label(look="heading"), text_label(look="faint")
        self.text = text_label(wrap=True)
        self.skip, self.back, self.next = QPushButton("Skip tour"), QPushButton("Back"), QPushButton("Next")
        for name, button in (("Skip", self.skip), ("Back", self.back), ("Next", self.next)):
            button.setObjectName(f"coach{name}")
        self.next.setProperty("primary", True)
        head = hbox((self.title, 1), self.where)
        feet = hbox(self.skip, Stretch(1), self.back, self.next, spacing=6)
        vbox(head, self.text, feet, parent=self, margins=(16, 12, 14, 12), spacing=10)
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        buttons = {
            Qt.Key.Key_Escape: self.skip, Qt.Key.Key_Left: self.back, Qt.Key.Key_Right: self.next,
            Qt.Key.Key_Return: self.next, Qt.Key.Key_Enter: self.next,
        }  # fmt: skip
        button = buttons.get(Qt.Key(event.key()))
        if button is None:
            super().keyPressEvent(event)
        elif button.isEnabled():
            button.click()


class CoachMarks(QObject):
    """The tour of one window."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window())
        self._context = context
        self._at = 0
        self.ring, self.card = Ring(context.themes, context.window()), CoachCard(context.window())
        self.card.next.clicked.connect(lambda: self._go(self._at + 1))
        self.card.back.clicked.connect(lambda: self._go(self._at - 1))
        self.card.skip.clicked.connect(self.end)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._place)
        context.window().installEventFilter(self)

    @property
    def active(self) -> bool:
        """Whether the tour is on show."""
        return not self.card.isHidden()

    def begin(self) -> None:
        """Begin the tour, with an example where no project is open."""
        if self._context.working:
            self._go(0)
        else:
            self._context.part(FileActions).open_shipped(EXAMPLE, lambda: self._go(0))

    def end(self) -> None:
        """Put the tour away; it is offered no more, and Help has it."""
        focus = self._context.window().focusWidget()
        held = self.card.isAncestorOf(focus)
        self.ring.hide()
        self.card.hide()
        self._context.preferences.set("offer_tour", False)
        if held and self._context.working and self._context.workbench.canvas.isVisible():
            self._context.workbench.canvas.setFocus()

    def _go(self, to: int) -> None:
        if to >= len(MARKS):
            self.end()
            return
        mark = MARKS[to]
        self._at = to
        self._context.show_workspace(mark.workspace)
        card = self.card
        card.title.setText(mark.title)
        card.where.setText(f"{to + 1} of {len(MARKS)}")
        card.text.setText(mark.text)
        card.back.setEnabled(to > 0)
        card.next.setText("Done" if to == len(MARKS) - 1 else "Next")
        card.setAccessibleName(f"Tour: {mark.title}")
        card.setAccessibleDescription(mark.text)
        card.show()
        self._place()
        card.next.setFocus(Qt.FocusReason.OtherFocusReason)
        self._soon.start()

    # Where

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.active:
            self._soon.start()
        return False

    def _target(self) -> QRect:
        """What is pointed at, in the window; nothing where it is not in view."""
        window = self._context.window()
        for widget in window.findChildren(QWidget, MARKS[self._at].target):
            if widget.isVisible():
                return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        return QRect()

    def _place(self) -> None:
        """Put the ring around the target and the card beside it, or in its lower corner where it is large."""
        if not self.active:
            return
        room, target = self._context.window().rect().adjusted(GAP, GAP, -GAP, -GAP), self._target()
        width = min(WIDTH, room.width())
        height = height_at(self.card, width)
        self.ring.setVisible(target.isValid())
        self.ring.setGeometry(target.adjusted(-3, -3, 3, 3))
        self.card.setGeometry(QRect(_beside(target, room, width, height), QSize(width, height)))
        for widget in (self.ring, self.card):
            widget.raise_()


def _beside(target: QRect, room: QRect, width: int, height: int) -> QPoint:
    """Where a card of this size stands: right of the target, below it, or at its lower right."""
    if not target.isValid():
        return QPoint(room.center().x() - width // 2, room.bottom() - height)
    if target.right() + GAP + width <= room.right():
        place = QPoint(target.right() + GAP, target.top() + GAP)
    elif target.bottom() + GAP + height <= room.bottom():
        place = QPoint(target.right() - width, target.bottom() + GAP)
    else:
        place = QPoint(target.right() - width - GAP, target.bottom() - height - GAP)
    left = max(room.left(), min(place.x(), room.right() - width))
    return QPoint(left, max(room.top(), min(place.y(), room.bottom() - height)))
