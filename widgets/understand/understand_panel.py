"""The understand panel: what a network has learned, in tabs that stand in groups."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.project.description_links import slug
from app.protocol.watch import Watch
from widgets.look.elided_label import ElidedLabel
from widgets.look.floating import float_over
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource
from widgets.training.busy_covers import BusyCovers
from widgets.training.inline_notice import InlineNotice
from widgets.training.training_controller import TrainingController
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Tab
from widgets.understand.view_groups import Views
from widgets.understand.view_registry import make_views

T = TypeVar("T", bound=Tab)

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
        self.tabs = make_views(source, self.subject)
        self.about = ElidedLabel(self, look="faint")
        self.views = Views(source, tuple(self.tabs.values()), self.about, self)
        self.notice = InlineNotice(self)
        # A subscription changes several times while a run is being changed; the worker hears the last one.
        self._subscribe_soon = QTimer(self, singleShot=True, interval=0)
        self._subscribe_soon.timeout.connect(self._subscribe)
        self._lay_out()
        self.busy = [BusyCovers(controller.link, tab, lambda: self.subject.work) for tab in self.tabs.values()]
        self._connect()
        self._on_subject()

    def _lay_out(self) -> None:
        vbox((self.views, 1), parent=self)
        float_over(self, self.notice)

    def _connect(self) -> None:
        self.subject.changed.connect(self._on_subject)
        self.subject.failed.connect(self.notice.say)
        self.subject.edited.connect(self.views.refresh)
        self.views.changed.connect(self._on_tab)
        for tab in self.tabs.values():
            tab.subscription_changed.connect(self._subscribe_soon.start)

    @property
    def tab(self) -> Tab:
        """The tab on screen."""
        return self.views.tab

    def view(self, kind: type[T]) -> T:
        """The view of a class."""
        return cast(T, self.tabs[kind])

    # What the window calls

    def show_run(self, path: Path) -> None:
        """Look at a saved run; while one is in progress it has the word, unless it is not on screen."""
        self.notice.clear()
        if self.subject.run is None or self.subject.run.path != path:
            self.subject.show_run(path)

    def show_tab(self, title: str) -> None:
        """Bring a tab forward by its title."""
        self.views.bring(next(tab for tab in self.tabs.values() if tab.title == title))

    def show_slug(self, name: str) -> bool:
        """Bring a tab forward by its title as links write it (``feature-maps``); False where it is not offered."""
        tab = next((tab for tab in self.tabs.values() if slug(tab.title) == name), None)
        if tab is None or not self.views.offered(tab):
            return False
        self.views.bring(tab)
        return True

    # Inside

    def _on_subject(self) -> None:
        self._show_about()
        self.show_whose()
        for tab in self.tabs.values():
            tab.on_subject()
        for covers in self.busy:
            covers.refresh()
        self.views.refresh()
        self._subscribe_soon.start()

    def show_whose(self) -> None:
        """Name the run that is looked at, and say where its network is not the one that is drawn."""
        run = self.subject.run
        if run is None:
            self.about.setText(self.subject.work or NOTHING)
            return
        live = "  ·  live" if self.subject.live else ""
        other = "  ·  not the network as it is drawn now" if self.subject.outdated else ""
        self.about.setText(f"{self.subject.run_name(run)}{live}{other}")

    def _show_about(self) -> None:
        """Say whose inside is on show; a tab that works without a run needs none."""
        self.about.setVisible(self.subject.run is not None or not self.tab.needs_run)

    def _on_tab(self) -> None:
        self.tab.on_shown()
        self._show_about()
        self.settings_wanted.emit(self.tab.with_settings)
        self._subscribe_soon.start()

    def _subscribe(self) -> None:
        self.subject.watch(self.tab.subscription() if self.isVisible() else Watch(), self.tab.on_inside)

    def showEvent(self, event: QShowEvent) -> None:
        """What is on screen is asked for."""
        super().showEvent(event)
        self.tab.on_shown()
        self._subscribe_soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees is not made."""
        super().hideEvent(event)
        self._subscribe_soon.start()
