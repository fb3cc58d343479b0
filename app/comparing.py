"""Two networks compared in words: what was added, removed and changed, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph.blocks import Block, Body
from graph.changes import Connected, Disconnected, LayerAdded, LayerMarked, LayerRemoved, LayerSet
from graph.check import Checker
from graph.diff import changes_between
from graph.document import Document
from graph.layers.base import Layer
from graph.network import Connection, Network, Node


class Sign(StrEnum):
    """How something differs."""

    ADDED = "+"
    REMOVED = "−"
    CHANGED = "~"


@dataclass(frozen=True)
class Difference:
    """One thing that differs: where (ids of blocks, then of the layer) and what, in words."""

    sign: Sign
    path: tuple[str, ...]
    text: str


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

    def count(self, sign: Sign) -> int:
        """How many differences are of one kind."""
        return sum(each.sign is sign for each in self.differences)


def compare(old: Network, new: Network) -> Comparison:
    """What leads from ``old`` to ``new``; layers are told apart by their ids."""
    return Comparison(tuple(_differences(old, new, ())), _costs(old, new))


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
    if old.linked != new.linked:
        words = f"shares the weights of {new.linked}" if new.linked else "has weights of its own"
        yield Difference(Sign.CHANGED, path, words)


def _wire(sign: Sign, wire: Connection, path: tuple[str, ...]) -> Difference:
    return Difference(sign, (*path, wire.target), f"wire from {wire.source} to {wire.target}.{wire.target_port}")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " x ".join(map(_value, value)) or "none"
    return "none" if value is None or value == "" else str(value)


def _costs(old: Network, new: Network) -> tuple[Cost, ...]:
    before, after = _totals(old), _totals(new)
    names = ("Parameters", "Connections", "FLOP per sample")
    figures = zip(names, before, after, strict=True)
    return (Cost("Layers", len(old), len(new)), *(Cost(name, one, other) for name, one, other in figures))


def _totals(network: Network) -> tuple[int, int, int]:
    """Parameters, connections and operations of all layers, also of those that lead nowhere while one edits."""
    checker = Checker(Document(network))
    facts = [checker.facts(id_) for id_ in network.ids]
    checker.close()
    return (
        sum(one.parameters for one in facts),
        sum(one.connections for one in facts),
        sum(one.flops for one in facts),
    )
