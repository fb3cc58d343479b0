"""The readout of a plot: what stands under the pointer, in words, always inside the plot."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QWidget

from widgets.look.labels import MarkupLabel
from widgets.look.plain_text import Markup
from widgets.look.theme import Theme

BESIDE = 18
"""Characters of a value beside a name, with the readout's margins."""


class Readout(MarkupLabel):
    """What stands under the pointer, beside it and always inside the plot."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._plot = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def lines(self) -> int:
        """How many lines of text have room in the plot, at least two."""
        return max(2, int((self._plot.height() - 28) / (self.fontMetrics().height() + 2)))

    def fitted(self, name: str) -> str:
        """Return a name as far as a line with a value beside it has room, cut in its middle."""
        room = self._plot.width() - BESIDE * self.fontMetrics().averageCharWidth()
        return self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, max(room, 40))

    def show_at(self, at: QPointF, text: str | Markup) -> None:
        """Show a text beside a point of the plot; an empty one shows nothing."""
        self.setVisible(bool(text))
        if not text:
            return
        room = self._plot.rect().adjusted(4, 4, -4, -4)
        self.show_text(text)
        self.setWordWrap(False)
        if self.sizeHint().width() > room.width():
            self.setWordWrap(True)
            self.resize(room.width(), min(self.heightForWidth(room.width()), room.height()))
        else:
            self.resize(self.sizeHint().boundedTo(room.size()))
        x, y = round(at.x()) + 14, round(at.y()) + 14
        x = x if x + self.width() <= room.right() else round(at.x()) - 14 - self.width()
        y = y if y + self.height() <= room.bottom() else round(at.y()) - 14 - self.height()
        self.move(max(min(x, room.right() - self.width()), room.left()), max(y, room.top()))
        self.raise_()

    def set_theme(self, theme: Theme) -> None:
        """Take font and colours."""
        self.setFont(theme.font(small=True))
        ground, edge, ink = (color.name() for color in (theme.raised, theme.strong_border, theme.text))
        self.setStyleSheet(
            f"background: {ground}; color: {ink}; border: 1px solid {edge}; border-radius: 6px; padding: 4px 8px;"
        )
