"""The runs as a table model: read one folder at a time between other events, so that the window never waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from app.protocol.events import Epoch, TrainingProgress
from app.training.run_labels import ProjectKey, move_run, write_labels
from graph.errors import NetloomError
from widgets.look.plain_text import plain_tip
from widgets.look.swatch import swatch_icon
from widgets.look.terms import definition
from widgets.look.theme import ThemeSource
from widgets.training.run_changes import (
    age,
    line_of,
    progress_text,
    project_name,
    tip_of,
    with_epoch,
)
from widgets.training.run_columns import DATE, NAME, NARROW, STATUS, TAGS, Column, in_order, wide
from widgets.training.run_entries import RunEntry, read_entry, rename_run, run_name, stamp
from widgets.training.run_scope import RunScope

SLICE = 0.006
"""Seconds that folders of other projects are looked at before other events have their turn."""
Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole
CHANGES = ROLE.UserRole
"""What differs between a run and the one before it, in a line."""
NEWEST_FIRST: tuple[Column, bool] = (DATE, True)
"""How runs are sorted until a person sorts them."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RunModel(QAbstractTableModel):
    """Runs, the newest first unless sorted otherwise. A run that is ticked has its curves, in the hue of its swatch.

    Listed are the runs of the open project, or on request of all. `ticked(path, on)` follows the check boxes,
    `renamed(old, new)` a change of name, `reading_begun` says that there is something to read, `settled` that all is
    read, `failed` what could not be done.
    ``busy`` is the run in progress, which is neither renamed nor deleted; ``scope`` says whose runs are listed.
    """

    ticked = Signal(object, bool)
    renamed = Signal(object, object)
    reading_begun = Signal()
    settled = Signal()
    failed = Signal(str)

    def __init__(self, source: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.entries: list[RunEntry] = []
        self._stamps: dict[Path, tuple[int, int, int]] = {}
        self._hues: dict[Path, int] = {}
        self._kept_hues: dict[str, int] = {}
        self._unread: list[Path] = []
        self.busy: Path | None = None
        self.columns: Sequence[Column] = NARROW
        self.edits = NAME  # what an editor over a run's name edits: that, or a label that has no column here
        self._order = NEWEST_FIRST
        self._is_wide = False
        self._curves_read: frozenset[Path] = frozenset()
        self.scope = RunScope()
        self._reader = QTimer(self, interval=0)
        self._reader.timeout.connect(self._read_next)
        self.settled.connect(self._lay_columns)

    # Runs

    def refresh(self, folder: Path | None = None) -> None:
        """Look at the folder of runs again; what is new or changed is read soon, of the open project alone."""
        self.scope.folder = folder
        folders = self.scope.folders()
        for row in reversed(range(len(self.entries))):
            path = self.entries[row].path
            if path not in folders or not self.scope.lists(path):
                self._drop(row)
        self._unread = [path for path in folders if self._stamps.get(path) != stamp(path)]
        self.rename_project(self.scope.key)  # runs that came or went may have others called alike, or no longer
        if self._unread:
            self._reader.start()
            self.reading_begun.emit()
        else:
            self.settled.emit()

    def refresh_again(self) -> None:
        """Look again at the folder that was looked at last."""
        self.refresh(self.scope.folder)

    def up_to_date(self, path: Path) -> RunEntry:
        """The line of a run as its folder is now, read again only where that was written to since."""
        row = self.row_of(path)
        if row is None or self._stamps.get(path) != stamp(path):
            return read_entry(path, self.scope.key)
        return self.entries[row]

    @property
    def is_reading(self) -> bool:
        """Whether runs are still being read, or looked at."""
        return bool(self._unread)

    def show_project(self, key: ProjectKey) -> None:
        """List the runs of another project; none of the one before stays listed or ticked."""
        self._unread.clear()
        for row in reversed(range(len(self.entries))):
            self._drop(row)
        for path in tuple(self._hues):
            self.tick(path, False)
        self.scope.key, self.scope.all_projects = key, False

    def rename_project(self, key: ProjectKey) -> None:
        """The open project has another name, after which its runs are called."""
        self.scope.key = key
        for entry in tuple(self.entries):  # another name may take it to another row
            name = run_name(entry.path, entry.owner, key)
            if name != entry.name:
                self._put(replace(entry, name=name), self.row_of(entry.path))
                self.renamed.emit(entry.path, entry.path)

    def show_all_projects(self, wanted: bool) -> None:
        """List the runs of every project, or those of the open one alone."""
        self.scope.all_projects = wanted
        self.refresh_again()

    def read_all(self) -> None:
        """Read what `refresh` has left for later, now."""
        while self._unread:
            self._read_next()

    def entry(self, row: int) -> RunEntry:
        """The run in ``row``."""
        return self.entries[row]

    def row_of(self, path: Path) -> int | None:
        """The row of a run, None if it is not listed."""
        return next((row for row, entry in enumerate(self.entries) if entry.path == path), None)

    def latest(self) -> RunEntry | None:
        """The latest run of the open project that can be used, None where there is none."""
        usable = (entry for entry in self.entries if not entry.problem and self.scope.is_own(entry.path))
        return max(usable, key=age, default=None)

    # Hues

    def hue(self, path: Path) -> int | None:
        """The index of a ticked run's hue, None where it is not ticked."""
        return self._hues.get(path)

    def tick(self, path: Path, on: bool, hue: int | None = None) -> None:
        """Tick a run or not; it gets this ``hue``, or the one that it had, if that is free, else the first that is."""
        if on == (path in self._hues):
            return
        if on:
            kept = self._kept_hues.get(path.name) if hue is None else hue
            wanted = (kept, *range(10_000)) if kept is not None else range(10_000)
            self._hues[path] = next(number for number in wanted if number not in self._hues.values())
            self._kept_hues[path.name] = self._hues[path]
        else:
            del self._hues[path]
        self._touch_row(path)
        self.ticked.emit(path, on)

    def keep_hues(self, hues: Mapping[str, int]) -> None:
        """Give runs, by the names of their folders, the hues that they had when they are ticked again."""
        self._kept_hues |= hues

    @property
    def shown(self) -> Mapping[Path, int]:
        """The ticked runs in the order in which they were ticked, with their hues."""
        return dict(self._hues)

    # What changes a run

    def on_progress(self, path: Path, progress: TrainingProgress, epochs: int) -> None:
        """Say how far the run in progress is."""
        self._change(path, lambda entry: replace(entry, progress=progress_text(progress, epochs)))

    def on_epoch(self, path: Path, epoch: Epoch) -> None:
        """Take the metrics of an epoch of the run in progress."""
        self._change(path, lambda entry: with_epoch(entry, epoch))

    def _label(self, path: Path, notes: str | None, tags: Sequence[str] | None) -> str:
        """Write notes or tags on a run; returns why they cannot be written, or nothing."""
        row = self.row_of(path)
        if row is None:
            return ""
        labels = self.entries[row].labels.changed(notes, tags)
        try:
            write_labels(path, labels)
        except NetloomError as error:
            return str(error)
        self._change(path, lambda entry: replace(entry, labels=labels))
        return ""

    def move(self, paths: Sequence[Path], project: str) -> None:
        """Have runs belong to another project."""
        for path in paths:
            self._try(partial(move_run, path, project))
        self.refresh_again()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except NetloomError as error:
            self.failed.emit(str(error))

    def _change(self, path: Path, change: Callable[[RunEntry], RunEntry]) -> None:
        if (row := self.row_of(path)) is not None and (changed := change(self.entries[row])) != self.entries[row]:
            self._put(changed, row)

    def show_reading(self, paths: Iterable[Path]) -> None:
        """Say of these runs that their curves are being read."""
        before, self._curves_read = self._curves_read, frozenset(paths)
        for path in before ^ self._curves_read:
            self._touch_row(path)

    # Columns and order

    def show_wide(self, wanted: bool) -> None:
        """Show every metric and every setting that differs, or what a narrow list has room for."""
        self._is_wide = wanted
        self._lay_columns()

    @property
    def is_wide(self) -> bool:
        """Whether all columns are shown."""
        return self._is_wide

    def _lay_columns(self) -> None:
        columns = wide(self.entries, project_name if self.scope.all_projects else None) if self._is_wide else NARROW
        if [column.title for column in columns] != [column.title for column in self.columns]:
            self.beginResetModel()
            self.columns = columns
            self.endResetModel()

    @property
    def order(self) -> tuple[int, Qt.SortOrder]:
        """The column by which runs are sorted, -1 where it is not shown, and the direction."""
        column, descending = self._order
        titles = [each.title for each in self.columns]
        at = titles.index(column.title) if column.title in titles else -1
        return at, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; what has nothing in it comes last."""
        if 0 <= column < len(self.columns):
            self._order = self.columns[column], order == Qt.SortOrder.DescendingOrder
            self._rearrange()
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def _rearrange(self) -> None:
        column, descending = self._order
        wanted = in_order(sorted(self.entries, key=age, reverse=True), column, descending=descending)
        if [entry.path for entry in wanted] == [entry.path for entry in self.entries]:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        paths = [self.entries[index.row()].path for index in before]
        self.entries = wanted
        rows = {entry.path: row for row, entry in enumerate(wanted)}
        after = [self.index(rows[path], index.column()) for path, index in zip(paths, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == ROLE.ToolTipRole:
            return plain_tip(" ".join(filter(None, (column.help or definition(column.title), "Click to sort."))))
        if role == ROLE.TextAlignmentRole and column.right:
            return RIGHT
        if role != ROLE.DisplayRole:
            return None
        by, descending = self._order
        arrow = (" ↓" if descending else " ↑") if by.title == column.title and self._order is not NEWEST_FIRST else ""
        return column.heading + arrow

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be ticked, and edited unless the run is in progress; notes and tags can always be edited."""
        flags = super().flags(index)
        column, busy = self.columns[index.column()], self.entries[index.row()].path == self.busy
        if column is NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if column.editable and not (column is NAME and self.edits is NAME and busy):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        """What a cell shows, as Qt asks for it."""
        entry, column = self.entries[index.row()], self.columns[index.column()]
        named = column is NAME
        match role:
            case ROLE.DisplayRole | ROLE.EditRole:
                return self._text(entry, self.edits if named and role == ROLE.EditRole else column)
            case ROLE.CheckStateRole if named:
                return Qt.CheckState.Checked if entry.path in self._hues else Qt.CheckState.Unchecked
            case ROLE.DecorationRole if named and entry.path in self._hues:
                return swatch_icon(self._source.theme.run(self._hues[entry.path]))
            case ROLE.ForegroundRole if entry.problem:
                return self._source.theme.error
            case ROLE.ToolTipRole:
                return plain_tip(entry.problem or "\n".join(tip_of(self.entries, entry)))
            case ROLE.TextAlignmentRole if column.right:
                return RIGHT
            case _ if role == CHANGES and named:
                return line_of(self.entries, entry)
        return None

    def setData(self, index: Index, value: Any, role: int = ROLE.EditRole) -> bool:
        if role == ROLE.CheckStateRole:
            self.tick(self.entries[index.row()].path, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role != ROLE.EditRole:
            return False
        refusal = self.take(index, str(value).strip())
        if refusal:
            self.failed.emit(refusal)
        return not refusal

    def take(self, index: Index, text: str) -> str:
        """Take over what was typed into a cell: a name, notes or tags; returns why it is refused, or nothing."""
        if not index.isValid():
            return ""
        entry, column = self.entries[index.row()], self.columns[index.column()]
        column = self.edits if column is NAME else column
        if column is NAME:
            return self._rename(entry, text) if text not in ("", entry.name) else ""
        tags = [tag.strip() for tag in text.split(",") if tag.strip()] if column.title == TAGS else None
        return self._label(entry.path, text if tags is None else None, tags)

    # Inside

    def _text(self, entry: RunEntry, column: Column) -> str:
        if column.title == STATUS and entry.path == self.busy and not entry.progress:
            return "in progress"
        if column.title == STATUS and entry.path in self._curves_read:
            return "reading…"
        return column.cell(entry)

    def _rename(self, entry: RunEntry, name: str) -> str:
        try:
            new = rename_run(entry.path, name)
        except NetloomError as error:
            return str(error)
        if entry.path in self._hues:
            self._hues[new] = self._hues.pop(entry.path)
            self._kept_hues[new.name] = self._hues[new]
        self._stamps.pop(entry.path, None)
        self._read(new, self.row_of(entry.path))
        self.renamed.emit(entry.path, new)
        return ""

    def _read_next(self) -> None:
        """Read one run; runs of other projects are only looked at, so that many of them cost little."""
        end = perf_counter() + SLICE
        while self._unread:
            path = self._unread.pop(0)
            if path.is_dir() and self.scope.lists(path):
                self._read(path, self.row_of(path))
                break
            if perf_counter() > end:
                break
        if not self._unread:
            self._reader.stop()
            self.settled.emit()

    def _read(self, path: Path, row: int | None) -> None:
        self._stamps[path] = stamp(path)  # before it is read: what is written meanwhile is read the next time
        self._put(read_entry(path, self.scope.key), row)

    def _put(self, entry: RunEntry, row: int | None) -> None:
        if row is not None:
            self.entries[row] = entry
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))
        else:
            self.beginInsertRows(QModelIndex(), len(self.entries), len(self.entries))
            self.entries.append(entry)
            self.endInsertRows()
        self._rearrange()

    def _drop(self, row: int) -> None:
        self.tick(self.entries[row].path, False)
        self.beginRemoveRows(QModelIndex(), row, row)
        self._stamps.pop(self.entries.pop(row).path, None)
        self.endRemoveRows()

    def _touch_row(self, path: Path) -> None:
        if (row := self.row_of(path)) is not None:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))
