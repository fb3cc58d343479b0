"""Plots as files: PNG at two pixels per pixel, SVG with real text, CSV with one row per point."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from graph.errors import NetloomError
from widgets.plots.curve import Curve

Paint = Callable[[QPainter, QRectF], object]


def export_png(path: Path, size: QSize, ground: QColor, paint: Paint) -> None:
    """Write what `paint` draws on `ground` as a PNG of twice `size`. Raises `NetloomError` if it cannot be written."""
    image = QImage(size * 2, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(2.0)
    image.fill(ground)
    painter = QPainter(image)
    paint(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise _refusal(path, "the file could not be written")


def export_svg(path: Path, size: QSize, ground: QColor, title: str, paint: Paint) -> None:
    """Write what `paint` draws on `ground` as an SVG. Raises `NetloomError` if it cannot be written."""
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtSvg import QSvgGenerator

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    painter = QPainter(generator)
    area = QRectF(0, 0, size.width(), size.height())
    painter.fillRect(area, ground)
    paint(painter, area)
    painter.end()
    _write(path, bytes(buffer.data().data()))


def export_csv(path: Path, curves: Iterable[Curve]) -> None:
    """Write every point as `curve,step,value`. Raises `NetloomError` if the file cannot be written."""
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["curve", "step", "value"])
            for curve in curves:
                pairs = zip(curve.steps.tolist(), curve.values.tolist(), strict=True)
                writer.writerows([curve.label, f"{step:g}" if step % 1 else int(step), value] for step, value in pairs)
    except OSError as error:
        raise _refusal(path, error.strerror or str(error)) from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _refusal(path, error.strerror or str(error)) from error


def _refusal(path: Path, reason: str) -> NetloomError:
    return NetloomError(f"The plot was not saved to {path}: {reason}. Choose another folder or name.")
