"""Made textures as pictures of a style: stripes, checks, waves and dots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graph.errors import NetloomError

Floats = NDArray[np.float64]

COLOURS = {
    "stripes": ((0.95, 0.75, 0.10), (0.10, 0.15, 0.55)),
    "checks": ((0.90, 0.20, 0.15), (0.95, 0.95, 0.85)),
    "waves": ((0.10, 0.35, 0.70), (0.75, 0.95, 0.95)),
    "dots": ((0.20, 0.55, 0.25), (1.00, 0.85, 0.30)),
}
"""The two colours between which each changes, as shares of red, green and blue; a grey one goes from dark to bright."""
TEXTURES = tuple(COLOURS)
PARTS = 4
"""How often a pattern comes again along the side of a picture."""
FINEST, COARSEST = 4, 8
"""Pixels after which it comes again, at least and at most."""


def texture(name: str, sizes: tuple[int, int, int]) -> NDArray[np.float32]:
    """A texture (channels, height, width) of shares from 0 to 1.

    Of three channels it is coloured, of any other number they are alike.

    Raises
    ------
    NetloomError
        if there is no such texture.
    """
    if name not in COLOURS:
        raise NetloomError(f"There is no texture “{name}”; choose one of {', '.join(TEXTURES)}.")
    channels, height, width = sizes
    period = min(max(min(height, width) // PARTS, FINEST), COARSEST)
    rows, columns = np.arange(height)[:, None] + 0.5, np.arange(width)[None, :] + 0.5
    shares = np.broadcast_to(PATTERNS[name](rows / period, columns / period), (height, width))
    first, last = (np.array(colour) for colour in (COLOURS[name] if channels == 3 else ((0.0,), (1.0,))))
    made = first[:, None, None] + shares * (last - first)[:, None, None]
    return np.broadcast_to(made, sizes).astype(np.float32)


def _stripes(rows: Floats, columns: Floats) -> Floats:
    """Diagonal bands."""
    return ((rows + columns) % 1.0 >= 0.5).astype(np.float64)


def _checks(rows: Floats, columns: Floats) -> Floats:
    """A chessboard, a field of which is half a period wide."""
    return (np.floor(2 * rows) + np.floor(2 * columns)) % 2


def _waves(rows: Floats, columns: Floats) -> Floats:
    """Horizontal lines that go up and down, with soft edges."""
    return np.asarray(0.5 + 0.5 * np.sin(2 * np.pi * (rows + 0.3 * np.sin(np.pi * columns))))


def _dots(rows: Floats, columns: Floats) -> Floats:
    """Discs on a grid."""
    return (np.hypot(rows % 1.0 - 0.5, columns % 1.0 - 0.5) < 0.33).astype(np.float64)


PATTERNS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "stripes": _stripes,
    "checks": _checks,
    "waves": _waves,
    "dots": _dots,
}
"""Each pattern as a function of rows (height, 1) and columns (1, width), counted in periods."""
