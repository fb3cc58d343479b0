"""GANs: a generator against a discriminator, on pictures and on points in the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graph.layers.base import Layer
from graph.shapes import image, vector
from tools.drawing import Drawing, block, dense, layer
from tools.preset_list import Recipe
from tools.preset_networks import FLATTEN, NORM, RELU, Draw

LEAKY = layer("leaky_relu", slope=0.2)
TWIN = "discriminator2"
ACROSS, DOWN = 224.0, 168.0
"""From one card to the next, and from the row of made samples to that of real ones, in pixels."""

DROP = layer("dropout", rate=0.2)


def rivals(noise: int, generator: Layer, discriminator: Layer, data: str) -> Draw:
    """Noise through the generator to the discriminator; below it the data, called ``data``, to the same one."""

    def draw(drawing: Drawing) -> None:
        document = drawing.document
        made = drawing.chain(
            drawing.start(layer("noise", shape=vector(noise)), "noise"),
            ("generator", generator),
            ("discriminator", discriminator),
        )
        drawing.output(made, name="made")
        assert drawing.info is not None
        real = drawing.chain(drawing.start(layer("input", shape=drawing.info.shape), data), (TWIN, discriminator))
        drawing.output(real, name="real")
        with document.transaction("Share the weights"):
            document.link(TWIN, "discriminator")
        rows = (("noise", "generator", "discriminator", "made"), ("", data, TWIN, "real"))
        places = {(column, row): id_ for row, ids in enumerate(rows) for column, id_ in enumerate(ids) if id_}
        drawing.places = {id_: (ACROSS * column, DOWN * row) for (column, row), id_ in places.items()}

    return draw


def _digits_generator(body: Drawing, x: str) -> str:
    last = body.chain(x, dense(128), NORM, RELU, dense(256), NORM, RELU, dense(64), layer("sigmoid"))
    return body.chain(last, layer("reshape", shape=image(1, 8, 8)))


def _digits_discriminator(body: Drawing, x: str) -> str:
    return body.chain(x, FLATTEN, dense(256), LEAKY, DROP, dense(128), LEAKY, DROP, dense(1))


def _plane(*units: int) -> Callable[[Drawing, str], str]:
    def draw(body: Drawing, x: str) -> str:
        last = x
        for size in units[:-1]:
            last = body.chain(last, dense(size), LEAKY)
        return body.chain(last, dense(units[-1]))

    return draw


RIVALS: Mapping[str, Recipe] = {
    "digits_gan": Recipe(
        "GAN draws digits",
        "A generator turns 32 random numbers into a picture; a discriminator says whether a picture is real or made. "
        "Each learns from the other, and nobody tells the generator what a digit is.",
        ("S38",),
        rivals(
            32,
            block("Generator", vector(32), _digits_generator),
            block("Discriminator", image(1, 8, 8), _digits_discriminator),
            "digits",
        ),
        "digits",
        "digits one can read after about 100 of 200 epochs; a nearest neighbour then tells made from real in about "
        "75 % of cases, where 50 % would be guessing",
        0.7,
        data={"standardise": False},
        plan={"objective": "adversarial", "epochs": 200, "learning_rate": 0.0004, "beta1": 0.5, "label_smoothing": 0.1},
    ),
    "ring_gan": Recipe(
        "GAN fills a ring of clouds",
        "The same game in the plane, where it can be watched: eight clouds of points on a ring, and a generator that "
        "has to find all eight. Often it finds a few at first and stays there: mode collapse.",
        ("S38",),
        rivals(
            8,
            block("Generator", vector(8), _plane(64, 64, 2)),
            block("Discriminator", vector(2), _plane(64, 64, 1)),
            "points",
        ),
        "blobs",
        "points on all eight clouds after 300 epochs",
        0.7,
        options={"clouds": 8, "noise": 0.05, "samples": 2000},
        plan={"objective": "adversarial", "epochs": 300, "batch_size": 64, "learning_rate": 0.001, "beta1": 0.5},
    ),
}
