"""The units of a layer as tiles: what excites each most, a patch of a sample or an input made for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.system.number_format import nth
from widgets.charts.colour_maps import image, limits, picture
from widgets.charts.sample_painting import Samples, paint_lines
from widgets.charts.sample_tiles import SampleTiles
from widgets.charts.tiles import TileView
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number

Patch = tuple[float, ...]
"""Starts along each axis and then ends, in places of the sample; it may reach beyond the sample."""


@dataclass(frozen=True, eq=False)
class Face:
    """What a tile shows of a unit: a sample (C, H, W), (T, F) or (F,), of a picture its patch if it has one."""

    sample: Samples
    patch: Patch | None
    low: float
    high: float


def faces_of(samples: ArrayLike, patches: ArrayLike | None = None) -> list[Face]:
    """Return faces for samples (n, *sizes) on one scale, with patches (n, 2 axes) if there are any."""
    values = np.asarray(samples, dtype=np.float64)
    low, high = limits(values)
    rows = [None] * len(values) if patches is None else [tuple(map(float, row)) for row in np.asarray(patches)]
    return [Face(sample, patch, low, high) for sample, patch in zip(values, rows, strict=True)]


def stretch(face: Face) -> Samples:
    """Return the part of a sequence (T, F) that lies in the patch, or all of a vector."""
    if face.patch is None or face.sample.ndim != 2:
        return face.sample
    start, end = face.patch
    return face.sample[max(int(start), 0) : max(int(end), 1)]


class UnitTiles(TileView):
    """One tile for each unit, with its number and how strongly it answered at most; `picked` carries the unit."""

    LEAST, MOST = 34.0, 84.0
    caption_lines = 1

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self._strongest: NDArray[np.float64] = np.empty(0)
        self._faces: dict[int, Face] = {}
        self._images: dict[int, QImage] = {}
        self._noun = "unit"
        self._names: list[str] = []

    def set_units(self, strongest: ArrayLike, noun: str, names: Sequence[str] = ()) -> None:
        """Show as many units as there are values (units,), what each said at most; ``noun`` names one of them.

        ``names`` are those of the units where they have any, as the classes of a last layer.
        """
        values = np.asarray(strongest, dtype=np.float64)
        if len(values) != len(self._strongest):
            self.set_faces({})
            self.current = None
        self._strongest, self._noun, self._names = values, noun, list(names)
        self.describe(f"{len(values):,} {noun}s" if len(values) else self.empty_text)
        self.update()

    def set_faces(self, faces: dict[int, Face]) -> None:
        """Show these units with pictures, the others with their number alone."""
        self._faces = dict(faces)
        self._images.clear()
        self.update()

    @property
    def faces(self) -> dict[int, Face]:
        """What is shown of units, by their number."""
        return dict(self._faces)

    def count(self) -> int:
        """Return the number of units."""
        return len(self._strongest)

    def aspect(self) -> float:
        """Return width over height of a tile: that of the patches or pictures."""
        face = next(iter(self._faces.values()), None)
        if face is None or face.sample.ndim != 3:
            return 1.0 if face is None else 1.5
        height, width = (float(size) for size in face.sample.shape[1:])
        if face.patch is not None:
            height, width = face.patch[2] - face.patch[0], face.patch[3] - face.patch[1]
        return min(max(width / height, 0.4), 2.5)

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint what excites a unit, or a bar of how strongly it answers."""
        face = self._faces.get(index)
        painter.fillRect(place, self.theme.raised)
        if face is None or face.sample.ndim == 1:  # a row has no room here, and its values no scale in common
            self._paint_strength(painter, index, place)
        elif face.sample.ndim == 2:
            paint_lines(painter, self.theme, stretch(face), place, face.low, face.high)
        else:
            self._paint_picture(painter, index, face, place)
        painter.setPen(self.theme.border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)

    def _paint_strength(self, painter: QPainter, index: int, place: QRectF) -> None:
        most = max(float(np.nan_to_num(self._strongest).max()), 1e-12)
        share = min(max(float(np.nan_to_num(self._strongest[index])) / most, 0.0), 1.0)
        painter.fillRect(place.adjusted(0, place.height() * (1 - share), 0, 0), self.theme.selection)

    def _paint_picture(self, painter: QPainter, index: int, face: Face, place: QRectF) -> None:
        if index not in self._images:
            self._images[index] = image(picture(face.sample, face.low, face.high))
        height, width = face.sample.shape[1:]
        top, left, bottom, right = face.patch or (0.0, 0.0, float(height), float(width))
        across, down = place.width() / (right - left), place.height() / (bottom - top)
        painter.save()
        painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, across < 1)
        target = QRectF(place.left() - left * across, place.top() - top * down, width * across, height * down)
        painter.drawImage(target, self._images[index])
        painter.restore()

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Write the unit's number; a silent one is faint."""
        ink = self.theme.text if self._strongest[index] != 0 else self.theme.faint
        self.write(painter, place, 0, self.name_of(index), ink, bold=False)

    def name_of(self, index: int) -> str:
        """Return a unit's number, and its name if it has one that is not just its number."""
        name = self._names[index] if index < len(self._names) else ""
        return f"{nth(index)}: {name}" if name and name != nth(index) else nth(index)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return the unit and what it said at most."""
        value = float(self._strongest[index])
        activity = "silent on every sample" if value == 0 else f"activation at most {number(value)}"
        return f"{self._noun.capitalize()} {self.name_of(index)}, {activity}"


class ExemplarTiles(SampleTiles):
    """The samples that excite a unit most, the strongest first, each with the patch that did it."""

    caption_lines = 2
    LEAST, MOST = 52.0, 120.0

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self._values: list[float] = []
        self._labels: list[str] = []
        self._indices: list[int] = []
        self._patches: list[Patch] = []

    def set_exemplars(
        self,
        samples: ArrayLike,
        values: Sequence[float],
        labels: Sequence[str],
        indices: Sequence[int],
        patches: ArrayLike | None = None,
    ) -> None:
        """Show n samples with what the unit said to each, what each is, and where in the data set it stands.

        Samples are pictures, vectors or sequences as in `SampleTiles`; ``patches`` (n, 2 axes) are in their places.
        Raises `ValueError` if the numbers differ.
        """
        if not len(np.asarray(samples)) == len(values) == len(labels) == len(indices):
            raise ValueError("samples, values, labels and indices differ in number")
        self._values, self._labels, self._indices = list(values), list(labels), list(indices)
        self._patches = [] if patches is None else [tuple(map(float, row)) for row in np.asarray(patches)]
        self._set_samples(samples)
        self.describe(f"{len(values)} samples, the strongest first" if values else self.empty_text)

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint a sample and outline its patch; of a sequence the stretch is shaded."""
        super().paint_tile(painter, index, place)
        if index < len(self._patches) and self.is_pictures():
            outline(painter, patch_place(self._patches[index], self._samples[index], place), place)

    def paint_ground(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Shade the stretch of a sequence that excites the unit."""
        super().paint_ground(painter, index, place)
        if index < len(self._patches):
            stretched = patch_place(self._patches[index], self._samples[index], place)
            painter.fillRect(stretched.intersected(place), self.theme.selection)

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Write what the unit said, and what the sample is."""
        self.write(painter, place, 0, number(self._values[index], 3), self.theme.text, bold=True)
        self.write(painter, place, 1, self._labels[index], self.theme.faint, bold=False)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return which sample it is and what the unit said to it."""
        label = f", {self._labels[index]}" if self._labels[index] else ""
        said = f"Sample {nth(self._indices[index])}{label}: activation {number(self._values[index])}"
        return f"{said}{self.row_sentence(index)}"


def patch_place(patch: Patch, sample: Samples, place: QRectF) -> QRectF:
    """Return where a patch of a sample lies that is painted into ``place``; of sequences the stretch of time."""
    if sample.ndim == 3:
        height, width = sample.shape[1:]
        top, left, bottom, right = patch
        across, down = place.width() / width, place.height() / height
        return QRectF(
            place.left() + left * across, place.top() + top * down, (right - left) * across, (bottom - top) * down
        )
    start, end = patch
    across = place.width() / len(sample)
    return QRectF(place.left() + start * across, place.top(), (end - start) * across, place.height())


def outline(painter: QPainter, patch: QRectF, place: QRectF) -> None:
    """Draw the edge of a patch so that it is seen on any picture: light upon dark, within ``place``."""
    painter.save()
    painter.setClipRect(place, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # What reaches beyond the sample is padding; the outline stays within it.
    inside = patch.intersected(place).adjusted(1.5, 1.5, -1.5, -1.5)
    painter.setPen(QPen(QColor("#10151D"), 3))
    painter.drawRect(inside)
    painter.setPen(QPen(QColor("#FFB04A"), 1.5))
    painter.drawRect(inside)
    painter.restore()
