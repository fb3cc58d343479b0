"""The list of runs with what can be done with them: show curves, compare, rename, resume, export, move, delete."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QMenu,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QWidget,
)

from app.project.project_ids import KnownProject, known_projects
from app.system.number_format import counted, scaled
from app.training.runs import WEIGHTS
from graph.atomic_write import write_atomically
from graph.document import Document
from graph.errors import NetloomError
from widgets.look import file_dialogs
from widgets.look.floating import float_over
from widgets.look.flow import flow
from widgets.look.focus import within
from widgets.look.labels import Label, text_label
from widgets.look.layouts import Stretch, vbox
from widgets.look.menus import add_entry, give_menu
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.training.inline_notice import InlineNotice
from widgets.training.run_changes import project_name
from widgets.training.run_columns import LABELS, NAME, Column, as_rows, wide
from widgets.training.run_deletion import MENU, RunDeletion
from widgets.training.run_entries import RunEntry
from widgets.training.run_model import RunModel
from widgets.training.run_table import RunTable

EMPTY = "No runs of this project yet. Press Train: each is kept here, to be looked at, compared and continued."
SOON_MS = 200
"""Changes of runs that follow each other within this time cost one look at the widths of columns."""
MOST_PROJECTS = 15
"""Projects that a run can be moved to, as the menu offers them."""

MORE = "Train more"
"""What goes on with a run that has done all its epochs."""

TIPS = {
    "Resume": "Go on from where the run stopped",
    MORE: "The run has done all its epochs: train it for as many again",
    "Compare": "Show what differs between two runs, on the canvas and in figures: select two, or tick two",
    "Rename": "Give the run's folder another name (F2)",
    "Export": "Export the trained network",
    "Delete": "Delete the selected runs (Del); they can be put back",
    "More": "Notes, tags, folder, another project, deleted runs, and the table as a file",
}


class RunList(QWidget):
    """Runs in a table. `picked` carries the run that was chosen.

    `resume_wanted`, `start_wanted` and `export_wanted` carry the run that something is to be done with,
    `compare_wanted` carries two runs, the older first; `widened` says whether the table wants all the room;
    `last_wanted` carries the run that was the last one before a deletion that was taken back.
    """

    picked = Signal(object)
    resume_wanted = Signal(object)
    start_wanted = Signal(object)
    export_wanted = Signal(object)
    compare_wanted = Signal(object, object)
    widened = Signal(bool)
    last_wanted = Signal(object)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RunModel(source, self)
        self.table = RunTable(self.model, source, self)
        self.notice = InlineNotice(self)
        self.notice.pane = self
        self._deletion = RunDeletion(self.model, self.notice, self.select, self._staying_near)
        self._deletion.show_last = self.last_wanted.emit
        self.everything, self.wide = QCheckBox("All projects", self), QToolButton(self)
        self.back = QPushButton("Curves", self)
        self.usage, self.trash = (text_label(parent=self, look="faint") for _ in range(2))
        self._empty = Label(EMPTY, self)
        self._buttons: dict[str, QPushButton] = {}
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._refresh)
        self._lay_out()
        self._connect()
        self._refresh()

    def _connect(self) -> None:
        self.model.failed.connect(self.notice.say)
        for signal in (self.model.rowsInserted, self.model.dataChanged):
            signal.connect(self._refresh_soon)
        self.model.settled.connect(self._deletion.look)
        for signal in (self.model.rowsRemoved, self.model.settled):
            signal.connect(self._refresh)
        selection = self.table.selectionModel()
        selection.currentRowChanged.connect(self._on_current)
        selection.selectionChanged.connect(lambda *_: self._enable())
        self.model.ticked.connect(lambda *_: self._enable())
        self.table.customContextMenuRequested.connect(self._show_menu)
        # PySide obeys the context only where no slot is given beside it.
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table, context=_HERE)
        delete.activated.connect(self.delete_selected)
        self.everything.toggled.connect(self.model.show_all_projects)
        self.wide.toggled.connect(self._widen)
        self.back.clicked.connect(lambda: self.wide.setChecked(False))

    def _lay_out(self) -> None:
        self._empty.setWordWrap(True)
        self._empty.setProperty("faint", True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(16, 16, 16, 16)
        self.rows = _Runs(self.model, self)
        self._stack = QStackedLayout(self.rows)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        self.everything.setToolTip("List the runs of every project, not of the open one alone")
        self.wide.setText("Table")
        self.wide.setCheckable(True)
        self.wide.setToolTip("A wide table in place of the plots: every metric beside the settings that differ")
        self.wide.setAccessibleName("Wide table of runs")
        self.back.setFlat(True)
        self.back.setProperty("compact", True)
        self.back.setToolTip("Show the plots again, in place of the wide table")
        self.back.setAccessibleName("Back to the curves")
        self.back.hide()
        for title, act in self._acts().items():
            self._buttons[title] = self._button(title, act)
        self._more = QMenu(self)
        self._more.aboutToShow.connect(lambda: self._fill_more(self._more))
        self._buttons["More"] = self._button("More", None)
        give_menu(self._buttons["More"], self._more)
        above, below = ("Compare",), ("Resume", "Rename", "Export", "Delete", "More")
        several, one = ([self._buttons[title] for title in titles] for titles in (above, below))
        head = flow(self.everything, self.wide, self.back, *several, Stretch(1), self.usage, spacing=8)
        row = flow(*one, Stretch(1), self.trash, spacing=4)
        vbox(head, (self.rows, 1), row, parent=self, margins=(8, 4, 4, 4), spacing=4)
        self.floating = float_over(self, self.notice, within=self.rows)

    def _button(self, title: str, act: Callable[[], None] | None) -> QPushButton:
        button = QPushButton(title, self)
        button.setFlat(True)
        button.setAccessibleName(f"{title} of the selected run" if act is not None else "More for the selected run")
        button.setToolTip(plain_tip(TIPS[title]))
        button.setProperty("compact", True)
        if act is not None:
            button.clicked.connect(act)
        return button

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "Resume": self._resume,
            "Compare": self._compare,
            "Rename": self._rename,
            "Export": self._export,
            "Delete": self.delete_selected,
        }

    # What others call

    def button(self, title: str) -> QPushButton:
        """The button with this title, for example Resume."""
        return self._buttons[title]

    @property
    def current(self) -> RunEntry | None:
        """The run that is selected, None where none is."""
        index = self.table.currentIndex()
        return self.model.entry(index.row()) if index.isValid() else None

    @property
    def selected(self) -> list[RunEntry]:
        """The runs that are selected."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.model.entry(row) for row in rows]

    @property
    def can_start_from(self) -> bool:
        """Whether one run is selected whose weights another training may start from."""
        entry = self.current
        usable = entry is not None and entry.problem is None and entry.path != self.model.busy
        return usable and len(self.selected) < 2 and entry is not None and (entry.path / WEIGHTS).is_file()

    def select(self, path: Path) -> None:
        """Select a run, if it is listed."""
        row = self.model.row_of(path)
        if row is not None:
            self.table.selectRow(row)

    def set_document(self, document: Document) -> None:
        """Deletions stand in the history of this document, among its edits."""
        self._deletion.set_document(document)

    def ask_last_run(self, of: Callable[[], Path | None]) -> None:
        """Ask there for the run that is shown as the project's last one."""
        self._deletion.last_run = of

    def set_busy(self, path: Path | None) -> None:
        """Name the run in progress, or None."""
        self.model.busy = path
        self._refresh()

    def begin_project(self) -> None:
        """Another project is open: nothing is selected, and its runs alone are listed, beside their curves."""
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())
        self.notice.clear()
        self.everything.setChecked(False)
        self.wide.setChecked(False)

    def pair(self) -> tuple[RunEntry, RunEntry] | None:
        """The two runs to compare, the older first: those that are selected, else those that are ticked."""
        chosen = self.selected
        if len(chosen) != 2:
            chosen = [entry for entry in self.model.entries if self.model.hue(entry.path) is not None]
        usable = [entry for entry in chosen if not entry.problem]
        if len(usable) != 2:
            return None
        first, second = sorted(usable, key=lambda entry: entry.created)
        return first, second

    # Inside

    def _refresh_soon(self, *_: object) -> None:
        """What can be pressed is known at once; what measures all texts waits, for epochs may come by the hundred."""
        self._enable()
        if not self._soon.isActive():
            self._soon.start()

    def _refresh(self, *_: object) -> None:
        self._soon.stop()
        self.table.fit_columns()
        entries = self.model.entries
        size = scaled(sum(entry.size for entry in entries), "B")
        self.usage.setText(f"{counted(len(entries), 'run')}, {size}" if entries else "")
        self.usage.setToolTip("What the listed runs take on the disk")
        text, tip = self._deletion.words()
        self.trash.setText(text)
        self.trash.setToolTip(plain_tip(tip))
        self._enable()

    def _enable(self) -> None:
        self._stack.setCurrentIndex(1 if self.model.rowCount() else 0)
        entry, chosen = self.current, self.selected
        idle = all(each.path != self.model.busy for each in chosen)
        one = entry is not None and entry.path != self.model.busy and idle and len(chosen) < 2
        for title, button in self._buttons.items():
            button.setEnabled(title == "More" or (bool(chosen) and idle if title == "Delete" else one))
            button.setVisible(self.model.rowCount() > 0 or (title == "More" and bool(self._deletion.deleted)))
        self._buttons["Compare"].setEnabled(self.pair() is not None)
        if entry is not None:
            resume = self._buttons["Resume"]
            resume.setEnabled(one and entry.resumable and self.model.busy is None)
            resume.setText(MORE if entry.complete else "Resume")
            resume.setToolTip(plain_tip(TIPS[resume.text()]))
            self._buttons["Export"].setEnabled(one and entry.problem is None)

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._enable()
        if current.isValid():
            self.picked.emit(self.model.entry(current.row()).path)

    def _widen(self, wanted: bool) -> None:
        chosen = self.current
        self.back.setVisible(wanted)
        self.model.show_wide(wanted)
        if chosen is not None:
            self.select(chosen.path)
        self.widened.emit(wanted)
        self._refresh()

    # Menus

    def _show_menu(self, at: QPoint) -> None:
        if not self.table.indexAt(at).isValid():
            return
        menu = QMenu(self.table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, act in self._acts().items():
            menu.addAction(self._buttons[title].text(), act).setEnabled(self._buttons[title].isEnabled())
        menu.addSeparator()
        self._fill_more(menu, clear=False)
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _fill_more(self, menu: QMenu, *, clear: bool = True) -> None:
        if clear:
            menu.clear()
        entry, chosen = self.current, self.selected or ([self.current] if self.current is not None else [])
        menu.addAction("Start from this run…", self._start).setEnabled(self.can_start_from)
        for column in LABELS:
            add_entry(menu, f"{column.title}…", partial(self._edit, column)).setEnabled(entry is not None)
        menu.addAction("Open the folder", self._open_folder).setEnabled(entry is not None)
        self._fill_move(menu.addMenu("Move to"), [each for each in chosen if each.path != self.model.busy])
        self._deletion.fill(menu.addMenu(MENU))
        menu.addSeparator()
        menu.addAction("Export the table as CSV…", self.ask_export)

    def _fill_move(self, menu: QMenu, entries: Sequence[RunEntry]) -> None:
        """Offer the projects that were opened here, each with the folder of its file."""
        owners = {entry.owner.id for entry in entries}
        others = [known for known in known_projects() if owners != {known.id}][:MOST_PROJECTS]
        for known in others:
            add_entry(menu, _titled(known), partial(self._move, entries, known))
        if not others:
            menu.addAction("No other project was opened here").setEnabled(False)
        menu.setEnabled(bool(entries))

    def _move(self, entries: Sequence[RunEntry], project: KnownProject) -> None:
        self.model.move([entry.path for entry in entries], project.id)
        what = f"“{entries[0].name}”" if len(entries) == 1 else f"{len(entries)} runs"
        self.notice.say(f"{what} moved to {project.name}.", "ok")

    # Acts

    def _resume(self) -> None:
        if self.current is not None:
            self.resume_wanted.emit(self.current.path)

    def _start(self) -> None:
        if self.current is not None:
            self.start_wanted.emit(self.current.path)

    def _compare(self) -> None:
        pair = self.pair()
        if pair is not None:
            self.compare_wanted.emit(*(entry.path for entry in pair))

    def _rename(self) -> None:
        self._edit(NAME)

    def _edit(self, column: Column) -> None:
        """Edit in place; what has no column in the list is typed over the run's name."""
        if self.current is None:
            return
        titles = [each.title for each in self.model.columns]
        at = titles.index(column.title) if column.title in titles else 0
        self.model.edits = NAME if at else column
        index = self.model.index(self.table.currentIndex().row(), at)
        self.table.scrollTo(index)
        self.table.edit(index)

    def _open_folder(self) -> None:
        if self.current is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.current.path)))

    def _export(self) -> None:
        if self.current is not None:
            self.export_wanted.emit(self.current.path)

    def ask_export(self) -> None:
        """Ask where to write the table."""
        path = file_dialogs.ask_path(self, "Export the table of runs", "runs.csv", "Tables (*.csv)", ".csv", "Export")
        if path is not None:
            self.export_table(path)

    def export_table(self, path: Path) -> None:
        """Write the runs that are listed, with settings beside metrics, as CSV."""
        text, entries = io.StringIO(), self.model.entries
        columns = wide(entries, project_name if self.model.scope.all_projects else None)
        csv.writer(text, lineterminator="\n").writerows(as_rows(entries, columns))
        try:
            write_atomically(path, text.getvalue().encode("utf-8"))
        except NetloomError as error:
            self.notice.say(str(error))
        else:
            self.notice.say(f"Written to {path}.", "ok")

    def delete_selected(self) -> None:
        """Delete the selected runs, which can be undone; one in progress is not deleted."""
        entries = self.selected
        if entries and all(entry.path != self.model.busy for entry in entries):
            self._deletion.delete(entries)

    @contextmanager
    def _staying_near(self) -> Iterator[None]:
        """Select what stands then where a selected run was deleted, and keep the keys in this list, if it has them."""
        row = min((index.row() for index in self.table.selectionModel().selectedRows()), default=0)
        focus = QApplication.focusWidget()
        has_keys = focus is None or within(self, focus)
        yield
        left = self.model.rowCount()
        if left and not self.selected:
            self.table.selectRow(min(row, left - 1))
        self._enable()
        if has_keys:
            (self.table if left else self._buttons["More"]).setFocus(Qt.FocusReason.OtherFocusReason)


class _Runs(QWidget):
    """The table, or what is said where it has no runs."""

    def __init__(self, model: RunModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def is_empty(self) -> bool:
        """Whether no run is listed."""
        return self._model.rowCount() == 0


def _titled(known: KnownProject) -> str:
    return f"{known.name}   ({known.path.parent})" if known.path is not None else known.name


_HERE = Qt.ShortcutContext.WidgetShortcut
