"""New sounds for a trained network: WAV files as the fields that it reads, made as in training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.data.dataset import Array, FieldInfo
from app.data.readers.file_access import reading
from app.data.readers.recording_files import SOUNDS
from app.data.readers.sound_files import read_fitted, sounds_below
from app.data.sources.sound_source import SPECTROGRAM, WAVEFORM, SoundSource
from app.data.sources.source import Source

Found = tuple[dict[str, Array], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Values (n, *shape) by field, what each sample is called, what was left out, and notes."""


def sounds_of(path: Path, fields: Sequence[FieldInfo], source: Source) -> Found | None:
    """The fields of the WAV file at ``path``, or of all in a folder; None where it is no sound, or none is read.

    Raises
    ------
    NetloomError
        if no sound can be read.
    """
    if not isinstance(source, SoundSource) or not (path.is_dir() or path.suffix.lower() in SOUNDS):
        return None
    wanted = {field.name for field in fields}
    if not wanted <= {SPECTROGRAM, WAVEFORM}:
        return None
    with reading(path):
        files = sounds_below(path)
        sounds = read_fitted(files, source.rate, source.samples_each)
    made = {WAVEFORM: sounds.waves[:, :, None]}
    if SPECTROGRAM in wanted:
        made[SPECTROGRAM] = source.spectrograms(sounds.waves)
    names = tuple(files[place].name for place in sounds.used)
    return {name: made[name] for name in wanted}, names, sounds.refused, sounds.notes
