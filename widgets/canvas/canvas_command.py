"""The registry of canvas commands: menus, keys and the command finder derive from it.

A module of `widgets.canvas.commands` adds a command by decorating a function with `command`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, Flag, auto
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from widgets.canvas.canvas_context import CanvasContext

Run = Callable[[CanvasContext], object]
Test = Callable[[CanvasContext], bool]


class Group(Enum):
    """Commands that stand together in menus, parted from the others by lines; in the order of context menus."""

    HELP = (0, "")
    ADD = (1, "Network")
    EDIT = (2, "Edit")
    LAYER = (3, "Network")
    BLOCK = (4, "Network")
    ANNOTATE = (5, "Edit")
    FOLLOW = (6, "Edit")
    ALIGN = (7, "Arrange")
    DISTRIBUTE = (8, "Arrange")
    LAYOUT = (9, "Arrange")
    VIEW = (10, "View")
    KEYS = (11, "")

    @property
    def menu(self) -> str:
        """The window's menu in which the group stands; empty for none."""
        return self.value[1]


class ContextMenu(Flag):
    """Context menus in which a command stands."""

    NONE = 0
    GROUND = auto()
    CARD = auto()
    SEVERAL = auto()
    """The part of a card's menu that is about several selected cards."""


@dataclass(frozen=True)
class CanvasCommand:
    """One command of the canvas."""

    id: str
    title: str
    """What menus and the page of keys call it; may be empty where it has keys only."""
    run: Run
    """Does it; refuses by a `NetloomError`."""
    keys: tuple[str, ...] = ()
    """Keys as Qt writes them, such as ``Ctrl+D``; menus show the first."""
    group: Group = Group.KEYS
    """Its place in menus."""
    context: ContextMenu = ContextMenu.NONE
    when: Test | None = None
    """Whether a context menu offers it."""
    needs_layers: bool = False
    """Whether it is about selected layers."""
    everywhere: bool = False
    """Whether its keys also work where another part of the window has the keyboard."""
    icon: str = ""
    checked: Test | None = None
    """Makes it a switch: whether it is on."""


_registered: dict[str, CanvasCommand] = {}


def command(
    title: str,
    *keys: str,
    id: str = "",
    group: Group = Group.KEYS,
    context: ContextMenu = ContextMenu.NONE,
    when: Test | None = None,
    needs_layers: bool = False,
    everywhere: bool = False,
    icon: str = "",
) -> Callable[[Run], Run]:
    """Register a function as a command of the canvas, called by its name unless ``id`` gives another."""

    def register(run: Run) -> Run:
        name = id or run.__name__
        _registered[name] = CanvasCommand(name, title, run, keys, group, context, when, needs_layers, everywhere, icon)
        return run

    return register


def switch(checked: Test) -> Callable[[Run], Run]:
    """Make the command that a function was registered as a switch, which is on where ``checked``."""

    def register(run: Run) -> Run:
        for name, each in _registered.items():
            if each.run is run:
                _registered[name] = replace(each, checked=checked)
        return run

    return register


@cache
def canvas_commands() -> dict[str, CanvasCommand]:
    """All commands by id; in the order of their groups and, within a group, in which they are written down."""
    from widgets.canvas import commands

    for module in sorted(module.name for module in iter_modules(commands.__path__)):
        import_module(f"{commands.__name__}.{module}")
    return dict(sorted(_registered.items(), key=lambda item: item[1].group.value))
