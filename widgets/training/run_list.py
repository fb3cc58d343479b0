"""The list of runs with what can be done with one: show its curves, rename, resume, open, export, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QStyle,
    QTableView,
    QWidget,
)

from graph.errors import NetloomError
from widgets.look.floating import float_over
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.theme import ThemeSource
from widgets.training.inline_notice import InlineNotice
from widgets.training.run_entries import RunEntry, delete_run
from widgets.training.run_model import COLUMNS, SWATCH, RunModel

EMPTY = "No runs yet. Press Train: every training is kept here, to be looked at, compared and continued."


NAME_LETTERS = 22
"""Room that a run's name keeps, in letters of usual width."""
GAP = 4
"""Pixels between box, swatch and name."""

LEAST_NEEDED = ("Date", "Validation", "Epochs", "Status")
"""Columns in the order in which they are left out where there is no room."""

TIPS = {
    "Resume": "Go on from where the run stopped",
    "Train on": "The run has done all its epochs: train as many again",
    "Rename": "Give the run's folder another name (F2)",
    "Folder": "Open the run's folder",
    "Export": "Export the trained network",
    "Delete": "Delete the run (Del)",
}


class RunTable(QTableView):
    """Runs in columns. The least needed are left out until the name has room; nothing is ever scrolled sideways.

    Which columns there are depends on the width and the texts alone, so that none comes or goes by a click.
    """

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as the new width has room for."""
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Show the columns that have room."""
        header = self.horizontalHeader()
        columns = range(1, self.model().columnCount())
        wide = {n: max(self.sizeHintForColumn(n), header.sectionSizeHint(n)) + 1 for n in columns}
        room = self.viewport().width() - self._name_width()
        for name in LEAST_NEEDED:
            number = COLUMNS.index(name)
            crowded = sum(wide.values()) > room
            self.setColumnHidden(number, crowded)
            if crowded:
                del wide[number]

    def _name_width(self) -> int:
        """Pixels that a name keeps, with its box and swatch."""
        box = self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth) + SWATCH + 4 * GAP
        return self.fontMetrics().averageCharWidth() * NAME_LETTERS + box


class RunList(QWidget):
    """Runs in a table. `picked` carries the run that was chosen, `resume_wanted` and `export_wanted` what to do."""

    picked = Signal(object)
    resume_wanted = Signal(object)
    export_wanted = Signal(object)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RunModel(source, self)
        self.table = RunTable(self)
        self.notice = InlineNotice(self)
        self._empty = QLabel(EMPTY, self)
        self._buttons: dict[str, QPushButton] = {}
        self._set_up_table()
        self._lay_out()
        self.model.failed.connect(self.notice.say)
        for signal in (self.model.rowsInserted, self.model.rowsRemoved, self.model.dataChanged):
            signal.connect(self._refresh)
        self._refresh()

    def _set_up_table(self) -> None:
        table = self.table
        table.setObjectName("runs")
        table.setAccessibleName("Runs")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # runs of one project differ at the end of their names
        header.setMinimumSectionSize(36)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        table.selectionModel().currentRowChanged.connect(self._on_current)
        QShortcut(QKeySequence.StandardKey.Delete, table, self.ask_to_delete, context=_HERE)

    def _lay_out(self) -> None:
        self._empty.setWordWrap(True)
        self._empty.setProperty("faint", True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(16, 16, 16, 16)
        stack = QWidget(self)
        self._stack = QStackedLayout(stack)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        for title, act in self._acts().items():
            button = QPushButton(title, self)
            button.setFlat(True)
            button.setAccessibleName(f"{title} of the selected run")
            button.setToolTip(TIPS[title])
            button.setProperty("compact", True)
            button.clicked.connect(act)
            self._buttons[title] = button
        row = hbox(*self._buttons.values(), Stretch(1), spacing=4)
        vbox((stack, 1), row, parent=self, margins=(8, 4, 4, 4), spacing=4)
        float_over(self, self.notice, within=stack)

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "Resume": self._resume,
            "Rename": self._rename,
            "Folder": self._open_folder,
            "Export": self._export,
            "Delete": self.ask_to_delete,
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

    def select(self, path: Path) -> None:
        """Select a run, if it is listed."""
        row = self.model.row_of(path)
        if row is not None:
            self.table.selectRow(row)

    def set_busy(self, path: Path | None) -> None:
        """Name the run in progress, or None."""
        self.model.busy = path
        self._refresh()

    # Inside

    def _refresh(self, *_: object) -> None:
        self.table.fit_columns()
        self._enable()

    def _enable(self) -> None:
        self._stack.setCurrentIndex(1 if self.model.rowCount() else 0)
        entry = self.current
        free = entry is not None and entry.path != self.model.busy
        for title, button in self._buttons.items():
            button.setEnabled(entry is not None and (free or title == "Folder"))
            button.setVisible(self.model.rowCount() > 0)
        if entry is not None:
            resume = self._buttons["Resume"]
            resume.setEnabled(free and entry.resumable and self.model.busy is None)
            resume.setText("Train on" if entry.complete else "Resume")
            resume.setToolTip(TIPS["Train on" if entry.complete else "Resume"])
            self._buttons["Export"].setEnabled(free and entry.problem is None)

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._enable()
        if current.isValid():
            self.picked.emit(self.model.entry(current.row()).path)

    def _show_menu(self, at: QPoint) -> None:
        if not self.table.indexAt(at).isValid():
            return
        menu = QMenu(self.table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, act in self._acts().items():
            menu.addAction(self._buttons[title].text(), act).setEnabled(self._buttons[title].isEnabled())
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _resume(self) -> None:
        if self.current is not None:
            self.resume_wanted.emit(self.current.path)

    def _rename(self) -> None:
        if self.current is not None:
            self.table.edit(self.model.index(self.table.currentIndex().row(), 0))

    def _open_folder(self) -> None:
        if self.current is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.current.path)))

    def _export(self) -> None:
        if self.current is not None:
            self.export_wanted.emit(self.current.path)

    def ask_to_delete(self) -> None:
        """Ask below the list whether the selected run is to go."""
        entry = self.current
        if entry is None or entry.path == self.model.busy:
            return
        question = f"Delete the run “{entry.name}” with its weights and curves? This cannot be undone."
        self.notice.say(question, "warning", ("Delete", lambda: self._delete(entry.path)))

    def _delete(self, path: Path) -> None:
        try:
            delete_run(path)
        except NetloomError as error:
            self.notice.say(str(error))
        self.model.refresh(path.parent)


_HERE = Qt.ShortcutContext.WidgetShortcut
