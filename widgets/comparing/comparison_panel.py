"""The comparison: what differs between the open network and another version, with signs, colours and costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHeaderView,
    QSizePolicy,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from widgets.canvas.comparison_layer import WORDS, sign_color
from widgets.look import icons
from widgets.look.first_press import FirstPress
from widgets.look.focus_ring import FocusRing
from widgets.look.labels import text_label
from widgets.look.layouts import hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Themed, ThemeSource

if TYPE_CHECKING:
    from app.project.network_comparison import Comparison, Difference

_PATH = Qt.ItemDataRole.UserRole


class ComparisonPanel(Themed, QWidget):
    """``opened`` carries the path of the layer to go to, ``closed`` that the panel is to go."""

    opened = Signal(object)
    closed = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparison")
        self.title = text_label(look="heading")
        self.costs = text_label(look="faint")
        self.cross = QToolButton()
        self.cross.setAccessibleName("Stop comparing")
        self.cross.setToolTip("Stop comparing")
        self.cross.clicked.connect(self.closed)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Differences")
        self.list.setHeaderHidden(True)
        self.list.setColumnCount(3)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setStyleSheet("QTreeView { border: none; background: transparent; }")
        FocusRing(self.list)
        FirstPress(self.list)
        header = self.list.header()
        header.setMinimumSectionSize(24)
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(self._open)
        self.list.itemActivated.connect(self._open)
        self._shown: Comparison | None = None
        self._lay_out()
        self.follow(themes)
        self.theme_changed()

    def _lay_out(self) -> None:
        for label in (self.title, self.costs):  # a long line must not widen the window
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.costs.setContentsMargins(12, 0, 8, 4)
        vbox(
            hbox((self.title, 1), self.cross, margins=(12, 4, 8, 0), spacing=16),
            self.costs,
            (self.list, 1),
            parent=self,
            spacing=0,
        )

    def show_comparison(self, name: str, comparison: Comparison) -> None:
        """Show what differs from the version called ``name``."""
        self._shown = comparison
        counts = {sign: sum(each.sign == sign for each in comparison.differences) for sign in WORDS}
        counts_text = ", ".join(f"{count} {WORDS[sign]}" for sign, count in counts.items() if count)
        self.title.setText(f"Compared with {name}: {counts_text or 'no difference'}")
        self.costs.setText("     ".join(_cost(cost.name, cost.after, cost.change) for cost in comparison.costs))
        self.list.clear()
        self.list.addTopLevelItems([self._item(each) for each in comparison.differences])

    def _item(self, each: Difference) -> QTreeWidgetItem:
        hue = sign_color(self.theme, each.sign)
        item = QTreeWidgetItem([str(each.sign), " › ".join(each.path), each.text])
        item.setData(0, _PATH, list(each.path))
        for column in (0, 1):
            item.setForeground(column, hue)
        item.setFont(0, self.theme.font(bold=True))
        words = f"{WORDS[each.sign]}: {' in '.join(reversed(each.path))}, {each.text}"
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, words)
        item.setToolTip(2, plain_tip(each.text))
        return item

    def _open(self, item: QTreeWidgetItem) -> None:
        self.opened.emit(tuple(item.data(0, _PATH)))

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.cross.setIcon(icons.icon("close", self.theme))
        if self._shown is not None:
            self.list.clear()
            self.list.addTopLevelItems([self._item(each) for each in self._shown.differences])


def _cost(name: str, after: int, change: int) -> str:
    sign = "+" if change > 0 else "−"
    return f"{name} {after:,} ({sign}{abs(change):,})" if change else f"{name} {after:,} (same)"
