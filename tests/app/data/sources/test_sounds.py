"""WAV folders as spectrograms: a folder for each word, tables of transcriptions, new sounds, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from app.data.data_choice import DataChoice
from app.data.dataset import Dataset, Task
from app.data.inspect import inspect
from app.data.prepare import prepare
from app.data.sources import sounds as module
from app.data.sources.sound_source import BLANK
from app.data.sources.sounds import Sounds
from app.data.sources.synthetic.spoken import MadeSounds
from app.inference.new_inputs import read_samples
from graph.errors import NetloomError
from graph.shapes import image, sequence


def tone(file: Path, hertz: float, seconds: float = 0.2, rate: int = 8000) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    wavfile.write(file, rate, np.round(wave * 32767).astype(np.int16))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve sounds of two words, one longer, one cut off."""
    path = tmp_path_factory.mktemp("sounds") / "words"
    for number in range(6):
        tone(path / "low" / f"{number}.wav", 300 + 10 * number)
        tone(path / "high" / f"{number}.wav", 2000 + 10 * number, 0.2 if number else 0.24)
    cut = path / "low" / "5.wav"
    cut.write_bytes(cut.read_bytes()[:-500])
    return path


@pytest.fixture(scope="module")
def data(folder: Path) -> Dataset:
    return inspect(folder, "sounds").source.load()


def test_a_folder_for_each_word_is_one_class_each(folder: Path, data: Dataset) -> None:
    found = inspect(folder, "sounds")
    assert isinstance(found.source, Sounds)
    assert (found.source.rate, found.source.seconds, found.source.fft) == (8000, 0.3, 256)
    assert data.task is Task.CLASSIFICATION and data.target_field().classes == ("high", "low")
    assert data.target_field().counts == (6, 5)
    seen = np.asarray(data.fields["spectrogram"].values)
    assert data.fields["spectrogram"].shape == image(1, 40, 28)
    rows = seen[:, 0, :, 5].argmax(axis=1)
    labels = np.asarray(data.target_field().values)
    assert rows[labels == 0].max() < rows[labels == 1].min()  # high bands are in the upper rows
    assert (seen[0, 0, :, -1] == -60).all()  # silence follows
    assert any("1 sound is left out: 5.wav is cut off: 500 bytes" in problem for problem in found.problems)
    assert sum(part.samples for part in prepare(found.choice()).parts.values()) == 11


def test_new_sounds_are_made_as_those_of_training(folder: Path, data: Dataset) -> None:
    source = inspect(folder, "sounds").source
    field = [data.fields["spectrogram"].info]
    one = read_samples(str(folder / "high" / "2.wav"), field, source)
    np.testing.assert_array_equal(np.asarray(one.arrays["spectrogram"])[0], np.asarray(field_values(data))[2])
    assert one.names == ("2.wav",) and one.problems == ()
    both = read_samples(str(folder), [*field, data.fields["waveform"].info], source)
    assert {name: len(np.asarray(values)) for name, values in both.arrays.items()} == {
        "spectrogram": 11,
        "waveform": 11,
    }
    assert len(both.problems) == 1
    made = MadeSounds()  # sounds of one's own are given to a network that learned made ones, too
    shape = made.info().field_named("spectrogram")
    assert np.asarray(read_samples(str(folder / "low" / "1.wav"), [shape], made).arrays["spectrogram"]).shape == (
        1,
        1,
        24,
        58,
    )
    with pytest.raises(NetloomError, match=r"gone.wav cannot be opened: there is no such file"):
        read_samples("gone.wav", field, source)


def field_values(data: Dataset) -> object:
    return data.fields["spectrogram"].values


def written(path: Path, texts: list[str]) -> Path:
    """Sounds with a table of what is said in each."""
    for number, text in enumerate(texts):
        tone(path / "wavs" / f"{number}.wav", 300 + 10 * number, 0.1 * (1 + len(text.split())))
    rows = "\n".join(f"{number}.wav,{text}" for number, text in enumerate(texts))
    (path / "metadata.csv").write_text(f"file,text\n{rows}\n", encoding="utf-8")
    return path


def test_a_table_of_several_words_is_a_transcription(tmp_path: Path) -> None:
    texts = ["one two", "two", "one", "two one one", "three one", "one three", "two three", "three two"]
    found = inspect(written(tmp_path / "said", texts), "sounds")
    data = found.source.load()
    assert data.task is Task.SEQUENCE and data.fields["spectrogram"].shape == sequence(38, 40)
    target = data.target_field()
    assert target.vocabulary == (BLANK, "one", "three", "two") and target.lengths == "length"
    assert np.asarray(target.values)[[0, 1, 3]].tolist() == [[1, 3, 0], [3, 0, 0], [3, 1, 1]]
    assert np.asarray(data.fields["length"].values)[:4, 0].tolist() == [2, 1, 1, 3]
    letters = found.source.changed(answer="characters").load().target_field()
    assert letters.shape.time == len("two one one") and " " in letters.vocabulary
    assert DataChoice(source=found.source).to_json()["source"] == "sounds"
    with pytest.raises(NetloomError, match="8 recordings were found, but nothing that labels them"):
        found.source.changed(labels="folders").load()


def test_what_cannot_be_learned_from_is_said(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tone(tmp_path / "a.wav", 300)
    with pytest.raises(NetloomError, match="is no folder; choose the folder that holds the WAV files"):
        Sounds(path=str(tmp_path / "a.wav")).load()
    (tmp_path / "none").mkdir()
    with pytest.raises(NetloomError, match="holds no WAV file"):
        Sounds(path=str(tmp_path / "none")).load()
    narrow = Sounds(path=str(folder), rate=8000, bands=200, fft=256).load()
    assert any("mel bands are so narrow that they hear nothing" in note for note in narrow.notes)
    monkeypatch.setattr(module, "KEPT", 1000)
    bare = Sounds(path=str(folder), rate=8000, seconds=0.25).load()
    assert "waveform" not in bare.fields and any("are not kept" in note for note in bare.notes)
