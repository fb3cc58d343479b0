"""Which metric the plot shows when another network is trained in the same window."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.data.inspect import inspect
from app.project.presets import FOLDER
from app.protocol.events import Epoch, Points
from app.training.runs import Run
from tests.app.protocol import samples
from widgets.look.theme import ThemeSource
from widgets.plots.curve_view import FRAME_MS
from widgets.plots.key import STROKES
from widgets.training.curve_feed import Curves
from widgets.training.shown_run import measures, metric_title
from widgets.training.training_controller import TrainingController
from widgets.training.worker_link import WorkerLink

FIRST, SECOND = Path("first"), Path("second")


def epoch(number: int, **metrics: float) -> Epoch:
    """What a worker says after an epoch."""
    return samples.epoch(step=10 * number, train=metrics, validation=metrics)


@pytest.fixture
def link() -> WorkerLink:
    """A line to no worker."""
    return WorkerLink()


@pytest.fixture
def curves(qtbot: QtBot, link: WorkerLink) -> Curves:
    """The curves of a window that hears ``link``."""
    curves = Curves(ThemeSource("light"), TrainingController(link))
    for plot in (curves.loss, curves.metric, curves.rate):
        qtbot.addWidget(plot)
    return curves


def begin(link: WorkerLink, run: Path) -> None:
    """A run is the one that trains."""
    link.training_event.emit(samples.started(run=str(run)))


def test_losses_of_the_run_that_trains_come_to_its_curve(curves: Curves, link: WorkerLink) -> None:
    for run, name in ((FIRST, "first"), (SECOND, "second")):
        curves.add_run(run, name, 0)
        begin(link, run)
        link.points.emit(Points(np.arange(1, 4), np.array([3, 2, 1], np.float32)))
    link.points.emit(Points(np.array([4]), np.array([0.5], np.float32)))
    begin(link, Path("not shown"))
    link.points.emit(Points(np.array([5]), np.array([9], np.float32)))
    drawn = {curve_id: curve.values.tolist() for curve_id, curve in curves.loss.view.curves.items() if len(curve)}
    assert drawn == {"first|train": [3, 2, 1], "second|train": [3, 2, 1, 0.5]}


def test_losses_and_metrics_are_not_painted_in_one_go(curves: Curves) -> None:
    assert curves.metric.view.frame_ms >= curves.loss.view.frame_ms + FRAME_MS


def test_the_run_in_progress_is_drawn_by_a_metric_of_its_own(curves: Curves, link: WorkerLink) -> None:
    curves.add_run(FIRST, "first", 0)
    begin(link, FIRST)
    link.training_event.emit(epoch(1, loss=0.5, accuracy=0.9))
    assert curves.shown == "accuracy"
    curves.add_run(SECOND, "second", 1)
    begin(link, SECOND)
    link.training_event.emit(epoch(1, **{"loss": 0.5, "gru.rmse": 0.2, "lstm.rmse": 0.3}))
    assert curves.shown == "gru.rmse"
    assert curves.chooser.findData("accuracy") >= 0  # the first run is still on the plot
    curves.remove_run(FIRST)
    assert curves.chooser.findData("accuracy") < 0
    for number in (2, 3):
        link.training_event.emit(epoch(number, **{"loss": 0.4, "gru.rmse": 0.1, "lstm.rmse": 0.2}))
    assert curves.shown == "gru.rmse"
    drawn = curves.metric.view.curves["second|validation"]
    assert drawn.steps.tolist() == [10, 20, 30]


def test_the_axis_names_the_metric_with_the_unit_of_what_is_predicted(
    curves: Curves, link: WorkerLink, tmp_path: Path
) -> None:
    run = tmp_path / "seasons"
    Run.create(run, json.loads((FOLDER / "seasons_lstm.netloom").read_bytes()), {})
    axis = curves.metric.view.panel.sides["left"]
    curves.add_run(run, "seasons", 0)
    begin(link, run)
    link.training_event.emit(epoch(1, loss=0.5, rmse=0.9, r2=0.8))
    assert axis.title == "RMSE (MW)"
    loss = curves.loss.view.panel.sides["left"]
    assert loss.title == "Loss (MSE, standardised)"
    assert "RMSE and MAE, in the plot beside it, are in the data's own units" in loss.toolTip()
    curves.chooser.setCurrentIndex(curves.chooser.findData("r2"))
    assert axis.title == "R²"


def test_errors_say_what_they_are_counted_in_also_where_the_data_name_no_unit(
    curves: Curves, link: WorkerLink, tmp_path: Path
) -> None:
    table = tmp_path / "houses.csv"
    table.write_text("\n".join(["rooms,price", *(f"{n % 7},{n * 1.5}" for n in range(40))]))
    for standardise, loss in ((True, "Loss (MSE, standardised)"), (False, "Loss (MSE)")):
        project = json.loads((FOLDER / "seasons_lstm.netloom").read_bytes())
        project["data"] = {**DataChoice(source=inspect(table).source).to_json(), "standardise": standardise}
        run = tmp_path / f"houses {standardise}"
        Run.create(run, project, {"base": str(tmp_path)})
        curves.forget()
        curves.add_run(run, "houses", 0)
        begin(link, run)
        link.training_event.emit(epoch(1, loss=0.5, rmse=0.9))
        assert curves.metric.view.panel.sides["left"].title == "RMSE (in units of price)"
        axis = curves.loss.view.panel.sides["left"]
        assert (axis.title, "standardised" in axis.toolTip()) == (loss, standardise)


def test_the_axis_counts_steps_epochs_or_time(qtbot: QtBot, curves: Curves, link: WorkerLink) -> None:
    curves.add_run(FIRST, "first", 0)
    begin(link, FIRST)
    link.points.emit(Points(np.arange(1, 21), np.linspace(2, 1, 20).astype(np.float32)))
    link.training_event.emit(epoch(1, loss=1.5, accuracy=0.5))
    curves.loss.resize(500, 300)
    curves.loss.show()

    def choose(downs: int) -> None:
        """Open the menu in the corner of the plot by a click, and choose by keys."""
        keys = [*[Qt.Key.Key_Down] * downs, Qt.Key.Key_Return]
        QTimer.singleShot(0, lambda: [qtbot.keyClick(curves.along.menu(), key) for key in keys])
        qtbot.mouseClick(curves.along, Qt.MouseButton.LeftButton)

    assert curves.loss.view.viewport().rect().contains(curves.along.geometry())
    choose(2)
    axes = [plot.view.panel.sides["bottom"].title for plot in (curves.loss, curves.metric, curves.rate)]
    assert axes == ["epoch"] * 3
    assert curves.loss.view.curves["first|train"].places[-1] == 2.0
    choose(3)
    assert curves.loss.view.panel.sides["bottom"].title == "time (s)"
    assert curves.loss.view.curves["first|train"].places[9] == 1.0  # an epoch takes a second
    link.points.emit(Points(np.array([21]), np.array([1], np.float32)))
    assert curves.loss.view.curves["first|train"].places[-1] == pytest.approx(2.1)
    choose(1)
    assert curves.loss.view.curves["first|train"].places[-1] == 21


def test_best_epoch_test_score_and_learning_rate_are_shown(curves: Curves, link: WorkerLink) -> None:
    curves.add_run(FIRST, "first", 0)
    begin(link, FIRST)
    for number in (1, 2):
        link.training_event.emit(replace(epoch(number, loss=0.5, accuracy=0.9), epoch=number, best=number == 1))
    for plot in (curves.loss, curves.metric):
        ((best, _, point),) = plot.view.best_points()
        assert (best.text, point[0]) == ("best epoch: 1", 10)
    assert curves.rate.view.curves["first|train"].values.tolist() == [0.001, 0.001]
    assert not curves.metric.view.levels
    link.training_event.emit(samples.finished(test={"loss": 0.4, "accuracy": 0.875}))
    assert [level.text for level in curves.metric.view.levels.values()] == ["test 87.5 %"]
    assert [level.value for level in curves.loss.view.levels.values()] == [0.4]
    curves.remove_run(FIRST)
    assert not curves.metric.view.levels
    assert not curves.loss.view.best


def test_of_several_runs_each_is_named_once(curves: Curves, link: WorkerLink) -> None:
    for number, (run, name) in enumerate(((FIRST, "first"), (SECOND, "second"))):
        curves.add_run(run, name, number)
        begin(link, run)
        link.points.emit(Points(np.arange(1, 4), np.array([3, 2, 1], np.float32)))
        link.training_event.emit(epoch(1, loss=0.5, accuracy=0.9))
    labels = [curve.label for curve in curves.loss.view.drawn()]
    assert labels == ["", "first", "", "second"]
    assert next(curve.name for curve in curves.loss.view.drawn()) == "first, train"


def test_losses_of_different_kinds_never_share_the_axis(
    qtbot: QtBot, curves: Curves, link: WorkerLink, tmp_path: Path
) -> None:
    made = json.loads((FOLDER / "digits_mlp.netloom").read_bytes())
    for number, loss in enumerate(("auto", "mse", "mae")):
        run = tmp_path / loss
        Run.create(run, made | {"plan": {"loss": loss}}, {})
        curves.add_run(run, loss, number)
        begin(link, run)
        link.points.emit(Points(np.arange(1, 4), np.array([3, 2, 1], np.float32)))
        link.training_event.emit(replace(epoch(1, loss=0.5, accuracy=0.9), best=True))
        link.training_event.emit(samples.finished(test={"loss": 0.4, "accuracy": 0.875}))

    def shown() -> set[str]:
        view = curves.loss.view
        drawn = list(view.drawn())
        names = {Path(id_.partition("|")[0]).name for id_, curve in view.curves.items() if curve in drawn}
        assert len(view.drawn_levels()) == len(view.best_points()) == len(names)
        return names

    axis = curves.loss.view.panel.sides["left"]
    assert (shown(), axis.title) == ({"mae"}, "Loss (MAE)"), "the run that trains"
    assert not curves.losses.isHidden()
    assert len({curve.run for curve in curves.metric.view.drawn()}) == 3, "an accuracy is one of any loss"
    curves.losses.setFocus()
    qtbot.keyClick(curves.losses, Qt.Key.Key_Up)
    assert (shown(), axis.title) == ({"mse"}, "Loss (MSE)")
    curves.remove_run(tmp_path / "mse")
    assert (shown(), axis.title) == ({"mae"}, "Loss (MAE)")
    curves.remove_run(tmp_path / "mae")
    assert curves.losses.isHidden()
    assert (shown(), axis.title) == ({"auto"}, "Loss (cross-entropy)")


def test_with_several_runs_a_key_says_which_strokes_are_train_and_which_validation(
    curves: Curves, link: WorkerLink
) -> None:
    """One run names its parts at its curves; of several, names are those of the runs."""

    def explained() -> list[list[str]]:
        views = (curves.loss.view, curves.metric.view)
        return [[text for text, _, symbol in view.key_of_parts() if symbol in STROKES] for view in views]

    for run, name, hue in ((FIRST, "first", 0), (SECOND, "second", 1)):
        curves.add_run(run, name, hue)
        begin(link, run)
        link.points.emit(Points(np.arange(1, 4), np.array([3, 2, 1], np.float32)))
        link.training_event.emit(epoch(1, loss=0.5, accuracy=0.9))
        assert explained() == ([[], []] if run is FIRST else [["validation", "train"]] * 2)
    assert not curves.rate.view.marked, "a learning rate has no parts"
    curves.remove_run(SECOND)
    assert explained() == [[], []]


def test_a_metric_of_shares_is_written_in_per_cent(curves: Curves, link: WorkerLink) -> None:
    curves.add_run(FIRST, "first", 0)
    begin(link, FIRST)
    link.training_event.emit(epoch(1, loss=0.5, accuracy=0.9))
    assert curves.metric.view.panel.sides["left"].write(0.5) == "50 %"
    curves.chooser.setCurrentIndex(curves.chooser.findData("loss"))
    assert curves.metric.view.panel.sides["left"].write(0.5) == "0.5"


def test_a_resumed_run_takes_back_the_best_epoch_of_what_is_done_anew(curves: Curves, link: WorkerLink) -> None:
    curves.add_run(FIRST, "first", 0)
    begin(link, FIRST)
    for number, better in ((1, True), (2, False), (3, True)):
        link.training_event.emit(replace(epoch(number, loss=0.5, accuracy=0.9), epoch=number, best=better))
    link.training_event.emit(replace(epoch(2, loss=0.6, accuracy=0.8), epoch=2, best=False))
    ((best, _, point),) = curves.metric.view.best_points()
    assert (best.text, point[0]) == ("best epoch: 1", 10)
    assert curves.metric.view.curves["first|validation"].steps.tolist() == [10, 20]


def test_errors_ahead_are_counted_in_units_of_the_column_that_is_forecast(tmp_path: Path) -> None:
    """Not “in units of next”, which is only what the windows call what follows them."""
    table = tmp_path / "load.csv"
    table.write_text("\n".join(["hour,load", *(f"{n},{n % 24 * 1.5}" for n in range(200))]))
    project = json.loads((FOLDER / "seasons_lstm.netloom").read_bytes())
    choice = DataChoice.of("series", path=str(table), target="load", window=24, horizon=2)
    choice.source.info()
    project["data"] = choice.to_json()
    Run.create(tmp_path / "run", project, {"base": str(tmp_path)})
    assert metric_title("rmse", [measures(tmp_path / "run")]) == "RMSE (in units of load)"
