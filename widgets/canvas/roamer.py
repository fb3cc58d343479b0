"""Selecting, and doing without a mouse what hands do: going through wires, notes and frames, moving and resizing."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF

from graph.errors import NetloomError
from graph.network import AnnotationKind
from widgets.canvas import annotation_shapes
from widgets.canvas.adder import Adder
from widgets.canvas.board_items import Slot
from widgets.canvas.hit_test import NOTHING, Hit, What, find
from widgets.canvas.walk_wires import neighbour


class Roamer(Adder):
    """An editor that one gets about in by keyboard."""

    _left = ""
    """The layer whose wires are being gone through."""

    # Layers

    def select(self, ids: Iterable[str]) -> None:
        """Select these layers and no others, and no wire."""
        self.select_wire(None)
        self.selection.set([id_ for id_ in ids if id_ in self.board.cards])

    def select_all(self) -> None:
        """Select every layer."""
        self.selection.set(self.board.cards)

    def clear(self) -> None:
        """Let go of a gesture, or select nothing; from a wire that was gone to by keyboard, its layer again."""
        if self.gesture is not None:
            self.cancel_gesture()
            return
        back = self._left if self.selected_wire is not None and self._left in self.board.cards else ""
        self.select_wire(None)
        self.select_annotation(None)
        self.selection.set([back] if back else [])

    def walk(self, dx: int, dy: int) -> None:
        """Select the layer that a wire leads to: right along it, left against it, up and down among siblings."""
        ids = self.selection.ids
        found = neighbour(self.document.network, ids[-1] if ids else None, dx, dy)
        if found is not None:
            self.select([found])
            self.reveal(self.board.cards[found].rect)

    # Wires

    @property
    def selected_wire(self) -> Slot | None:
        """The selected wire, if there is one."""
        return next((slot for slot in self.surface.emphasis.selected_wires if slot in self.board.wires), None)

    def select_wire(self, slot: Slot | None) -> None:
        """Select one wire, or none."""
        emphasis = self.surface.emphasis
        for old in emphasis.selected_wires:
            self.surface.touch_wire(old)
        emphasis.selected_wires = {slot} if slot is not None else set()
        self._left = ""
        self.surface.touch_wire(slot)
        self.hinted.emit("")

    def next_wire(self) -> None:
        """Select the first wire of the selected layer, or the one after the selected wire."""
        current, ids = self.selected_wire, self.selection.ids
        layer = ids[-1] if ids else self._left or (current[0] if current else "")
        if layer not in self.board.cards:
            raise NetloomError("Select a layer to go through its wires.")
        slots = [wire.slot for wire in self.board.wires_of([layer])]
        if not slots:
            raise NetloomError(f"{layer} has no wires: C connects it.")
        following = slots.index(current) + 1 if current in slots and not ids else 0
        slot = slots[following % len(slots)]
        self.selection.clear()
        self.select_wire(slot)
        self._left = layer
        wire = self.board.wires[slot]
        self.reveal(wire.area)
        said = f"Wire from {wire.connection.source} to {wire.connection.target}.{wire.connection.target_port}"
        self.hinted.emit(f"{said}: Del removes it, Tab puts a layer on it, W goes on, Esc goes back.")

    def open_search(self) -> None:
        """Open the add-layer search at the pointer; with a wire selected, for a layer to put on it."""
        slot = self.selected_wire
        if slot is not None and not self.selection.ids:
            self.insert_into(slot, QPointF(*self.board.wires[slot].course.middle()))
        else:
            super().open_search()

    # Notes and frames

    def next_annotation(self) -> None:
        """Select the next note or frame, as they are read from the top."""
        found = sorted(self.board.annotations.values(), key=lambda each: (each.area[1], each.area[0], each.id))
        if not found:
            raise NetloomError("There are no notes or frames: N writes a note, Shift+F draws a frame.")
        ids, chosen = [each.id for each in found], self.selected_annotation
        self.go_to_annotation(ids[(ids.index(chosen) + 1) % len(ids)] if chosen in ids else ids[0])

    def go_to_annotation(self, id: str) -> None:
        """Select a note or frame, bring it into view, and say what keys do with it."""
        annotation = self.board.annotations.get(id)
        if annotation is None:
            return
        self.selection.clear()
        self.select_wire(None)
        self.select_annotation(id)
        self.reveal(annotation_shapes.rect(annotation))
        name = "Note" if annotation.kind is AnnotationKind.NOTE else "Frame"
        keys = "arrows move it, Ctrl+Shift+arrows resize it, F2 edits it, Del deletes it"
        self.hinted.emit(f"{name} “{annotation.text.splitlines()[0] if annotation.text else ''}”: {keys}.")

    @property
    def selected_annotation(self) -> str | None:
        """The selected note or frame, if there is one."""
        return next((id_ for id_ in self.surface.emphasis.selected_annotations if id_ in self.board.annotations), None)

    # The menu

    def menu_hit(self, spot: QPoint, *, by_key: bool) -> tuple[Hit, QPoint]:
        """What a context menu is for, and where it opens (viewport): by keyboard it is for what is selected."""
        if not by_key:
            return find(self.board, self.mapToScene(spot), self.zoom), spot
        wire, annotation, ids = self.selected_wire, self.selected_annotation, self.selection.ids
        hit, place = NOTHING, QRectF()
        if ids:
            hit, place = Hit(What.CARD, ids[-1]), self.board.cards[ids[-1]].rect
        elif wire is not None:
            hit, place = Hit(What.WIRE, slot=wire), QRectF(QPointF(*self.board.wires[wire].course.middle()), QPointF())
        elif annotation is not None:
            hit, place = Hit(What.ANNOTATION, annotation), annotation_shapes.rect(self.board.annotations[annotation])
        if hit is NOTHING:
            return hit, self._pointer_spot()
        self.ensureVisible(place)
        return hit, self.mapFromScene(place.center())
