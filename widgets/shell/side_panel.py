"""What stands right of the canvas: the settings of the selected layer, or something to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTabWidget, QToolButton, QWidget

from widgets.description.description_panel import DescriptionPanel
from widgets.description.glossary import GlossaryPanel
from widgets.inspector.inspector_panel import Inspector
from widgets.look import icons
from widgets.look.theme import Themed, ThemeSource

ALONE = ("understand",)
"""Workspaces in which layers have no settings: there the column is shown only while something is read."""


class SidePanel(Themed, QTabWidget):
    """Selecting a layer brings its settings forward; selecting none brings back what was read before.

    ``changed`` says that `wanted` or `reading` may differ.
    """

    changed = Signal()
    left = Signal()
    """Esc was pressed in it, and nothing there had a use for that."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("sidePanel")
        self.setAccessibleName("Layer and description")
        self.setDocumentMode(True)
        self.inspector, self.description = Inspector(themes), DescriptionPanel(themes)
        self.glossary = GlossaryPanel(themes)
        self.reading: QWidget | None = None
        """What is read, even while a selected layer stands before it."""
        self.with_settings = False
        """Whether layers have settings everywhere, because one of them was to be computed by hand."""
        self._alone = self._held = self._switching = False
        self.addTab(self.inspector, "Layer")
        self.addTab(self.description, "Description")
        self.addTab(self.glossary, "Glossary")
        self.setTabVisible(self.indexOf(self.glossary), False)
        self.setTabToolTip(0, "Settings of the selected layer")
        self.setTabToolTip(1, "What this project is about")
        self.fold = QToolButton()
        self.fold.setObjectName("foldReading")
        self.fold.setAccessibleName("Fold away")
        self.fold.setToolTip("Fold away; View brings it back")
        self.fold.clicked.connect(self._fold_away)
        self.setCornerWidget(self.fold)
        self.fold.hide()
        self.currentChanged.connect(self._on_tab)
        self.follow(themes)
        self.theme_changed()

    def theme_changed(self) -> None:
        """Take over the colours of another theme."""
        self.fold.setIcon(icons.icon("close", self.theme))
        self.fold.setIconSize(QSize(14, 14))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leads out of it."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    @property
    def wanted(self) -> bool:
        """Whether there is something to show in this workspace."""
        return not self._alone or self.reading is not None

    def begin(self) -> None:
        """Another project is open: its page is read, if it has one."""
        if self.reading in (None, self.description):
            self.read(self.description if self.description.text else None)

    def read(self, pane: QWidget | None) -> None:
        """Bring a pane to read forward, or the settings of the layer (None)."""
        self.reading = pane
        self._bring(pane)
        self.changed.emit()

    def _fold_away(self) -> None:
        self.with_settings = False
        self.read(None)

    def show_glossary(self, shown: bool) -> None:
        """Open the glossary, or close it."""
        self.glossary.load()
        self._offer(self.glossary, shown)

    def enter(self, workspace: str) -> None:
        """Show what suits another workspace."""
        alone = workspace in ALONE and not self.with_settings
        self.fold.setVisible(workspace in ALONE)
        if alone == self._alone:
            return
        self._alone = alone
        with self._by_itself():
            self.setTabVisible(self.indexOf(self.inspector), not alone)
        self._bring(self.reading)

    def select(self, ids: Sequence[str]) -> None:
        """These layers were selected."""
        if not self._alone and not self._held:
            self._bring(None if ids else self.reading)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep to what is read, whatever is selected meanwhile: a link of the page leads to a layer."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    # Inside

    def _offer(self, pane: QWidget, shown: bool) -> None:
        """Show a tab that is not always there and read it, or take it away."""
        with self._by_itself():
            self.setTabVisible(self.indexOf(pane), shown)
        if shown:
            self.read(pane)
        elif self.reading is pane:
            self.read(self.description if self.description.text else None)

    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        """Tabs change without anyone having chosen one."""
        self._switching = True
        try:
            yield
        finally:
            self._switching = False

    def _bring(self, pane: QWidget | None) -> None:
        with self._by_itself():
            self.setCurrentWidget(pane or (self.description if self._alone else self.inspector))

    def _on_tab(self, index: int) -> None:
        """The user chose a tab."""
        if not self._switching:
            self.reading = None if self.widget(index) is self.inspector else self.widget(index)
            self.changed.emit()
