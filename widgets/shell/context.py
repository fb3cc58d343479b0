"""What the parts of the window and its actions share: the `Context`, which each of them takes instead of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QWidget

    from widgets.look.theme import ThemeSource
    from widgets.shell.banners import Notice
    from widgets.shell.preferences import Memory, Preferences
    from widgets.shell.project_session import ProjectSession
    from widgets.shell.workbench import Workbench

P = TypeVar("P")
MAY_MEASURE = "mayMeasureMachine"
"""The property of the application by which a window has this machine measured while nothing is trained."""


class Commands(Protocol):
    """The actions of the window, by their ids."""

    def __getitem__(self, id: str, /) -> QAction: ...

    def __iter__(self) -> Iterator[QAction]: ...

    def refresh(self) -> None:
        """Bring titles, switches and availability up to date."""


class Context(Protocol):
    """One window, as its parts see it.

    Session and workbench are built after the first paint; who asks for them before makes them be built at once.
    """

    @property
    def preferences(self) -> Preferences:
        """The preferences in force."""

    @property
    def memory(self) -> Memory:
        """What the window remembers between starts."""

    @property
    def themes(self) -> ThemeSource:
        """The theme in force, and its changes."""

    @property
    def commands(self) -> Commands:
        """Every action."""

    @property
    def ready(self) -> bool:
        """Whether session and workbench are built."""

    @property
    def session(self) -> ProjectSession:
        """The open project."""

    @property
    def workbench(self) -> Workbench:
        """The canvas and what stands around it."""

    @property
    def working(self) -> bool:
        """Whether the project is on show, and not the start page."""

    @property
    def asking(self) -> bool:
        """Whether a question stands over the window, which is to be answered before anything else is done."""

    @property
    def panes(self) -> tuple[QWidget, ...]:
        """The panes on show, between which F6 moves the keyboard."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the banners say at present."""

    def window(self) -> QWidget:
        """The widget that is the parent of dialogs."""

    def part(self, kind: Callable[[Context], P]) -> P:
        """The window's only instance of a class, which is made with this context at its first use."""

    def require(self, stage: str) -> None:
        """Build what is still to be built up to a stage: ``workbench``, ``training``, ``data`` or ``understand``."""

    def at_close(self, call: Callable[[], object]) -> None:
        """Have something ended when the window closes."""

    def say(self, notice: Notice) -> None:
        """Tell something in a banner; one with the same key gives way."""

    def withdraw(self, *keys: str) -> None:
        """Take banners away."""

    def show_start(self) -> None:
        """Show the start page; the project stays open behind it."""

    def show_lessons(self) -> None:
        """Show the lessons on the start page."""

    def open_lesson(self, lesson: str | Path) -> None:
        """Begin a lesson that ships, by its id, or one from a file."""

    def show_workbench(self, workspace: str = "") -> None:
        """Show the whole network in the workspace named, or what was in view in the last one."""

    def show_workspace(self, name: str) -> None:
        """Show ``data``, ``network``, ``train`` or ``understand``."""

    def turn_to(self, name: str) -> None:
        """Show a workspace that was asked for, with the keys on its main part unless one is typing."""

    def show_page(self, page: QWidget) -> None:
        """Show a page for a while in place of everything below the bar."""

    def leave_page(self, page: QWidget) -> None:
        """Take that page away; what was on show before comes back, unless something else is shown already."""

    def refresh(self) -> None:
        """Bring title, status line and actions up to date."""
