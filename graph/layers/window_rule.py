"""Sliding windows of convolution and pooling: receptive fields, and how each output value comes about.

A layer makes its `WindowRule` from its settings and the shape that arrives, in pure Python, so that menus and the
window may ask at any time. A sequence counts as an image of height 1 whose channels are its features.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from graph.shapes import Kind, Shape, image, sequence

Pads = tuple[int, int]
"""Values added before and after an axis."""

Places = list[int]


@dataclass(frozen=True)
class Window:
    """The part of its input that one output value of a layer sees along each spatial axis, for receptive fields.

    All are per axis: height and width for images, time for sequences. ``upsampling`` is for layers that enlarge:
    that many output values stand where ``stride`` input values stood; empty means one.
    """

    size: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    upsampling: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReceptiveField:
    """How far an output value looks back into the network's input, per spatial axis.

    ``size`` is the receptive field in input places, ``jump`` the distance in input places between neighbours.
    """

    size: tuple[int, ...]
    jump: tuple[int, ...]

    def behind(self, window: Window) -> ReceptiveField:
        """The receptive field behind a window: size + (window - 1) dilation jump, and jump x stride, per axis.

        See Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019.
        """
        enlarged = window.upsampling or (1,) * len(window.size)
        axes = list(zip(self.size, self.jump, window.size, window.stride, window.dilation, enlarged, strict=True))
        sizes = tuple(size + (w - 1) * dilation * jump for size, jump, w, _, dilation, _ in axes)
        return ReceptiveField(sizes, tuple(max(1, jump * stride // more) for _, jump, _, stride, _, more in axes))


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


def grid(x: Shape) -> tuple[int, int]:
    """Height and width of a shape; a sequence has height 1, a vector has one place."""
    if x.kind is Kind.VECTOR:
        return 1, 1
    return (1, x.size("T")) if x.kind is Kind.SEQUENCE else (x.size("H"), x.size("W"))


def slides(x: Shape, out: Shape, window: Window, pads: tuple[Pads, ...]) -> tuple[Slide, Slide]:
    """The axes along which ``window`` slides over ``x`` to give ``out``; along a sequence's height nothing moves."""
    count = len(window.size)
    sizes = zip(grid(x)[-count:], grid(out)[-count:], strict=True)
    steps = zip(sizes, window.size, window.stride, pads, window.dilation, strict=True)
    axes = [Slide(size, end, kernel, stride, *pad, dilation) for (size, end), kernel, stride, pad, dilation in steps]
    return (Slide(1, 1, 1), axes[0]) if count == 1 else (axes[0], axes[1])


def shape_of(accepts: tuple[Kind, ...], sizes: tuple[int, int, int]) -> Shape:
    """The shape that arrives as (channels, height, width) at a layer that ``accepts`` these kinds."""
    channels, high, wide = sizes
    return sequence(wide, channels) if Kind.SEQUENCE in accepts else image(channels, high, wide)
