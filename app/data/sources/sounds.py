"""Sounds source: WAV files of the user's as log-mel spectrograms, with a class or a transcription for each."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Dataset, Field, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.column_values import class_labels, natural_order, rare_note
from app.data.readers.file_access import within_budget
from app.data.readers.recipe import TableOptions
from app.data.readers.recording_files import (
    SOUNDS,
    RecordingListing,
    list_recordings,
    recordings_below,
    refused_note,
)
from app.data.readers.sound_files import read_fitted, read_mono, sounds_below
from app.data.readers.table_format import Reading
from app.data.readers.tokens import split_text
from app.data.sources.file_source import Candidate, FileSource, Suggestion
from app.data.sources.sound_source import BLANK, SPECTROGRAM, WAVEFORM, SoundSource
from graph.errors import NetloomError
from graph.layers.settings import column_setting, setting
from graph.shapes import tokens, vector

KEPT = 2**28
"""Waveforms that take more bytes than this together are not kept beside their spectrograms."""
LOOKED_AT = 100
"""So many files show at which rate and how long sounds are."""
MOST_TOKENS = 2000
"""Most different words of transcriptions."""
FEW_WORDS = 60
"""Up to so many different words transcriptions are learned word by word where nobody says how, else by characters."""
FEWEST = 3


class Sounds(SoundSource, FileSource):
    """WAV sounds of your own as log-mel spectrograms: a folder for each word, or a table of transcriptions.

    Labels are the names of the folders, stand in a table beside the files (a column of file names, one of words), or
    at the beginning of their names. A table with several words in a cell is a transcription, learned by CTC. PCM of 8
    to 32 bits and floating-point numbers; several channels are averaged, other sampling rates are resampled.
    """

    kind: ClassVar[str] = "sounds"
    title: ClassVar[str] = "Sounds as spectrograms"
    rank: ClassVar[int] = 28
    precedence: ClassVar[int] = 46

    labels: Literal["auto", "folders", "table", "names"] = setting(
        "auto", "What labels a sound: its folder, a table beside, how its name begins"
    )
    target: str = column_setting("The column of labels in a table beside; empty for the likeliest", empty="auto")
    answer: Literal["auto", "class", "words", "characters"] = setting(
        "auto", "One class, or a transcription of words or characters; found from the labels where not said"
    )
    rate: int = setting(
        16_000, "Sampling rate to which all are brought; what is heard ends at half of it", minimum=1000,
        maximum=48_000, unit="Hz",
    )  # fmt: skip
    seconds: float = setting(
        1.0, "Length of every sound: longer ones are cut off, silence follows shorter ones", minimum=0.05, maximum=30.0,
        unit="s",
    )  # fmt: skip
    fft: int = setting(
        512, "Samples of the Fourier transform; a shorter window is filled up with zeros", minimum=16, maximum=8192,
        unit="samples", label="FFT size",
    )  # fmt: skip
    bands: int = setting(40, "Mel bands, which are the rows", minimum=4, maximum=256, unit="bands", label="mel bands")

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A folder of WAV sounds with labels."""
        if not candidate.path.is_dir():
            return False
        files = recordings_below(candidate.path)
        if len(files) < FEWEST or not any(file.suffix.lower() in SOUNDS for file in files):
            return False
        try:
            return len(cls(target=candidate.target)._listing(candidate.path).files) >= FEWEST
        except NetloomError:
            return False

    def suggest(self, file: Path, target: str) -> Suggestion:
        """The source with the rate of most sounds, the length of the longest, and a layout that fits the answer."""
        source = self.changed(target=target or self.target)
        listing = source._listing(file)
        rates: Counter[int] = Counter()
        longest = 0.0
        for path in listing.files[:: max(1, len(listing.files) // LOOKED_AT)]:
            try:
                rate, sound = read_mono(path)
            except NetloomError:
                continue
            rates[rate] += 1
            longest = max(longest, len(sound) / rate)
        given = self.model_fields_set
        found: dict[str, object] = {"labels": listing.how, "target": listing.column}
        if rates and "rate" not in given:
            rate = min(16_000, max(8000, max(rates, key=lambda each: (rates[each], each))))
            found |= {"rate": rate, **({} if "fft" in given else {"fft": 512 if rate > 10_240 else 256})}
        if longest and "seconds" not in given:
            found["seconds"] = min(30.0, max(0.1, math.ceil(longest * 10) / 10))
        if "layout" not in given and source._answer(listing.labels) != "class":
            found["layout"] = "columns"
        return Suggestion(source.changed(**found), notes=listing.notes)

    def read(self, file: Path) -> Dataset:
        """The spectrograms, the waveforms where they are few enough, and what is said in each."""
        if not file.is_dir():
            raise NetloomError(f"{file.name} is no folder; choose the folder that holds the WAV files.")
        listing = self._listing(file)
        samples = self.samples_each
        mel = self.mel
        within_budget(file, 4 * len(listing.files) * (samples + mel.bands * mel.frames(samples)))
        sounds = read_fitted(listing.files, self.rate, samples)
        if len(sounds.waves) < FEWEST:
            raise NetloomError(f"{file.name}: at least {FEWEST} sounds are needed, one for each set.")
        labels = [listing.labels[place] for place in sounds.used]
        seen, wave = self.sound_fields()
        fields = {SPECTROGRAM: seen.with_values(self.spectrograms(sounds.waves))}
        notes = listing.notes + sounds.notes + refused_note("sound", sounds.refused) + self._mel_notes()
        if sounds.waves.nbytes <= KEPT:
            fields[WAVEFORM] = wave.with_values(sounds.waves[:, :, None])
        else:
            notes += (f"The waveforms, {sounds.waves.nbytes >> 20} MB, are not kept beside their spectrograms.",)
        answers = self._answers(labels)
        fields |= {field.name: field for field in answers}
        target = answers[0]
        notes += rare_note(np.asarray(target.values), target.classes) if target.classes else ()
        return Dataset(
            self.kind,
            file.stem,
            Task.CLASSIFICATION if target.classes else Task.SEQUENCE,
            fields,
            (SPECTROGRAM,),
            target.name,
            f"{len(labels):,} sounds of {file.name}, {self.seconds:g} s each, at {self.rate:,} Hz.",
            notes=notes + self.change_note(file),
            given=None if listing.given is None else listing.given[sounds.used],
        )

    def _mel_notes(self) -> tuple[str, ...]:
        empty = self.mel.empty
        if not empty:
            return ()
        return (f"{empty} mel bands are so narrow that they hear nothing; choose fewer bands or a larger FFT size.",)

    def _listing(self, folder: Path) -> RecordingListing:
        files = sounds_below(folder)
        return list_recordings(folder, self.labels, self.target, Reading(TableOptions()), files)

    def _answer(self, labels: tuple[str, ...] | list[str]) -> str:
        """What is learned of each sound: one class, the words or the characters of a transcription."""
        if self.answer != "auto":
            return self.answer
        words = [label.split() for label in labels]
        if sum(len(each) > 1 for each in words) * 2 < len(words) or len(set(labels)) * 2 < len(labels):
            return "class"
        return "words" if len({word.lower() for each in words for word in each}) <= FEW_WORDS else "characters"

    def _answers(self, labels: list[str]) -> list[Field]:
        """The class of each sound, or its transcription and how many tokens that has."""
        import pandas as pd

        answer = self._answer(labels)
        if answer == "class":
            values, names = class_labels(pd.Series(labels, name=self.target or "label"))
            return [Field("word", vector(len(names)), names, values=values)]
        rows = [split_text(label, "word" if answer == "words" else "character") for label in labels]
        known = sorted({token for row in rows for token in row}, key=natural_order)
        if not known or len(known) > MOST_TOKENS:
            raise NetloomError(
                f"The transcriptions have {len(known):,} different {answer}; from 1 to {MOST_TOKENS:,} can be learned."
            )
        number = {token: place for place, token in enumerate(known, 1)}
        longest = max(map(len, rows))
        values = np.zeros((len(rows), longest), np.int64)
        for into, row in zip(values, rows, strict=True):
            into[: len(row)] = [number[token] for token in row]
        info = FieldInfo("words", tokens(longest), vocabulary=(BLANK, *known), lengths="length")
        lengths = np.array([[len(row)] for row in rows], np.int64)
        return [info.with_values(values), lengths_field().with_values(lengths)]
