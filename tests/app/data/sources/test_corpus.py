"""One long text: windows one token apart, sets that follow each other, and telling a text from a table."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.inspect import inspect, suggest
from app.data.prepare import prepare
from app.data.readers.tokens import UNKNOWN
from app.data.sources.corpus import Corpus, is_prose
from graph.errors import NetloomError

STORY = "\n".join(
    f"Once upon a time, there were {count} bears who lived in a wood. They had soup for dinner.\nThe soup was hot."
    for count in ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "some", "no") * 4
)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    file = tmp_path / "story.txt"
    file.write_text(STORY, "utf-8")
    return file


def test_windows_follow_each_other_and_the_target_is_one_token_later(story: Path) -> None:
    dataset = Corpus(path=str(story), window=16).load()
    text, following = (np.asarray(dataset.fields[name].values) for name in ("text", "next"))
    np.testing.assert_array_equal(text[:, 1:], following[:, :-1])
    np.testing.assert_array_equal(text[1:, 0], following[:-1, -1])
    vocabulary = dataset.fields["text"].vocabulary
    assert " ".join(vocabulary[token] for token in text[0, :7]) == "once upon a time , there were"
    assert dataset.fields["next"].next_of == "text"


def test_no_token_of_the_test_set_is_read_or_predicted_in_another(story: Path) -> None:
    prepared = prepare(DataChoice.parse({"source": "corpus", "options": {"path": str(story), "window": 8}}))
    assert prepared.dataset.spans is not None
    ends = [prepared.dataset.spans[part.indices] for part in prepared.parts.values()]
    for earlier, later in itertools.pairwise(ends):
        assert earlier[:, 1].max() <= later[:, 0].min()


def test_rare_words_are_unknown_in_training_too(story: Path) -> None:
    story.write_text(STORY + " Xylophone zyzzyva.", "utf-8")
    dataset = Corpus(path=str(story), least=2).load()
    vocabulary = dataset.fields["text"].vocabulary
    assert "xylophone" not in vocabulary and "soup" in vocabulary
    assert any(UNKNOWN in note and "2 of" in note for note in dataset.notes)
    assert "xylophone" in Corpus(path=str(story), least=1).load().fields["text"].vocabulary


def test_characters_are_kept_as_they_are(story: Path) -> None:
    dataset = Corpus(path=str(story), unit="character", window=12).load()
    field = dataset.fields["text"]
    assert "".join(field.vocabulary[token] for token in field.values[0]) == "Once upon a "


def test_a_text_that_is_dropped_is_read_as_one(story: Path) -> None:
    assert inspect(story).source.kind == "corpus"
    assert suggest(story).source.kind == "corpus"


@pytest.mark.parametrize(
    "text",
    [
        "text,label\na good film,yes\na bad film,no\n",
        "a good film indeed it was\tyes\na bad film indeed it was\tno\n",
        "5.1,3.5,1.4\n4.9,3.0,1.4\n",
        "5.1 3.5 1.4\n4.9 3.0 1.4\n",
        "first second third\n1 2 3\n4 5 6\n",
        "",
    ],
)
def test_a_table_is_not_taken_for_a_text(text: str) -> None:
    assert not is_prose(text)


def test_paragraphs_that_all_have_commas_are_a_text() -> None:
    paragraph = (
        "When the bears came home, they saw that somebody had been there, and had eaten all the soup of the small one"
    )
    assert is_prose("\n".join((paragraph, f"{paragraph}, which was sad.", f"{paragraph}, and his bread, too.")))


def test_a_table_with_the_ending_of_a_text_is_still_read_as_one(tmp_path: Path) -> None:
    file = tmp_path / "table.txt"
    file.write_text("a,b,c\n" + "".join(f"{n},{n * n},{n % 2}\n" for n in range(30)), "utf-8")
    assert inspect(file).source.kind == "table"


def test_a_text_that_is_too_short_is_refused_with_the_remedy(tmp_path: Path) -> None:
    file = tmp_path / "short.txt"
    file.write_text("It was a dark and stormy night.", "utf-8")
    with pytest.raises(NetloomError, match="8 words are too few for 3 windows of 32; make the window shorter"):
        Corpus(path=str(file)).load()
    (tmp_path / "empty.txt").write_bytes(b"\0\0")
    with pytest.raises(NetloomError, match="holds no text"):
        Corpus(path=str(tmp_path / "empty.txt")).load()
