"""Answers by length: what is asked, shown, told and refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.project.presets import preset
from app.protocol.sequence_messages import EvaluateByLength, LengthEvaluation
from app.protocol.sequence_values import LengthScores, ScoresByLength
from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.understand.length_tab import ONE_LENGTH, LengthTab, share


def opened(silent: Silent, path: Path, id_: str) -> Path:
    project = preset(id_).project
    run = saved_run(path, Document(project.network, dict(project.sections)))
    silent.panel.subject.show_run(run)
    silent.panel.show_tab("By length")
    silent.panel.show()
    return run


def test_bars_and_sentences(silent: Silent, tmp_path: Path) -> None:
    run = opened(silent, tmp_path, "elman_addition")
    sets = {
        "training": LengthScores(
            length=np.array([3, 4]), count=np.array([10, 30]), score=np.array([1.0, 0.5]), whole=np.array([1.0, 0.0])
        ),
        "test": LengthScores(
            length=np.array([5]), count=np.array([8]), score=np.array([0.99999]), whole=np.array([0.25])
        ),
    }
    scores = ScoresByLength(measure="accuracy", unit="", sets=sets)
    silent.reply(EvaluateByLength, LengthEvaluation(run=str(run), scores=scores))
    tab = silent.panel.view(LengthTab)
    assert tab.about.text() == (
        "Training, 3 to 4 steps: 62.5 % of the steps right, 25.0 % of the samples wholly.  "
        "Test, 5 steps: 99.9 % of the steps right, 25.0 % of the samples wholly."
    )
    assert tab.pages.current is tab.plot
    assert tab.plot._names == ["3", "4", "5"]
    assert np.isnan(tab.plot._series["test"]).tolist() == [True, True, False]
    assert not tab.plot.grab().isNull()


def test_errors_carry_their_unit(silent: Silent, tmp_path: Path) -> None:
    run = opened(silent, tmp_path, "lstm_coupled")
    sets = {"test": LengthScores(length=np.array([15]), count=np.array([4]), score=np.array([0.25]))}
    scores = ScoresByLength(measure="rmse", unit="m", sets=sets)
    silent.reply(EvaluateByLength, LengthEvaluation(run=str(run), scores=scores))
    assert silent.panel.view(LengthTab).about.text() == "Test, 15 steps: error 0.2500 m (RMSE)."


def test_a_refusal_is_shown_and_nothing_is_asked_without_need(silent: Silent, tmp_path: Path) -> None:
    silent.open(make_document("digits", 1), "By length")
    assert silent.panel.views.nothing.text() == ONE_LENGTH
    opened(silent, tmp_path, "brackets_lstm")
    assert not silent.panel.views.nothing.isVisible()
    silent.refuse("EvaluateByLength", "The file is gone.")
    assert silent.panel.view(LengthTab).says.text() == "The file is gone."


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert [share(value) for value in (1.0, 0.99999, 0.9, 0.0)] == ["100 %", "99.9 %", "90.0 %", "0.0 %"]
