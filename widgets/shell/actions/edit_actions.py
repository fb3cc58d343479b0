"""Undo, the clipboard, and what else edits or selects on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from widgets.shell.action_registry import Action, ready, selected

if TYPE_CHECKING:
    from widgets.shell.context import Context


def on_canvas(name: str) -> Callable[[Context], None]:
    """A call of the canvas's command ``name``."""
    return lambda context: context.workbench.canvas_command(name)


def _named(verb: str, names: Sequence[str]) -> str:
    return f"{verb} {names[0]}" if names else verb


def _undo_names(context: Context) -> Sequence[str]:
    return context.session.document.undo_names if context.ready else ()


def _redo_names(context: Context) -> Sequence[str]:
    return context.session.document.redo_names if context.ready else ()


ACTIONS = (
    Action("undo", "Edit", "Undo", lambda c: c.session.document.undo(), ("Ctrl+Z",), "undo",
           lambda c: bool(_undo_names(c)), lambda c: _named("Undo", _undo_names(c))),
    Action("redo", "Edit", "Redo", lambda c: c.session.document.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
           lambda c: bool(_redo_names(c)), lambda c: _named("Redo", _redo_names(c))),
    Action("cut", "Edit", "Cut", on_canvas("cut"), ("Ctrl+X",), "", selected, on_canvas=True, divide=True),
    Action("copy", "Edit", "Copy", on_canvas("copy"), ("Ctrl+C",), "", selected, on_canvas=True),
    Action("paste", "Edit", "Paste", on_canvas("paste"), ("Ctrl+V",), "", ready, on_canvas=True),
    Action("duplicate", "Edit", "Duplicate", on_canvas("duplicate"), ("Ctrl+D",), "", selected, on_canvas=True),
    Action("delete", "Edit", "Delete", on_canvas("delete_selection"), ("Del",), "", selected, on_canvas=True),
    Action("select_all", "Edit", "Select all", on_canvas("select_all"), ("Ctrl+A",), "", ready, on_canvas=True),
    Action("rename", "Edit", "Rename", on_canvas("rename_selected"), ("F2",), "", selected, on_canvas=True),
    Action("upstream", "Edit", "Select what it depends on", on_canvas("select_upstream"), ("U",), "", selected,
           on_canvas=True, divide=True),
    Action("next_wire", "Edit", "Select the next wire", on_canvas("next_wire"), ("W",), "", ready, on_canvas=True),
    Action("next_annotation", "Edit", "Select the next note or frame", on_canvas("next_annotation"), ("Shift+N",), "",
           ready, on_canvas=True),
    Action("downstream", "Edit", "Select what depends on it", on_canvas("select_downstream"), ("D",), "", selected,
           on_canvas=True),
    Action("note", "Edit", "Add a note", on_canvas("add_note"), ("N",), "", ready, on_canvas=True, divide=True),
    Action("frame_around", "Edit", "Put a frame around", on_canvas("add_frame"), ("Shift+F",), "", ready,
           on_canvas=True),
)  # fmt: skip
