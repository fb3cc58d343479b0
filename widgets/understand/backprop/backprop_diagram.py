"""A training step as a drawing: layers from left to right with their values, the loss, and the gradients back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.insight.value_ranges import reach
from widgets.look.theme import ThemeSource, blend
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import number
from widgets.understand.backprop.recorded_step import Floats, Phase, StepSeen, Stop
from widgets.understand.backprop.step_pictures import SIDE, fitted, picture_of, square_of, what_is_drawn

NUMBERED = 8
"""Values of a layer that are drawn as cells with numbers, at most; more become a small picture."""

CELL = (50.0, 20.0)
"""Width and height of a cell, in pixels at scale 1."""

GAP = 38.0
"""Room between two columns of layers."""

HEAD, FOOT, MARGIN = 36.0, 36.0, 10.0
DECADES = 3.0
"""Powers of ten that the bar of a gradient spans."""


@dataclass(frozen=True)
class DiagramCard:
    """Where a layer (or the loss, with no id) stands, and where its values and gradients do."""

    id: str
    box: QRectF
    values: QRectF
    gradients: QRectF
    count: int

    def cell(self, at: int, *, back: bool = False) -> QRectF:
        """The place of a value, or of its gradient."""
        body = self.gradients if back else self.values
        height = body.height() / self.count
        return QRectF(body.left(), body.top() + at * height, body.width(), height)


class StepDiagram(PaintedView):
    """Shows a step up to a stop. ``picked`` carries a layer that was clicked, ``moved`` by how many stops to go on.

    Keys: right and left go one stop on or back, Home and End to the first and last; N asks for the next batch.
    """

    picked = Signal(str)
    moved = Signal(int)
    next_wanted = Signal()

    def __init__(self, source: ThemeSource, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, "Layers, values and gradients of one step", empty, parent)
        self.setObjectName("backpropDiagram")
        self._step: StepSeen | None = None
        self._sample = 0
        self._at = 0
        self._focus = ""
        self._cards: dict[str, DiagramCard] = {}

    # What is shown

    def show_step(self, step: StepSeen | None, sample: int, at: int, focus: str) -> None:
        """Show a step for one sample, up to its stop number ``at``, with the layer ``focus`` (or the loss) framed."""
        self._step, self._sample, self._at, self._focus = step, sample, at, focus
        self._cards = self._place(step) if step is not None else {}
        self.setMinimumSize(self.sizeHint())
        self.updateGeometry()
        self._say()
        self.update()

    def is_empty(self) -> bool:
        """Whether there is no step yet."""
        return self._step is None

    @property
    def stop(self) -> Stop | None:
        """Where one has stopped."""
        return self._step.stops[self._at] if self._step is not None else None

    def card(self, id_: str) -> DiagramCard:
        """The card of a layer; of the loss for an empty id."""
        return self._cards[id_]

    def place_of(self, layer: str) -> QRectF:
        """Where a layer stands, or the loss for an empty id."""
        return self._cards[layer].box if layer in self._cards else QRectF()

    def _reached(self, stop: Stop) -> bool:
        return self._step is not None and self._step.stops.index(stop) <= self._at

    def _say(self) -> None:
        step, stop = self._step, self.stop
        if step is None or stop is None:
            self.describe(self.empty_text)
            return
        where = {
            Phase.FORWARD: f"Forward: {stop.layer}",
            Phase.LOSS: f"The loss: {number(step.record.loss, 3)}",
            Phase.BACKWARD: f"Backward: {stop.layer}",
            Phase.UPDATE: f"New weights; the loss of the same batch is now {number(step.record.loss_after, 3)}",
        }
        self.describe(where[stop.phase])

    # Where things stand

    def _place(self, step: StepSeen) -> dict[str, DiagramCard]:
        scale = self.theme.scale
        width, height = CELL[0] * scale, CELL[1] * scale
        columns: dict[int, list[str]] = {}
        for id_, depth in step.depths.items():
            columns.setdefault(depth, []).append(id_)
        last = max(columns, default=0) + 1
        bodies = {id_: self._body(len(step.value(id_, 0)), height) for id_ in step.record.layers}
        frame = (HEAD + FOOT) * scale
        tall = max(sum(bodies[id_] + frame + MARGIN for id_ in column) for column in columns.values())
        around = self.parentWidget()
        whole = max(tall, float(around.height() - 4)) if isinstance(around, QWidget) else tall
        cards_by_layer = dict[str, DiagramCard]()
        box_width = 2 * width + 3 * 6
        for depth, column in columns.items():
            left = MARGIN + depth * (box_width + GAP * scale)
            top = (whole - sum(bodies[id_] + frame + MARGIN for id_ in column) + MARGIN) / 2
            for id_ in column:
                box = QRectF(left, top, box_width, bodies[id_] + frame)
                body = QRectF(left + 6, top + HEAD * scale, width, bodies[id_])
                cards_by_layer[id_] = DiagramCard(
                    id_, box, body, body.translated(width + 6, 0), len(step.value(id_, 0))
                )
                top += box.height() + MARGIN
        box = QRectF(MARGIN + last * (box_width + GAP * scale), (whole - 70 * scale) / 2, width + 36, 70 * scale)
        cards_by_layer[""] = DiagramCard("", box, box, box, 1)
        return cards_by_layer

    def _body(self, count: int, height: float) -> float:
        return count * height if count <= NUMBERED else CELL[0] * self.theme.scale

    def sizeHint(self) -> QSize:
        """All cards."""
        whole = QRectF()
        for card in self._cards.values():
            whole = whole.united(card.box)
        if whole.isNull():
            return QSize(self.theme.px(240), self.theme.px(120))
        return QSize(math.ceil(whole.right() + MARGIN), math.ceil(whole.bottom() + MARGIN))

    def theme_changed(self) -> None:
        """Take over the sizes of another theme."""
        if self._step is not None:
            self.show_step(self._step, self._sample, self._at, self._focus)

    # Painting

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Wires first, then the cards that are in view."""
        step = self._step
        assert step is not None  # the view is empty otherwise
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = QRectF(self.visibleRegion().boundingRect()).adjusted(-4, -4, 4, 4)
        for source, target in self._all_wires(step):
            start, end = self._cards[source], self._cards[target]
            if start.box.united(end.box).intersects(seen):
                self._wire(painter, step, start, end)
        for card in self._cards.values():
            if card.box.intersects(seen):
                self._loss_card(painter, step, card) if not card.id else self._card(painter, step, card)

    def _all_wires(self, step: StepSeen) -> Iterator[tuple[str, str]]:
        yield from step.record.connections
        yield from ((head.output, "") for head in step.record.heads)

    def _wire(self, painter: QPainter, step: StepSeen, start: DiagramCard, end: DiagramCard) -> None:
        back = bool(end.id) and self._reached(Stop(Phase.BACKWARD, end.id))
        matrix = self._matrix(step, start, end, back)
        if matrix is not None:
            top = reach(matrix)
            for unit, row in enumerate(matrix):
                for source_unit, value in enumerate(row):
                    strength = abs(float(value)) / top if top > 1e-11 else 0.0
                    hue = self.theme.run(0 if value >= 0 else 1) if strength > 0 else self.theme.border
                    painter.setPen(QPen(hue, 0.6 + 3.0 * strength))
                    painter.drawLine(_right(start.cell(source_unit, back=True)), _left(end.cell(unit)))
            return
        painter.setPen(QPen(self.theme.strong_border, 1.2))
        if start.count == end.count <= NUMBERED and end.id:
            for at in range(start.count):
                painter.drawLine(_right(start.cell(at, back=True)), _left(end.cell(at)))
            return
        painter.drawLine(_right(start.box), _left(end.box))

    def _matrix(self, step: StepSeen, start: DiagramCard, end: DiagramCard, back: bool) -> Floats | None:
        """The weights of a small dense layer, or their gradients on the way back; each becomes a line."""
        if not end.id or not step.layer(end.id).is_dense or max(start.count, end.count) > NUMBERED:
            return None
        weights = step.matrix(f"{end.id}.weight", gradient=back)
        return weights if weights is not None and weights.shape == (end.count, start.count) else None

    def _card(self, painter: QPainter, step: StepSeen, card: DiagramCard) -> None:
        theme, seen = self.theme, step.record.layers[card.id]
        here = self._focus == card.id
        painter.setBrush(theme.raised)
        painter.setPen(QPen(theme.accent, 2) if here else QPen(theme.border, 1))
        painter.drawRoundedRect(card.box, 8, 8)
        hue = theme.family(seen.family)
        painter.fillRect(QRectF(card.box.left() + 8, card.box.top() + 1, card.box.width() - 16, 3), hue)
        head = QRectF(card.box.left() + 6, card.box.top() + 5, card.box.width() - 12, HEAD * theme.scale - 6)
        painter.setPen(theme.text)
        painter.setFont(theme.font(bold=True, small=True))
        metrics = QFontMetricsF(painter.font())
        name = metrics.elidedText(card.id, Qt.TextElideMode.ElideMiddle, head.width())
        painter.drawText(head, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter, name)
        painter.setPen(theme.faint)
        painter.setFont(theme.font(small=True))
        kind = QFontMetricsF(painter.font()).elidedText(seen.title, Qt.TextElideMode.ElideRight, head.width())
        painter.drawText(head, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter, kind)
        if self._reached(Stop(Phase.FORWARD, card.id)):
            self._numbers(painter, card, step.value(card.id, self._sample), False)
        else:
            self._blank(painter, card.values)
        if self._reached(Stop(Phase.BACKWARD, card.id)):
            self._gradient(painter, step, card)
        self._foot(painter, step, card)

    def _blank(self, painter: QPainter, body: QRectF) -> None:
        painter.setPen(QPen(self.theme.border, 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(body.adjusted(1, 1, -1, -1), 4, 4)

    def _gradient(self, painter: QPainter, step: StepSeen, card: DiagramCard) -> None:
        gradient = step.gradient(card.id, self._sample)
        if gradient is None:
            self._blank(painter, card.gradients)
        else:
            self._numbers(painter, card, gradient, True)

    def _numbers(self, painter: QPainter, card: DiagramCard, values: Floats, back: bool) -> None:
        assert self._step is not None
        body, top = card.gradients if back else card.values, reach(values)
        if card.count > NUMBERED:
            shown = picture_of(self._step, card.id, self._sample, self.theme, back=back)
            if shown is None:
                shown = square_of(self._step, card.id, values, self.theme, back=back)
            painter.drawImage(fitted(shown, body), shown)
            return
        painter.setFont(self.theme.font(small=True))
        metrics = QFontMetricsF(painter.font())
        for at, value in enumerate(values.tolist()):
            place = card.cell(at, back=back).adjusted(0, 1, 0, -1)
            share = 0.85 * abs(value) / top if math.isfinite(value) and top > 1e-11 else 0.0
            hue = self.theme.run(0 if value >= 0 else 1)
            fill = blend(hue, self.theme.raised, 0.06 + 0.5 * share)
            painter.setPen(QPen(self.theme.border, 1))
            painter.setBrush(fill)
            painter.drawRoundedRect(place, 4, 4)
            painter.setPen(self.theme.text)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, _fitting(value, metrics, place.width() - 4))

    def _foot(self, painter: QPainter, step: StepSeen, card: DiagramCard) -> None:
        """Sizes on the way forward; on the way back the length of the gradient as a number and a bar."""
        theme, seen = self.theme, step.record.layers[card.id]
        foot = QRectF(card.box.left() + 6, card.values.bottom() + 4, card.box.width() - 12, FOOT * theme.scale - 8)
        painter.setFont(theme.font(small=True))
        painter.setPen(theme.faint)
        if not self._reached(Stop(Phase.BACKWARD, card.id)):
            sizes = " × ".join(str(size) for size in seen.sizes)
            painter.drawText(foot, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter, sizes)
            return
        if seen.gradient_norm is None:
            painter.drawText(foot, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter, "no gradient")
            return
        painter.setPen(theme.warning if seen.gradient_norm == 0 else theme.text)
        norm = f"|∂E| = {number(seen.gradient_norm, 3)}"
        painter.drawText(foot, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter, norm)
        track = QRectF(foot.left(), foot.bottom() - 5, foot.width(), 4)
        painter.fillRect(track, theme.hover)
        track.setWidth(track.width() * strength(seen.gradient_norm, step.strongest))
        painter.fillRect(track, theme.accent)

    def _loss_card(self, painter: QPainter, step: StepSeen, card: DiagramCard) -> None:
        theme = self.theme
        here = not self._focus
        painter.setBrush(theme.raised)
        painter.setPen(QPen(theme.accent, 2) if here else QPen(theme.border, 1))
        painter.drawRoundedRect(card.box, 8, 8)
        top = card.box.adjusted(4, 6, -4, -card.box.height() / 2)
        painter.setPen(theme.text)
        painter.setFont(theme.font(bold=True, small=True))
        painter.drawText(top, Qt.AlignmentFlag.AlignCenter, "Loss E")
        painter.setFont(theme.font())
        low = card.box.adjusted(4, card.box.height() / 2 - 6, -4, -6)
        if self._reached(Stop(Phase.UPDATE)):
            painter.setFont(theme.font(small=True))
            losses = f"{number(step.record.loss, 4)}\nnow {number(step.record.loss_after, 4)}"
            painter.drawText(low, Qt.AlignmentFlag.AlignCenter, losses)
        elif self._reached(Stop(Phase.LOSS)):
            painter.drawText(low, Qt.AlignmentFlag.AlignCenter, number(step.record.loss, 4))

    # Hands

    def sentence_at(self, at: QPointF) -> str:
        """A layer's value and gradient under the pointer."""
        step = self._step
        card = next((card for card in self._cards.values() if card.box.contains(at)), None)
        if step is None or card is None:
            return ""
        if not card.id:
            return (
                f"Loss of the batch: {number(step.record.loss, 4)}" if self._reached(Stop(Phase.LOSS)) else "The loss"
            )
        seen = step.record.layers[card.id]
        for back in (False, True):
            if card.count > NUMBERED and step.map(card.id, self._sample) is not None:
                break  # cells of a picture are not the first values in their order
            cell = self._cell_at(card, at, back)
            known = self._reached(Stop(Phase.BACKWARD if back else Phase.FORWARD, card.id))
            values = step.gradient(card.id, self._sample) if back else step.value(card.id, self._sample)
            if cell is not None and known and values is not None:
                return f"{card.id}, {'gradient' if back else 'value'} {cell + 1}: {number(float(values[cell]), 4)}"
        drawn = what_is_drawn(step, card.id) if card.count > NUMBERED else ""
        bar = "The bar shows the gradient's length on a logarithmic scale."
        return " ".join(filter(None, (f"{card.id}: {seen.title}.", drawn, bar)))

    def _cell_at(self, card: DiagramCard, at: QPointF, back: bool) -> int | None:
        body = card.gradients if back else card.values
        if not body.contains(at):
            return None
        if card.count <= NUMBERED:
            return min(int((at.y() - body.top()) / body.height() * card.count), card.count - 1)
        side = body.width() / SIDE
        cell = int((at.y() - body.top()) / side) * SIDE + int((at.x() - body.left()) / side)
        return cell if cell < card.count else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the card that is clicked."""
        card = next((card for card in self._cards.values() if card.box.contains(event.position())), None)
        if card is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(card.id)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class for the keys."""
        last = len(self._step.stops) if self._step is not None else 0
        ways = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Home: -last, Qt.Key.Key_End: last}
        if event.key() in ways:
            self.moved.emit(ways[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_N:
            self.next_wanted.emit()
        else:
            super().keyPressEvent(event)


def strength(gradient: float, strongest: float) -> float:
    """How long the bar of a gradient is, 0 to 1: logarithmic over `DECADES` powers of ten."""
    if not gradient > 0:
        return 0.0
    return max(0.02, 1 + math.log10(min(gradient / strongest, 1.0)) / DECADES)


def _fitting(value: float, metrics: QFontMetricsF, width: float) -> str:
    """A number with as many figures, up to three, as fit into ``width``."""
    texts = [number(value, figures) for figures in (3, 2, 1)]
    return next((text for text in texts if metrics.horizontalAdvance(text) <= width), texts[-1])


def _left(place: QRectF) -> QPointF:
    return QPointF(place.left(), place.center().y())


def _right(place: QRectF) -> QPointF:
    return QPointF(place.right(), place.center().y())
