"""Melodies as notes and as sound: pitches, lengths, and the frequency that a WAV file holds."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest

from app.numerics.melody import QUARTER, RATE, Note, hertz, is_melody, notes_of, pitch_of, sound, wav_bytes


def test_pitches_are_those_of_midi() -> None:
    assert [pitch_of(token) for token in ("c4", "a4", "fis4", "bes3", "c0", "b8")] == [60, 69, 66, 58, 12, 119]
    assert [pitch_of(token) for token in ("r", "o", "h4", "c9", "(end)", "c")] == [None] * 6
    assert hertz(69) == 440.0
    assert hertz(60) == pytest.approx(261.6256, abs=1e-4)
    assert hertz(81) == pytest.approx(880.0)


def test_holds_lengthen_a_note_and_rests_part_two() -> None:
    assert notes_of(["c4", "o", "o", "r", "d4", "o"]) == (Note(60, 0, 3), Note(62, 4, 2))
    assert notes_of(["o", "c4", "r", "o", "c4"]) == (Note(60, 1, 1), Note(60, 4, 1))
    assert notes_of([]) == ()


def test_words_are_no_melody() -> None:
    assert is_melody(["(start)", "c4", "o", "r", "(end)"])
    assert not is_melody(["c4", "clouds"])
    assert not is_melody(["c4"])
    assert not is_melody([])


@pytest.mark.parametrize("token", ["a4", "c4", "g5"])
def test_the_loudest_wave_of_a_note_is_its_own(token: str) -> None:
    with wave.open(io.BytesIO(wav_bytes([token, "o", "o", "o"]))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert len(samples) == 5 * round(QUARTER * RATE)
    spectrum = np.abs(np.fft.rfft(samples))
    heard = float(spectrum.argmax()) * RATE / len(samples)
    pitch = pitch_of(token)
    assert pitch is not None
    assert heard == pytest.approx(hertz(pitch), abs=2.0)


def test_a_rest_is_silent_and_nothing_clips() -> None:
    rests = sound((), 4)
    assert len(rests) == 5 * round(QUARTER * RATE) and not rests.any()
    loud = sound(notes_of(["c4", "e4", "g4", "c5"]), 4)
    assert float(np.abs(loud).max()) == pytest.approx(0.8)
