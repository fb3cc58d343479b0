"""Kernels of classical image processing, such as Sobel and Gaussian blur; there are no layers here."""

from __future__ import annotations

from collections.abc import Mapping


def _scaled(divisor: float, *rows: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(number / divisor for number in row) for row in rows)


KERNELS: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "identity": _scaled(1, (0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "edge": _scaled(1, (-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "diagonal edge": _scaled(1, (1, 0, -1), (0, 0, 0), (-1, 0, 1)),
    "sharpen": _scaled(1, (0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "box blur": _scaled(9, (1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "Gaussian blur": _scaled(16, (1, 2, 1), (2, 4, 2), (1, 2, 1)),
    "Sobel across": _scaled(1, (-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "Sobel down": _scaled(1, (-1, -2, -1), (0, 0, 0), (1, 2, 1)),
}
"""Kernels that picture processing has used for decades, by name."""
