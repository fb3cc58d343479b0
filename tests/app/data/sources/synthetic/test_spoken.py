"""Made sounds: vowels have their formants, chirps their direction, and words the sounds that they are said to have."""

from __future__ import annotations

import numpy as np
import pytest

from app.data.dataset import Array, Dataset
from app.data.sources.sound_source import BLANK
from app.data.sources.synthetic.spoken import FORMANTS, GLIDES, NAMES, MadeSounds, MadeWords

CLEAR = MadeSounds(samples=60, noise=0.0, spread=0.0, jitter=0.0)


@pytest.fixture(scope="module")
def clear() -> Dataset:
    return CLEAR.load()


def of(data: Dataset, name: str) -> tuple[Array, Array]:
    """The waveforms (n, T) and spectrograms (n, bands, frames) of one sound."""
    rows = np.asarray(data.fields["sound"].values) == NAMES.index(name)
    return np.asarray(data.fields["waveform"].values)[rows, :, 0], np.asarray(data.fields["spectrogram"].values)[
        rows, 0
    ]


@pytest.mark.parametrize("name", FORMANTS)
def test_a_vowel_is_loudest_at_its_first_formant_and_has_a_peak_near_its_second(clear: Dataset, name: str) -> None:
    waves, _ = of(clear, name)
    power = (np.abs(np.fft.rfft(waves, axis=1)) ** 2).mean(axis=0)
    hertz = np.fft.rfftfreq(waves.shape[1], 1 / CLEAR.rate)
    first, second, _ = FORMANTS[name]
    near = power[np.abs(hertz - first) < 200].max()
    assert near == power.max()
    between = (first + second) / 2
    assert power[np.abs(hertz - second) < 200].mean() > 0.8 * power[np.abs(hertz - between) < 60].mean()


def test_a_chirp_goes_up_in_the_picture_and_its_counterpart_down(clear: Dataset) -> None:
    for name, way in (("rise", -1), ("fall", 1)):
        for picture in of(clear, name)[1]:
            loud = np.flatnonzero(picture.max(axis=0) > picture.max() - 20)
            rows = picture[:, loud].argmax(axis=0)
            assert np.sign(int(rows[-1]) - int(rows[0])) == way  # row 0 is the highest band
    assert GLIDES["rise"] == GLIDES["fall"][::-1]


def test_low_tones_are_at_the_bottom(clear: Dataset) -> None:
    low, high = (of(clear, name)[1].max(axis=2).argmax(axis=1) for name in ("low", "high"))
    assert low.min() > high.max()


def test_words_have_the_sounds_that_they_are_said_to_have() -> None:
    source = MadeWords(samples=20, noise=0.0)
    data = source.load()
    seen, waves, words, count = (np.asarray(data.fields[name].values) for name in data.fields)
    assert data.fields["word"].vocabulary == (BLANK, *NAMES)
    assert ((words > 0).sum(axis=1) == count[:, 0]).all() and set(count[:, 0]) == {2, 3, 4}
    assert seen.shape == (20, 118, 24) and data.fields["spectrogram"].units == ("dB",) * 24
    heard = (np.abs(waves[:, :, 0]) > 1e-4).mean(axis=1)
    assert np.corrcoef(heard, count[:, 0])[0, 1] > 0.7  # longer words last longer
    picture = source.changed(layout="picture").load().fields["spectrogram"]
    assert np.asarray(picture.values)[:, 0].transpose(0, 2, 1) == pytest.approx(seen)


def test_the_same_seed_gives_the_same_sounds_and_short_times_hold_them_too() -> None:
    short = MadeWords(samples=10, seconds=0.05, longest=6, rate=1000)
    first, second = (np.asarray(short.load().fields["waveform"].values) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.shape == (10, 50, 1) and np.isfinite(first).all() and np.abs(first).max() <= 1
