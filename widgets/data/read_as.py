"""As what a table of the user's is read: samples in rows, steps of a series or of labelled sequences, or texts."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.data.sources.sequences import Sequences
from app.data.sources.series import Series
from app.data.sources.table import Table
from app.data.sources.texts import Text
from widgets.look.labels import text_label
from widgets.look.layouts import hbox

KINDS = (Table, Series, Sequences, Text)


class ReadAs(QWidget):
    """`wanted` carries the kind of source that the user chose; hidden for data that is no table."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QComboBox(self)
        self.box.setAccessibleName("Read as")
        self._kind = ""
        for source in KINDS:
            self.box.addItem(source.title, source.kind)
        hbox(text_label("Read as", self, buddy=self.box), (self.box, 1), parent=self, spacing=10)
        self.box.activated.connect(self._take)

    def show_kind(self, kind: str) -> None:
        """Show as what the data is read."""
        place = self.box.findData(kind)
        self._kind = kind
        self.setVisible(place >= 0)
        if place >= 0:
            self.box.setCurrentIndex(place)

    def _take(self, place: int) -> None:
        kind = str(self.box.itemData(place))
        if kind != self._kind:
            self.show_kind(self._kind)  # until the worker has found that it can be read so
            self.wanted.emit(kind)
