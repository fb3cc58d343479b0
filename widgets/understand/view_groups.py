"""The ways of understanding: a rail of groups, the views of one group in a bar, and a sentence about the one shown.

A view that has nothing to say about the network is left out of the bar, unless it is asked for by name; where a whole
group has nothing to say, its views stay and explain why.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QTabBar,
    QToolButton,
    QWidget,
)

from widgets.look import icons
from widgets.look.current_only_stack import CurrentOnlyStack
from widgets.look.elided_label import ElidedLabel
from widgets.look.layouts import hbox, vbox
from widgets.look.scrolled import scrolled
from widgets.look.theme import Themed, ThemeSource
from widgets.understand.understand_tab import Group, Tab


class Rail(Themed, QFrame):
    """The groups, one above the other, each an icon over its name. `picked` carries the group that a user chose."""

    picked = Signal(object)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("understandGroups")
        self.setAccessibleName("Groups of views")
        self._buttons: dict[Group, QToolButton] = {}
        self._exclusive = QButtonGroup(self)
        self._column = vbox(parent=self, margins=(4, 4, 4, 4), spacing=2)
        for group in Group:
            self._column.addWidget(self._button(group))
        self._column.addStretch(1)
        self.follow(source)
        self.theme_changed()

    def _button(self, group: Group) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"group-{group.name.lower()}")
        button.setText(group.value)
        button.setToolTip(group.says)
        button.setAccessibleDescription(group.says)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Arrow keys move the mark within an exclusive group, which says `toggled` and not `clicked`.
        button.toggled.connect(lambda on, group=group: self.picked.emit(group) if on else None)
        self._exclusive.addButton(button)
        self._buttons[group] = button
        return button

    def theme_changed(self) -> None:
        """Icons and text in the colours and sizes of the theme."""
        for group, button in self._buttons.items():
            button.setIcon(icons.icon(group.icon, self.theme))
            button.setIconSize(QSize(self.theme.px(20), self.theme.px(20)))
            button.setFont(self.theme.font(small=True))

    def mark(self, group: Group) -> None:
        """Show which group is on screen; nothing is told."""
        button = self._buttons[group]
        button.blockSignals(True)
        button.setChecked(True)
        button.blockSignals(False)

    def button(self, group: Group) -> QToolButton:
        """The button of a group."""
        return self._buttons[group]


class Views(QWidget):
    """All views, of which one is on screen. `changed` says that it is another one.

    ``corner`` stands at the right end of the bar.
    """

    changed = Signal()

    def __init__(
        self, source: ThemeSource, tabs: Sequence[Tab], corner: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._all = tuple(sorted(tabs, key=lambda tab: list(Group).index(tab.group)))
        self._last = {group: self._of(group)[0] for group in Group if self._of(group)}
        self._listed: list[Tab] = []
        self._chosen = False
        self.rail, self.bar, self.stack = Rail(source, self), QTabBar(self), CurrentOnlyStack(self)
        self.bar.setAccessibleName("Ways to look at the network")
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(False)
        self.bar.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.sentence = ElidedLabel(self, look="faint")
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for tab in self._all:
            self.stack.add(tab)
        inside = self._of(Group.INSIDE)
        self.stack.bring((inside or list(self._all))[0])  # what needs nobody to do anything
        for group in Group:
            self.rail.button(group).setVisible(group in self._last)
        self._lay_out(corner)
        self.rail.picked.connect(self._on_group)
        self.bar.currentChanged.connect(self._on_row)
        self._list()

    def _lay_out(self, corner: QWidget) -> None:
        head = hbox(self.bar, (self.sentence, 1), corner, margins=(0, 0, 12, 0), spacing=12)
        right = vbox(head, _rule(self, flat=True), (self._scrolled(), 1), spacing=0)
        hbox(self.rail, _rule(self, flat=False), (right, 1), parent=self, spacing=0)

    def _scrolled(self) -> QScrollArea:
        """The views, which are scrolled where the pane is smaller than the one on screen needs."""
        return scrolled(self.stack, sideways=True, by_keys=False)

    # Reading

    @property
    def tab(self) -> Tab:
        """The view on screen."""
        tab = self.stack.current
        assert isinstance(tab, Tab)  # nothing else was put there
        return tab

    @property
    def listed(self) -> tuple[Tab, ...]:
        """The views in the bar, in its order."""
        return tuple(self._listed)

    def offered(self, tab: Tab) -> bool:
        """Whether a view stands in the bar of its group."""
        group = self._of(tab.group)
        return not tab.unavailable_reason() or all(other.unavailable_reason() for other in group)

    # Choosing

    def bring(self, tab: Tab) -> None:
        """Bring a view to the screen, together with its group."""
        self._chosen = True
        self._bring(tab)

    def _bring(self, tab: Tab) -> None:
        if tab is self.tab:
            return
        self._last[tab.group] = tab
        self.stack.bring(tab)
        self._list()
        self.changed.emit()

    def refresh(self) -> None:
        """Another network is looked at: offer what has something to say about it.

        Until a view is chosen the first that is offered is on screen; one that was chosen stays, and explains itself.
        """
        if not self._chosen:
            self._bring(self._first(self.tab.group))
        self._list()

    # Inside

    def _of(self, group: Group) -> list[Tab]:
        return [tab for tab in self._all if tab.group is group]

    def _list(self) -> None:
        """Fill the bar with the views of the group on screen."""
        current = self.tab
        self.rail.mark(current.group)
        wanted = [tab for tab in self._of(current.group) if tab is current or self.offered(tab)]
        self.bar.blockSignals(True)
        if wanted != self._listed:
            self._listed = wanted
            while self.bar.count():
                self.bar.removeTab(0)
            for row, tab in enumerate(wanted):
                self.bar.addTab(tab.title)
                self.bar.setTabToolTip(row, tab.sentence)
        self.bar.setCurrentIndex(wanted.index(current))
        self.bar.blockSignals(False)
        self.sentence.setText(current.sentence)

    def _on_group(self, group: Group) -> None:
        last = self._last[group]
        self.bring(last if self.offered(last) else self._first(group))

    def _first(self, group: Group) -> Tab:
        """The first view of a group that is offered."""
        return next(tab for tab in self._of(group) if self.offered(tab))

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._listed):
            self.bring(self._listed[row])


def _rule(parent: QWidget, *, flat: bool) -> QFrame:
    """A hairline in the border's colour, ``flat`` or upright."""
    line = QFrame(parent)
    line.setProperty("rule", True)
    if flat:
        line.setFixedHeight(1)
    else:
        line.setFixedWidth(1)
    return line
