"""What sources of sounds share: the settings of a log-mel spectrogram, and how it becomes a field of the data."""

from __future__ import annotations

from typing import Literal

import numpy as np

from app.data.dataset import Array, FieldInfo
from app.data.sources.source import Source
from app.numerics.mel import MelSettings, log_mel
from graph.layers.settings import setting
from graph.shapes import image, sequence

SPECTROGRAM, WAVEFORM = "spectrogram", "waveform"
"""Names of the fields of a sound."""
BLANK = "(blank)"
"""Token 0, which fills up short words and stands for nothing in between."""


class SoundSource(Source):
    """Sounds as log-mel spectrograms: pictures, or sequences of columns. Low bands are at the bottom, and last."""

    rate: int = setting(
        8000, "Sampling rate: what is heard ends at half of it", minimum=1000, maximum=48_000, unit="Hz"
    )
    seconds: float = setting(
        0.6, "Length of every sound: longer ones are cut off, silence follows shorter ones", minimum=0.05, maximum=30.0,
        unit="s",
    )  # fmt: skip
    window: float = setting(
        25.0, "How long the piece is of which each column is made, by a Hann window", minimum=2.0, maximum=200.0,
        unit="ms",
    )  # fmt: skip
    hop: float = setting(10.0, "Time from one column to the next", minimum=1.0, maximum=200.0, unit="ms")
    fft: int = setting(
        256, "Samples of the Fourier transform; a shorter window is filled up with zeros", minimum=16, maximum=8192,
        unit="samples", label="FFT size",
    )  # fmt: skip
    bands: int = setting(24, "Mel bands, which are the rows", minimum=4, maximum=256, unit="bands", label="mel bands")
    layout: Literal["picture", "columns"] = setting(
        "picture", "A picture of the spectrogram, or a sequence of its columns"
    )

    @property
    def mel(self) -> MelSettings:
        """How the spectrogram is made."""
        return MelSettings.of(self.rate, self.window, self.hop, self.fft, self.bands)

    @property
    def samples_each(self) -> int:
        """Samples of every waveform."""
        return max(1, round(self.rate * self.seconds))

    def sound_fields(self) -> tuple[FieldInfo, FieldInfo]:
        """The spectrogram, and the waveform that it is made of."""
        mel = self.mel
        frames = mel.frames(self.samples_each)
        bands = tuple(f"{centre:.0f} Hz" for centre in mel.centres[::-1])
        seen = FieldInfo(SPECTROGRAM, image(1, self.bands, frames))
        if self.layout == "columns":
            seen = FieldInfo(SPECTROGRAM, sequence(frames, self.bands), names=bands, units=("dB",) * self.bands)
        return seen, FieldInfo(WAVEFORM, sequence(self.samples_each, 1), names=("sound",))

    def spectrograms(self, waveforms: Array) -> Array:
        """The field of waveforms (n, T): (n, 1, bands, frames), or (n, frames, bands) as columns."""
        seen = log_mel(waveforms, self.mel)[:, ::-1]
        return np.ascontiguousarray(seen.transpose(0, 2, 1) if self.layout == "columns" else seen[:, None])
