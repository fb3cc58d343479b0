"""Undo and redo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from widgets.shell.action_registry import Action

if TYPE_CHECKING:
    from widgets.shell.context import Context


def _named(verb: str, names: Sequence[str]) -> str:
    return f"{verb} {names[0]}" if names else verb


def _undo_names(context: Context) -> Sequence[str]:
    return context.session.document.undo_names if context.ready else ()


def _redo_names(context: Context) -> Sequence[str]:
    return context.session.document.redo_names if context.ready else ()


def undo(context: Context) -> None:
    """Take the last edit back."""
    from widgets.shell import undone

    undone.undo(context)


def redo(context: Context) -> None:
    """Do again what was taken back last."""
    from widgets.shell import undone

    undone.redo(context)


ACTIONS = (
    Action("undo", "Edit", "Undo", undo, ("Ctrl+Z",), "undo",
           lambda c: c.working and bool(_undo_names(c)), lambda c: _named("Undo", _undo_names(c))),
    Action("redo", "Edit", "Redo", redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
           lambda c: c.working and bool(_redo_names(c)), lambda c: _named("Redo", _redo_names(c))),
)  # fmt: skip
