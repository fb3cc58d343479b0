"""Sounds of one length and one rate out of WAV files: mono, resampled, cut off or followed by silence."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.data.dataset import Array
from app.data.readers.recording_files import SOUNDS, read_sound, recordings_below, resampled
from app.numerics.mel import fitted
from graph.errors import NetloomError

LARGEST = 2**26
"""Most bytes of a WAV file: a word takes far fewer."""
SLOWEST, FASTEST = 1000, 384_000
"""Sampling rates in Hz that are read."""
UNSAID = (0, 0xFFFFFFFF)
"""Sizes that programs write which send a sound before they know how long it is."""


@dataclass(frozen=True, eq=False)
class FittedSounds:
    """Waveforms float32 (n, T), the places of the files that they come from, what was refused, and notes."""

    waves: Array
    used: Array
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_fitted(files: Sequence[Path], rate: int, samples: int) -> FittedSounds:
    """The sounds in ``files`` at ``rate`` Hz in ``samples`` samples each; files that cannot be read are left out.

    Raises
    ------
    NetloomError
        if none can be read.
    """
    waves = np.zeros((len(files), samples), np.float32)
    used: list[int] = []
    refused: list[str] = []
    cut = brought = 0
    for place, file in enumerate(files):
        try:
            own, sound = read_mono(file)
        except NetloomError as error:
            refused.append(str(error))
            continue
        brought += own != rate
        sound = resampled(sound[:, None], own, rate)[:, 0]
        cut += len(sound) > samples
        waves[len(used)] = fitted(sound, samples)
        used.append(place)
    if not used:
        raise NetloomError(f"None of the {len(files):,} sounds can be read. {refused[0] if refused else ''}".strip())
    notes = []
    if brought:
        notes.append(f"Sounds at another sampling rate are resampled to {rate:,} Hz ({brought:,}).")
    if cut:
        notes.append(f"Of sounds longer than {samples / rate:g} s only the beginning is used ({cut:,}).")
    return FittedSounds(waves[: len(used)], np.array(used, np.int64), tuple(refused), tuple(notes))


def read_mono(file: Path) -> tuple[int, Array]:
    """Sampling rate in Hz and float32 (steps,) of a WAV file, the mean of its channels, from -1 to 1.

    PCM of 8, 16, 24 and 32 bits and floating-point numbers are read.

    Raises
    ------
    NetloomError
        if it is damaged, cut off, compressed, too large, or holds no sound.
    """
    try:
        size = file.stat().st_size
        lacks = missing_bytes(file)
    except OSError as error:
        raise NetloomError(f"{file.name} cannot be opened ({error.strerror}).") from None
    if size > LARGEST:
        raise NetloomError(
            f"{file.name} has {size / 2**20:.0f} MB; sounds of up to {LARGEST >> 20} MB are read, so cut it into words."
        )
    if lacks:
        raise NetloomError(f"{file.name} is cut off: {lacks:,} bytes of its sound are missing; copy it again.")
    rate, sound = read_sound(file)
    if not SLOWEST <= rate <= FASTEST:
        raise NetloomError(
            f"{file.name} says that it has {rate:,} samples a second; {SLOWEST:,} to {FASTEST:,} Hz are read."
        )
    return rate, np.asarray(np.clip(sound.mean(axis=1, dtype=np.float32), -1.0, 1.0), np.float32)


def missing_bytes(file: Path) -> int:
    """How many bytes of sound the header of a WAV file promises that the file does not have; 0 for what is no WAV."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(12)
        if len(head) < 12 or head[:4] not in (b"RIFF", b"RIFX") or head[8:] != b"WAVE":
            return 0
        order = "<" if head[:4] == b"RIFF" else ">"
        while len(chunk := stream.read(8)) == 8:
            name, (length,) = chunk[:4], struct.unpack(f"{order}I", chunk[4:])
            if name == b"data":
                return 0 if length in UNSAID else max(0, length - (size - stream.tell()))
            stream.seek(length + length % 2, 1)
    return 0


def sounds_below(path: Path) -> tuple[Path, ...]:
    """The WAV files in a folder, or the file itself.

    Raises
    ------
    NetloomError
        if there are none.
    """
    files = recordings_below(path) if path.is_dir() else [path]
    found = tuple(file for file in files if file.suffix.lower() in SOUNDS)
    if not found:
        raise NetloomError(f"{path.name} holds no WAV file; save sounds as WAV (.wav) with PCM.")
    return found
