"""Melodies as tokens, one for each quarter: what notes are, how high they sound, and how they sound as a WAV file.

A note is written as its name and octave, ``c4``, ``fis4`` or ``bes3``; ``r`` is a rest, ``o`` holds the note before.
"""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REST, HOLD = "r", "o"
STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
"""Semitones of each name above the C of its octave."""
SIGNS = {"": 0, "is": 1, "es": -1}
NOTE = re.compile(r"([a-g])(is|es|)([0-8])")

RATE = 22_050
"""Samples of a WAV file in a second."""
QUARTER = 0.32
"""Seconds that one token sounds."""
PARTIALS = (1.0, 0.45, 0.25, 0.12)
"""How loud the fundamental and its overtones are, about as of a plucked string."""


@dataclass(frozen=True)
class Note:
    """A note: its number in MIDI (60 is c4), the token that it begins at, and how many tokens it lasts."""

    pitch: int
    begin: int
    length: int


def pitch_of(token: str) -> int | None:
    """The MIDI number of a token that is a note; None where it is a rest, a hold or no note."""
    found = NOTE.fullmatch(token)
    return None if found is None else 12 * (int(found[3]) + 1) + STEPS[found[1]] + SIGNS[found[2]]


def is_melody(vocabulary: Sequence[str]) -> bool:
    """Whether tokens are notes, rests and holds, beside what stands for no sound in brackets."""
    own = [token for token in vocabulary if not (token.startswith("(") and token.endswith(")"))]
    return len(own) > 1 and all(token in (REST, HOLD) or NOTE.fullmatch(token) for token in own)


def notes_of(tokens: Sequence[str]) -> tuple[Note, ...]:
    """The notes of a melody in their order; what is no note, rest or hold is passed over, but takes its time."""
    found: list[Note] = []
    for at, token in enumerate(tokens):
        pitch = pitch_of(token)
        if pitch is not None:
            found.append(Note(pitch, at, 1))
        elif token == HOLD and found and found[-1].begin + found[-1].length == at:
            found[-1] = Note(found[-1].pitch, found[-1].begin, found[-1].length + 1)
    return tuple(found)


def hertz(pitch: int) -> float:
    """The frequency of a MIDI number in equal temperament, a4 (69) at 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def sound(notes: Sequence[Note], tokens: int) -> NDArray[np.float64]:
    """How notes sound, between -1 and 1: float64 (samples,), as long as so many ``tokens`` and their echo."""
    each = round(QUARTER * RATE)
    out = np.zeros((tokens + 1) * each)
    for note in notes:
        time = np.arange(round((note.length + 0.6) * each)) / RATE
        waves = sum(
            share * np.sin(2 * np.pi * hertz(note.pitch) * (over + 1) * time) for over, share in enumerate(PARTIALS)
        )
        attack = np.minimum(time / 0.01, 1.0)
        fade = np.exp(-2.2 * time) * np.clip((time[-1] - time) / 0.05, 0.0, 1.0)
        begin = note.begin * each
        length = min(len(time), len(out) - begin)
        out[begin : begin + length] += (attack * fade * waves)[:length]
    loudest = float(np.abs(out).max(initial=0.0))
    return out * (0.8 / loudest) if loudest > 0 else out


def samples_of(tokens: Sequence[str]) -> bytes:
    """How a melody sounds: samples of one channel, 16 bits each, the lower byte first, `RATE` a second."""
    return (sound(notes_of(tokens), len(tokens)) * 32767).astype("<i2").tobytes()


def wav_bytes(tokens: Sequence[str]) -> bytes:
    """A melody as the bytes of a WAV file: one channel, 16 bits, `RATE` samples a second."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples_of(tokens))
    return kept.getvalue()
