"""Undo and redo whose effect is out of sight: a notice says what was taken back, with the way to have it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF

from graph.changes import AnnotationSet, LayerAdded, LayerMarked, LayerMoved, LayerRemoved, LayerSet, SectionSet
from widgets.shell.banners import Notice

if TYPE_CHECKING:
    from graph.document import Commit
    from widgets.shell.context import Context

KEY = "undone"
LONGEST = 24
"""Letters of a value that is named."""
SECTIONS = {"data": "data", "plan": "train", "start": "train", "sweep": "train", "hints": "network"}
"""The workspaces in which sections of a project are seen."""


def undo(context: Context) -> None:
    """Take the last edit back, and say so where it is not seen."""
    _go(context, back=True)


def redo(context: Context) -> None:
    """Do again what was taken back last, and say so where it is not seen."""
    _go(context, back=False)


def _go(context: Context, *, back: bool) -> None:
    document, heard = context.session.document, list["Commit"]()
    before = len(document.undo_names), len(document.redo_names)
    stop = document.subscribe(heard.append)
    try:
        document.undo() if back else document.redo()
    finally:
        stop()
    context.withdraw(KEY)
    if not heard or in_sight(context, heard[0]):
        return
    stands = len(document.undo_names), len(document.redo_names)
    again = ("Redo", partial(redo, context)) if back else ("Undo", partial(undo, context))
    possible = stands[1] > before[1] if back else stands[0] > before[0]

    def holds() -> bool:
        now = context.session.document
        return now is document and (len(now.undo_names), len(now.redo_names)) == stands

    text = f"{'Undone' if back else 'Redone'}: {told(heard[0])}."
    context.say(Notice(text, "info", (again,) if possible else (), KEY, of_project=True, holds=holds))


def told(commit: Commit) -> str:
    """What an edit is called, as it goes on in a sentence, with the one value that it changes: before, and now."""
    name = commit.name
    if name[1:2].islower():
        name = name[0].lower() + name[1:]
    changed = list(_changed(commit))
    if len(changed) != 1 or any(len(_value(value)) > LONGEST for value in changed[0]):
        return name
    before, after = changed[0]
    return f"{name}, {_value(before)} to {_value(after)}"


def _changed(commit: Commit) -> Iterator[tuple[object, object]]:
    """The values that differ, as they were before the commit and as they are behind it."""
    pairs = dict[tuple[str, str], tuple[Mapping[str, Any], Mapping[str, Any]]]()
    for change in commit.changes:
        if isinstance(change, SectionSet):
            key, old, new = ("section", change.section), _section(change, change.old), _section(change, change.new)
        elif isinstance(change, LayerSet) and type(change.old) is type(change.new):
            key, old, new = ("layer", change.id), change.old.values(), change.new.values()
        else:
            yield from ((change, change), (change, change))  # not one value
            return
        pairs[key] = (pairs[key][0] if key in pairs else old), new
    for old, new in pairs.values():
        yield from _leaves(old, new)


def _section(change: SectionSet, value: object) -> Mapping[str, Any]:
    """The values of a section, those of a plan with what holds where nothing is said."""
    said = value if isinstance(value, Mapping) else {}
    if change.section != "plan":
        return said
    from app.training.plan import Plan

    return {**Plan().values(), **said}


def _leaves(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _leaves(before, after)
        elif before != after:
            yield before, after


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple | list) and all(isinstance(part, int | float) for part in value):
        return " × ".join(map(str, value)) or "none"
    if isinstance(value, int | float | str):
        return str(value) or "none"
    return "none" if value is None else " " * (LONGEST + 1)


# Where it is seen


def in_sight(context: Context, commit: Commit) -> bool:
    """Whether a person sees what a commit has changed: its card, or the workspace in which such things are set."""
    workspace = context.workbench.workspace
    sections = {change.section for change in commit.changes if isinstance(change, SectionSet)}
    drawn = [change for change in commit.changes if not isinstance(change, SectionSet)]
    if "description" in sections and context.workbench.description.isVisible():
        return True
    if not commit.changes:  # a deed beside the document, such as a run that was deleted
        return workspace == "train"
    seen = {SECTIONS.get(section, "") for section in sections} | ({"network"} if drawn else set())
    return workspace in seen and (workspace != "network" or _cards_in_view(context, commit))


def _cards_in_view(context: Context, commit: Commit) -> bool:
    """Whether one of the cards that a commit touches is in view on the canvas, or it touches none."""
    canvas = context.workbench.canvas
    port = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    places = [*_places(context, commit)]
    return not places or any(port.contains(place) for place in places)


def _places(context: Context, commit: Commit) -> Iterator[QPointF]:
    """Where the touched cards stand, or stood, in the scene."""
    cards = context.workbench.canvas.board.cards
    for change in commit.changes:
        if isinstance(change, LayerAdded | LayerRemoved):
            yield QPointF(*change.node.position)
        elif isinstance(change, LayerMoved | AnnotationSet):
            continue  # the view follows no mere move
        elif isinstance(change, LayerSet | LayerMarked):
            id_ = change.id if isinstance(change, LayerSet) else change.new.id
            if id_ in cards:
                yield cards[id_].rect.center()
