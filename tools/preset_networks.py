"""The networks of the presets, each a function that draws it."""

from __future__ import annotations

from collections.abc import Callable

from graph.editing.patterns import LayerPattern
from graph.layers.base import Layer
from graph.shapes import image
from tools.drawing import Drawing, conv, dense, layer

Draw = Callable[[Drawing], None]

RELU, TANH, FLATTEN = layer("relu"), layer("tanh"), layer("flatten")
POOL, NORM = layer("max_pool2d"), layer("batch_norm")


def chain(*layers: Layer | tuple[str, Layer], target: str = "") -> Draw:
    """A network that is one chain from input to output."""

    def draw(drawing: Drawing) -> None:
        drawing.output(drawing.chain(drawing.input(), *layers), target)

    return draw


def mlp(*units: int, activation: Layer = RELU, dropout: float = 0.0, flatten: bool = False) -> Draw:
    """Dense layers with an activation after each but the last."""
    layers: list[Layer] = [FLATTEN] if flatten else []
    for size in units[:-1]:
        layers += [dense(size), activation]
        if dropout:
            layers.append(layer("dropout", rate=dropout))
    return chain(*layers, dense(units[-1]))


def autoencoder(code: int) -> Draw:
    """Pictures through ``code`` numbers and back; the target is the picture itself."""
    return chain(
        conv(16, stride=(2, 2), padding="custom", padding_size=(1, 1)),
        RELU,
        FLATTEN,
        ("bottleneck", dense(code)),
        dense(256),
        RELU,
        layer("reshape", shape=image(16, 4, 4)),
        layer("conv_transpose2d", filters=8),
        RELU,
        conv(1),
        target="image",
    )


def two_branches(drawing: Drawing) -> None:
    """Small and large kernels side by side, their maps joined."""
    start = drawing.chain(drawing.input(), conv(12), RELU)
    fine = drawing.chain(start, conv(12), RELU)
    coarse = drawing.chain(start, conv(12, 5), RELU)
    joined = drawing.merge(layer("concatenate"), fine, coarse)
    drawing.output(drawing.chain(joined, POOL, FLATTEN, layer("dropout", rate=0.3), dense(10)))


def residual(drawing: Drawing) -> None:
    """A residual block, an addition to what came in, at each of two resolutions."""
    last = drawing.chain(drawing.input(), conv(16, bias=False), NORM, RELU)
    last = _block(drawing, last, 16)
    last = drawing.chain(last, POOL)
    last = _block(drawing, last, 16)
    drawing.output(drawing.chain(last, layer("global_pool2d"), dense(10)))


def _block(drawing: Drawing, start: str, filters: int) -> str:
    """Two convolutions whose result is added to what came in; the shortcut runs straight above them."""
    plain = (conv(filters, bias=False), NORM)
    detour = drawing.chain(start, *plain, RELU, *plain)
    return drawing.chain(drawing.merge(layer("add"), start, detour), RELU)


def layer_pattern(n: int, m: int, k: int) -> Draw:
    """[[convolution, ReLU] x n, pool] x m, [dense, ReLU] x k, dense, for the digits."""
    return chain(*LayerPattern(convolutions=n, stages=m, dense=k).layers(image(1, 8, 8)))


def vgg(*filters: int) -> Draw:
    """For each number of filters a pair of 3 x 3 convolutions and a pool."""
    layers: list[Layer] = []
    for count in filters:
        layers += [conv(count), NORM, RELU] * 2 + [POOL]
    return chain(*layers, FLATTEN, dense(10))
