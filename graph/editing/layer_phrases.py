"""Layers from typed words: ``conv 6 5x5, relu, pool, flatten, dense 120`` as layers with their settings.

A phrase is a layer's name, or the beginning of it, and then values and words for its settings. A number, or sizes such
as ``5x5``, fills the next setting that takes it, in the order in which the layer declares them (`Layer.positional`); a
word chooses among a setting's choices (``same``) or switches one on (``bidirectional``) or off (``no bias``); a
setting's name leads the value behind it (``stride 2``). Commas stand between layers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from graph.editing.matching import LooseEnd, SearchResult, complaint, plain_score, search_layers
from graph.errors import NetloomError
from graph.layers.base import Layer, ShapeError
from graph.layers.settings import Setting
from graph.shapes import Kind, Shape

BETWEEN = re.compile(r"\s*(?:[,;\n]|->|→)\s*")
"""What stands between two layers."""

NUMBER = re.compile(r"\d+(?:\.\d*)?(?:e-?\d+)?%?|\.\d+%?", re.IGNORECASE)
LONGEST = 60
"""Letters of a number or of sizes."""
SIZES = re.compile(r"\d+(?:[x×*]\d+)+", re.IGNORECASE)

CLOSE = 0.7
"""Likeness (`difflib`, 0 to 1) from which on a name that is not known is taken for another that is misspelt."""

OFF = ("no", "without")

KINDS = {1: Kind.VECTOR, 2: Kind.SEQUENCE, 3: Kind.IMAGE, 4: Kind.VIDEO}
"""The kind of a shape with so many sizes."""


@dataclass(frozen=True)
class Step:
    """One part of a sequence."""

    text: str
    result: SearchResult | None
    """The layer that it is read as; None where none is called so."""
    leaving: Shape | None = None
    """The shape behind the layer, where that is known."""
    unknown: str = ""
    """What is said where no layer is called so."""

    @property
    def problem(self) -> str:
        """What is not understood of it; empty where all is."""
        return self.unknown if self.result is None else self.result.problem


@dataclass(frozen=True)
class Reading:
    """What a search gives: layers to choose from or, for a sequence, the layers that it adds."""

    results: tuple[SearchResult, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def problem(self) -> str:
        """What is not understood of a sequence; empty where all is."""
        return next((step.problem for step in self.steps if step.problem), "")


Fresh = Callable[[type[Layer]], Layer]
"""How a layer without typed settings is made: as an Input has the shape of the data that is chosen."""


def by_default(kind: type[Layer]) -> Layer:
    """A layer with the settings that its class gives it."""
    return kind()


def read_search(
    kinds: Iterable[type[Layer]],
    text: str,
    recent: Sequence[str] = (),
    end: LooseEnd | None = None,
    fresh: Fresh = by_default,
) -> Reading:
    """What is searched for: layers by name, layers with settings, or several in a row."""
    known = list(kinds)
    parts = [part for part in BETWEEN.split(text.strip()) if part]
    if len(parts) > 1:
        return Reading(steps=tuple(_sequence(known, parts, recent, end, fresh)))
    words = _words(text)
    named = any(plain_score(kind, " ".join(words)) for kind in known)
    if words and not named and (read := _candidates(known, words, recent, _arriving(end))):
        return Reading(tuple(read))
    return Reading(tuple(search_layers(known, text, recent, end)))


def _sequence(
    kinds: list[type[Layer]], parts: list[str], recent: Sequence[str], end: LooseEnd | None, fresh: Fresh
) -> Iterable[Step]:
    """The best reading of each part, given the shape that leaves the one before.

    Behind a layer that does not fit no shape is known; the kind of shape that was known last still tells Conv2d from
    Conv1d.
    """
    shape = _arriving(end)
    like = shape.kind if shape is not None else None
    for part in parts:
        found = _candidates(kinds, _words(part), recent, shape, like)
        shape = _leaving(found[0].layer or fresh(found[0].kind), shape) if found else None
        like = shape.kind if shape is not None else like
        yield Step(part, found[0], shape) if found else Step(part, None, unknown=unknown_layer(kinds, part))


def unknown_layer(kinds: Iterable[type[Layer]], text: str) -> str:
    """That no layer is called so, and which one may be meant; settings behind the name are left out."""
    words = _words(text)
    count = next((n for n, word in enumerate(words) if _is_value(word)), len(words)) or len(words)
    names = {name.casefold(): kind.title for kind in kinds for name in (*kind.aliases, kind.title)}
    for length in range(count, 0, -1):
        name = " ".join(words[:length])
        if close := get_close_matches(name.casefold(), names, 1, CLOSE):
            return f"No layer is called “{name}”. Did you mean {names[close[0]]}?"
    return f"No layer is called “{' '.join(words[:count])}”."


def _arriving(end: LooseEnd | None) -> Shape | None:
    return end.shape if end is not None and end.output else None


def _leaving(layer: Layer, shape: Shape | None) -> Shape | None:
    """The shape behind a layer, where that is known."""
    ports = [port.name for port in layer.input_ports()]
    if len(ports) > 1 or (ports and shape is None):
        return None
    try:
        return next(iter(layer.infer({port: shape for port in ports if shape is not None}).values()), None)
    except ShapeError:
        return None


def _candidates(
    kinds: list[type[Layer]], words: list[str], recent: Sequence[str], shape: Shape | None, like: Kind | None = None
) -> list[SearchResult]:
    """Layers of which the first words are the name, the rest read as settings; what is understood best comes first.

    Where the shape that arrives is not known, layers that take its kind ``like`` come first.
    """
    count = next((n for n, word in enumerate(words) if _is_value(word)), len(words))
    for length in range(count, 0, -1):
        name = " ".join(words[:length])
        scores = {kind: score for kind in kinds if (score := plain_score(kind, name))}
        if scores:
            break
    else:
        return []
    ranked = []
    for order, (kind, score) in enumerate(scores.items()):
        result = _read(kind, words[length:], shape)
        lately = recent.index(kind.kind) if kind.kind in recent else len(recent)
        # Who types a whole name means that layer, whatever else is typed.
        arriving = shape.kind if shape is not None else like
        unlike = bool(kind.accepts) and arriving is not None and arriving not in kind.accepts
        rank = score < 1, bool(result.problem), unlike, bool(result.reason), -score, lately, order
        ranked.append((rank, result))
    return [result for _, result in sorted(ranked, key=lambda pair: pair[0])]


def _read(kind: type[Layer], words: list[str], shape: Shape | None) -> SearchResult:
    """A layer of a kind with settings from words, as far as they are understood, and whether it takes a shape."""
    layer, problem = read_settings(kind, words)
    ports = layer.input_ports()
    reason = complaint(layer, ports[0].name, shape, {}) if ports and shape is not None else ""
    return SearchResult(kind, reason, layer if words else None, problem)


def read_settings(kind: type[Layer], words: Sequence[str]) -> tuple[Layer, str]:
    """A layer with settings from words, and a sentence about what is not understood or not allowed (or nothing)."""
    filling, waiting = _Filling(kind), list(words)
    while waiting:
        taken = filling.take(waiting)
        if not taken:
            if waiting[0].casefold() not in _names(filling.last):
                return kind(), f"{kind.title} does not understand “{waiting[0]}”."
            taken = 1  # a number was followed by what it counts: 6 filters
        del waiting[:taken]
    try:
        return kind().changed(**filling.values), ""
    except NetloomError as error:
        return kind(), str(error)


class _Filling:
    """Settings of a layer that words have filled so far."""

    def __init__(self, kind: type[Layer]) -> None:
        settings = {spec.name: spec for spec in kind.settings()}
        first = [settings[name] for name in kind.positional]
        self._settings = [*first, *(spec for spec in settings.values() if spec not in first)]
        self._defaults = kind().model_dump()
        self.values: dict[str, object] = {}
        self.last: Setting | None = None

    def take(self, words: Sequence[str]) -> int:
        """Fill a setting from the first of the words; how many of them were used."""
        name, has_sign, value = words[0].partition("=")
        if has_sign:
            return 1 if self._by_name(name, value) else 0
        if _is_value(words[0]):
            return 1 if any(self._fill(spec, words[0]) for spec in self._open()) else 0
        if len(words) > 1 and words[0].casefold() in OFF:
            return 2 if self._switch(words[1], False) else 0
        if self._choose(words[0]) or self._switch(words[0], True):
            return 1
        longest = next((n for n in (2, 1) if len(words) > n and self._by_name(" ".join(words[:n]), words[n])), 0)
        return longest + 1 if longest else 0

    def _open(self) -> list[Setting]:
        """Settings that are not filled yet and have an effect."""
        values = self._defaults | self.values
        return [spec for spec in self._settings if spec.name not in self.values and spec.applies(values)]

    def _by_name(self, name: str, value: str) -> bool:
        named = [spec for spec in self._settings if name.casefold() in _names(spec)]
        return any(self._fill(spec, value) or self._pick(spec, value) for spec in named)

    def _fill(self, spec: Setting, word: str) -> bool:
        value = read_value(spec, word)
        return value is not None and self._set(spec, value)

    def _choose(self, word: str) -> bool:
        return any(self._pick(spec, word) for spec in self._settings if spec.name not in self.values)

    def _pick(self, spec: Setting, word: str) -> bool:
        if spec.type == "bool" and word.casefold() in ("yes", "on", "true", "no", "off", "false"):
            return self._set(spec, word.casefold() in ("yes", "on", "true"))
        choice = next((each for each in spec.choices if each.casefold() == word.casefold()), None)
        if choice is None and spec.type == "choice":
            choice = next((each for each in spec.choices if each.casefold().split(" ")[0] == word.casefold()), None)
        return choice is not None and self._set(spec, choice)

    def _switch(self, word: str, on: bool) -> bool:
        spec = next((s for s in self._settings if s.type == "bool" and word.casefold() in _names(s)), None)
        return spec is not None and self._set(spec, on)

    def _set(self, spec: Setting, value: object) -> bool:
        if spec.when is not None and not spec.applies(self._defaults | self.values):
            self.values[spec.when[0]] = spec.when[1][0]  # such as padding 2, which is padding of a custom size
        self.values[spec.name], self.last = value, spec
        return True


def read_value(spec: Setting, word: str) -> object | None:
    """The value that a number, or sizes such as ``5x5``, is for a setting; None where it is none."""
    sizes = tuple(int(part) for part in re.split(r"[x×*]", word.casefold())) if _is_size(word) else ()
    match spec.type:
        case "int":
            return sizes[0] if len(sizes) == 1 else None
        case "float":
            return _number(word)
        case "size":
            return (sizes * 2)[:2] if 1 <= len(sizes) <= 2 else None
        case "sizes":
            return sizes or None
        case "shape":
            return Shape(KINDS[len(sizes)], sizes) if len(sizes) in KINDS and all(sizes) else None
        case _:
            return None


def _number(word: str) -> float | None:
    if NUMBER.fullmatch(word) is None:
        return None
    return float(word[:-1]) / 100 if word.endswith("%") else float(word)


def _is_size(word: str) -> bool:
    return len(word) <= LONGEST and (word.isdecimal() or SIZES.fullmatch(word) is not None)


def _is_value(word: str) -> bool:
    return _is_size(word) or NUMBER.fullmatch(word) is not None


def _words(text: str) -> list[str]:
    """The words of a phrase, ``key = value`` and ``5 x 5`` each as one."""
    joined = re.sub(r"(?<=\d)\s*[x×*]\s*(?=\d)", "x", re.sub(r"\s*=\s*", "=", text))
    return joined.replace("(", " ").replace(")", " ").split()


@cache
def _setting_names(name: str, label: str, unit: str | None) -> frozenset[str]:
    plain = name.replace("_", " ")
    words = {name, plain, plain.split(" ")[0], label, unit or name}
    return frozenset(word.casefold() for word in words)


def _names(spec: Setting | None) -> frozenset[str]:
    """What a setting may be called: its name or the first word of it, its label, and what it counts."""
    return frozenset() if spec is None else _setting_names(spec.name, spec.label, spec.unit)
