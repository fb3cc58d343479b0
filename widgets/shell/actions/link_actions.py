"""What the links of a description do in the window, and its panel beside the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.project.description_links import COMMANDS, WORKSPACES, Link, Place, finds_layer, read_link
from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.by_hand_actions import show_understand
from widgets.shell.actions.file_actions import FileActions
from widgets.shell.banners import Notice
from widgets.start.preset_entries import PRESETS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from widgets.shell.context import Context


class LinkActions:
    """Follows links; one that leads nowhere is told in a banner."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def follow(self, url: str) -> None:
        """Do what the address asks for; while a question stands over the window, that is to be answered first."""
        link = read_link(url)
        if self._context.asking and link is not None and link.place is not Place.WEB:
            self._context.window().activateWindow()
            return
        acts = {
            Place.LAYER: self._layer,
            Place.WORKSPACE: self._workspace,
            Place.UNDERSTAND: self._understand,
            Place.COMMAND: self._command,
            Place.PRESET: self._preset,
            Place.LESSON: self._lesson,
            Place.WEB: self._web,
        }
        fault = acts[link.place](link) if link is not None else f"This link leads nowhere that Netloom knows: {url}."
        if fault:
            self._context.say(Notice(fault, "warning", (), "link", of_project=True))
        else:
            self._context.withdraw("link")

    def _layer(self, link: Link) -> str:
        workbench, session = self._context.workbench, self._context.session
        if not finds_layer(session.document.network, link.target):
            return f"There is no layer “{link.target}” in this network any more."
        if workbench.workspace == "data":
            self._context.show_workspace("network")
        *path, last = link.target.split("/")
        with workbench.side_panel.held():
            workbench.dive(path, last)
        return ""

    def _workspace(self, link: Link) -> str:
        if link.target not in WORKSPACES:
            return f"There is no workspace “{link.target}”: there are {', '.join(WORKSPACES)}."
        self._context.show_workspace(link.target)
        return ""

    def _understand(self, link: Link) -> str:
        if not show_understand(self._context).show_slug(link.target):
            return f"Understand has no tab “{link.target}” for this network."
        return ""

    def _command(self, link: Link) -> str:
        if link.target not in COMMANDS:
            return f"A description cannot run the command “{link.target}”."
        commands = self._context.commands
        commands.refresh()
        action = commands[link.target]
        if not action.isEnabled():
            return f"“{action.text()}” has nothing to do at the moment."
        action.trigger()
        return ""

    def _preset(self, link: Link) -> str:
        path = PRESETS / f"{link.target}.netloom"
        if path.parent != PRESETS or not path.is_file():
            return f"There is no example “{link.target}”."
        self._context.part(FileActions).open(path)
        return ""

    def _lesson(self, link: Link) -> str:
        self._context.open_lesson(link.target)
        return ""

    def _web(self, link: Link) -> str:
        QDesktopServices.openUrl(QUrl(link.target))
        return ""


def toggle(context: Context, panel: QWidget) -> None:
    """Bring something to read beside the canvas forward, or fold it away."""
    context.workbench.side_panel.read(None if on_top(context, panel) else panel)


def on_top(context: Context, panel: QWidget) -> bool:
    """Whether a panel is on show beside the canvas, where there is a canvas: beside data nothing can be read."""
    if not context.working or context.workbench.workspace == "data":
        context.show_workspace("network")
    side = context.workbench.side_panel
    return side.isVisible() and side.currentWidget() is panel


ACTIONS = (
    Action("page", "View", "Description beside the canvas", lambda c: toggle(c, c.workbench.description), ("Ctrl+5",),
           "", ready, checked=lambda c: c.ready and c.workbench.side_panel.reading is c.workbench.description,
           after="summary"),
)  # fmt: skip
