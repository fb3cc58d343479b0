"""Texts are read alike in training and at prediction, in every unit and however their file is written."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy as np
import pytest

from app.data.inspect import suggest
from app.data.sources.texts import Text
from app.inference.new_inputs import read_samples
from graph.errors import NetloomError

WORDS = "good bad “fine” naïve it's 10 £5 Straße NA None co-op ... 東京 :-)".split()

WRITTEN = [(",", "utf-8"), (";", "utf-16"), ("\t", "utf-8-sig"), ("|", "cp1252")]


def sentences(seed: int, count: int = 200) -> list[tuple[str, str]]:
    draw = random.Random(seed)
    return [
        (" ".join(draw.choices(WORDS, k=draw.randrange(3, 15))), draw.choice(["yes", "no", "None"]))
        for _ in range(count)
    ]


def written(path: Path, rows: list[tuple[str, str]], delimiter: str, encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        csv.writer(file, delimiter=delimiter).writerows([("review", "liked"), *rows])
    return path


@pytest.mark.parametrize("unit", ["word", "character", "byte"])
@pytest.mark.parametrize(("delimiter", "encoding"), WRITTEN)
def test_rows_of_training_are_read_as_training_read_them(
    tmp_path: Path, delimiter: str, encoding: str, unit: str
) -> None:
    rows = sentences(len(delimiter + encoding))
    file = written(tmp_path / "reviews.csv", rows, delimiter, encoding)
    source = suggest(file, "text", target="liked").source.changed(unit=unit)
    dataset = source.load()
    assert dataset.target_field().classes == ("no", "None", "yes")
    fields = [dataset.info.field_named(name) for name in dataset.inputs]
    order = random.Random(1).sample(range(len(rows)), len(rows))
    new = written(tmp_path / "new.csv", [rows[place] for place in order], delimiter, encoding)
    samples = read_samples(str(new), fields, source)
    np.testing.assert_array_equal(samples.arrays["text"], np.asarray(dataset.fields["text"].values)[order])


def test_three_texts_with_a_label_are_the_least(tmp_path: Path) -> None:
    rows = [("good", "yes"), ("bad", "no"), ("good bad", "yes"), ("naïve", "")]
    path = str(written(tmp_path / "reviews.csv", rows, ",", "utf-8"))
    assert Text(path=path, column="review", target="liked").load().samples == 3
    written(tmp_path / "reviews.csv", rows[1:], ",", "utf-8")
    with pytest.raises(NetloomError, match="at least 3 usable rows are needed; found: 2"):
        Text(path=path, column="review", target="liked").load()


def test_folders_of_texts(tmp_path: Path) -> None:
    for number, (text, label) in enumerate(sentences(4, 60)):
        path = tmp_path / "reviews" / label / f"{number:03}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    source = suggest(tmp_path / "reviews").source
    dataset = source.load()
    fields = [dataset.info.field_named(name) for name in dataset.inputs]
    samples = read_samples(str(tmp_path / "reviews"), fields, source)
    np.testing.assert_array_equal(samples.arrays["text"], dataset.fields["text"].values)
    assert len(samples.names) == 60
