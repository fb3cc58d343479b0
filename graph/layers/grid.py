"""Output sizes and padding of windows that slide over images and sequences, for convolution and pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from graph.layers.base import Layer, Remedy
from graph.layers.construct import Argument
from graph.layers.shape import Reshape
from graph.layers.window_rule import Pads, Window
from graph.open_length import OpenLength
from graph.shapes import Kind, Shape, image, sequence

Size = TypeVar("Size", int, OpenLength)


def span(kernel: int, dilation: int) -> int:
    """Places from the first to the last that a window touches: D (K - 1) + 1."""
    return dilation * (kernel - 1) + 1


def slide(size: Size, kernel: int, stride: int, pads: Pads, dilation: int) -> Size:
    """Output size (W + P - D (K - 1) - 1) / S + 1, rounded down; below 1 where the window does not fit."""
    return (size + sum(pads) - span(kernel, dilation)) // stride + 1


def slide_open(length: OpenLength | None, kernel: int, stride: int, pads: Pads, dilation: int) -> OpenLength | None:
    """`slide` along a time that is open."""
    return None if length is None else slide(length, kernel, stride, pads, dilation)


def slide_pool(size: Size, kernel: int, stride: int, padding: int, dilation: int, ceil: bool) -> Size:
    """Output size of pooling, which may round up; a window that would start in the padding behind is dropped."""
    room = 2 * padding - span(kernel, dilation)
    return (size + (min(room + stride - 1, padding - 1) if ceil else room)) // stride + 1


def same_pads(kernel: int, dilation: int) -> Pads:
    """Padding that keeps the size at stride 1; an odd total puts the larger part behind, as torch does."""
    total = dilation * (kernel - 1)
    return total // 2, total - total // 2


def compact(sizes: tuple[int, ...]) -> int | tuple[int, ...]:
    """One number where all are the same, for readable code."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def without_defaults(arguments: Mapping[str, Argument], **defaults: Argument) -> dict[str, Argument]:
    """The arguments that differ from torch's own defaults, so that exported code says only what matters."""
    return {name: value for name, value in arguments.items() if name not in defaults or defaults[name] != value}


def changed_settings(layer: Layer, *names: str, **renamed: str) -> dict[str, Argument]:
    """The settings that differ from their defaults, which are torch's too; ``renamed`` gives torch's other names."""
    defaults = {spec.name: spec.default for spec in layer.settings()}
    torch_names = dict.fromkeys(names) | renamed
    return {
        other or name: getattr(layer, name)
        for name, other in torch_names.items()
        if getattr(layer, name) != defaults[name]
    }


def _insert(port: str, shape: Shape, words: str) -> Remedy:
    return Remedy(f"Insert Reshape to {shape.described()}{words}", insert=((port, Reshape(shape=shape)),), rereads=True)


def as_image(port: str, shape: Shape) -> tuple[Remedy, ...]:
    """Reshapes that make an image of ``shape`` where there is a sensible one."""
    if shape.kind is Kind.VECTOR:
        for channels in (1, 3):
            side = round((shape.features / channels) ** 0.5)
            if channels * side * side == shape.features and side > 1:
                return (_insert(port, image(channels, side, side), ""),)
    if shape.kind is Kind.SEQUENCE and shape.time:
        return (_insert(port, image(1, shape.time, shape.features), ""),)
    if shape.kind is Kind.VIDEO and shape.time:
        channels = shape.time * shape.size("C")
        return (_insert(port, image(channels, shape.size("H"), shape.size("W")), ", frames as channels"),)
    return ()


def as_sequence(port: str, shape: Shape) -> tuple[Remedy, ...]:
    """Reshapes that make a sequence of ``shape``: rows of an image, frames of a video, values of a vector."""
    if shape.kind is Kind.VECTOR:
        return (_insert(port, sequence(shape.features, 1), ""),)
    if shape.kind is Kind.IMAGE:
        rows = sequence(shape.size("C") * shape.size("H"), shape.size("W"))
        return (_insert(port, rows, ", its rows one after another"),)
    if shape.kind is Kind.VIDEO and shape.time:
        values = shape.size("C") * shape.size("H") * shape.size("W")
        return (_insert(port, sequence(shape.time, values), ", one step per frame"),)
    return ()


class ImageLayer(Layer):
    """A layer that takes images, and proposes to read other values as one; no layer itself."""

    accepts: ClassVar[tuple[Kind, ...]] = (Kind.IMAGE,)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """The values read as an image."""
        return as_image(port, shape)


class WindowedLayer(Layer):
    """A layer whose window slides over its input; no layer itself.

    It reads the settings ``kernel_size``, ``stride`` and ``dilation``, each one number or one for every axis.
    Without a ``dilation`` a window has no gaps, and with an empty ``stride`` windows touch.
    """

    def _per_axis(self, name: str) -> tuple[int, ...]:
        value: int | tuple[int, ...] = getattr(self, name)
        return value if isinstance(value, tuple) else (value,)

    def kernel(self) -> tuple[int, ...]:
        """Size of the window along each axis."""
        return self._per_axis("kernel_size")

    def strides(self) -> tuple[int, ...]:
        """Step of the window along each axis."""
        return self.kernel() if getattr(self, "stride", None) is None else self._per_axis("stride")

    def dilations(self) -> tuple[int, ...]:
        """Distance between neighbouring places of the window along each axis."""
        return self._per_axis("dilation") if hasattr(self, "dilation") else (1,) * len(self.kernel())

    def window(self) -> Window:
        """The window."""
        return Window(self.kernel(), self.strides(), self.dilations())
