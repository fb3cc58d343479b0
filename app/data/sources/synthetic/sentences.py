"""Synthetic text for language models: sentences of a small grammar, in some of which a word depends on one far back."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.tokens import END, PADDING, START, numbered, split_text
from app.data.sources.synthetic.synthetic_source import SyntheticSource, one_of
from graph.layers.settings import setting
from graph.shapes import tokens

LANGUAGES = {
    "spain": "spanish", "france": "french", "italy": "italian", "japan": "japanese", "poland": "polish",
    "greece": "greek", "turkey": "turkish", "denmark": "danish",
}  # fmt: skip
"""Countries, and the language of each."""
NAMES = ("ana", "mary", "ruth", "peter", "john", "paul")
STAYS = ("stayed", "lived", "worked")
WHILES = (
    "for ten years", "with old friends", "near a lake", "in a small house", "through two winters", "without much money",
    "above a bakery", "among kind people", "beside the harbour", "during the war",
)  # fmt: skip
PLACES = {
    "clouds": "sky", "fish": "water", "books": "library", "cows": "meadow", "trains": "station", "stars": "night",
}  # fmt: skip
"""What is where: the other word of a short sentence."""

Unit = Literal["word", "character"]


class Sentences(SyntheticSource):
    """Sentences of a small grammar, to learn which word comes next: “the clouds are in the … sky”.

    Of three sentences two have an answer far back: “ana stayed in spain … and speaks fluent … spanish”. What
    stands between is as long as ``between`` allows and says nothing about it. ``next`` is the text one token later.
    """

    kind: ClassVar[str] = "sentences"
    title: ClassVar[str] = "Sentences that go on"
    rank: ClassVar[int] = 195
    task: ClassVar[Task] = Task.SEQUENCE
    inputs: ClassVar[tuple[str, ...]] = ("text",)
    target: ClassVar[str] = "next"

    samples: int = setting(2000, "Number of sentences", minimum=10, maximum=100_000, unit="sentences")
    between: int = setting(
        5, "Phrases between a country and its language, at most", minimum=0, maximum=len(WHILES), unit="phrases"
    )
    unit: Unit = setting("word", "What one token is")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A sentence with a start in front, the same one token later with an end behind, and the number of tokens."""
        length, vocabulary = self._longest() + 1, self._vocabulary()
        return (
            FieldInfo("text", tokens(length), vocabulary=vocabulary, lengths="length"),
            FieldInfo("next", tokens(length), vocabulary=vocabulary, next_of="text"),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Every third sentence is a short one, in random order."""
        kinds = rng.permutation(np.arange(self.samples) % 3)
        cut = [split_text(sentence(rng, bool(kind), self.between), self.unit) for kind in kinds]
        (length, *_), vocabulary = self.field_infos()[0].shape.sizes, self._vocabulary()
        assert length is not None
        return {
            "text": numbered([[START, *each] for each in cut], vocabulary, length),
            "next": numbered([[*each, END] for each in cut], vocabulary, length),
            "length": np.array([[len(each) + 1] for each in cut], dtype=np.int64),
        }

    def _vocabulary(self) -> tuple[str, ...]:
        known = WORDS if self.unit == "word" else sorted(set("".join(WORDS)) | {" "})
        return (PADDING, START, END, *known)

    def _longest(self) -> int:
        """Tokens of the longest sentence."""
        if self.unit == "word":
            spans = sorted(len(each.split()) for each in WHILES)
            return len(split_text(_far("ana", STAYS[0], "spain", ()), "word")) + sum(spans[::-1][: self.between])
        country = max(LANGUAGES, key=lambda each: len(each + LANGUAGES[each]))
        far = _far(max(NAMES, key=len), max(STAYS, key=len), country, ())
        spans = sorted(len(each) + 1 for each in WHILES)
        return max(len(far) + sum(spans[::-1][: self.between]), *(len(_near(thing)) for thing in PLACES))


def sentence(rng: np.random.Generator, far: bool, between: int) -> str:
    """A sentence whose answer lies ``far`` back, behind up to ``between`` phrases, or a short one."""
    if not far:
        return _near(one_of(rng, tuple(PLACES)))
    order = rng.permutation(len(WHILES))[: int(rng.integers(0, between + 1))]
    phrases = tuple(WHILES[int(place)] for place in order)
    return _far(one_of(rng, NAMES), one_of(rng, STAYS), one_of(rng, tuple(LANGUAGES)), phrases)


def _near(thing: str) -> str:
    return f"the {thing} are in the {PLACES[thing]} ."


def _far(name: str, stay: str, country: str, phrases: tuple[str, ...]) -> str:
    between = "".join(f" {phrase}" for phrase in phrases)
    return f"{name} {stay} in {country}{between} and speaks fluent {LANGUAGES[country]} ."


WORDS = tuple(
    sorted({
        word
        for text in (*map(_near, PLACES), *WHILES, *(_far(name, stay, country, ())
                     for name in NAMES for stay in STAYS for country in LANGUAGES))
        for word in split_text(text, "word")
    })
)  # fmt: skip
"""All words of the grammar."""
