"""What a layer does, and what words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.shell.action_registry import Action, ready, selected
from widgets.shell.actions.link_actions import on_top

if TYPE_CHECKING:
    from widgets.shell.context import Context


def explain_layer(context: Context) -> None:
    """Explain the selected layer."""
    context.show_workspace("network")
    context.workbench.side_panel.select(context.workbench.selected)
    context.workbench.inspector.show_teaching()


def toggle_glossary(context: Context) -> None:
    """Bring the glossary forward, or close it."""
    side = context.workbench.side_panel
    side.show_glossary(not on_top(context, side.glossary))


ACTIONS = (
    Action("layer_help", "Help", "What does this layer do?", explain_layer, ("F1",), "", selected),
    Action("glossary", "Help", "Glossary", toggle_glossary, ("Shift+F1",), "", ready,
           checked=lambda c: c.ready and c.workbench.side_panel.reading is c.workbench.side_panel.glossary),
)  # fmt: skip
