"""What gestures and commands of a canvas work on: the document, what shows it, and what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from types import MappingProxyType

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, QTimer, Signal
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from graph.changes import LayerAdded, LayerMoved, LayerRenamed
from graph.checking.check import Checker
from graph.document import Commit, Document
from graph.drawing import cards
from graph.editing import edits
from graph.editing.matching import LooseEnd
from graph.editing.open_ends import REACH, OpenEnd, offered_line, open_end_beside
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.network import Connection, Node, Position
from widgets.canvas.board import Board
from widgets.canvas.board_items import EVERYWHERE, Slot
from widgets.canvas.canvas_events import CanvasEvents
from widgets.canvas.card_animation import CardAnimation
from widgets.canvas.gestures.gesture_runner import GestureRunner
from widgets.canvas.hit_test import WIRE_GRASP, Hit, find, wire_at
from widgets.canvas.navigation import Navigation
from widgets.canvas.notice import CanvasNotice
from widgets.canvas.popups import Popups
from widgets.canvas.selection import Selection
from widgets.canvas.stands import Stand
from widgets.canvas.surface import Surface
from widgets.look.theme import Theme, ThemeSource

ROUTING = 0.004
"""Seconds that wires of a large network are routed before other events have their turn."""

AROUND = REACH + cards.WIDTH
"""How far around a card open ends of others are looked for, in scene pixels."""

NOTICE_SHIFT = QPoint(0, 10)
"""From the foot of a card to the sentence below it, in pixels."""

END_ROOM, PORT_ROOM = 24.0, 8.0
"""What belongs to a card beside it along its wires, and across them, in scene pixels."""

SMALLEST_FIELD = QSize(120, 26)
"""Least size of the field in which a name is edited, in pixels."""


class CanvasContext(QObject):
    """The parts of one canvas, in a view, kept in step with a document and its checker.

    The document is the truth: gestures and commands edit it in transactions, and the board follows its commits.
    """

    document: Document
    checker: Checker
    board: Board

    changed = Signal()
    """The board followed a commit, or another document is shown."""

    def __init__(self, view: QGraphicsView, themes: ThemeSource) -> None:
        super().__init__(view)
        self._view, self._themes = view, themes
        self.events = CanvasEvents(self)
        self.selection = Selection(self)
        self.surface = Surface(themes.theme)
        self.gestures = GestureRunner(view.viewport(), self.events)
        self.navigation = Navigation(view)
        self.popups = Popups(view, themes.theme)
        self.notice = CanvasNotice(view.viewport())
        self.animation = CardAnimation(self)
        self.pointer: QPoint | None = None
        """Where the pointer was last seen, in the viewport."""
        self.layer_left = ""
        """The layer whose wires are being gone through by keyboard."""
        self._unsubscribe: list[Callable[[], None]] = []
        self._routing = QTimer(self)
        self._routing.timeout.connect(self._route_more)
        self._fill_scene()
        self._connect()

    def _fill_scene(self) -> None:
        scene = QGraphicsScene(EVERYWHERE, self._view)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        scene.addItem(self.surface)
        scene.addItem(self.gestures.overlay)
        self._view.setScene(scene)

    def _connect(self) -> None:
        self.popups.search.closed.connect(self._offer_nothing)
        self.selection.changed.connect(self._on_selection)
        self.selection.layersChanged.connect(self._on_layers)
        self.gestures.began.connect(self.surface.leave)
        self.gestures.began.connect(self.notice.dismiss)
        self.navigation.viewMoved.connect(self.notice.dismiss)
        self.navigation.viewMoved.connect(self.popups.place)
        self.surface.blurred.connect(self.navigation.settle_soon)
        self.navigation.zoomStarted.connect(self.surface.stretch)
        self.navigation.zoomSettled.connect(self.surface.sharpen)

    # The document

    def show(self, document: Document, checker: Checker) -> None:
        """Show another document; what was being typed or dragged over the old one is dropped."""
        self.popups.dismiss()
        self.notice.dismiss()
        self.animation.finish()
        self.gestures.cancel()
        self.release()
        self.document, self.checker = document, checker
        self.board = Board(document, checker, self.surface.update)
        self.surface.set_board(self.board)
        self._route_more()
        self.selection.clear()
        self._unsubscribe = [document.subscribe(self._on_commit), checker.subscribe(self.board.refresh)]
        self.frame_all()
        self.changed.emit()

    def release(self) -> None:
        """Follow no document any more."""
        self._routing.stop()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._themes.theme

    def extent(self) -> QRectF:
        """Around the network and what is shown beside it."""
        whole = self.board.bounds()
        for extra in self.surface.extras.values():
            whole = whole.united(extra.bounds())
        return whole

    def frame_all(self) -> None:
        """Show the whole network, with what is shown beside it, and keep it so while the canvas changes its size."""
        self.navigation.show_region(self.extent())
        self.navigation.framed = True

    def show_layers(self, ids: Iterable[str]) -> None:
        """Show these layers, because something leads to them."""
        self.navigation.show_region(self.board.bounds(ids))

    def follow_size(self, before: Stand | None) -> None:
        """The canvas has another size, and showed ``before``; None where that is not known.

        What was framed or whole in view is so again, unless the view was chosen by hand: then its zoom stays, and what
        was in the middle. A size that the canvas had before shows what it showed then, to the pixel.
        """
        navigation = self.navigation
        kept = navigation.kept or before
        if navigation.framed and (kept is None or kept.size != navigation.size):
            self.frame_all()
        elif kept is not None:
            navigation.return_to(kept)
            if before is not None and self._is_cut(before, kept):
                self.frame_all()
        navigation.kept = kept

    def _is_cut(self, before: Stand, kept: Stand) -> bool:
        """Whether the whole network was in view ``before`` and is not any more, where nobody chose that by hand."""
        if kept.by_hand or self.is_whole_in(self.navigation.visible_region()):
            return False
        return self.is_whole_in(before.region) and (kept.framed or self.is_whole_in(kept.region))

    def return_to(self, stand: Stand, extent: QRectF) -> None:
        """Show what was in view when the network had this extent; all of it where that was all and is not any more."""
        whole = not stand.framed or self.extent() == extent or self.is_whole_in(stand.region)
        if whole:
            self.navigation.return_to(stand)
        else:
            self.frame_all()

    def is_whole_in(self, region: QRectF, corners: Mapping[str, Position] = MappingProxyType({})) -> bool:
        """Whether all cards and notes lie in a region; wires and what hangs from cards may reach out of it a little.

        Cards whose layers are in ``corners`` count as if they stood there.
        """
        cards = (
            QRectF(QPointF(*corners[id_]), card.rect.size()) if id_ in corners else card.rect
            for id_, card in self.board.cards.items()
        )
        notes = (QRectF(*annotation.area) for annotation in self.board.annotations.values())
        return bool(self.board.cards) and all(map(region.contains, chain(cards, notes)))

    # The pointer

    def pointer_place(self) -> QPointF:
        """Where the pointer is in the scene; where it is elsewhere, the middle of the view, or its start if empty."""
        return self.navigation.to_scene(self.pointer_spot())

    def pointer_spot(self) -> QPoint:
        """The same in the viewport."""
        area = self._view.viewport().rect()
        if self.pointer is not None and area.contains(self.pointer):
            return self.pointer
        return area.center() if self.board.cards else area.center() * 0.36

    def hit(self, spot: QPoint) -> Hit:
        """What lies under a spot of the viewport."""
        return find(self.board, self.navigation.to_scene(spot), self.navigation.zoom)

    def wire_for(self, layer: Layer, place: QPointF) -> Slot | None:
        """The wire at a place of the scene on which a new layer can be inserted."""
        wire = wire_at(self.board, place, 2 * WIRE_GRASP / self.navigation.zoom)
        node = Node("", layer, (0.0, 0.0))
        return (
            wire.slot if wire is not None and edits.insertable(self.document.network, node, wire.connection) else None
        )

    def open_end_for(self, layer: Layer, corner: QPointF, id: str = "") -> OpenEnd | None:
        """The open end of a chain that a card is beside; ``id`` is its layer, if it is in the network already."""
        size = QSizeF(cards.WIDTH, cards.measures(layer)[2])
        near = self.board.card_index.meeting(QRectF(corner, size).adjusted(-AROUND, -AROUND, AROUND, AROUND))
        return open_end_beside(self.document.network, layer, corner.toTuple(), id, near)

    def offer(self, layer: Layer, corner: QPointF, end: OpenEnd | None) -> None:
        """Show the wire that a card would get at an open end if it were dropped; None shows none."""
        line = offered_line(self.document.network, layer, corner.toTuple(), end) if end is not None else None
        self.surface.offer(line)

    def output_end(self, id: str, port: str) -> LooseEnd:
        """The output of a layer as the end of a wire, with the shape that leaves it."""
        return LooseEnd(id, port, True, self.checker.layer_info(id).outputs.get(port))

    def area_with_ends(self, id: str) -> QRect:
        """The part of the view in which a card is shown with its ports and the beginning of what goes on from them."""
        card = self.board.cards[id]
        aside, above = (PORT_ROOM, END_ROOM) if card.node.vertical else (END_ROOM, PORT_ROOM)
        return self.navigation.area_of(card.rect.adjusted(-aside, -above, aside, above))

    def give_room(self, id: str, size: QSize) -> QRect:
        """Bring a card into view with room beside it for something of a size; returns its area with its ends.

        The view moves only where there is no room yet, and zooms out only where moving is not enough.
        """
        return self.navigation.give_room(lambda: self.area_with_ends(id), size)

    def tell_replaced(self, old: Connection | None) -> None:
        """Say beside an input that its wire was replaced, with a button that takes that back."""
        if old is None:
            return
        card = self.board.cards[old.target]
        spot = self.navigation.from_scene(QPointF(card.input_place(old.target_port).x(), card.rect.bottom()))
        text = f"Replaced the wire from {old.source} to {old.target}."
        self.notice.say(spot + NOTICE_SHIFT, text, "Undo", self.document.undo)

    # What commands ask

    def chosen(self, verb: str, least: int = 1) -> tuple[str, ...]:
        """The selected layers.

        Raises
        ------
        NetloomError
            if there are fewer than ``least``; ``verb`` says what for.
        """
        ids = self.selection.ids
        if len(ids) < least:
            count = "a layer" if least == 1 else f"at least {least} layers"
            raise NetloomError(f"There is too little selected to {verb}: select {count} first.")
        return ids

    def ask_name(self, id: str, name: str, keep: Callable[[str], object]) -> None:
        """Let the ``name`` on a card be edited; ``keep`` is called with another and may refuse it by an error."""
        self.navigation.ensure_visible(self.board.cards[id].rect)

        def area() -> QRect | None:
            if id not in self.board.cards:
                return None
            rect = self.board.cards[id].rect
            area = self.navigation.area_of(QRectF(rect.topLeft(), rect.topRight()).adjusted(0, 0, 0, cards.HEADER))
            area.setSize(area.size().expandedTo(SMALLEST_FIELD))
            return area

        self.popups.name_field.open_over(area, name, lambda new: self.events.refusal(lambda: keep(new)))

    # Following

    def _on_commit(self, commit: Commit) -> None:
        self.notice.dismiss()
        self.animation.finish()
        if self.gestures.current is not None and self.gestures.current.edits:
            self.gestures.cancel()
        adds = any(isinstance(change, LayerAdded) for change in commit.changes)
        whole = adds and self._was_whole(commit)
        self.board.follow(commit)
        for change in commit.changes:
            if isinstance(change, LayerRenamed):
                self.selection.rename(change.old, change.new)
        if self.board.unrouted:
            self._routing.start(0)
        self.selection.keep(self.board.cards, self.board.wires, self.board.annotations)
        self.popups.place()
        self.surface.leave()
        self._reveal_added(commit, whole)
        self.changed.emit()

    def _was_whole(self, commit: Commit) -> bool:
        """Whether the whole network was in view before a commit; cards that it moves may be in their new places."""
        before = {change.id: change.old for change in reversed(commit.changes) if isinstance(change, LayerMoved)}
        return self.is_whole_in(self.navigation.visible_region(), before)

    def _reveal_added(self, commit: Commit, whole: bool) -> None:
        """Bring what a commit added into view, be it by a repair, a paste or an undo; a whole network is framed.

        Where the ``whole`` network was in view before, and nobody has zoomed or moved the view, it is so again, with
        its wires: cards that made room may have left it, and a wire to the next row turns beside the cards. Else what
        follows comes into view with what was added where there is room for both.
        """
        changes = (change for change in commit.changes if isinstance(change, LayerAdded))
        added = {change.node.id for change in changes if change.node.id in self.board.cards}
        if len(added) > 1 and len(added) == len(self.board.cards):
            self.frame_all()
        elif added and whole and not self.navigation.by_hand:
            region, wires = self.navigation.visible_region(), self.board.wire_index.bounds()
            if not self.is_whole_in(region) or not (wires.isNull() or region.contains(wires)):
                self.frame_all()
        elif added:
            behind = {successor for id_ in added for successor in self.document.network.successors(id_)}
            regions = self.board.bounds(added | behind), self.board.bounds(added)
            self.navigation.reveal(next(filter(self.navigation.has_room, regions), regions[-1]))

    def _offer_nothing(self) -> None:
        self.surface.offer(None)

    def _on_layers(self) -> None:
        self.events.selectionChanged.emit(list(self.selection.ids))

    def _on_selection(self) -> None:
        self.layer_left = ""
        self.events.hinted.emit("")
        self.surface.show_selection(self.selection.ids, self.selection.wire, self.selection.annotation)

    def _route_more(self) -> None:
        """Route wires of a large network around cards, a few between two events."""
        self._routing.start(0) if self.board.route_more(ROUTING) else self._routing.stop()
