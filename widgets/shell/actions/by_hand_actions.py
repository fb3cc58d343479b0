"""How one gets to the views that calculate by hand: from a layer's menu, its settings, an action, or by picking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.shell.action_registry import Action, ready

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.understand.understand_panel import UnderstandPanel


def show_understand(context: Context) -> UnderstandPanel:
    """Show the workspace Understand; returns its panel."""
    from widgets.understand.understand_panel import UnderstandPanel

    context.show_workspace("understand")
    panel = context.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)  # showing the workspace has built it
    return panel


def show_backpropagation(context: Context) -> None:
    """Show one training step, worked out."""
    show_understand(context).show_tab("Backpropagation")


def connect(context: Context, panel: UnderstandPanel) -> None:
    """Have the views follow the layer picked on the canvas, and the canvas and inspector lead to computing by hand."""
    from widgets.understand.by_hand.by_hand_tab import ByHandTab

    workbench, session = context.workbench, context.session

    def follow(tab: ByHandTab) -> None:
        session.replaced.connect(lambda: tab.set_document(session.document, session.base))
        session.changed.connect(lambda: tab.asker.set_base(session.base))
        tab.set_document(session.document, session.base)

    def show_selected() -> None:
        panel.show_layer(path_of(context, workbench.selected[0]) if len(workbench.selected) == 1 else "")

    panel.once_made(ByHandTab, follow)
    workbench.selection_changed.connect(show_selected)
    show_selected()
    workbench.canvas.events.byHandWanted.connect(lambda id_: open_layer(context, id_))
    workbench.inspector.by_hand_wanted.connect(lambda id_: open_layer(context, id_))


def open_selected(context: Context) -> None:
    """Show the tab with the selected convolution or pooling, or with a worked example."""
    ids = context.workbench.selected
    open_layer(context, ids[0] if len(ids) == 1 else "")


def open_layer(context: Context, id: str) -> None:
    """Show the tab with the layer ``id`` of the network on show, its settings beside the canvas.

    Whoever turns to the tab by itself finds the window as it was: nothing beside the canvas comes or goes for it.
    """
    from widgets.understand.by_hand.by_hand_tab import ByHandTab

    if id:
        context.workbench.bring_settings()
    panel = show_understand(context)
    tab = panel.view(ByHandTab)
    panel.views.bring(ByHandTab)
    tab.choose_layer(path_of(context, id))
    tab.picture.setFocus(Qt.FocusReason.OtherFocusReason)


def path_of(context: Context, id: str) -> str:
    """The name of a layer with the blocks that one is inside before it."""
    return ".".join((*context.workbench.block_navigation.path, id))


ACTIONS = (
    Action("by_hand", "Network", "Compute by hand", open_selected, (), "", ready, divide=True, after="problems"),
    Action("backprop", "Train", "Go through one step by hand", show_backpropagation, (), "", ready, after="step"),
)
