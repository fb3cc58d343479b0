"""What the links of a page do in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.project.description_links import COMMANDS, WORKSPACES, Link, Place, finds_layer, read_link
from widgets.shell.banners import Notice
from widgets.start.preset_entries import PRESETS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from widgets.shell.window import MainWindow
    from widgets.shell.workbench import Workbench


class LinkActions:
    """Follows links in one window; one that leads nowhere is told in a banner."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def follow(self, url: str) -> None:
        """Do what the address asks for."""
        link = read_link(url)
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
            self._window.say(Notice(fault, "warning", (), "link"))
        else:
            self._window.banners.withdraw("link")

    def toggle_description(self) -> None:
        """Bring the page of the project forward, or fold it away."""
        if self._window.workbench is not None:
            self._toggle(self._window.workbench, self._window.workbench.description)

    def toggle_lesson(self) -> None:
        """Bring the lesson in progress forward, or fold it away."""
        if self._window.workbench is not None:
            self._toggle(self._window.workbench, self._window.workbench.lesson)

    def toggle_glossary(self) -> None:
        """Bring the glossary forward, or close it."""
        if self._window.workbench is not None:
            panel = self._window.workbench.side_panel
            panel.show_glossary(not self._on_top(self._window.workbench, panel.glossary))

    def _toggle(self, workbench: Workbench, pane: QWidget) -> None:
        workbench.side_panel.read(None if self._on_top(workbench, pane) else pane)

    def _on_top(self, workbench: Workbench, pane: QWidget) -> bool:
        """Whether a pane is on show beside the canvas, where there is a canvas: beside data nothing can be read."""
        if workbench.workspace == "data":
            self._window.show_workspace("network")
        return workbench.side_panel.isVisible() and workbench.side_panel.currentWidget() is pane

    def _layer(self, link: Link) -> str:
        workbench, session = self._window.workbench, self._window.session
        if workbench is None or session is None:
            return ""
        if not finds_layer(session.document.network, link.target):
            return f"There is no layer “{link.target}” in this network any more."
        if workbench.workspace == "data":
            self._window.show_workspace("network")
        *path, last = link.target.split("/")
        with workbench.side_panel.held():
            workbench.dive(path, last)
        return ""

    def _workspace(self, link: Link) -> str:
        if link.target not in WORKSPACES:
            return f"There is no workspace “{link.target}”: there are {', '.join(WORKSPACES)}."
        self._window.show_workspace(link.target)
        return ""

    def _understand(self, link: Link) -> str:
        from widgets.understand.understand_panel import UnderstandPanel

        self._window.show_workspace("understand")
        panel = self._window.workbench.panel("understand") if self._window.workbench is not None else None
        if isinstance(panel, UnderstandPanel) and not panel.show_slug(link.target):
            return f"Understand has no tab “{link.target}” for this network."
        return ""

    def _command(self, link: Link) -> str:
        if link.target not in COMMANDS:
            return f"A page cannot run the command “{link.target}”."
        commands = self._window.commands
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
        self._window.files.open(path)
        return ""

    def _lesson(self, link: Link) -> str:
        self._window.open_lesson(link.target)
        return ""

    def _web(self, link: Link) -> str:
        QDesktopServices.openUrl(QUrl(link.target))
        return ""
