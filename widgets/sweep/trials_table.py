"""The trials of a search as they come: a table, the best first, and a plot of one setting against the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from widgets.look.first_press import FirstPress
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.terms import name_columns
from widgets.look.theme import ThemeSource
from widgets.plots.scatter import ScatterPlot

STATUS = ("completed", "pruned", "failed", "stopped")
WORDS = {"completed": "done", "pruned": "ended early", "failed": "failed", "stopped": "stopped"}
NUMBER = Qt.ItemDataRole.UserRole


class _Line(QTreeWidgetItem):
    """A trial; columns of numbers are sorted as numbers, what is missing last."""

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        column = self.treeWidget().sortColumn()
        mine, theirs = self.data(column, NUMBER), other.data(column, NUMBER)
        if mine is None or theirs is None:
            return self.text(column) < other.text(column)
        return bool(mine < theirs)


class Trials(QWidget):
    """Table and plot. ``chosen`` tells that another trial is selected."""

    chosen = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trials: list[dict[str, Any]] = []
        self._paths: list[str] = []
        self._metric = "loss"
        self.table = QTreeWidget(self)
        self.plot = ScatterPlot(themes, "Setting against result", "Each trial becomes a point here.", self)
        self.across = QComboBox(self)
        self._lay_out()
        self.clear([], "loss")
        self.table.itemSelectionChanged.connect(self.chosen)
        self.across.currentIndexChanged.connect(lambda _: self._draw())

    def _lay_out(self) -> None:
        self.table.setObjectName("searchTrials")
        self.table.setAccessibleName("Trials")
        self.table.setRootIsDecorated(False)
        FirstPress(self.table)
        self.table.setUniformRowHeights(True)
        self.table.setSortingEnabled(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.across.setAccessibleName("Setting to plot")
        self.across.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        name = text_label("Plot", buddy=self.across)
        row = hbox(name, self.across, Stretch(1))
        below = QWidget()
        vbox(row, (self.plot, 1), parent=below, margins=(0, 6, 0, 0))
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.table)
        split.addWidget(below)
        split.setSizes([260, 240])
        split.setChildrenCollapsible(False)
        vbox(split, parent=self)

    # Trials

    def clear(self, paths: list[str], metric: str) -> None:
        """Begin anew with columns for ``paths``."""
        self._trials, self._paths, self._metric = [], paths, metric
        self.table.clear()
        name_columns(self.table, "Trial", f"Validation {metric}", "Status", "Epochs", *map(short, paths))
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        order = Qt.SortOrder.AscendingOrder if metric == "loss" else Qt.SortOrder.DescendingOrder
        self.table.sortByColumn(1, order)
        self.across.clear()
        self.across.addItems([short(path) for path in paths])
        self._draw()

    def add(self, trial: dict[str, Any]) -> None:
        """A trial that ended, as the command line tells it."""
        self._trials.append(trial)
        values = [trial["settings"].get(path) for path in self._paths]
        cells = [trial["number"], trial["value"], WORDS.get(trial["status"], trial["status"]), trial["epochs"], *values]
        line = _Line([written(cell) for cell in cells])
        for column, cell in enumerate(cells):
            number = isinstance(cell, int | float)
            # What has no result is sorted behind everything that has one, whichever way is better.
            missing = float("inf") if self._metric == "loss" else float("-inf")
            line.setData(column, NUMBER, cell if number else missing if column == 1 else None)
            if number or column == 1:
                line.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if trial.get("reason"):
                line.setToolTip(column, plain_tip(trial["reason"]))
        line.setData(0, NUMBER + 1, trial)
        self.table.addTopLevelItem(line)
        if trial["status"] == "completed" and self.best is trial:
            self.table.setCurrentItem(line)
        self._draw()

    @property
    def count(self) -> int:
        """Number of trials."""
        return len(self._trials)

    @property
    def best(self) -> dict[str, Any] | None:
        """The completed trial with the best result."""
        done = [trial for trial in self._trials if trial["status"] == "completed" and trial["value"] is not None]
        if not done:
            return None
        pick = min if self._metric == "loss" else max
        return pick(done, key=_result)

    @property
    def current(self) -> dict[str, Any] | None:
        """The trial that is selected."""
        item = self.table.currentItem()
        trial: dict[str, Any] | None = item.data(0, NUMBER + 1) if item is not None else None
        return trial

    def sentence(self) -> str:
        """What the best result is."""
        best = self.best
        if best is None:
            return "no result yet."
        return f"the best {self._metric} is {written(best['value'])}, of trial {best['number']}."

    # The plot

    def _draw(self) -> None:
        path = self._paths[self.across.currentIndex()] if 0 <= self.across.currentIndex() < len(self._paths) else ""
        shown = [trial for trial in self._trials if trial["value"] is not None and path in trial["settings"]]
        names = sorted({str(trial["settings"][path]) for trial in shown if not _is_number(trial["settings"][path])})
        points = [(_place(trial["settings"][path], names), trial["value"]) for trial in shown]
        kinds = [STATUS.index(trial["status"]) if trial["status"] in STATUS else 0 for trial in shown]
        used = [WORDS[name] for name in STATUS[: max(kinds, default=0) + 1]]
        listed = f" ({', '.join(f'{at} {name}' for at, name in enumerate(names))})" if names else ""
        self.plot.set_names(short(path) + listed, self._metric)
        self.plot.set_points([list(point) for point in points] or [], kinds, used)


def short(path: str) -> str:
    """A path as a heading: ``learning rate``, ``dense1 units``."""
    return path.removeprefix("plan.").replace(".", " ").replace("_", " ")


def written(value: object) -> str:
    """A value of a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _place(value: Any, names: list[str]) -> float:
    return float(value) if _is_number(value) else float(names.index(str(value)))


def _result(trial: Mapping[str, Any]) -> float:
    return float(trial["value"])
