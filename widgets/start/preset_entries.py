"""What the gallery shows of a preset, read straight from its JSON: the start page must not wait for the real reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from widgets.start import search_words

PRESETS = Path(__file__).resolve().parent.parent.parent / "presets"


LEVELS = ("beginner", "intermediate", "advanced")
FIRST = {
    "beginner": (
        "digits_cnn", "lenet", "digits_mlp", "iris_mlp", "spirals_mlp", "seasons_mlp", "xor_mlp", "x_or_o", "wine_mlp",
        "diabetes_mlp", "iris_softmax", "mlp_3_3_1", "step_mlp", "convolution_by_hand", "breast_cancer_mlp",
        "worked_cnn", "hand_set_kernels", "digits_svm",
    ),
    "intermediate": (
        "seasons_lstm", "digits_gru", "residual_cnn", "two_branch_cnn", "digits_autoencoder", "digits_cnn_lstm",
        "vgg_style", "seasons_cnn1d", "digits_bilstm", "digits_rnn", "reviews_lstm", "reviews_cnn",
        "elman_by_hand", "lstm_by_hand", "adding_rnn", "adding_lstm", "brackets_lstm", "several_shapes", "lenet5",
        "low_and_high", "pooling_four_ways", "remaining_life", "seasons_features", "seasons_causal", "reviews_stacked",
        "clips_bag_of_frames", "addition_mlp", "vgg_blocks", "layer_pattern_cnn", "hopfield", "sentences_lstm",
        "sentences_rnn", "melodies_lstm", "spoken_cnn",
    ),
}  # fmt: skip
"""The examples of the first two levels, in the order in which one might look at them; all others are advanced."""

TOPICS = {"numbers": ("vector",), "pictures": ("image",), "sequences": ("sequence", "tokens", "video")}
"""What networks read, as people look for it, and the kinds of shapes that this means."""

EVERYWHERE = frozenset({"input", "output"})
"""Kinds of layers that every network has, so that their aliases tell nothing apart."""


@dataclass(frozen=True)
class Sketch:
    """A network as a small drawing: kind and place of each layer, and pairs of layers that are connected."""

    layers: tuple[tuple[str, float, float], ...]
    wires: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class PresetEntry:
    """One card of the gallery. ``topics`` are those of `TOPICS` that the network reads."""

    path: Path
    title: str
    summary: str
    expect: str
    minutes: float | None
    data: str
    textbook: tuple[str, ...]
    sketch: Sketch
    topics: frozenset[str] = frozenset()
    page: str = ""
    kinds: frozenset[str] = frozenset()
    """All kinds of layers, those inside blocks too."""

    @property
    def level(self) -> str:
        """For whom it is, one of `LEVELS`."""
        return next((level for level, names in FIRST.items() if self.path.stem in names), LEVELS[-1])

    @property
    def words(self) -> str:
        """What the card itself says, and its kinds of layers, for the search."""
        kinds = " ".join(kind for kind, _, _ in self.sketch.layers)
        return search_words.plain(
            " ".join((self.path.stem, self.title, self.summary, self.data, self.level, *self.textbook, kinds))
        )

    @cached_property
    def tiers(self) -> tuple[str, ...]:
        """What the search looks at, the nearest first: title and tasks, card and layers, page and glossary."""
        about = search_words.plain(f"{self.title} {search_words.of_tasks(self.textbook)}")
        near = f"{self.words} {search_words.of_tasks(self.textbook)}"
        near = " ".join((near, *map(search_words.of_kind, sorted(self.kinds - EVERYWHERE))))
        page = search_words.plain(self.page)
        return about, near, f"{near} {page} {search_words.of_glossary(f'{near} {page}')}"


def presets(folder: Path = PRESETS) -> list[PresetEntry]:
    """All presets in ``folder`` by level, those of `FIRST` before the rest; a file that makes no sense has no card."""
    entries = [preset for path in folder.glob("*.netloom") if (preset := read(path)) is not None]
    order = [name for names in FIRST.values() for name in names]
    places = {name: place for place, name in enumerate(order)}
    return sorted(
        entries, key=lambda entry: (places.get(entry.path.stem, len(order)), len(entry.sketch.layers), entry.title)
    )


def promise(preset: PresetEntry) -> str:
    """What training gives and how long it takes: ``About 99 % test accuracy after 20 epochs, 12 s``."""
    text = preset.expect[:1].upper() + preset.expect[1:]
    if preset.minutes is None:
        return text
    seconds = preset.minutes * 60
    took = f"{seconds:.0f}\u00a0s" if seconds < 100 else f"{preset.minutes:.0f}\u00a0min"
    return f"{text}. Takes about {took}." if text else f"Takes about {took}."


def read(path: Path) -> PresetEntry | None:
    """The preset in ``path``, or None where the file makes no sense."""
    try:
        value = json.loads(path.read_text("utf-8"))
        about = value.get("about") or {}
        return PresetEntry(
            path=path,
            title=str(about.get("title") or path.stem),
            summary=str(about.get("summary") or ""),
            expect=str(about.get("expect") or ""),
            minutes=about.get("minutes") if isinstance(about.get("minutes"), int | float) else None,
            data=str((value.get("data") or {}).get("source") or ""),
            textbook=tuple(str(chapter) for chapter in about.get("textbook") or ()),
            sketch=sketch(value.get("network") or {}),
            topics=topics(value.get("network") or {}),
            page=str(value.get("notes") or ""),
            kinds=frozenset(kinds_in(value.get("network") or {})),
        )
    except (OSError, ValueError, AttributeError, TypeError, KeyError, IndexError):
        return None


def sketch(network: Mapping[str, Any]) -> Sketch:
    """The drawing of a network's JSON."""
    layers = []
    for layer in network.get("layers", ()):
        x, y = layer.get("position", (0, 0))
        layers.append((str(layer["kind"]), float(x), float(y)))
    index = {layer["id"]: place for place, layer in enumerate(network.get("layers", ()))}
    wires = []
    for text in network.get("connections", ()):
        source, target = (end.strip().split(".")[0] for end in text.split("->"))
        wires.append((index[source], index[target]))
    return Sketch(tuple(layers), tuple(wires))


def kinds_in(network: Mapping[str, Any]) -> Iterator[str]:
    """The kinds of layers in a network's JSON, those inside blocks too."""
    for layer in network.get("layers", ()):
        yield str(layer.get("kind"))
        yield from kinds_in((layer.get("settings") or {}).get("body") or {})


def topics(network: Mapping[str, Any]) -> frozenset[str]:
    """What the inputs of a network's JSON read, as `TOPICS`."""
    inputs = (layer.get("settings") or {} for layer in network.get("layers", ()) if layer.get("kind") == "input")
    kinds = {str((settings.get("shape") or {}).get("kind")) for settings in inputs}
    return frozenset(topic for topic, shapes in TOPICS.items() if kinds & set(shapes))
