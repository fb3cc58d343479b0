"""How the style of one picture is given to another: settings and layers. Free of torch, for the window asks."""

from __future__ import annotations

from typing import ClassVar, Literal

from app.insight.embedding_layers import shapes_of
from graph.layers.declared import Declared
from graph.layers.io import Input
from graph.layers.settings import setting
from graph.network import Network
from graph.shapes import Kind

LEAST_LAYERS = 2
"""Convolutions that a network needs at least: style on several scales, and content above the first."""
NO_STYLE = (
    "Style transfer compares feature maps, so it needs a network with at least two 2-D convolutions that reads a "
    "picture; this one has none, or not enough."
)
LEAST_SIDE = 16
"""Pixels below which a picture is too small to have a style: a texture repeats after some five to ten."""


class StyleSettings(Declared):
    """What counts how much while a picture is changed, and where it begins."""

    title: ClassVar[str] = "Style transfer"

    steps: int = setting(300, "How often the picture is changed a little", minimum=1, maximum=5000)
    content_weight: float = setting(
        1.0, "How much the content loss counts", minimum=0, maximum=1e6, label="content weight", term="content loss"
    )
    style_weight: float = setting(
        40.0, "How much the style loss counts", minimum=0, maximum=1e6, label="style weight", term="style loss"
    )
    variation: float = setting(
        0.1, "How much neighbours that differ count (total variation)", minimum=0, maximum=1e3, label="total variation"
    )
    start: Literal["content", "noise"] = setting("noise", "What the picture is before the first step")
    scale: int = setting(
        2, "How many times larger than the pictures of training both are made", minimum=1, maximum=8, label="size"
    )
    seed: int = setting(0, "Decides the noise at the beginning", minimum=0, maximum=2**31 - 1)


def reads_picture(network: Network) -> bool:
    """Whether a picture enters the network."""
    return any(isinstance(node.layer, Input) and node.layer.shape.kind is Kind.IMAGE for node in network)


def style_layers(network: Network) -> list[str]:
    """Ids of the 2-D convolutions whose feature maps lead to an output, in the network's order.

    Empty where there are fewer than two, or the network reads no picture.
    """
    found = [
        id_ for id_, shape in shapes_of(network).items() if network.layer(id_).has_filters and shape.kind is Kind.IMAGE
    ]
    return found if len(found) >= LEAST_LAYERS and reads_picture(network) else []


def too_small(network: Network) -> str:
    """Why pictures as small as a network reads show no style, as a sentence; empty where they are large enough."""
    inputs = [node.layer.shape for node in network if isinstance(node.layer, Input)]
    small = [
        shape
        for shape in inputs
        if shape.kind is Kind.IMAGE and min(s or LEAST_SIDE for s in shape.sizes[1:]) < LEAST_SIDE
    ]
    if not small:
        return ""
    size = " × ".join(map(str, small[0].sizes[1:]))
    least = f"{LEAST_SIDE} × {LEAST_SIDE}"
    return f"Pictures of {size} pixels are too small to have a style; style transfer is for {least} and more."


def usual_content_layer(layers: list[str]) -> str:
    """The layer in the middle, the later of two: its maps still tell where things are, but not each pixel."""
    return layers[len(layers) // 2] if layers else ""
