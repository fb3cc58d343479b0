"""Which metric the plot shows when another network is trained in the same window."""

from __future__ import annotations

import json
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.project.presets import FOLDER
from app.protocol.events import Epoch
from app.training.runs import Run
from tests.app.protocol import samples
from widgets.look.theme import ThemeSource
from widgets.training.curve_feed import Curves

FIRST, SECOND = Path("first"), Path("second")


def epoch(number: int, **metrics: float) -> Epoch:
    """What a worker says after an epoch."""
    return samples.epoch(step=10 * number, train=metrics, validation=metrics)


def test_a_metric_that_no_run_has_gives_way(qtbot: QtBot) -> None:
    curves = Curves(ThemeSource("light"))
    for plot in (curves.loss, curves.metric):
        qtbot.addWidget(plot)
    curves.add_run(FIRST, "first", 0)
    curves.on_epoch(FIRST, epoch(1, loss=0.5, accuracy=0.9))
    assert curves.shown == "accuracy"
    curves.add_run(SECOND, "second", 1)
    curves.on_epoch(SECOND, epoch(1, **{"loss": 0.5, "gru.rmse": 0.2, "lstm.rmse": 0.3}))
    assert curves.shown == "accuracy"
    curves.remove_run(FIRST)
    for number in (2, 3):
        curves.on_epoch(SECOND, epoch(number, **{"loss": 0.4, "gru.rmse": 0.1, "lstm.rmse": 0.2}))
    assert curves.shown == "gru.rmse"
    drawn = curves.metric.view.curves["second|validation"]
    assert drawn.steps.tolist() == [10, 20, 30]


def test_the_axis_names_the_metric_with_the_unit_of_what_is_predicted(qtbot: QtBot, tmp_path: Path) -> None:
    run = tmp_path / "seasons"
    Run.create(run, json.loads((FOLDER / "seasons_lstm.netloom").read_bytes()), {})
    curves = Curves(ThemeSource("light"))
    for plot in (curves.loss, curves.metric):
        qtbot.addWidget(plot)
    axis = curves.metric.view.panel.sides["left"]
    curves.add_run(run, "seasons", 0)
    curves.on_epoch(run, epoch(1, loss=0.5, rmse=0.9, r2=0.8))
    assert axis.title == "RMSE (MW)"
    curves.chooser.setCurrentIndex(curves.chooser.findData("r2"))
    assert axis.title == "R²"
