"""Commands on notes and frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from graph.drawing import cards
from graph.network import Annotation, Matter, Position
from widgets.canvas import annotation_shapes
from widgets.canvas.editor import Editor
from widgets.canvas.note_field import NoteField
from widgets.canvas.rename import RenameField
from widgets.look.theme import ThemeSource

NOTE_SIZE = (176.0, 96.0)
"""Width and height of a new note."""

FRAME_SIZE = (448.0, 224.0)
"""Width and height of a new frame around nothing."""

ROOM = 24.0
"""Space between a new frame and the cards in it."""


class Annotator(Editor):
    """An editor that can be written on."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._note_field = NoteField(self)
        self._note_field.finished.connect(self.setFocus)
        self._rename = RenameField(self)
        self._rename.finished.connect(self.setFocus)

    # Making

    def add_note(self) -> None:
        """Open a note at the pointer; it is kept once something is written."""
        corner = self.pointer_place()
        area = (_snapped(corner.x()), _snapped(corner.y()), *NOTE_SIZE)
        self.reveal(QRectF(*area))
        self._write(Annotation(self._free("note"), Matter.NOTE, "", area, hue=5))

    def add_frame(self) -> None:
        """Put a frame around the selected cards, or at the pointer, and ask for its title."""
        corner = self.pointer_place()
        free = (_snapped(corner.x()), _snapped(corner.y()), *FRAME_SIZE)
        area = self._around(self.selection.ids) if self.selection.ids else free
        remark = Annotation(self._free("frame"), Matter.FRAME, "Frame", area, hue=1)
        self._set("Add a frame", remark)
        self.select_remark(remark.id)
        self.edit_remark(remark.id)

    # Changing

    def select_remark(self, id: str | None) -> None:
        """Select one note or frame, or none."""
        emphasis = self.surface.emphasis
        chosen = {id} if id is not None else set()
        if emphasis.selected_remarks != chosen:
            emphasis.selected_remarks = chosen
            self.surface.update()
            self.hinted.emit("")

    def edit_remark(self, id: str) -> None:
        """Edit a note's text or a frame's title in place."""
        remark = self.document.network.remarks[id]
        if remark.matter is Matter.NOTE:
            self._write(remark)
            return
        area = self.mapFromScene(annotation_shapes.title_area(remark)).boundingRect()
        area.setHeight(max(area.height(), 26))
        self._rename.open_over(area, remark.text, lambda text: self._set("Name the frame", replace(remark, text=text)))

    def recolor_remark(self, id: str, hue: int) -> None:
        """Give a note or frame another hue, 0 to 7."""
        remark = self.document.network.remarks[id]
        self._set(f"Colour the {remark.matter.value}", replace(remark, hue=hue))

    def delete_remarks(self) -> bool:
        """Remove the selected notes and frames, not what lies in them; whether there were any."""
        chosen = [id_ for id_ in self.surface.emphasis.selected_remarks if id_ in self.document.network.remarks]
        if chosen:
            matter = self.document.network.remarks[chosen[0]].matter.value
            with self.document.transaction(f"Delete the {matter}"):
                for id_ in chosen:
                    self.document.set_remark(id_, None)
        self.select_remark(None)
        return bool(chosen)

    def arrange_with_frames(
        self, title: str, places: Mapping[str, Position], *, turned: bool, show: Callable[[], None]
    ) -> None:
        """Move cards in one transaction, and every frame that held some of them with those around it.

        ``turned`` says whether their ports are to be above and below. ``show`` brings them into view, before they
        are shown on their way.
        """
        board = self.board
        frames = [each for each in board.remarks.values() if each.matter is Matter.FRAME]
        held = {
            each.id: [id_ for id_, card in board.cards.items() if annotation_shapes.rect(each).contains(card.rect)]
            for each in frames
        }
        before = {id_: self.document.network.node(id_).position for id_ in places}
        with self.document.transaction(title):
            self.document.move(places)
            self.document.turn(places, turned)
            for frame in frames:
                if set(held[frame.id]) & set(places):
                    area = self._around(held[frame.id])
                    self.document.set_remark(frame.id, replace(frame, area=area))
        show()
        if self.moves:
            self._mover.start(before, places)

    # Inside

    def _around(self, ids: Iterable[str]) -> tuple[float, float, float, float]:
        """The area of a frame around cards, where the document has them."""
        bounds = QRectF()
        for id_ in ids:
            bounds = bounds.united(QRectF(*cards.box(self.document.network.node(id_))))
        area = bounds.adjusted(-ROOM, -ROOM - annotation_shapes.TITLE, ROOM, ROOM)
        return _snapped(area.left()), _snapped(area.top()), _snapped(area.width()), _snapped(area.height())

    def _write(self, remark: Annotation) -> None:
        painter = self.surface.remark_painter
        area = self.mapFromScene(annotation_shapes.rect(remark)).boundingRect()
        area.setSize(area.size().expandedTo(QRectF(0, 0, 140, 60).size().toSize()))
        font = QFont(painter.text_font)
        font.setPixelSize(max(11, round(font.pixelSize() * self.zoom)))
        title = "Write a note"
        self._note_field.open_over(
            area, remark.text, font, self.theme, painter.ground(remark), lambda text: self._written(title, remark, text)
        )

    def _written(self, title: str, remark: Annotation, text: str) -> None:
        self._set(title, replace(remark, text=text) if text else None, remark.id)
        self.select_remark(remark.id if text else None)

    def _set(self, title: str, remark: Annotation | None, id: str = "") -> None:
        with self.document.transaction(title):
            self.document.set_remark(remark.id if remark else id, remark)

    def _free(self, stem: str) -> str:
        known = self.document.network.remarks
        return next(f"{stem}{number}" for number in range(1, len(known) + 2) if f"{stem}{number}" not in known)


def _snapped(value: float) -> float:
    return round(value / cards.GRID) * cards.GRID
