"""A spectrogram by hand: the waveform, one frame of it, its spectrum, the mel filters, and the column that results."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSlider, QWidget

from app.data.sources.sound_source import WAVEFORM, SoundSource
from app.data.sources.source import Source
from app.numerics.mel import MelSettings
from app.protocol.data_values import DataPreview
from widgets.charts.sound_plots import FramePlot, SoundPlot
from widgets.data.preview_values import sample_labels
from widgets.fields.number_field import NumberBox
from widgets.look.labels import text_label
from widgets.look.layouts import hbox, vbox
from widgets.look.scrolled import scrolled
from widgets.look.tall_pane import TallPane
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number

TITLE = "Spectrogram by hand"

LEAST_PLOT = 190
"""Pixels in height in which the plots can be read; in a lower window they are scrolled."""


def mel_of(preview: DataPreview | None, source: Source | None) -> MelSettings | None:
    """How ``source`` makes spectrograms of the sounds of a preview; None of data that has none."""
    if preview is None or not isinstance(source, SoundSource) or WAVEFORM not in preview.values:
        return None
    return source.mel


class SpectrogramView(QWidget):
    """Which sound and which frame, both as plots, and the sum with its numbers."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waves: NDArray[np.float64] = np.empty((0, 0))
        self._names: Sequence[str] = ()
        self._mel: MelSettings | None = None
        self._band: int | None = None
        self.sample = NumberBox(whole=True, minimum=1, maximum=1)
        self.sample.setAccessibleName("Sound")
        self.sample.setFixedWidth(72)
        self.sample.set_value(1)
        self.name = text_label("", self, look="faint")
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName("Frame")
        self.slider.setToolTip("Drag, or use the arrow keys, to move the frame along the sound")
        self.place = text_label("", self)
        self.sound, self.frame = SoundPlot(source), FramePlot(source)
        self.rule = text_label("", self, wrap=True, selectable=True)
        sound = text_label("Sound", self, look="faint", buddy=self.sample)
        moved = text_label("Frame", self, look="faint", buddy=self.slider)
        bar = hbox(sound, self.sample, (self.name, 1), margins=(8, 6, 12, 0), spacing=8)
        along = hbox(moved, (self.slider, 1), self.place, margins=(8, 0, 12, 0), spacing=8)
        words = vbox(self.rule, margins=(12, 0, 12, 6))
        for plot in (self.sound, self.frame):
            plot.setMinimumHeight(LEAST_PLOT)
        pane = TallPane(vbox((self.sound, 5), (self.frame, 4), words, spacing=2))
        vbox(bar, along, (scrolled(pane, by_keys=False), 1), parent=self, spacing=2)
        self.sample.entered.connect(lambda _: self._on_sample())
        self.slider.valueChanged.connect(lambda _: self._on_frame())
        self.sound.picked.connect(self.slider.setValue)
        self.frame.picked.connect(self._on_band)

    @property
    def is_empty(self) -> bool:
        """Whether there is no sound to be taken apart."""
        return self._mel is None

    def set_preview(self, preview: DataPreview | None, source: Source | None) -> None:
        """Offer the sounds of a preview, as ``source`` makes spectrograms of them; nothing of other data."""
        self._mel = mel_of(preview, source)
        self._waves, self._names, self._band = np.empty((0, 0)), (), None
        if preview is not None and self._mel is not None:
            self._waves = np.asarray(preview.values[WAVEFORM], np.float64)[:, :, 0]
            self._names = sample_labels(preview)
        self.sample.set_range(1, max(len(self._waves), 1))
        self.sample.set_value(1)
        self._on_sample()

    def show_sample(self, row: int) -> None:
        """Take the sound in a row of the preview."""
        if 0 <= row < len(self._waves):
            self.sample.set_value(row + 1)
            self._on_sample()

    def _wave(self) -> NDArray[np.float64]:
        place = int(self.sample.value() or 1) - 1
        return self._waves[min(place, len(self._waves) - 1)] if len(self._waves) else np.empty(0)

    def _on_sample(self) -> None:
        """Show another sound, from its loudest frame on."""
        self.sample.clamp()
        wave, mel = self._wave(), self._mel
        self.sound.show_sound(wave, mel)
        names = self._names
        place = int(self.sample.value() or 1) - 1
        self.name.setText(names[place] if place < len(names) else "")
        self._band = None
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, self.sound.levels.shape[1] - 1))
            if self.sound.levels.size:
                self.slider.setValue(int(self.sound.levels.max(axis=0).argmax()))
        self._on_frame()

    def _on_band(self, band: int) -> None:
        self._band = band
        self._on_frame()

    def _on_frame(self) -> None:
        """Show another frame; where no band was picked, its loudest one."""
        at, mel, wave = self.slider.value(), self._mel, self._wave()
        if mel is None:
            self.frame.show_frame(wave, None, 0, 0)
            self.place.clear()
            self.rule.clear()
            return
        band = int(self.sound.levels[:, at].argmax()) if self._band is None else min(self._band, mel.bands - 1)
        self.sound.go_to(at)
        self.frame.show_frame(wave, mel, at, band)
        start, end = (1000 * sample / mel.rate for sample in (at * mel.hop, at * mel.hop + mel.window))
        self.place.setText(f"{at + 1} of {self.slider.maximum() + 1}, {start:.0f} to {end:.0f} ms")
        self.rule.setText(self._rule(mel, band))

    def _rule(self, mel: MelSettings, band: int) -> str:
        """What is done to the frame, with the numbers of the band that stands out."""
        low, top, high = mel.corners[band : band + 3]
        filled = f", filled up to {mel.fft} with zeros," if mel.fft > mel.window else ""
        return (
            f"{mel.window} samples (grey) times the Hann window (dashed){filled} are taken apart into waves: the "
            f"spectrum. Filter {band + 1} rises from {low:.0f} to {top:.0f} Hz and falls to {high:.0f} Hz, as wide as "
            f"the ear hears: it adds up a power of {number(self.frame.energy, 3)}, and 10 log10 of it is "
            f"{self.frame.column[band]:.1f} dB, one cell of the column. The next column begins {mel.hop} samples later."
        )
