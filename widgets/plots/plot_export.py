"""Plots as files and on the clipboard: PNG at two pixels per pixel, SVG with real text, CSV with one row per value."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QGraphicsScene, QWidget

from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from widgets.look import file_dialogs
from widgets.look.theme import Theme

FILE_KINDS = {
    "png": ("PNG picture", "(*.png)"),
    "svg": ("SVG drawing", "(*.svg)"),
    "csv": ("CSV table", "(*.csv)"),
}

Row = Sequence[object]


class Chart(Protocol):
    """What can be exported."""

    title: str
    theme: Theme

    def size(self) -> QSize:
        """Return the size in pixels."""

    def scene(self) -> QGraphicsScene:
        """Return what is drawn."""

    def prepare(self) -> object:
        """Lay out what is drawn."""

    def table(self) -> Sequence[Row]:
        """Return the values, names of columns first."""


def export(chart: Chart, path: Path) -> None:
    """Write a chart to `path` as its suffix says: .png, .svg or .csv. Raises `NetloomError` if it cannot."""
    match path.suffix.lower():
        case ".png":
            save_png(path, picture(chart))
        case ".svg":
            write_atomically(path, drawing(chart))
        case ".csv":
            write_atomically(path, values(chart, ",").encode())
        case other:
            raise NetloomError(f"A plot cannot be saved as '{other}'. Use a name that ends in .png, .svg or .csv.")


def ask_and_export(chart: Chart, kind: str, parent: QWidget) -> None:
    """Ask for a file of a kind (png, svg, csv) and write a chart to it. Raises `NetloomError` if it cannot."""
    start, kinds = f"{chart.title}.{kind}", " ".join(FILE_KINDS[kind])
    path = file_dialogs.ask_path(parent, "Export the plot", start, kinds, f".{kind}", "Export")
    if path is not None:
        export(chart, path)


def picture(chart: Chart) -> QImage:
    """Return a chart as a picture of twice its size in pixels, for print and for screens of high density."""
    return painted(chart.size(), chart.theme.surface, lambda painter, _: render(chart, painter))


def painted(size: QSize, ground: QColor, paint: Callable[[QPainter, QRectF], object]) -> QImage:
    """Return what ``paint`` draws on ``ground`` as a picture of twice ``size`` in pixels."""
    image = QImage(size * 2, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(2.0)
    image.fill(ground)
    painter = QPainter(image)
    paint(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return image


def drawing(chart: Chart) -> bytes:
    """Return a chart as an SVG file."""
    from PySide6.QtSvg import QSvgGenerator

    from app.exchange.svg_out import NO_XML

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(chart.size())
    generator.setViewBox(QRectF(0, 0, chart.size().width(), chart.size().height()))
    generator.setTitle(chart.title)
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, chart.size().width(), chart.size().height()), chart.theme.surface)
    render(chart, painter)
    painter.end()
    return NO_XML.sub("\ufffd", bytes(buffer.data().data()).decode("utf-8", "replace")).encode()


def values(chart: Chart, separator: str) -> str:
    """Return the table of a chart as text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in chart.table())
    return text.getvalue()


def copy_picture(chart: Chart) -> None:
    """Put a chart on the clipboard as a picture."""
    QGuiApplication.clipboard().setImage(picture(chart))


def copy_values(chart: Chart) -> None:
    """Put the values of a chart on the clipboard, in columns that a spreadsheet takes."""
    QGuiApplication.clipboard().setText(values(chart, "\t"))


def save_png(path: Path, image: QImage) -> None:
    """Write a picture. Raises `NetloomError` if it cannot be written."""
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise _refusal(path, "the file could not be written")


def named_rows(names: Iterable[str], rows: Iterable[Row]) -> list[Row]:
    """Return rows of a table under the names of its columns."""
    return [tuple(names), *rows]


def render(chart: Chart, painter: QPainter) -> None:
    """Paint a chart as it is in its view, without what lies over it."""
    chart.prepare()
    area = QRectF(0, 0, chart.size().width(), chart.size().height())
    chart.scene().render(painter, area, area)


def _cell(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _refusal(path: Path, reason: str) -> NetloomError:
    return NetloomError(f"The plot was not saved to {path}: {reason}. Choose another folder or name.")
