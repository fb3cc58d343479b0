"""The keys, and what wires look like, as a page of the guide, made from the registries of actions and commands."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QKeySequence

from app.system.guide_pages import GuidePage
from widgets.canvas.canvas_command import canvas_commands
from widgets.canvas.wire_painter import LEGEND
from widgets.shell.action_registry import MENUS, discover

ID, TITLE = "keys", "Keys and wires"
INTRODUCTION = (
    "Everything has a key or can be found by *Find a command…*. Single letters act while the canvas has the keyboard."
)
WIRES = "Colour and stroke say what flows along a wire; point at one to read its shape."
Row = tuple[str, tuple[str, ...]]


def keys_page() -> GuidePage:
    """All keys, by menu; what has none is left out."""
    parts = [f"# {TITLE}", INTRODUCTION]
    parts += [f"## {menu}\n\n{_table(rows)}" for menu, rows in _by_menu() if rows]
    parts.append(f"## Wires on the canvas\n\n{WIRES}\n\n{_legend()}")
    return GuidePage(ID, TITLE, "\n\n".join(parts) + "\n")


def _legend() -> str:
    lines = [f"| {looks} | {carried} |" for looks, carried in LEGEND.values()]
    return "\n".join(("| wire | carries |", "|---|---|", *lines))


def _by_menu() -> Iterator[tuple[str, list[Row]]]:
    actions, commands = discover(), canvas_commands().values()
    for menu in MENUS:
        rows = [(action.title, action.keys) for action in actions if action.menu == menu and action.keys]
        rows += [(each.title, each.keys) for each in commands if each.group.menu == menu and each.keys]
        yield menu, rows
    rest = [(_words(each.title, each.id), each.keys) for each in commands if not each.group.menu and each.keys]
    yield "On the canvas", rest


def _words(title: str, id: str) -> str:
    return title or id.replace("_", " ").capitalize()


def _table(rows: list[Row]) -> str:
    by_title: dict[str, tuple[str, ...]] = {}
    for title, keys in rows:
        by_title[title] = (*by_title.get(title, ()), *keys)
    lines = [f"| {title.removesuffix('…')} | {_names(keys)} |" for title, keys in by_title.items()]
    return "\n".join(("| what | keys |", "|---|---|", *lines))


def _names(keys: tuple[str, ...]) -> str:
    """Keys as this system writes them."""
    written = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText).replace("|", "\\|") for key in keys]
    return " or ".join((", ".join(written[:-1]), written[-1]) if written[1:] else written)
