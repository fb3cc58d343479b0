"""Two networks compared in words: what was added, removed and changed, and what that costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from graph.changes import Connected, Disconnected, LayerAdded, LayerMarked, LayerRemoved, LayerSet
from graph.checking.check import Checker
from graph.checking.layer_info import LayerInfo
from graph.diff import changes_between
from graph.document import Document
from graph.layers.base import Layer
from graph.network import Connection, Network, Node
from graph.structure.blocks import Block, Body


class Sign(StrEnum):
    """How something differs."""

    ADDED = "+"
    REMOVED = "−"
    CHANGED = "~"


@dataclass(frozen=True)
class Difference:
    """One thing that differs: where (ids of blocks, then of the layer) and what, in words.

    ``wire`` says that it is a wire into that layer rather than the layer itself.
    """

    sign: Sign
    path: tuple[str, ...]
    text: str
    wire: bool = False


@dataclass(frozen=True)
class Cost:
    """A figure of both networks."""

    name: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """By how much it grew."""
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two networks; places of cards, notes and frames are no differences."""

    differences: tuple[Difference, ...]
    costs: tuple[Cost, ...]
    parameters: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Parameters of each layer of the two networks, before and after; 0 where it is not there."""

    def count(self, sign: Sign) -> int:
        """How many differences are of one kind."""
        return sum(each.sign is sign for each in self.differences)


@dataclass(frozen=True)
class ChangeMark:
    """What differs at one layer: how, in words, and its parameters before and after."""

    sign: Sign
    texts: tuple[str, ...]
    before: int = 0
    after: int = 0

    @property
    def cost(self) -> str:
        """By how much its parameters grew; empty where they did not."""
        grown = self.after - self.before
        return f"{'+' if grown > 0 else '−'}{abs(grown):,} parameters" if grown else ""

    @property
    def summary(self) -> str:
        """All of it as one line."""
        return "; ".join([*self.texts, *([self.cost] if self.cost else [])])


@dataclass(frozen=True)
class ComparisonOverlay:
    """What differs in one network, as a canvas can show it.

    ``marks`` are by id, of removed layers too, which are in ``old``; a block marked as changed may differ inside only.
    ``added`` and ``removed`` are wires.
    """

    old: Network
    marks: Mapping[str, ChangeMark]
    added: frozenset[Connection]
    removed: frozenset[Connection]


def compare(old: Network, new: Network) -> Comparison:
    """What leads from ``old`` to ``new``; layers are told apart by their ids."""
    before, after = _facts(old), _facts(new)
    none = LayerInfo()
    counts = {id_: (before.get(id_, none).parameters, after.get(id_, none).parameters) for id_ in {**before, **after}}
    return Comparison(tuple(_differences(old, new, ())), _costs(before, after), counts)


def network_differences(old: Network, new: Network) -> tuple[Difference, ...]:
    """What differs, without what it costs; layers are told apart by their ids."""
    return tuple(_differences(old, new, ()))


def overlay(found: Comparison, old: Network, new: Network, path: Sequence[str] = ()) -> ComparisonOverlay | None:
    """The part of a comparison that lies inside the blocks of ``path``; None where one of them is not in both."""
    for block in path:
        layers = [network.layer(block) if block in network else None for network in (old, new)]
        if not all(isinstance(layer, Block) for layer in layers):
            return None
        old, new = (layer.body.network for layer in layers if isinstance(layer, Block))
    deep, here = len(path), tuple(path)
    below = [each for each in found.differences if each.path[:deep] == here and len(each.path) > deep]
    marks = {id_: _mark(id_, below, deep, found) for id_ in dict.fromkeys(each.path[deep] for each in below)}
    before, after = set(old.connections), set(new.connections)
    kept = {id_: mark for id_, mark in marks.items() if mark is not None}
    return ComparisonOverlay(old, kept, frozenset(after - before), frozenset(before - after))


def _mark(id_: str, below: Sequence[Difference], deep: int, found: Comparison) -> ChangeMark | None:
    """What is said of the layer ``id_``; None where only wires to it differ."""
    own = [each for each in below if each.path[deep] == id_ and len(each.path) == deep + 1 and not each.wire]
    inside = sum(each.path[deep] == id_ and len(each.path) > deep + 1 for each in below)
    if not own and not inside:
        return None
    texts = [each.text for each in own]
    texts += [f"{inside} {'difference' if inside == 1 else 'differences'} inside"] if inside else []
    before, after = found.parameters.get(id_, (0, 0)) if not deep else (0, 0)
    return ChangeMark(own[0].sign if own else Sign.CHANGED, tuple(texts), before, after)


def _differences(old: Network, new: Network, path: tuple[str, ...]) -> Iterator[Difference]:
    kept = set(old.ids) & set(new.ids)
    for change in changes_between(old, new):
        match change:
            case LayerAdded(node=node):
                yield Difference(Sign.ADDED, (*path, node.id), _described(node.layer))
            case LayerRemoved(node=node):
                yield Difference(Sign.REMOVED, (*path, node.id), _described(node.layer))
            case LayerSet(id=id_, old=before, new=after):
                yield from _settings(before, after, (*path, id_))
            case LayerMarked(old=marked, new=now):
                yield from _marks(marked, now, (*path, now.id))
            case Connected(connection=wire) if {wire.source, wire.target} <= kept:
                yield _wire(Sign.ADDED, wire, path)
            case Disconnected(connection=wire) if {wire.source, wire.target} <= kept:
                yield _wire(Sign.REMOVED, wire, path)
            case _:
                pass


def _described(layer: Layer) -> str:
    return ", ".join(part for part in (layer.title, layer.summary()) if part)


def _settings(old: Layer, new: Layer, path: tuple[str, ...]) -> Iterator[Difference]:
    if type(old) is not type(new):
        yield Difference(Sign.CHANGED, path, f"{_described(old)} became {_described(new)}")
        return
    labels = {spec.name: (spec.label, spec.unit) for spec in type(new).settings()}
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if isinstance(before, Body) and isinstance(after, Body) and isinstance(new, Block):
            yield from _differences(before.network, after.network, path)
        elif before != after:
            label, unit = labels.get(name, (name, None))
            counted = f" {unit}" if unit and unit != label else ""
            yield Difference(Sign.CHANGED, path, f"{label}: {_value(before)} → {_value(after)}{counted}")


def _marks(old: Node, new: Node, path: tuple[str, ...]) -> Iterator[Difference]:
    if old.muted != new.muted:
        yield Difference(Sign.CHANGED, path, "muted" if new.muted else "no longer muted")
    if old.tied != new.tied:
        words = f"shares the weights of {new.tied}" if new.tied else "has weights of its own"
        yield Difference(Sign.CHANGED, path, words)


def _wire(sign: Sign, wire: Connection, path: tuple[str, ...]) -> Difference:
    text = f"wire from {wire.source} to {wire.target}.{wire.target_port}"
    return Difference(sign, (*path, wire.target), text, wire=True)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " × ".join(map(_value, value)) or "none"
    return "none" if value is None or value == "" else str(value)


def _costs(before: Mapping[str, LayerInfo], after: Mapping[str, LayerInfo]) -> tuple[Cost, ...]:
    is_open = any(info.is_open for info in (*before.values(), *after.values()))
    unit = "step" if is_open else "sample"
    names = ("Layers", "Parameters", "Connections per step" if is_open else "Connections", f"FLOP per {unit}")
    return tuple(Cost(*each) for each in zip(names, _totals(before), _totals(after), strict=True))


def _facts(network: Network) -> dict[str, LayerInfo]:
    """Facts of all layers, also of those that lead nowhere while one edits."""
    checker = Checker(Document(network))
    facts = {id_: checker.layer_info(id_) for id_ in network.ids}
    checker.close()
    return facts


def _totals(facts: Mapping[str, LayerInfo]) -> tuple[int, int, int, int]:
    """Layers, parameters, connections and operations."""
    infos = facts.values()
    return (
        len(facts),
        sum(info.parameters for info in infos),
        sum(info.connections for info in infos),
        sum(info.flops for info in infos),
    )


def calculating_alike(before: Network, now: Network) -> set[str]:
    """The layers of ``now`` that give what they gave in ``before``: they, and all that leads to them, are as they were.

    With the same weights and the same data, that is; the places of cards count for nothing.
    """
    alike = set[str]()
    for id_ in now.ordered():
        if id_ in before and _as_it_was(before.node(id_), now.node(id_)) and arriving_alike(before, now, id_, alike):
            alike.add(id_)
    return alike


def arriving_alike(before: Network, now: Network, id: str, alike: Collection[str]) -> bool:
    """Whether the same arrives at a layer as before, where the layers ``alike`` give what they gave."""
    wires = now.into(id)
    return id in before and wires == before.into(id) and all(wire.source in alike for wire in wires.values())


def _as_it_was(before: Node, now: Node) -> bool:
    return (before.layer, before.muted, before.tied) == (now.layer, now.muted, now.tied)
