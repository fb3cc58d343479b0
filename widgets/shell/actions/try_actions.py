"""Trying the trained network on a sample of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.by_hand_actions import show_understand

if TYPE_CHECKING:
    from widgets.shell.context import Context


def try_it(context: Context) -> None:
    """Show where a digit is drawn, a text typed, a row filled in or a file dropped, and what the network predicts."""
    show_understand(context).show_tab("Try it")


ACTIONS = (
    Action("try_it", "Train", "Try the network on a sample of your own", try_it, ("Ctrl+Alt+T",), "", ready,
           after="resume", divide=True),
)  # fmt: skip
