"""Predictions of the last run for the samples of the data view, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.numerics.box_grid import SIDES, decode, is_grid
from app.protocol.data_messages import PredictSamples, SamplesPredicted
from app.protocol.data_values import DataPreview, PictureBox, SamplePredictions
from app.protocol.messages import Array
from app.protocol.values import FieldFacts
from app.system.number_format import format_percent
from app.training.runs import Run
from graph.errors import NetloomError
from widgets.charts.sample_tiles import Answer, box_words
from widgets.data.preview_values import few, label_names
from widgets.training.worker_link import WorkerLink


class LastPredictions(QObject):
    """Asks the worker what a run predicts of the samples of a preview, where the run was trained on the same data.

    `found` carries a list with an `Answer`, or None, for each sample; it is empty where there is nothing to say.
    ``name_of`` gives what a run is called by its folder.
    """

    found = Signal(object)

    def __init__(self, link: WorkerLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._run: Run | None = None
        self._preview: DataPreview | None = None
        self._section: Mapping[str, Any] | None = None
        self._request: int | None = None
        self._watched, self._stale = False, False
        self.name_of: Callable[[Path], str] = lambda path: path.name

    @property
    def whose(self) -> str:
        """What the run is called that predicts; empty where there is none."""
        return self.name_of(self._run.path) if self._run is not None else ""

    def watch(self, watched: bool) -> None:
        """Say whether anybody looks: only then is the worker asked."""
        self._watched = watched
        if watched and self._stale:
            self._ask()

    def show_run(self, path: Path | None) -> None:
        """Take the run in ``path`` as the one that predicts; one that cannot be read says nothing."""
        try:
            self._run = Run.open(path) if path is not None else None
        except NetloomError:
            self._run = None
        self._ask()

    def rename_run(self, old: Path, new: Path) -> None:
        """The folder of a run has another name."""
        if self._run is not None and self._run.path == old:
            self.show_run(new)

    def look_at(self, preview: DataPreview | None, section: Mapping[str, Any] | None) -> None:
        """Predict the samples of a preview of the choice of data in ``section``."""
        self._preview, self._section = preview, section
        self._ask()

    def _ask(self) -> None:
        if self._request is not None:
            self._link.forget(self._request)
            self._request = None
        run, preview = self._run, self._preview
        if run is None or preview is None or self._section != run.project.sections.get("data"):
            self._stale = False
            self.found.emit([])
            return
        self._stale = not self._watched
        if self._stale:
            return
        request = PredictSamples(run=run.path, index=preview.index)
        self._request = self._link.request(request, self._on_predictions, self._on_refused)

    def _on_predictions(self, reply: SamplesPredicted) -> None:
        self._request = None
        if self._preview is not None:
            self.found.emit(in_words(self._preview, reply.predictions))

    def _on_refused(self, _reason: str) -> None:
        """A run without weights predicts nothing; the run list says why."""
        self._request = None
        self.found.emit([])


def in_words(preview: DataPreview, predictions: SamplePredictions) -> list[Answer | None]:
    """The predictions in words, one for each sample of ``preview``, None for samples that are in no part."""
    rows = dict(zip(preview.index.tolist(), range(len(preview.index)), strict=True))
    places = [rows[place] for place in predictions.index.tolist()]
    answers: list[Answer | None] = [None] * len(rows)
    for row, answer in zip(places, _answers(preview, predictions, places), strict=False):
        answers[row] = answer
    return answers if any(answers) else []


def _answers(preview: DataPreview, predictions: SamplePredictions, rows: Sequence[int]) -> Iterator[Answer]:
    """Each prediction in words, beside what is true of the sample in its row of ``preview``."""
    target = predictions.target
    # A GAN's discriminator tells real samples from generated ones, which is no field of the data.
    known = preview.values.get(target.name)
    if predictions.labels is not None and predictions.probabilities is not None:
        for row, label, probability in zip(rows, predictions.labels, predictions.probabilities, strict=True):
            right = None if known is None else bool(known[row] == label)
            sure = "" if math.isnan(probability) else f", {format_percent(probability, 0)} sure"
            yield Answer(f"says {target.classes[label]}", right, sure)
    elif predictions.tokens is not None:
        true = preview.texts.get(target.name)
        for row, text in zip(rows, predictions.texts, strict=True):
            yield Answer(f"says {text}", true is not None and true[row] == text)
    elif predictions.values is not None and target.labels:
        for row, marks in zip(rows, predictions.values, strict=True):
            right = None if known is None else bool((known[row] == marks).all())
            yield Answer(f"says {label_names(marks, target.names)}", right)
    elif predictions.values is not None:
        yield from _amounts(predictions.values, target)


def _amounts(values: Array, target: FieldFacts) -> Iterator[Answer]:
    """Values (n, values) in words: boxes where they are a grid of these, a few numbers otherwise."""
    if is_grid(target.names):
        for said in decode(values.reshape([len(values), *(size or 1 for size in target.shape)])):
            boxes = tuple(PictureBox(target.names[SIDES + box.kind], *box[1:5]) for box in said)
            scores = tuple(box.score for box in said)
            yield Answer(f"says {box_words(boxes)}", None, boxes=boxes, scores=scores)
    elif len(target.shape) == 1:
        unit = next(iter(target.units), "")
        for numbers in values.astype(np.float64).tolist():
            yield Answer(f"says {few(numbers, unit, target.decimal)}", None, values=tuple(numbers))
