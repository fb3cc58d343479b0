"""Alignment: at each step of a line, how likely each label and the blank are, and what is read from that."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.data.readers.tokens import text_of
from app.protocol.sequence_messages import AlignedSample, AlignSample
from app.protocol.sequence_values import CtcAlignment
from app.system.number_format import format_percent
from graph.layers.io import Output
from widgets.charts.alignment_view import Alignment, AlignmentView
from widgets.look.labels import text_label
from widgets.look.theme import ThemeSource
from widgets.understand.sample_picker import SamplePicker
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

WAIT_MS = 700
"""Two looks at a run in progress are this far apart at least."""
PICK = "Pick a sample to see where in it the network reads which label."
NOT_CTC = "An alignment is found where the loss is CTC: it teaches a row of labels without saying where each stands."
TEACHES = "A blank means “nothing new”. Equal neighbours are one label, then blanks go: 3 3 · 3 reads 33."


class AlignmentTab(Tab):
    """Validation samples beside what is read at each step of the one picked, live while training."""

    title = "Alignment"
    place = 2
    sentence = "Where in a line the network reads which label"
    group = Group.PREDICTIONS
    no_run = "Train the network, then pick one of its validation samples."

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.gallery = SamplePicker(source, subject, PICK)
        self.view = AlignmentView(source)
        self.view.setObjectName("alignment")
        self.teaches = text_label(TEACHES, self, look="faint")
        self.searched = text_label("", self, look="faint")
        self._request: int | None = None
        self._stale = False
        self._pause = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._pause.timeout.connect(self._go_on)
        self._lay_out()
        self.gallery.sample_picked.connect(self._ask)
        self.gallery.emptied.connect(lambda: self._show_nothing(self.gallery.empty_text))
        subject.epoch_ended.connect(self._on_epoch)

    def _lay_out(self) -> None:
        self.bar.addWidget(self.teaches)
        self.bar.addStretch(1)
        self.bar.addWidget(self.searched)
        self.column.addWidget(self.gallery.beside(self.view, (220, 760), (1, 4), 140), 1)

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """An alignment is of an output that is taught by CTC."""
        drawn, plan = subject.drawn, subject.plan
        if drawn is None:
            return ""
        by_plan = plan.get("loss") == "ctc"
        losses = [node.layer.loss for node in drawn if isinstance(node.layer, Output)]
        return "" if any(loss == "ctc" or (by_plan and loss == "auto") for loss in losses) else NOT_CTC

    def on_subject(self) -> None:
        """Look at another run."""
        self._stale = True
        self._show_nothing(PICK)
        if self.isVisible():
            self.on_shown()

    def on_shown(self) -> None:
        """Ask for the samples of the run's data, and for the one picked."""
        if self.subject.run is None:
            return
        self.gallery.ask()
        if self._stale and self.gallery.position is not None:
            self._ask(self.gallery.position)

    def hideEvent(self, event: object) -> None:
        self._pause.stop()

    def _ask(self, position: int) -> None:
        if self._request is not None:
            self.subject.drop(self._request)
            self._request = None
        if self.subject.ready:
            self._stale = False
            request = AlignSample(sample=position)
            self._request = self.subject.request(request, self._on_reply, self._show_nothing)

    def _on_reply(self, reply: AlignedSample) -> None:
        self._request = None
        alignment = reply.alignment
        sample, probabilities = alignment.input.astype(np.float64), alignment.probabilities.astype(np.float64)
        self.view.show_alignment(
            Alignment(sample, probabilities, alignment.path, alignment.vocabulary, alignment.label)
        )
        self.searched.setText(searched_of(alignment))
        self.gallery.mark(alignment.sample)
        if self.subject.live:
            self._pause.start()

    def _show_nothing(self, words: str) -> None:
        self._request = None
        self.view.set_empty_text(words)
        self.view.show_alignment(None)
        self.searched.clear()

    def _on_epoch(self) -> None:
        self._stale = True
        if self.isVisible() and not self._pause.isActive() and self._request is None:
            self._go_on()

    def _go_on(self) -> None:
        if self._stale and self.isVisible() and self.gallery.position is not None:
            self._ask(self.gallery.position)


def searched_of(alignment: CtcAlignment) -> str:
    """The likeliest rows of labels over all their paths, with their probabilities, in one line."""
    words = alignment.vocabulary
    rows = [f"{text_of(row.labels, words) or '–'} {format_percent(row.probability)}" for row in alignment.transcripts]
    return f"Likeliest over all paths ({alignment.beams} beams): {', '.join(rows)}"
