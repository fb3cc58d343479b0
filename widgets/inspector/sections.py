"""Small pieces of the inspector: a section with a heading, and rows of facts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from widgets.look import icons
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.terms import definition
from widgets.look.theme import Themed, ThemeSource, blend, family_key


class Section(QWidget):
    """A heading over a body."""

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__()
        self.body = body
        heading = text_label(title, look="heading")
        self.head = vbox(heading, body, parent=self, margins=(0, 6, 0, 0), spacing=2)


class FactRows(QWidget):
    """Names on the left, values on the right in tabular figures."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these rows; rows that are there already are used again."""
        while len(self._rows) < len(facts):
            self._add_row()
        for index, (name, value) in enumerate(self._rows):
            shown = index < len(facts)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                name.setText(facts[index][0])
                name.setToolTip(plain_tip(definition(facts[index][0])))
                value.setText(facts[index][1])
        self.setAccessibleDescription("; ".join(f"{name}: {value}" for name, value in facts))

    def stand_below(self, above: FactRows) -> None:
        """Let the values stand in one column with those of other rows."""
        width = max(name.sizeHint().width() for rows in (self, above) for name, _ in rows._rows if not name.isHidden())
        for rows in (self, above):
            rows._grid.setColumnMinimumWidth(0, width)

    def _add_row(self) -> None:
        name = text_label(look="faint")
        value = text_label(selectable=True, wrap=True)
        line = len(self._rows)
        self._grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, line, 1)
        self._rows.append((name, value))


class FamilySign(Themed, QWidget):
    """The icon of a family on a soft disc of its colour."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self._family = "io"
        self.follow(themes)

    def show_family(self, family: str) -> None:
        """Show another family."""
        self._family = family_key(family)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(34), self.theme.px(34))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hue = self.theme.family(self._family)
        side = min(self.width(), self.height())
        area = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(hue, self.theme.surface, 0.16))
        painter.drawRoundedRect(area, 8, 8)
        inset = side * 0.22
        icons.paint_family(painter, self._family, area.adjusted(inset, inset, -inset, -inset), hue)
        painter.end()
