"""What the views of recurrent layers share: the layer, its level and direction, a sample, and what the worker tells."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QSplitter, QWidget

from app.numerics.recurrence import recurrent_layers
from app.protocol.messages import ModelRequest, RunReply
from app.protocol.recurrent_messages import ReadRecurrentStates
from app.protocol.recurrent_values import RecurrentLayer
from graph.network import Network
from widgets.look.elided_label import ElidedLabel
from widgets.look.theme import ThemeSource
from widgets.understand.filters_tab import when_of
from widgets.understand.name_picker import NamePicker
from widgets.understand.sample_picker import SamplePicker
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

EMPTY = "Open a network with a recurrent layer: RNN, LSTM, GRU or a loop of your own."
NO_RECURRENT = (
    "This network has no recurrent layer, so nothing is carried from one time step to the next. "
    "The example “The adding problem: an LSTM remembers” has one."
)
NO_DATA = "Choose a data set to see what the layer does with a sample."
SOON_MS, PAUSE_MS = 150, 900
"""A burst of edits is answered once; two looks into a run in progress are this far apart at least."""


class RecurrentTab(Tab):
    """Chooses a recurrent layer, and asks the worker about it whenever the reply may have changed.

    Subclasses make the request and show the reply.
    """

    group = Group.TIME
    shows_layers = "only recurrent layers carry something from step to step"
    none, empty = NO_RECURRENT, EMPTY
    """What is said of a network without such a layer, and where there is no network."""

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.picker = NamePicker("Layer", self)
        self.level, self.direction = QComboBox(self), QComboBox(self)
        self.level.setAccessibleName("Which of the stacked layers")
        self.direction.setAccessibleName("Direction of reading")
        self.says = ElidedLabel(self, look="faint")
        self._request: int | None = None
        self._stale = True
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._ask_if_seen)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask_if_seen)
        for widget in (self.picker, self.level, self.direction):
            self.bar.addWidget(widget)
        for box in (self.level, self.direction):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.hide()
            box.activated.connect(self.look_anew)
        self.picker.picked.connect(self._on_layer)
        subject.edited.connect(self._on_edit)
        subject.epoch_ended.connect(self._on_epoch)

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """Over time there is something to see where a layer carries a state."""
        drawn = subject.drawn
        return cls.none if drawn is not None and len(drawn) and not cls.layers_of(drawn) else ""

    # Subclasses

    @classmethod
    def layers_of(cls, network: Network) -> list[str]:
        """The layers to choose from, by their paths."""
        return list(recurrent_layers(network))

    def make_request(self) -> ModelRequest[Any] | None:
        """What is asked about the layer, level and direction that are chosen; None where nothing can be asked yet."""
        raise NotImplementedError

    def show_reply(self, reply: Any) -> None:
        """Show the reply to the request."""
        raise NotImplementedError

    def show_nothing(self, words: str) -> None:
        """Show that there is nothing, and why."""
        raise NotImplementedError

    # The subject

    def layer_picker(self) -> NamePicker:
        """The layers on offer."""
        return self.picker

    def on_subject(self) -> None:
        """Another run is looked at, or it has ended."""
        self._offer()
        self.look_anew()

    def on_shown(self) -> None:
        """The tab has come to the screen: ask for what is not there yet."""
        self._offer()
        self._ask_if_seen()

    def hideEvent(self, event: object) -> None:
        """What nobody sees is not asked for."""
        self._soon.stop()
        self._pause.stop()
        self._drop()

    def _on_edit(self) -> None:
        self._stale = True
        if self.isVisible():
            self._offer()
            self._soon.start()

    def _on_epoch(self) -> None:
        self._stale = True
        if self.isVisible() and not self._pause.isActive():
            self._pause.start()

    def _offer(self) -> None:
        network: Network | None = self.subject.drawn
        self.picker.offer(self.layers_of(network) if network is not None else [])
        if not self.picker.chosen:
            self.show_nothing(self.reason_against(self.subject) or self.empty)

    def _on_layer(self, _layer: str) -> None:
        for box in (self.level, self.direction):
            box.setCurrentIndex(0 if box.count() else -1)
        self.look_anew()

    # Asking

    def look_anew(self, *_: object) -> None:
        """Ask again as soon as the tab is on screen."""
        self._stale = True
        self._drop()
        if self.isVisible():
            self._soon.start()

    def _drop(self) -> None:
        if self._request is not None:
            self.subject.drop(self._request)
            self._request = None
            self._stale = True

    def _ask_if_seen(self) -> None:
        if not self._stale or not self.isVisible() or self._request is not None or not self.picker.chosen:
            return
        request = self.make_request()
        if request is None:
            return
        self._stale = False
        self._request = self.subject.request_model(request, self._on_reply, self._on_refused)
        if self._request is None:
            self.show_nothing(NO_DATA)

    @property
    def chosen_level(self) -> int:
        """Which of stacked layers is chosen, from 0."""
        return max(self.level.currentIndex(), 0)

    @property
    def backward(self) -> bool:
        """Whether the direction from the last step to the first is chosen."""
        return self.direction.currentIndex() == 1

    def offer_directions(self, layer: RecurrentLayer) -> None:
        """Offer the levels and directions of a layer, where it has several."""
        levels = [f"level {number} of {layer.levels}" for number in range(1, layer.levels + 1)]
        _list(self.level, levels, layer.level)
        _list(self.direction, ["forwards", "backwards"][: layer.directions], int(layer.backward))

    def _on_reply(self, reply: RunReply) -> None:
        self._request = None
        weights = when_of(reply) if self.subject.ready else "untrained weights"
        self.says.setText("weights in training" if self.subject.live else weights)
        self.show_reply(reply)
        if self._stale:
            self._soon.start()

    def _on_refused(self, reason: str) -> None:
        self._request = None
        self.says.clear()
        if not self.subject.live:  # while training, the first weights may not be there yet
            self.show_nothing(reason)


class SampledTab(RecurrentTab):
    """A view of one sample, which a gallery at the left offers."""

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(source, subject, parent)
        self.gallery = SamplePicker(source, subject, NO_DATA)
        self.gallery.sample_picked.connect(self.look_anew)
        self.gallery.emptied.connect(lambda: self.show_nothing(self.gallery.empty_text))

    @property
    def shows_sample(self) -> bool:
        """Whether a sample is shown now."""
        return True

    def beside(self, view: QWidget) -> QSplitter:
        """The gallery with a view at its right."""
        return self.gallery.beside(view, (130, 900), least=110)

    def make_request(self) -> ModelRequest[Any] | None:
        """The states of the layer for the sample that was picked."""
        sample = self.gallery.position
        if sample is None:
            return None
        return ReadRecurrentStates(
            layer=self.picker.chosen, level=self.chosen_level, backward=self.backward, sample=sample
        )

    def on_shown(self) -> None:
        """Ask for samples, and for what became of the one picked."""
        if self.shows_sample:
            self.gallery.ask()
        super().on_shown()

    def on_subject(self) -> None:
        """Other samples may belong to another run."""
        if self.isVisible() and self.shows_sample:
            self.gallery.ask()
        super().on_subject()


def _list(box: QComboBox, names: list[str], chosen: int) -> None:
    """Offer names where there is a choice."""
    if [box.itemText(row) for row in range(box.count())] != names:
        box.clear()
        box.addItems(names)
    box.setCurrentIndex(chosen)
    box.setVisible(len(names) > 1)
