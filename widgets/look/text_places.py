"""Where words stand that a widget or a scene paints: each run of text with its place and how much of it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintDevice, QPaintEngine, QPaintEngineState, QPainter, QTextItem
from PySide6.QtWidgets import QWidget

FULL = 65536
"""What Qt takes for a device pixel ratio of 1 in `QPaintDevice.PdmDevicePixelRatioScaled`."""


@dataclass(frozen=True)
class TextPlace:
    """A run of text that is painted: where it stands, and the rectangle beyond which nothing of it is painted."""

    text: str
    place: QRectF
    seen: QRectF


def texts_of(size: QSize, paint: Callable[[QPainter], object], dpi: int = 96) -> list[TextPlace]:
    """The texts that ``paint`` writes on a sheet of a size in pixels, in the order of painting."""
    sheet = _Sheet(size, dpi)
    painter = QPainter(sheet)
    paint(painter)
    painter.end()
    return sheet.engine.found


def texts_in(widget: QWidget) -> list[TextPlace]:
    """The texts that a widget itself paints, without those of the widgets in it, in its coordinates."""
    sheet = _Sheet(widget.size(), widget.logicalDpiX())
    QWidget.render(widget, sheet, renderFlags=QWidget.RenderFlag(0))  # a graphics view has another `render`
    return sheet.engine.found


class _Sheet(QPaintDevice):
    """Paper that keeps nothing but words."""

    def __init__(self, size: QSize, dpi: int) -> None:
        super().__init__()
        kinds = QPaintDevice.PaintDeviceMetric
        self.engine = _Words(QRectF(0, 0, size.width(), size.height()))
        self._measures = {
            kinds.PdmWidth: size.width(),
            kinds.PdmHeight: size.height(),
            kinds.PdmDpiX: dpi,
            kinds.PdmDpiY: dpi,
            kinds.PdmPhysicalDpiX: dpi,
            kinds.PdmPhysicalDpiY: dpi,
            kinds.PdmDepth: 32,
            kinds.PdmDevicePixelRatio: 1,
            kinds.PdmDevicePixelRatioScaled: FULL,
        }

    def paintEngine(self) -> QPaintEngine:
        return self.engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        return self._measures.get(metric, 0)


class _Words(QPaintEngine):
    """Notes texts; lines, areas and pictures are passed over."""

    def __init__(self, area: QRectF) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.found: list[TextPlace] = []
        self._area = area

    def begin(self, pdev: QPaintDevice) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        pass

    def drawTextItem(self, p: Any, textItem: QTextItem) -> None:  # noqa: N803 - Qt's own name
        if not textItem.text().strip():
            return
        painter = self.painter()
        turned = painter.combinedTransform()
        high = textItem.ascent() + textItem.descent()
        place = QRectF(p.x(), p.y() - textItem.ascent(), textItem.width(), high)
        clip = turned.mapRect(painter.clipBoundingRect()) if painter.hasClipping() else self._area
        self.found.append(TextPlace(textItem.text(), turned.mapRect(place), clip.intersected(self._area)))

    def drawPixmap(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""

    def drawImage(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""

    def drawTiledPixmap(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""

    def drawPath(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""

    def drawRects(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""

    def drawLines(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""

    def drawEllipse(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""

    def drawPolygon(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""

    def drawPoints(self, *args: Any, **named: Any) -> None:
        """Pass over what is no text."""
