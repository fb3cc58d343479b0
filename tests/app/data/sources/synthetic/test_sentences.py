"""Sentences whose answer lies far back: what is generated, and that nothing near the answer tells it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from app.data.readers.tokens import END, START, text_of
from app.data.sources.synthetic.sentences import LANGUAGES, PLACES, Sentences, Unit, sentence


def texts(source: Sentences) -> list[str]:
    field = source.load().fields["next"]
    return [text_of(row, field.vocabulary) for row in np.asarray(field.values).tolist()]


@pytest.mark.parametrize("unit", ["word", "character"])
def test_the_next_tokens_are_the_text_one_step_later(unit: Unit) -> None:
    dataset = Sentences(samples=60, unit=unit).load()
    text, following, length = (np.asarray(dataset.fields[name].values) for name in ("text", "next", "length"))
    assert dataset.fields["next"].next_of == "text"
    vocabulary = dataset.fields["text"].vocabulary
    for read, after, (steps,) in zip(text, following, length, strict=True):
        assert vocabulary[read[0]] == START and vocabulary[after[steps - 1]] == END
        np.testing.assert_array_equal(read[1:steps], after[: steps - 1])
        assert (read[:steps] > 0).all() and not read[steps:].any() and not after[steps:].any()


@pytest.mark.parametrize("between", [0, 3, 8])
@pytest.mark.parametrize("unit", ["word", "character"])
def test_every_sentence_has_room(unit: Unit, between: int) -> None:
    source = Sentences(samples=2000, unit=unit, between=between)
    longest = source.field_infos()[0].shape.time
    assert longest is not None
    found = np.asarray(source.load().fields["length"].values).max()
    assert longest - 12 <= found <= longest


def test_a_country_and_its_language_stand_apart_as_far_as_is_allowed() -> None:
    rng = np.random.default_rng(0)
    apart: Counter[int] = Counter()
    for _ in range(500):
        words = sentence(rng, far=True, between=2).split()
        [country] = LANGUAGES.keys() & set(words)
        [language] = set(LANGUAGES.values()) & set(words)
        assert LANGUAGES[country] == language
        apart[words.index(language) - words.index(country)] += 1
    assert min(apart) == 4 and max(apart) <= 4 + 2 * 4
    assert apart[4] > 100


def test_what_stands_between_says_nothing_about_the_language() -> None:
    found = [text for text in texts(Sentences(samples=3000)) if "speaks" in text]
    behind: dict[str, Counter[str]] = {}
    for text in found:
        words = text.split()
        behind.setdefault(words[words.index("and") - 1], Counter())[words[-2]] += 1
    inner = [counts for word, counts in behind.items() if word not in LANGUAGES and sum(counts.values()) > 100]
    assert len(inner) > 3
    assert all(max(counts.values()) < 0.35 * sum(counts.values()) for counts in inner)


def test_two_of_three_sentences_are_long_and_the_others_true() -> None:
    found = texts(Sentences(samples=300))
    short = [text for text in found if text.startswith("the ")]
    assert len(short) == 100
    assert {text.split()[1]: text.split()[5] for text in short} == PLACES


def test_the_same_seed_makes_the_same_sentences() -> None:
    one, same, other = (texts(Sentences(samples=30, seed=seed)) for seed in (1, 1, 2))
    assert one == same != other
