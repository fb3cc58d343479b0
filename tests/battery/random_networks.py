"""Random networks that pass the check: layers of every kind with random settings, with branches that meet."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

from graph.document import Document
from graph.layers.base import Family, Layer, ShapeError
from graph.layers.catalogue import catalogue
from graph.layers.io import InputLike, Output
from graph.layers.settings import Setting
from graph.network import Connection
from graph.open_length import OpenLength, agree
from graph.shapes import AXES, TIMED, Kind, Shape

SMALL = 4
"""Largest number drawn for a setting without bounds."""
LARGE = 20_000
"""Values in one sample beyond which a network is not grown."""
TRIES = 25
LONG = 120
"""Steps that enter where the length is open."""
ROOM = 14
"""Steps that the largest window drawn spans."""
Ends = list[tuple[str, str, Shape]]
"""Outputs of layers that nothing follows yet: layer, port, shape."""


def shape(chance: random.Random, kind: Kind | None = None) -> Shape:
    """A small shape, of any kind; time is unknown now and then."""
    kind = kind or chance.choice(list(Kind))

    def size(axis: str) -> int | None:
        if axis == "T":
            return None if chance.random() < 0.3 else chance.randint(2, 8)
        return chance.randint(6, 14) if axis in "HW" else chance.randint(1, 5)

    return Shape(kind, tuple(size(axis) for axis in AXES[kind]))


def value(chance: random.Random, setting: Setting) -> Any:
    """An allowed value of a setting."""
    if setting.optional and chance.random() < 0.4:
        return None
    least = setting.minimum if setting.minimum is not None else 0
    most = setting.maximum if setting.maximum is not None else least + SMALL

    def whole() -> int:
        return chance.randint(int(least), int(min(most, max(least + 1, SMALL))))

    def fraction() -> float:
        return chance.uniform(least, min(most, least + 1.0))

    kinds: Mapping[str, Any] = {
        "bool": lambda: chance.random() < 0.5,
        "choice": lambda: chance.choice(setting.choices),
        "text": lambda: setting.default,
        "shape": lambda: shape(chance),
        "size": lambda: (whole(), whole()),
        "sizes": lambda: tuple(whole() for _ in range(chance.randint(1, 3))),
        "matrix": lambda: setting.default,
        "matrices": lambda: setting.default,
        "int": whole,
        "float": fraction,
    }
    return kinds[setting.type]()


def layer(chance: random.Random, kind: type[Layer]) -> Layer:
    """A layer of ``kind`` with a few settings changed."""
    made = kind()
    for setting in kind.settings():
        if chance.random() < 0.3:
            made = made.changed(**{setting.name: value(chance, setting)})
    return made


def network(chance: random.Random, most: int = 12) -> Document:
    """A network of up to ``most`` layers between one or two inputs and an output for each open end."""
    document = Document()
    with document.transaction("Draw at random"):
        ends: Ends = []
        kind = catalogue()["input"]
        for _ in range(chance.choice((1, 1, 2))):
            entered = shape(chance)
            id_ = document.add(kind().changed(shape=entered), (0.0, 0.0))
            ends.append((id_, "out", entered if entered.time else entered.with_length(OpenLength.starting(id_))))
        for _ in range(chance.randint(1, most)):
            grow(document, chance, ends)
        for source, port, _ in ends:
            id_ = document.add(catalogue()["output"](), (0.0, 0.0))
            document.connect(Connection(source, port, id_, "in"))
    return document


def grow(document: Document, chance: random.Random, ends: Ends) -> None:
    """One more layer behind open ends, or behind what has a follower already; none where nothing drawn fits."""
    kinds = [kind for kind in catalogue().values() if not issubclass(kind, InputLike | Output)]
    merging = [kind for kind in kinds if kind.family is Family.MERGE]
    for _ in range(TRIES):
        made = layer(chance, chance.choice(merging if chance.random() < 0.25 else kinds))
        ports = made.input_ports()
        if not ports or len(ports) > 4:
            continue
        first = chance.choice(ends)
        alike = [end for end in ends if end[2].sizes == first[2].sizes and end[2].kind is first[2].kind]
        chosen = [first, *(chance.choice(alike if chance.random() < 0.7 else ends) for _ in ports[1:])]
        arriving = {port.name: end[2] for port, end in zip(ports, chosen, strict=True)}
        if _up_to_the_data(made, arriving.values()):
            continue
        try:
            made.check_kinds(arriving)
            leaving = made.infer(arriving)
        except ShapeError:
            continue
        if any((each.elements or 0) > LARGE or not _long_enough(each) for each in leaving.values()):
            continue
        _add(document, chance, ends, made, chosen, leaving)
        return


def _up_to_the_data(made: Layer, arriving: Iterable[Shape]) -> bool:
    """Whether lengths meet of which only the data tells whether they are equal."""
    lengths = {each.length for each in arriving if each.kind in TIMED}
    apart = made.kind == "attention" or getattr(made, "along", "") == "time"
    return len(lengths) > 1 and agree(lengths) and not apart


def _long_enough(leaving: Shape) -> bool:
    """Whether an open length still has room for any window where `LONG` steps enter."""
    length = leaving.open_length
    return length is None or ROOM <= length.at({each.name: LONG for each in length.origins}) <= 4 * LONG


def _add(
    document: Document, chance: random.Random, ends: Ends, made: Layer, sources: Ends, leaving: Mapping[str, Shape]
) -> None:
    id_ = document.add(made, (0.0, 0.0))
    for port, (source, output, _) in zip(made.input_ports(), sources, strict=True):
        document.connect(Connection(source, output, id_, port.name))
    for end in set(sources):
        if chance.random() < 0.85:  # else it stays open, and something else may branch off
            ends.remove(end)
    ends += [(id_, port, each) for port, each in leaving.items()]
