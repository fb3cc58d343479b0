"""Text on the screen: every word that a window paints, with its place, read from an SVG drawing of the window."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class PaintedText:
    """A run of text as it is painted, shortened texts with their dots, and where its baseline begins, in pixels."""

    text: str
    x: float
    y: float


def painted_texts(widget: QWidget) -> list[PaintedText]:
    """The texts that a widget and all inside it paint, in the order of painting.

    What is scrolled out of view, hidden or covered by a page in front is not painted and not listed.
    """
    root = ElementTree.fromstring(_drawing(widget))
    texts: list[PaintedText] = []
    _collect(root, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), texts)
    size = widget.size()
    return [each for each in texts if 0 <= each.x <= size.width() and 0 <= each.y <= size.height()]


def visible_words(widget: QWidget) -> str:
    """All that can be read of a widget as one text, with plain spaces and each run of text on a line of its own."""
    return "\n".join(each.text for each in painted_texts(widget))


Matrix = tuple[float, float, float, float, float, float]


def _drawing(widget: QWidget) -> str:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    generator.setResolution(widget.logicalDpiX())
    QWidget.render(widget, generator)  # a graphics view has another `render`, of its scene alone
    del generator  # it ends the drawing when it goes
    return bytes(buffer.data().data()).decode("utf-8")


def _collect(element: ElementTree.Element, matrix: Matrix, texts: list[PaintedText]) -> None:
    matrix = _times(matrix, _matrix(element.get("transform", "")))
    if element.tag == f"{SVG}text":
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        a, b, c, d, e, f = matrix
        text = " ".join("".join(element.itertext()).split())
        if text:
            texts.append(PaintedText(text, a * x + c * y + e, b * x + d * y + f))
    for child in element:
        _collect(child, matrix, texts)


def _matrix(text: str) -> Matrix:
    """The transform of an element: Qt writes ``matrix(a,b,c,d,e,f)`` alone."""
    if not text.startswith("matrix("):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    a, b, c, d, e, f = (float(number) for number in text.removeprefix("matrix(").rstrip(")").split(","))
    return a, b, c, d, e, f


def _times(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f
