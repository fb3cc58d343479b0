"""The arithmetic of one step, written out: every product, every channel's sum, the bias, the result."""

from __future__ import annotations

import html
from collections.abc import Iterator

import numpy as np
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.numerics.window_sums import Patch, Working
from graph.layers.window_rule import How, Slide
from widgets.look.focus_ring import FocusRing
from widgets.look.plain_text import Markup
from widgets.look.text_page import TextPage
from widgets.look.theme import Theme, Themed, ThemeSource
from widgets.plots.ticks import number
from widgets.understand.by_hand.scene import SceneStep

MOST_PRODUCTS = 600
"""Products that are written out; of further channels only the sums."""

WORDS = {How.LARGEST: "The largest", How.SMALLEST: "The smallest"}


class WorkingSheet(Themed, TextPage):
    """Shows the arithmetic as text that can be read aloud, selected and copied."""

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workingSheet")
        FocusRing(self)
        self.setAccessibleName("The arithmetic, written out")
        self.setFrameShape(TextPage.Shape.NoFrame)
        self.setMinimumWidth(180)
        self.document().setDocumentMargin(10)
        self._step: SceneStep | None = None
        self._written_for = 0
        self.follow(source)
        self.theme_changed()

    def theme_changed(self) -> None:
        """Write again, in the colours of another theme."""
        self.setStyleSheet(f"QTextBrowser {{ background: {self.theme.surface.name()}; border: none; }}")
        self.show_step(self._step)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows of products may fit now, or fit no more."""
        super().resizeEvent(event)
        if self.width() != self._written_for:  # a scroll bar that comes or goes changes the size of the text's area too
            self.show_step(self._step)

    def show_step(self, step: SceneStep | None) -> None:
        """Write out a step, or nothing."""
        self._step, self._written_for = step, self.width()
        if step is None:
            self.clear()
            return
        metrics = QFontMetricsF(self.theme.font())
        room = self.width() - 40.0
        bar = self.verticalScrollBar()
        kept = bar.value()
        self.show_markup(SheetWriter(step, self.theme, metrics, room).page())
        bar.setValue(kept)


class SheetWriter:
    """Writes one step as HTML. ``room`` is the width in pixels that a row of products may take."""

    def __init__(self, step: SceneStep, theme: Theme, metrics: QFontMetricsF, room: float) -> None:
        self._working, self._spot, self._where, self._theme = step.working, step.spot, step.where, theme
        self._metrics, self._room = metrics, room

    def page(self) -> Markup:
        """All of it."""
        heading = f"<p style='margin: 0 0 6px 0'><b>Map {self._spot.filter + 1}, {html.escape(self._where)}</b></p>"
        remark = self._line(self._faint(self._working.rule.remark)) if self._working.rule.remark else ""
        return Markup("".join((heading, *self._body(), remark, self._result(), self._size())))

    # Products

    def _body(self) -> Iterator[str]:
        left = MOST_PRODUCTS
        several = len(self._working.patches) > 1
        for patch in self._ordered():
            if several:
                name = f"Channel {patch.channel + 1}"
                name = f"<b>{name}</b>" if patch.channel == self._spot.channel else name
                yield f"<p style='margin: 8px 0 1px 0'>{name}: sum {number(patch.sum)}</p>"
            if left > 0:
                yield self._products(patch)
            left -= patch.values.size
        if any(patch.border.any() for patch in self._working.patches):
            yield self._line(self._faint("Grey: padding."))

    def _ordered(self) -> list[Patch]:
        """The channels in order; where not all can be written out, the one on show comes first."""
        patches = list(self._working.patches)
        if sum(patch.values.size for patch in patches) <= MOST_PRODUCTS:
            return patches
        return sorted(patches, key=lambda patch: patch.channel != self._spot.channel)

    def _products(self, patch: Patch) -> str:
        """The terms in the rows of the kernel, one below the other where they fit, else running on."""
        high, wide = patch.values.shape
        rows = [[self._term(patch, row, column) for column in range(wide)] for row in range(high)]
        plain = [[self._plain(patch, row, column) for column in range(wide)] for row in range(high)]
        sign = "," if self._working.rule.how.picks else " +"
        widest = max(sum(self._metrics.horizontalAdvance(f"{text} + ") + 8 for text in texts) for texts in plain)
        if widest > self._room:
            hanging = "<p style='margin: 0 0 0 16px; text-indent: -16px'>"
            return f"{hanging}{f'{sign}</p>{hanging}'.join(f'{sign} '.join(row) for row in rows)}</p>"
        lines = []
        for at, row in enumerate(rows):
            signs = [sign] * (wide - 1) + ["" if at == high - 1 else sign]
            cells = (f"<td align='right'>{term}</td><td>{after}</td>" for term, after in zip(row, signs, strict=True))
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return f"<table cellspacing='0' cellpadding='2' style='margin-bottom: 4px'>{''.join(lines)}</table>"

    def _plain(self, patch: Patch, row: int, column: int) -> str:
        """One term: a value, or a value times its weight."""
        value = float(patch.values[row, column])
        text = number(value, 3) if np.isfinite(value) else "–"
        if patch.weights is None:
            return text if self._working.rule.how.picks else _bracketed(text)
        weight = float(patch.weights[row, column])
        return f"{_bracketed(text)} × {_bracketed(number(weight, 3))}"

    def _term(self, patch: Patch, row: int, column: int) -> str:
        text = html.escape(self._plain(patch, row, column)).replace(" ", "&nbsp;")
        if patch.border[row, column]:
            return self._faint(text)
        if self._working.winner == (row, column):
            return f"<b style='color: {self._theme.ok.name()}'>{text}</b>"
        return text

    # What comes of them

    def _result(self) -> str:
        working = self._working
        how = working.rule.how
        if not working.patches:
            return self._line(f"This map sees no channel of the input: {self._bold(working.result)}")
        if how.picks:
            return self._line(f"{WORDS[how]} of them is {self._bold(working.result)}.")
        return "".join(self._steps(working))

    def _steps(self, working: Working) -> Iterator[str]:
        """From the channels' sums to the result."""
        several = len(working.patches) > 1
        yield self._line(f"Sum{' of all channels' if several else ''}: {self._bold(working.sum, not self._more)}")
        if working.divisor is not None:
            yield self._line(f"÷ {working.divisor:,} {'products' if working.rule.how is How.MATCH else 'values'}")
        if working.scale is not None:
            yield self._line(f"× weight {_bracketed(number(working.scale))}")
        if working.bias is not None:
            yield self._line(f"+ bias {_bracketed(number(working.bias))}")
        if self._more:
            yield self._line(f"= {self._bold(working.result)}")

    @property
    def _more(self) -> bool:
        """Whether anything happens to the sum."""
        working = self._working
        return any(part is not None for part in (working.divisor, working.scale, working.bias))

    def _bold(self, value: float, bold: bool = True) -> str:
        return f"<b>{number(value)}</b>" if bold else number(value)

    def _line(self, words: str) -> str:
        return f"<p style='margin: 3px 0'>{words}</p>"

    def _size(self) -> str:
        """How many values the window's places make along each axis."""
        rule = self._working.rule
        if not isinstance(rule.rows, Slide) or not isinstance(rule.columns, Slide):
            return ""
        high, wide = rule.rows.formula(), rule.columns.formula()
        rule_text = (
            f"length {wide}"
            if rule.along_time
            else f"each way {wide}"
            if high == wide
            else f"height {high}, width {wide}"
        )
        rounded = "" if all(_exact(axis) for axis in (rule.rows, rule.columns)) else ", rounded down"
        gaps = ", K with its gaps" if max(rule.rows.dilation, rule.columns.dilation) > 1 else ""
        words = f"Size of the output, (W − K + 2P) / S + 1{gaps}: {rule_text}{rounded}."
        return f"<p style='margin: 8px 0 0 0'>{self._faint(words)}</p>"

    def _faint(self, text: str) -> str:
        return f"<span style='color: {self._theme.faint.name()}'>{text}</span>"


def _exact(axis: Slide) -> bool:
    """Whether the window's last place ends just where the border ends."""
    span = axis.dilation * (axis.kernel - 1) + 1
    return (axis.size + axis.before + axis.after - span) % axis.stride == 0


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text
