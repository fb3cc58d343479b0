"""The gradient over time: curves on one axis, what clipping leaves, sentences, and a second run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from pytestqt.qtbot import QtBot

from app.protocol.messages import Array
from app.protocol.recurrent_messages import MeasureRecurrentGradients, RecurrentGradients
from app.protocol.recurrent_values import CellKind, GradientsOverTime, RecurrentLayer
from app.training import runs
from tests.widgets.understand.recurrent.test_gates_tab import answered, document_of, wait_for
from tests.widgets.understand.silent import Silent, saved_run
from widgets.charts.gradient_plot import GradientCurve, GradientPlot, totals_of
from widgets.charts.sample_tiles import sample_name
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes
from widgets.plots.axis_item import power_text
from widgets.understand.recurrent.gradients_tab import GradientsTab

FADING = np.geomspace(1e-9, 1.0, 20)


def gradients_of(kind: CellKind, **norms: Array) -> RecurrentGradients:
    """What the worker replies about a layer of one level."""
    layer = RecurrentLayer(f"{kind}1", kind, level=0, levels=1, directions=1, backward=False)
    return RecurrentGradients(
        gradients=GradientsOverTime(
            layer=layer, norms=norms, samples=50, loss=0.2, total_norm=3.0, clip=1.0, clipped_norm=1.0
        )
    )


def shown(qtbot: QtBot, silent: Silent, folder: Path) -> GradientsTab:
    """The tab on a saved run of the LSTM, whose gradient has come."""
    silent.panel.subject.show_run(saved_run(folder / "lstm", document_of("adding_lstm")))
    silent.panel.show_tab("Gradients")
    silent.panel.show()
    reply(qtbot, silent, gradients_of("lstm", hidden=FADING, cell=np.ones(20)))
    return silent.panel.view(GradientsTab)


def reply(qtbot: QtBot, silent: Silent, gradients: RecurrentGradients) -> MeasureRecurrentGradients:
    """Reply to the newest request about a run, and give it back."""
    wait_for(qtbot, silent, MeasureRecurrentGradients)
    request = silent.request(MeasureRecurrentGradients)
    assert request.project is None
    silent.reply(MeasureRecurrentGradients, gradients)
    return request


def test_the_open_project_is_looked_at_before_it_is_trained(qtbot: QtBot, silent: Silent) -> None:
    silent.open(document_of("digits_rnn"), "Gradients")
    answered(qtbot, silent, MeasureRecurrentGradients)
    tab = silent.panel.view(GradientsTab)
    [curve] = tab.plot.curves
    assert curve.label == "RNN, untrained"
    assert len(curve.sizes) == 8
    assert "From step 8 back to step 1" in tab.verdict.text()
    assert not tab.state.isVisible()


def test_the_sentence_tells_what_fades_and_what_clipping_does(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    tab = shown(qtbot, silent, tmp_path)
    assert "shrinks 10⁹-fold: it vanishes" in tab.verdict.text()
    assert "All weights 3, clipped to 1." in tab.verdict.text()
    assert tab.state.isVisible()
    qtbot.keyClick(tab.state, Qt.Key.Key_Down)
    assert "keeps its size" in tab.verdict.text()


def test_a_second_run_is_laid_over_the_first(
    qtbot: QtBot, silent: Silent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path))
    other = saved_run(runs.runs_folder() / "forgetful", document_of("adding_rnn"))
    saved_run(runs.runs_folder() / "without memory", document_of("iris_mlp"))
    tab = shown(qtbot, silent, tmp_path)
    tab.menu.aboutToShow.emit()
    offered = [action.text() for action in tab.menu.actions()]
    assert offered == ["These weights before training", "forgetful"]
    tab.menu.actions()[1].trigger()
    assert reply(qtbot, silent, gradients_of("rnn", hidden=FADING)).run == other
    assert [curve.label for curve in tab.plot.curves] == ["LSTM, lstm", "RNN, forgetful"]
    assert tab.verdict.text().count("\n") == 1
    tab.state.setCurrentIndex(1)
    tab.state.activated.emit(1)
    assert len(tab.plot.curves) == 2
    tab.menu.aboutToShow.emit()
    tab.menu.actions()[0].trigger()
    assert len(tab.plot.curves) == 1


def test_the_same_weights_before_training_are_offered(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    tab = shown(qtbot, silent, tmp_path)
    tab.menu.aboutToShow.emit()
    tab.menu.actions()[0].trigger()
    assert answered(qtbot, silent, MeasureRecurrentGradients).layer == "lstm1"
    assert [curve.label for curve in tab.plot.curves] == ["LSTM, lstm", "LSTM, untrained"]


def test_a_refusal_is_told_in_place(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    tab = shown(qtbot, silent, tmp_path)
    tab.look_anew()
    wait_for(qtbot, silent, MeasureRecurrentGradients)
    silent.refuse("MeasureRecurrentGradients", "The run cannot be read.")
    assert tab.plot.is_empty()
    assert tab.plot.empty_text == "The run cannot be read."


def test_one_sample_is_picked_named_and_drawn_to_its_end(qtbot: QtBot, silent: Silent) -> None:
    silent.open(document_of("brackets_lstm"), "Gradients")
    answered(qtbot, silent, MeasureRecurrentGradients)
    tab = silent.panel.view(GradientsTab)
    assert re.fullmatch(r"Mean of \d+ training samples", tab.over.currentText()) and not tab.gallery.isVisible()
    tab.over.setFocus()
    qtbot.keyClick(tab.over, Qt.Key.Key_Down)
    silent.show_data()
    steps = set()
    for row in (0, 3, 5):
        tab.gallery.pick(row)
        request = answered(qtbot, silent, MeasureRecurrentGradients)
        assert request.sample == tab.gallery.position and tab.gallery.isVisible()
        [curve] = tab.plot.curves
        assert curve.label == f"LSTM, untrained, {sample_name(tab.gallery.positions[row])}"
        assert curve.sizes.all() and tab.plot.steps == len(curve.sizes) == len(tab.gallery._texts[row].replace(" ", ""))
        steps.add(len(curve.sizes))
    assert len(steps) > 1
    qtbot.keyClick(tab.over, Qt.Key.Key_Up)
    assert answered(qtbot, silent, MeasureRecurrentGradients).sample is None
    assert not tab.gallery.isVisible() and tab.plot.curves[0].label == "LSTM, untrained"


def test_a_second_run_shows_the_sample_too(qtbot: QtBot, silent: Silent, tmp_path: Path) -> None:
    tab = shown(qtbot, silent, tmp_path)
    tab.menu.aboutToShow.emit()
    tab.menu.actions()[0].trigger()
    assert answered(qtbot, silent, MeasureRecurrentGradients).sample is None
    qtbot.keyClick(tab.over, Qt.Key.Key_Down)
    silent.show_data()

    def asked() -> dict[bool, object]:
        """The samples that are asked about: of the open project, and of the run."""
        found = [request for _, kind, request in silent.asked if kind == "MeasureRecurrentGradients"]
        return {request.project is None: request.sample for request in found}

    qtbot.waitUntil(lambda: asked() == dict.fromkeys((True, False), tab.gallery.position), timeout=30_000)


# The plot by itself


@pytest.fixture
def plot(qtbot: QtBot) -> GradientPlot:
    view = GradientPlot(ThemeSource("dark"), "Nothing yet.")
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.set_curves([GradientCurve("RNN", FADING, 3.0, 1.0), GradientCurve("LSTM", np.ones(30), 0.5, 0.0)])
    view.show()
    return view


def test_the_pointer_reads_all_curves_at_a_step(plot: GradientPlot) -> None:
    plot.grab()

    def at(step: int) -> QPointF:
        return QPointF(plot.over_time.point_of(step, 0.0).x(), 100.0)

    assert plot.sentence_at(at(20)) == "Step 20  ·  RNN 1  ·  LSTM 1"
    assert plot.sentence_at(at(25)) == "Step 25  ·  LSTM 1"
    totals = plot.sentence_at(QPointF(plot.width() - 30.0, 100.0))
    assert totals == "RNN: all weights 3, clipped to 1\nLSTM: all weights 0.5, no clipping"
    assert plot.sentence_at(QPointF(1.0, 1.0)) == ""


def test_keys_move_the_cursor(qtbot: QtBot, plot: GradientPlot) -> None:
    told: list[str] = []
    plot.hovered.connect(told.append)
    qtbot.keyClick(plot, Qt.Key.Key_End)
    assert plot.step == 30
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert told[-1] == "Step 29  ·  LSTM 1"
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.step is None


@pytest.mark.parametrize(
    "curves",
    [
        [GradientCurve("zero", np.zeros(5), 0.0, 0.0)],
        [GradientCurve("tiny", np.full(5, 1e-300), 1e-300, 1e-3)],
        [GradientCurve("lost", np.array([1.0, np.nan, np.inf]), np.inf, 1.0)],
        [GradientCurve("one", np.ones(1), 1.0, 1.0)],
        [],
    ],
)
def test_odd_values_are_painted_too(plot: GradientPlot, curves: list[GradientCurve]) -> None:
    plot.set_curves(curves)
    assert not plot.grab().isNull()
    assert plot.is_empty() == (not curves)


def test_values_are_written_as_powers_where_they_are_small() -> None:
    assert [power_text(power) for power in (-20.0, -3.0, 0.0, 2.0)] == ["10⁻²⁰", "0.001", "1", "100"]
    assert totals_of(GradientCurve("", FADING, 0.5, 1.0)) == "all weights 0.5, below the clip of 1"


@pytest.mark.parametrize("total", [0.3, 0.5, 0.667, 0.9, 1.0])
def test_the_name_of_the_clip_lies_on_no_dot(plot: GradientPlot, monkeypatch: pytest.MonkeyPatch, total: float) -> None:
    seen: list[tuple[QRectF, list[QPointF]]] = []
    place = plot.place_of_clip

    def placed(axes: Axes, clip: float) -> QRectF:
        seen.append((place(axes, clip), plot.dots(axes)))
        return seen[-1][0]

    monkeypatch.setattr(plot, "place_of_clip", placed)
    plot.set_curves([GradientCurve("LSTM", np.ones(30), 0.009, 1.0), GradientCurve("RNN", FADING, total, 1.0)])
    plot.grab()
    words, dots = seen[-1]
    assert len(dots) == 4 and not any(words.contains(dot) for dot in dots)
