"""What the frequency view is about: a picture (a sample, or a map of a layer) and a kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.numerics.spectrum import Floats, checked_kernel
from app.system.number_format import nth
from graph.errors import NetloomError
from graph.layers.image_kernels import KERNELS
from graph.layers.settings import Matrix
from widgets.fields.field import mark
from widgets.fields.number_field import NumberBox
from widgets.fields.simple_fields import MatrixField
from widgets.look.labels import text_label
from widgets.understand.name_picker import NamePicker

SAMPLE = "The sample"
TYPED = "Typed"
CROSS: Matrix = ((1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0))
"""The kernel that stands in the field before one types."""


class _Choice(NamePicker):
    """A choice, and behind it the number of one of several. `changed` says that something else is chosen."""

    changed = Signal()

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(caption, parent, least=0, compact=True)
        self.picked.connect(self._on_choice)

    def _add_number(self, caption: str, name: str) -> tuple[QLabel, NumberBox]:
        box = NumberBox(whole=True, minimum=0, maximum=0)
        label = text_label(caption, self, look="faint", buddy=box)
        box.setAccessibleName(name)
        box.setFixedWidth(64)
        box.set_value(1)
        self.row.addWidget(label)
        self.row.addWidget(box)
        label.hide()
        box.hide()
        box.entered.connect(lambda _: self._on_number(box))
        return label, box

    def _on_number(self, box: NumberBox) -> None:
        box.clamp()
        self.changed.emit()

    def _on_choice(self) -> None:
        raise NotImplementedError


def _count(number: tuple[QLabel, NumberBox], count: int) -> None:
    """Let a number go from 1 to ``count``, and hide it where there is nothing to choose."""
    label, box = number
    box.set_range(1, max(count, 1))
    for widget in (label, box):
        widget.setVisible(count > 1)


def _index(number: tuple[QLabel, NumberBox]) -> int:
    """What is chosen, as an index."""
    return int(number[1].value() or 1) - 1


class PictureChoice(_Choice):
    """The sample, or one map of what a layer makes of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Picture", parent)
        self._sample: Floats = np.empty((0, 0, 0))
        self._maps: Floats = np.empty((0, 0, 0))
        self.map = self._add_number("map", "Map of the layer")
        self.offer_layers(())

    def offer_layers(self, layers: Sequence[str]) -> None:
        """Offer the sample and the maps of these layers."""
        self.offer([SAMPLE, *layers])

    @property
    def layer(self) -> str:
        """The layer whose map is chosen, empty for the sample."""
        return "" if self.box.currentIndex() <= 0 else self.chosen

    def set_sample(self, values: NDArray[np.float64] | None) -> None:
        """Take the sample; only pictures (C, H, W) are of use here."""
        fits = values is not None and values.ndim == 3
        self._sample = np.asarray(values, dtype=np.float64) if fits else np.empty((0, 0, 0))
        if not self.layer:
            self.changed.emit()

    def set_maps(self, maps: NDArray[np.float64]) -> None:
        """Take what the layer gives, (C, H, W)."""
        self._maps = np.asarray(maps, dtype=np.float64) if maps.ndim == 3 else np.empty((0, 0, 0))
        _count(self.map, len(self._maps))
        self.changed.emit()

    def _on_choice(self) -> None:
        self._maps = np.empty((0, 0, 0))
        _count(self.map, 0)
        self.changed.emit()

    @property
    def all(self) -> Floats:
        """All channels of the sample, or all maps of the layer: (C, H, W), empty while nothing has come."""
        return self._maps if self.layer else self._sample

    @property
    def picture(self) -> Floats:
        """The sample (C, H, W), or the one map that is chosen (1, H, W); empty while nothing has come."""
        chosen = _index(self.map)
        return self._maps[chosen : chosen + 1] if self.layer else self._sample

    @property
    def title(self) -> str:
        """What the picture is called."""
        return f"{self.layer}, map {nth(_index(self.map))}" if self.layer else "Sample"


class KernelChoice(_Choice):
    """A standard kernel, one that is typed, or one of a layer's own.

    `mistaken` carries a sentence about what was typed.
    """

    mistaken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Kernel", parent)
        self._weights: Floats = np.empty((0, 0, 0, 0))
        self._known: Mapping[str, Floats] = {}
        self._typed: Matrix = CROSS
        self.field = MatrixField()
        self.field.describe("Typed kernel", "Rows of numbers, for example 1 0 1 / 0 1 0 / 1 0 1.")
        self.field.show_value(CROSS)
        self.field.setMinimumWidth(150)
        self.row.addWidget(self.field)
        self.field.hide()
        self.filter = self._add_number("filter", "Filter of the layer")
        self.channel = self._add_number("channel", "Input channel of the filter")
        self.field.edited.connect(self._on_typed)
        self.field.mistaken.connect(self._on_mistake)
        self.offer_layers((), {})
        self.choose("edge")

    def offer_layers(self, layers: Sequence[str], known: Mapping[str, Floats]) -> None:
        """Offer the standard kernels and those of layers; ``known`` are kernels (f, c, h, w) that need no training."""
        self._known = known
        self.offer([*KERNELS, TYPED, *layers])
        if self.layer in known and known[self.layer].shape != self._weights.shape:
            self._on_choice()
        elif self.layer in known and not np.array_equal(known[self.layer], self._weights):
            self.set_weights(known[self.layer])

    @property
    def layer(self) -> str:
        """The layer whose filter is chosen, empty for a standard or typed kernel."""
        return self.chosen if self.box.currentIndex() > len(KERNELS) else ""

    @property
    def wanted(self) -> str:
        """The layer whose filters must come from its run, empty where there is none."""
        return "" if self.layer in self._known else self.layer

    def set_weights(self, weights: NDArray[np.float64]) -> None:
        """Take the filters of the layer chosen, (filters, channels, h, w)."""
        self._weights = np.asarray(weights, dtype=np.float64) if weights.ndim == 4 else np.empty((0, 0, 0, 0))
        _count(self.filter, len(self._weights))
        _count(self.channel, self._weights.shape[1])
        self.changed.emit()

    def _on_choice(self) -> None:
        self.field.setVisible(self.chosen == TYPED)
        self.set_weights(self._known.get(self.layer, np.empty((0, 0, 0, 0))))

    def _on_typed(self, rows: Matrix) -> None:
        try:
            checked_kernel(rows)
        except NetloomError as error:
            self._on_mistake(str(error))
            return
        self._typed = rows
        mark(self.field.editor(), wrong=False)
        self.changed.emit()

    def _on_mistake(self, reason: str) -> None:
        mark(self.field.editor(), wrong=True)
        self.mistaken.emit(reason)

    @property
    def all(self) -> tuple[list[str], list[Floats]]:
        """Names and numbers of all kernels to be seen side by side: the layer's, or the standard and typed ones."""
        if not self.layer:
            typed = [(TYPED, self._typed)] if self.chosen == TYPED else []
            listed = [*KERNELS.items(), *typed]
            return [name for name, _ in listed], [np.array(rows) for _, rows in listed]
        channel = self._channel
        return [f"filter {nth(index)}" for index in range(len(self._weights))], [
            weights[channel] for weights in self._weights
        ]

    @property
    def _channel(self) -> int:
        return _index(self.channel)

    @property
    def kernel(self) -> Floats | None:
        """The kernel (h, w) that is chosen; None while the layer's filters have not come.

        Raises
        ------
        NetloomError
            if it is too large to be looked at.
        """
        if not self.layer:
            return checked_kernel(self._typed if self.chosen == TYPED else KERNELS[self.chosen])
        chosen = _index(self.filter)
        return checked_kernel(self._weights[chosen, self._channel]) if len(self._weights) else None

    @property
    def title(self) -> str:
        """What the kernel is called."""
        if not self.layer:
            return "typed kernel" if self.chosen == TYPED else self.chosen
        return f"{self.layer}, filter {nth(_index(self.filter))}"
