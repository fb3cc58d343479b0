"""Kernels or maps, each beside its spectrum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.insight.value_ranges import reach
from app.numerics.spectrum import LARGEST_KERNEL, Floats, bounded, frequencies, kernel_magnitude, log_magnitude
from widgets.charts.colour_maps import colour, diverging, image, limits, picture, sequential
from widgets.charts.tiles import TileView
from widgets.look.theme import ThemeSource

BETWEEN = 3.0
"""Pixels between a picture and its spectrum."""


class SpectrumTiles(TileView):
    """One tile for each: on the left what it is, on the right its centred spectrum."""

    LEAST, MOST = 88.0, 190.0
    caption_lines = 1

    def __init__(
        self, source: ThemeSource, title: str, empty: str, *, kernels: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._kernels = kernels
        self._grey = False
        self._names: list[str] = []
        self._planes: list[Floats] = []
        self._images: dict[int, tuple[QImage, QImage]] = {}

    def set_planes(self, names: Sequence[str], planes: Sequence[Floats], *, grey: bool = False) -> None:
        """Show kernels (h, w) or maps (H, W) by their names; ``grey`` maps are channels of a picture."""
        if len(names) != len(planes):
            raise ValueError(f"{len(names)} names do not fit {len(planes)} planes")
        self._names, self._planes = list(names), [np.nan_to_num(plane) for plane in planes]
        self._grey = grey
        self._images.clear()
        if self.current is not None and self.current >= len(planes):
            self.current = None
        what = "kernels" if self._kernels else "maps"
        self.describe(f"{len(planes)} {what}, each with its spectrum" if planes else self.empty_text)
        self.update()

    def count(self) -> int:
        """Return the number of tiles."""
        return len(self._planes)

    def aspect(self) -> float:
        """Return the width over the height of a tile: two squares."""
        return 2.0

    def theme_changed(self) -> None:
        """Forget the pictures in the old colours."""
        self._images.clear()

    def spectrum(self, index: int) -> Floats:
        """Return the centred spectrum of one: of a kernel its gain, of a map its logarithmic size."""
        plane = self._planes[index]
        if not self._kernels:
            return log_magnitude(bounded(plane)[0])
        return kernel_magnitude(plane[:LARGEST_KERNEL, :LARGEST_KERNEL])

    def _pictures(self, index: int) -> tuple[QImage, QImage]:
        if index not in self._images:
            plane, waves = self._planes[index], self.spectrum(index)
            if self._kernels:
                far = reach(plane)
                left = colour(plane, diverging(self.theme), -far, far, self.theme.error)
            elif self._grey:
                left = picture(plane[None], *limits(plane))
            else:
                left = colour(plane, sequential(self.theme), *limits(plane), self.theme.error)
            right = colour(waves, sequential(self.theme), 0.0, reach(waves), self.theme.error)
            self._images[index] = image(left), image(right)
        return self._images[index]

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint one and its spectrum."""
        side = place.width() / 2 - BETWEEN
        for number, shown in enumerate(self._pictures(index)):
            room = QRectF(place.left() + number * (side + 2 * BETWEEN), place.top(), side, side)
            aspect = shown.width() / shown.height() if number == 0 else 1.0
            width, height = (side, side / aspect) if aspect > 1 else (side * aspect, side)
            inside = QRectF(room.left() + (side - width) / 2, room.top() + (side - height) / 2, width, height)
            painter.drawImage(inside, shown)
            painter.setPen(self.theme.border)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(inside.adjusted(0, 0, -1, -1))

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Write the name."""
        font = self.theme.font(small=True)
        painter.setFont(font)
        painter.setPen(self.theme.text)
        text = QFontMetricsF(font).elidedText(self._names[index], Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return what one does to slow and to fast waves."""
        waves = self.spectrum(index)
        speed = frequencies(*waves.shape)
        slow, fast = float(waves[speed <= 0.125].mean()), float(waves[speed >= 0.375].mean())
        name = self._names[index]
        if not self._kernels:
            return f"{name}: {self._planes[index].shape[0]} × {self._planes[index].shape[1]}, and its spectrum"
        lean = "slow" if slow > 1.25 * fast else "fast" if fast > 1.25 * slow else "slow and fast"
        return f"{name}: lets {lean} waves through most (gain {slow:.2f} for slow ones, {fast:.2f} for fast ones)"
