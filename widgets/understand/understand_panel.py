"""The understand panel: what a network has learned, in tabs that stand in groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.project.description_links import slug
from widgets.look.elided_label import ElidedLabel
from widgets.look.floating import float_over
from widgets.look.focus import target_in
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource
from widgets.training.busy_covers import BusyCovers
from widgets.training.inline_notice import InlineNotice
from widgets.training.training_controller import TrainingController
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab
from widgets.understand.view_groups import Views, begins_with
from widgets.understand.view_registry import discover, make_view

T = TypeVar("T", bound=Tab)


class UnderstandPanel(QWidget):
    """Looks into the run in progress, or into the saved one that `show_run` names."""

    def __init__(self, source: ThemeSource, controller: TrainingController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("understandPanel")
        self._controller = controller
        self.subject = Subject(controller, self)
        self._source = source
        self.busy: list[BusyCovers] = []
        self._waiting: dict[type[Tab], Callable[[Any], None]] = {}
        self._seen: Path | None = None
        self._layer = ""
        self.about = ElidedLabel(self, look="faint")
        self.views = Views(source, self.subject, discover(), self._make, self.about, self)
        self.notice = InlineNotice(self)
        # A subscription changes several times while a run is being changed; the worker hears the last one.
        self._subscribe_soon = QTimer(self, singleShot=True, interval=0)
        self._subscribe_soon.timeout.connect(self._subscribe)
        self._lay_out()
        self._connect()
        self._on_subject()

    def _lay_out(self) -> None:
        vbox((self.views, 1), parent=self)
        float_over(self, self.notice)

    def _connect(self) -> None:
        self.subject.changed.connect(self._on_subject)
        self.subject.failed.connect(self.notice.say)
        self._controller.forgotten.connect(self.notice.clear)
        self.subject.view_wanted.connect(self.show_tab)
        self.subject.edited.connect(self.views.refresh)
        self._controller.stateChanged.connect(lambda _: self.views.refresh())
        self.views.changed.connect(self._on_tab)

    def _make(self, kind: type[Tab]) -> Tab:
        """A view that is wanted for the first time, which knows the run as all others do."""
        tab = make_view(kind, self._source, self.subject)
        tab.subscription_changed.connect(self._subscribe_soon.start)
        self.busy.append(BusyCovers(self._controller.link, tab, lambda: self.subject.work))
        tab.on_subject()
        self._waiting.pop(kind, lambda _: None)(tab)
        return tab

    @property
    def tab(self) -> Tab:
        """The tab on screen."""
        return self.views.tab

    def main_part(self) -> QWidget | None:
        """What takes keys in the view on screen; the bar of the views where that takes none, or there is none."""
        shown = self.views.on_screen
        return (target_in(shown) if shown is not None else None) or self.views.bar

    def view(self, kind: type[T]) -> T:
        """The view of a class."""
        return cast(T, self.views.view(kind))

    def once_made(self, kind: type[T], call: Callable[[T], None]) -> None:
        """Have ``call`` take the view of a class, now or when it is made."""
        made = next((tab for tab in self.views.made if isinstance(tab, kind)), None)
        if made is not None:
            call(made)
        else:
            self._waiting[kind] = call

    # What the window calls

    def show_run(self, path: Path) -> None:
        """Look at a saved run; while one is in progress it has the word, unless it is not on screen."""
        self.notice.clear()
        if self.subject.run is None or self.subject.run.path != path:
            self.subject.show_run(path)

    def rename_run(self, old: Path, new: Path) -> None:
        """The folder of a run has another name."""
        if self.subject.run is not None and self.subject.run.path == old:
            self.subject.show_run(new)

    def show_tab(self, title: str) -> None:
        """Bring a tab forward by its title."""
        self.views.bring(next(kind for kind in self.views.kinds if kind.title == title))

    def show_slug(self, name: str) -> bool:
        """Bring a tab forward by its title as links write it (``feature-maps``); False where it is not offered."""
        kind = next((kind for kind in self.views.kinds if slug(kind.title) == name), None)
        if kind is None or not self.views.offered(kind):
            return False
        self.views.bring(kind)
        return True

    def begin(self, name: str) -> bool:
        """Another project is open: show the view ``name``, or where it is not offered what one begins with."""
        self.views.begin()
        return bool(name) and self.show_slug(name)

    def show_layer(self, path: str) -> None:
        """A layer, or none, is selected on the canvas: views that can show it do, now or once they are seen."""
        self._layer = path
        self._follow_layer()

    def _follow_layer(self) -> None:
        tab = self.views.on_screen
        if tab is not None and self.isVisible():
            tab.follow_layer(self._layer)

    # Inside

    def _on_subject(self) -> None:
        self.show_whose()
        for tab in self.views.made:
            tab.on_subject()
        self._follow_layer()
        for covers in self.busy:
            covers.refresh()
        self.views.refresh(self._group())
        self._subscribe_soon.start()

    def _group(self) -> Group | None:
        """Where to begin until a view is chosen: a trained network is tried, one in training is looked into.

        While somebody looks, a run that goes on or ends moves nothing; None leaves the group that is there.
        """
        path = self.subject.run.path if self.subject.run is not None else None
        before, self._seen = self._seen, path
        if self.isVisible() and before is not None:
            return None
        return begins_with(self.subject)

    def show_whose(self) -> None:
        """Name the run that is looked at, and say where its network or data are not those of the project now."""
        run = self.subject.run
        if run is None:
            self.about.clear()
            return
        live = "  ·  live" if self.subject.live else ""
        other = "  ·  not the network as it is drawn now" if self.subject.outdated else ""
        data = f"  ·  {self._whose_data()}" if self.subject.other_data else ""
        self.about.setText(f"{self.subject.run_name(run)}{live}{other}{data}")

    def _whose_data(self) -> str:
        """That the samples on show are the run's, and not of the data that is chosen now."""
        title = self.subject.data_title or "other data"
        return f"trained on {title}, not on the data as it is chosen now"

    def _on_tab(self) -> None:
        self._look_at_tab()
        self._subscribe_soon.start()

    def _look_at_tab(self) -> None:
        """Have the view on screen ask for what it shows."""
        self._follow_layer()
        if self.isVisible() and self.views.on_screen is not None:
            self.views.on_screen.on_shown()

    def _subscribe(self) -> None:
        tab = self.views.on_screen
        if tab is not None and self.isVisible():
            self.subject.watch(tab.subscription(), tab.on_inside)
        else:
            self.subject.watch_nothing()

    def showEvent(self, event: QShowEvent) -> None:
        """What is on screen is asked for."""
        super().showEvent(event)
        self._look_at_tab()
        self._subscribe_soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees is not made."""
        super().hideEvent(event)
        self._subscribe_soon.start()
