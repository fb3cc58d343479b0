"""How one gets to the arithmetic of a layer: from its menu, its settings, a command, or by picking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.understand.understand_panel import UnderstandPanel

if TYPE_CHECKING:
    from widgets.shell.window import MainWindow


def connect(window: MainWindow, panel: UnderstandPanel) -> None:
    """Have the tab follow the project and what is picked on the canvas, and the canvas and inspector lead to it."""
    workbench, session, tab = window.workbench, window.session, panel.by_hand
    assert workbench is not None and session is not None  # built by earlier slices

    def pick() -> None:
        if tab.isVisible() and len(workbench.selected) == 1:
            tab.show_layer(path_of(window, workbench.selected[0]))

    session.replaced.connect(lambda: tab.set_document(session.document, session.base))
    session.changed.connect(lambda: tab.asker.set_base(session.base))
    workbench.selection_changed.connect(pick)
    workbench.canvas.byHandWanted.connect(lambda id_: open_layer(window, id_))
    workbench.inspector.by_hand_wanted.connect(lambda id_: open_layer(window, id_))
    panel.settings_wanted.connect(workbench.show_settings)
    tab.set_document(session.document, session.base)


def open_selected(window: MainWindow) -> None:
    """Show the tab with the selected layer, if it is one that can be worked out."""
    ids = window.workbench.selected if window.workbench is not None else ()
    open_layer(window, ids[0] if len(ids) == 1 else "")


def open_layer(window: MainWindow, id: str) -> None:
    """Show the tab with the layer ``id`` of the network on show."""
    window.show_workspace("understand")
    panel = window.workbench.panel("understand") if window.workbench is not None else None
    if isinstance(panel, UnderstandPanel):
        panel.show_tab(panel.by_hand.title)
        panel.by_hand.show_layer(path_of(window, id))
        panel.by_hand.picture.setFocus(Qt.FocusReason.OtherFocusReason)


def path_of(window: MainWindow, id: str) -> str:
    """The name of a layer with the blocks that one is inside before it."""
    return ".".join((*window.workbench.block_navigation.path, id)) if window.workbench is not None else id
