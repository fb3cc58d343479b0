"""The classes that a network gives the pixels of a picture: their hues over the picture, as strong as one likes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QWidget

from app.protocol.messages import Array
from widgets.charts.class_key import ClassKey
from widgets.charts.class_overlay import SHARE, class_map, overlaid
from widgets.charts.sample_tiles import SampleGallery
from widgets.look.labels import text_label
from widgets.look.layouts import hbox, vbox
from widgets.look.theme import Themed, ThemeSource

WHOLE = 100
"""The slider's value where the hues alone are seen."""


class LargePicture(SampleGallery):
    """One picture, as large as there is room."""

    LEAST, MOST = 96.0, 360.0


class MaskView(QWidget, Themed):
    """A picture under the hues of its predicted classes, with a slider for how strong they are."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = ClassKey(source, self)
        self.picture = LargePicture(source, "Prediction", "", self)
        self.strength = QSlider(Qt.Orientation.Horizontal, self)
        self.strength.setRange(0, WHOLE)
        self.strength.setValue(round(SHARE * WHOLE))
        self.strength.setAccessibleName("Opacity of the predicted classes")
        self.strength.setToolTip("How much of the picture the predicted classes cover: left none, right all")
        self.row = QWidget(self)
        hbox(text_label("Opacity", self.row, look="faint", buddy=self.strength), (self.strength, 1), parent=self.row)
        vbox(self.key, (self.picture, 1), self.row, parent=self, spacing=4)
        self._kinds = np.zeros((1, 1), np.int64)
        self._under: Array | None = None
        self.strength.valueChanged.connect(self._paint)
        self.follow(source)

    def theme_changed(self) -> None:
        """The hues of the classes are the theme's."""
        if self.key.names:
            self._paint()

    def set_mask(self, kinds: Array, names: tuple[str, ...], picture: Array | None) -> None:
        """Show the classes (H, W) of a ``picture`` (C, H, W); without one of that size they stand alone."""
        self._kinds = np.asarray(kinds, np.int64)
        fits = picture is not None and picture.ndim == 3 and picture.shape[1:] == self._kinds.shape
        self._under = picture if fits else None
        self.key.set_names(names)
        self.row.setVisible(self._under is not None)
        self._paint()

    def _paint(self) -> None:
        classes = len(self.key.names)
        if self._under is None:
            shown = class_map(self._kinds[None], self.theme, classes)
        else:
            share = self.strength.value() / WHOLE
            shown = overlaid(self._under[None], self._kinds[None], self.theme, classes, share)
        self.picture.set_samples(shown, [""], [""], scale=(0.0, 1.0))  # the colours as they are
