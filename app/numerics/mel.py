"""Log-mel spectrograms: from a waveform to decibels in bands that are as wide as the ear hears them. numpy alone.

A window of the waveform is multiplied by the Hann window and taken apart into waves (FFT); the power of these is summed
by triangular filters that stand at equal distances on the mel scale, and its logarithm is taken. The mel scale is
O'Shaughnessy's (Speech Communication, 1987), as HTK has it: m = 2595 log10(1 + f / 700), f in Hz. With these filters
torchaudio's ``MelSpectrogram(mel_scale="htk", norm=None, center=False)`` and librosa's ``melspectrogram(htk=True,
norm=None, center=False)`` give the same power.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FLOOR = 1e-6
"""Least power of which a logarithm is taken: -60 dB, which is what silence has."""
PIECE = 2**22
"""Values that are taken apart into waves in one go, about."""


def to_mel(hertz: ArrayLike) -> Floats:
    """Frequencies in Hz on the mel scale: 1000 Hz are 1000 mel, nearly."""
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hertz, np.float64) / 700.0))


def to_hertz(mel: ArrayLike) -> Floats:
    """Places on the mel scale as frequencies in Hz."""
    return np.asarray(700.0 * (10.0 ** (np.asarray(mel, np.float64) / 2595.0) - 1.0))


def hann(count: int) -> Floats:
    """The Hann window (count,), 0.5 - 0.5 cos(2 pi n / count): 0 at its beginning, 1 in its middle."""
    return np.asarray(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(count) / count))


@dataclass(frozen=True)
class MelSettings:
    """How a spectrogram is made: ``window``, ``hop`` and ``fft`` in samples of the waveform, ``rate`` in Hz.

    A window that is shorter than ``fft`` is filled up with zeros behind, which changes no wave, but draws the spectrum
    at more places. ``fft`` is at least ``window``.
    """

    rate: int
    window: int
    hop: int
    fft: int
    bands: int

    @classmethod
    def of(cls, rate: int, window_ms: float, hop_ms: float, fft: int, bands: int) -> MelSettings:
        """The settings with window and hop in milliseconds."""
        window, hop = (max(least, round(rate * ms / 1000)) for least, ms in ((2, window_ms), (1, hop_ms)))
        return cls(rate, window, hop, max(fft, window), bands)

    def frames(self, samples: int) -> int:
        """How many windows lie wholly within a waveform, at least one: a shorter waveform is filled up with zeros."""
        return 1 + max(0, samples - self.window) // self.hop

    @property
    def centres(self) -> Floats:
        """The frequency in Hz at the top of each filter (bands,), from low to high."""
        return self.corners[1:-1]

    @cached_property
    def corners(self) -> Floats:
        """Where filters begin, have their tops and end, in Hz (bands + 2,): at equal distances in mel from 0 on."""
        places = np.linspace(0.0, float(to_mel(self.rate / 2)), self.bands + 2)
        return to_hertz(places)

    @cached_property
    def frequencies(self) -> Floats:
        """The frequency of each wave of the spectrum, in Hz (fft // 2 + 1,)."""
        return np.asarray(np.arange(self.fft // 2 + 1) * (self.rate / self.fft), np.float64)

    @cached_property
    def filters(self) -> Floats:
        """Triangles (bands, fft // 2 + 1): 0 at one corner, 1 at the next, 0 at the one after; the lowest first."""
        low, top, high = (self.corners[at : at + self.bands, None] for at in range(3))
        up, down = (self.frequencies - low) / (top - low), (high - self.frequencies) / (high - top)
        return np.asarray(np.maximum(0.0, np.minimum(up, down)))

    @property
    def empty(self) -> int:
        """How many filters lie between two waves of the spectrum, and hear none."""
        return int((self.filters.sum(axis=1) == 0).sum())


def frame(waveform: Floats, settings: MelSettings, place: int) -> Floats:
    """The samples (window,) of frame ``place`` of a waveform (T,); what lies behind its end is 0."""
    start = place * settings.hop
    cut = waveform[start : start + settings.window]
    return np.pad(cut, (0, settings.window - len(cut)))


def power_spectrum(windowed: Floats, settings: MelSettings) -> Floats:
    """The power |X|² of each wave (..., fft // 2 + 1) in frames (..., window) that the window was laid on."""
    found = np.fft.rfft(windowed, n=settings.fft, axis=-1)
    return np.asarray(found.real**2 + found.imag**2)


def decibels(power: Floats) -> Floats:
    """10 log10 of a power, of `FLOOR` where there is less."""
    return np.asarray(10.0 * np.log10(np.maximum(power, FLOOR)))


def log_mel(waveforms: ArrayLike, settings: MelSettings) -> NDArray[np.float32]:
    """Spectrograms float32 (n, bands, frames) in dB of waveforms (n, T), the lowest band first."""
    sounds = np.asarray(waveforms)
    count = settings.frames(sounds.shape[1])
    short = max(0, settings.window - sounds.shape[1])
    made = np.empty((len(sounds), settings.bands, count), np.float32)
    window, filters = hann(settings.window), settings.filters.T
    rows = max(1, PIECE // (count * settings.fft))
    for start in range(0, len(sounds), rows):
        piece = np.pad(sounds[start : start + rows].astype(np.float64), ((0, 0), (0, short)))
        cut = np.lib.stride_tricks.sliding_window_view(piece, settings.window, axis=1)[:, :: settings.hop][:, :count]
        powers = power_spectrum(cut * window, settings)
        made[start : start + rows] = decibels(powers @ filters).transpose(0, 2, 1)
    return made


def fitted(waveform: ArrayLike, samples: int) -> NDArray[np.float32]:
    """A waveform (T,) as (samples,): cut off behind, or followed by silence."""
    values = np.asarray(waveform, np.float32)[:samples]
    return np.pad(values, (0, samples - len(values)))
