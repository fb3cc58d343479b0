"""The search for good settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.file_actions import FileActions

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.sweep.sweep_window import SearchDialog


def search_dialog(context: Context) -> SearchDialog:
    """The dialog of a window; closing the window ends its search."""
    from widgets.sweep.sweep_window import SearchDialog

    dialog = SearchDialog(context.session, context.themes, context.part(FileActions).open, context.window())
    context.at_close(dialog.close)
    return dialog


def ask(context: Context) -> None:
    """Show what the open project may vary."""
    dialog = context.part(search_dialog)
    dialog.begin()
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


ACTIONS = (Action("search", "Train", "Search for good settings…", ask, (), "", ready, after="find_rate"),)
