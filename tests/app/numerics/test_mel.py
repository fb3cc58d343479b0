"""Log-mel spectrograms against numbers worked out by hand, against torch's STFT, and on sounds whose pitch is known."""

from __future__ import annotations

import numpy as np
import pytest

from app.numerics.mel import FLOOR, MelSettings, decibels, fitted, frame, hann, log_mel, to_hertz, to_mel

TELEPHONE = MelSettings.of(8000, 25, 10, 256, 24)


def test_the_scale_is_that_of_htk() -> None:
    assert float(to_mel(0)) == 0.0
    assert float(to_mel(700)) == pytest.approx(2595 * np.log10(2))
    assert float(to_mel(1000)) == pytest.approx(999.9855, abs=1e-3)
    assert to_hertz(to_mel([20, 440, 8000])) == pytest.approx([20, 440, 8000])


def test_times_in_milliseconds_become_samples() -> None:
    assert (TELEPHONE.window, TELEPHONE.hop, TELEPHONE.fft) == (200, 80, 256)
    assert MelSettings.of(16_000, 25, 10, 256, 40).fft == 400  # never shorter than the window
    assert [TELEPHONE.frames(count) for count in (10, 200, 279, 280, 4800)] == [1, 1, 1, 2, 58]


def test_filters_are_triangles_that_meet_at_their_tops() -> None:
    settings = MelSettings(rate=8, window=8, hop=8, fft=8, bands=3)
    corners = settings.corners
    assert corners == pytest.approx(to_hertz(np.arange(5) * float(to_mel(4)) / 4))
    by_hand = [
        [max(0.0, min((f - low) / (top - low), (high - f) / (high - top))) for f in (0, 1, 2, 3, 4)]
        for low, top, high in zip(corners, corners[1:], corners[2:], strict=False)
    ]
    assert settings.filters.tolist() == [pytest.approx(row) for row in by_hand]
    inner = (TELEPHONE.frequencies >= TELEPHONE.centres[0]) & (TELEPHONE.frequencies <= TELEPHONE.centres[-1])
    assert TELEPHONE.filters.sum(axis=0)[inner] == pytest.approx(1.0)
    assert TELEPHONE.empty == 0 and MelSettings.of(8000, 25, 10, 256, 128).empty > 0


def test_one_column_by_hand() -> None:
    """Eight samples of a wave of two turns, seven numbers of a spectrum written out as sums of cosines and sines."""
    settings = MelSettings(rate=8, window=8, hop=8, fft=8, bands=3)
    sound = np.cos(2 * np.pi * 2 * np.arange(8) / 8)
    windowed = sound * [0.5 - 0.5 * np.cos(2 * np.pi * n / 8) for n in range(8)]
    power = [
        sum(value * np.cos(2 * np.pi * k * n / 8) for n, value in enumerate(windowed)) ** 2
        + sum(value * np.sin(2 * np.pi * k * n / 8) for n, value in enumerate(windowed)) ** 2
        for k in range(5)
    ]
    assert power == pytest.approx([0, 1, 4, 1, 0], abs=1e-12)  # Hann's window lets a wave leak to its neighbours
    energy = [sum(share * each for share, each in zip(row, power, strict=True)) for row in settings.filters]
    column = [10 * np.log10(max(each, FLOOR)) for each in energy]
    assert log_mel(sound[None], settings)[0, :, 0].tolist() == pytest.approx(column, abs=1e-5)


def test_the_same_power_as_torch() -> None:
    import torch

    sounds = np.random.default_rng(0).normal(size=(2, 1000)).astype(np.float32)
    early = (TELEPHONE.fft - TELEPHONE.window) // 2  # torch lays a short window on the middle of the transform
    padded = np.pad(sounds, ((0, 0), (early, TELEPHONE.fft - TELEPHONE.window - early)))
    waves = torch.stft(
        torch.from_numpy(padded).double(), TELEPHONE.fft, TELEPHONE.hop, TELEPHONE.window,
        torch.hann_window(TELEPHONE.window, dtype=torch.float64), center=False, return_complex=True,
    )  # fmt: skip
    mel = torch.from_numpy(TELEPHONE.filters) @ waves.abs() ** 2
    assert log_mel(sounds, TELEPHONE) == pytest.approx(decibels(mel.numpy()), abs=1e-4)
    assert hann(TELEPHONE.window) == pytest.approx(torch.hann_window(TELEPHONE.window, dtype=torch.float64).numpy())


@pytest.mark.parametrize("hertz", [300.0, 1000.0, 2500.0])
def test_a_tone_is_loudest_in_its_own_band_and_silence_is_at_the_floor(hertz: float) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(4000) / 8000)
    seen = log_mel(np.stack([tone, np.zeros(4000)]), TELEPHONE)
    assert seen.shape == (2, 24, 48) and seen.dtype == np.float32
    loudest = seen[0].mean(axis=1).argmax()
    assert TELEPHONE.corners[loudest] < hertz < TELEPHONE.corners[loudest + 2]
    assert set(np.unique(seen[1])) == {np.float32(10 * np.log10(FLOOR))}
    twice = log_mel(2 * tone[None], TELEPHONE)[0, loudest] - seen[0, loudest]
    assert twice == pytest.approx(20 * np.log10(2), abs=1e-3)


def test_what_lies_behind_the_end_is_silence() -> None:
    assert frame(np.arange(5.0), MelSettings(8, 4, 2, 4, 3), 1).tolist() == [2, 3, 4, 0]
    assert fitted([1, 2, 3], 5).tolist() == [1, 2, 3, 0, 0]
    assert fitted([1, 2, 3], 2).tolist() == [1, 2]
    assert log_mel(np.ones((1, 3)), TELEPHONE).shape == (1, 24, 1)
