"""Random projects: small data of every kind, a network grown from it, training settings, and marks on layers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.data.augment import Augment
from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo, FieldInfo
from app.data.sources.arrays import Arrays
from app.training.data_spec import default_target
from app.training.plan import Plan
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.layers.io import Input, Output
from graph.network import Connection
from graph.project import Project
from graph.shapes import Kind, Shape
from tests.battery import random_networks
from tests.battery.random_networks import Ends

Numbers = npt.NDArray[Any]
MADE: tuple[tuple[str, dict[str, int]], ...] = (
    ("binary_addition", {"bits": 5, "shortest": 3}),
    ("brackets", {"samples": 60, "longest": 6, "shortest": 2}),
    ("moons", {"samples": 60}),
    ("adding", {"samples": 60, "steps": 5, "shortest": 3}),
    ("iris", {}),
    ("dates", {"samples": 60}),
)
"""Data sets that are made or shipped, with options that keep them small."""
USUAL = 0.75
"""How often an output is given the shape that its target asks for."""


@dataclass(frozen=True)
class Drawn:
    """A project and the folder in which its data lies."""

    project: Project
    base: Path


def draw(chance: random.Random, base: Path) -> Drawn:
    """A project whose data lies in the folder ``base``."""
    choice = _data(chance, base)
    plan = _plan(chance)
    document = Document()
    with document.transaction("Draw at random"):
        _network(document, chance, choice.info(base), plan)
        frozen = _marks(document, chance)
    sections: dict[str, Any] = {"data": choice.to_json(), "plan": plan}
    if frozen:
        sections["start"] = {"frozen": frozen}
    return Drawn(Project(document.network, sections), base)


# Data


def _data(chance: random.Random, base: Path) -> DataChoice:
    if chance.random() < 0.35:
        kind, options = chance.choice(MADE)
        section: dict[str, Any] = {"source": kind, "options": options}
    else:
        section = {"source": "arrays", "options": Arrays(path=_arrays(chance, base)).values()}
    if chance.random() < 0.3:
        section["standardise"] = False
    if chance.random() < 0.3:
        section["augment"] = _some(chance, Augment, 0.2)
    if chance.random() < 0.2:
        train = chance.choice((0.02, 0.3, 1.0))
        section["split"] = {"train": train, "validation": 0.0, "test": 1.0 - train}
    return DataChoice.parse(section)


def _arrays(chance: random.Random, base: Path) -> str:
    """A file of arrays in ``base``: vectors, pictures or sequences, with targets of some kind."""
    rng = np.random.default_rng(chance.getrandbits(32))
    count = chance.choice((3, 5, 12, 33))
    sizes = chance.choice(((3,), (1,), (6, 2), (1, 8, 8), (3, 7, 7)))
    samples = rng.normal(size=(count, *sizes)).astype(np.float32)
    name = f"data{chance.getrandbits(32)}.npz"
    arrays: dict[str, Any] = {"x": samples, **_targets(chance, rng, count)}
    np.savez(base / name, **arrays)
    return name


def _targets(chance: random.Random, rng: np.random.Generator, count: int) -> dict[str, Numbers]:
    """Classes, numbers, shares, labels, rows of numbers, or nothing."""
    kinds: Mapping[str, Numbers | None] = {
        "classes": np.arange(count) % chance.randint(2, 12),
        "two classes": np.arange(count) % 2,
        "number": rng.normal(size=count).astype(np.float32),
        "numbers": rng.normal(size=(count, 3)).astype(np.float32),
        "shares": rng.random((count, 2)).astype(np.float32),
        "labels": rng.integers(0, 2, (count, 4)),
        "sequence": rng.normal(size=(count, 6, 2)).astype(np.float32),
        "none": None,
    }
    values = kinds[chance.choice(list(kinds))]
    return {} if values is None else {"y": values}


# Network


def _network(document: Document, chance: random.Random, info: DatasetInfo, plan: Mapping[str, Any]) -> None:
    ends: Ends = []
    for name in info.inputs if chance.random() < 0.9 else info.inputs[:1]:
        offered = info.field_named(name).shape
        made = Input(shape=_opened(chance, offered), field="" if name == info.inputs[0] else name)
        ends.append((document.add(made, (0.0, 0.0)), "out", made.shape))
    for _ in range(chance.randint(0, 5)):
        random_networks.grow(document, chance, ends)
    target = info.target_field(default_target(info, plan))
    for end in ends[:1] if chance.random() < 0.8 else ends[:3]:
        _finish(document, chance, end, target)


def _opened(chance: random.Random, shape: Shape) -> Shape:
    """The shape with its length left open now and then."""
    if shape.time is None or chance.random() < 0.5:
        return shape
    return Shape(shape.kind, (None, *shape.sizes[1:]))


def _finish(document: Document, chance: random.Random, start: tuple[str, str, Shape], target: FieldInfo) -> None:
    """An output behind ``start``, mostly with layers before it that make what its target asks for."""
    source, port, shape = start
    made: list[Layer] = _fitting(chance, shape, target) if chance.random() < USUAL else []
    if chance.random() < 0.35:
        made.append(catalogue()[chance.choice(("softmax", "sigmoid", "tanh", "relu", "batch_norm"))]())
    losses = next(setting.choices for setting in Output.settings() if setting.name == "loss")
    end = Output().changed(loss=chance.choice(losses) if chance.random() < 0.15 else "auto")
    for layer in (*made, end):
        id_ = document.add(layer, (0.0, 0.0))
        document.connect(Connection(source, port, id_, "in"))
        source, port = id_, "out"


def _fitting(chance: random.Random, shape: Shape, target: FieldInfo) -> list[Layer]:
    kinds, wanted = catalogue(), target.answer
    units = 1 if wanted.kind is Kind.TOKENS or (len(target.classes) == 2 and chance.random() < 0.5) else wanted.features
    before: list[Layer] = [kinds["embedding"]().changed(vocabulary=64, size=3)] if shape.kind is Kind.TOKENS else []
    if wanted.kind is Kind.SEQUENCE and shape.kind in (Kind.SEQUENCE, Kind.TOKENS):
        return [*before, kinds["time_distributed_dense"]().changed(units=units)]
    if wanted.kind is Kind.VECTOR:
        if shape.elements is None:
            pool = "global_pool1d" if shape.kind is not Kind.VIDEO else "flatten"
            return [*before, kinds[pool](), kinds["dense"]().changed(units=units)]
        return [
            *before,
            *([] if shape.kind is Kind.VECTOR else [kinds["flatten"]()]),
            kinds["dense"]().changed(units=units),
        ]
    count = wanted.elements or 1
    return [
        *before,
        kinds["flatten"](),
        kinds["dense"]().changed(units=count),
        kinds["reshape"]().changed(shape=wanted),
    ]


# Settings and marks


def _plan(chance: random.Random) -> dict[str, Any]:
    plan = _some(chance, Plan, 0.12)
    for name in ("device", "threads", "seed", "epochs"):
        plan.pop(name, None)
    plan["batch_size"] = chance.choice((1, 1, 2, 4, 32))
    if plan.get("objective") == "adversarial" and chance.random() < 0.8:
        del plan["objective"]
    return plan


def _some(chance: random.Random, declared: Any, share: float) -> dict[str, Any]:
    """A value for some of the settings that a class declares; those that it refuses together are left out."""
    values: dict[str, Any] = {}
    for setting in declared.settings():
        if chance.random() < share:
            changed = values | {setting.name: random_networks.value(chance, setting)}
            try:
                declared.parse(changed, "random project")
            except NetloomError:
                continue
            values = changed
    return values


def _marks(document: Document, chance: random.Random) -> list[str]:
    """Mute a layer, share weights and freeze layers, each now and then; returns what is frozen."""
    ids = [node.id for node in document.network]
    if chance.random() < 0.2:
        id_ = chance.choice(ids)
        if document.network.node(id_).mutable:
            document.mute(id_, True)
    if chance.random() < 0.3:
        _tie(document, chance)
    if chance.random() < 0.15:
        return [id_ for id_ in ids if chance.random() < 0.6]
    return []


def _tie(document: Document, chance: random.Random) -> None:
    kinds: dict[str, list[str]] = {}
    for node in document.network:
        kinds.setdefault(node.layer.kind, []).append(node.id)
    several = [ids for ids in kinds.values() if len(ids) > 1]
    if several:
        owner, other = chance.sample(chance.choice(several), 2)
        document.tie(other, owner)
        if chance.random() < 0.8:
            document.set_layer(other, document.network.layer(owner))
