"""A label of one line: smaller, in two lines, where room is short; cut, with the whole as tooltip, where it must."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.look.labels import Label
from widgets.look.plain_text import plain_tip

PLACE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
SMALLER, LEAST = 0.72, 10
"""Share of the usual size of the letters that they have in two lines, and pixels below which they are not read."""


class ElidedLabel(Label):
    """Looks as the style sheet says: ``faint`` or ``heading``."""

    def __init__(self, parent: QWidget | None = None, *, look: str) -> None:
        super().__init__(parent=parent)
        self.setProperty(look, True)
        self._also = ""

    def say_also(self, words: str) -> None:
        """Have the tooltip say this behind the text that is cut, and by itself where none is."""
        self._also = words
        self.setToolTip(plain_tip(words))

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all of it, or as much as fits."""
        font, shown = self._fitting()
        cut = self.text() if shown != self.text() else ""
        self.setToolTip(plain_tip(" ".join(filter(None, (cut, self._also)))))
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(font)
        painter.drawText(self.rect(), PLACE | Qt.TextFlag.TextWordWrap if font != self.font() else PLACE, shown)
        painter.end()

    def _fitting(self) -> tuple[QFont, str]:
        """The font that leaves room for the whole text, or the smaller one and what of the text has room in it."""
        font, text = self.font(), self.text()
        if self.fontMetrics().horizontalAdvance(text) <= self.width():
            return font, text
        small = QFont(font)
        small.setPixelSize(max(round(SMALLER * self.fontInfo().pixelSize()), LEAST))
        if small.pixelSize() >= self.fontInfo().pixelSize():
            return font, self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self.width())
        metrics = QFontMetrics(small)
        one_line = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width())
        return small, max(_wrapped(text, metrics, self.rect()), one_line, key=len)


def _wrapped(text: str, metrics: QFontMetrics, room: QRect) -> str:
    """As many words of a text as have room where they wrap, the rest told by three dots; none where not one has."""
    words, shown = text.split(" "), text
    while words and not room.contains(metrics.boundingRect(room, PLACE | Qt.TextFlag.TextWordWrap, shown)):
        words.pop()
        shown = f"{' '.join(words)}…"
    return shown if words else ""
