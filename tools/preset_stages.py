"""Networks that show one idea each: hand-set kernels, ways to pool, Jarrett's stages, columns, edges, wear."""

from __future__ import annotations

from graph.layers.base import Layer
from graph.shapes import image
from tools.drawing import Drawing, conv, dense, layer
from tools.preset_networks import FLATTEN, NORM, POOL, RELU, TANH, Draw, chain

CROSS = ((1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0))
"""The kernel with which the notes explain convolution."""


def kernel(choice: str, **settings: object) -> Layer:
    """A convolution with a known kernel."""
    return layer("fixed_conv2d", choice=choice, **settings)


def by_hand() -> Draw:
    """One typed kernel and a dense layer: every product and sum can be followed."""
    return chain(("cross", kernel("typed", numbers=CROSS, padding="valid")), FLATTEN, dense(10))


def worked() -> Draw:
    """The notes' worked net: ten 5 x 5 filters on 32 x 32 pixels, a pool, 200 units."""
    return chain(conv(10, 5, padding="valid"), RELU, POOL, FLATTEN, dense(200), RELU, dense(10))


def all_kernels() -> Draw:
    """Eight known kernels side by side; only what reads their maps is learned."""
    return chain(("kernels", kernel("all")), layer("absolute"), POOL, FLATTEN, dense(10))


def low_and_high(drawing: Drawing) -> None:
    """A blur keeps the low frequencies, an edge kernel the high ones; each branch has its own small CNN."""
    start = drawing.input()
    branches = []
    for name, choice in (("low", "Gaussian blur"), ("high", "edge")):
        branches.append(drawing.chain(start, (name, kernel(choice)), conv(8), RELU, POOL))
    joined = drawing.merge(layer("concatenate"), *branches)
    drawing.output(drawing.chain(joined, FLATTEN, dense(10)))


def pooled_four_ways(drawing: Drawing) -> None:
    """The same maps pooled by maximum, mean, minimum and sum."""
    start = drawing.chain(drawing.input(), conv(8), RELU)
    kinds = ("max_pool2d", "average_pool2d", "min_pool2d", "sum_pool2d")
    pooled = [drawing.chain(start, (kind.partition("_")[0], layer(kind))) for kind in kinds]
    drawing.output(drawing.chain(drawing.merge(layer("concatenate", inputs=4), *pooled), FLATTEN, dense(10)))


def jarrett(*, rectified: bool = False, normalised: bool = False, pool: str = "average_pool2d") -> Draw:
    """One stage of Jarrett and others: filters, tanh and gain, then what is asked for, then a pool."""
    layers: list[Layer] = [conv(16, 5, padding="valid"), TANH, layer("gain")]
    if rectified:
        layers.append(layer("absolute"))
    if normalised:
        layers += [layer("subtractive_norm"), layer("divisive_norm")]
    return chain(*layers, layer(pool, kernel_size=4, stride=2), FLATTEN, dense(10))


VIEWS = (("plain", "identity"), ("blurred", "Gaussian blur"), ("edges", "edge"))
"""How each column of a multi-column net sees the picture: the name of the view, and the kernel that makes it."""


def _columns(drawing: Drawing) -> list[str]:
    """A small CNN for each view of the same picture; the ids of their scores."""
    start = drawing.input()
    ends = []
    for name, choice in VIEWS:
        seen = drawing.chain(start, (name, kernel(choice)))
        ends.append(drawing.chain(seen, conv(8), RELU, POOL, conv(16), RELU, POOL, FLATTEN, dense(10)))
    return ends


def columns(drawing: Drawing) -> None:
    """Three columns that see the picture plain, blurred and as edges; their scores are averaged."""
    drawing.output(drawing.merge(layer("average", inputs=3), *_columns(drawing)))


def columns_apart(drawing: Drawing) -> None:
    """The same three columns, each with an output and a loss of its own.

    Their scores reach the average through layers that let no gradient back. The outputs are named so that the
    average, by which the net is tested, comes first in the order of names.
    """
    ends = _columns(drawing)
    for (name, _), end in zip(VIEWS, ends, strict=True):
        drawing.output(end, name=f"view_{name}")
    stopped = [drawing.chain(end, layer("stop_gradient")) for end in ends]
    drawing.output(drawing.merge(layer("average", inputs=3), *stopped), name="together")


def x_or_o() -> Draw:
    """Four small features, ReLU, pool, twice; the last layer counts votes."""
    return chain(conv(4), RELU, POOL, conv(4), RELU, POOL, FLATTEN, ("votes", dense(2)))


def causal(*maps: int) -> Draw:
    """Causal convolutions whose gaps double, so that the last step sees far back and never ahead."""
    layers: list[Layer] = []
    for index, count in enumerate(maps):
        layers += [layer("conv1d", filters=count, padding="causal", dilation=2**index), RELU]
    return chain(*layers, layer("last_step"), dense(1))


def remaining_life() -> Draw:
    """Windows of sensors as pictures: filters over all sensors at once, then along time; one linear output."""
    along = layer("average_pool2d", kernel_size=(2, 1))
    return chain(
        layer("conv2d", filters=8, kernel_size=(5, 8), padding="valid"),
        RELU,
        along,
        layer("conv2d", filters=14, kernel_size=(4, 1), padding="valid"),
        RELU,
        along,
        FLATTEN,
        dense(16),
        RELU,
        dense(1),
    )


def edge_autoencoder(code: int) -> Draw:
    """Sobel edges through a narrow code and back.

    The target is the picture itself, so the last sum gives picture + reconstruction - edges: it equals the picture
    just where the reconstruction equals the edges.
    """

    def draw(drawing: Drawing) -> None:
        start = drawing.input()
        sides = [drawing.chain(start, kernel(choice), layer("absolute")) for choice in ("Sobel across", "Sobel down")]
        edges = drawing.chain(drawing.merge(layer("add"), *sides), ("edges", kernel("typed", numbers=((0.25,),))))
        last = drawing.chain(
            edges,
            conv(16, stride=(2, 2), padding="custom", padding_size=(1, 1)),
            RELU,
            FLATTEN,
            ("bottleneck", dense(code)),
            dense(256),
            RELU,
            layer("reshape", shape=image(16, 4, 4)),
            layer("upsample2d"),
            conv(8),
            RELU,
            ("reconstruction", conv(1)),
        )
        minus = drawing.chain(edges, ("minus", kernel("typed", numbers=((-1.0,),))))
        drawing.output(drawing.merge(layer("add", inputs=3), start, last, minus), "image")

    return draw


def light() -> Draw:
    """Separable convolutions, shuffled channels, squeeze and excitation, a pyramid: much with few weights."""
    block = [layer("separable_conv2d", filters=16, bias=False), NORM, RELU]
    return chain(
        conv(16, bias=False),
        NORM,
        RELU,
        *block,
        layer("squeeze_excitation"),
        POOL,
        conv(16, groups=4),
        RELU,
        layer("channel_shuffle", groups=4),
        conv(16, groups=4),
        RELU,
        layer("pyramid_pool2d"),
        dense(10),
    )
