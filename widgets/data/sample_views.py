"""Samples as pictures or small lines, as a table, as curves, and the distribution of every feature."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.data.sources.source import Source
from app.protocol.data_values import DataPreview
from graph.shapes import Kind
from widgets.charts.sample_tiles import Answer, SampleGallery
from widgets.charts.weight_histograms import HistogramStack
from widgets.data.correlation_view import CorrelationView
from widgets.data.preview_values import part_titles, sample_labels
from widgets.data.sample_table import SampleTable
from widgets.data.spectrogram_view import TITLE as SPECTROGRAM
from widgets.data.spectrogram_view import SpectrogramView, mel_of
from widgets.data.whitening_view import WhiteningView
from widgets.look.fitting_tabs import FittingTabs
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.terms import definition
from widgets.look.theme import ThemeSource
from widgets.plots.curve_plot import CurvePlot

MOST_CURVES = 6
"""Features of a sequence that are drawn at once."""
MOST_FEATURES = 60
"""Features whose distribution is drawn."""
MANY_FEATURES, LONG = 8, 4
"""Features from which on, and times as many steps as features, a sequence is seen better as a picture."""
MOST_FRAMES = 8
"""Frames of a video that are drawn side by side."""


V = TypeVar("V", bound=QWidget)


def _hidden(view: V) -> V:
    """A view that is not to be seen while no tab shows it."""
    view.hide()
    return view


class SampleBrowser(QWidget):
    """A preview from four sides; a side that has nothing to show for this kind of data is not there.

    `picked` carries the row of the sample that was chosen.
    """

    picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._preview: DataPreview | None = None
        self._answers: Sequence[Answer | None] = ()
        self._row = 0
        self._own: dict[str, tuple[QWidget, bool]] = {}
        self._wanted: set[str] = set()
        self._next = ""
        self._sides: tuple[tuple[str, QWidget], ...] = ()
        self.tabs = FittingTabs(self)
        self.tabs.setAccessibleName("Views of the data")
        self.gallery = SampleGallery(source)
        self.tabs.addTab(self.gallery, "Samples")
        self.table = SampleTable(self)
        self.model = self.table.held
        self.series = CurvePlot(source, "Series", "Choose a sample to see it as curves.", self, smooths=False)
        self.features = HistogramStack(source, "Features", "Choose a data set to see how its features spread.")
        self.features.setParent(self)
        for waiting in (self.table, self.series, self.features):
            _hidden(waiting)
        vbox(self.tabs, parent=self)
        self.gallery.picked.connect(self._pick)
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._pick(index.row()))

    @cached_property
    def correlation(self) -> CorrelationView:
        """The correlations of columns, made for the first data that has some."""
        return _hidden(CorrelationView(self._source, self))

    @cached_property
    def whitening(self) -> WhiteningView:
        """Columns before and after their preparation, made for the first data that has some."""
        return _hidden(WhiteningView(self._source, self))

    @cached_property
    def spectrogram(self) -> SpectrogramView:
        """How a spectrogram is made of a sound, made for the first data that has some."""
        view = _hidden(SpectrogramView(self._source, self))
        self.picked.connect(view.show_sample)
        return view

    @property
    def sides(self) -> QWidget:
        """The pages, without the tabs above them."""
        pages = self.tabs.findChild(QStackedWidget)
        assert isinstance(pages, QStackedWidget)
        return pages

    def set_preview(self, preview: DataPreview | None, source: Source | None = None) -> None:
        """Show a preview, or nothing; ``source`` is what it is of, which says how spectrograms of sounds are made."""
        sounds = self._sounds(preview, source)
        self._preview, self._answers, self._row = preview, (), 0
        self.model.set_preview(preview)
        self.series.view.clear()
        self.features.clear()
        if preview is None:
            self.gallery.set_samples(np.empty((0, 1)), [], [])
            self._offer(("Samples", self.gallery))
            return
        labels, parts, texts = captions(preview), part_titles(preview), preview.input_texts
        self.gallery.set_field(preview.info.input_field)
        self.gallery.set_samples(
            with_targets(drawable(preview), preview),
            labels,
            parts,
            texts,
            positions=preview.index.tolist(),
            boxes=preview.boxes,
        )
        self._push_features(preview)
        shape = preview.inputs.ndim - 1
        sides: list[tuple[str, QWidget]] = [("Samples", self.gallery)]
        if shape == 1:
            sides.append(("Table", self.table))
        if shape == 2:
            sides.append(("Series", self.series))
            self._draw_series(0)
        if not self.features.is_empty():
            sides.append(("Features", self.features))
        if preview.correlations is not None:
            self.correlation.set_preview(preview)
        if preview.correlations is not None and not self.correlation.matrix.is_empty():
            sides.append(("Correlation", self.correlation))
            self.whitening.set_preview(preview)
            if not self.whitening.is_empty:
                sides.append(("Whitening", self.whitening))
        self._offer(*sides, *sounds)

    def _sounds(self, preview: DataPreview | None, source: Source | None) -> Sequence[tuple[str, QWidget]]:
        """The side of sounds where there are some; a view that was made lets go of the sounds before."""
        if mel_of(preview, source) is None and "spectrogram" not in vars(self):
            return []
        self.spectrogram.set_preview(preview, source)
        return [] if self.spectrogram.is_empty else [(SPECTROGRAM, self.spectrogram)]

    def show_answers(self, answers: Sequence[Answer | None]) -> None:
        """Show beside each sample of the preview what a network says about it; none takes them away."""
        self._answers = answers
        self.gallery.set_answers(answers)
        self.model.set_answers(answers)
        if self._preview is not None and self._preview.inputs.ndim == 3:
            self._draw_series(self._row)

    def add_side(self, title: str, widget: QWidget, *, first: bool = False) -> None:
        """Have one more tab with every preview: a widget that its owner fills; `show_side` says when it is there."""
        widget.setParent(self)
        widget.hide()
        self._own[title] = (widget, first)

    def show_side(self, title: str, wanted: bool) -> None:
        """Offer a tab that was added, or take it away."""
        if (title in self._wanted) != wanted:
            self._wanted ^= {title}
            self._offer(*self._sides)

    def show_first(self, title: str) -> None:
        """Open the tab ``title`` as soon as it is there."""
        self._next = title
        self._offer(*self._sides)

    def _offer(self, *sides: tuple[str, QWidget]) -> None:
        """Have just these tabs; the one that is open stays open if it is among them."""
        self._sides = sides
        own = [(title, *self._own[title]) for title in self._own if title in self._wanted]
        before = [(title, widget) for title, widget, first in own if first]
        sides = (*before, *sides, *((title, widget) for title, widget, first in own if not first))
        self._put_tabs(sides)
        for title, widget in sides:
            if title == self._next:
                self.tabs.setCurrentWidget(widget)
                self._next = ""

    def _put_tabs(self, sides: Sequence[tuple[str, QWidget]]) -> None:
        """Take away and add only what differs: a page that is taken off, be it for a moment, loses the keys."""
        wanted = [widget for _, widget in sides]
        current = self.tabs.currentWidget()
        for place in reversed(range(self.tabs.count())):
            if self.tabs.widget(place) not in wanted:
                self.tabs.removeTab(place)
        for place, (title, widget) in enumerate(sides):
            if (before := self.tabs.indexOf(widget)) < 0:
                self.tabs.insertTab(place, widget, title)
            elif before != place:
                self.tabs.tabBar().moveTab(before, place)
            self.tabs.setTabText(place, title)
            self.tabs.setTabToolTip(place, plain_tip(definition(title)))
        if current not in wanted:
            self.tabs.setCurrentIndex(0)

    def _push_features(self, preview: DataPreview) -> None:
        for feature in preview.features[preview.info.inputs[0]][:MOST_FEATURES]:
            unit = f" [{feature.unit}]" if feature.unit else ""
            if feature.counts:
                self.features.push(f"{feature.name}{unit}", 0, feature.edges, feature.counts)

    def _pick(self, row: int) -> None:
        if self._preview is not None and 0 <= row < len(self._preview.index):
            if self._preview.inputs.ndim == 3:
                self._row = row
                self._draw_series(row)
            self.picked.emit(row)

    def _draw_series(self, row: int) -> None:
        """The features of one sequence over time; what comes next follows, with what a network says to it."""
        if self._preview is None or not len(self._preview.inputs):
            return
        self.series.view.clear()
        window = np.asarray(self._preview.inputs[row], dtype=np.float64)
        names = self._preview.info.input_field.names or [f"feature {n + 1}" for n in range(window.shape[1])]
        steps = np.arange(len(window))
        for number, name in enumerate(names[:MOST_CURVES]):
            self.series.view.add_curve(name, name, number, "validation")
            self.series.view.append(name, steps, window[:, number])
        target = self._preview.info.target_field
        following = np.asarray(self._preview.targets[row], dtype=np.float64).reshape(-1)
        if self._preview.info.task == "forecasting":
            self.series.view.add_curve("target", "to be forecast", MOST_CURVES, "validation")
            # The line goes on from the column that is forecast, where the network sees it too.
            seen = [window[-1, number] for number, name in enumerate(names) if name in (*target.names, target.name)]
            places = len(window) - len(seen[:1]) + np.arange(len(following) + len(seen[:1]))
            self.series.view.append("target", places, np.concatenate([seen[:1], following]))
            answer = self._answers[row] if row < len(self._answers) else None
            if answer is not None and len(answer.values) == len(following):
                self.series.view.add_curve("network", "the network says", MOST_CURVES + 1, "train")
                self.series.view.append("network", places, np.concatenate([seen[:1], answer.values]))


def drawable(preview: DataPreview) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The inputs as a gallery can draw them: tokens become a sequence, and missing values 0.

    Rows of a table stay as they are, for they are shown as names and values. Vectors without names are drawn as lines,
    each feature over its own range, from 0 to 1.
    """
    if preview.info.input_field.kind == Kind.VECTOR and preview.info.input_field.names and preview.inputs.ndim == 2:
        return np.asarray(preview.inputs, dtype=np.float64)
    values = drawable_values(preview.inputs)
    return over_own_range(values) if preview.info.input_field.kind == Kind.VECTOR and len(values) else values


def captions(preview: DataPreview) -> list[str]:
    """What stands below each sample; nothing where the words to come are those of the text that is shown."""
    labels = sample_labels(preview)
    return [""] * len(labels) if preview.info.target_field.next_of else labels


def with_targets(
    pictures: np.ndarray[tuple[int, ...], np.dtype[np.float64]], preview: DataPreview
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Pictures (n, C, H, W), each with the mask or picture that is to be predicted from it at its right.

    Masks of several kinds, one in each channel, are drawn as one shade for each kind.
    """
    target = preview.info.target_field
    aims = np.asarray(preview.targets, dtype=np.float64)
    same = target.kind == Kind.IMAGE and pictures.ndim == 4 and aims.shape[2:] == pictures.shape[2:]
    if not same or preview.boxes or target.name in preview.info.inputs or not len(pictures):
        return pictures
    if aims.shape[1] not in (1, pictures.shape[1]):
        aims = aims.argmax(axis=1)[:, None] / max(1, aims.shape[1] - 1)
    low, high = pictures.min(), pictures.max()
    spread = np.ptp(aims) or 1.0
    shown = low + (aims - aims.min()) / spread * (high - low)
    line = np.full((*pictures.shape[:3], 1), high)
    return np.concatenate([pictures, line, np.broadcast_to(shown, pictures.shape)], axis=3)


def over_own_range(rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Rows (n, features) with each feature between 0 and 1; one that never changes stands in the middle."""
    low, spread = rows.min(axis=0), np.ptp(rows, axis=0)
    still = spread == 0
    shares: np.ndarray[Any, np.dtype[np.float64]] = np.where(still, 0.5, (rows - low) / np.where(still, 1.0, spread))
    return shares


def drawable_values(inputs: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Values (n, ...) as a gallery can draw them; a video as a strip of its frames.

    Long sequences of many features, as the columns of a line of writing are, become pictures whose width is time.
    """
    values = np.asarray(inputs, dtype=np.float64)
    if values.ndim == 3 and values.shape[2] >= MANY_FEATURES and values.shape[1] >= LONG * values.shape[2]:
        values = values.transpose(0, 2, 1)[:, None]
    return still_values(film(np.nan_to_num(values)) if values.ndim == 5 else values)


def still_values(inputs: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The same with a video drawn by the frame in its middle; rows of a table keep what is missing as NaN."""
    values = np.asarray(inputs, dtype=np.float64)
    values = values if values.ndim == 2 else np.nan_to_num(values)
    values = values[:, values.shape[1] // 2] if values.ndim == 5 else values
    return values.reshape(len(values), -1) if values.ndim not in (2, 3, 4) else values


def film(clips: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Clips (n, T, C, H, W) as pictures (n, C, H, wide): up to `MOST_FRAMES` of the frames, a bright line between."""
    frames = np.linspace(0, clips.shape[1] - 1, min(clips.shape[1], MOST_FRAMES)).round().astype(int)
    shown = clips[:, frames].transpose(0, 2, 3, 1, 4)  # n, C, H, frames, W
    line = np.full((*shown.shape[:-1], 1), clips.max() if clips.size else 1.0)
    strip = np.concatenate([shown, line], axis=-1)
    return strip.reshape(*strip.shape[:3], -1)[..., :-1]
