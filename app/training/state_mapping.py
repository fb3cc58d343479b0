"""Which tensors of somebody's state dict a network takes: by their names, else by shape and order. Needs no torch.

A state dict is read as parts: the tensors of one module of torch (``features.0``: its weight and bias), of a stacked
recurrent layer those of one level. A part goes where all of it fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Sizes = tuple[int, ...]
Shapes = Mapping[str, Sizes]
"""Sizes of tensors by their names, in the order of the state dict."""

BY_NAME, BY_SHAPE = "by name", "by shape and order"
COUNTER = "num_batches_tracked"
"""Counts the batches of a training; files may lack it."""
LEVEL = re.compile(r"((?:weight|bias)_(?:ih|hh|hr))_l(\d+)(_reverse)?")
"""Tensors of recurrent layers: what they are, of which level, and of which direction."""
PACKED = re.compile(r"(in_proj)_(weight|bias)")
"""Tensors of torch's attention that are those of a dense layer."""
USUAL = {"weight", "bias", "running_mean", "running_var", COUNTER}
ALIASES = {"gamma": "weight", "beta": "bias"}
"""Older names of the same tensors."""
ALONE = {"positions", "token"}
"""Tensors that are all of a layer of ours."""
MOST = 4_000_000
"""Pairs of parts that are compared by shape, at most."""


@dataclass(frozen=True)
class Part:
    """The tensors of one module: its path as ``key``, their ``names`` and ``shapes`` by what they are (``bias``)."""

    key: str
    names: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, Sizes] = field(default_factory=dict)


@dataclass(frozen=True)
class Taking:
    """What a tensor of ours takes: the ``source`` in the file, found ``how``, perhaps with its axes ``turned`` over."""

    source: str
    how: str
    turned: bool = False


@dataclass(frozen=True)
class StateMapping:
    """For each tensor of ours what it takes; of those that the file holds, ``left`` have no place here."""

    taken: dict[str, Taking]
    left: tuple[str, ...]


def map_state(own: Shapes, given: Shapes) -> StateMapping:
    """Find a place for as much as can be of the tensors ``given`` in a network with the tensors ``own``.

    A part is taken by its path where it fits, written with dots or underscores. Of the others those that have the same
    shapes in the same order are taken, as many as can be. Weights of a dense layer that lie turned over are turned.
    """
    ours, theirs = _parts(own), _parts(given)
    pairs = _by_name(ours, theirs)
    found = {mine.key: (other, BY_NAME) for mine, other in pairs}
    used = {other.key for other, _ in found.values()}
    free, rest = [one for one in ours if one.key not in found], [one for one in theirs if one.key not in used]
    found |= {mine.key: (other, BY_SHAPE) for mine, other in _by_shape(free, rest)}
    taken: dict[str, Taking] = {}
    for mine in ours:
        if mine.key in found:
            taken |= _takings(mine, *found[mine.key])
    sources = {one.source for one in taken.values()}
    left = tuple(name for name in given if name not in sources and not name.endswith(COUNTER))
    return StateMapping(taken, left)


def _takings(mine: Part, other: Part, how: str) -> Iterator[tuple[str, Taking]]:
    for kind, name in mine.names.items():
        if kind in other.names:
            turned = not _alike(mine.shapes[kind], other.shapes[kind])
            yield name, Taking(other.names[kind], how, turned)


# Parts


def _parts(shapes: Shapes) -> list[Part]:
    """The parts of a state dict, in its order."""
    parts: dict[str, Part] = {}
    for name, sizes in shapes.items():
        key, kind = _place(name)
        part = parts.setdefault(key, Part(key))
        part.names[kind], part.shapes[kind] = name, sizes
    return list(parts.values())


def _place(name: str) -> tuple[str, str]:
    """The part that a tensor belongs to, and what it is there."""
    owner, _, last = name.rpartition(".")
    level, packed = LEVEL.fullmatch(last), PACKED.fullmatch(last)
    if level:
        return f"{owner}:{level[2]}", f"{level[1]}{level[3] or ''}"
    if packed:
        return f"{owner}.{packed[1]}", packed[2]
    if last in ALONE and owner:
        return owner, "value"
    kind = ALIASES.get(last, last)
    return (owner, kind) if kind in USUAL else (name, "value")


def _path(key: str) -> str:
    return key.replace(".", "_")


def _by_name(ours: Sequence[Part], theirs: Sequence[Part]) -> list[tuple[Part, Part]]:
    """Parts of one path that fit; what stands before all paths of the file is left out if that finds more."""
    best: list[tuple[Part, Part]] = []
    for start in _common_starts([each.key for each in theirs]):
        named = {_path(each.key.removeprefix(start)): each for each in theirs}
        pairs = [(one, named[_path(one.key)]) for one in ours if _path(one.key) in named]
        fitting = [(one, other) for one, other in pairs if _fits(one, other)]
        best = fitting if len(fitting) > len(best) else best
    return best


def _common_starts(keys: Sequence[str]) -> Iterator[str]:
    """What stands before all keys, from nothing to all of their common path."""
    start = ""
    yield start
    while keys and (rest := keys[0].removeprefix(start)).count("."):
        start += rest.partition(".")[0] + "."
        if not all(key.startswith(start) for key in keys):
            return
        yield start


# Fitting


def _fits(mine: Part, other: Part) -> bool:
    """Whether a part takes all of another one; counters may be missing."""
    kinds, there = set(mine.shapes) - {COUNTER}, set(other.shapes) - {COUNTER}
    if kinds != there:
        return False
    return all(
        _alike(mine.shapes[kind], other.shapes[kind]) or _turned(mine.shapes[kind], other.shapes[kind])
        for kind in kinds
    )


def _alike(mine: Sizes, other: Sizes) -> bool:
    """Whether the numbers lie alike: axes of size 1 may be more or fewer, as in a convolution that is a dense layer."""
    return mine == other or [size for size in mine if size > 1] == [size for size in other if size > 1]


def _turned(mine: Sizes, other: Sizes) -> bool:
    return len(mine) == len(other) == 2 and mine == other[::-1]


def _signature(part: Part) -> tuple[object, ...]:
    """What two parts have in common that may take each other's place, whatever they are called."""
    shapes = {kind: tuple(size for size in sizes if size > 1) for kind, sizes in part.shapes.items() if kind != COUNTER}
    return tuple(sorted(shapes.items()))


def _by_shape(ours: Sequence[Part], theirs: Sequence[Part]) -> Iterator[tuple[Part, Part]]:
    """The most pairs of parts with the same shapes that are in the same order on both sides.

    This is the longest common subsequence of both, by dynamic programming.
    """
    if len(ours) * len(theirs) > MOST:
        return
    mine, other = [_signature(one) for one in ours], [_signature(one) for one in theirs]
    best = [[0] * (len(other) + 1) for _ in range(len(mine) + 1)]
    for i in range(len(mine) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            same = mine[i] == other[j]
            best[i][j] = best[i + 1][j + 1] + 1 if same else max(best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(mine) and j < len(other):
        if mine[i] == other[j]:
            yield ours[i], theirs[j]
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
