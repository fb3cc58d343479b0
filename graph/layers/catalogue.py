"""All kinds of layer, found by importing the modules of this package: a new layer needs no list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import graph.layers
from graph.errors import NetloomError
from graph.layers.base import Family, Layer


def _concrete(base: type[Layer]) -> Iterator[type[Layer]]:
    for layer in base.__subclasses__():
        if "kind" in layer.__dict__ and layer.__module__.startswith("graph.layers."):
            yield layer
        yield from _concrete(layer)


@cache
def catalogue() -> Mapping[str, type[Layer]]:
    """Every kind of layer by its name in files, in the order of the palette."""
    for module in pkgutil.iter_modules(graph.layers.__path__, "graph.layers."):
        importlib.import_module(module.name)
    families = list(Family)
    found = sorted(_concrete(Layer), key=lambda layer: families.index(layer.family))
    return {layer.kind: layer for layer in found}


@cache
def structures() -> Mapping[str, type[Layer]]:
    """The layers that hold a network; they are made by grouping, not taken from the palette."""
    blocks = importlib.import_module(
        "graph.structure.blocks"
    )  # late, because blocks are checked and read like networks
    frames = importlib.import_module("graph.structure.time_distributed")
    return {layer.kind: layer for layer in (blocks.Block, blocks.Loop, frames.TimeDistributed)}


def parse_layer(kind: object, values: Mapping[str, Any], place: str) -> Layer:
    """A layer from its JSON form; ``place`` begins the sentence of an error.

    Raises
    ------
    NetloomError
        if the kind is unknown or a setting is refused.
    """
    layer = (catalogue().get(kind) or structures().get(kind)) if isinstance(kind, str) else None
    if layer is None:
        raise NetloomError(
            f"{place}: there is no layer of kind {kind!r}; it may come from a newer Netloom. "
            "Run `main.py layers` for the list."
        )
    return layer.parse(values, place)
