"""Costs at a sequence length: operations, connections and activations where the number of time steps is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.checking.layer_info import Costs, LayerInfo
from graph.layers.base import Layer, ShapeError
from graph.shapes import Shape


def costs_at_length(layer: Layer, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> Costs | None:
    """The costs of a layer with as many steps as the chosen data brings at most.

    None where no shape is open, or the data does not say how many steps that are.
    """
    if not any(None in shape.sizes for shape in (*inputs.values(), *outputs.values())):
        return None
    try:
        arriving, leaving = _closed(inputs), _closed(outputs)
        return Costs(
            layer.connection_count(arriving, leaving),
            layer.flops(arriving, leaving),
            layer.activation_count(arriving, leaving),
        )
    except (ValueError, ShapeError):  # not known, or too short for a window
        return None


def _closed(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    return {port: _at_length(shape) if None in shape.sizes else shape for port, shape in shapes.items()}


def _at_length(shape: Shape) -> Shape:
    """The shape with the number of steps that the data brings.

    Raises
    ------
    ValueError
        if that is not known.
    """
    if shape.known_time is None:
        raise ValueError("the length is not known")
    return shape.with_length(shape.known_time)


def data_lengths(infos: Iterable[LayerInfo]) -> dict[str, int]:
    """How many steps the longest sample has, by the input whose length is open; only where the data is known."""
    lengths = (shape.open_length for info in infos for shape in info.outputs.values())
    origins = (origin for length in lengths if length is not None for origin in length.origins)
    return {origin.name: origin.steps for origin in origins if origin.steps is not None}


def total_at_length(infos: Iterable[LayerInfo]) -> Costs | None:
    """The sum over layers, each with the steps of the data; None where no time is open, or one is not known."""
    listed = list(infos)
    if not any(info.at_length for info in listed) or any(info.is_open and not info.at_length for info in listed):
        return None
    return sum((info.at_length or info.costs for info in listed), Costs())
