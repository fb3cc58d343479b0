"""Worked examples of convolution and pooling that need no network: small pictures, known kernels, exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from app.numerics.window_sums import Case, Floats
from graph.layers.grid import same_pads, slide
from graph.layers.image_kernels import KERNELS
from graph.layers.settings import read_matrix
from graph.layers.window_rule import Border, How, Slide, WindowRule


@dataclass(frozen=True)
class Way:
    """How the window slides: what becomes of its values, its stride, and the border if the size is to be kept.

    ``window`` is its height and width where no kernel says so.
    """

    how: How = How.PRODUCTS
    stride: int = 1
    border: Border | None = None
    window: int = 2

    def rule(self, channels: int, height: int, width: int, kernel: tuple[int, int] | None) -> WindowRule:
        """The rule for a picture of these sizes and a kernel of this height and width, which sees all channels."""
        high, wide = kernel or (self.window, self.window)
        rows, columns = self._axis(height, high), self._axis(width, wide)
        return WindowRule(self.how, rows, columns, channels, 1, border=self.border or Border.ZEROS)

    def _axis(self, size: int, kernel: int) -> Slide:
        pads = (0, 0) if self.border is None else same_pads(kernel, 1)
        return Slide(size, slide(size, kernel, self.stride, pads, 1), kernel, self.stride, *pads)


@dataclass(frozen=True, eq=False)
class Example:
    """A worked example: one of its ``pictures``, one of its ``kernels`` if it has any, and one of its ``ways``.

    Each is a table by name (height, width), or one for each channel (channels, height, width); the first is what the
    example opens with. ``bias`` is added to every sum, if there is one. ``says`` tells what to look at.
    """

    id: str
    title: str
    says: str
    pictures: Mapping[str, Floats]
    ways: Mapping[str, Way]
    kernels: Mapping[str, Floats] = field(default_factory=dict)
    bias: float | None = None


def worked(picture: Floats, kernel: Floats | None, way: Way, bias: float | None = None) -> Case:
    """The case of a picture, a kernel for each of its channels or None, both (height, width) or with channels in front,
    a way and a bias.
    """
    planes, weights = by_channel(picture), None if kernel is None else by_channel(kernel)
    channels, height, width = planes.shape
    rule = way.rule(channels, height, width, None if weights is None else (weights.shape[1], weights.shape[2]))
    biases = None if bias is None else np.array([bias])
    return Case.worked(rule, planes, None if weights is None else weights[None], bias=biases)


def by_channel(table: Floats) -> Floats:
    """A table (height, width) as that of one channel (1, height, width); one with channels as it is."""
    return table if table.ndim == 3 else table[None]


def _numbers(text: str) -> Floats:
    return np.array(read_matrix(text), dtype=np.float64)


def _drawn(text: str, ink: float = 1.0, paper: float = -1.0) -> Floats:
    """A picture from rows of ``#`` (ink) and ``.`` (paper)."""
    return np.array([[ink if sign == "#" else paper for sign in row] for row in text.split()])


def _disc(size: int) -> Floats:
    """A bright disc of values 0 to 9 with a soft rim."""
    middle = (size - 1) / 2
    down, across = np.mgrid[:size, :size] - middle
    disc: Floats = np.round(np.clip((size * 0.36 - np.hypot(down, across)) * 6 + 4.5, 0, 9))
    return disc


def _ramp(size: int) -> Floats:
    """Left half growing from 0 to 9, right half flat: a slope and one sharp edge."""
    row = np.concatenate([np.round(np.linspace(0, 9, size // 2)), np.full(size - size // 2, 2.0)])
    return np.tile(row, (size, 1))


CONVOLUTION = Example(
    "convolution",
    "Convolution",
    "A cross-shaped kernel on ones and zeros. Without padding 5 × 5 leaves 3 × 3: 4 3 4 / 2 4 3 / 2 3 4.",
    {"5 × 5": _numbers("1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0")},
    {
        "no padding": Way(),
        "zero padding": Way(border=Border.ZEROS),
        "stride 2": Way(stride=2),
    },
    {"cross": _numbers("1 0 1 / 0 1 0 / 1 0 1")},
)

CHANNELS = Example(
    "channels",
    "Three channels",
    "A colour picture has a kernel for each channel. Red, green and blue give a sum each, added up with the bias.",
    {
        "red, green, blue": np.stack(
            [
                _numbers("1 2 0 1 / 0 1 2 0 / 2 0 1 1 / 1 1 0 2"),
                _numbers("0 1 1 2 / 2 0 1 0 / 1 2 0 1 / 0 1 2 1"),
                _numbers("2 0 1 0 / 1 1 0 2 / 0 2 1 1 / 1 0 2 0"),
            ]
        ),
    },
    {
        "no padding": Way(),
        "zero padding": Way(border=Border.ZEROS),
    },
    {
        "one for each channel": np.stack(
            [
                _numbers("1 0 -1 / 1 0 -1 / 1 0 -1"),
                _numbers("0 1 0 / 1 -4 1 / 0 1 0"),
                _numbers("0 0 0 / 0 1 0 / 0 0 0"),
            ]
        ),
        "red alone": np.stack(
            [_numbers("0 0 0 / 0 1 0 / 0 0 0"), np.zeros((3, 3)), np.zeros((3, 3))],
        ),
    },
    bias=1.0,
)

KERNELS_BY_HAND = Example(
    "kernels",
    "Kernels by hand",
    "What known kernels do to a picture of values 0 to 9. Type your own numbers into the kernel.",
    {
        "square": np.pad(np.full((6, 6), 9.0), 3),
        "disc": _disc(12),
        "slope and edge": _ramp(12),
        "letter": _drawn(
            """............ .....##..... ....####.... ....####.... ...##..##... ...##..##... ..########..
            ..########.. ..##....##.. .##......##. .##......##. ............""",
            9.0,
            0.0,
        ),
    },
    {
        "edge repeated": Way(border=Border.REPLICATE),
        "zero padding": Way(border=Border.ZEROS),
        "no padding": Way(),
    },
    {name: np.array(rows) for name, rows in KERNELS.items()},
)

POOLING = Example(
    "pooling",
    "Pooling",
    "Windows of 2 × 2 with stride 2 keep one number of four and drop 75 %. The maximum leaves 20 30 / 112 37. "
    "Windows of 3 × 3 keep one of nine; with stride 2 they overlap, as in AlexNet.",
    {
        "4 × 4": _numbers("12 20 30 0 / 8 12 2 0 / 34 70 37 4 / 112 100 25 12"),
        "6 × 6": _numbers(
            "3 1 4 1 5 2 / 2 6 5 3 5 8 / 1 0 2 3 2 3 / 8 4 7 2 6 4 / 3 3 1 3 2 7 / 0 5 2 2 1 5",
        ),
    },
    {
        "maximum": Way(How.LARGEST, 2),
        "average": Way(How.MEAN, 2),
        "minimum": Way(How.SMALLEST, 2),
        "sum": Way(How.SUM, 2),
        "maximum, stride 1": Way(How.LARGEST, 1),
        "maximum of 3 × 3": Way(How.LARGEST, 3, window=3),
        "average of 3 × 3": Way(How.MEAN, 3, window=3),
        "maximum of 3 × 3, stride 2": Way(How.LARGEST, 2, window=3),
    },
)

X_OR_O = Example(
    "x_or_o",
    "X or O",
    "A feature of 3 × 3 is held against every place. Pixels are +1 and −1: where all agree, the mean of products is 1.",
    {
        "X": _drawn("......... .#.....#. ..#...#.. ...#.#... ....#.... ...#.#... ..#...#.. .#.....#. ........."),
        "O": _drawn("......... ...###... ..#...#.. .#.....#. .#.....#. .#.....#. ..#...#.. ...###... ........."),
        "X, bent": _drawn("......... .##....#. ..##..##. ...#.#... ....#.... ...##.... ..#..#... .##...##. ........."),
    },
    {"mean of products": Way(How.MATCH), "sum of products": Way(How.PRODUCTS)},
    {
        "stroke down": _drawn("#.. .#. ..#"),
        "stroke up": _drawn("..# .#. #.."),
        "crossing": _drawn("#.# .#. #.#"),
        "arc": _drawn(".## #.. #.."),
    },
)

EXAMPLES: tuple[Example, ...] = (CONVOLUTION, CHANNELS, KERNELS_BY_HAND, POOLING, X_OR_O)
"""In the order of the list."""
