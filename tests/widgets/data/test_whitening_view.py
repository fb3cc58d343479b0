"""The whitening side of the data view under real clicks: clouds before and after each step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sklearn.decomposition import PCA

from tests.widgets.data.conftest import DirectLink, make_view
from tests.widgets.data.test_data_view import choose
from widgets.data.whitening_view import WhiteningView
from widgets.plots.scatter import ScatterPlot

LEFT = Qt.MouseButton.LeftButton


def cloud(plot: ScatterPlot) -> np.ndarray:
    """The points of a plot (n, 2)."""
    return np.array([row[:2] for row in list(plot.table())[1:]], dtype=np.float64)


def side_of(qtbot: QtBot, link: DirectLink) -> WhiteningView:
    view = make_view(qtbot, link, size=(1300, 900))
    choose(qtbot, view, "iris")
    view.samples.show_first("Whitening")
    qtbot.waitUntil(view.samples.whitening.isVisible)
    return view.samples.whitening


def test_each_step_goes_on_from_the_one_before(qtbot: QtBot, link: DirectLink) -> None:
    side = side_of(qtbot, link)
    assert {side.across.currentText(), side.up.currentText()} == {
        "petal length",
        "petal width",
    }  # they go with each other most
    raw = cloud(side.before)
    assert cloud(side.after) == pytest.approx(raw - raw.mean(axis=0))
    assert side.rule.text().startswith("x − mean: subtract the mean (3.")
    for at in (1, 2, 3):
        before = cloud(side.after)
        qtbot.mouseClick(side.steps.button(at), LEFT)
        assert cloud(side.before) == pytest.approx(before)
    assert cloud(side.after).std(axis=0, ddof=1) == pytest.approx([1.0, 1.0])
    assert "after [1 0 / 0 1]" in side.numbers.text()
    qtbot.mouseClick(side.steps.button(2), LEFT)
    assert "at 45°" in side.rule.text()
    assert "Two scaled columns always turn by 45°" in side.rule.text()


def test_without_scaling_it_is_pca_of_the_columns(qtbot: QtBot, link: DirectLink) -> None:
    side = side_of(qtbot, link)
    raw = cloud(side.before)
    qtbot.mouseClick(side.steps.button(1), LEFT)
    side.scaled.click()
    assert not side.steps.button(1).isEnabled()
    assert side.steps.checkedId() == 0
    qtbot.mouseClick(side.steps.button(3), LEFT)
    theirs = PCA(whiten=True, svd_solver="full").fit_transform(raw)
    ours = cloud(side.after)
    assert ours == pytest.approx(theirs * np.sign((ours * theirs).sum(axis=0)), abs=1e-6)
    side.across.setCurrentText("sepal width")
    assert len(cloud(side.after)) == len(raw)


def test_data_without_two_columns_has_no_such_side(qtbot: QtBot, link: DirectLink) -> None:
    view = make_view(qtbot, link, size=(1300, 900))
    choose(qtbot, view, "digits")
    assert "Whitening" not in [view.samples.tabs.tabText(at) for at in range(view.samples.tabs.count())]
    assert view.samples.whitening.is_empty
