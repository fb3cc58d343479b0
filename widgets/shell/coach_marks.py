"""The first-run tour as coach marks: a card over the real window, which stays usable all the while, and a ring around
what it points at. The card keeps its size, and its place as long as that covers nothing that is pointed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from widgets.look.floating import height_at
from widgets.look.free_places import whole_place
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.shell.actions.file_actions import FileActions
from widgets.shell.actions.training_actions import TrainingActions
from widgets.shell.banners import Notice
from widgets.start.lesson_shelf import lessons
from widgets.start.preset_entries import PRESETS

if TYPE_CHECKING:
    from widgets.look.theme import ThemeSource
    from widgets.shell.context import Context

EXAMPLE = PRESETS / "digits_mlp.netloom"
"""What the tour shows where no project is open."""

WIDTHS, GAP = (330, 270, 480), 12
"""Widths that the card may have, the better one first, and the room about it, in pixels."""
LOW = 0.36
"""Share of the height below the bar that the card takes at most: the large text of the projector needs a wide one."""
BELOW = 4
"""Room between the bar of the window and the card in its usual place, in pixels."""
MOST_CARDS = 400
"""Cards of the canvas that are looked at when a place is sought."""


PALETTE = "palette"
TRAIN = "trainButton"


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
        PALETTE,
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
        "dataSources",
    ),
    CoachMark(
        "Train",
        "Press Train: curves of the loss and of the metric grow below the canvas. Pause and stop whenever you like.",
        "train",
        TRAIN,
    ),
    CoachMark(
        "Look inside",
        "Understand shows what was learned: filters, mistakes, and why an answer was given. The guide, all keys and "
        "this tour are under ☰, Help.",
        "understand",
        "understandPanel",
    ),
)


UNTRAINED = (
    "After a training, Understand shows filters, mistakes, and why an answer was given. Guide, keys and this tour are "
    "under ☰, Help."
)
"""What the last stop says where there is nothing to be seen yet."""


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
        self.train, self.lesson = QPushButton("Train now"), QPushButton("First lesson")
        self.train.setObjectName("coachTrain")
        self.train.setToolTip("Train this network, and watch its curves")
        self.lesson.setToolTip("Begin the first lesson: read, try and answer")
        self.lesson.setObjectName("coachLesson")
        self.go_on = QPushButton("Go on without training")
        self.go_on.setObjectName("coachGoOn")
        self.offers = QWidget()
        hbox((self.train, 1), (self.lesson, 1), (self.go_on, 1), parent=self.offers, spacing=6)
        head = hbox((self.title, 1), self.where)
        feet = hbox(self.skip, Stretch(1), self.back, self.next, spacing=6)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        vbox(head, (self.text, 1), self.offers, feet, parent=self, margins=(16, 12, 14, 12), spacing=10)
        self.hide()

    def tallest(self, width: int) -> int:
        """The height in pixels that the stop with the most to say needs at a width; another is to be shown next."""
        heights = []
        for at in range(len(MARKS)):
            self._fill(at, untrained=True)
            heights.append(height_at(self, width))
        return max(heights)

    def show_mark(self, at: int, *, untrained: bool) -> None:
        """Show a stop of the tour; the last one offers what to do next.

        One that is ``untrained`` and can be trained is trained on the way: then there is something to look into.
        """
        self._fill(at, untrained)
        self.setAccessibleName(f"Tour: {MARKS[at].title}")
        self.setAccessibleDescription(self.text.text())

    def _fill(self, at: int, untrained: bool) -> None:
        mark, last = MARKS[at], at == len(MARKS) - 1
        trains = untrained and mark.target == TRAIN
        self.title.setText(mark.title)
        self.where.setText(f"{at + 1} of {len(MARKS)}")
        self.text.setText(UNTRAINED if last and untrained else mark.text)
        self.skip.setVisible(not last)
        self.back.setEnabled(at > 0)
        self.next.setText("Train now" if trains else "Done" if last else "Next")
        self.offers.setVisible(last or trains)
        self.train.setVisible(last and untrained)
        self.lesson.setVisible(last)
        self.go_on.setVisible(trains)
        for button, primary in ((self.next, not last or not untrained), (self.train, True)):
            set_look(button, "primary", primary)

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
        self._opened = False
        """Whether the left column is open for the stop on show."""
        self._heights: dict[int, int] = {}
        """What the card needs at each width for every stop, in pixels."""
        self.ring, self.card = Ring(context.themes, context.window()), CoachCard(context.window())
        self.card.next.clicked.connect(self._on_next)
        self.card.go_on.clicked.connect(lambda: self._go(self._at + 1))
        self.card.back.clicked.connect(lambda: self._go(self._at - 1))
        self.card.skip.clicked.connect(self.end)
        self.card.train.clicked.connect(self._train)
        self.card.lesson.clicked.connect(self._begin_lesson)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._place)
        context.window().installEventFilter(self)

    @property
    def active(self) -> bool:
        """Whether the tour is on show."""
        return not self.card.isHidden()

    def begin(self) -> None:
        """Begin the tour, with an example where no project is open."""
        files = self._context.part(FileActions)
        if self._context.working:
            self._go(0)
        else:
            files.open_shipped(EXAMPLE, partial(self._begin_with_example, files.kept_without_file))

    def _begin_with_example(self, kept: str) -> None:
        """Begin on an example that is there for the tour alone; say where a project is ``kept`` that was open before.

        When the window is closed, nothing is asked about such an example.
        """
        self._context.part(FileActions).shown = self._context.session.document
        if kept:
            self._context.say(Notice(kept, "info", (), "kept"))
        self._go(0)

    def end(self) -> None:
        """Put the tour away; it is offered no more, and Help has it."""
        focus = self._context.window().focusWidget()
        held = self.card.isAncestorOf(focus)
        self.ring.hide()
        self.card.hide()
        if self._opened:
            self._context.workbench.left_column.follow_room()
            self._opened = False
        self._context.part(FileActions).shown = None
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
        column = self._context.workbench.left_column
        if mark.target == PALETTE:
            column.show_tabs(True)
        elif self._opened:
            column.follow_room()
        self._opened = mark.target == PALETTE
        self._heights = {width: self.card.tallest(width) for width in WIDTHS}
        self._show()

    def _show(self) -> None:
        self.card.show_mark(self._at, untrained=self._untrained)
        self.card.show()
        self._place()
        self.card.next.setFocus(Qt.FocusReason.OtherFocusReason)
        self._soon.start()

    @property
    def _untrained(self) -> bool:
        """Whether the project has no run, and could have one."""
        controller = self._context.part(TrainingActions).controller
        trained = controller is not None and controller.own and (controller.active or controller.run is not None)
        return not trained and self._context.commands["train"].isEnabled()

    def _on_next(self) -> None:
        """Go on; at the stop about training the network is trained first, and its curves are seen."""
        if MARKS[self._at].target == TRAIN and self._untrained:
            self._context.commands["train"].trigger()
            self._show()  # its curves are on show before it goes on
        else:
            self._go(self._at + 1)

    def _train(self) -> None:
        """End the tour by what it leads to: a training, with its curves in view."""
        self.end()
        self._context.show_workspace("train")
        self._context.commands["train"].trigger()

    def _begin_lesson(self) -> None:
        """End the tour by the first lesson."""
        self.end()
        self._context.open_lesson(lessons()[0].id)

    # Where

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.active:
            self._soon.start()
        return False

    def _target(self) -> QRect:
        """What is pointed at, in the window; nothing where it is not in view. On the canvas it is the layers."""
        window, layers = self._context.window(), self._layers()
        if MARKS[self._at].target == "canvas" and layers:
            return reduce(QRect.united, layers)
        for widget in window.findChildren(QWidget, MARKS[self._at].target):
            if widget.isVisible():
                return whole_place(window, widget)
        return QRect()

    def _layers(self) -> list[QRect]:
        """The cards of the canvas that are in view, in the window."""
        if not self._context.working or not (canvas := self._context.workbench.canvas).isVisible():
            return []
        port = canvas.viewport()
        cards = islice(canvas.board.cards.values(), MOST_CARDS)
        rects = (canvas.mapFromScene(card.rect).boundingRect() & port.rect() for card in cards)
        origin = port.mapTo(self._context.window(), QPoint(0, 0))
        return [rect.translated(origin) for rect in rects if rect.isValid()]

    def _place(self) -> None:
        """Put the ring around the target, and the card where it covers nothing of it: in its place, if it can be."""
        if not self.active:
            return
        if self._opened and not self._context.workbench.left_column.is_open:  # another size of the window folded it
            self._context.workbench.left_column.show_tabs(True)
        room, target = self._room(), self._target()
        ring = target.adjusted(-3, -3, 3, 3)
        sizes = self._sizes(room)
        self.ring.setVisible(target.isValid())
        self.ring.setGeometry(ring)
        home = self._home(room, sizes[0])
        if room.contains(home) and not (target.isValid() and home.intersects(ring)):
            self.card.setGeometry(home)
        else:
            self.card.setGeometry(place_beside(ring if target.isValid() else target, room, sizes, self._layers()))
        for widget in (self.ring, self.card) if not self._context.asking else ():  # a question lies over all
            widget.raise_()

    def _size(self, width: int) -> QSize:
        return QSize(width, max(self._heights.get(width, 0), height_at(self.card, width)))

    def _sizes(self, room: QRect) -> list[QSize]:
        """The sizes that the card may have, the better one first: one that is low enough to stand beside a pane."""
        sizes = [self._size(width) for width in WIDTHS if width <= room.width()]
        low = [size for size in sizes if size.height() <= LOW * room.height()]
        return low or sizes

    def _room(self) -> QRect:
        """Where the card may stand: in the window, below its bar, of which it hides nothing."""
        window = self._context.window()
        room = window.rect().adjusted(GAP, GAP, -GAP, -GAP)
        if self._context.working:
            room.setTop(max(room.top(), self._context.workbench.mapTo(window, QPoint(0, 0)).y() + BELOW))
        return room

    @staticmethod
    def _home(room: QRect, size: QSize) -> QRect:
        """Where the card stands if it can: at the right, below the bar of the window."""
        return QRect(QPoint(room.right() - size.width() + 1, room.top()), size)


def place_beside(target: QRect, room: QRect, sizes: Sequence[QSize], avoid: Sequence[QRect]) -> QRect:
    """Where a card of one of these sizes stands in ``room``: beside the target and never over it, where it covers least
    of what is to be avoided; in a corner of a target that leaves no room beside it.
    """
    if not target.isValid():
        size = sizes[0]
        return QRect(QPoint(room.center().x() - size.width() // 2, room.bottom() - size.height()), size)
    for size in sizes:
        places = [rect for rect in _around(target, room, size) if room.contains(rect) and not rect.intersects(target)]
        if places:
            return min(places, key=lambda rect: _covered(rect, avoid))
    inner = (target & room).adjusted(GAP, GAP, -GAP, -GAP)
    return min(_corners(inner, sizes[0]), key=lambda rect: _covered(rect, avoid))


def _around(target: QRect, room: QRect, size: QSize) -> Iterator[QRect]:
    """Places right of, below, left of and above the target, along it at its beginning and its end."""
    wide, high = size.width(), size.height()
    rows = [_within(top, room.top(), room.bottom() - high) for top in (target.top(), target.bottom() - high)]
    columns = [_within(left, room.left(), room.right() - wide) for left in (target.left(), target.right() - wide)]
    sides = target.right() + GAP, target.left() - GAP - wide
    levels = target.bottom() + GAP, target.top() - GAP - high
    for side, level in zip(sides, levels, strict=True):
        yield from (QRect(QPoint(side, row), size) for row in rows)
        yield from (QRect(QPoint(column, level), size) for column in columns)


def _corners(area: QRect, size: QSize) -> Iterator[QRect]:
    """The corners of an area, the lower right one first."""
    for left in (area.right() - size.width(), area.left()):
        for top in (area.bottom() - size.height(), area.top()):
            yield QRect(QPoint(left, top), size)


def _within(value: int, least: int, most: int) -> int:
    return max(least, min(value, most))


def _covered(rect: QRect, others: Sequence[QRect]) -> int:
    """How many pixels of the others a rectangle covers."""
    return sum(common.width() * common.height() for other in others if (common := rect & other).isValid())
