"""Samples as tiles, and the gallery of a data set with what a network says of each."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.protocol.data_values import PictureBox
from app.protocol.values import FieldFacts
from app.system.number_format import nth
from widgets.charts.box_painting import Boxes, class_places, paint_boxes
from widgets.charts.colour_maps import image, limits, picture
from widgets.charts.sample_painting import BETWEEN, MARGIN, Cell, Samples, paint_lines, paint_row, row_cells, row_words
from widgets.charts.tiles import GAP, Grid, TileGroup, TileView
from widgets.look.theme import Theme, ThemeSource

TEXT_WIDE, TEXT_WIDER, SENTENCE = 2.4, 4.0, 40
"""How many times as wide tiles with texts are: with words, and with texts of more characters than ``SENTENCE``."""
WIDEST = 4.0
"""How many times as wide tiles become where pictures are wide, as lines of text and strips of frames are."""
WRAPPED = Qt.TextFlag.TextWordWrap
BOXED = 2.4
"""How many times as wide tiles are in whose pictures boxes are drawn."""
ROWS, MOST_CELLS = (150.0, 260.0), 9
"""Least and greatest width of tiles with rows of a table, and the cells that have room in one at least."""
SEEN = 24
"""Rows that are measured to find how wide their cells are."""
TALLEST = 180
"""Pixels in height that one sample alone asks for at most."""
CLEAR = 8
"""Pixels between the captions of two tiles."""


class SampleTiles(TileView):
    """Samples, each drawn by its kind.

    Pictures (N, C, H, W) are pictures, rows of a table (N, F) names and values, sequences (N, T, F) and nameless
    vectors small lines, texts are texts.
    """

    LEAST, MOST = 44.0, 96.0

    def __init__(self, source: ThemeSource, title: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, empty, parent)
        self._samples: Samples = np.empty((0, 1))
        self._limits = (0.0, 1.0)
        self._images: dict[int, QImage] = {}
        self._texts: list[str] = []
        self._boxes: Sequence[Sequence[PictureBox]] = ()
        self._kinds: dict[str, int] = {}
        self._field: FieldFacts | None = None
        self._cut: dict[tuple[str, float, float, float], str] = {}
        self._groups: Sequence[TileGroup] = ()
        self._measured: tuple[Theme | None, float] = None, 0.0

    def set_field(self, field: FieldFacts | None) -> None:
        """Say what the samples that are set next are, so that rows of a table have names and units."""
        self._field = field

    def _set_samples(
        self, samples: ArrayLike, texts: Sequence[str] = (), scale: tuple[float, float] | None = None
    ) -> None:
        """Draw other samples; ``scale`` are the values of black and white, those of the samples if it is None."""
        values = np.asarray(samples, dtype=np.float64)
        if values.ndim not in (2, 3, 4):
            raise ValueError(f"samples have 2 to 4 axes, not {values.ndim}")
        self._samples = values
        self._measured = None, 0.0
        self._limits = scale or limits(values)
        self._images.clear()
        self._texts = list(texts)
        self._set_boxes(())
        self._groups = ()
        self._cut.clear()
        wide = min(max(self.aspect() / 2, 1.0), WIDEST) if values.size else 1.0
        wide = (TEXT_WIDER if max(map(len, texts)) > SENTENCE else TEXT_WIDE) if texts else wide
        self._widen(wide)
        if self.is_rows():
            self.LEAST, self.MOST = ROWS
        self.current = None
        self.update()

    def _widen(self, times: float) -> None:
        """Let tiles be so many times as wide as usual."""
        self.LEAST, self.MOST = type(self).LEAST * times, type(self).MOST * times

    def _set_boxes(self, boxes: Sequence[Sequence[PictureBox]]) -> None:
        """Draw boxes in the pictures, with a hue for each class; none draws none."""
        self._boxes = boxes
        self._kinds = class_places(box.name for own in boxes for box in own)
        if self._kinds:
            self._widen(BOXED * min(max(self.aspect(), 1.0), WIDEST))
        self.update()

    def part_right(self, right: Sequence[bool], wrong_first: str, right_first: str) -> None:
        """Put wrong samples, which come first, below one heading, and those that are right below another.

        ``right`` says it of each sample; the headings tell how both are ordered.
        """
        wrong = list(right).index(True) if True in right else len(right)
        groups = (TileGroup(0, wrong_first), TileGroup(wrong, right_first))
        self._groups = [group for group, count in zip(groups, (wrong, len(right) - wrong), strict=True) if count]
        self.update()

    def groups(self) -> Sequence[TileGroup]:
        """Return the wrong and the right samples as `part_right` has parted them."""
        return self._groups

    def count(self) -> int:
        """Return the number of samples."""
        return len(self._samples)

    def is_pictures(self) -> bool:
        """Return whether samples are pictures."""
        return self._samples.ndim == 4

    def is_rows(self) -> bool:
        """Return whether samples are rows of a table whose columns have names."""
        named = self._field is not None and self._samples.ndim == 2 and len(self._samples) > 0
        return named and self._field is not None and len(self._field.names) == self._samples.shape[1]

    def cells(self, index: int) -> list[Cell]:
        """Return names and values of a row of a table; of another sample there are none."""
        return row_cells(self._samples[index], self._field) if self._field is not None and self.is_rows() else []

    def row_sentence(self, index: int) -> str:
        """Return a row of a table in words, to follow on a sentence; of another sample nothing."""
        return f": {row_words(self.cells(index))}" if self.is_rows() else ""

    def aspect(self) -> float:
        """Return width over height of a sample's tile."""
        if self.is_rows():
            return self._row_width() / self._row_height()
        if self.is_pictures():
            return float(self._samples.shape[3] / self._samples.shape[2])
        return 2.6 if self._texts else 1.6

    def least_width(self) -> float:
        """Return the width that a tile has at least, in pixels; that of a row has names and values whole."""
        return self._row_width() if self.is_rows() else super().least_width()

    def grid(self) -> Grid:
        """Return the grid of tiles; those of rows keep all lines also where they are narrower than they would be."""
        made = super().grid()
        return replace(made, height=max(made.height, self._row_height())) if self.is_rows() else made

    def _row_height(self) -> float:
        """Pixels in which the cells of a row stand one below the other: of one alone all, else those that are shown."""
        lines = len(self.cells(0)) if self.count() == 1 else min(len(self.cells(0)), MOST_CELLS)
        return QFontMetricsF(self.theme.font(small=True)).height() * lines + MARGIN

    def _row_width(self) -> float:
        """Pixels in which the cells of rows are whole, as far as tiles become so wide."""
        if self._measured[0] is not self.theme:
            self._measured = self.theme, self._widest_cell() + BETWEEN + 2 * MARGIN + 2
        least, most = (width * self.theme.scale for width in ROWS)
        return min(max(self._measured[1], least), most)

    def _widest_cell(self) -> float:
        """Pixels of the widest name with its value, of the cells that tiles show."""
        wide = QFontMetricsF(self.theme.font(small=True)).horizontalAdvance
        shown = None if self.count() == 1 else MOST_CELLS
        rows = (self.cells(index)[:shown] for index in range(min(self.count(), SEEN)))
        return max((wide(name) + wide(said) for row in rows for name, said in row), default=0.0)

    def paint_tile(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint a picture, a text, a row, or the lines of a vector or sequence."""
        if self._texts:
            self.paint_ground(painter, index, place)
            self._paint_text(painter, self._texts[index], place)
            return
        if self.is_rows():
            self.paint_ground(painter, index, place)
            paint_row(painter, self.theme, self.cells(index), place)
            return
        if not self.is_pictures():
            self.paint_ground(painter, index, place)
            paint_lines(painter, self.theme, self._samples[index], place, *self._limits)
            return
        if index not in self._images:
            self._images[index] = image(picture(self._samples[index], *self._limits))
        small = self._samples.shape[3] > place.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, small)
        painter.drawImage(place, self._images[index])
        paint_boxes(painter, self.theme, place, self.boxes_of(index), self._kinds)

    def boxes_of(self, index: int) -> Boxes:
        """Return the boxes that are painted in a picture."""
        return Boxes(self._boxes[index]) if self._boxes else Boxes()

    def _paint_text(self, painter: QPainter, text: str, place: QRectF) -> None:
        """Paint a text in whole lines, shortened where the tile has no room for all of it."""
        painter.setPen(self.theme.border)
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        painter.setFont(self.theme.font(small=True))
        painter.setPen(self.theme.text)
        inner = place.adjusted(6, 4, -6, -4)
        shown = self._shortened(text, QFontMetricsF(painter.font()), inner)
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | WRAPPED, shown)

    def _shortened(self, text: str, metrics: QFontMetricsF, room: QRectF) -> str:
        """As much of a text as fits, remembered by the size of the room."""
        key = (text, room.width(), room.height(), metrics.height())
        if key not in self._cut:
            self._cut[key] = shortened(text, metrics, room)
        return self._cut[key]

    def paint_ground(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Paint what lies under the lines of a vector or sequence."""
        painter.fillRect(place, self.theme.raised)


def shortened(text: str, metrics: QFontMetricsF, room: QRectF) -> str:
    """``text``, or its beginning with an ellipsis, so that its lines have room; words stay whole."""

    def height(upto: int) -> float:
        return metrics.boundingRect(room, WRAPPED, text if upto == len(text) else f"{text[:upto]}…").height()

    if height(len(text)) <= room.height():
        return text
    begin = text[: max(bisect_right(range(len(text)), room.height(), key=height) - 1, 0)]
    return f"{begin.rpartition(' ')[0] or begin} …"


class Answer(NamedTuple):
    """What a network says about a sample, in few words; whether it is right, None where that is a matter of degree.

    ``sure`` tells how sure it is, or nothing; ``values`` are the numbers that are said, where they are a few; ``boxes``
    are those that it says, with a score for each in ``scores``, or none.
    """

    words: str
    right: bool | None
    sure: str = ""
    values: tuple[float, ...] = ()
    boxes: tuple[PictureBox, ...] = ()
    scores: tuple[float, ...] = ()


class SampleGallery(SampleTiles):
    """Samples of a data set with their labels, the part of the split they belong to, and what a network says."""

    caption_lines = 2

    def __init__(
        self,
        source: ThemeSource,
        title: str = "Samples",
        empty: str = "Choose a data set to see its samples.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent)
        self._labels: list[str] = []
        self._parts: list[str] = []
        self.positions: list[int] = []
        self._numbered = False
        self._answers: list[Answer | None] = []
        self._widest: tuple[Theme, float] | None = None

    def set_samples(
        self,
        samples: ArrayLike,
        labels: Sequence[str],
        parts: Sequence[str],
        texts: Sequence[str] = (),
        *,
        positions: Sequence[int] | None = None,
        boxes: Sequence[Sequence[PictureBox]] = (),
        numbered: bool = False,
        scale: tuple[float, float] | None = None,
    ) -> None:
        """Show N samples with N labels and N parts (`train`, `validation`, `test`).

        Samples are (N, C, H, W) pictures, (N, F) vectors or (N, T, F) sequences; ``texts`` are what is shown of tokens
        instead. ``positions`` are where they stand in the data set (0-based), by which they are numbered; ``numbered``
        writes that below each. ``boxes`` are drawn in each of the pictures; none draws none. ``scale`` are
        the values of black and white. Raises `ValueError` if N differs.
        """
        if not len(np.asarray(samples)) == len(labels) == len(parts):
            raise ValueError("samples, labels and parts differ in number")
        self._labels, self._parts = list(labels), list(parts)
        self.positions = list(range(len(labels))) if positions is None else [int(place) for place in positions]
        self._numbered = numbered
        self.set_answers(())
        if boxes and len(boxes) != len(labels):
            raise ValueError("samples and boxes differ in number")
        self._set_samples(samples, texts, scale)
        self._set_boxes(boxes)
        self.describe(f"{len(labels)} samples" if labels else self.empty_text)

    def set_answers(self, answers: Sequence[Answer | None]) -> None:
        """Write below each of the N samples what a network says about it; none, or None for a sample, writes nothing.

        Raises `ValueError` if there are some, but not N.
        """
        if answers and len(answers) != len(self._labels):
            raise ValueError("samples and answers differ in number")
        self._answers = list(answers)
        self._widest = None
        self.updateGeometry()
        self.caption_lines = self._numbered + any(self._parts) + any(self._labels) + bool(answers)
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Room for a sample that is shown alone, with its caption."""
        least = super().minimumSizeHint()
        if self.count() != 1 or self.is_empty():
            return least
        wide = min(self.least_width(), self.MOST * self.theme.scale)
        high = wide / self.aspect() + self.grid().caption + 2 * GAP + CLEAR
        return QSize(max(least.width(), math.ceil(wide) + 28), round(min(high, TALLEST * self.theme.scale)))

    def least_width(self) -> float:
        """Return a width at which captions are whole, as far as tiles may be so wide."""
        if self._widest is None or self._widest[0] is not self.theme:
            plain, bold = (QFontMetricsF(self.theme.font(small=True, bold=heavy)) for heavy in (False, True))
            words = {
                *self._labels,
                *self._parts,
                *(sample_name(place) for place in self.positions if self._numbered),
                *(answer.words for answer in self._answers if answer and answer.right is not False),
            }
            wrong = {answer.words for answer in self._answers if answer and answer.right is False}
            widths = [*map(plain.horizontalAdvance, words), *map(bold.horizontalAdvance, wrong)]
            self._widest = self.theme, max(widths, default=0.0) + CLEAR - GAP
        return max(super().least_width(), self._widest[1])

    def boxes_of(self, index: int) -> Boxes:
        """Return the boxes of a picture, with those that the network says."""
        answer, true = self._answer(index), super().boxes_of(index).true
        return Boxes(true, answer.boxes, answer.scores) if answer is not None else Boxes(true)

    def _answer(self, index: int) -> Answer | None:
        return self._answers[index] if self._answers else None

    def paint_caption(self, painter: QPainter, index: int, place: QRectF) -> None:
        """Write number, label, part and answer: each in the same line of all samples, if any of them has it."""
        line, theme = 0, self.theme
        lines = (
            (self._numbered, sample_name(self.positions[index]), theme.faint),
            (any(self._labels), self._labels[index], theme.text),
            (any(self._parts), self._parts[index], theme.faint),
        )
        for wanted, words, ink in lines:
            if wanted:
                self.write(painter, place, line, words, ink, bold=False)
                line += 1
        answer = self._answer(index)
        if answer is not None:
            hues = {None: theme.text, True: theme.ok, False: theme.error}
            self.write(painter, place, line, answer.words, hues[answer.right], bold=answer.right is False)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return label, part and answer of a sample."""
        answer = self._answer(index)
        prediction = f"; the network {answer.words}{answer.sure}" if answer is not None else ""
        text = f"“{self._texts[index]}”, " if self._texts else ""
        label = f"{self._labels[index]}, " if self._labels[index] else ""
        boxed = f"; {box_words(self._boxes[index])}" if self._boxes else ""
        row = f"; {row_words(self.cells(index))}" if self.is_rows() else ""
        return f"Sample {nth(self.positions[index])}: {text}{label}{self._parts[index]}{boxed}{prediction}{row}"


def sample_name(position: int) -> str:
    """Return what a sample at a position (0-based) in the data set is called."""
    return f"sample {nth(position)}"


def box_words(boxes: Sequence[PictureBox]) -> str:
    """Return how many boxes of each class there are, in words."""
    counts = Counter(box.name for box in boxes)
    named = ", ".join(f"{counts[name]} {name}" for name in sorted(counts))
    return f"boxes: {named}" if counts else "no boxes"
