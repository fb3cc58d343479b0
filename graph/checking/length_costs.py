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
    open_shapes = [shape for shape in (*inputs.values(), *outputs.values()) if shape.is_open]
    if not open_shapes or any(shape.known_time is None for shape in open_shapes):
        return None
    try:
        arriving, leaving = closed(inputs), closed(outputs)
        return Costs(
            layer.connection_count(arriving, leaving),
            layer.flops(arriving, leaving),
            layer.activation_count(arriving, leaving),
        )
    except (ValueError, ShapeError):  # too short for a window
        return None


def closed(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """The shapes with the number of steps that the data brings; what is not known stays open."""
    return {port: shape.with_length(shape.known_time) if shape.is_open else shape for port, shape in shapes.items()}


def data_lengths(shapes: Iterable[Shape]) -> dict[str, int]:
    """How many steps the longest sample has, by the input whose length is open; only where the data is known."""
    origins = (origin for shape in shapes if shape.open_length is not None for origin in shape.open_length.origins)
    return {origin.name: origin.steps for origin in origins if origin.steps is not None}


def total_at_length(infos: Iterable[LayerInfo]) -> Costs | None:
    """The sum over layers, each with the steps of the data; None where no time is open, or one is not known."""
    listed = list(infos)
    if not any(info.at_length for info in listed) or any(info.is_open and not info.at_length for info in listed):
        return None
    return sum((info.at_length or info.costs for info in listed), Costs())
