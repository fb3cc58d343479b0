"""Paints cards: everything at work size, name and colour from further away, tiles from far."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPen

from graph.checking.layer_info import Severity
from graph.drawing import cards
from graph.shapes import Shape
from graph.structure.blocks import Block
from widgets.canvas.board_items import DEAD, FROZEN, HALO, Face
from widgets.canvas.level_of_detail import LARGEST_TEXT, MID_FROM, Level
from widgets.look import icons
from widgets.look.theme import RADIUS, Theme, blend

MARGIN = 14.0
"""Space between a card's edge and its text."""

ICON = 16.0
"""Side of the icon in the strip."""

MUTED = 0.5
"""Opacity of a layer that data passes by."""

NAME_PIXELS, TEXT_PIXELS, KIND_PIXELS = 13, 12, 11
"""Sizes of type on a card at 100 % zoom."""


MID_PIXELS, MID_LINE, MID_EDGE = (11.0, 10.0), 13.0, 2.0
"""Sizes of type, name and shape, height of a line, and what stays free above and below two lines, on cards seen from
further away, in pixels of the screen.
"""


SHRINKING = (1.0, 0.9, 0.8, 0.73)
"""Shares of the usual size of type that words on such cards are tried in, until they fit."""

USUAL_WORD = "flatten1"
"""A word as long as most names: large text that shrinks for it shrinks for shorter ones, too: neighbours are alike."""


def tight(shape: Shape) -> str:
    """Sizes of a shape in as little room as they can be read in."""
    return str(shape).replace(" × ", "×")


def problem_color(theme: Theme, severity: Severity) -> QColor:
    """The colour of a problem's mark."""
    return theme.error if severity is Severity.ERROR else theme.warning


class CardPainter:
    """Paints cards in one theme; coordinates are the card's own, its top left corner at the origin."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        # Cards keep their size, so that the projector moves none; their text takes what room they have.
        scale = min(theme.scale, LARGEST_TEXT)
        self.name_font = _sized(theme.font(bold=True), round(NAME_PIXELS * scale))
        self.text_font = _sized(theme.font(), round(TEXT_PIXELS * scale))
        self.kind_font = _sized(theme.font(), round(KIND_PIXELS * scale))
        self._name, self._text, self._kind = (
            QFontMetricsF(font) for font in (self.name_font, self.text_font, self.kind_font)
        )
        self._tiles: dict[str, QColor] = {}

    # Everything

    def near(self, painter: QPainter, face: Face) -> None:
        """Paint a card with its texts and ports."""
        body = QRectF(0, 0, cards.WIDTH, face.height)
        muted = face.node.muted
        if muted:
            painter.setOpacity(MUTED)
        elif not face.info.dead:
            self._shadow(painter, body)
        if isinstance(face.node.layer, Block):
            self._stack(painter, body, self.hue(face), 1.0)
        self._panel(painter, body, face)
        self._strip(painter, face)
        painter.setOpacity(1.0)
        (self._pass_by if muted else self._lines)(painter, face)
        self._ports(painter, face)
        if face.node.tied:
            self._badge(painter, body, f"weights of {face.node.tied}")
        if face.start:
            self._start_badge(painter, face, 9.0)
        if face.severity:
            self._mark(painter, face.severity)

    def _shadow(self, painter: QPainter, body: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for reach, alpha in ((4.0, 8), (2.5, 12), (1.0, 16)):
            painter.setBrush(QColor(0, 0, 0, alpha * (2 if self.theme.dark else 1)))
            edge = body.adjusted(-reach + 1, -reach + 2.5, reach - 1, reach + 1.5)
            painter.drawRoundedRect(edge, RADIUS + reach, RADIUS + reach)

    def _stack(self, painter: QPainter, body: QRectF, hue: QColor, width: float) -> None:
        """Edges of cards behind: a block holds more than one."""
        painter.setPen(QPen(blend(hue, self.theme.border, 0.45), width))
        painter.setBrush(self.strip_color(hue))
        for shift in (7.0, 3.5):
            painter.drawRoundedRect(body.adjusted(4, 4, -0.5, -0.5).translated(shift - 1, shift), RADIUS, RADIUS)

    def _panel(self, painter: QPainter, body: QRectF, face: Face) -> None:
        hue, split = self.hue(face), cards.HEADER / body.height()
        fill = QLinearGradient(body.topLeft(), body.bottomLeft())
        strip, below = self.strip_color(hue), self.theme.raised
        if face.info.dead:
            strip, below = blend(hue, self.theme.ground, 0.14), self.theme.ground
        for place, color in ((0.0, strip), (split, strip), (split + 1e-4, below), (1.0, below)):
            fill.setColorAt(place, color)
        painter.setPen(QPen(blend(hue, self.theme.border, 0.45), 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _strip(self, painter: QPainter, face: Face) -> None:
        layer, hue = face.node.layer, self.hue(face)
        icons.paint_family(painter, layer.family, QRectF(10, (cards.HEADER - ICON) / 2, ICON, ICON), hue)
        left, right = 32.0, cards.WIDTH - 10
        name = self._name.elidedText(face.id, Qt.TextElideMode.ElideRight, right - left)
        painter.setPen(self.ink(face))
        painter.setFont(self.name_font)
        strip = QRectF(left, 0, right - left, cards.HEADER)
        painter.drawText(strip, Qt.AlignmentFlag.AlignVCenter, name)
        room = right - left - self._name.horizontalAdvance(name) - 10
        font = self.kind_fitting(face.title, room)
        title = QFontMetricsF(font).elidedText(face.title, Qt.TextElideMode.ElideRight, room)
        if room > 40 and len(title) > 3:
            painter.setPen(blend(self.theme.faint, self.theme.text, 0.75))
            painter.setFont(font)
            painter.drawText(strip, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, title)

    def kind_fitting(self, title: str, room: float) -> QFont:
        """The font of kinds, or where a title has no room in it, the smaller one that cards have in the usual look."""
        if self._kind.horizontalAdvance(title) <= room:
            return self.kind_font
        return _sized(self.kind_font, KIND_PIXELS)

    def _lines(self, painter: QPainter, face: Face) -> None:
        rows, settled, _ = cards.measures(face.node.layer, face.node.vertical)
        y = cards.HEADER + cards.GAP
        if rows:
            self._port_names(painter, face, y)
            y += rows * cards.LINE
        if settled:
            summary = face.node.layer.summary()
            # A block's label stands in the strip already.
            self._line(painter, y, summary.removeprefix(f"{face.title}, "), "", self.ink(face))
            y += cards.LINE
        outputs = list(face.info.outputs.values())
        result = str(outputs[0]) if outputs else "no shape yet"
        count = f"{face.info.parameters:,}" if face.info.parameters else ""
        self._line(painter, y, result, count, self.theme.faint)

    def _line(self, painter: QPainter, y: float, left: str, right: str, color: QColor) -> None:
        width = cards.WIDTH - 2 * MARGIN
        font = self.text_fitting(left + right, width - (8 if right else 0))
        metrics = QFontMetricsF(font)
        painter.setPen(color)
        painter.setFont(font)
        taken = metrics.horizontalAdvance(right) + 8 if right else 0.0
        left = metrics.elidedText(left, Qt.TextElideMode.ElideRight, width - taken)
        area = QRectF(MARGIN, y, width, cards.LINE)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, left)
        if right:
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)

    def text_fitting(self, text: str, room: float) -> QFont:
        """The font of settings and shapes, or where these have no room in it, one as much smaller as they need, down
        to that of the usual look.
        """
        wide = self._text.horizontalAdvance(text)
        if wide <= room:
            return self.text_font
        fitting = int(self.text_font.pixelSize() * room / wide)
        return _sized(self.text_font, min(max(fitting, TEXT_PIXELS), self.text_font.pixelSize()))

    def _port_names(self, painter: QPainter, face: Face, y: float) -> None:
        painter.setPen(self.theme.faint)
        painter.setFont(self.kind_font)
        half = cards.WIDTH / 2 - MARGIN
        sides = (
            (face.node.inputs, MARGIN, Qt.AlignmentFlag.AlignLeft),
            (face.node.outputs, cards.WIDTH / 2, Qt.AlignmentFlag.AlignRight),
        )
        for names, x, side in sides:
            if len(names) < 2:
                continue
            for row, name in enumerate(names):
                area = QRectF(x, y + row * cards.LINE, half, cards.LINE)
                painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | side, name)

    def _ports(self, painter: QPainter, face: Face) -> None:
        for port in face.node.inputs:
            shape = None if face.info.dead else face.info.inputs.get(port)
            self.port(painter, QPointF(*cards.input_place(face.node, port)), shape, filled=port in face.taken)
        for port in face.node.outputs:
            shape = None if face.info.dead else face.info.outputs.get(port)
            self.port(painter, QPointF(*cards.output_place(face.node, port)), shape, filled=True)

    def port(self, painter: QPainter, centre: QPointF, shape: Shape | None, *, filled: bool) -> None:
        """Paint a port's disc: in its kind's colour, grey without a shape, hollow where nothing arrives."""
        color = self.theme.kind(shape.kind) if shape else self.theme.faint
        radius = cards.PORT_RADIUS
        painter.setPen(QPen(self.theme.raised if filled else color, 1.5))
        painter.setBrush(color if filled else self.theme.raised)
        painter.drawEllipse(centre, radius, radius)

    def _mark(self, painter: QPainter, severity: Severity) -> None:
        color = problem_color(self.theme, severity)
        centre = QPointF(cards.WIDTH - 4, 3)
        painter.setPen(QPen(self.theme.raised, 1.5))
        painter.setBrush(color)
        painter.drawEllipse(centre, 7.5, 7.5)
        painter.setPen(self.theme.on(color))
        painter.setFont(self.name_font)
        painter.drawText(QRectF(centre.x() - 8, centre.y() - 8.5, 16, 16), Qt.AlignmentFlag.AlignCenter, "!")

    def _pass_by(self, painter: QPainter, face: Face) -> None:
        """The way that data takes past a muted layer."""
        if not (face.node.inputs and face.node.outputs):
            return
        first = next((port for port in face.node.inputs if port in face.taken), face.node.inputs[0])
        shape = next(iter(face.info.outputs.values()), None)
        pen = QPen(self.theme.kind(shape.kind) if shape else self.theme.faint, 1.6, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(
            QPointF(*cards.input_place(face.node, first)), QPointF(*cards.output_place(face.node, face.node.outputs[0]))
        )

    def _badge(self, painter: QPainter, body: QRectF, text: str) -> None:
        """A pill on the lower edge."""
        text = self._kind.elidedText(text, Qt.TextElideMode.ElideRight, cards.WIDTH - 3 * MARGIN)
        width = self._kind.horizontalAdvance(text) + 14
        pill = QRectF(body.center().x() - width / 2, body.bottom() - 5, width, 16)
        painter.setPen(QPen(self.theme.accent, 1))
        painter.setBrush(self.theme.raised)
        painter.drawRoundedRect(pill, 8, 8)
        painter.setPen(self.theme.text)
        painter.setFont(self.kind_font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def _start_badge(self, painter: QPainter, face: Face, radius: float) -> None:
        """A snowflake on the lower corner of a frozen layer, a spark on that of one that begins anew."""
        centre = QPointF(cards.WIDTH - 3, face.height - 3)
        painter.setPen(QPen(self.theme.accent, radius / 8))
        painter.setBrush(self.theme.raised)
        painter.drawEllipse(centre, radius, radius)
        side = 1.4 * radius
        area = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
        icons.paint(painter, "snowflake" if face.start == FROZEN else "spark", area, self.theme.accent)

    # Less

    def mid(self, painter: QPainter, face: Face, zoom: float) -> None:
        """Paint a card's colour, name and, where there is room, output shape, in type of one size on the screen."""
        body, hue, beyond = QRectF(0, 0, cards.WIDTH, face.height), self.hue(face), self._name_beyond(zoom)
        painter.setOpacity(MUTED if face.node.muted else 1.0)
        painter.setPen(QPen(hue, 1.2 / zoom, Qt.PenStyle.DashLine if face.node.muted else Qt.PenStyle.SolidLine))
        if isinstance(face.node.layer, Block):
            self._stack(painter, body, hue, 1.2 / zoom)
        painter.setBrush(blend(hue, *((self.theme.ground, 0.1) if face.info.dead else (self.theme.raised, 0.24))))
        painter.drawRoundedRect(body.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        large = min(self.theme.scale, LARGEST_TEXT)
        name, line = body.adjusted(-beyond, 0, beyond, 0), MID_LINE * large / zoom
        shape = next(iter(face.info.outputs.values()), None)
        if shape is not None and body.height() >= 2 * (line + MID_EDGE / zoom):
            name = QRectF(5, body.center().y() - line, body.width() - 10, line)
            self._word(
                painter,
                name.translated(0, line),
                tight(shape),
                self.text_font,
                MID_PIXELS[1] * large / zoom,
                self.ink(face),
            )
        self._word(painter, name, face.id, self.name_font, MID_PIXELS[0] * large / zoom, self.ink(face))
        if face.severity:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(problem_color(self.theme, face.severity))
            painter.drawEllipse(QPointF(cards.WIDTH - 4, 4), 5 / zoom, 5 / zoom)
        if face.start:
            self._start_badge(painter, face, 8 / zoom)

    def _word(self, painter: QPainter, area: QRectF, text: str, font: QFont, pixels: float, ink: QColor) -> None:
        sized, shown = self.word_fitting(font, pixels, text, area.width())
        painter.setFont(sized)
        painter.setPen(ink)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)

    def _name_beyond(self, zoom: float) -> float:
        """How far a name may reach beyond a card, less than 0 if it stays within: from far into the gap to the next."""
        return HALO if zoom < MID_FROM else -5.0

    def word_fitting(self, font: QFont, pixels: float, text: str, room: float) -> tuple[QFont, str]:
        """The font of a word on a card seen from further away, at ``pixels`` or less, and the word as it is painted.

        Smaller type rather than a name cut short, whose number is what tells it from others: large text shrinks as far
        as usual text does.
        """
        least = SHRINKING[-1] / min(self.theme.scale, LARGEST_TEXT)
        shares, usual = ((*SHRINKING, least), USUAL_WORD) if least < SHRINKING[-1] else (SHRINKING, "")
        for share in shares:
            sized = _sized(font, round(pixels * share))
            metrics = _metrics(sized.key())
            if max(metrics.horizontalAdvance(text), metrics.horizontalAdvance(usual)) <= room:
                break
        return sized, metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)

    def name_at(self, face: Face, level: Level, zoom: float) -> str:
        """The name of a card as it is painted at a zoom; nothing where cards are plain tiles."""
        if level is Level.MID:
            large, room = min(self.theme.scale, LARGEST_TEXT), cards.WIDTH + 2 * self._name_beyond(zoom)
            return self.word_fitting(self.name_font, MID_PIXELS[0] * large / zoom, face.id, room)[1]
        room = cards.WIDTH - 10 - 32
        return "" if level is Level.FAR else self._name.elidedText(face.id, Qt.TextElideMode.ElideRight, room)

    # Colours

    def hue(self, face: Face) -> QColor:
        """The hue of the card's family; none where the layer leads to no output."""
        return self.theme.faint if face.info.dead else self.theme.family(face.node.layer.family)

    def ink(self, face: Face) -> QColor:
        """The colour of the card's words."""
        return self.theme.faint if face.info.dead else self.theme.text

    def strip_color(self, hue: QColor) -> QColor:
        """The muted tint of the strip."""
        return blend(hue, self.theme.raised, 0.26 if self.theme.dark else 0.16)

    def tile(self, family: str) -> QColor:
        """The colour of a family's tiles, seen from far; `DEAD` is none."""
        if family not in self._tiles:
            hue = self.theme.faint if family == DEAD else self.theme.family(family)
            self._tiles[family] = blend(hue, self.theme.ground, 0.4 if family == DEAD else 0.72)
        return self._tiles[family]

    def ring(self, rect: QRectF, reach: float) -> QPainterPath:
        """The line around a selected card."""
        path = QPainterPath()
        path.addRoundedRect(rect.adjusted(-reach, -reach, reach, reach), RADIUS + reach, RADIUS + reach)
        return path


def picture_area(face: Face) -> QRectF:
    """What a picture of the card covers, in the card's own coordinates."""
    return QRectF(-HALO, -HALO, cards.WIDTH + 2 * HALO, face.height + 2 * HALO)


def _sized(font: QFont, pixels: int) -> QFont:
    copy = QFont(font)
    copy.setPixelSize(max(1, pixels))
    return copy


@lru_cache(maxsize=64)
def _metrics(key: str) -> QFontMetricsF:
    font = QFont()
    font.fromString(key)
    return QFontMetricsF(font)
