"""WAV files as sounds of one rate and length: every depth, channels, other rates, and files that are refused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from app.data.dataset import Array
from app.data.readers import sound_files
from app.data.readers.recording_files import refused_note
from app.data.readers.sound_files import missing_bytes, read_fitted, read_mono, sounds_below
from graph.errors import NetloomError

TONE = 0.5 * np.sin(2 * np.pi * 50 * np.arange(800) / 8000)


def as_kind(values: Array, kind: str) -> Array:
    if kind.startswith("float"):
        return values.astype(kind)
    if kind == "uint8":
        return np.round(values * 127 + 128).astype(np.uint8)
    return np.round(values * np.iinfo(kind).max).astype(kind)


def write_24(file: Path, values: Array) -> None:
    import wave

    numbers = np.round(values * (2**23 - 1)).astype("<i4")
    with wave.open(str(file), "wb") as stream:
        stream.setparams((1, 3, 8000, 0, "NONE", ""))
        stream.writeframes(b"".join(number.tobytes()[:3] for number in numbers))


@pytest.mark.parametrize("kind", ["uint8", "int16", "24", "int32", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_depth_is_read_as_shares_and_channels_are_averaged(tmp_path: Path, kind: str, channels: int) -> None:
    file = tmp_path / "a.wav"
    if kind == "24":
        write_24(file, TONE)
    else:
        both = np.stack([TONE, TONE * 0.5], axis=1) if channels == 2 else TONE
        wavfile.write(file, 8000, as_kind(both, kind))
    rate, sound = read_mono(file)
    share = 0.75 if channels == 2 and kind != "24" else 1.0
    assert rate == 8000 and sound.dtype == np.float32
    assert sound == pytest.approx(share * TONE, abs=0.01)


def test_sounds_are_brought_to_one_rate_and_one_length(tmp_path: Path) -> None:
    wavfile.write(tmp_path / "slow.wav", 4000, as_kind(TONE[::2], "int16"))
    wavfile.write(tmp_path / "long.wav", 8000, as_kind(np.tile(TONE, 3), "int16"))
    wavfile.write(tmp_path / "short.wav", 8000, as_kind(TONE[:100], "int16"))
    (tmp_path / "none.wav").write_bytes(b"RIFF")
    files = [tmp_path / f"{name}.wav" for name in ("slow", "none", "long", "short")]
    read = read_fitted(files, 8000, 800)
    assert read.waves.shape == (3, 800) and read.used.tolist() == [0, 2, 3]
    assert read.waves[0, 50:-50] == pytest.approx(TONE[50:-50], abs=0.02)
    assert read.waves[1] == pytest.approx(TONE, abs=0.001)
    assert not read.waves[2, 100:].any()
    assert read.notes == (
        "Sounds at another sampling rate are resampled to 8,000 Hz (1).",
        "Of sounds longer than 0.1 s only the beginning is used (1).",
    )
    assert len(read.refused) == 1 and read.refused[0].startswith("none.wav cannot be read as WAV (")
    assert refused_note("sound", read.refused * 7)[0].endswith("And 2 more.") and refused_note("sound", ()) == ()


def test_files_that_are_cut_off_are_refused_and_those_of_unsaid_length_are_not(tmp_path: Path) -> None:
    file = tmp_path / "cut.wav"
    wavfile.write(file, 8000, as_kind(TONE, "int16"))
    whole = file.read_bytes()
    assert missing_bytes(file) == 0
    file.write_bytes(whole[:-600])
    with pytest.raises(NetloomError, match=r"cut.wav is cut off: 600 bytes of its sound are missing; copy it again"):
        read_mono(file)
    file.write_bytes(whole[:40] + struct.pack("<I", 0xFFFFFFFF) + whole[44:])
    assert missing_bytes(file) == 0


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({24: struct.pack("<II", 2**31 - 1, 2**32 - 2)}, "samples a second; 1,000 to 384,000 Hz are read"),
        ({24: struct.pack("<II", 1, 2)}, "samples a second; 1,000 to 384,000 Hz are read"),
        ({20: struct.pack("<H", 2)}, "cannot be read as WAV"),
        ({22: struct.pack("<H", 0)}, "cannot be read as WAV"),
        ({0: b"\0" * 60}, "cannot be read as WAV"),
    ],
)
def test_headers_that_lie_are_refused_in_a_sentence(tmp_path: Path, changed: dict[int, bytes], reason: str) -> None:
    file = tmp_path / "odd.wav"
    wavfile.write(file, 8000, as_kind(TONE, "int16"))
    content = bytearray(file.read_bytes())
    for place, value in changed.items():
        content[place : place + len(value)] = value
    file.write_bytes(bytes(content))
    with pytest.raises(NetloomError, match=reason) as told:
        read_mono(file)
    assert str(told.value).startswith("odd.wav") and "\n" not in str(told.value)


def test_files_and_folders_without_sound_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wavfile.write(tmp_path / "empty.wav", 8000, np.zeros(0, np.int16))
    with pytest.raises(NetloomError, match=r"empty.wav"):
        read_mono(tmp_path / "empty.wav")
    with pytest.raises(NetloomError, match=r"None of the 1 sounds can be read. gone.wav cannot be opened"):
        read_fitted([tmp_path / "gone.wav"], 8000, 10)
    (tmp_path / "song.mp3").write_bytes(b"ID3")
    with pytest.raises(NetloomError, match="holds no WAV file; save sounds as WAV"):
        sounds_below(tmp_path / "song.mp3")
    wavfile.write(tmp_path / "big.wav", 8000, as_kind(TONE, "int16"))
    monkeypatch.setattr(sound_files, "LARGEST", 1000)
    with pytest.raises(NetloomError, match="so cut it into words"):
        read_mono(tmp_path / "big.wav")
