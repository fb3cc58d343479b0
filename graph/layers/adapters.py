"""Layers that make one shape into another, for the repairs that merging layers offer."""

from __future__ import annotations

from graph.layers.base import Layer
from graph.layers.convolution import Conv2d
from graph.layers.dense import Dense, TimeDistributedDense
from graph.layers.pooling_whole import AdaptivePool1d, AdaptivePool2d, GlobalPool1d, GlobalPool2d
from graph.layers.shape import Flatten, LastStep
from graph.open_length import agree
from graph.shapes import Kind, Shape

Adapter = tuple[str, Layer]
"""What to call the layer in the title of a repair, and the layer."""


def _images(arriving: Shape, wanted: Shape) -> list[Adapter]:
    channels, high, wide = wanted.size("C"), wanted.size("H"), wanted.size("W")
    ways: list[Adapter] = []
    strides = (-(-arriving.size("H") // high), -(-arriving.size("W") // wide))
    if arriving.sizes[1:] == wanted.sizes[1:]:
        ways.append(("a 1 × 1 convolution", Conv2d(filters=channels, kernel_size=(1, 1), padding="valid")))
    elif max(strides) <= 4096:
        shrink = Conv2d(filters=channels, kernel_size=(1, 1), stride=strides, padding="valid")
        ways.append((f"a 1 × 1 convolution with stride {strides[0]} × {strides[1]}", shrink))
    if arriving.features == channels and arriving.size("H") >= high and arriving.size("W") >= wide:
        ways.append((f"AdaptivePool2d to {high} × {wide}", AdaptivePool2d(size=(high, wide))))
    return ways


def _sequences(arriving: Shape, wanted: Shape) -> list[Adapter]:
    if agree((arriving.length, wanted.length)):
        return [("TimeDistributedDense", TimeDistributedDense(units=wanted.features))]
    if wanted.time and arriving.time and arriving.time > wanted.time:
        return [(f"AdaptivePool1d to {wanted.time} steps", AdaptivePool1d(size=wanted.time))]
    return []


def _vectors(arriving: Shape, wanted: Shape) -> list[Adapter]:
    if arriving.kind is Kind.VECTOR:
        return [(f"Dense with {wanted.features:,} units", Dense(units=wanted.features))]
    return to_vector(arriving)


def to_vector(arriving: Shape) -> list[Adapter]:
    """Layers that make a vector of ``given``, the most usual first."""
    if arriving.kind is Kind.IMAGE:
        return [("Flatten", Flatten()), ("GlobalPool2d", GlobalPool2d())]
    if arriving.kind is Kind.SEQUENCE:
        flat: list[Adapter] = [("Flatten", Flatten())] if arriving.elements else []
        return [("Last step", LastStep()), ("GlobalPool1d", GlobalPool1d()), *flat]
    return [("Flatten", Flatten())] if arriving.elements else []


def adapters(arriving: Shape, wanted: Shape) -> list[Adapter]:
    """Layers that may turn ``given`` into ``wanted``; some fit one size only, so the caller tries them."""
    if wanted.kind is Kind.VECTOR:
        return _vectors(arriving, wanted)
    if arriving.kind is wanted.kind is Kind.IMAGE:
        return _images(arriving, wanted)
    if arriving.kind is wanted.kind is Kind.SEQUENCE:
        return _sequences(arriving, wanted)
    return []
