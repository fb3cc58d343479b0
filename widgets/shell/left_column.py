"""The column left of the canvas, which gives way to the canvas where both have no room: a strip that opens it stays."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QTabWidget, QToolButton, QWidget

from widgets.look import icons
from widgets.look.focus import within
from widgets.look.layouts import hbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import Themed, ThemeSource

NAMES = "layers, outline and history"
UNBOUND = (1 << 24) - 1
"""Qt's largest width of a widget."""


class LeftColumn(Themed, QWidget):
    """Holds ``tabs``; ``folded`` says that they came or went.

    Where room is short, they are folded away until the user opens them. The strip at their left stands where it is
    while it is pressed.
    """

    folded = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("leftColumn")
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Layers and outline")
        self.tabs.setUsesScrollButtons(False)
        self.strip = QToolButton()
        self.strip.setObjectName("layersStrip")
        self.strip.setText("Layers")
        self.strip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.strip.setCheckable(True)
        self.strip.clicked.connect(self.show_tabs)
        self._crowded = False
        self._wanted: bool | None = None
        hbox((self.strip, 0, Qt.AlignmentFlag.AlignTop), (self.tabs, 1), parent=self, spacing=0)
        self.follow(themes)
        self.theme_changed()
        self._apply()

    def theme_changed(self) -> None:
        """Take over the colours and sizes of another theme."""
        side = self.theme.px(18)
        self.strip.setIcon(icons.icon("structure", self.theme))
        self.strip.setIconSize(QSize(side, side))
        self._apply()

    @property
    def is_open(self) -> bool:
        """Whether the tabs are shown: as the user wants, else where there is room."""
        return not self._crowded if self._wanted is None else self._wanted

    @property
    def strip_width(self) -> int:
        """Pixels that the strip takes; 0 where there is none."""
        return 0 if self.strip.isHidden() else self.strip.sizeHint().width()

    def show_tabs(self, shown: bool) -> None:
        """The user opens the tabs, or folds them away."""
        self._set(self._crowded, shown)

    def follow_room(self) -> None:
        """Show the tabs where there is room from now on, whatever was wanted before."""
        self._set(self._crowded, None)

    def make_room(self, crowded: bool) -> None:
        """Say whether canvas and columns have too little room; once they have enough, the tabs are back."""
        wanted = self._wanted if crowded == self._crowded else None
        self._set(crowded, wanted)

    def _set(self, crowded: bool, wanted: bool | None) -> None:
        before = self.is_open
        self._crowded, self._wanted = crowded, wanted
        self._apply()
        if self.is_open != before:
            self.folded.emit()

    def _apply(self) -> None:
        focus = QApplication.focusWidget()
        if not self.is_open and focus is not None and within(self.tabs, focus):
            self.strip.show()
            self.strip.setFocus(Qt.FocusReason.OtherFocusReason)
        self.tabs.setVisible(self.is_open)
        self.strip.setVisible(self._crowded or not self.is_open)
        self.strip.setChecked(self.is_open)
        words = f"{'Fold away' if self.is_open else 'Show'} {NAMES}"
        self.strip.setAccessibleName(words)
        self.strip.setToolTip(plain_tip(words))
        self.setMaximumWidth(UNBOUND if self.is_open else self.strip_width)
