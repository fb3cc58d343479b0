"""The ways of understanding: a rail of groups, the views of one group in a bar, and a sentence about the one shown.

A view that has nothing to say about the network is left out of the bar, unless it is asked for by name; a group without
any view is grey, and its tooltip says why. What cannot be shown yet is one sentence in the place of the view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
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
from widgets.look.labels import empty_page, set_look, text_label
from widgets.look.layouts import hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.scrolled import scrolled
from widgets.look.theme import Themed, ThemeSource
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

SCORES = "This loss gives scores and no probabilities: per cent here are their softmax"
"""What is said above a view that shows per cent of a network that was trained by a hinge loss."""
Kind: TypeAlias = type[Tab]

SPACING = 12
"""Pixels between the bar of views and what stands beside it."""

ICON, ICON_GAP = 20, 4
"""Side of a group's icon, and what Qt leaves between it and the name, in pixels."""

STYLES = {True: Qt.ToolButtonStyle.ToolButtonTextUnderIcon, False: Qt.ToolButtonStyle.ToolButtonTextOnly}
"""How a group's button looks with its icon and without."""


class Rail(Themed, QFrame):
    """The groups, one above the other, each an icon over its name. `picked` carries the group that a user chose."""

    picked = Signal(object)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("understandGroups")
        self.setAccessibleName("Groups of views")
        self._buttons: dict[Group, QToolButton] = {}
        self._exclusive = QButtonGroup(self)
        self._with_icons = True
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
        button.setCheckable(True)
        button.setToolButtonStyle(STYLES[True])
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Arrow keys move the mark within an exclusive group, which says `toggled` and not `clicked`.
        button.toggled.connect(lambda on, group=group: self.picked.emit(group) if on else None)
        self._exclusive.addButton(button)
        self._buttons[group] = button
        self.offer(group, "")
        return button

    def offer(self, group: Group, reason: str) -> None:
        """Let a group be chosen, or where there is a ``reason`` against that, say it instead of what is found there."""
        button = self._buttons[group]
        button.setEnabled(not reason)
        button.setToolTip(plain_tip(reason or group.says))
        button.setAccessibleDescription(reason or group.says)

    def theme_changed(self) -> None:
        """Icons and text in the colours and sizes of the theme."""
        for group, button in self._buttons.items():
            button.setIcon(icons.icon(group.icon, self.theme))
            button.setIconSize(QSize(self.theme.px(ICON), self.theme.px(ICON)))
            button.setFont(self.theme.font(small=True))

    def minimumSizeHint(self) -> QSize:
        """The names without their icons, which will do in a low window."""
        least = super().minimumSizeHint()
        return least - QSize(0, self._icons_high) if self._with_icons else least

    @property
    def _icons_high(self) -> int:
        """Pixels by which the rail is higher with icons."""
        return sum(self.theme.px(ICON) + ICON_GAP for button in self._buttons.values() if not button.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the icons out where only the names have room."""
        super().resizeEvent(event)
        with_icons = self.height() >= self.minimumSizeHint().height() + self._icons_high
        if with_icons != self._with_icons:
            self._with_icons = with_icons
            for button in self._buttons.values():
                button.setToolButtonStyle(STYLES[with_icons])

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
    """All views, of which one is on screen, or ``nothing``: a page that says why it cannot be seen now.

    `changed` says that it is another view, or that it can be seen now. A view is made by ``make`` when it is first
    wanted: most of them are looked at by nobody in a session. ``corner`` stands at the right end of the bar.
    """

    changed = Signal()

    def __init__(
        self,
        source: ThemeSource,
        subject: Subject,
        kinds: Sequence[Kind],
        make: Callable[[Kind], Tab],
        corner: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.kinds = tuple(sorted(kinds, key=lambda kind: list(Group).index(kind.group)))
        self._subject, self._make = subject, make
        self._made: dict[Kind, Tab] = {}
        self._last = self._first_of_all()
        self._listed: list[Kind] = []
        self.chosen = False
        """Whether a view was chosen, and not only come by."""
        self.rail, self.bar, self.stack = Rail(source, self), QTabBar(self), CurrentOnlyStack(self)
        self.nothing = empty_page("", self)
        self.stack.add(self.nothing)
        self.bar.setAccessibleName("Ways to look at the network")
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(False)
        self.bar.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.sentence = ElidedLabel(self, look="faint")
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.sentence.installEventFilter(self)
        self.remark = text_label("", self, wrap=True, hidden=True)
        """Why the layer that is selected is not shown, where the bar has no room for that in one line."""
        self.remark.setContentsMargins(12, 4, 12, 4)
        inside = self._of(Group.INSIDE)
        self.kind = (inside or list(self.kinds))[0]  # what needs nobody to do anything
        for group in Group:
            self.rail.button(group).setVisible(group in self._last)
        self._lay_out(corner)
        self.rail.picked.connect(self._on_group)
        self.bar.currentChanged.connect(self._on_row)
        self._list()

    def _lay_out(self, corner: QWidget) -> None:
        self._corner = corner
        head = hbox(self.bar, (self.sentence, 1), corner, margins=(0, 0, SPACING, 0), spacing=SPACING)
        right = vbox(head, _rule(self, flat=True), self.remark, (self._scrolled(), 1), spacing=0)
        hbox(self.rail, _rule(self, flat=False), (right, 1), parent=self, spacing=0)

    def _scrolled(self) -> QScrollArea:
        """The views, which are scrolled where the pane is smaller than the one on screen needs."""
        return scrolled(self.stack, sideways=True, by_keys=False)

    # Reading

    @property
    def tab(self) -> Tab:
        """The view on screen, or the one that will be there; it is made now if it was not."""
        return self.view(self.kind)

    def view(self, kind: Kind) -> Tab:
        """The view of a class; it is made now if it was not."""
        if kind not in self._made:
            self._made[kind] = self._make(kind)
            self._made[kind].remark_changed.connect(self._show_sentence)
            self.stack.add(self._made[kind])
            if kind is self.kind:
                self._show()
        return self._made[kind]

    @property
    def made(self) -> tuple[Tab, ...]:
        """The views that were wanted so far."""
        return tuple(self._made.values())

    @property
    def listed(self) -> tuple[Kind, ...]:
        """The classes of the views in the bar, in its order."""
        return tuple(self._listed)

    @property
    def on_screen(self) -> Tab | None:
        """The view on screen; None where a sentence stands in its place, or nobody has looked yet."""
        tab = self._made.get(self.kind)
        return tab if tab is self.stack.current else None

    def offered(self, kind: Kind) -> bool:
        """Whether a view stands in the bar of its group."""
        return not kind.reason_against(self._subject)

    # Choosing

    def bring(self, kind: Kind) -> None:
        """Bring a view to the screen, together with its group."""
        self.chosen = True
        self._bring(kind)

    def begin(self) -> None:
        """Another project is looked at, in which nobody has chosen a view yet."""
        self.chosen, self._last = False, self._first_of_all()
        self.refresh(begins_with(self._subject))

    def _bring(self, kind: Kind) -> None:
        if kind is self.kind:
            return
        self._last[kind.group] = self.kind = kind
        self._show()
        self._list()
        self.changed.emit()

    def _show(self) -> None:
        """Bring the view to the screen, or the sentence that stands in its place."""
        self.nothing.setText(self.kind.lacks(self._subject))
        if self.nothing.text():
            self.stack.bring(self.nothing)
        elif self.isVisible() or self.kind in self._made:
            self.stack.bring(self.view(self.kind))
        elif self.stack.current is not None:
            self.stack.current.hide()

    def refresh(self, group: Group | None = None) -> None:
        """Another network is looked at: offer what has something to say about it.

        Until a view is chosen the first that is offered in ``group`` is on screen, or in the one that is. One that was
        chosen stays, and explains itself while somebody looks; later it is forgotten if it says nothing of the network.
        """
        if not self.isVisible() and not self.offered(self.kind):
            self.chosen = False
            group = group or begins_with(self._subject)
        if not self.chosen:
            self._bring(self._first(group or self.kind.group))
        before = self.on_screen
        self._show()
        if self.isVisible():
            self._list()
        if self.on_screen is not before:
            self.changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """The view that is looked at is there."""
        self._show()
        self._list()
        super().showEvent(event)

    # Inside

    def _of(self, group: Group) -> list[Kind]:
        return [kind for kind in self.kinds if kind.group is group]

    def _first_of_all(self) -> dict[Group, Kind]:
        """The first view of each group that has any."""
        return {group: self._of(group)[0] for group in Group if self._of(group)}

    def _list(self) -> None:
        """Fill the bar with the views of the group on screen."""
        current = self.kind
        reasons = {kind: kind.reason_against(self._subject) for kind in self.kinds}
        for group in self._last:
            self.rail.offer(group, _reason_of_all([reasons[kind] for kind in self._of(group)]))
        self.rail.mark(current.group)
        wanted = [kind for kind in self._of(current.group) if kind is current or not reasons[kind]]
        self.bar.blockSignals(True)
        if wanted != self._listed:
            self._listed = wanted
            while self.bar.count():
                self.bar.removeTab(0)
            for row, kind in enumerate(wanted):
                self.bar.addTab(kind.title)
                self.bar.setTabToolTip(row, plain_tip(kind.sentence))
            self.bar.updateGeometry()  # which Qt leaves out where the bar is hidden and its size was asked for since
        self.bar.setCurrentIndex(wanted.index(current))
        self.bar.blockSignals(False)
        self._show_sentence()

    def _show_sentence(self) -> None:
        """Say what is seen, or why the layer that is selected on the canvas is not: no smaller than other hints."""
        remark = self.on_screen.remark if self.on_screen is not None else ""
        scores = self.kind.shows_probabilities and self._subject.by_scores
        beside = self.sentence.fontMetrics().horizontalAdvance(remark) <= self.sentence.width()
        self.sentence.setText(remark if remark and beside else SCORES if scores else self.kind.sentence)
        self._share_room()
        set_look(self.sentence, "faint", not (remark and beside))
        self.remark.setText("" if beside else remark)
        self.remark.setVisible(not beside)

    def _share_room(self) -> None:
        """Where sentence and corner cannot both be whole beside the bar, each has half of the room there."""
        room = self.width() - self.rail.width() - self.bar.sizeHint().width() - 3 * SPACING
        whole = self.sentence.fontMetrics().horizontalAdvance(self.sentence.text())
        self._corner.setMaximumWidth(max(room - whole, room // 2, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width has other room beside the bar."""
        super().resizeEvent(event)
        self._share_room()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Where the bar has another width, a remark has room in it or not."""
        if watched is self.sentence and event.type() == QEvent.Type.Resize:
            self._show_sentence()
        return super().eventFilter(watched, event)

    def _on_group(self, group: Group) -> None:
        last = self._last[group]
        self.bring(last if self.offered(last) else self._first(group))

    def _first(self, group: Group) -> Kind:
        """The first view of a group that is offered, else the first of all, else the one that is there."""
        kinds = (*self._of(group), *self.kinds, self.kind)
        return next((kind for kind in kinds if self.offered(kind)), self.kind)

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._listed):
            self.bring(self._listed[row])


def begins_with(subject: Subject) -> Group:
    """Where to begin: a trained network is tried, one in training or before it is looked into."""
    return Group.TRY if subject.ready and not subject.live else Group.INSIDE


def _reason_of_all(reasons: Sequence[str]) -> str:
    """Why none of some views is offered, as most of them say it; empty where one is."""
    return "" if "" in reasons else Counter(reasons).most_common(1)[0][0]


def _rule(parent: QWidget, *, flat: bool) -> QFrame:
    """A hairline in the border's colour, ``flat`` or upright."""
    line = QFrame(parent)
    line.setProperty("rule", True)
    if flat:
        line.setFixedHeight(1)
    else:
        line.setFixedWidth(1)
    return line
