"""The stage on which a network is shown: follows its document, holds the gesture and what is emphasised."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from graph.changes import LayerRenamed
from graph.checking.check import Checker
from graph.document import Commit, Document
from graph.editing import edits
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.network import Node
from widgets.canvas.board import Board
from widgets.canvas.board_items import Slot
from widgets.canvas.gestures.gesture import Gesture
from widgets.canvas.ground import Ground
from widgets.canvas.hit_test import NOTHING, WIRE_GRASP, Hit, What, wire_at
from widgets.canvas.navigation import Navigation
from widgets.canvas.overlay import Overlay, paint_empty
from widgets.canvas.selection import Selection
from widgets.canvas.surface import Surface
from widgets.look.theme import Theme, ThemeSource

LEADING = 0.004
"""Seconds that wires of a large network are led around cards before other events have their turn."""

MOST_PARTS = 16
"""Exposed rectangles that are painted one by one."""


class Stage(Navigation):
    """Shows a document's network; what is shown follows the document's commits and the checker's facts."""

    selectionChanged = Signal(list)  # noqa: N815 - as Qt names signals
    """Ids of the selected layers."""
    layerActivated = Signal(str)  # noqa: N815 - as Qt names signals
    """A layer was double-clicked."""
    statusMessage = Signal(str)  # noqa: N815 - as Qt names signals
    """A sentence for the status line: why something was refused."""
    hinted = Signal(str)
    """What keys do at the moment; empty once that is over."""
    blockEntered = Signal(str)  # noqa: N815 - as Qt names signals
    """A block is to be opened."""
    blockLeft = Signal()  # noqa: N815 - as Qt names signals
    """The block on show is to be left."""
    byHandWanted = Signal(str)  # noqa: N815 - as Qt names signals
    """A layer is to be worked out step by step."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._ground = Ground(themes.theme)
        self.surface = Surface(themes.theme)
        self.surface.blurred.connect(self._settled.start)
        self._overlay = Overlay(self)
        self.scene().addItem(self.surface)
        self.scene().addItem(self._overlay)
        self.gesture: Gesture | None = None
        self._pointer: QPoint | None = None
        self.selection = Selection(self)
        self.selection.changed.connect(self._selection_changed)
        self._stop: list[Callable[[], None]] = []
        self._leading = QTimer(self)
        self._leading.timeout.connect(self._lead_on)

    # The document

    def set_document(self, document: Document, checker: Checker) -> None:
        """Show another document."""
        self.cancel_gesture()
        self._release()
        self.document, self.checker = document, checker
        self.board = Board(document, checker, self.surface.update)
        self.surface.set_board(self.board)
        self._lead_on()
        self.selection.clear()
        self._stop = [document.subscribe(self._take), checker.subscribe(self._refresh)]
        self.show_region(self.board.bounds())
        self.framed = True

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._themes.theme

    def _lead_on(self) -> None:
        """Lead wires of a large network around cards, a few between two events."""
        self._leading.start(0) if self.board.lead_on(LEADING) else self._leading.stop()

    def _release(self) -> None:
        self._leading.stop()
        for stop in self._stop:
            stop()
        self._stop = []

    def _take(self, commit: Commit) -> None:
        empty = not self.board.cards
        if self.gesture is not None and self.gesture.lasting:
            self.cancel_gesture()
        self.board.take(commit)
        for change in commit.changes:
            if isinstance(change, LayerRenamed):
                self.selection.rename(change.old, change.new)
        if self.board.unled:
            self._leading.start(0)
        self.selection.keep(self.document.network.ids)
        self.surface.emphasis.selected_wires &= set(self.board.wires)
        self.hover(NOTHING)
        self._tell_accessibly()
        if empty != (not self.board.cards):
            self.viewport().update()

    def _refresh(self, ids: frozenset[str]) -> None:
        self.board.refresh(ids)

    def _selection_changed(self) -> None:
        self.hinted.emit("")
        emphasis = self.surface.emphasis
        for id_ in emphasis.selected ^ set(self.selection.ids):
            self.surface.touch_card(id_)
        emphasis.selected = set(self.selection.ids)
        self._tell_accessibly()
        self.selectionChanged.emit(list(self.selection.ids))

    def pointer_place(self) -> QPointF:
        """Where the pointer is in the scene; where it is elsewhere, the middle of the view, or its start if empty."""
        return self.mapToScene(self._pointer_spot())

    def _pointer_spot(self) -> QPoint:
        area = self.viewport().rect()
        if self._pointer is not None and area.contains(self._pointer):
            return self._pointer
        return area.center() if self.board.cards else area.center() * 0.36

    # Gestures

    def refresh_gesture(self) -> None:
        """Repaint the gesture."""
        self._overlay.refresh()

    def begin(self, gesture: Gesture) -> None:
        """A gesture starts."""
        self.gesture = gesture
        self.hover(NOTHING)
        self.viewport().setCursor(gesture.cursor)
        self._overlay.refresh()

    def lead(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer moves during a gesture."""
        if self.gesture is not None:
            self.gesture.move(place, modifiers)
            self._overlay.refresh()

    def finish(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The gesture ends well."""
        gesture, self.gesture = self.gesture, None
        self.viewport().unsetCursor()
        self.hinted.emit("")
        if gesture is not None:
            self.attempt(lambda: gesture.end(place, modifiers))
        self._overlay.refresh()

    def cancel_gesture(self) -> None:
        """The gesture is called off; nothing was edited."""
        gesture, self.gesture = self.gesture, None
        self.viewport().unsetCursor()
        self.hinted.emit("")
        if gesture is not None:
            gesture.cancel()
        self._overlay.refresh()

    def light_wire(self, slot: Slot | None) -> None:
        """Show that something can be dropped on this wire."""
        emphasis = self.surface.emphasis
        if emphasis.lit_wire != slot:
            self.surface.touch_wire(emphasis.lit_wire)
            emphasis.lit_wire = slot
            self.surface.touch_wire(slot)

    def wire_for(self, layer: Layer, place: QPointF) -> Slot | None:
        """The wire at a place on which a new layer can be inserted."""
        wire = wire_at(self.board, place, 2 * WIRE_GRASP / self.zoom)
        node = Node("", layer, (0.0, 0.0))
        if wire is None or not edits.insertable(self.document.network, node, wire.connection):
            return None
        return wire.slot

    def hover(self, hit: Hit) -> None:
        """Show what the pointer is over."""
        emphasis, surface = self.surface.emphasis, self.surface
        port = (hit.id, hit.port, hit.what is What.OUTPUT) if hit.what in (What.INPUT, What.OUTPUT) else None
        if emphasis.hovered_port != port:
            surface.touch_card(emphasis.hovered_port[0] if emphasis.hovered_port else None)
            emphasis.hovered_port = port
            surface.touch_card(hit.id)
        if emphasis.hovered_wire != hit.slot:
            surface.touch_wire(emphasis.hovered_wire)
            emphasis.hovered_wire = hit.slot
            surface.touch_wire(hit.slot)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something; what the user caused to fail is said in the status line."""
        try:
            act()
        except NetloomError as error:
            self.statusMessage.emit(str(error))

    def paintEvent(self, event: QPaintEvent) -> None:
        self.surface.exposed = scattered(event.region())
        super().paintEvent(event)
        self.surface.exposed = []

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # type: ignore[override]
        self._ground.paint(painter, rect)
        if not self.board.cards:
            paint_empty(painter, self)

    def zoom_started(self) -> None:
        """Stretch pictures while the zoom changes."""
        self.surface.zooming = True

    def zoom_settled(self) -> None:
        """Paint cards sharp."""
        self.surface.zooming = False
        self.surface.update()

    def _tell_accessibly(self) -> None:
        layers, wires = len(self.board.cards), len(self.board.wires)
        chosen = ", ".join(self.selection.ids[:5])
        told = f"{layers} layers, {wires} connections" + (f"; selected: {chosen}" if chosen else "")
        ids = self.selection.ids if len(self.selection) == 1 else ()
        more = [said for id_ in ids for extra in self.surface.extras.values() if (said := extra.told(id_))]
        self.setAccessibleDescription(". ".join([told, *more]))


def scattered(region: QRegion) -> list[QRect]:
    """The rectangles of a region, if they are few and cover much less than the one around them; else none."""
    parts = [*cast(Iterable[QRect], region)] if 1 < region.rectCount() <= MOST_PARTS else []
    whole = region.boundingRect()
    covered = sum(part.width() * part.height() for part in parts)
    return parts if covered < 0.6 * whole.width() * whole.height() else []
