"""Synthetic sounds: vowels by formants, chirps and tones, alone or as words of several, as log-mel spectrograms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.sources.sound_source import BLANK, SPECTROGRAM, WAVEFORM, SoundSource
from app.data.sources.synthetic.synthetic_source import SyntheticSource, between
from graph.layers.settings import setting
from graph.shapes import tokens, vector

FORMANTS: Mapping[str, tuple[float, float, float]] = {
    "ee": (270, 2290, 3010),
    "eh": (530, 1840, 2480),
    "ah": (730, 1090, 2440),
    "aw": (570, 840, 2410),
    "oo": (300, 870, 2240),
}
"""The first three resonances of the mouth in Hz, of men in the mean: Peterson and Barney, 1952."""
WIDTHS = (60.0, 90.0, 150.0)
"""Bandwidths of the resonances in Hz."""
GLIDES: Mapping[str, tuple[float, float]] = {
    "rise": (500, 2000),
    "fall": (2000, 500),
    "low": (500, 500),
    "high": (2000, 2000),
}
"""Frequencies in Hz at the beginning and the end of chirps and tones."""
NAMES = (*FORMANTS, *GLIDES)
EDGE = 0.015
"""Seconds in which a sound swells and fades away."""


class MadeSounds(SoundSource, SyntheticSource):
    """Sounds that are made up, as log-mel spectrograms: five vowels, a rising and a falling chirp, two tones.

    Vowels are pulses, as of vocal cords, through the resonances of a mouth. Pitch, size of the mouth, loudness, length
    and beginning differ from sound to sound. A chirp that rises and one that falls have the same frequencies.
    """

    kind: ClassVar[str] = "spoken_sounds"
    title: ClassVar[str] = "Vowels and chirps"
    rank: ClassVar[int] = 205
    task: ClassVar[Task] = Task.CLASSIFICATION
    inputs: ClassVar[tuple[str, ...]] = (SPECTROGRAM,)
    target: ClassVar[str] = "sound"

    samples: int = setting(600, "Number of sounds", minimum=10, maximum=100_000, unit="sounds")
    noise: float = setting(0.05, "Noise on every sound, as a share of its loudness", minimum=0, maximum=10)
    spread: float = setting(
        0.2, "How far sizes of the mouth, and with them all frequencies, stray to both sides", minimum=0, maximum=0.4
    )
    jitter: float = setting(0.02, "How unevenly pulses of a vowel follow each other", minimum=0, maximum=0.3)

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A spectrogram, the waveform, and which sound it is."""
        return *self.sound_fields(), FieldInfo("sound", vector(len(NAMES)), NAMES)

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Every sound begins somewhere within its time."""
        labels = rng.integers(0, len(NAMES), self.samples)
        waves = np.stack([self._word(rng, [NAMES[label]], 0.6 * self.seconds) for label in labels])
        return {SPECTROGRAM: self.spectrograms(waves), WAVEFORM: waves[:, :, None], "sound": labels}

    def _word(self, rng: np.random.Generator, names: list[str], longest: float) -> Array:
        """Sounds of at most ``longest`` seconds one after the other, by one voice, float32 (samples_each,)."""
        size = 1.0 + self.spread * rng.uniform(-1, 1)
        pitch = rng.uniform(90, 240)
        made = [self._sound(rng, name, size, pitch, longest * rng.uniform(0.55, 1.0)) for name in names]
        whole = np.zeros(self.samples_each)
        spare = max(0, self.samples_each - sum(map(len, made)))
        silences = rng.dirichlet(np.ones(len(made) + 1)) * spare
        at = 0.0
        for silence, sound in zip(silences, made, strict=False):
            start = int(at + silence)
            part = sound[: max(0, len(whole) - start)]
            whole[start : start + len(part)] = part
            at += silence + len(sound)
        loudness = 10 ** rng.uniform(-1.3, -0.7)
        whole = loudness * (whole + self.noise * rng.standard_normal(len(whole), np.float32))
        return np.clip(whole, -1.0, 1.0).astype(np.float32)

    def _sound(self, rng: np.random.Generator, name: str, size: float, pitch: float, seconds: float) -> Array:
        """One sound of loudness 1 (root mean square), which swells and fades away."""
        count = max(2, int(seconds * self.rate))
        if name in FORMANTS:
            made = self._vowel(rng, [each * size for each in FORMANTS[name]], pitch, count)
        else:
            made = self._glide([each * size for each in GLIDES[name]], count)
        edge = min(max(1, int(EDGE * self.rate)), count // 2)
        swell = 0.5 - 0.5 * np.cos(np.pi * (np.arange(edge) + 0.5) / edge)
        made = made / max(float(np.sqrt(np.mean(made**2))), 1e-12)
        made[:edge] *= swell
        made[-edge:] *= swell[::-1]
        return made

    def _vowel(self, rng: np.random.Generator, formants: list[float], pitch: float, count: int) -> Array:
        """Pulses at a pitch in Hz through one resonator of two poles for each formant (Klatt, 1980)."""
        from scipy.signal import lfilter

        period = self.rate / pitch
        about = 2 + int(2 * count / period)
        gaps = period * np.maximum(0.3, 1 + rng.normal(0, self.jitter, about))
        places = np.cumsum(gaps).astype(np.int64)
        pulses = np.zeros(count)
        pulses[0] = 1.0
        pulses[places[places < count]] = 1.0
        back = np.array([1.0, -1.8, 0.81])  # vocal cords give less power to high waves: 12 dB an octave
        for formant, width in zip(formants, WIDTHS, strict=True):
            if formant < 0.48 * self.rate:
                radius = np.exp(-np.pi * width / self.rate)
                back = np.convolve(back, [1.0, -2 * radius * np.cos(2 * np.pi * formant / self.rate), radius**2])
        return np.asarray(lfilter([1.0, -1.0], back, pulses))  # lips let the slowest waves out least

    def _glide(self, ends: list[float], count: int) -> Array:
        """A sine whose frequency in Hz goes from one to the other, by equal musical steps in equal times."""
        speeds = ends[0] * (ends[1] / ends[0]) ** np.linspace(0, 1, count)
        return np.asarray(np.sin(2 * np.pi * np.cumsum(speeds) / self.rate))


class MadeWords(MadeSounds):
    """Words that are made up, each of several vowels, chirps and tones: which ones are they, in which order?

    One voice says the whole word. Nothing tells where a sound begins or ends; the connectionist temporal
    classification loss needs no more than this.
    """

    kind: ClassVar[str] = "spoken_words"
    title: ClassVar[str] = "Words of vowels and chirps"
    rank: ClassVar[int] = 206
    task: ClassVar[Task] = Task.SEQUENCE
    target: ClassVar[str] = "word"

    samples: int = setting(400, "Number of words", minimum=10, maximum=100_000, unit="words")
    seconds: float = setting(
        1.2, "Length of every sample, with the silence around the word", minimum=0.05, maximum=30.0, unit="s"
    )
    layout: Literal["picture", "columns"] = setting(
        "columns", "A picture of the spectrogram, or a sequence of its columns"
    )
    spread: float = setting(
        0.1, "How far sizes of the mouth, and with them all frequencies, stray to both sides", minimum=0, maximum=0.4
    )
    shortest: int = setting(2, "Sounds of the shortest word", minimum=1, maximum=30, unit="sounds")
    longest: int = setting(4, "Sounds of the longest word", minimum=1, maximum=30, unit="sounds")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A spectrogram, the waveform, the sounds of the word, and their number."""
        word = FieldInfo("word", tokens(self.longest), vocabulary=(BLANK, *NAMES), lengths="length")
        return *self.sound_fields(), word, lengths_field()

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """The longest word fills most of the time, whatever its sounds."""
        count = between(rng, self.shortest, self.longest, self.samples)
        words = np.zeros((self.samples, self.longest), dtype=np.int64)
        waves = np.zeros((self.samples, self.samples_each), dtype=np.float32)
        for wave, row, length in zip(waves, words, count[:, 0], strict=True):
            row[:length] = rng.integers(1, len(NAMES) + 1, length)
            names = [NAMES[token - 1] for token in row[:length]]
            wave[:] = self._word(rng, names, 0.95 * self.seconds / self.longest)
        return {SPECTROGRAM: self.spectrograms(waves), WAVEFORM: waves[:, :, None], "word": words, "length": count}
