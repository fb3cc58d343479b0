"""The networks of the textbook's classics: LeNet-5, AlexNet, and the nets that they are compared with."""

from __future__ import annotations

from graph.layers.base import Layer
from graph.shapes import image
from tools.drawing import Drawing, block, conv, dense, layer
from tools.preset_networks import FLATTEN, NORM, RELU, Draw

SQUASH, SIGMOID = layer("scaled_tanh"), layer("sigmoid")
SUBSAMPLING, GLOBAL = layer("subsampling"), layer("global_pool2d")
OVERLAPPING = layer("max_pool2d", kernel_size=3, stride=2)


def colours(drawing: Drawing, start: str) -> str:
    """Grey pictures as red, green and blue alike, so that a net for colours has its published size."""
    return drawing.merge(layer("concatenate", inputs=3), start, start, start)


def in_colour(*layers: Layer | tuple[str, Layer]) -> Draw:
    """A chain behind three channels made of a grey picture."""

    def draw(drawing: Drawing) -> None:
        drawing.output(drawing.chain(colours(drawing, drawing.input()), *layers))

    return draw


def lenet5(drawing: Drawing) -> None:
    """LeNet-5 with all its parts: 60,000 trainable parameters."""
    last = drawing.chain(
        drawing.input(),
        ("c1", conv(6, 5, padding="valid")),
        SQUASH,
        ("s2", SUBSAMPLING),
        SIGMOID,
        ("c3", layer("table_conv2d", connections="lenet", padding="valid")),
        SQUASH,
        ("s4", SUBSAMPLING),
        SIGMOID,
        ("c5", conv(120, 5, padding="valid")),
        SQUASH,
        FLATTEN,
        ("f6", dense(84)),
        SQUASH,
        ("rbf", layer("rbf", centres="digits")),
    )
    drawing.output(last)


def alexnet(drawing: Drawing) -> None:
    """AlexNet for 227 x 227 pixels and a thousand classes, of which the data's ten are looked at."""
    lrn = layer("local_response_norm", size=5, alpha=1e-4, beta=0.75, k=2.0)
    drop = layer("dropout", rate=0.5)
    start = drawing.chain(drawing.input(), layer("upsample2d", size=227, mode="bilinear"))
    last = drawing.chain(
        colours(drawing, start),
        conv(96, 11, stride=4, padding="valid"),
        RELU,
        lrn,
        OVERLAPPING,
        conv(256, 5, groups=2),
        RELU,
        lrn,
        OVERLAPPING,
        conv(384),
        RELU,
        conv(384, groups=2),
        RELU,
        conv(256, groups=2),
        RELU,
        OVERLAPPING,
        FLATTEN,
        dense(4096),
        RELU,
        drop,
        dense(4096),
        RELU,
        drop,
        dense(1000),
        ("ten_of_1000", layer("slice", count=10)),
    )
    drawing.output(last)


def network_in_network() -> Draw:
    """Three stages of a convolution and two 1 x 1 convolutions, and no dense layer (Lin and others, 2014)."""
    drop = layer("dropout", rate=0.5)
    average = layer("average_pool2d", kernel_size=3, stride=2)

    def stage(size: int, *maps: int) -> list[Layer]:
        layers: list[Layer] = [conv(maps[0], size), RELU]
        for count in maps[1:]:
            layers += [conv(count, 1), RELU]
        return layers

    return in_colour(
        *stage(5, 192, 160, 96),
        OVERLAPPING,
        drop,
        *stage(5, 192, 192, 192),
        average,
        drop,
        *stage(3, 192, 192, 10),
        GLOBAL,
    )


def maxout_network() -> Draw:
    """Three convolutions and a dense layer whose units are the largest of several linear ones."""
    pair, drop = layer("maxout", pieces=2), layer("dropout", rate=0.25)
    return in_colour(
        conv(192, 8),
        pair,
        OVERLAPPING,
        drop,
        conv(384, 8),
        pair,
        OVERLAPPING,
        drop,
        conv(384, 5),
        pair,
        FLATTEN,
        dense(2500),
        layer("maxout", pieces=5),
        drop,
        dense(10),
    )


def recurrent_cnn(maps: int) -> Draw:
    """The recurrent CNN of Liang and Hu: a convolution, four recurrent ones, a global maximum."""
    recurrent, drop = layer("recurrent_conv2d", filters=maps), layer("dropout", rate=0.2)
    return in_colour(
        conv(maps, 5),
        RELU,
        OVERLAPPING,
        recurrent,
        drop,
        recurrent,
        OVERLAPPING,
        drop,
        recurrent,
        drop,
        recurrent,
        layer("global_pool2d", mode="max"),
        dense(10),
    )


def fractional(*maps: int) -> Draw:
    """Convolutions with fractional max pooling between them: the picture shrinks slowly, so the net can be deep."""
    layers: list[Layer] = []
    for count in maps:
        layers += [conv(count), NORM, RELU, layer("fractional_pool2d")]
    return in_colour(*layers, conv(maps[-1], 1), RELU, GLOBAL, dense(10))


def _residual(maps: int, stride: int = 1) -> Layer:
    """A residual block of two convolutions; where the stride is 2 the shortcut drops pixels and pads with zeros."""

    def draw(drawing: Drawing, start: str) -> str:
        short = start
        first = conv(maps, bias=False)
        if stride > 1:
            first = conv(maps, bias=False, stride=stride, padding="custom", padding_size=1)
            short = drawing.chain(
                start, layer("max_pool2d", kernel_size=1, stride=stride), layer("pad_channels", channels=maps)
            )
        detour = drawing.chain(start, first, NORM, RELU, conv(maps, bias=False), NORM)
        return drawing.chain(drawing.merge(layer("add"), short, detour), RELU)

    arrives = image(maps // stride, 16, 16)
    return block("residual" if stride == 1 else "residual, halving", arrives, draw)


def _repeated(maps: int, times: int) -> Layer:
    return _residual(maps).changed(repeat=times)


def _stage(maps: int, times: int) -> Layer:
    """A halving block and as many more that the stage has ``times`` in all."""

    def draw(drawing: Drawing, start: str) -> str:
        return drawing.chain(start, ("halve", _residual(maps, 2)), ("rest", _repeated(maps, times - 1)))

    return block(f"{times} residual blocks", image(maps // 2, 16, 16), draw)


def resnet(times: int) -> Draw:
    """The residual net for CIFAR with 6 x ``times`` + 2 layers: a convolution, three stages, a dense layer."""
    return in_colour(
        conv(16, bias=False),
        NORM,
        RELU,
        ("stage1", _repeated(16, times)),
        ("stage2", _stage(32, times)),
        ("stage3", _stage(64, times)),
        GLOBAL,
        dense(10),
    )


def vgg_blocks(*maps: int) -> Draw:
    """Each stack of 3 x 3 convolutions is one card, repeated twice, with a pool behind it."""

    def stack(count: int) -> Layer:
        def draw(drawing: Drawing, start: str) -> str:
            return drawing.chain(start, conv(count), NORM, RELU)

        return block(f"{count} maps", image(count, 16, 16), draw, repeat=2)

    def draw(drawing: Drawing) -> None:
        last = drawing.input()
        for count in maps:
            last = drawing.chain(last, (f"stack{count}", stack(count)), layer("max_pool2d"))
        drawing.output(drawing.chain(last, FLATTEN, dense(10)))

    return draw
