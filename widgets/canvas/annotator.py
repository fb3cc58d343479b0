"""Commands on notes and frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from graph.drawing import cards
from graph.network import Annotation, AnnotationKind, Position
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
        self._write(Annotation(self._free("note"), AnnotationKind.NOTE, "", area, hue=5))

    def add_frame(self) -> None:
        """Put a frame around the selected cards, or at the pointer, and ask for its title."""
        corner = self.pointer_place()
        free = (_snapped(corner.x()), _snapped(corner.y()), *FRAME_SIZE)
        area = self._around(self.selection.ids) if self.selection.ids else free
        annotation = Annotation(self._free("frame"), AnnotationKind.FRAME, "Frame", area, hue=1)
        self._set("Add a frame", annotation)
        self.select_annotation(annotation.id)
        self.edit_annotation(annotation.id)

    # Changing

    def select_annotation(self, id: str | None) -> None:
        """Select one note or frame, or none."""
        emphasis = self.surface.emphasis
        chosen = {id} if id is not None else set()
        if emphasis.selected_annotations != chosen:
            emphasis.selected_annotations = chosen
            self.surface.update()
            self.hinted.emit("")

    def edit_annotation(self, id: str) -> None:
        """Edit a note's text or a frame's title in place."""
        annotation = self.document.network.annotations[id]
        if annotation.kind is AnnotationKind.NOTE:
            self._write(annotation)
            return
        area = self.mapFromScene(annotation_shapes.title_area(annotation)).boundingRect()
        area.setHeight(max(area.height(), 26))
        self._rename.open_over(
            area, annotation.text, lambda text: self._set("Name the frame", replace(annotation, text=text))
        )

    def recolor_annotation(self, id: str, hue: int) -> None:
        """Give a note or frame another hue, 0 to 7."""
        annotation = self.document.network.annotations[id]
        self._set(f"Colour the {annotation.kind.value}", replace(annotation, hue=hue))

    def delete_annotations(self) -> bool:
        """Remove the selected notes and frames, not what lies in them; whether there were any."""
        chosen = [id_ for id_ in self.surface.emphasis.selected_annotations if id_ in self.document.network.annotations]
        if chosen:
            kind = self.document.network.annotations[chosen[0]].kind.value
            with self.document.transaction(f"Delete the {kind}"):
                for id_ in chosen:
                    self.document.set_annotation(id_, None)
        self.select_annotation(None)
        return bool(chosen)

    def arrange_with_frames(
        self, title: str, places: Mapping[str, Position], *, vertical: bool, show: Callable[[], None]
    ) -> None:
        """Move cards in one transaction, and every frame that held some of them with those around it.

        ``vertical`` says whether their ports are to be above and below. ``show`` brings them into view, before they
        are shown on their way.
        """
        board = self.board
        frames = [each for each in board.annotations.values() if each.kind is AnnotationKind.FRAME]
        held = {
            each.id: [id_ for id_, card in board.cards.items() if annotation_shapes.rect(each).contains(card.rect)]
            for each in frames
        }
        before = {id_: self.document.network.node(id_).position for id_ in places}
        with self.document.transaction(title):
            self.document.move(places)
            self.document.set_vertical(places, vertical)
            for frame in frames:
                if set(held[frame.id]) & set(places):
                    area = self._around(held[frame.id])
                    self.document.set_annotation(frame.id, replace(frame, area=area))
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

    def _write(self, annotation: Annotation) -> None:
        painter = self.surface.annotation_painter
        area = self.mapFromScene(annotation_shapes.rect(annotation)).boundingRect()
        area.setSize(area.size().expandedTo(QRectF(0, 0, 140, 60).size().toSize()))
        font = QFont(painter.text_font)
        font.setPixelSize(max(11, round(font.pixelSize() * self.zoom)))
        title = "Write a note"
        self._note_field.open_over(
            area,
            annotation.text,
            font,
            self.theme,
            painter.ground(annotation),
            lambda text: self._written(title, annotation, text),
        )

    def _written(self, title: str, annotation: Annotation, text: str) -> None:
        self._set(title, replace(annotation, text=text) if text else None, annotation.id)
        self.select_annotation(annotation.id if text else None)

    def _set(self, title: str, annotation: Annotation | None, id: str = "") -> None:
        with self.document.transaction(title):
            self.document.set_annotation(annotation.id if annotation else id, annotation)

    def _free(self, stem: str) -> str:
        known = self.document.network.annotations
        return next(f"{stem}{number}" for number in range(1, len(known) + 2) if f"{stem}{number}" not in known)


def _snapped(value: float) -> float:
    return round(value / cards.GRID) * cards.GRID
