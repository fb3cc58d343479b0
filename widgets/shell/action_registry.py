"""The registry of actions: menus, shortcuts, buttons and the command finder derive from what it discovers.

Each module of `widgets.shell.actions` lists its own in ``ACTIONS``. They are imported before the first paint, so they
import what is heavy only when an action runs.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from widgets.look import icons
from widgets.look.plain_text import caption, plain_tip
from widgets.shell import actions

if TYPE_CHECKING:
    from widgets.look.theme import Theme
    from widgets.shell.context import Context

MENUS = ("File", "Edit", "Network", "Arrange", "Train", "View", "Help")


@dataclass(frozen=True)
class Action:
    """One action. ``keys`` are shortcuts, the first of which menus show; ``checked`` makes it a switch.

    It stands in its menu behind the action ``after``, else behind the others of its module; ``divide`` draws a line
    above it. ``why`` says why it is not enabled, for the tips of its buttons. While a question stands over the window,
    only an action that is ``always`` there is carried out. The keys of an action ``on_canvas`` are answered by the
    canvas while it has the keyboard; as shortcuts of the window they would rob text fields of their letters.
    """

    id: str
    menu: str
    title: str
    call: Callable[[Context], object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    enabled: Callable[[Context], bool] | None = None
    named: Callable[[Context], str] | None = None
    checked: Callable[[Context], bool] | None = None
    on_canvas: bool = False
    divide: bool = False
    after: str = ""
    why: Callable[[Context], str] | None = None
    always: bool = False


def ready(context: Context) -> bool:
    """Whether there is a project to act on."""
    return context.ready


def selected(context: Context) -> bool:
    """Whether a layer is selected."""
    return context.ready and bool(context.workbench.selected)


@cache
def discover() -> tuple[Action, ...]:
    """Every action, in the order of the menus.

    Raises
    ------
    ValueError
        if two have the same id, or one is to stand behind an action that there is not.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(actions.__path__, f"{actions.__name__}."))
    return in_order(action for name in names for action in importlib.import_module(name).ACTIONS)


def in_order(registered: Iterable[Action]) -> tuple[Action, ...]:
    """The same actions, each behind the one that it is to follow."""
    every = list(registered)
    placed = [action for action in every if not action.after]
    waiting = [action for action in every if action.after]
    while waiting:
        ids = [action.id for action in placed]
        action = next((action for action in waiting if action.after in ids), None)
        if action is None:
            raise ValueError(f"{waiting[0].id} is to follow {waiting[0].after}, which there is not.")
        waiting.remove(action)
        placed.insert(ids.index(action.after) + 1, action)
    if len({action.id for action in placed}) < len(placed):
        raise ValueError("Two actions have the same id.")
    return tuple(sorted(placed, key=lambda action: MENUS.index(action.menu)))


class Actions(QObject):
    """The actions of one window: a `QAction` for each, all added to the window for their shortcuts."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window())
        self._context = context
        self._bound = {action.id: (action, self._bind(action)) for action in discover()}
        self._menus: dict[str, QMenu] = {}
        self._theme: Theme | None = None
        self.refresh()

    def add(self, more: Iterable[Action], above: Container[str] = ()) -> None:
        """Add actions of a part that is loaded after the first paint; in the menus ``above`` they come first."""
        bound = {action.id: (action, self._bind(action)) for action in more}
        first = {id: pair for id, pair in bound.items() if pair[0].menu in above}
        self._bound = first | self._bound | bound
        self._fill()
        if self._theme is not None:
            self.paint(self._theme)
        self.refresh()

    def __getitem__(self, id: str) -> QAction:
        return self._bound[id][1]

    def __iter__(self) -> Iterator[QAction]:
        return (bound for _, bound in self._bound.values())

    def _bind(self, action: Action) -> QAction:
        bound = QAction(action.title, self)
        bound.setObjectName(action.id)
        bound.setShortcuts([QKeySequence(keys) for keys in action.keys])
        bound.setCheckable(action.checked is not None)
        bound.triggered.connect(lambda: self.run(action))
        if action.on_canvas:
            bound.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        else:
            self._context.window().addAction(bound)
        return bound

    @property
    def always(self) -> tuple[str, ...]:
        """The shortcuts that act while a question stands."""
        return tuple(keys for action, _ in self._bound.values() if action.always for keys in action.keys)

    def run(self, action: Action) -> None:
        """Carry out an action; what is being typed is taken over first. A question is to be answered before."""
        if self._context.asking and not action.always:
            self.refresh()
            return
        if self._context.ready:
            self._context.workbench.commit_typing()
        action.call(self._context)
        self.refresh()

    def refresh(self) -> None:
        """Bring titles, switches and availability up to date."""
        for action, bound in self._bound.values():
            bound.setEnabled(action.enabled is None or action.enabled(self._context))
            if action.named is not None:
                title = action.named(self._context)  # of Undo, it names files
                bound.setText(caption(title))
                bound.setToolTip(plain_tip(title))
            if action.checked is not None:
                bound.setChecked(action.checked(self._context))
            if action.why is not None:
                why = "" if bound.isEnabled() else action.why(self._context)
                if why != bound.property("why"):
                    bound.setProperty("why", why)
                    bound.changed.emit()

    def paint(self, theme: Theme) -> None:
        """Give the actions their icons in the colours of ``theme``."""
        self._theme = theme
        for action, bound in self._bound.values():
            if action.icon:
                bound.setIcon(icons.icon(action.icon, theme))

    def menus(self, into: QMenu) -> list[QMenu]:
        """All menus, one below the other, as submenus of ``into``."""
        self._menus = {name: into.addMenu(name) for name in MENUS}
        self._fill()
        return list(self._menus.values())

    def _fill(self) -> None:
        for menu in self._menus.values():
            menu.clear()
        for action, bound in self._bound.values():
            if action.divide:
                self._menus[action.menu].addSeparator()
            self._menus[action.menu].addAction(bound)
