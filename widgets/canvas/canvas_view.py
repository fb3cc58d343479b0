"""The canvas: a node editor for the network of one document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsView, QToolTip, QWidget

from graph.checking.check import Checker
from graph.document import Document
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from widgets.canvas import canvas_accessibility
from widgets.canvas.board import Board
from widgets.canvas.canvas_command import canvas_commands
from widgets.canvas.canvas_context import CanvasContext
from widgets.canvas.commands.add_commands import add, add_layer, add_row, drop_at, show_drop
from widgets.canvas.corner_caption import CornerCaption
from widgets.canvas.gestures.connect_by_keyboard import ConnectByKeyboard, Step
from widgets.canvas.ground import Ground, paint_empty
from widgets.canvas.hit_test import Hit, What
from widgets.canvas.key_hint import KeyHint
from widgets.canvas.keys import command_for
from widgets.canvas.level_of_detail import PICTURES_FROM
from widgets.canvas.minimap import Minimap
from widgets.canvas.mouse_handler import MouseHandler
from widgets.canvas.pointer_watch import PointerWatch
from widgets.canvas.tips import tip
from widgets.canvas.view_keeper import ViewKeeper
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource

MIME = "application/x-netloom-layer"
"""What a drag from the palette carries: a layer's kind as text."""

KEYS = "Arrows go from card to card, Return opens one, Ctrl+arrows move it"
"""What screen readers are told of its keys."""

MOST_PARTS = 16
"""Exposed rectangles that are painted one by one."""

MOST_SPARED = 120
"""Cards in view of which notices keep clear; among more there is no room for one."""
SPARED = 8
"""Pixels round a card that are kept clear too."""


class CanvasView(QGraphicsView):
    """Shows a document's network and lets it be edited by mouse and keyboard.

    It hands Qt's events on to its parts; what they work on together is its `context`.
    """

    def __init__(
        self, document: Document, checker: Checker, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Network canvas")
        self._dress()
        canvas_accessibility.install()
        self.context = CanvasContext(self, themes)
        self.events, self.selection = self.context.events, self.context.selection
        self.surface, self.navigation = self.context.surface, self.context.navigation
        self._ground = Ground(themes.theme)
        self._mouse = MouseHandler(self.context)
        PointerWatch(self.viewport(), self.surface)
        self._minimap = Minimap(self.viewport(), self.surface, self.navigation)
        self._hint = KeyHint(self.viewport(), themes)
        self.caption = CornerCaption(self.viewport(), themes, self._minimap.is_clear)
        """Says what all cards have in common, in a corner."""
        self._keeper = ViewKeeper(self.context, self._mouse)
        self._empty = True
        self.keeps_tab = True
        """Whether Tab adds a layer; else it leads on, as everywhere."""
        self.events.hinted.connect(self._hint.say)
        self.selection.changed.connect(self._describe)
        self.context.changed.connect(self._on_change)
        self.navigation.viewMoved.connect(self._on_move)
        for searched in (self.context.popups.search.opened, self.context.popups.search.closed):
            searched.connect(self.viewport().update)
        themes.changed.connect(self._on_theme)
        self.set_document(document, checker)

    def _dress(self) -> None:
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # The ground covers all of it. Under a style sheet Qt takes it for transparent, and a pan would paint it all.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)

    def occupied(self) -> list[QRect]:
        """Where cards are in view, in pixels: what floats over the canvas keeps clear of them; none of very many."""
        navigation = self.navigation
        cards = self.surface.board.cards_in(navigation.visible_region())
        places = [navigation.area_of(card.rect) for card in cards] if len(cards) <= MOST_SPARED else []
        return [place.adjusted(-SPARED, -SPARED, SPARED, SPARED) for place in places]

    # The document

    def set_document(self, document: Document, checker: Checker) -> None:
        """Show another document; what was being typed over the old one is dropped."""
        self._keeper.show(document, checker)

    @property
    def document(self) -> Document:
        """The document on show."""
        return self.context.document

    @property
    def checker(self) -> Checker:
        """What checks it."""
        return self.context.checker

    @property
    def board(self) -> Board:
        """Its cards and wires."""
        return self.context.board

    # What the window asks

    def run(self, command: str) -> None:
        """Run a command by its id.

        Raises
        ------
        NetloomError
            if the command refuses.
        """
        canvas_commands()[command].run(self.context)

    def select(self, ids: Iterable[str]) -> None:
        """Select those of these layers that are there, and nothing else."""
        self.selection.set([id_ for id_ in ids if id_ in self.board.cards])

    def add(self, layer: Layer | type[Layer], place: QPointF | None = None) -> str:
        """Add a layer as if dropped at a place of the scene, or where it fits; returns its id."""
        return add(self.context, layer) if place is None else drop_at(self.context, layer, place)

    def add_row(self, layers: Sequence[Layer | type[Layer]]) -> list[str]:
        """Add layers one behind another where they fit, in one step that one undo takes back; returns their ids."""
        return add_row(self.context, layers)

    def show_drop(self, layer: Layer | None, place: QPointF) -> None:
        """Show which wire a layer would be put on, or would get, if it were dropped; None shows nothing."""
        show_drop(self.context, layer, place)

    def turn_to(self, work: str) -> None:
        """Stand in another workspace: what is in view is as it was left there, at first the whole network."""
        self._keeper.turn_to(work)

    def fit_again(self) -> None:
        """Show the whole network, because something else begins; what is in view by hand stays."""
        self._keeper.fit_again()

    def render_to_png(self, path: str | Path, scale: float = 2.0) -> None:
        """Write a picture of the whole network.

        Raises
        ------
        NetloomError
            if the file cannot be written.
        """
        from widgets.canvas.canvas_export import write_png

        write_png(self.surface, self._ground, self.context.extent(), Path(path), scale)

    def render_to_svg(self, path: str | Path) -> None:
        """Write the whole network as a drawing.

        Raises
        ------
        NetloomError
            if there is nothing to draw or the file cannot be written.
        """
        from app.exchange.svg_out import svg
        from graph.atomic_write import write_atomically

        write_atomically(Path(path), svg(self.document.network, checker=self.checker).encode("utf-8"))

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)
        self._keeper.released()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._mouse.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.navigation.wheel(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        from widgets.canvas.context_menu import build, hit_by_keyboard

        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        hit, spot = hit_by_keyboard(self.context) if by_keyboard else (self.context.hit(event.pos()), event.pos())
        self.context.pointer = spot
        menu = build(self.context, self, hit, self.mapToScene(spot))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(spot))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self._hit_or_strip(event.pos())
            text = tip(self.board, hit, self.surface.descriptions(hit.id))
            QToolTip.showText(event.globalPos(), plain_tip(text), self.viewport())
            return True
        return super().viewportEvent(event)

    def _hit_or_strip(self, spot: QPoint) -> Hit:
        """What lies under a spot of the viewport; the pictures below a card count as the card."""
        hit = self.context.hit(spot)
        if hit.what is not What.NOTHING or self.navigation.zoom < PICTURES_FROM:
            return hit
        layer = self.surface.layer_at(self.mapToScene(spot))
        return Hit(What.CARD, layer) if layer else hit

    # The keyboard

    def event(self, event: QEvent) -> bool:
        """Keep Tab for the search; keys that a field over the canvas has no use for are no commands."""
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            focus = QApplication.focusWidget()
            if focus is not None and focus is not self and self.isAncestorOf(focus):
                event.accept()
                return True
            if self.keeps_tab and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
                self.keyPressEvent(event)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        gesture = self.context.gestures.current
        if isinstance(gesture, ConnectByKeyboard):
            self.events.attempt(lambda: self._connect_by(gesture, event.key()))
        elif event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat() and self._mouse.hold_space():
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif (command := command_for(event)) is not None:
            self.events.attempt(lambda: command.run(self.context))
        else:
            super().keyPressEvent(event)

    def _connect_by(self, gesture: ConnectByKeyboard, key: int) -> None:
        gestures, step = self.context.gestures, gesture.key(key)
        if step is Step.END:
            gestures.end(self.navigation.middle(), Qt.KeyboardModifier.NoModifier)
        elif step is Step.CANCEL:
            gestures.cancel()
        else:
            gestures.overlay.refresh()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            super().keyReleaseEvent(event)
            return
        self.viewport().unsetCursor()
        if self._mouse.release_space():
            add_layer(self.context)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._mouse.release_space()
        super().focusOutEvent(event)

    # Layers that are dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dragged(event) is not None:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        kind = _dragged(event)
        if kind is not None:
            place = self.mapToScene(event.position().toPoint())
            show_drop(self.context, kind(), place)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        show_drop(self.context, None, QPointF())

    def dropEvent(self, event: QDropEvent) -> None:
        kind = _dragged(event)
        show_drop(self.context, None, QPointF())
        if kind is not None:
            place = self.mapToScene(event.position().toPoint())
            self.events.attempt(lambda: drop_at(self.context, kind, place))
            event.acceptProposedAction()
            self.setFocus()

    # Painting, scrolling and size

    def paintEvent(self, event: QPaintEvent) -> None:
        self.surface.exposed = scattered(event.region())
        super().paintEvent(event)
        self.surface.exposed = []
        self.navigation.painted()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # type: ignore[override]
        self._ground.paint(painter, rect)
        if not self.board.cards and not self.context.popups.search.isVisible():
            paint_empty(painter, self.context.theme, QRectF(self.viewport().rect()))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if not self.navigation.gather(dx, dy):
            super().scrollContentsBy(dx, dy)
            self.navigation.moved()

    def resizeEvent(self, event: QResizeEvent) -> None:
        size = event.oldSize()
        before = None if size.isEmpty() else self.navigation.stand(size)
        super().resizeEvent(event)
        self._keeper.resized(before)
        self._minimap.place()
        for line in (self._hint, self.caption):
            line.dress()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.navigation.stop()
        self._minimap.stop()
        self.context.animation.finish()
        self.context.release()
        super().closeEvent(event)

    # Following

    def _on_change(self) -> None:
        self._describe()
        self._minimap.place()
        empty = not self.board.cards
        if empty != self._empty:
            self._empty = empty
            self.viewport().update()

    def _on_move(self) -> None:
        self._minimap.follow()
        for line in (self._hint, self.caption):
            line.place()
        if self._empty:
            self.viewport().update()

    def _on_theme(self) -> None:
        theme = self.context.theme
        self._ground = Ground(theme)
        self.surface.set_theme(theme)
        self.context.popups.search.set_theme(theme)
        for line in (self._hint, self.caption):
            line.dress()
        self.viewport().update()

    def _describe(self) -> None:
        """Tell screen readers what is there and selected."""
        layers, wires, ids = len(self.board.cards), len(self.board.wires), self.selection.ids
        selected = f"; selected: {', '.join(ids[:5])}" if ids else ""
        more = self.surface.descriptions(ids[0]) if len(ids) == 1 else []
        self.setAccessibleDescription(". ".join([f"{layers} layers, {wires} connections{selected}", KEYS, *more]))


def scattered(region: QRegion) -> list[QRect]:
    """The rectangles of a region, if they are few and cover much less than the one around them; else none."""
    parts = [*cast(Iterable[QRect], region)] if 1 < region.rectCount() <= MOST_PARTS else []
    whole = region.boundingRect()
    covered = sum(part.width() * part.height() for part in parts)
    return parts if covered < 0.6 * whole.width() * whole.height() else []


def _dragged(event: QDropEvent | QDragMoveEvent) -> type[Layer] | None:
    data = event.mimeData()
    return catalogue().get(data.data(MIME).toStdString()) if data.hasFormat(MIME) else None
