"""Layers that make one shape into another, for the repairs that merging layers offer."""

from __future__ import annotations

from graph.layers.base import Layer
from graph.layers.convolution import Conv2d
from graph.layers.dense import Dense, TimeDistributedDense
from graph.layers.pooling_whole import AdaptivePool1d, AdaptivePool2d, GlobalPool1d, GlobalPool2d
from graph.layers.shape import Flatten, LastStep
from graph.shapes import Kind, Shape

Adapter = tuple[str, Layer]
"""What to call the layer in the title of a repair, and the layer."""


def _images(given: Shape, wanted: Shape) -> list[Adapter]:
    channels, high, wide = wanted.size("C"), wanted.size("H"), wanted.size("W")
    found: list[Adapter] = []
    strides = (-(-given.size("H") // high), -(-given.size("W") // wide))
    if given.sizes[1:] == wanted.sizes[1:]:
        found.append(("a 1x1 convolution", Conv2d(filters=channels, kernel_size=(1, 1), padding="valid")))
    elif max(strides) <= 4096:
        shrink = Conv2d(filters=channels, kernel_size=(1, 1), stride=strides, padding="valid")
        found.append((f"a 1x1 convolution with stride {strides[0]} x {strides[1]}", shrink))
    if given.features == channels and given.size("H") >= high and given.size("W") >= wide:
        found.append((f"AdaptivePool2d to {high} x {wide}", AdaptivePool2d(size=(high, wide))))
    return found


def _sequences(given: Shape, wanted: Shape) -> list[Adapter]:
    if given.time == wanted.time:
        return [("TimeDistributedDense", TimeDistributedDense(units=wanted.features))]
    if wanted.time and given.time and given.time > wanted.time:
        return [(f"AdaptivePool1d to {wanted.time} steps", AdaptivePool1d(size=wanted.time))]
    return []


def _vectors(given: Shape, wanted: Shape) -> list[Adapter]:
    if given.kind is Kind.VECTOR:
        return [(f"Dense with {wanted.features:,} units", Dense(units=wanted.features))]
    return to_vector(given)


def to_vector(given: Shape) -> list[Adapter]:
    """Layers that make a vector of ``given``, the most usual first."""
    if given.kind is Kind.IMAGE:
        return [("Flatten", Flatten()), ("GlobalPool2d", GlobalPool2d())]
    if given.kind is Kind.SEQUENCE:
        flat: list[Adapter] = [("Flatten", Flatten())] if given.elements else []
        return [("Last step", LastStep()), ("GlobalPool1d", GlobalPool1d()), *flat]
    return [("Flatten", Flatten())] if given.elements else []


def adapters(given: Shape, wanted: Shape) -> list[Adapter]:
    """Layers that may turn ``given`` into ``wanted``; some fit one size only, so the caller tries them."""
    if wanted.kind is Kind.VECTOR:
        return _vectors(given, wanted)
    if given.kind is wanted.kind is Kind.IMAGE:
        return _images(given, wanted)
    if given.kind is wanted.kind is Kind.SEQUENCE:
        return _sequences(given, wanted)
    return []
