"""Facts about the data set above its views: all of them in sight, without a bar to scroll."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.system.number_format import counted
from widgets.data.steps_bar import Pipeline
from widgets.look.floating import height_at
from widgets.look.layouts import Stretch, vbox

LINES = 7
"""Lines of text that the place has at least, so that a fact that comes or goes moves no tab below."""
SHARE = 0.4
"""Share of the pane's height from which on notes are left to a button, so that the samples below keep their room."""
SPACING = 4


class DataFacts(QWidget):
    """What the data is, the way of a sample to the network, and notes: as high as they need to be read.

    Notes for which a small window has no room are counted by a button that shows them.
    """

    def __init__(self, facts: QLabel, pipeline: Pipeline, notes: QLabel) -> None:
        super().__init__()
        self.setAccessibleName("About the data")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._facts, self._pipeline, self._label = facts, pipeline, notes
        self._notes: tuple[str, ...] = ()
        self._all = False
        self.more = QPushButton()
        self.more.setFlat(True)
        self.more.setProperty("compact", True)
        self.more.setObjectName("moreNotes")
        self.more.setToolTip("Show all notes about the data")
        self.more.hide()
        self.more.clicked.connect(self._show_all)
        left = Qt.AlignmentFlag.AlignLeft
        vbox(facts, pipeline, notes, (self.more, 0, left), Stretch(1), parent=self, spacing=SPACING)
        self._fitted = (0, 0)
        """How many notes are not shown, and the height for those that are."""

    def show_notes(self, notes: Sequence[str]) -> None:
        """Show notes below the facts; those of other data begin folded again."""
        if tuple(notes) != self._notes:
            self._notes, self._all = tuple(notes), False
        self.fit()

    def fit(self) -> None:
        """Take the height that everything needs at this width, and show as many notes as there is room for."""
        shown = len(self._notes) if self._all else self._fitting()
        left, height = len(self._notes) - shown, max(self._least(), self._needed(shown))
        text = self._text(shown)
        if (left, height) == self._fitted and self._label.text() == text:
            return
        self._fitted = left, height
        self._label.setText(text)
        self._label.setVisible(shown > 0)
        self.more.setText(f"{'and ' if shown else ''}{counted(left, 'more note' if shown else 'note')}…")
        self.more.setVisible(left > 0)
        self.updateGeometry()
        if (layout := self.layout()) is not None:
            # At once: where the height stays as it is, no resizing would give the label the room of the button.
            layout.activate()

    def _show_all(self) -> None:
        self._all = True
        self.fit()

    def _fitting(self) -> int:
        pane = self.parentWidget()
        allowed = max(self._least(), SHARE * (pane.height() if pane is not None else 0))
        counts = range(len(self._notes), -1, -1)
        return next((count for count in counts if self._needed(count) <= allowed), 0)

    def _needed(self, shown: int) -> int:
        """The height in pixels of everything with so many notes."""
        width = max(self.width(), 1)
        heights = [height_at(self._facts, width)]
        if not self._pipeline.isHidden():
            heights.append(self._pipeline.height_at(width))
        if shown:
            room, wrapped = QRect(0, 0, width, 100_000), Qt.TextFlag.TextWordWrap
            heights.append(self._label.fontMetrics().boundingRect(room, wrapped, self._text(shown)).height())
        if shown < len(self._notes):
            heights.append(self.more.sizeHint().height())
        return sum(heights) + SPACING * (len(heights) - 1)

    def _text(self, shown: int) -> str:
        """The first ``shown`` notes."""
        return " ".join(self._notes[:shown])

    def _least(self) -> int:
        return LINES * self.fontMetrics().lineSpacing()

    def hasHeightForWidth(self) -> bool:
        """The height that was taken holds, also where the texts would do with less."""
        return False

    def sizeHint(self) -> QSize:
        return QSize(320, max(self._fitted[1], self._least()))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        """What stands in the place has changed, or the size of its texts."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()
        return super().event(event)
