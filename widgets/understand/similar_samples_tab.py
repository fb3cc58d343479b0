"""Similar samples: the nearest by a layer's codes, beside the nearest by raw values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QProgressBar, QPushButton, QStackedWidget, QWidget

from app.insight.embedding_layers import LARGEST, bottleneck, code_layers
from app.protocol.embedding_messages import CodeProjection, FindSimilarSamples, ProjectCodes, SimilarSamples
from app.protocol.embedding_values import SampleNeighbours
from app.system.number_format import format_percent, nth
from widgets.charts.colour_maps import limits
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.preview_values import labels_of
from widgets.data.sample_views import drawable_values
from widgets.look.labels import empty_page, text_label
from widgets.look.layouts import Item, boxed, hsplit, vbox
from widgets.look.theme import ThemeSource
from widgets.plots.ticks import number
from widgets.understand.embedding_map import CodeMap
from widgets.understand.name_picker import NamePicker
from widgets.understand.sample_picker import SamplePicker
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

LIVE = "Once training has ended, samples can be searched by their codes."
NO_CODE = "No layer of this network gives a code of a fixed, moderate length."
PICK = "Pick a sample to find those like it."
WAITING = "The samples are being put through the network…"
COUNT = 12
"""Neighbours of each kind."""

Array = np.ndarray[Any, Any]
Search = tuple[Path, str, int]
"""A run, a layer, and the position of a sample in the data set."""


class NeighbourGallery(SampleGallery):
    """Samples in the order of their similarity to the one picked; below each its label and the similarity."""

    LEAST = 38.0

    def __init__(self, source: ThemeSource, title: str, parent: QWidget | None = None) -> None:
        super().__init__(source, title, PICK, parent)

    def set_neighbours(
        self,
        samples: np.ndarray[Any, Any],
        labels: Sequence[str],
        positions: Sequence[int],
        similarity: Sequence[float],
    ) -> None:
        """Show N samples, the nearest first, with their labels, positions in the data set and similarities."""
        self.set_samples(samples, labels, [f"{value:.4f}" for value in similarity], positions=positions)
        self.describe(f"{len(labels)} samples, the most similar first" if labels else self.empty_text)

    def tile_sentence(self, index: int, at: QPointF, place: QRectF) -> str:
        """Return which sample it is, and how similar."""
        name = f", {self._labels[index]}" if self._labels[index] else ""
        said = f"Sample {nth(self.positions[index])}{name}: cosine similarity {self._parts[index]}"
        return f"{said}{self.row_sentence(index)}"


class SimilarTab(Tab):
    """A gallery to pick from, the sample with its reconstruction, its neighbours by code and by value, and a map."""

    title = "Similar"
    place = 6
    sentence = "Which samples the network takes for alike"
    shows_layers = f"only layers behind the input with up to {LARGEST:,} values give a code"
    no_run = "Train the network to search its samples by the codes that a layer makes of them."
    group = Group.PREDICTIONS

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.picker = NamePicker("Codes of", self)
        self.gallery = SamplePicker(source, subject, PICK)
        self.sample = SampleGallery(source, "The sample and what the network makes of it", "Pick a sample.")
        self.by_code = NeighbourGallery(source, "Nearest by code")
        self.by_value = NeighbourGallery(source, "Nearest by raw values")
        self.map = CodeMap(source)
        self.about = text_label("", self, look="faint", wrap=True, indent=12)
        self.code_heading, self.value_heading, self.map_heading = (
            text_label("", self, look="heading", wrap=True, indent=12) for _ in range(3)
        )
        self.says = empty_page(LIVE, self)
        self.progress = QProgressBar(self)
        self.cancel = QPushButton("Cancel", self)
        self.stack = QStackedWidget(self)
        self.note = text_label("", self, look="faint")
        self._position: int | None = None
        self._asked: Search | None = None
        self._mapped: tuple[Path, str] | None = None
        self._stopped = False
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.progress.setAccessibleName("Samples put through the network")
        self.progress.setMaximumWidth(220)
        self.bar.addWidget(self.picker)
        self.bar.addStretch(1)
        for widget in (self.note, self.progress, self.cancel):
            self.bar.addWidget(widget)
        self._show_progress(0, 0)
        self.gallery.setMinimumWidth(90)
        self.sample.setMinimumWidth(110)
        panes = hsplit(
            (_column(self.gallery), 1),
            (_column((self.sample, 1), self.about), 1),
            (_column(self.code_heading, (self.by_code, 1), self.value_heading, (self.by_value, 1)), 4),
            (_column(self.map_heading, (self.map, 1)), 3),
            sizes=(140, 150, 520, 380),
            least=(0, 0, 220, 180),
        )
        self.stack.addWidget(self.says)
        self.stack.addWidget(panes)
        self.column.addWidget(self.stack, 1)

    def _connect(self) -> None:
        self.picker.picked.connect(lambda _: self._look())
        self.gallery.sample_picked.connect(self.look_at)
        self.by_code.picked.connect(lambda row: self.look_at(self.by_code.positions[row]))
        self.by_value.picked.connect(lambda row: self.look_at(self.by_value.positions[row]))
        self.map.picked.connect(self.look_at)
        self.cancel.clicked.connect(self._toggle)

    # The panel

    def layer_picker(self) -> NamePicker:
        """The layers whose codes can be compared."""
        return self.picker

    def on_subject(self) -> None:
        """Offer the layers of another run, or look anew at one that has ended."""
        network = self.subject.network
        self._asked = self._mapped = None
        self.map.clear()
        self._ask_for_samples()
        sizes = code_layers(network) if network is not None else {}
        self.picker.offer(list(sizes), bottleneck(network) if network is not None else "")
        if self.isVisible():
            self.on_shown()

    def on_shown(self) -> None:
        """Ask for the samples, and for the neighbours unless they are there."""
        self._ask_for_samples()
        self._look()

    def _ask_for_samples(self) -> None:
        """Ask for the samples of the run; a position in other data means nothing in these."""
        if self.isVisible() and self.subject.run is not None and self.gallery.ask():
            self._position = None

    def look_at(self, position: int) -> None:
        """Find what is like the sample at a position in the data set."""
        self._position = position
        self.gallery.mark(position)
        self.map.mark(position)
        self._look()

    # Asking

    def _refusal(self) -> str:
        """Why nothing can be searched, empty where it can."""
        if self.subject.live:
            return LIVE
        return "" if self.picker.chosen else NO_CODE

    def _look(self) -> None:
        reason = self._refusal()
        self.stack.setCurrentIndex(0 if reason else 1)
        self.picker.setVisible(not reason)
        self.says.setText(reason)
        run = self.subject.run
        if reason or run is None or self._position is None or not self.isVisible():
            return
        wanted = (run.path, self.picker.chosen, self._position)
        if wanted != self._asked:
            self._asked, self._stopped = wanted, False
            self._ask()

    def _ask(self) -> None:
        if self._asked is not None:
            _, layer, sample = self._asked
            request = FindSimilarSamples(layer=layer, sample=sample, count=COUNT)
            self.subject.request(request, self._on_similar, self._on_refused)

    def _is_asked(self, reply: SimilarSamples | CodeProjection) -> bool:
        return self._asked is not None and (Path(reply.run), reply.layer) == self._asked[:2]

    def _on_similar(self, reply: SimilarSamples) -> None:
        """Show the neighbours; while codes are still being made, ask on, unless nobody looks any more."""
        if not self._is_asked(reply) or self._asked is None or reply.sample != self._asked[2]:
            return
        if reply.neighbours is not None:
            self._show_progress(0, 0)
            self._show(reply, reply.neighbours)
            self._ask_for_map()
            return
        self._show_progress(reply.done, reply.total)
        if not self.isVisible():
            self._asked = None
        elif not self._stopped:
            self._ask()

    def _on_refused(self, reason: str) -> None:
        self._asked = None
        self._show_progress(0, 0)
        self.says.setText(reason)
        self.stack.setCurrentIndex(0)

    def _ask_for_map(self) -> None:
        if self._asked is not None and self._mapped != self._asked[:2]:
            self._mapped = self._asked[:2]
            self.subject.request(ProjectCodes(layer=self._asked[1]), self._on_projection, lambda _: None)

    def _toggle(self) -> None:
        """Stop making codes, or go on."""
        self._stopped = not self._stopped
        self.cancel.setText("Go on" if self._stopped else "Cancel")
        if not self._stopped:
            self._ask()

    # Showing

    def _show_progress(self, done: int, of: int) -> None:
        for widget in (self.progress, self.cancel):
            widget.setVisible(of > 0)
        self.cancel.setText("Go on" if self._stopped else "Cancel")
        self.note.setText(WAITING if of else "")
        self.progress.setMaximum(max(of, 1))
        self.progress.setValue(done)

    def _show(self, reply: SimilarSamples, neighbours: SampleNeighbours) -> None:
        target = reply.target_field
        own = labels_of(target, neighbours.target)[0]
        self.sample.set_field(reply.input_field)
        self._show_sample(own, neighbours)
        groups = (
            (self.by_code, self.code_heading, neighbours.by_code, f"Nearest by the codes of {reply.layer}"),
            (self.by_value, self.value_heading, neighbours.by_value, values_title(neighbours.input.ndim)),
        )
        for gallery, heading, near, title in groups:
            labels = labels_of(target, near.target)
            gallery.set_field(reply.input_field)
            gallery.set_neighbours(drawable_values(near.input), labels, near.index.tolist(), near.similarity.tolist())
            heading.setText(f"{title}{shared(own, labels) if target.classes else ''}")
        compared = f"{reply.total:,} of {reply.samples:,} samples compared"
        self.note.setText(compared if reply.total < reply.samples else "")

    def _show_sample(self, label: str, neighbours: SampleNeighbours) -> None:
        sample, reconstruction = neighbours.input, neighbours.reconstruction
        shown, names = [sample], [label or "the sample"]
        words = f"Sample {nth(self._position or 0)}, a code of {len(neighbours.code):,} numbers."
        if reconstruction is not None:
            words += f" Reconstruction error (RMSE): {number(reconstruction.error, 3)}."
            if reconstruction.after.shape == sample.shape:
                shown, names = beside(sample, reconstruction.before, reconstruction.after, names[0])
        self.sample.set_samples(drawable_values(np.stack(shown)), names, [""] * len(names))
        self.sample.setMinimumWidth(round(self.sample.least_width()) + 30 if self.sample.is_rows() else 110)
        self.about.setText(words)

    def _on_projection(self, reply: CodeProjection) -> None:
        codes, target = reply.codes, reply.target_field
        if not self._is_asked(reply) or codes is None or self._position is None:
            return
        names = labels_of(target, codes.target)
        numbers = codes.target if target.classes else np.zeros(len(names), np.int64)
        self.map.set_codes(codes.points, codes.index, numbers, list(target.classes) or ["samples"], names)
        self.map.mark(self._position)
        self.map_heading.setText(f"Map of the codes, {format_percent(float(codes.share.sum()), 0)} of their variance")


def beside(sample: Array, before: Array, after: Array, name: str) -> tuple[list[Array], list[str]]:
    """The sample, what goes into its code where that is something else, and what is made of the code; with names.

    What goes in may be in units of its own; then the sample is drawn over their range, for all share one scale.
    """
    if np.allclose(before, sample, atol=1e-4):
        return [sample, after], [name, "from its code"]
    low, high = limits(np.stack([before, after]))
    least, most = limits(sample)
    drawn = low + (sample - least) * ((high - low) / (most - least))
    return [drawn, before, after], [name, "goes in", "from its code"]


def _column(*items: Item) -> QWidget:
    return boxed(vbox(*items, margins=(0, 0, 0, 4), spacing=0))


def values_title(axes: int) -> str:
    """What raw values are called."""
    return "Nearest by pixels" if axes == 3 else "Nearest by raw values"


def shared(label: str, labels: list[str]) -> str:
    """How many have the same class, in words."""
    return f": {labels.count(label)} of {len(labels)} share its class"
