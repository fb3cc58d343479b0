"""Layers by a pattern: [[convolution, activation] x N, pool?] x M, [dense, activation] x K, dense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from graph.checking.layer_info import DataSpec
from graph.document import Document
from graph.drawing import cards
from graph.drawing.layout import arrange, clear_of_others
from graph.errors import NetloomError
from graph.layers.activation import Elu, Gelu, LeakyRelu, Relu, Sigmoid, Tanh
from graph.layers.base import Layer, ShapeError
from graph.layers.convolution import Conv1d, Conv2d
from graph.layers.declared import Declared
from graph.layers.dense import Dense
from graph.layers.io import Input, Output
from graph.layers.normalisation import BatchNorm
from graph.layers.pooling import AveragePool1d, AveragePool2d, MaxPool1d, MaxPool2d
from graph.layers.settings import setting
from graph.layers.shape import Flatten
from graph.network import Connection, Network
from graph.shapes import Kind, Shape

ACTIVATIONS: dict[str, type[Layer]] = {
    "relu": Relu,
    "leaky_relu": LeakyRelu,
    "elu": Elu,
    "gelu": Gelu,
    "tanh": Tanh,
    "sigmoid": Sigmoid,
}

FEW = 4
"""Layers beside the new ones up to which all are laid out anew."""


class LayerPattern(Declared):
    """What a pattern is made of; N, M and K are `convolutions`, `stages` and `dense`."""

    title: ClassVar[str] = "Layer pattern"

    convolutions: int = setting(
        2, "N: convolutions in a row before each pool.", minimum=1, maximum=32, label="convolutions N"
    )
    stages: int = setting(
        2, "M: how often convolutions and pool are repeated; 0 leaves them out.", minimum=0, maximum=16,
        label="stages M",
    )  # fmt: skip
    pool: Literal["max", "average", "none"] = setting(
        "max", "What ends each stage; a pool halves the size.", label="pool"
    )
    filters: int = setting(16, "Filters of the first stage.", minimum=1, maximum=4096, unit="filters")
    doubling: bool = setting(
        True, "Whether each stage has twice the filters of the one before.", label="double filters"
    )
    kernel: int = setting(3, "Height and width of a filter.", minimum=1, maximum=99, unit="pixels", label="kernel size")
    normalise: bool = setting(False, "Whether a batch norm stands behind each convolution.", label="batch norm")
    dense: int = setting(
        1, "K: hidden dense layers before the last one.", minimum=0, maximum=32, label="dense layers K"
    )
    units: int = setting(64, "Units of each hidden dense layer.", minimum=1, maximum=65_536, unit="units")
    activation: Literal["relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid"] = setting(
        "relu", "What stands behind each convolution and hidden dense layer."
    )
    answers: int = setting(
        10, "Units of the last dense layer: the answers of the network.", minimum=1, maximum=65_536, unit="units"
    )

    def formula(self) -> str:
        """The pattern with its numbers, as textbooks write it."""
        act = ACTIVATIONS[self.activation]().title
        inner = f"[convolution, {'batch norm, ' if self.normalise else ''}{act}] × {self.convolutions}"
        pooled = f"[{inner}, {self.pool} pool] × {self.stages}" if self.pool != "none" else f"[{inner}] × {self.stages}"
        parts = [pooled] if self.stages else []
        return ", ".join([*parts, *([f"[dense, {act}] × {self.dense}"] if self.dense else []), "dense"])

    def layers(self, shape: Shape) -> list[Layer]:
        """The layers, one behind the other, for ``shape`` arriving; flattened before the first dense layer.

        Raises
        ------
        NetloomError
            if convolutions cannot work on that shape, or pools have made it too small.
        """
        layers: list[Layer] = []
        for stage in range(self.stages):
            stage_layers = self._stage(shape, self.filters * (2**stage if self.doubling else 1))
            for layer in stage_layers:
                shape = self._through(layer, shape, stage)
            layers += stage_layers
        if shape.kind is not Kind.VECTOR:
            layers.append(Flatten())
        act = ACTIVATIONS[self.activation]
        for _ in range(self.dense):
            layers += [Dense(units=self.units), act()]
        return [*layers, Dense(units=self.answers)]

    def _stage(self, shape: Shape, filters: int) -> list[Layer]:
        flat = shape.kind is Kind.SEQUENCE
        if not flat and shape.kind is not Kind.IMAGE:
            raise NetloomError(
                f"The pattern's convolutions need an image or a sequence, but {shape.described()} arrives; "
                "set the stages M to 0, or choose another layer to go on from."
            )
        conv: Layer = (
            Conv1d(filters=filters, kernel_size=self.kernel)
            if flat
            else Conv2d(filters=filters, kernel_size=(self.kernel, self.kernel))
        )
        act = ACTIVATIONS[self.activation]
        layers = [conv, *([BatchNorm()] if self.normalise else []), act()] * self.convolutions
        pools: dict[str, tuple[type[Layer], type[Layer]]] = {
            "max": (MaxPool1d, MaxPool2d),
            "average": (AveragePool1d, AveragePool2d),
        }
        return [*layers, pools[self.pool][0 if flat else 1]()] if self.pool != "none" else layers

    def _through(self, layer: Layer, shape: Shape, stage: int) -> Shape:
        try:
            return layer.infer({"in": shape})["out"]
        except ShapeError as error:
            raise NetloomError(
                f"{shape.described().capitalize()} is left before stage {stage + 1}, too small for it; "
                f"set the stages M to {stage}, or leave the pools out. ({error.message})"
            ) from None


def start_of(network: Network, selected: Sequence[str]) -> str | None:
    """The layer that a pattern goes on from: the selected one, or a lone input; None for an empty network.

    Raises
    ------
    NetloomError
        if it is not clear which.
    """
    if len(selected) == 1 and selected[0] in network:
        node = network.node(selected[0])
        if isinstance(node.layer, Output):
            arriving = network.at(node.id, "in")
            if arriving is not None:
                return arriving.source
        elif len(node.outputs) == 1:
            return node.id
    inputs = [node.id for node in network if isinstance(node.layer, Input)]
    if not inputs and not len(network):
        return None
    if len(inputs) == 1 and not network.out_of(inputs[0]):
        return inputs[0]
    raise NetloomError("Select the layer that the pattern shall go on from.")


def insert_pattern(
    document: Document, pattern: LayerPattern, start: str | None, arriving: Shape | None, expected: DataSpec | None
) -> tuple[str, ...]:
    """Put a pattern behind ``start`` and return the ids of its layers. Must be called inside a transaction.

    What followed ``start``, if it is one layer, follows the pattern. A network without ends gets them: an input of the
    shape that the data offers, and an output.

    Parameters
    ----------
    start, arriving
        the layer that the pattern goes on from and the shape that it gives; None both for an empty network.
    expected
        what the chosen data offers, if it is known.

    Raises
    ------
    NetloomError
        if the pattern does not fit that shape, or the shape is not known.
    """
    network, ends = document.network, list[str]()
    if start is None:
        source = Input(shape=expected.inputs[expected.default_input]) if expected is not None else Input()
        start, arriving = document.add(source), source.shape
        ends.append(start)
    if arriving is None:
        raise NetloomError(f"The shape behind {start} is not known yet; repair what comes before it first.")
    layers = pattern.layers(arriving)
    port = network.node(start).outputs[0]
    following = network.out_of(start)
    x, y = network.node(start).position
    step = cards.WIDTH + cards.COLUMN_GAP
    made = [document.add(layer, (x + step * (place + 1), y)) for place, layer in enumerate(layers)]
    if len(following) == 1:
        document.disconnect(following[0])
    before = (start, port)
    for id_ in made:
        node = network.node(id_)
        document.connect(Connection(*before, id_, node.inputs[0]))
        before = (id_, node.outputs[0])
    if len(following) == 1:
        document.connect(Connection(*before, following[0].target, following[0].target_port))
    elif not following and not any(isinstance(node.layer, Output) for node in network):
        ends.append(document.add(Output(), (x + step * (len(made) + 1), y)))
        document.connect(Connection(*before, ends[-1], "in"))
    _lay_out(document, [*made, *ends])
    return tuple(made)


def _lay_out(document: Document, new: Sequence[str]) -> None:
    """Lay out the new layers, and a network of few others as a whole."""
    network = document.network
    if len(network) - len(new) <= FEW:
        document.move(arrange(network))
    else:
        document.move(clear_of_others(network, arrange(network, new)))
