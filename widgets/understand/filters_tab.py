"""The filters of a convolution, live while training."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QComboBox, QWidget

from app.protocol.events import Snapshot
from app.protocol.messages import RunReply
from app.protocol.watch import Watch
from widgets.charts.filter_tiles import FilterGrid
from widgets.look.labels import text_label
from widgets.look.theme import ThemeSource
from widgets.understand.name_picker import NamePicker
from widgets.understand.subject import Inside, Subject, having_filters
from widgets.understand.understand_tab import Tab

COMING = "The filters come with the next step of the training."
NO_FILTERS = "This network has no convolution, so it has no filters. Its weights are under Weights."


class FiltersTab(Tab):
    """A picker among the convolutions, and the filters of the one chosen."""

    title = "Filters"
    place = 1
    sentence = "What each filter looks for; click one for its numbers"
    shows_layers = "only convolutions have filters"
    no_run = "Train the network to watch its filters form."

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.picker = NamePicker("Convolution", self)
        self.step = text_label("", self, look="faint")
        self.grid = FilterGrid(source, empty=COMING)
        self.grid.setObjectName("filters")
        self.channel = QComboBox(self)
        self.channel.setAccessibleName("Input channel")
        self.channel.setToolTip("The input channel that the tiles show; [ and ] choose it too")
        self.channel.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.bar.addWidget(self.picker)
        self.bar.addWidget(self.channel)
        self.channel.hide()
        self.bar.addStretch(1)
        self.bar.addWidget(self.step)
        self.column.addWidget(self.grid, 1)
        self.picker.picked.connect(self._on_layer)
        self.channel.activated.connect(lambda row: self.grid.set_channel(row - 1))
        self.grid.channel_changed.connect(lambda number: self.channel.setCurrentIndex(number + 1))

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """Filters belong to convolutions."""
        drawn = subject.drawn
        return NO_FILTERS if drawn is not None and len(drawn) and not having_filters(drawn) else ""

    def layer_picker(self) -> NamePicker:
        """The layers on offer."""
        return self.picker

    def subscription(self) -> Watch:
        """The filters of the layer chosen."""
        return Watch(filters=(self.picker.chosen,)) if self.picker.chosen else Watch()

    def on_subject(self) -> None:
        """Offer the convolutions of another run."""
        layers = self.subject.convolutions_within()
        self.picker.offer(layers)
        if not layers:
            self.grid.set_filters(np.empty((0, 1, 1, 1)))

    def on_inside(self, inside: Inside) -> None:
        """Show new weights."""
        filters = inside.views.filters.get(self.picker.chosen)
        if filters is not None and filters.ndim in (3, 4):
            self.grid.set_filters(filters, inside.views.biases.get(self.picker.chosen))
            self._offer_channels()
            self.step.setText(when_of(inside))

    def _offer_channels(self) -> None:
        """Let one input channel be chosen, where there are several."""
        count = self.grid.channels
        if count + 1 != self.channel.count():
            whole = "Red, green, blue" if count == 3 else f"Mean of {count} channels"
            self.channel.clear()
            self.channel.addItems([whole, *(f"Channel {number}" for number in range(1, count + 1))])
        self.channel.setCurrentIndex(self.grid.channel + 1)
        self.channel.setVisible(count > 1)

    def _on_layer(self, _layer: str) -> None:
        self.grid.set_filters(np.empty((0, 1, 1, 1)))
        self.subscription_changed.emit()


def when_of(moment: Snapshot | RunReply) -> str:
    """The moment that a snapshot, or a reply about a run, shows."""
    return f"epoch {moment.epoch:,}, step {moment.step:,}" if moment.epoch else "trained weights"
