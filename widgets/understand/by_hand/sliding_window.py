"""The window that slides: input, window, kernel and output as tables of numbers, stepped by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from types import MappingProxyType

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.insight.value_ranges import colour_ends, reach
from app.numerics.window_sums import Case, Floats
from graph.layers.value_range import Range
from widgets.charts.colour_maps import between, limits
from widgets.look.theme import ThemeSource
from widgets.plots.painted_view import PaintedView
from widgets.plots.ticks import number
from widgets.understand.by_hand.cell_editor import CellEditor
from widgets.understand.by_hand.number_table import Drawn, LongestNumber, cell_of, longest_numbers, paint_table
from widgets.understand.by_hand.scene import (
    NUMBERS_SHARE,
    ScenePart,
    SceneStep,
    SceneTable,
    Spot,
    Stand,
    arrange,
    captions,
    input_table,
    output_table,
)
from widgets.understand.by_hand.scene_marks import paint_boxes, paint_signs, veil_rest

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
SKIPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
INSETS = (12, 6, -12, -8)
"""Pixels around the tables: left, top, right and bottom."""
LEAST_WIDTH, LEAST_HEIGHT = 300, 120
LARGEST_WINDOW = 5
"""Rows and columns up to which the numbers of window and kernel have room in every pane, which scrolls for them."""
MAPS = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


class SlidingPicture(PaintedView):
    """Shows one step of a convolution or pooling: where the window stands, what it sees, and what comes of it.

    A click on the output shows where that value came from; a click or a drag on the input moves the window there.
    Arrow keys step, Home and End go to the ends, Page Up and Page Down change the map, Space asks to play. Cells of the
    parts in ``editable`` can be typed over: a click on the kernel, a double-click on the input, or F2.

    `moved` says that the user went to another spot; `typed` carries part, row, column and number; `play` asks for the
    window to run or to halt.
    """

    moved = Signal()
    typed = Signal(object, int, int, float)
    play = Signal()

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Convolution and pooling by hand", "", parent)
        self.setObjectName("slidingPicture")
        self.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        self.spot = Spot()
        self.editable: frozenset[ScenePart] = frozenset()
        self._note = ""
        self.unfolding = False
        """Whether what comes after the spot is faded, as if it were not worked out yet."""
        self._case: Case | None = None
        self._longest: dict[ScenePart, LongestNumber] = {}
        self._step: SceneStep | None = None
        self._planes: dict[ScenePart, tuple[int, SceneTable]] = {}
        self._can_be: Mapping[ScenePart, Range] = {}
        self._drawn: dict[ScenePart, tuple[Stand, Drawn]] = {}
        self._stands: dict[ScenePart, Stand] = {}
        self.editor = CellEditor(self)
        self.editor.entered.connect(self._on_number)
        self.editor.walked.connect(self._walk)

    # What is shown

    @property
    def case(self) -> Case | None:
        """What is worked out, None where there is nothing."""
        return self._case

    @property
    def step(self) -> SceneStep | None:
        """The step on show."""
        return self._step

    def show_case(
        self,
        case: Case | None,
        note: str = "",
        editable: frozenset[ScenePart] = frozenset(),
        can_be: Mapping[ScenePart, Range] = MappingProxyType({}),
    ) -> None:
        """Work out another case; the spot stays as near as possible, and an open editor stays open.

        ``note`` says more about the input's values. ``can_be`` are the ranges of what layers give, whose tables are in
        the colours that layers have everywhere; others are grey, as samples are.
        """
        before = self._case
        self._case, self._note, self.editable, self._can_be = case, note, editable, can_be
        self._drawn.clear()
        self._planes.clear()
        self._longest = longest_numbers(case)
        resized = case is None or before is None or before.values.shape != case.values.shape
        if resized or not editable:
            self.editor.dismiss()
        self.go(self.spot)
        self._keep_legible()

    def _cell(self) -> tuple[float, float]:
        """Width and height of a cell in which every number of window and kernel can be read."""
        cells = [cell_of(longest, self.theme) for longest in self._longest.values()]
        return max((wide for wide, _ in cells), default=0.0), max((high for _, high in cells), default=0.0)

    def _caption_height(self) -> float:
        return QFontMetricsF(self.theme.font(small=True)).height() + 4

    def _keep_legible(self) -> None:
        """Take at least the room that the numbers of window and kernel need one above the other."""
        step, (left, top, right, bottom) = self._step, INSETS
        rows, columns = step.window().shape if step is not None else (0, 0)
        stacked = len(self._longest) if max(rows, columns) <= LARGEST_WINDOW else 0
        wide, high = self._cell()
        across = left - right + columns * wide / NUMBERS_SHARE if stacked else 0
        down = top - bottom + stacked * (self._caption_height() + 4 + rows * high)
        self.setMinimumSize(max(LEAST_WIDTH, ceil(across)), max(LEAST_HEIGHT, ceil(down)))

    def go(self, spot: Spot) -> None:
        """Stand at another spot, without saying so."""
        if self._case is None or not len(self._case.output):
            self._step = None
        else:
            self.spot = spot.within(self._case)
            self._step = SceneStep(self._case, self.spot)
            self.describe(self._sentence())
        self.update()

    def show_channel(self, channel: int) -> None:
        """Look at another input channel, if the map sees it."""
        self.go(replace(self.spot, channel=channel))

    def _go_by_hand(self, spot: Spot) -> None:
        self.unfolding = False
        self.go(spot)
        self.moved.emit()

    def is_empty(self) -> bool:
        """Return whether there is nothing to work out."""
        return self._step is None

    def theme_changed(self) -> None:
        """Forget the colours of the old theme."""
        self._drawn.clear()
        self._keep_legible()

    # Painting

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the four tables with their captions and the boxes that belong together."""
        step, case = self._step, self._case
        assert step is not None and case is not None
        tables = self._tables(step)
        caption = self._caption_height()
        shapes = {part: table.shape for part, table in tables.items()}
        room, flat = area.adjusted(*INSETS), case.rule.along_time
        stands = arrange(room, shapes, caption, self.theme.scale, flat, self._cell())
        self._stands = stands
        titles = captions(step, self._note)
        for part, table in tables.items():
            paint_table(painter, self.theme, self._draw(part, table, stands[part]), stands[part])
            self._paint_caption(painter, titles[part], stands, part, caption, area)
        if self.unfolding:
            veil_rest(painter, self.theme, stands[ScenePart.OUTPUT], step)
        paint_signs(painter, self.theme, stands)
        paint_boxes(painter, self.theme, stands, step, tables[ScenePart.INPUT])

    def _tables(self, step: SceneStep) -> dict[ScenePart, SceneTable]:
        case, spot = step.case, step.spot
        flat = case.rule.along_time
        tables = {
            ScenePart.INPUT: self._plane(ScenePart.INPUT, 0 if flat else spot.channel, input_table),
            ScenePart.WINDOW: step.window(),
        }
        kernel = step.kernel()
        if kernel is not None:
            tables[ScenePart.KERNEL] = kernel
        return {**tables, ScenePart.OUTPUT: self._plane(ScenePart.OUTPUT, 0 if flat else spot.filter, output_table)}

    def _plane(self, part: ScenePart, number: int, make: Callable[[Case, int], SceneTable]) -> SceneTable:
        """The table of a channel or map, made once for all its steps."""
        kept = self._planes.get(part)
        if kept is None or kept[0] != number:
            assert self._case is not None
            kept = self._planes[part] = (number, make(self._case, number))
        return kept[1]

    def _draw(self, part: ScenePart, table: SceneTable, stand: Stand) -> Drawn:
        """The table in colours, made once as long as it stays the same."""
        kept = self._drawn.get(part)
        if kept is None or kept[1].table is not table or kept[0] != stand:
            longest = self._longest.get(part)
            places = longest.places if longest is not None else None
            ends = self._reach(part, table)
            coloured = part is ScenePart.KERNEL or part in self._can_be
            drawn = Drawn.of(table, stand, self.theme, ends, between(ends, self.theme) if coloured else None, places)
            kept = self._drawn[part] = (stand, drawn)
        return kept[1]

    def _reach(self, part: ScenePart, table: SceneTable) -> tuple[float, float]:
        """The numbers that the darkest and the lightest colour stand for."""
        case = self._case
        assert case is not None
        if part is ScenePart.KERNEL:
            most = reach(table.values)
            return -most, most
        plane: Floats = table.values
        if part is ScenePart.WINDOW:
            plane = case.values[:, 0] if case.rule.along_time else case.values[self.spot.channel]
        return colour_ends(self._can_be[part], plane) if part in self._can_be else limits(plane)

    def _paint_caption(
        self, painter: QPainter, text: str, stands: dict[ScenePart, Stand], part: ScenePart, height: float, area: QRectF
    ) -> None:
        font = self.theme.font(small=True)
        painter.setFont(font)
        painter.setPen(self.theme.faint)
        place = stands[part].area
        ends = {ScenePart.INPUT: stands[ScenePart.WINDOW].area.left() - 8, ScenePart.OUTPUT: area.right() - 6}
        end = ends.get(part, stands[ScenePart.OUTPUT].area.left() - 8)
        metrics = QFontMetricsF(font)
        # A narrow output at the far right has its caption reach to the left.
        least = stands[ScenePart.WINDOW].area.right() + 8 if part is ScenePart.OUTPUT else place.left()
        begin = max(min(place.left(), end - metrics.horizontalAdvance(text) - 1), least)
        room = QRectF(begin, place.top() - height, end - begin, height)
        if metrics.horizontalAdvance(text) > room.width():
            text = text.partition(",")[0]  # "Output" for "Output, map 3 of 6": which map it is stands beside the player
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    # Words

    def _sentence(self) -> str:
        """The step in words."""
        step = self._step
        assert step is not None
        return f"Map {step.spot.filter + 1}, {step.where}: {number(step.working.result)}"

    def sentence_at(self, at: QPointF) -> str:
        """Return the number under the pointer and what it is."""
        step, cell = self._step, self._under(at)
        if step is None or cell is None:
            return ""
        part, row, column = cell
        table = self._tables(step)[part]
        top, left = table.top, table.left
        value = float(table.values[row, column])
        place = f"row {row + top + 1}, column {column + left + 1}"
        if table.border[row, column]:
            return "Padding" if np.isnan(value) else f"Padding: {number(value)}"
        return f"{part.capitalize()}, {place}: {number(value)}"

    def _under(self, at: QPointF) -> tuple[ScenePart, int, int] | None:
        for part, stand in self._stands.items():
            cell = stand.at(at)
            if cell is not None:
                return part, *cell
        return None

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the value or the window under the pointer, or type over a number of the kernel."""
        self.editor.dismiss()
        cell = self._under(event.position())
        if cell is None or event.button() != Qt.MouseButton.LeftButton:
            return
        part, row, column = cell
        if part is ScenePart.KERNEL and part in self.editable:
            self.edit(part, row, column)
        else:
            self._go_to(part, row, column)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Type over a number of the input, where it may be."""
        cell = self._under(event.position())
        if cell is not None and cell[0] is ScenePart.INPUT and ScenePart.INPUT in self.editable:
            self.edit(*cell)
        else:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the window over the input, or say what is under the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            cell = self._under(event.position())
            if cell is not None:
                self._go_to(*cell)
            return
        super().mouseMoveEvent(event)

    def _go_to(self, part: ScenePart, row: int, column: int) -> None:
        step = self._step
        if step is None:
            return
        if part is ScenePart.OUTPUT:
            self._go_by_hand(step.spot_at(row, column))
        elif part is ScenePart.INPUT:
            table = self._tables(step)[ScenePart.INPUT]
            self._go_by_hand(step.spot_above(row + table.top, column + table.left))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, skip, go to the ends, change the map, play, or type over numbers."""
        case, key = self._case, Qt.Key(event.key())
        spot = None if case is None else self._spot_by(case, key)
        if spot is not None:
            self._go_by_hand(spot)
        elif key == Qt.Key.Key_Space and case is not None:
            self.play.emit()
        elif key == Qt.Key.Key_F2 and self.editable:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            wanted = ScenePart.INPUT if shift or ScenePart.KERNEL not in self.editable else ScenePart.KERNEL
            self.edit(wanted, 0, 0)
        else:
            super().keyPressEvent(event)

    def _spot_by(self, case: Case, key: Qt.Key) -> Spot | None:
        spot, rule = self.spot, case.rule
        if key in STEPS:
            return spot.stepped(case, STEPS[key])
        if key in SKIPS and rule.along_time:
            return self.spot_of_map(spot.filter + SKIPS[key])
        if key in SKIPS:
            return replace(spot, row=min(max(spot.row + SKIPS[key], 0), rule.rows.out - 1))
        if key in MAPS:
            return self.spot_of_map(spot.filter + MAPS[key])
        ends = {Qt.Key.Key_Home: -rule.steps, Qt.Key.Key_End: rule.steps}
        return spot.stepped(case, ends[key]) if key in ends else None

    def spot_of_map(self, filter: int) -> Spot:
        """The same place in another map, held between the first and the last."""
        last = len(self._case.output) - 1 if self._case is not None else 0
        return replace(self.spot, filter=min(max(filter, 0), last))

    # Typing over numbers

    def edit(self, part: ScenePart, row: int, column: int) -> None:
        """Let the number at ``row`` and ``column`` of a table be typed over."""
        step, stand = self._step, self._stands.get(part)
        if step is None or stand is None or part not in self.editable:
            return
        table = self._tables(step)[part]
        if table.border[row, column]:
            return
        self.editor.open_at(part, row, column, float(table.values[row, column]), stand.cell(row, column))

    def _on_number(self, value: float) -> None:
        part, row, column = self.editor.cell
        step = self._step
        if step is not None:
            table = self._tables(step)[part]
            self.typed.emit(part, row + table.top, column + table.left, value)

    def _walk(self, steps: int) -> None:
        """On to the next cell that may be typed over, row by row."""
        part, row, column = self.editor.cell
        step = self._step
        table = self._tables(step)[part] if step is not None else None
        self.editor.dismiss()
        if table is None:
            return
        inner = [tuple(cell) for cell in np.argwhere(~table.border).tolist()]
        at = inner.index((row, column)) + steps
        if 0 <= at < len(inner):
            self.edit(part, *inner[at])
        else:
            self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cells have moved away from under the editor."""
        super().resizeEvent(event)
        self.editor.dismiss()
