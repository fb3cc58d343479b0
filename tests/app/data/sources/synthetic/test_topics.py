"""Made documents: one topic each, with another in passing, and words that belong to several."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.data.readers.tokens import UNKNOWN
from app.data.sources.synthetic.topics import LONGEST, OWN, PASSING, THINGS, TOPICS, Topics, document


def named(text: str, sentences: tuple[str, ...]) -> set[str]:
    """The topics whose things stand in one of the sentences of a document."""
    return {
        topic
        for topic, things in THINGS.items()
        for thing in things
        for sentence in sentences
        if sentence.format(thing) in text
    }


def test_what_a_document_is_about_is_told_by_its_own_sentences_alone() -> None:
    rng = np.random.default_rng(0)
    for number in range(200):
        topic = TOPICS[number % len(TOPICS)]
        text = document(rng, topic)
        assert named(text, OWN) == {topic}
        [other] = named(text, PASSING)
        assert other != topic


def test_topics_share_words() -> None:
    words = {topic: {word for thing in things for word in thing.split()} for topic, things in THINGS.items()}
    for one, other in combinations(("cooking", "money", "music"), 2):
        assert "bar" in words[one] & words[other]
    assert {"record", "score"} <= words["music"] & words["sport"]


def test_all_words_are_known_all_documents_are_new_and_fit() -> None:
    data = Topics(samples=300).load()
    text, topics = data.input_field(), np.asarray(data.target_field().values)
    rows = np.asarray(text.values)
    assert rows.shape == (300, LONGEST) and text.vocabulary.index(UNKNOWN) not in rows
    assert len({row.tobytes() for row in rows}) == 300
    assert np.bincount(topics).tolist() == [75] * 4
    lengths = np.asarray(data.fields["length"].values)[:, 0]
    assert ((rows > 0).sum(axis=1) == lengths).all()
    assert prepare(DataChoice.of("topics")).dataset.info.classes == TOPICS
