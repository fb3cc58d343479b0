"""The catalogue of layer kinds, found by importing the modules that define them: a new layer needs no list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from graph.errors import NetloomError
from graph.layers.base import Family, Layer

ROOMS = ("graph.layers", "graph.structure")
"""Packages whose modules define layers."""

COMMON = (
    *("conv2d", "conv1d", "conv_transpose2d", "depthwise_conv2d", "separable_conv2d"),
    *("max_pool2d", "average_pool2d", "global_pool2d", "adaptive_pool2d", "max_pool1d", "average_pool1d"),
    *("global_pool1d", "adaptive_pool1d", "upsample2d"),
    *("lstm", "gru", "rnn", "embedding"),
    *("relu", "sigmoid", "tanh", "softmax", "leaky_relu", "gelu", "elu"),
    *("dropout", "batch_norm", "layer_norm", "group_norm", "channel_dropout"),
    *("flatten", "reshape", "last_step"),
    *("add", "concatenate", "multiply", "average"),
)
"""The most wanted kinds of each family, which stand before the others in the palette."""


@cache
def discover() -> None:
    """Import every module that may define a layer; each class registers itself as it is made."""
    for room in ROOMS:
        for module in pkgutil.iter_modules(importlib.import_module(room).__path__, f"{room}."):
            importlib.import_module(module.name)


@cache
def catalogue() -> Mapping[str, type[Layer]]:
    """The layers of the palette by their kind, in the palette's order."""
    return _kinds(structure=False)


@cache
def structures() -> Mapping[str, type[Layer]]:
    """The layers that hold a network; they are made by grouping, not taken from the palette."""
    return _kinds(structure=True)


def _kinds(structure: bool) -> Mapping[str, type[Layer]]:
    discover()
    layers = sorted(Layer.registered.values(), key=_place)
    return {layer.kind: layer for layer in layers if (layer.family is Family.STRUCTURE) == structure}


def _place(layer: type[Layer]) -> tuple[int, int, str]:
    """Sorts by family, then the most wanted, then by module; within a module the order of the classes stays."""
    common = COMMON.index(layer.kind) if layer.kind in COMMON else len(COMMON)
    return list(Family).index(layer.family), common, layer.__module__


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
            "The verb `layers` lists them."
        )
    return layer.parse(values, place)
