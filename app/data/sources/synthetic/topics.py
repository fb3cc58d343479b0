"""Synthetic documents of one to three sentences on one of four topics, which mention another topic in passing."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.tokens import PADDING, UNKNOWN, numbered, split_text
from app.data.sources.synthetic.synthetic_source import SyntheticSource, one_of, unused
from graph.layers.settings import setting
from graph.shapes import tokens, vector

THINGS = {
    "cooking": (
        "the soup", "a bread roll", "the kitchen scale", "fresh dough", "a bar of chocolate", "the spices",
        "strawberry jam", "grilled bass", "the oven", "a new recipe",
    ),
    "money": (
        "the bank", "share prices", "a bank note", "the budget", "record sales", "the interest rate", "old debts",
        "a gold bar", "the pension", "our savings",
    ),
    "music": (
        "the concert", "a drum roll", "a minor scale", "the choir", "the first bar", "a high note", "a long jam",
        "the bass guitar", "an old record", "the score for strings",
    ),
    "sport": (
        "the match", "the league table", "a new record", "the goalkeeper", "the final score", "the muddy pitch",
        "a free kick", "the relay race", "the coach", "a penalty",
    ),
}  # fmt: skip
"""Topics, and what is written about under each; many a word belongs to several of them."""
TOPICS = tuple(THINGS)
OWN = (
    "we spent the whole evening on {}", "her letter is all about {}", "what kept us busy was {}",
    "i learned a lot about {} today", "the article explains {} step by step", "most questions were about {}",
    "nobody could stop talking of {}", "the first hour went to {}",
)  # fmt: skip
"""Sentences about the topic of a document."""
PASSING = (
    "not a word was said of {}", "we had no time left for {}", "i had expected something about {}",
    "someone mentioned {} only once", "on the way we passed a poster of {}", "{} can wait until next week",
    "her brother would rather hear of {}", "for {} there is another page",
)  # fmt: skip
"""Sentences that mention another topic."""
JOINS = (" , but ", " . ", " , and ", " ; ")
MORE = 0.4
"""Share of the documents that have another sentence about their topic."""
LONGEST = 36
"""Tokens of the longest document, and a few to spare."""


class Topics(SyntheticSource):
    """Short made-up documents about cooking, money, music or sport: which topic are they on?

    Each mentions another topic in passing (“not a word was said of the match”), and many words belong to several topics
    (a bar of chocolate, a gold bar, the first bar). Who counts words knows two topics of most documents, and not which
    of them is the one.
    """

    kind: ClassVar[str] = "topics"
    title: ClassVar[str] = "Documents on four topics"
    rank: ClassVar[int] = 192
    task: ClassVar[Task] = Task.CLASSIFICATION
    inputs: ClassVar[tuple[str, ...]] = ("text",)
    target: ClassVar[str] = "topic"

    samples: int = setting(1500, "Number of documents", minimum=10, maximum=20_000, unit="documents")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """The words of a document, its topic, and the number of words."""
        return (
            FieldInfo("text", tokens(LONGEST), vocabulary=VOCABULARY, lengths="length"),
            FieldInfo("topic", vector(len(TOPICS)), classes=TOPICS),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """As many documents on each topic, in random order, none twice as long as there are new ones."""
        topics = rng.permutation(np.arange(self.samples, dtype=np.int64) % len(TOPICS))
        used: set[str] = set()
        cut = [split_text(unused(partial(document, rng, TOPICS[topic]), used), "word") for topic in topics]
        lengths = np.array([[len(words)] for words in cut], dtype=np.int64)
        return {"text": numbered(cut, VOCABULARY, LONGEST), "topic": topics, "length": lengths}


def document(rng: np.random.Generator, topic: str) -> str:
    """A document on a topic, which mentions another one before or behind its own."""
    other = one_of(rng, [each for each in TOPICS if each != topic])
    parts = [
        one_of(rng, OWN).format(one_of(rng, THINGS[topic])),
        one_of(rng, PASSING).format(one_of(rng, THINGS[other])),
    ]
    if rng.random() < MORE:
        parts.append(one_of(rng, OWN).format(one_of(rng, THINGS[topic])))
    order = rng.permutation(len(parts))
    text = parts[order[0]]
    for place in order[1:]:
        text += one_of(rng, JOINS) + parts[place]
    return f"{text} ."


VOCABULARY = (
    PADDING,
    UNKNOWN,
    *sorted({
        word
        for part in (*(thing for things in THINGS.values() for thing in things), *OWN, *PASSING, *JOINS, ".")
        for word in split_text(part.replace("{}", ""), "word")
    }),
)  # fmt: skip
