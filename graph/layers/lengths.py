"""Sequences of unequal length: the port at which a layer is told how many steps of each sample count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.layers.base import Layer, Port, refusal
from graph.layers.settings import setting
from graph.shapes import Kind, Shape

LENGTHS = Port("lengths", "How many steps of each sample count; those behind them only fill up.", (Kind.VECTOR,))


def own_lengths(effect: str) -> Any:
    """Declare the setting that gives a layer the port `LENGTHS`; ``effect`` says what it is good for."""
    help = f"Take the number of steps of each sample at a port of its own. {effect}"
    return setting(False, help, label="own lengths")


def check_lengths(layer: Layer, inputs: Mapping[str, Shape]) -> None:
    """Refuse anything but one number for each sample at the port `LENGTHS`.

    Raises
    ------
    ShapeError
        naming what arrives.
    """
    arriving = inputs.get(LENGTHS.name)
    if arriving is not None and arriving.features != 1:
        message = (
            f"{layer.title} needs one number at its port “{LENGTHS.name}”, the steps of each sample, but "
            f"{arriving.described()} arrives."
        )
        raise refusal(layer, inputs, message, port=LENGTHS.name)
