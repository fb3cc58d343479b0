"""The canvas: a node editor for one document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
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
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from graph.checking.check import Checker
from graph.checking.layer_info import Severity
from graph.document import Commit, Document
from graph.drawing.layout import arrange_to_fit, clear_of_others, oriented_network
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.network import Position
from graph.structure.blocks import Block
from widgets.canvas import keys
from widgets.canvas.gestures.connect_by_keyboard import ConnectByKeyboard
from widgets.canvas.gestures.move_annotation import MoveAnnotation, ResizeAnnotation
from widgets.canvas.ground import Ground
from widgets.canvas.hit_test import NOTHING, What, find
from widgets.canvas.key_hint import KeyHint
from widgets.canvas.minimap import Minimap
from widgets.canvas.mouse_handler import MouseHandler
from widgets.canvas.problem_popup import ProblemPopup
from widgets.canvas.roamer import Roamer
from widgets.look.theme import ThemeSource

MIME = "application/x-netloom-layer"
"""What a drag from the palette carries: a layer's kind as text."""


NO_KEYS = Qt.KeyboardModifier.NoModifier


class CanvasView(Roamer):
    """Shows a document's network and lets hands edit it.

    The document is the truth: gestures and commands edit it in transactions, and what is shown follows its commits
    and the checker's facts.
    """

    def __init__(
        self, document: Document, checker: Checker, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Network canvas")
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.minimap_wanted = True
        self._hands = MouseHandler(self)
        self._problems = ProblemPopup(self)
        self._problems.closed.connect(self.setFocus)
        self._minimap = Minimap(self)
        self._hint = KeyHint(self)
        self.hinted.connect(self._hint.say)
        themes.changed.connect(self._theme_changed)
        self.viewMoved.connect(self._view_moved)
        self.set_document(document, checker)

    def set_document(self, document: Document, checker: Checker) -> None:
        """Show another document; what was being typed over the old one is dropped."""
        for popup in (self._rename, self._note_field, self._problems):
            popup.dismiss()
        self._search.close_search()
        self._mover.stop()
        super().set_document(document, checker)

    def _take(self, commit: Commit) -> None:
        self._mover.stop()
        super()._take(commit)
        self._minimap.place()

    def cancel_gesture(self) -> None:
        """The gesture is called off; nothing was edited."""
        self._hands.forget()
        super().cancel_gesture()

    # Commands

    def delete_selection(self) -> None:
        """Remove the selected layers and wires, or the selected note or frame."""
        if not self.selection.ids and self.delete_annotations():
            return
        self._commands.delete(self.selection.ids, set(self.surface.emphasis.selected_wires))

    def copy(self) -> None:
        """Copy the selected layers as text."""
        self._commands.copy(self.selection.ids)

    def cut(self) -> None:
        """Copy the selected layers and remove them."""
        self.copy()
        self.delete_selection()

    def paste(self) -> None:
        """Paste copied layers at the pointer; they become the selection."""
        self.attempt(lambda: self._commands.paste(self.pointer_place()))

    def duplicate(self) -> None:
        """Copy the selected layers beside themselves."""
        self._commands.duplicate(self.selection.ids)

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selected cards, or the selected note or frame, by so many scene pixels; with none selected, pan."""
        annotation = self.selected_annotation
        if self.selection.ids:
            self._commands.nudge(self.selection.ids, dx, dy)
        elif annotation is not None:
            MoveAnnotation(self, QPointF(), annotation, merge=f"nudge {annotation}").end(
                QPointF(dx, dy), Qt.KeyboardModifier.NoModifier
            )
        else:
            self.centerOn(self.visible_region().center() + QPointF(dx, dy) * 12 / self.zoom)

    def grow(self, dx: float, dy: float) -> None:
        """Make the selected note or frame larger by so many scene pixels, or smaller."""
        annotation = self.selected_annotation
        if annotation is not None:
            ResizeAnnotation(self, QPointF(), annotation, merge=f"grow {annotation}").end(
                QPointF(dx, dy), Qt.KeyboardModifier.NoModifier
            )

    def rename_selected(self) -> None:
        """Edit the name of the one selected layer, or the text of the selected note or frame, in place."""
        chosen = self.surface.emphasis.selected_annotations
        if not self.selection.ids and len(chosen) == 1:
            self.edit_annotation(*chosen)
        if len(self.selection) != 1:
            return
        id_ = self.selection.ids[0]
        self._rename.open_over(
            self._name_area(id_), id_, lambda new: self.attempt(lambda: self._commands.rename(id_, new))
        )

    def auto_layout(self) -> None:
        """Lay out the selected layers, or all where fewer than two are selected, as large as the view can show them."""
        chosen = self._several()
        network = oriented_network(self.document.network, chosen, False)
        self._lay_out("Arrange layers", arrange_to_fit(network, self.room(), chosen), False)

    def layout_down(self) -> None:
        """Lay out the selected layers, or all, from top to bottom, their ports above and below."""
        chosen = self._several()
        network = oriented_network(self.document.network, chosen, True)
        self._lay_out("Arrange layers downwards", arrange_to_fit(network, self.room(), chosen, "down"), True)

    def _several(self) -> tuple[str, ...] | None:
        return self.selection.ids if len(self.selection) > 1 else None

    def _lay_out(self, title: str, places: Mapping[str, Position], down: bool) -> None:
        network = oriented_network(self.document.network, places, down)
        places = clear_of_others(network, places)

        def show() -> None:
            if self._several() is None:
                self.frame_all()
            else:
                self.reveal(self.board.bounds(places))

        self.arrange_with_frames(title, places, vertical=down, show=show)

    def delete_or_leave(self) -> None:
        """Remove what is selected; with nothing selected, leave the block on show."""
        chosen = self.surface.emphasis
        if self.selection.ids or chosen.selected_wires or chosen.selected_annotations:
            self.delete_selection()
        else:
            self.leave_block()

    def start_connection(self) -> None:
        """Connect the selected layer by keyboard: arrows choose a target, Enter connects, Esc cancels."""
        self.begin(ConnectByKeyboard(self, self._chosen("connect from")[-1]))

    def show_problems(self, id: str) -> None:
        """Say what is wrong with a layer beside its card, and offer repairs."""
        card = self.board.cards[id]
        found = [problem for problem in card.facts.problems if problem.severity is not Severity.HINT]
        if found:
            spot = self.mapFromScene(card.rect.topRight()) + QPoint(10, 8)
            self._problems.open_at(spot, found, self.theme, lambda fix: self.attempt(lambda: fix.apply(self.document)))

    # The view

    def frame_selection(self) -> None:
        """Show the selected cards, or all where none is selected."""
        self.show_region(self.board.bounds(self.selection.ids) if self.selection.ids else self.board.bounds())

    def frame_all(self) -> None:
        """Show the whole network, with what is shown beside it."""
        self.show_region(self._whole())
        self.framed = True

    def set_minimap(self, wanted: bool) -> None:
        """Show the map when something lies out of view, or never."""
        self.minimap_wanted = wanted
        self._minimap.place()

    def render_to_png(self, path: str | Path, scale: float = 2.0) -> None:
        """Write a picture of the whole network.

        Raises
        ------
        NetloomError
            if the file cannot be written.
        """
        from widgets.canvas.canvas_export import write_png

        write_png(self.surface, self._ground, self._whole(), Path(path), scale)

    def render_to_svg(self, path: str | Path) -> None:
        """Write the whole network as a drawing.

        Raises
        ------
        NetloomError
            if there is nothing to draw or the file cannot be written.
        """
        from graph.drawing.svg import svg
        from graph.project import write_atomically

        write_atomically(Path(path), svg(self.document.network, checker=self.checker).encode("utf-8"))

    # Qt's events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hands.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position().toPoint()
        self._hands.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hands.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = find(self.board, self.mapToScene(event.position().toPoint()), self.zoom)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if hit.what is What.NOTHING:
            self._pointer = event.position().toPoint()
            self.open_search()
        elif hit.what is What.CARD and isinstance(self.document.network.layer(hit.id), Block):
            self.blockEntered.emit(hit.id)
        elif hit.what is What.CARD:
            self.layerActivated.emit(hit.id)
        elif hit.what is What.ANNOTATION:
            self.edit_annotation(hit.id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        from widgets.canvas.context_menu import build

        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        hit, spot = self.menu_hit(event.pos(), by_key=by_key)
        self._pointer, place = spot, self.mapToScene(spot)
        self.select_wire(hit.slot)
        self.select_annotation(hit.id if hit.what is What.ANNOTATION else None)
        if hit.what is What.ANNOTATION or not hit.id:
            self.selection.clear()
        elif hit.id not in self.selection:
            self.selection.set([hit.id])
        menu = build(self, hit, place)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(spot))

    def event(self, event: QEvent) -> bool:
        """Keep Tab for the search."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if isinstance(self.gesture, ConnectByKeyboard):
            self.attempt(lambda: self.lead_by_key(event.key()))
        elif event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._hands.space, self._hands.panned = True, False
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif not keys.handle(self, event):
            super().keyPressEvent(event)

    def lead_by_key(self, key: int) -> None:
        """A key went down while a connection is made by keyboard."""
        if isinstance(self.gesture, ConnectByKeyboard):
            self.gesture.key(key)
            self.refresh_gesture()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self._hands.space:
            self._hands.space = False
            self.viewport().unsetCursor()
            if not self._hands.panned and self.gesture is None:
                self.open_search()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hands.space = False
        super().focusOutEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        if event.type() == QEvent.Type.Leave:
            self.hover(NOTHING)
        return super().viewportEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dragged(event) is not None:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        kind = self._dragged(event)
        if kind is not None:
            self.light_wire(self.wire_for(kind(), self.mapToScene(event.position().toPoint())))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.light_wire(None)

    def dropEvent(self, event: QDropEvent) -> None:
        kind = self._dragged(event)
        self.light_wire(None)
        if kind is not None:
            place = self.mapToScene(event.position().toPoint())
            self.attempt(lambda: self.add_layer_at(kind, place))
            event.acceptProposedAction()
            self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.framed:
            self.frame_all()
        self._minimap.place()
        self._hint.dress()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._glide.stop()
        self._mover.stop()
        self._release()
        super().closeEvent(event)

    # Inside

    def _whole(self) -> QRectF:
        """Around the network and what is shown beside it."""
        whole = self.board.bounds()
        for extra in self.surface.extras.values():
            whole = whole.united(extra.bounds())
        return whole

    def _dragged(self, event: QDropEvent | QDragMoveEvent) -> type[Layer] | None:
        data = event.mimeData()
        return catalogue().get(data.data(MIME).toStdString()) if data.hasFormat(MIME) else None

    def _show_tip(self, event: QHelpEvent) -> None:
        from widgets.canvas.tips import tip

        hit = find(self.board, self.mapToScene(event.pos()), self.zoom)
        QToolTip.showText(event.globalPos(), tip(self.board, hit, self.surface.extras.values()), self.viewport())

    def _theme_changed(self) -> None:
        self._ground = Ground(self.theme)
        self.surface.set_theme(self.theme)
        self._search.set_theme(self.theme)
        self._hint.dress()
        self.viewport().update()

    def _view_moved(self) -> None:
        if self._stop:
            self._minimap.place()
            self._hint.place()
            if not self.board.cards:
                self.viewport().update()
