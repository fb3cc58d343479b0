"""As what data of the user's is read: tables as samples, series, sequences, texts; sounds as spectrograms."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QWidget

from app.data.sources.recordings import Recordings
from app.data.sources.sequences import Sequences
from app.data.sources.series import Series
from app.data.sources.sounds import Sounds
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.sources.texts import Text
from widgets.fields.form_grid import FormColumns, FormGrid
from widgets.look.labels import text_label

KINDS = ((Table, Series, Sequences, Text), (Recordings, Sounds))
"""What can be read as each other: tables, and folders of sounds."""


class ReadAs(QWidget):
    """`wanted` carries the kind of source that the user chose; hidden for data that is neither table nor sounds.

    Label and field stand in the ``columns`` of the forms around it.
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None, columns: FormColumns | None = None) -> None:
        super().__init__(parent)
        self.box = QComboBox(self)
        self.box.setAccessibleName("Read as")
        self.label = text_label("Read as", self, buddy=self.box)
        self._kind = ""
        self._grid, self._columns = FormGrid(self, self._measure), columns or FormColumns()
        self._columns.add(self._grid)
        self._place(stacked=False)
        self.box.activated.connect(self._take)

    def _measure(self) -> tuple[int, int, int]:
        return self.label.sizeHint().width(), self.box.minimumSizeHint().width(), 0

    def _place(self, *, stacked: bool) -> None:
        """Put the field beside its label, or below it, as the forms around do."""
        self._stacked = stacked
        for widget in (self.label, self.box):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.label, 0, 0, 1, 3 if stacked else 1)
        self._grid.addWidget(self.box, int(stacked), 0 if stacked else 1, 1, 3 if stacked else 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pane may be too narrow for both beside each other."""
        super().resizeEvent(event)
        stacked = self.width() < self._columns.needed(stacked=False)
        if stacked != self._stacked:
            self._place(stacked=stacked)

    def show_source(self, source: Source) -> None:
        """Show as what the data is read."""
        silent = isinstance(source, Recordings) and source.reads_tables
        kinds = next((kinds for kinds in KINDS if isinstance(source, kinds) and not silent), ())
        self._kind = source.kind
        self.setVisible(bool(kinds))
        if [self.box.itemData(place) for place in range(self.box.count())] != [each.kind for each in kinds]:
            self.box.clear()
            for each in kinds:
                self.box.addItem(each.title, each.kind)
        self._show_kind()
        self._columns.fit()

    def _show_kind(self) -> None:
        self.box.setCurrentIndex(max(0, self.box.findData(self._kind)))

    def _take(self, place: int) -> None:
        kind = str(self.box.itemData(place))
        if kind != self._kind:
            self._show_kind()  # until the worker has found that it can be read so
            self.wanted.emit(kind)
