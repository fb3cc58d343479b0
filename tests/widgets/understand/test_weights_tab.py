"""Weights and gradients: what is promised is shown, in every state of a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.protocol.events import Snapshot
from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.views import Histogram, NetworkViews
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.subject import Subject
from widgets.understand.weights_tab import COMING, WeightsTab

HISTOGRAMS = {"dense1.weight": Histogram(np.ones(40), np.linspace(-1, 1, 41))}


def test_words_and_content_agree_in_every_state(
    silent: Silent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document("digits", 1)
    silent.open(document, "Weights")
    views, subject = silent.panel.views, silent.panel.subject
    assert views.nothing.isVisible() and views.nothing.text() == WeightsTab.no_run  # never trained

    training = True
    monkeypatch.setattr(Subject, "live", property(lambda _self: training))
    silent.panel.show_run(saved_run(tmp_path / "run", document))
    tab = silent.panel.view(WeightsTab)
    for stack in (tab.weights, tab.gradients):
        assert stack.isVisible() and stack.is_empty() and stack.empty_text == COMING
    tab.on_inside(Snapshot(3, 1, NetworkViews(weights=HISTOGRAMS, gradients=HISTOGRAMS)))
    assert tab.gradients.isVisible() and tab.whose.text() == "Gradients"

    training = False
    subject.changed.emit()
    assert tab.gradients.isVisible() and tab.whose.text() == "Gradients until the training ended"

    silent.panel.show_run(saved_run(tmp_path / "other", document))  # as one is that was opened again
    silent.panel._subscribe()
    silent.reply(LookInside, LookedInside(run=str(tmp_path / "other"), views=NetworkViews(weights=HISTOGRAMS)))
    assert not tab.weights.is_empty() and not tab.gradients.isVisible()
    assert tab.step.text() == "trained weights"
    assert "while training" in WeightsTab.sentence
