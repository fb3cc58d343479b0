"""What a convolution or a pooling layer does at each place, as a value that can be followed by hand.

A `WindowRule` is made from a layer's settings and the shape that arrives, in pure Python, so that menus and the window
may ask at any time. A sequence counts as an image of height 1 whose channels are its features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from graph.layers.base import Layer
from graph.layers.convolution import Conv1d, Conv2d
from graph.layers.convolution_light import DepthwiseConv2d, SeparableConv2d
from graph.layers.convolution_set import FixedConv2d, TableConv2d
from graph.layers.pooling import AveragePool1d, AveragePool2d, MaxPool1d, MaxPool2d
from graph.layers.pooling_more import MinPool2d, Subsampling, SumPool2d
from graph.layers.pooling_whole import AdaptivePool1d, AdaptivePool2d, GlobalPool1d, GlobalPool2d
from graph.shapes import Kind, Shape, image, sequence

Places = list[int]


class How(StrEnum):
    """What becomes of the values in the window."""

    PRODUCTS = "products"
    """Each times its weight, all added, plus a bias."""
    MATCH = "match"
    """Each times its weight, and the mean of these: 1 where every sign agrees."""
    LARGEST = "largest"
    SMALLEST = "smallest"
    MEAN = "mean"
    SUM = "sum"
    SCALED = "scaled"
    """The sum, times one weight, plus a bias."""

    @property
    def weighs(self) -> bool:
        """Whether there is a kernel."""
        return self in (How.PRODUCTS, How.MATCH)

    @property
    def picks(self) -> bool:
        """Whether one value of the window is kept as it is."""
        return self in (How.LARGEST, How.SMALLEST)


class Border(StrEnum):
    """What stands around the input."""

    ZEROS = "zeros"
    REFLECT = "reflect"
    REPLICATE = "replicate"
    CIRCULAR = "circular"
    NOTHING = "nothing"
    """Places that never win a maximum or minimum."""


@dataclass(frozen=True)
class Slide:
    """An axis of ``size`` places along which a window of ``kernel`` places slides, giving ``out`` values.

    ``before`` and ``after`` are the places of the border.
    """

    size: int
    out: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1

    def places(self, at: int) -> Places:
        """Places that the window at output value ``at`` touches; the border's are below 0 or from ``size`` on.

        A last window that sticks out beyond the border has fewer places than the others.
        """
        first, end = at * self.stride - self.before, self.size + self.after
        return [place for place in range(first, first + self.kernel * self.dilation, self.dilation) if place < end]

    def formula(self) -> str:
        """How the number of values comes about: ``(5 − 3 + 2) / 1 + 1 = 5``."""
        span = self.dilation * (self.kernel - 1) + 1
        return f"({self.size} − {span} + {self.before + self.after}) / {self.stride} + 1 = {self.out}"


@dataclass(frozen=True)
class Share:
    """An axis of ``size`` places shared out among ``out`` windows as evenly as it goes."""

    size: int
    out: int

    before: ClassVar[int] = 0
    after: ClassVar[int] = 0

    def places(self, at: int) -> Places:
        """Places in the window of output value ``at``."""
        return list(range(at * self.size // self.out, -((at + 1) * self.size // -self.out)))

    def formula(self) -> str:
        """Nothing is to be counted where the windows follow from the output's size."""
        return ""


Axis = Slide | Share


@dataclass(frozen=True)
class WindowRule:
    """How each value of the output comes about.

    ``rows`` and ``columns`` say where the window stands. The ``channels`` of the input and the ``filters`` (output
    maps) are split into ``groups``; a ``table`` (a line for each channel, 1 where a filter sees it) overrules them.
    ``divisor`` replaces the number of values in a mean; ``counts_border`` says whether the border counts there.
    ``along_time`` is for sequences. ``remark`` says what a reader of the numbers has to know.
    """

    how: How
    rows: Axis
    columns: Axis
    channels: int
    filters: int
    groups: int = 1
    table: tuple[str, ...] = ()
    border: Border = Border.ZEROS
    counts_border: bool = True
    divisor: int | None = None
    along_time: bool = False
    remark: str = ""

    @property
    def padded(self) -> bool:
        """Whether there is a border at all."""
        return any((self.rows.before, self.rows.after, self.columns.before, self.columns.after))

    @property
    def steps(self) -> int:
        """Places of the window, which are the values of one output map."""
        return self.rows.out * self.columns.out

    def sees(self, filter: int) -> tuple[int, ...]:
        """The input channels that an output map is made of."""
        if self.table:
            return tuple(channel for channel, line in enumerate(self.table) if line[filter] == "1")
        each = self.channels // self.groups
        first = filter * self.groups // self.filters * each
        return tuple(range(first, first + each))


Make = Callable[[Layer, Shape], WindowRule]


def can_follow(layer: Layer) -> bool:
    """Whether the values of a layer can be worked out by hand: a convolution or pooling of one input."""
    return type(layer) in MAKERS and len(layer.input_ports()) == 1


def rule_of(layer: Layer, x: Shape) -> WindowRule | None:
    """What ``layer`` does with the shape ``x``; None for a layer that is no convolution or pooling of one input.

    Raises
    ------
    ShapeError
        if the layer cannot take ``x``.
    """
    make = MAKERS.get(type(layer))
    return make(layer, x) if make is not None and can_follow(layer) else None


def shape_of(layer: Layer, sizes: tuple[int, int, int]) -> Shape:
    """The shape that arrives at ``layer`` as (channels, height, width): a sequence where it takes these."""
    channels, high, wide = sizes
    return sequence(wide, channels) if Kind.SEQUENCE in layer.accepts else image(channels, high, wide)


def _grid(x: Shape) -> tuple[int, int]:
    """Height and width; a sequence has height 1."""
    return (1, x.size("T")) if x.kind is Kind.SEQUENCE else (x.size("H"), x.size("W"))


def _out(layer: Layer, x: Shape) -> tuple[int, int, int]:
    """Maps, height and width that leave."""
    out = layer.infer({"in": x})["out"]
    high, wide = (1, 1) if out.kind is Kind.VECTOR else _grid(out)
    return out.features, high, wide


def _still(rows: int) -> Slide:
    """An axis of one row, along which nothing moves."""
    return Slide(rows, rows, 1)


def _conv2d(layer: Layer, x: Shape) -> WindowRule:
    assert isinstance(layer, Conv2d)
    filters, *outs = _out(layer, x)
    axes = zip(_grid(x), outs, layer.kernel_size, layer.stride, layer.pads(), layer.dilation, strict=True)
    rows, columns = (Slide(n, out, k, s, before, after, d) for n, out, k, s, (before, after), d in axes)
    border = Border(layer.padding_mode)
    return WindowRule(How.PRODUCTS, rows, columns, x.features, filters, layer.groups, border=border)


def _conv1d(layer: Layer, x: Shape) -> WindowRule:
    assert isinstance(layer, Conv1d)
    filters, _, steps = _out(layer, x)
    before, after = layer.pads()
    along = Slide(x.size("T"), steps, layer.kernel_size, layer.stride, before, after, layer.dilation)
    border = Border(layer.padding_mode)
    return WindowRule(How.PRODUCTS, _still(1), along, x.features, filters, layer.groups, border=border, along_time=True)


def _sliding(layer: Layer, x: Shape) -> tuple[int, Slide, Slide]:
    """Maps and axes of the special convolutions."""
    assert isinstance(layer, TableConv2d | FixedConv2d | DepthwiseConv2d | SeparableConv2d)
    filters, *outs = _out(layer, x)
    axes = zip(_grid(x), outs, layer.kernel(), layer.stride, layer.pads(), strict=True)
    rows, columns = (Slide(n, out, k, s, *pads) for n, out, k, s, pads in axes)
    return filters, rows, columns


def _table(layer: Layer, x: Shape) -> WindowRule:
    assert isinstance(layer, TableConv2d)
    filters, rows, columns = _sliding(layer, x)
    return WindowRule(How.PRODUCTS, rows, columns, x.features, filters, table=layer.lines(x.features))


def _fixed(layer: Layer, x: Shape) -> WindowRule:
    assert isinstance(layer, FixedConv2d)
    filters, rows, columns = _sliding(layer, x)
    return WindowRule(How.PRODUCTS, rows, columns, x.features, filters, x.features, border=Border(layer.border))


def _depthwise(layer: Layer, x: Shape) -> WindowRule:
    filters, rows, columns = _sliding(layer, x)
    return WindowRule(How.PRODUCTS, rows, columns, x.features, filters, x.features)


def _separable(layer: Layer, x: Shape) -> WindowRule:
    filters, rows, columns = _sliding(layer, x)
    remark = "Each weight here is one of the channel's own filter times the channel's weight in this map."
    return WindowRule(How.PRODUCTS, rows, columns, x.features, filters, remark=remark)


def _pool(how: How) -> Make:
    """Pooling with a window that slides over an image or a sequence."""

    def make(layer: Layer, x: Shape) -> WindowRule:
        assert isinstance(
            layer, MaxPool2d | AveragePool2d | MinPool2d | SumPool2d | Subsampling | MaxPool1d | AveragePool1d
        )
        maps, *outs = _out(layer, x)
        flat = x.kind is Kind.SEQUENCE
        sizes, outs = (_grid(x)[1:], outs[1:]) if flat else (_grid(x), outs)
        axes = zip(sizes, outs, layer.kernel(), layer.step(), layer.border(), layer.spread(), strict=True)
        slides = [Slide(n, out, k, s, pad, pad, d) for n, out, k, s, pad, d in axes]
        rows, columns = (_still(1), slides[0]) if flat else slides
        border = Border.NOTHING if how.picks else Border.ZEROS
        counts = getattr(layer, "count_padding", True)
        divisor = getattr(layer, "divisor", None)
        return WindowRule(how, rows, columns, maps, maps, maps, (), border, bool(counts), divisor, along_time=flat)

    return make


def _whole(layer: Layer, x: Shape) -> WindowRule:
    """Global and adaptive pooling: the windows follow from the size of the output."""
    assert isinstance(layer, GlobalPool1d | GlobalPool2d | AdaptivePool1d | AdaptivePool2d)
    maps, *outs = _out(layer, x)
    rows, columns = (Share(n, out) for n, out in zip(_grid(x), outs, strict=True))
    how = How.MEAN if layer.mode == "average" else How.LARGEST
    return WindowRule(how, rows, columns, maps, maps, maps, along_time=x.kind is Kind.SEQUENCE)


MAKERS: Mapping[type[Layer], Make] = {
    Conv2d: _conv2d,
    Conv1d: _conv1d,
    TableConv2d: _table,
    FixedConv2d: _fixed,
    DepthwiseConv2d: _depthwise,
    SeparableConv2d: _separable,
    MaxPool2d: _pool(How.LARGEST),
    MaxPool1d: _pool(How.LARGEST),
    MinPool2d: _pool(How.SMALLEST),
    AveragePool2d: _pool(How.MEAN),
    AveragePool1d: _pool(How.MEAN),
    SumPool2d: _pool(How.SUM),
    Subsampling: _pool(How.SCALED),
    GlobalPool2d: _whole,
    GlobalPool1d: _whole,
    AdaptivePool2d: _whole,
    AdaptivePool1d: _whole,
}
"""How the rule of each kind of layer is made."""
