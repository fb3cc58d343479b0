"""The runs as a table model: read one folder at a time between other events, so that the window never waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPixmap

from app.training import runs
from app.training.run_labels import Owner, ProjectKey, owner_of
from graph.errors import NetloomError
from widgets.look.terms import definition
from widgets.look.theme import ThemeSource
from widgets.training.metric_text import with_title
from widgets.training.run_entries import (
    NO_PROJECT,
    RunEntry,
    read_entry,
    rename_run,
    run_folders,
    run_name,
    stamp,
)

COLUMNS = ("Run", "Validation", "Test", "Epochs", "Status", "Date")
SLICE = 0.006
"""Seconds that folders of other projects are looked at before other events have their turn."""
SWATCH = 10
"""Side of the square in a run's hue, in pixels."""
Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole


class RunModel(QAbstractTableModel):
    """Runs, the newest first. A run that is ticked has its curves on the plots, in the hue of its swatch.

    Listed are the runs of the open project, or on request of all. `ticked(path, on)` follows the check boxes,
    `renamed(old, new)` a change of name, `settled` says that everything is read, `failed` what could not be done.
    ``busy`` is the run in progress, which is neither renamed nor deleted.
    """

    ticked = Signal(object, bool)
    renamed = Signal(object, object)
    settled = Signal()
    failed = Signal(str)

    def __init__(self, source: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._entries: list[RunEntry] = []
        self._stamps: dict[Path, tuple[int, int, int]] = {}
        self._hues: dict[Path, int] = {}
        self._unread: list[Path] = []
        self.busy: Path | None = None
        self._key, self._everything = NO_PROJECT, False
        self._owners: dict[Path, tuple[tuple[int, int, int], Owner]] = {}
        self._folder: Path | None = None
        self._reader = QTimer(self, interval=0)
        self._reader.timeout.connect(self._read_next)

    # Runs

    def refresh(self, folder: Path | None = None) -> None:
        """Look at the folder of runs again; what is new or changed is read soon, of the open project alone."""
        self._folder = folder
        folders = run_folders(folder or runs.runs_folder())
        for row in reversed(range(len(self._entries))):
            path = self._entries[row].path
            if path not in folders or not self._is_listed(path):
                self._drop(row)
        self._unread = [path for path in folders if self._stamps.get(path) != stamp(path)]
        if self._unread:
            self._reader.start()
        else:
            self.settled.emit()

    def show_project(self, key: ProjectKey) -> None:
        """List the runs of another project; none of the one before stays listed or ticked."""
        self._unread.clear()
        for row in reversed(range(len(self._entries))):
            self._drop(row)
        for path in tuple(self._hues):
            self.tick(path, False)
        self._key, self._everything = key, False

    def rename_project(self, key: ProjectKey) -> None:
        """The open project has another name, after which its runs are called."""
        self._key = key
        for row, entry in enumerate(self._entries):
            name = run_name(entry.path, entry.owner, key)
            if name != entry.name:
                self._put(replace(entry, name=name), row)
                self.renamed.emit(entry.path, entry.path)

    def show_all_projects(self, wanted: bool) -> None:
        """List the runs of every project, or those of the open one alone."""
        self._everything = wanted
        self.refresh(self._folder)

    def _is_listed(self, path: Path) -> bool:
        return self._everything or self.is_own(path)

    @property
    def all_projects(self) -> bool:
        """Whether runs of every project are listed."""
        return self._everything

    def is_own(self, path: Path) -> bool:
        """Whether a run belongs to the open project; without one all do."""
        if not self._key.id:
            return True
        kept, now = self._owners.get(path), stamp(path)
        if kept is None or kept[0] != now:
            kept = self._owners[path] = (now, owner_of(path))
        return kept[1].is_project(self._key)

    def read_all(self) -> None:
        """Read what `refresh` has left for later, now."""
        while self._unread:
            self._read_next()

    def entry(self, row: int) -> RunEntry:
        """The run in ``row``."""
        return self._entries[row]

    def row_of(self, path: Path) -> int | None:
        """The row of a run, None if it is not listed."""
        return next((row for row, entry in enumerate(self._entries) if entry.path == path), None)

    def latest(self) -> RunEntry | None:
        """The latest run of the open project that can be used, None where there is none."""
        usable = (entry for entry in self._entries if not entry.problem and self.is_own(entry.path))
        return max(usable, key=lambda entry: (entry.created, entry.path.name), default=None)

    # Hues

    def hue(self, path: Path) -> int | None:
        """The index of a ticked run's hue, None where it is not ticked."""
        return self._hues.get(path)

    def tick(self, path: Path, on: bool) -> None:
        """Tick a run or not; it gets the first hue that is free."""
        if on == (path in self._hues):
            return
        if on:
            self._hues[path] = next(number for number in range(10_000) if number not in self._hues.values())
        else:
            del self._hues[path]
        self._touch_row(path)
        self.ticked.emit(path, on)

    @property
    def shown(self) -> Iterable[Path]:
        """The ticked runs."""
        return tuple(self._hues)

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == ROLE.ToolTipRole:
            return definition(COLUMNS[section])
        return COLUMNS[section] if role == ROLE.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be ticked, and edited unless the run is in progress."""
        flags = super().flags(index)
        if index.column() == 0:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
            if self._entries[index.row()].path != self.busy:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        """What a cell shows, as Qt asks for it."""
        entry = self._entries[index.row()]
        match role:
            case ROLE.DisplayRole | ROLE.EditRole:
                return self._text(entry, index.column())
            case ROLE.CheckStateRole if index.column() == 0:
                return Qt.CheckState.Checked if entry.path in self._hues else Qt.CheckState.Unchecked
            case ROLE.DecorationRole if index.column() == 0 and entry.path in self._hues:
                return _swatch(self._source.theme.run(self._hues[entry.path]))
            case ROLE.ForegroundRole if entry.problem:
                return self._source.theme.error
            case ROLE.ToolTipRole:
                return entry.problem or f"{entry.name}\n{entry.path}"
            case ROLE.TextAlignmentRole if index.column() in (1, 2, 3):
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def setData(self, index: Index, value: Any, role: int = ROLE.EditRole) -> bool:
        entry = self._entries[index.row()]
        if role == ROLE.CheckStateRole:
            self.tick(entry.path, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == ROLE.EditRole and str(value).strip() not in ("", entry.name):
            return self._rename(entry, str(value))
        return False

    # Inside

    def _text(self, entry: RunEntry, column: int) -> str:
        if column == 0:
            return entry.name
        if column == 4:
            return "in progress" if entry.path == self.busy else entry.status
        if entry.problem:
            return ""
        known = {
            1: with_title(entry.metric, entry.best),
            2: with_title(entry.metric, entry.test),
            3: f"{entry.epoch} of {entry.epochs}",
        }
        return known.get(column, entry.created.partition("T")[0])

    def _rename(self, entry: RunEntry, name: str) -> bool:
        try:
            new = rename_run(entry.path, name)
        except NetloomError as error:
            self.failed.emit(str(error))
            return False
        if entry.path in self._hues:
            self._hues[new] = self._hues.pop(entry.path)
        self._stamps.pop(entry.path, None)
        self._put(read_entry(new, self._key), self.row_of(entry.path))
        self.renamed.emit(entry.path, new)
        return True

    def _read_next(self) -> None:
        """Read one run; runs of other projects are only looked at, so that many of them cost little."""
        end = perf_counter() + SLICE
        while self._unread:
            path = self._unread.pop(0)
            if path.is_dir() and self._is_listed(path):
                self._put(read_entry(path, self._key), self.row_of(path))
                break
            if perf_counter() > end:
                break
        if not self._unread:
            self._reader.stop()
            self.settled.emit()

    def _put(self, entry: RunEntry, row: int | None) -> None:
        self._stamps[entry.path] = stamp(entry.path)
        if row is not None:
            self._entries[row] = entry
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
            return
        place = next((at for at, known in enumerate(self._entries) if known.created < entry.created), self.rowCount())
        self.beginInsertRows(QModelIndex(), place, place)
        self._entries.insert(place, entry)
        self.endInsertRows()

    def _drop(self, row: int) -> None:
        path = self._entries[row].path
        self.tick(path, False)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._entries[row]
        self._stamps.pop(path, None)
        self.endRemoveRows()

    def _touch_row(self, path: Path) -> None:
        row = self.row_of(path)
        if row is not None:
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0))


def _swatch(color: QColor) -> QPixmap:
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(color)
    return picture
