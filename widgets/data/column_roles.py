"""What each column of a table is for, read from a source's settings and written back to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.data.readers.likely_roles import likely_target
from app.data.sources.sequences import Sequences
from app.data.sources.series import Series
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.sources.texts import Text
from app.protocol.data_values import Column, ColumnType

ROLES = ("order", "group", "parts", "sequence")
TITLES = {"order": "time", "group": "group", "parts": "part", "sequence": "sequence"}


@dataclass(frozen=True)
class Pick:
    """One column: what was found in it, whether the network sees it, whether it is predicted.

    ``why`` says why it cannot be ticked, empty where it can; ``role`` is another use of it, such as ``time``.
    """

    column: Column
    used: bool
    target: bool
    why: str = ""
    role: str = ""


def picks(source: Source, columns: Sequence[Column]) -> list[Pick]:
    """What each of ``columns`` is for by the settings of ``source``."""
    if not columns:
        return []
    targets = targets_of(source, columns)
    used = used_by(source, columns)
    picked = []
    for column in columns:
        why = _why(source, column, column.name in targets)
        picked.append(
            Pick(column, column.name in used and not why, column.name in targets, why, _role(source, column.name))
        )
    return picked


def targets_of(source: Source, columns: Sequence[Column]) -> list[str]:
    """The columns that are predicted; the likeliest where none is named."""
    named: str = getattr(source, "target", "")
    names = [column.name for column in columns]
    if named in names:
        return [named]
    if named:
        return [column for column in (part.strip() for part in named.split(",")) if column in names]
    if isinstance(source, Series):
        numbers = _numbers(source, columns)
        return numbers[-1:]
    if isinstance(source, Sequences):
        return []
    ignored: tuple[str, ...] = getattr(source, "ignore", ())
    return [name for name in [likely_target(tuple(column for column in columns if column.name not in ignored))] if name]


def used_by(source: Source, columns: Sequence[Column]) -> set[str]:
    """The columns that the network sees."""
    if isinstance(source, Series):
        return set(source.columns or _numbers(source, columns)) | set(targets_of(source, columns))
    if isinstance(source, Sequences):
        return set(source.columns or _numbers(source, columns))
    if not isinstance(source, Table):
        return {getattr(source, "column", "")}
    ignored = source.ignore
    targets = targets_of(source, columns)
    return {column.name for column in columns if column.name not in ignored and column.name not in targets}


def use(source: Source, columns: Sequence[Column], name: str, wanted: bool) -> Source:
    """``source`` with the column ``name`` seen by the network, or left out.

    Raises
    ------
    NetloomError
        if the source refuses.
    """
    names = [column.name for column in columns]
    if isinstance(source, Text):
        return source.changed(column=name) if wanted else source
    if isinstance(source, Series | Sequences):
        seen = used_by(source, columns) | {name} if wanted else used_by(source, columns) - {name}
        kept = tuple(column for column in names if column in seen)
        return source.changed(columns=() if list(kept) == _numbers(source, columns) else kept)
    if isinstance(source, Table):
        left = set(source.ignore) - {name} if wanted else {*source.ignore, name}
        return source.changed(ignore=tuple(column for column in names if column in left))
    return source


def aim(source: Source, columns: Sequence[Column], name: str, several: bool) -> Source:
    """``source`` with the column ``name`` as its target; with ``several``, taken to the others or from them.

    Raises
    ------
    NetloomError
        if the source refuses.
    """
    targets = targets_of(source, columns)
    if not several or not isinstance(source, Table):
        names = [name]
    elif name in targets:
        names = [target for target in targets if target != name] or targets
    else:
        names = [*targets, name]
    if not isinstance(source, Table):
        return source.changed(target=name)
    return source.changed(
        target=", ".join(names), ignore=tuple(target for target in source.ignore if target not in names)
    )


def _numbers(source: Series | Sequences, columns: Sequence[Column]) -> list[str]:
    """The columns of numbers that a series, or a sequence, sees where none are named."""
    label = (source.sequence, source.target) if isinstance(source, Sequences) else ()
    apart = (*_named(source.order, [column.name for column in columns]), source.group, *label)
    return [column.name for column in columns if column.type is ColumnType.NUMBER and column.name not in apart]


def _role(source: Source, name: str) -> str:
    return next((TITLES[role] for role in ROLES if name in _named(getattr(source, role, ""), [name])), "")


def _named(setting: str, names: Sequence[str]) -> list[str]:
    """The columns that a setting lists: one, or several with commas between them."""
    return [setting] if setting in names else [part.strip() for part in setting.split(",")]


def _why(source: Source, column: Column, target: bool) -> str:
    """Why a column cannot be ticked or unticked."""
    if target:
        return "It is what the network predicts"
    if column.type is ColumnType.EMPTY:
        return "It is empty"
    role = _role(source, column.name)
    if role:
        return f"It says the {role} of each row"
    if isinstance(source, Series | Sequences) and column.type is not ColumnType.NUMBER:
        return "A series is made of numbers"
    if isinstance(source, Text) and column.type not in (ColumnType.TEXT, ColumnType.CATEGORY):
        return "It holds no text"
    if isinstance(source, Table) and column.type is ColumnType.TEXT:
        return "A table has no use for free text; open the file as text for that"
    if isinstance(source, Table) and column.type is ColumnType.DATE and source.dates != "calendar":
        return "Dates are left out; set “dates” to calendar to use them"
    return "" if isinstance(source, Table | Series | Sequences | Text) else "It cannot be chosen for this kind of data"
