"""A preset as a card: the drawing of its graph, its title, what it is and what to expect, each as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.look.plain_text import markup
from widgets.look.theme import RADIUS, Theme, Themed, ThemeSource, blend
from widgets.start.preset_entries import PresetEntry, Sketch, promise

ALIGN = Qt.AlignmentFlag
DRAWING = 88
CARD = (176.0, 60.0)
"""Width and height that a layer's card has on the canvas, about."""


def paint_sketch(painter: QPainter, sketch: Sketch, area: QRectF, theme: Theme, families: Mapping[str, str]) -> None:
    """Paint a small drawing of a network into ``area``; ``families`` gives the family of each kind of layer."""
    if not sketch.layers:
        return
    width, height = CARD
    left, top = min(x for _, x, _ in sketch.layers), min(y for _, _, y in sketch.layers)
    right = max(x for _, x, _ in sketch.layers) + width
    bottom = max(y for _, _, y in sketch.layers) + height
    across = area.width() / (right - left)
    down = min(area.height() / (bottom - top), across * 2.2, 0.6)
    start = QPointF(area.center().x() - across * (right + left) / 2, area.center().y() - down * (bottom + top) / 2)
    if across > 0.34:
        across = 0.34
        start.setX(area.center().x() - across * (right + left) / 2)
    boxes = []
    for _, x, y in sketch.layers:
        high = max(min(height * down, width * across * 0.5), 9.0)
        box = QRectF(start.x() + x * across, start.y() + (y + height / 2) * down - high / 2, width * across, high)
        boxes.append(box)
    painter.setPen(QPen(theme.strong_border, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for source, target in sketch.wires:
        painter.drawPath(_wire(boxes[source], boxes[target]))
    for (kind, _, _), box in zip(sketch.layers, boxes, strict=True):
        hue = theme.family(families.get(kind, "io"))
        painter.setPen(QPen(hue, 1))
        painter.setBrush(blend(hue, theme.raised, 0.22))
        painter.drawRoundedRect(box, 2.5, 2.5)
        painter.fillRect(QRectF(box.left() + 0.5, box.top() + 0.5, box.width() - 1, 3), hue)


def _wire(source: QRectF, target: QRectF) -> QPainterPath:
    start = QPointF(source.right(), source.center().y())
    end = QPointF(target.left(), target.center().y())
    path = QPainterPath(start)
    if end.x() < start.x() and abs(end.y() - start.y()) > source.height():
        # On to the next row: back through the gap between the rows, as the canvas leads such a wire.
        gap, turn = (source.bottom() + target.top()) / 2, 4.0
        path.cubicTo(start + QPointF(turn, 0), QPointF(start.x() + turn, gap), QPointF(start.x(), gap))
        path.lineTo(end.x(), gap)
        path.cubicTo(QPointF(end.x() - turn, gap), end - QPointF(turn, 0), end)
        return path
    reach = max((end.x() - start.x()) / 2, 4)
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
    return path


class PresetCard(Themed, QAbstractButton):
    """A button that is a card."""

    chosen = Signal(object)

    def __init__(
        self, preset: PresetEntry, families: Mapping[str, str], themes: ThemeSource, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self.preset = preset
        self._families = families
        self.setObjectName(f"preset-{preset.path.stem}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"Preset {preset.title}")
        self.setAccessibleDescription(
            " ".join(filter(None, (preset.level.capitalize() + ".", preset.summary, preset.expect)))
        )
        self.setToolTip(markup("<p><b>{}</b><br>{}</p>", preset.title, preset.summary))
        self.clicked.connect(lambda: self.chosen.emit(preset))
        self.follow(themes)

    def set_families(self, families: Mapping[str, str]) -> None:
        """Paint in the colours of these families from now on."""
        self._families = families
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        title, summary, expected = self._lines(width - 26)
        bold, small = (words_in(self.theme, bold).metrics.lineSpacing() for bold in (True, False))
        return round(DRAWING + len(title) * bold + (len(summary) + len(expected)) * small + 28)

    def sizeHint(self) -> QSize:
        return QSize(230, self.heightForWidth(230))

    def minimumSizeHint(self) -> QSize:
        return QSize(190, DRAWING + 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        lit = self.underMouse() or self.isDown()
        wide = 2.5 if self.hasFocus() else 1.5 if lit else 1  # focus is seen also under the mouse
        painter.setPen(QPen(self.theme.accent if self.hasFocus() or lit else self.theme.border, wide))
        painter.setBrush(self.theme.hover if self.isDown() else self.theme.raised)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        paper = QRectF(frame.left() + 1, frame.top() + 1, frame.width() - 2, DRAWING)
        clip = QPainterPath()
        clip.addRoundedRect(frame.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
        painter.save()
        painter.setClipPath(clip)
        painter.fillRect(paper, self.theme.ground)
        paint_sketch(painter, self.preset.sketch, paper.adjusted(14, 9, -14, -22), self.theme, self._families)
        painter.setFont(self.theme.font(small=True))
        painter.setPen(self.theme.faint)
        left, right = (side | Qt.AlignmentFlag.AlignBottom for side in (ALIGN.AlignLeft, ALIGN.AlignRight))
        corners = paper.adjusted(12, 6, -12, -5)
        painter.drawText(corners, left, self.preset.level.capitalize())
        if self.preset.data:
            painter.drawText(corners, right, f"Data: {self.preset.data.replace('_', ' ')}")
        painter.restore()
        self._paint_words(painter, frame.adjusted(12, DRAWING + 9, -12, -8))
        painter.end()

    def _lines(self, width: float) -> tuple[list[str], list[str], list[str]]:
        """Title, summary and promise in lines of ``width`` pixels."""
        bold, small = words_in(self.theme, bold=True), words_in(self.theme, bold=False)
        return (
            bold.wrapped(self.preset.title, width),
            small.wrapped(self.preset.summary, width),
            small.wrapped(promise(self.preset), width),
        )

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        """The title, what it is, and at the bottom what to expect."""
        title, summary, expected = self._lines(area.width())
        small = self.theme.font(small=True)
        top = self._paint_lines(painter, title, area.left(), area.top(), self.theme.font(bold=True), self.theme.text)
        self._paint_lines(painter, summary, area.left(), top + 2, small, self.theme.faint)
        bottom = area.bottom() - len(expected) * words_in(self.theme, bold=False).metrics.lineSpacing()
        self._paint_lines(painter, expected, area.left(), bottom, small, self.theme.ok)

    @staticmethod
    def _paint_lines(painter: QPainter, lines: list[str], left: float, top: float, font: QFont, ink: QColor) -> float:
        """Paint lines below each other; returns where the next would begin."""
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(ink)
        for line in lines:
            painter.drawText(QPointF(left, top + metrics.ascent()), line)
            top += metrics.lineSpacing()
        return top


class Words:
    """Wraps texts of one font. Each word is measured once, and each text is wrapped once for a width: seventy cards
    are laid out before the first paint, and anew with every theme.
    """

    def __init__(self, font: QFont) -> None:
        self.metrics = QFontMetricsF(font)
        self._widths: dict[str, float] = {}
        self.wrapped: Callable[[str, float], list[str]] = lru_cache(maxsize=1024)(self._wrap)

    def _width(self, word: str) -> float:
        if word not in self._widths:
            self._widths[word] = self.metrics.horizontalAdvance(word)
        return self._widths[word]

    def _wrap(self, text: str, width: float) -> list[str]:
        """The whole ``text`` in as many lines of ``width`` pixels as it needs; a word that is wider has its own."""
        lines: list[str] = []
        words = [word for word in text.split(" ") if word]  # a no-break space holds a number and its unit together
        start = 0
        while start < len(words):
            end, taken = start + 1, self._width(words[start])
            while end < len(words) and (longer := taken + self._width(" ") + self._width(words[end])) <= width:
                end, taken = end + 1, longer
            lines.append(" ".join(words[start:end]))
            start = end
        return lines


@lru_cache(maxsize=8)
def words_in(theme: Theme, bold: bool) -> Words:
    """The words of all cards: those of titles are bold, the others small."""
    return Words(theme.font(bold=True) if bold else theme.font(small=True))
