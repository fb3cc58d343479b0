"""The columns of the user's table, one below the other: tick what the network sees, star what it predicts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFrame,
    QGridLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.protocol.data_values import Column
from widgets.data.column_roles import Pick
from widgets.look.labels import Label, text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.scrolled import scrolled

MOST = 200
"""Columns that are listed."""
SHOWN = 7
"""Rows that are seen at once; the rest is scrolled to."""
BETWEEN = " · "
"""What stands between two facts about a column."""


class ColumnList(QWidget):
    """`ticked(name, wanted)` and `starred(name, several)` carry what the user chose; the owner shows the outcome."""

    ticked = Signal(str, bool)
    starred = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Columns")
        self._rows: dict[str, ColumnRow] = {}
        hint = text_label("Tick what the network sees, star what it predicts.", self, look="faint", wrap=True)
        self._more = text_label(parent=self, look="faint", wrap=True)
        self._inside = QWidget()
        self._column = vbox(parent=self._inside, margins=(4, 4, 4, 4), spacing=2)
        self._area = scrolled(self._inside, self, framed=True)
        vbox(hint, self._area, self._more, parent=self, spacing=4)

    def show_picks(self, picks: Sequence[Pick], more: int = 0) -> None:
        """Show what each column is for; rows stay where their columns do. ``more`` are not in ``picks``.

        Of very many columns the first are listed, and those that are predicted.
        """
        shown = [*picks[:MOST], *(pick for pick in picks[MOST:] if pick.target)]
        if [pick.column.name for pick in shown] != list(self._rows):
            self._build(shown)
        for pick in shown:
            self._rows[pick.column.name].show_pick(pick)
        rest = len(picks) - len(shown) + more
        self._more.setText(f"{rest:,} more columns are not listed; they are used as they are.")
        self._more.setVisible(rest > 0)

    def row(self, name: str) -> ColumnRow:
        """The row of the column ``name``."""
        return self._rows[name]

    @property
    def names(self) -> list[str]:
        """The columns that are listed."""
        return list(self._rows)

    def _build(self, picks: Sequence[Pick]) -> None:
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {pick.column.name: ColumnRow(pick.column.name, self._inside) for pick in picks}
        for name, row in self._rows.items():
            self._column.addWidget(row)
            row.tick.clicked.connect(lambda wanted, name=name: self.ticked.emit(name, wanted))
            row.star.clicked.connect(lambda _, name=name: self.starred.emit(name, _several()))
        height = sum(row.sizeHint().height() + 2 for row in list(self._rows.values())[:SHOWN])
        self._area.setFixedHeight(height + 12)


class ColumnRow(QFrame):
    """One column: tick, name, star, and below what was found in it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.tick = QCheckBox(self)
        self.star = QToolButton(self)
        self.star.setCheckable(True)
        self.star.setAutoRaise(True)
        self._facts = _Whole(self)
        self._facts.setProperty("faint", True)
        self.title = _Elided(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(2, 1, 2, 1)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.tick, 0, 0)
        grid.addWidget(self.title, 0, 1)
        grid.addWidget(self.star, 0, 2, 2, 1)
        grid.addWidget(self._facts, 1, 1)
        grid.setColumnStretch(1, 1)
        self.tick.setAccessibleName(f"Use {name}")
        self.star.setAccessibleName(f"Predict {name}")

    def show_pick(self, pick: Pick) -> None:
        """Show what the column is for."""
        self.tick.setChecked(pick.used and not pick.target)
        self.tick.setEnabled(not pick.why)
        self.tick.setToolTip(plain_tip(pick.why or "Whether the network sees it"))
        self.star.setChecked(pick.target)
        self.star.setText("★" if pick.target else "☆")
        self.star.setToolTip(
            "The network predicts this" if pick.target else "Predict this column (with Ctrl: beside the others)"
        )
        self.title.set_text(pick.column.name)
        self._facts.set_parts(_parts(pick.column, pick.role))
        self.setToolTip(plain_tip(facts_of(pick.column, pick.role)))


class _Elided(Label):
    """A label that ends in dots where there is too little room, instead of asking for more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_text(self, text: str) -> None:
        """Show as much of ``text`` as there is room for."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def _fit(self) -> None:
        self._show(self._whole)

    def _show(self, text: str) -> None:
        metrics = QFontMetrics(self.font())
        self.setText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(self.width(), 40)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As much as fits now."""
        super().resizeEvent(event)
        self._fit()


class _Whole(_Elided):
    """Facts in one line: those for which there is no room are left out, from the last, instead of being cut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: Sequence[str] = ()

    def set_parts(self, parts: Sequence[str]) -> None:
        """Show as many of ``parts`` as there is room for, the first at least."""
        self._parts = parts
        self.set_text(BETWEEN.join(parts))

    def _fit(self) -> None:
        metrics = QFontMetrics(self.font())
        lines = (BETWEEN.join(self._parts[:count]) for count in range(len(self._parts), 1, -1))
        fitting = (line for line in lines if metrics.horizontalAdvance(line) <= self.width())
        self._show(next(fitting, next(iter(self._parts), "")))


def facts_of(column: Column, role: str = "") -> str:
    """Type, missing and different values, and an example, in one line."""
    return BETWEEN.join(_parts(column, role))


def _parts(column: Column, role: str) -> list[str]:
    """The same one by one, the most telling first."""
    parts = [str(column.type) + (f" ({role})" if role else "")]
    if column.missing:
        parts.append(f"{column.missing:,} missing")
    if column.example:
        parts += [f"{column.unique:,} values", column.example]
    return parts


def _several() -> bool:
    return bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier)
