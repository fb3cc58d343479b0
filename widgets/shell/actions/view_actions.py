"""Workspaces, zoom, full screen and the command finder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.shell.action_registry import Action, ready
from widgets.shell.command_finder import CommandFinder
from widgets.shell.panes import next_pane

if TYPE_CHECKING:
    from widgets.shell.context import Context


def workspace(name: str) -> Callable[[Context], None]:
    """A call that shows a workspace."""
    return lambda context: context.turn_to(name)


def in_workspace(name: str) -> Callable[[Context], bool]:
    """Whether a workspace is on show."""
    return lambda context: context.ready and context.workbench.workspace == name


def to_pane(step: int) -> Callable[[Context], None]:
    """A call that gives the keyboard to another pane: on the canvas, Tab searches for a layer."""
    return lambda context: next_pane(context.panes, step)


def show_summary(context: Context) -> None:
    """Bring the summary table forward."""
    context.workbench.show_summary()


def toggle_layers(context: Context) -> None:
    """Show the column of layers, outline and history, or fold it away."""
    column = context.workbench.left_column
    wanted = not shows_layers(context)
    if context.workbench.workspace != "network":
        context.turn_to("network")
    column.show_tabs(wanted)


def shows_layers(context: Context) -> bool:
    """Whether that column is in view."""
    return context.ready and context.workbench.workspace == "network" and context.workbench.left_column.is_open


def toggle_full_screen(context: Context) -> None:
    """Fill the screen, or go back to a window."""
    window = context.window()
    window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)


def command_finder(context: Context) -> CommandFinder:
    """The command finder of a window."""
    return CommandFinder(context.window())


def find_command(context: Context) -> None:
    """Open the command finder."""
    context.commands.refresh()
    context.part(command_finder).ask([action for action in context.commands if action.objectName() != "finder"])


ACTIONS = (
    Action("data", "View", "Data workspace", workspace("data"), ("Ctrl+1",), "", ready, checked=in_workspace("data")),
    Action("network", "View", "Network workspace", workspace("network"), ("Ctrl+2",), "", ready,
           checked=in_workspace("network")),
    Action("training", "View", "Train workspace", workspace("train"), ("Ctrl+3",), "", ready,
           checked=in_workspace("train")),
    Action("understand", "View", "Understand workspace", workspace("understand"), ("Ctrl+4",), "", ready,
           checked=in_workspace("understand")),
    Action("summary", "View", "Summary table", show_summary, ("Ctrl+Shift+T",), "", ready),
    Action("layers", "View", "Layers beside the canvas", toggle_layers, (), "", ready, checked=shows_layers),
    Action("full_screen", "View", "Full screen", toggle_full_screen, ("F11",), "",
           checked=lambda c: c.window().isFullScreen()),
    Action("next_pane", "View", "Next pane", to_pane(1), ("F6",), "", divide=True),
    Action("previous_pane", "View", "Previous pane", to_pane(-1), ("Shift+F6",), ""),
    Action("finder", "View", "Find a command…", find_command, ("Ctrl+Shift+P",), "search", divide=True),
)  # fmt: skip
