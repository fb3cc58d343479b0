"""Alignments of the samples of a run: what is asked, shown and refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.project.presets import preset
from app.protocol.sequence_messages import AlignedSample, AlignSample
from app.protocol.sequence_values import CtcAlignment, Transcript
from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.alignment_tab import NOT_CTC, AlignmentTab


def opened(silent: Silent, path: Path) -> AlignmentTab:
    """The tab on a run that reads lines of digits, its samples there."""
    project = preset("lines_ctc").project
    silent.panel.subject.show_run(saved_run(path, Document(project.network, dict(project.sections))))
    silent.panel.show_tab("Alignment")
    silent.panel.show()
    silent.show_data()
    return silent.panel.view(AlignmentTab)


def test_the_sample_picked_is_aligned(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    sample = silent.request(AlignSample).sample
    assert sample == tab.gallery.position
    found = CtcAlignment(
        sample=sample,
        probabilities=np.full((4, 3), 1 / 3, np.float32),
        path=np.array([1, 1, 0, 2]),
        input=np.zeros((1, 8, 4), np.float32),
        vocabulary=("(blank)", "7", "4"),
        decoded=(1, 2),
        label=(1, 2),
        transcripts=(Transcript((1, 2), 0.75), Transcript((), 0.125)),
        beams=16,
    )
    silent.reply(AlignSample, AlignedSample(alignment=found))
    assert tab.searched.text() == "Likeliest over all paths (16 beams): 74 75.0 %, – 12.5 %"
    assert not tab.view.is_empty()
    tab.gallery.pick(2)
    assert silent.request(AlignSample).sample == tab.gallery.position != sample


def test_a_refusal_is_shown_in_place(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    silent.refuse("AlignSample", "The weights were altered.")
    assert tab.view.is_empty()
    assert tab.view.empty_text == "The weights were altered."
    silent.panel.show_run(saved_run(tmp_path / "other", make_document("digits", 1)))
    assert silent.panel.views.nothing.isVisible() and silent.panel.views.nothing.text() == NOT_CTC
