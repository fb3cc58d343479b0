"""Notes and frames: writing, colouring, deleting them, and going from one to the next."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QFont

from graph.editing.annotation_edits import new_frame, new_note
from graph.errors import NetloomError
from graph.network import Annotation, AnnotationKind
from widgets.canvas import annotation_shapes
from widgets.canvas.canvas_command import ContextMenu, Group, command
from widgets.canvas.canvas_context import CanvasContext


@command("Select the next note or frame", "Shift+N", id="next_annotation", group=Group.FOLLOW)
def select_next_annotation(canvas: CanvasContext) -> None:
    """Select the next note or frame, as they are read from the top."""
    annotations = sorted(canvas.board.annotations.values(), key=lambda each: (each.area[1], each.area[0], each.id))
    if not annotations:
        raise NetloomError("There are no notes or frames: N writes a note, Shift+F draws a frame.")
    ids, selected = [each.id for each in annotations], canvas.selection.annotation
    go_to_annotation(canvas, ids[(ids.index(selected) + 1) % len(ids)] if selected in ids else ids[0])


@command("Add note", "N", id="note", group=Group.ANNOTATE, context=ContextMenu.GROUND)
def add_note(canvas: CanvasContext) -> None:
    """Open a note at the pointer; it is kept once something is written."""
    note = new_note(canvas.document.network, canvas.pointer_place().toTuple())
    canvas.navigation.reveal(annotation_shapes.rect(note))
    _write(canvas, note)


@command("Add frame", "Shift+F", id="frame_around", group=Group.ANNOTATE, context=ContextMenu.GROUND | ContextMenu.CARD)
def add_frame(canvas: CanvasContext) -> None:
    """Put a frame around the selected cards, or at the pointer, and ask for its title."""
    frame = new_frame(canvas.document.network, canvas.selection.ids, canvas.pointer_place().toTuple())
    _set(canvas, "Add a frame", frame.id, frame)
    canvas.selection.select_annotation(frame.id)
    edit_annotation(canvas, frame.id)


def go_to_annotation(canvas: CanvasContext, id: str) -> None:
    """Select a note or frame, bring it into view, and say what keys do with it."""
    annotation = canvas.board.annotations.get(id)
    if annotation is None:
        return
    canvas.selection.select_annotation(id)
    canvas.navigation.reveal(annotation_shapes.rect(annotation))
    name = "Note" if annotation.kind is AnnotationKind.NOTE else "Frame"
    keys = "Ctrl+arrows move it, Ctrl+Shift+arrows resize it, F2 edits it, Del deletes it"
    canvas.events.hinted.emit(f"{name} “{annotation.text.splitlines()[0] if annotation.text else ''}”: {keys}.")


def edit_annotation(canvas: CanvasContext, id: str) -> None:
    """Edit a note's text or a frame's title in place."""
    annotation = canvas.document.network.annotations[id]
    if annotation.kind is AnnotationKind.NOTE:
        _write(canvas, annotation)
        return

    def area() -> QRect | None:
        frame = canvas.document.network.annotations.get(id)
        if frame is None:
            return None
        area = canvas.navigation.area_of(annotation_shapes.title_area(frame))
        area.setHeight(max(area.height(), 26))
        return area

    def keep(text: str) -> str:
        return canvas.events.refusal(
            lambda: _set(canvas, "Name the frame", id, replace(canvas.document.network.annotations[id], text=text))
        )

    canvas.popups.name_field.open_over(area, annotation.text, keep)


def recolour(canvas: CanvasContext, id: str, hue: int) -> None:
    """Give a note or frame another hue, 0 to 7."""
    annotation = canvas.document.network.annotations[id]
    _set(canvas, f"Colour the {annotation.kind.value}", id, replace(annotation, hue=hue))


def delete_annotation(canvas: CanvasContext, id: str) -> None:
    """Remove a note or frame, not what lies in it."""
    _set(canvas, f"Delete the {canvas.document.network.annotations[id].kind.value}", id, None)


def _write(canvas: CanvasContext, note: Annotation) -> None:
    painter = canvas.surface.annotation_painter

    def area() -> QRect | None:
        at = canvas.document.network.annotations.get(note.id)
        if at is None:
            return None
        area = canvas.navigation.area_of(annotation_shapes.rect(at))
        area.setSize(area.size().expandedTo(QRectF(0, 0, 140, 60).size().toSize()))
        return area

    font = QFont(painter.text_font)
    font.setPixelSize(max(11, round(font.pixelSize() * canvas.navigation.zoom)))

    def keep(text: str) -> str:
        _set(canvas, "Write a note", note.id, replace(note, text=text) if text else None)
        canvas.selection.select_annotation(note.id if text else None)
        return ""

    canvas.popups.note_field.open_over(area, note.text, font, canvas.theme, painter.ground(note), keep)


def _set(canvas: CanvasContext, title: str, id: str, annotation: Annotation | None) -> None:
    with canvas.document.transaction(title):
        canvas.document.set_annotation(id, annotation)
