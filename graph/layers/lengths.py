"""Sequences of unequal length: the port at which a layer reads how many steps of each sample count."""

from __future__ import annotations

from typing import Any

from graph.layers.base import Port
from graph.layers.settings import setting
from graph.shapes import Kind

LENGTHS = Port("lengths", "How many steps of each sample count; those behind them only fill up.", (Kind.VECTOR,), 1)


def own_lengths(effect: str) -> Any:
    """Declare the setting that gives a layer the port `LENGTHS`; ``effect`` says what it is good for."""
    help = f"Take the number of steps of each sample at a port of its own. {effect}"
    return setting(False, help, label="own lengths")
