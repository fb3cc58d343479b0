"""Two runs side by side: what differs in their networks, drawn and listed, and how their figures changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QPushButton, QTreeWidget, QTreeWidgetItem, QWidget

from app.project.network_comparison import Comparison, ComparisonOverlay, Difference, Sign, compare, overlay
from app.project.run_settings import setting_changes
from app.protocol.evaluation_messages import Evaluated
from app.protocol.evaluation_values import Evaluation
from app.training.run_labels import ProjectKey
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.steps import Steps, part
from widgets.canvas.comparison_layer import Differing
from widgets.comparing.comparison_panel import ComparisonPanel
from widgets.comparing.network_picture import NetworkPicture
from widgets.comparing.run_figures import Figure, conclusion, figures
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, boxed, hbox, hsplit, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Themed, ThemeSource
from widgets.training.run_entries import RunEntry, read_entry

DIFFERENCES = "differences"
OTHERS = "training and data"
"""Where what differs outside the network stands in the list of differences."""

LEAST_PICTURE = 240
"""Pixels, before scaling, that the picture keeps beside the figures; where it has less, it stands above them."""

HIGH_PICTURE = 0.3
"""Share of the height that it has there."""

WIDEST_COLUMN = 200
"""Pixels of a run's column of figures, above which its long name is cut short."""


@dataclass(frozen=True)
class ComparedRuns:
    """Two runs and what differs between their networks; the newer one's is the ``document`` that is shown."""

    old: RunEntry
    new: RunEntry
    document: Document
    checker: Checker
    comparison: Comparison
    overlay: ComparisonOverlay | None


def comparing(old: Path, new: Path, key: ProjectKey) -> Steps[ComparedRuns]:
    """Read and compare two runs, in steps.

    Raises
    ------
    NetloomError
        if one of them cannot be used.
    """
    entries = []
    for share, path in ((0.1, old), (0.3, new)):
        yield share
        entries.append(read_entry(path, key))
        if problem := entries[-1].problem:
            raise NetloomError(problem)
    first, second = entries
    before, after = first.settings.network, second.settings.network
    document = Document(after)
    checker = yield from part(Checker.in_steps(document), 0.5, 0.6)
    comparison = compare(before, after)
    yield 0.75
    changes = overlay(comparison, before, after)
    yield 0.9
    return ComparedRuns(first, second, document, checker, comparison, changes)


class RunComparison(Themed, QWidget):
    """A page that compares two runs; ``closed`` says that it is to go (its button, or Esc)."""

    closed = Signal()

    def __init__(self, compared: ComparedRuns, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runComparison")
        old, new = self.old, self.new = compared.old, compared.new
        self._document, self._checker = compared.document, compared.checker
        self._comparison, self._overlay = compared.comparison, compared.overlay
        self._evaluated: dict[str, Evaluation] = {}
        self.picture = NetworkPicture(self._document, self._checker, themes)
        self.picture.setAccessibleName(f"Network of {new.name}, with what differs from {old.name}")
        self.panel = ComparisonPanel(themes)
        self.panel.cross.hide()
        self.panel.costs.hide()  # they stand among the figures
        self.panel.opened.connect(self._go_to)
        self.figures = QTreeWidget()
        self.conclusion = text_label(wrap=True)
        self._needed = 0  # width in pixels of the figures, once they are shown
        self.back = QPushButton("Back to the runs")
        self.back.clicked.connect(self.closed)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.closed)
        self._lay_out()
        self.follow(themes)
        self.theme_changed()

    def _lay_out(self) -> None:
        title = text_label(f"From   {self.old.name}   to   {self.new.name}", look="heading")
        head = hbox(self.back, title, Stretch(1), margins=(12, 8, 12, 4), spacing=12)
        self.figures.setAccessibleName("Figures of both runs")
        self.figures.setRootIsDecorated(False)
        self.figures.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.figures.setHeaderLabels(["", self.old.name, self.new.name, "Change"])
        for column in (0, 3):
            self.figures.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.figures.header().setStretchLastSection(False)
        for column in (1, 2, 3):
            self.figures.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
            self.figures.headerItem().setToolTip(column, plain_tip(self.figures.headerItem().text(column)))
        heading = text_label("Figures", look="heading")
        below = vbox(heading, self.conclusion, (self.figures, 1), margins=(12, 4, 12, 12), spacing=4)
        self._tables = vbox((self.panel, 1), (below, 1), spacing=0)
        self.panes = hsplit((self.picture, 1), (boxed(self._tables), 0))
        vbox(head, (self.panes, 1), parent=self, spacing=0)

    def _fit(self) -> None:
        """Give the figures the width of their columns, as long as the picture keeps some."""
        header = self.figures.header()
        for column in (1, 2):
            wanted = max(self.figures.sizeHintForColumn(column), header.sectionSizeHint(column))
            header.resizeSection(column, min(wanted, self.theme.px(WIDEST_COLUMN)))
        for column in (0, 3):
            self.figures.resizeColumnToContents(column)
        margins, bar = 24, self.figures.verticalScrollBar().sizeHint().width()
        self._needed = header.length() + 2 * self.figures.frameWidth() + margins + bar
        self._share(Qt.Orientation.Vertical if self._is_narrow() else Qt.Orientation.Horizontal)

    def _is_narrow(self) -> bool:
        """Whether the picture has too little room beside the figures."""
        return self.width() - self._needed < self.theme.px(LEAST_PICTURE)

    def _share(self, way: Qt.Orientation) -> None:
        """Put the picture beside the figures, or above them."""
        self.panes.setOrientation(way)
        self._tables.setStretch(1, 2 if way is Qt.Orientation.Vertical else 1)
        if way is Qt.Orientation.Vertical:
            whole = self.panes.height() - self.panes.handleWidth()
            picture = round(HIGH_PICTURE * whole)
        else:
            whole = self.width() - self.panes.handleWidth()
            picture = whole - self._needed
        self.panes.setSizes([picture, whole - picture])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture may have room beside the figures now, or have it no more."""
        super().resizeEvent(event)
        if self._needed and self._is_narrow() is not (self.panes.orientation() is Qt.Orientation.Vertical):
            self._fit()

    def _listed(self) -> Comparison:
        """The comparison with what differs in training and data."""
        extra = [
            Difference(Sign.CHANGED, (OTHERS,), text) for text in setting_changes(self.old.settings, self.new.settings)
        ]
        return replace(self._comparison, differences=(*self._comparison.differences, *extra))

    def _line(self, figure: Figure) -> QTreeWidgetItem:
        item = QTreeWidgetItem([figure.name, figure.before, figure.after, figure.words])
        for column in (1, 2, 3):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if figure.better is not None:
            item.setForeground(3, self.theme.ok if figure.better else self.theme.error)
        if figure.tip:
            item.setToolTip(3, plain_tip(figure.tip))
        return item

    def take_evaluation(self, reply: Evaluated) -> None:
        """What one of the runs predicts for its test set; with both, differences are held against chance anew."""
        self._evaluated[reply.run] = reply.evaluation
        if len(self._evaluated) == 2:
            self._show_figures()
            self._fit()

    def _show_figures(self) -> None:
        old, new = (self._evaluated.get(str(entry.path)) for entry in (self.old, self.new))
        both = (old, new) if old is not None and new is not None else None
        self.figures.clear()
        found = figures(self.old, self.new, both)
        self.conclusion.setText(conclusion(self.old, self.new, found))
        self.figures.addTopLevelItems([self._line(figure) for figure in found])

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.panel.show_comparison(self.old.name, self._listed())
        self._show_figures()
        if self._overlay is not None:
            self.picture.surface.show_extra(DIFFERENCES, Differing(self.picture.board, self.theme, self._overlay))
        if self.isVisible():
            QTimer.singleShot(0, self, self._fit)  # once the text has its new size

    def _go_to(self, path: tuple[str, ...]) -> None:
        """Bring a layer that differs into view."""
        if path[0] in self._document.network:
            self.picture.select([path[0]])
            self.picture.run("frame")

    def showEvent(self, event: QShowEvent) -> None:
        """Show the whole network, with what was removed."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._open)

    def _open(self) -> None:
        self._fit()
        self.picture.run("home")

    def hideEvent(self, event: QHideEvent) -> None:
        """The page goes when something else is shown in its place."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.closed.emit()

    def release(self) -> None:
        """Let go of the network."""
        self.picture.close()
        self._checker.close()
