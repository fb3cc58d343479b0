"""A recurrent layer rolled up, and beside it unrolled over some steps, with values on their way and gradients back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from app.insight.value_ranges import beyond, reach
from widgets.charts.colour_maps import colour, diverging, image
from widgets.look.theme import ThemeSource, blend
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import number
from widgets.understand.recurrent.unrolled_states import Floats, Unrolled

LEAST, WIDEST = 72.0, 132.0
"""Width of a cell in pixels at scale 1, at least and at most."""
GAP, ROLLED, MARGIN = 42.0, 150.0, 12.0
"""Room between two cells, for the layer rolled up, and around all."""
MOST_STEPS = 24
SCALE = 72.0
"""Length of the colour scale in pixels at scale 1."""
DECADES = 4.0
"""Powers of ten between the widest arrow of a gradient and the thinnest."""
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class UnrolledDiagram(PaintedView):
    """The drawing. `moved` carries the first step that the user wants to see, by the left and right keys."""

    moved = Signal(int)
    hovered = Signal(str)

    def __init__(self, source: ThemeSource, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, "The layer unrolled over time", empty, parent)
        self.layer: Unrolled | None = None
        self.first, self.count = 0, 5
        self.gradients = False

    def show_layer(self, layer: Unrolled | None) -> None:
        """Show a layer, or the empty text."""
        self.layer = layer
        self.show_steps(self.first, self.count)

    def show_steps(self, first: int, count: int) -> None:
        """Unroll over ``count`` steps from the step ``first`` on, as far as there are any."""
        steps = self.layer.steps if self.layer is not None else 1
        self.count = min(max(count, 1), steps, MOST_STEPS)
        self.first = min(max(first, 0), steps - self.count)
        self.setMinimumWidth(round(self._least()))
        self._describe()
        self.updateGeometry()
        self.update()

    def show_gradients(self, on: bool) -> None:
        """Show the gradients' way back, too."""
        self.gradients = on
        self.update()

    def is_empty(self) -> bool:
        """Return whether there is no layer."""
        return self.layer is None

    def _describe(self) -> None:
        if self.layer is None:
            self.describe(self.empty_text)
            return
        shown = f"steps {self.first + 1} to {self.first + self.count} of {self.layer.steps}"
        self.describe(f"{self.layer.name} unrolled over {shown}")

    def _least(self) -> float:
        width = ROLLED + 2 * MARGIN + self.count * LEAST + (self.count + 1) * GAP
        return width * self.theme.scale if self.layer else 0.0

    def sizeHint(self) -> QSize:
        """Room for all steps."""
        return QSize(round(self._least()), self.theme.px(300))

    def minimumSizeHint(self) -> QSize:
        """Room for all steps, in a low window too."""
        return QSize(round(self._least()), self.theme.px(222))

    # Where things stand

    def cell(self, at: int) -> QRectF:
        """The box of the cell number ``at``, from 0 on; the layer rolled up is number -1."""
        scale = self.theme.scale
        height = self._body()
        top = (self.height() - self._line() - height) / 2 - (8 * scale if self.gradients else 0)
        if at < 0:
            return QRectF((MARGIN + 32) * scale, top, (ROLLED - 70) * scale, height)
        start = (ROLLED + MARGIN) * scale
        room = self.width() - start - MARGIN * scale - (self.count + 1) * GAP * scale
        width = min(max(room / self.count, LEAST * scale), WIDEST * scale)
        return QRectF(start + GAP * scale + at * (width + GAP * scale), top, width, height)

    def _line(self) -> float:
        return QFontMetricsF(self.theme.font(small=True)).height()

    def _body(self) -> float:
        return min(max(self.height() * 0.34, self.theme.px(72)), self.theme.px(140))

    def _reach(self, pixels: float) -> float:
        """The length of an upright arrow that has ``pixels`` at scale 1 where there is room."""
        return pixels * min(self.theme.scale, self.height() / 262)

    def step_at(self, at: QPointF) -> int | None:
        """The step whose cell is at a point."""
        for index in range(self.count):
            if self.cell(index).adjusted(-4, -80, 4, 80).contains(at):
                return self.first + index
        return None

    # Painting

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint both forms."""
        assert self.layer is not None  # it is not empty
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_rolled(painter, self.layer)
        for index in range(self.count):
            self._paint_cell(painter, self.layer, index)
        for index in range(self.count + 1):
            self._paint_between(painter, self.layer, index)
        self._paint_captions(painter, self.layer)

    def _paint_rolled(self, painter: QPainter, layer: Unrolled) -> None:
        """One cell whose state comes back to it."""
        box, scale = self.cell(-1), self.theme.scale
        self._box(painter, box)
        self._write(painter, box, layer.name, bold=True)
        centre = box.center().x()
        self._arrow(painter, [QPointF(centre, box.bottom() + self._reach(40)), QPointF(centre, box.bottom())])
        self._write(painter, _under(box, self._reach(40), 20 * scale), "x")
        self._arrow(painter, [QPointF(centre, box.top()), QPointF(centre, box.top() - self._reach(36))])
        out = QRectF(box.left(), box.top() - self._reach(36) - 20 * scale, box.width(), 20 * scale)
        self._write(painter, out, layer.states[0][0])
        middle, lift = box.center().y(), box.top() - self._reach(22)
        path = QPainterPath(QPointF(box.right(), middle))
        path.cubicTo(box.right() + 40 * scale, middle, box.right() + 34 * scale, lift, centre + 22 * scale, lift)
        path.lineTo(centre - 22 * scale, lift)
        path.cubicTo(box.left() - 34 * scale, lift, box.left() - 40 * scale, middle, box.left() - 2, middle)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.family("recurrent"), 2 * scale))
        painter.drawPath(path)
        self._head(painter, QPointF(box.left(), middle), QPointF(1, 0), self.theme.family("recurrent"), 2 * scale)
        letters = ", ".join(letter for letter, _, _ in layer.states)
        self._write(painter, QRectF(box.right() + 6, lift - 18 * scale, 60 * scale, 18 * scale), letters, left=True)
        equal = QRectF(self.cell(0).left() - GAP * scale - 26 * scale, box.top(), 22 * scale, box.height())
        self._write(painter, equal, "=", bold=True, faint=True)

    def _paint_cell(self, painter: QPainter, layer: Unrolled, index: int) -> None:
        """One step: what it reads below it, its states inside, and above it what leaves."""
        box, scale, step = self.cell(index), self.theme.scale, self.first + index
        self._box(painter, box)
        line = QFontMetricsF(self.theme.font(small=True)).height()
        title = QRectF(box.left(), box.top() + 3, box.width(), line)
        self._write(painter, title, f"step {step + 1:,}", small=True, faint=True)
        self._paint_states(painter, layer, step, box.adjusted(8, line + 6, -8, -6))
        low, centre = box.bottom(), box.center().x()
        self._arrow(painter, [QPointF(centre, low + self._reach(34)), QPointF(centre, low)])
        read = QRectF(box.left() - 14, low + self._reach(34) + 2, box.width() + 28, line)
        self._write(painter, read, layer.read[step], small=True)
        beside = QRectF(centre + 6 * scale, low + self._reach(34) - line, box.width() / 2 + 10, line)
        self._write(painter, beside, f"x{lowered(step)}", small=True, faint=True, left=True)
        if not layer.only_last or step == layer.end:
            self._arrow(painter, [QPointF(centre, box.top()), QPointF(centre, box.top() - self._reach(30))])
            out = QRectF(box.left() - 30, box.top() - self._reach(30) - line, box.width() + 60, line)
            if step == layer.end and layer.answer:
                self._write(painter, self._room_of_answer(out, layer), layer.answer, small=True)
            else:
                self._write(painter, out, f"{layer.states[0][0]}{lowered(step)}", small=True)

    def _room_of_answer(self, out: QRectF, layer: Unrolled) -> QRectF:
        """Room for the whole answer about where it leaves: above what leaves other steps, and within the drawing."""
        width = max(QFontMetricsF(self.theme.font(small=True)).horizontalAdvance(layer.answer) + 4, out.width())
        left = max(min(out.center().x() - width / 2, self.width() - 4 - width), 4.0)
        top = out.top() if layer.only_last or self.count == 1 else max(out.top() - out.height(), 0.0)
        return QRectF(left, top, width, out.height())

    def _paint_states(self, painter: QPainter, layer: Unrolled, step: int, place: QRectF) -> None:
        """The states as patches of colour, one cell for each unit, their gradients below them."""
        table = diverging(self.theme)
        rows = 2 if self.gradients else 1
        line = QFontMetricsF(self.theme.font(small=True)).height()
        for row in range(rows):
            for column, (letter, values, slopes) in enumerate(layer.states):
                shown = slopes if row else values
                limit = reach(shown)
                width, height = place.width() / len(layer.states), place.height() / rows
                body = QRectF(place.left() + column * width, place.top() + row * height, width - 3, height - 2)
                name = f"∂{letter}" if row else letter
                letters = QFontMetricsF(self.theme.font(small=True)).horizontalAdvance(name) + 3
                beside = QRectF(body.left(), body.top(), letters, min(line, body.height()))
                self._write(painter, beside, name, small=True)
                grid = _grid(shown[step], body.width() - letters, body.height())
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
                target = QRectF(body.left() + letters, body.top(), body.width() - letters, body.height())
                pixels = colour(grid, table, -limit, limit, blend(self.theme.border, self.theme.surface, 0.4))
                painter.drawImage(target, image(pixels))

    def _paint_between(self, painter: QPainter, layer: Unrolled, index: int) -> None:
        """The states' way from one cell to the next; before the first and behind the last it is only hinted at."""
        scale, box = self.theme.scale, self.cell(0)
        left = self.cell(index - 1).right() if index else self.cell(0).left() - GAP * scale
        right = self.cell(index).left() if index < self.count else self.cell(self.count - 1).right() + GAP * scale
        # Before the first step and behind the last there is nothing; where the cut is in between, dots stand for it.
        begins, ends = self.first + index == 0, self.first + index == layer.steps
        if (ends and not layer.back) or (begins and layer.back):
            return
        cut = index in (0, self.count) and not (begins or ends)
        tint = self.theme.family("recurrent")
        count = len(layer.states)
        for row, (letter, _, _) in enumerate(layer.states):
            y = box.top() + box.height() * (row + 1) / (count + 1 + int(self.gradients))
            ends_at = [QPointF(left, y), QPointF(right, y)]
            self._arrow(painter, ends_at[::-1] if layer.back else ends_at, tint, cut=cut)
            step = self.first + index - (0 if layer.back else 1)
            from_zero = begins or ends
            name = f"{letter}{lowered(step)}" if not from_zero else "0"
            self._write(painter, QRectF(left, y - 18 * scale, right - left, 16 * scale), name, small=True, faint=True)
        if self.gradients and not (begins or ends):
            y = box.top() + box.height() * (count + 1) / (count + 2)
            self._paint_slope(painter, layer, self.first + index - (0 if layer.back else 1), left, right, y)

    def _paint_slope(self, painter: QPainter, layer: Unrolled, step: int, left: float, right: float, y: float) -> None:
        """The gradient of the state between two cells on its way back: the wider, the larger."""
        tint, scale = self.theme.run(1), self.theme.scale
        length = layer.length(step)
        most = max(layer.length(at) for at in range(layer.steps))
        share = 1 + math.log10(length / most) / DECADES if length > 0 and most > 0 else 0.0
        width = (1 + 6 * max(share, 0.0)) * scale
        ends = [QPointF(left, y), QPointF(right, y)]
        self._arrow(painter, ends if layer.back else ends[::-1], tint, width=width)
        below = QRectF(left - 14, y + 5 * scale, right - left + 28, 16 * scale)
        self._write(painter, below, number(length, 1), small=True, tint=tint)

    def _paint_captions(self, painter: QPainter, layer: Unrolled) -> None:
        line = self._line()
        bottom = self.height() - 2 * line - 4
        rolled = self.cell(-1)
        under = QRectF(rolled.left() - 40, bottom, rolled.width() + 80, line)
        self._write(painter, under, "rolled up", small=True, faint=True)
        whole = QRectF(self.cell(0).left(), bottom, self.width() - self.cell(0).left() - 4, line)
        words = f"{self.count} of {layer.steps:,} steps, the same weights at each"
        if self.gradients:
            words += f"  ·  ∂ gradient of the loss, arrows: size of ∂{layer.states[-1][0]}"
        self._write(painter, whole, words, small=True, faint=True, left=True)
        self._paint_scale(painter, whole.translated(0, line))

    def _paint_scale(self, painter: QPainter, place: QRectF) -> None:
        """The colours from the least to the greatest, and which values these are for each state."""
        strip = QRectF(place.left(), place.center().y() - 4, SCALE * self.theme.scale, 8)
        painter.drawImage(strip, image(diverging(self.theme)[None]))
        words = place.adjusted(strip.width() + 8, 0, 0, 0)
        self._write(painter, words, self.scale_words(), small=True, faint=True, left=True)

    def scale_words(self) -> str:
        """Which values the first and the last colour stand for, state by state; the one in the middle is 0."""
        states = self.layer.states if self.layer is not None else ()
        shown = [(letter, values) for letter, values, _ in states]
        shown += [(f"∂{letter}", slopes) for letter, _, slopes in states if self.gradients]
        return "  ·  ".join(f"{letter} {_ends_of(values)}" for letter, values in shown)

    # Brushes

    def _box(self, painter: QPainter, box: QRectF) -> None:
        tint = self.theme.family("recurrent")
        painter.setPen(QPen(tint, 1.5))
        painter.setBrush(blend(tint, self.theme.surface, 0.12))
        painter.drawRoundedRect(box, 8, 8)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _write(
        self,
        painter: QPainter,
        place: QRectF,
        text: str,
        *,
        bold: bool = False,
        small: bool = False,
        faint: bool = False,
        left: bool = False,
        tint: QColor | None = None,
    ) -> None:
        painter.setFont(self.theme.font(small=small, bold=bold))
        painter.setPen(tint or (self.theme.faint if faint else self.theme.text))
        side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignHCenter
        shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def _arrow(
        self,
        painter: QPainter,
        ends: Sequence[QPointF],
        tint: QColor | None = None,
        *,
        width: float = 0.0,
        cut: bool = False,
    ) -> None:
        """A straight arrow; one that is ``cut`` is dashed."""
        chosen, wide = tint or self.theme.faint, width or 1.6 * self.theme.scale
        style = Qt.PenStyle.DashLine if cut else Qt.PenStyle.SolidLine
        painter.setPen(QPen(chosen, wide, style, Qt.PenCapStyle.FlatCap))
        along = ends[1] - ends[0]
        length = math.hypot(along.x(), along.y()) or 1.0
        unit = along / length
        painter.drawLine(ends[0], ends[1] - unit * min(self._head_size(wide), length))
        self._head(painter, ends[1], unit, chosen, wide)

    def _head_size(self, width: float) -> float:
        return 6 * self.theme.scale + width

    def _head(self, painter: QPainter, tip: QPointF, unit: QPointF, tint: QColor, width: float) -> None:
        size = self._head_size(width)
        base, across = tip - unit * size, QPointF(-unit.y(), unit.x()) * size * 0.55
        path = QPainterPath(tip)
        path.lineTo(base + across)
        path.lineTo(base - across)
        path.closeSubpath()
        painter.fillPath(path, tint)

    # Hands

    def sentence_at(self, at: QPointF) -> str:
        """Return the sizes of states and gradients at the step under the pointer."""
        step = self.step_at(at)
        if step is None or self.layer is None:
            return ""
        words = self.words_of(step)
        self.hovered.emit(words)
        return words

    def words_of(self, step: int) -> str:
        """What is read at a step, and how long states and gradients are."""
        assert self.layer is not None  # asked about a step of it
        parts = [f"Step {step + 1:,} reads {self.layer.read[step]}"]
        for letter, values, slopes in self.layer.states:
            sizes = (float(np.linalg.norm(vectors[step])) for vectors in (values, slopes))
            value, slope = (number(size, 3) for size in sizes)
            parts.append(f"size of {letter} {value}, of its gradient {slope}")
        return "  ·  ".join(parts)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell of the step that is clicked."""
        self.sentence_at(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go through time."""
        last = self.layer.steps if self.layer is not None else 0
        moves = {
            Qt.Key.Key_Left: self.first - 1,
            Qt.Key.Key_Right: self.first + 1,
            Qt.Key.Key_PageUp: self.first - self.count,
            Qt.Key.Key_PageDown: self.first + self.count,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key not in moves or self.layer is None:
            super().keyPressEvent(event)
            return
        self.show_steps(moves[key], self.count)
        self.moved.emit(self.first)
        self.hovered.emit(self.words_of(self.first))


def lowered(step: int) -> str:
    """The number of a step as an index: ``₁₂`` for the step 11, counted from 0."""
    return str(step + 1).translate(LOWERED)


def _ends_of(values: Floats) -> str:
    """Which values the first and the last colour stand for."""
    far = reach(values)
    further = " and further" if any(beyond(values, (-far, far))) else ""
    return f"from −{number(far, 2)} to {number(far, 2)}{further}"


def _under(box: QRectF, down: float, height: float) -> QRectF:
    return QRectF(box.left(), box.bottom() + down, box.width(), height)


def _grid(values: Floats, width: float, height: float) -> Floats:
    """Values (units,) as rows of cells that are about square; what is over is not a number."""
    count = len(values)
    columns = max(1, min(count, round(math.sqrt(count * max(width, 1.0) / max(height, 1.0)))))
    rows = math.ceil(count / columns)
    grid = np.full(rows * columns, np.nan)
    grid[:count] = values
    return grid.reshape(rows, columns)
