"""Marks over the picture of one step: signs between the tables, boxes around what belongs together, a veil."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from widgets.look.theme import Theme
from widgets.understand.by_hand.number_table import ring
from widgets.understand.by_hand.scene import ScenePart, SceneStep, SceneTable, Stand

Stands = Mapping[ScenePart, Stand]


def paint_signs(painter: QPainter, theme: Theme, stands: Stands) -> None:
    """Paint an arrow from input to window and on to the output, and a cross before the kernel."""
    painter.setFont(theme.font(bold=True))
    painter.setPen(theme.faint)
    window, output = stands[ScenePart.WINDOW].area, stands[ScenePart.OUTPUT].area
    middle = Qt.AlignmentFlag.AlignCenter
    wide = 26.0 * theme.scale
    painter.drawText(QRectF(window.left() - wide - 2, window.top(), wide, window.height()), middle, "→")
    painter.drawText(QRectF(output.left() - wide - 2, window.top(), wide, window.height()), middle, "→")
    if ScenePart.KERNEL in stands:
        kernel = stands[ScenePart.KERNEL].area
        painter.drawText(QRectF(kernel.left() - wide - 2, kernel.top(), wide, kernel.height()), middle, "×")


def paint_boxes(painter: QPainter, theme: Theme, stands: Stands, step: SceneStep, table: SceneTable) -> None:
    """Paint the window on the input, whose numbers ``table`` has, its value on the output, and the value kept."""
    source = stands[ScenePart.INPUT]
    rows, columns = [row - table.top for row in step.rows], [column - table.left for column in step.columns]
    painter.save()
    painter.setClipRect(source.area.adjusted(-3, -3, 3, 3))
    if rows and columns:
        whole = source.cell(rows[0], columns[0]).united(source.cell(rows[-1], columns[-1]))
        gaps = len(rows) <= rows[-1] - rows[0] or len(columns) <= columns[-1] - columns[0]
        ring(painter, theme, whole, theme.accent, 1.5 if gaps else 2.0, dashed=gaps)
        for row in rows if gaps else ():
            for column in columns:
                ring(painter, theme, source.cell(row, column).adjusted(1, 1, -1, -1), theme.accent, 1.5)
    _paint_winner(painter, theme, stands, step, rows, columns)
    painter.restore()
    ring(painter, theme, stands[ScenePart.OUTPUT].cell(*step.cell), theme.accent)
    ring(painter, theme, stands[ScenePart.WINDOW].area, theme.accent)


def _paint_winner(
    painter: QPainter, theme: Theme, stands: Stands, step: SceneStep, rows: list[int], columns: list[int]
) -> None:
    winner = step.working.winner
    if winner is None:
        return
    row, column = winner
    kept = stands[ScenePart.INPUT].cell(rows[row], columns[column])
    ring(painter, theme, kept.adjusted(2, 2, -2, -2), theme.ok)
    painter.setClipping(False)
    ring(painter, theme, stands[ScenePart.WINDOW].cell(row, column).adjusted(2, 2, -2, -2), theme.ok)


def veil_rest(painter: QPainter, theme: Theme, stand: Stand, step: SceneStep) -> None:
    """Cover what comes after the step in the output, which stands at ``stand``."""
    row, column = step.cell
    veil = QColor(theme.surface)
    veil.setAlphaF(0.86)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    right = stand.cell(row, column)
    rest = QRectF(right.right(), right.top(), stand.area.right() - right.right(), stand.high)
    painter.fillRect(rest, veil)
    if not step.case.rule.along_time:
        painter.fillRect(stand.area.adjusted(0, (row + 1) * stand.high, 0, 0), veil)
