"""The commands of the canvas as actions of the window; the canvas is loaded after the first paint."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from widgets.canvas.canvas_command import CanvasCommand, canvas_commands
from widgets.shell.action_registry import Action, ready, selected

if TYPE_CHECKING:
    from widgets.shell.context import Context

ABOVE = ("Network",)
"""Menus in which they stand above the window's own actions."""


def canvas_actions() -> list[Action]:
    """The canvas's commands that stand in the window's menus, with a line above each group."""
    actions: list[Action] = []
    group = None
    for command in canvas_commands().values():
        if command.group.menu:
            actions.append(_action(command, divide=command.group is not group))
            group = command.group
    return actions


def _action(command: CanvasCommand, *, divide: bool) -> Action:
    # A plain letter as a shortcut of the whole window would rob text fields of it.
    keys = tuple(key for key in command.keys if not command.everywhere or key.startswith("Ctrl+"))
    return Action(
        command.id,
        command.group.menu,
        command.title,
        _run(command.id),
        keys,
        command.icon,
        _enabled(command),
        checked=_checked(command),
        on_canvas=not command.everywhere,
        divide=divide,
    )


def _enabled(command: CanvasCommand) -> Callable[[Context], bool]:
    """Whether it can be used: with layers, where it is about them, else as the context menu of the ground offers it.

    While the start page is on show nothing would be seen of what it does.
    """
    usable, when = selected if command.needs_layers else ready, None if command.needs_layers else command.when
    return lambda context: (
        context.working and usable(context) and (when is None or when(context.workbench.canvas.context))
    )


def _checked(command: CanvasCommand) -> Callable[[Context], bool] | None:
    """Whether a switch is on; None for what is none."""
    checked = command.checked
    if checked is None:
        return None
    return lambda context: context.working and context.ready and checked(context.workbench.canvas.context)


def _run(id: str) -> Callable[[Context], None]:
    return lambda context: context.workbench.canvas_command(id)
