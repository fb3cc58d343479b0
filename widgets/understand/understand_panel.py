"""The understand panel: what a network has learned, in tabs that stand in groups."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.project.description_links import slug
from app.protocol.events import Snapshot
from app.protocol.watch import Watch
from widgets.look.theme import ThemeSource
from widgets.training.inline_notice import InlineNotice
from widgets.training.run_entries import shown_name
from widgets.training.training_controller import TrainingController
from widgets.understand.alignment_tab import AlignmentTab
from widgets.understand.backprop.backprop_tab import BackpropTab
from widgets.understand.by_hand.by_hand_tab import ByHandTab
from widgets.understand.errors.errors_tab import ErrorsTab
from widgets.understand.filters_tab import FiltersTab
from widgets.understand.frequency.frequency_tab import FrequencyTab
from widgets.understand.generated.generated_tab import MadeTab
from widgets.understand.length_tab import LengthTab
from widgets.understand.maps_tab import MapsTab
from widgets.understand.recurrent.attention_tab import AttentionTab
from widgets.understand.recurrent.gates_tab import GatesTab
from widgets.understand.recurrent.gradients_tab import GradientsTab
from widgets.understand.recurrent.unrolled_tab import UnrolledTab
from widgets.understand.similar_samples_tab import SimilarTab
from widgets.understand.subject import Subject
from widgets.understand.surface_tab import SurfaceTab
from widgets.understand.understand_tab import Tab
from widgets.understand.units.units_tab import UnitsTab
from widgets.understand.view_groups import Sentence, Views
from widgets.understand.weights_tab import WeightsTab
from widgets.understand.why_tab import WhyTab

NOTHING = "nothing yet: train a network, or pick a run"


class UnderstandPanel(QWidget):
    """Looks into the run in progress, or into the saved one that `show_run` names.

    `settings_wanted` says whether the tab on screen goes together with the settings of the selected layer.
    """

    settings_wanted = Signal(bool)

    def __init__(self, source: ThemeSource, controller: TrainingController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("understandPanel")
        self._controller = controller
        self.subject = Subject(controller, self)
        self.filters = FiltersTab(source, self.subject)
        self.maps = MapsTab(source, self.subject)
        self.weights = WeightsTab(source, self.subject)
        self.units = UnitsTab(source, self.subject)
        self.why = WhyTab(source, self.subject)
        self.errors = ErrorsTab(source, self.subject)
        self.alignment = AlignmentTab(source, self.subject)
        self.lengths = LengthTab(source, self.subject)
        self.surface = SurfaceTab(source, self.subject)
        self.frequency = FrequencyTab(source, self.subject)
        self.by_hand = ByHandTab(source, self.subject)
        self.backprop = BackpropTab(source, self.subject)
        self.similar = SimilarTab(source, self.subject)
        self.gates = GatesTab(source, self.subject)
        self.gradients = GradientsTab(source, self.subject)
        self.attention = AttentionTab(source, self.subject)
        self.made = MadeTab(source, self.subject)
        self.unrolled = UnrolledTab(source, self.subject)
        self.about = Sentence(self)
        self.views = Views(source, self._tabs(), self.about, self)
        self.notice = InlineNotice(self)
        # A wish changes several times while a run is being changed; the worker hears the last one.
        self._wish_soon = QTimer(self, singleShot=True, interval=0)
        self._wish_soon.timeout.connect(self._tell_wish)
        self._lay_out()
        self._connect()
        self._take_subject()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.notice)
        column.addWidget(self.views, 1)

    def _connect(self) -> None:
        self.subject.changed.connect(self._take_subject)
        self.subject.failed.connect(self.notice.say)
        self.subject.snapshot.connect(self._on_snapshot)
        self.subject.edited.connect(self.views.refresh)
        self.views.changed.connect(self._take_tab)
        for tab in self._tabs():
            tab.wish_changed.connect(self._wish_soon.start)

    def _tabs(self) -> tuple[Tab, ...]:
        return (
            self.filters,
            self.maps,
            self.units,
            self.weights,
            self.frequency,
            self.errors,
            self.alignment,
            self.lengths,
            self.why,
            self.surface,
            self.similar,
            self.made,
            self.by_hand,
            self.backprop,
            self.attention,
            self.unrolled,
            self.gates,
            self.gradients,
        )

    @property
    def tab(self) -> Tab:
        """The tab on screen."""
        return self.views.tab

    # What the window calls

    def show_run(self, path: Path) -> None:
        """Look at a saved run; while one is in progress it has the word, unless it is not on screen."""
        self.notice.clear()
        if self.subject.run is None or self.subject.run.path != path:
            self.subject.show_run(path)

    def show_tab(self, title: str) -> None:
        """Bring a tab forward by its title."""
        self.views.bring(next(tab for tab in self._tabs() if tab.title == title))

    def show_slug(self, name: str) -> bool:
        """Bring a tab forward by its title as links write it (``feature-maps``); False where it is not offered."""
        found = next((tab for tab in self._tabs() if slug(tab.title) == name), None)
        if found is None or not self.views.offered(found):
            return False
        self.views.bring(found)
        return True

    def show_filters_of(self, layer: str) -> None:
        """Bring the filters of a convolution forward."""
        self.views.bring(self.filters)
        self.filters.picker.choose(layer)

    # Inside

    def _take_subject(self) -> None:
        run = self.subject.run
        self._show_about()
        if run is None:
            self.about.setText(NOTHING)
        else:
            live = "  ·  live" if self.subject.live else ""
            self.about.setText(f"{shown_name(run.path, run.title)}{live}")
        for tab in self._tabs():
            tab.take_subject()
        self.views.refresh()
        self._wish_soon.start()

    def _show_about(self) -> None:
        """Say whose inside is on show; a tab that works without a run needs none."""
        self.about.setVisible(self.subject.run is not None or self.tab is not self.by_hand)

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        if self.isVisible():
            self.tab.on_snapshot(snapshot)

    def _take_tab(self) -> None:
        self.tab.take_shown()
        self._show_about()
        self.settings_wanted.emit(self.tab is self.by_hand)
        self._wish_soon.start()

    def _tell_wish(self) -> None:
        self.subject.want(self.tab.wish() if self.isVisible() else Watch())

    def showEvent(self, event: QShowEvent) -> None:
        """What is on screen is asked for."""
        super().showEvent(event)
        self.tab.take_shown()
        self._wish_soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees is not made."""
        super().hideEvent(event)
        self._wish_soon.start()
