"""Boxes without a detector: where windows lie, which regions are proposed, and what is reached on plain scenes."""

from __future__ import annotations

import numpy as np
import pytest

from app.data.baselines import Baseline, baselines
from app.data.box_baselines import SHRINKAGE, discriminants, proposals, sliding_windows, usual_boxes
from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.numerics.box_grid import GridBox, encode


def test_windows_lie_all_over_the_picture() -> None:
    windows = sliding_windows(np.array([0.5]), (32, 32))
    assert len(windows) == 5 * 5 and windows.min() == 0.0 and windows.max() == 1.0
    np.testing.assert_allclose(windows[:, 2:] - windows[:, :2], 0.5)
    np.testing.assert_allclose(np.unique(windows[:, 0]), [0, 0.125, 0.25, 0.375, 0.5])


def test_the_box_of_a_region_of_one_colour_is_proposed_once_in_its_picture() -> None:
    pictures = np.zeros((2, 3, 24, 24), np.float32)
    pictures[1, :, 6:14, 3:12] = 1.0
    found = proposals(pictures)
    assert found.picture.tolist() == [1]
    np.testing.assert_allclose(found.corners, [[3 / 24, 6 / 24, 12 / 24, 14 / 24]])


def test_the_usual_boxes_are_the_mean_of_each_cell() -> None:
    small, large = GridBox(0, 0.05, 0.05, 0.3, 0.3), GridBox(0, 0.15, 0.15, 0.3, 0.3)
    grids = np.stack([encode([box], 2, 2)[0] for box in (small, large)] + [np.zeros((7, 2, 2), np.float32)] * 2)
    usual = usual_boxes(grids, 3)
    assert usual.there.sum() == 3
    np.testing.assert_allclose(usual.corners[:, 0], [[0.1, 0.1, 0.4, 0.4]] * 3, atol=1e-6)
    np.testing.assert_allclose(usual.scores[:, 0], 0.5)


def test_the_classifier_of_crops_is_scikit_learns_linear_discriminant_analysis() -> None:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    chance = np.random.default_rng(0)
    kinds = chance.integers(0, 3, 60)
    inputs = chance.normal(size=(60, 5)) + kinds[:, None]
    known = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=SHRINKAGE).fit(inputs, kinds)
    weights, bias = discriminants(inputs, kinds)
    np.testing.assert_allclose(weights, known.coef_, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(bias, known.intercept_, rtol=1e-8, atol=1e-10)


@pytest.fixture(scope="module")
def found() -> tuple[Baseline, ...]:
    options = {"samples": 60, "striped": 0.0, "noise": 0.02}
    return baselines(prepare(DataChoice.parse({"source": "boxed_scenes", "options": options})), boxes=True)


def test_on_plain_scenes_proposals_are_few_and_find_most(found: tuple[Baseline, ...]) -> None:
    usual, window, regions = found
    assert [each.name.partition(" (")[0] for each in found] == ["usual boxes", "sliding window", "region proposals"]
    crops = [float(each.name.split("(")[1].split()[0]) for each in (window, regions)]
    assert crops[0] > 100 and 1 < crops[1] < 10
    assert usual.map_50 is not None and window.map_50 is not None and regions.map_50 is not None
    assert usual.map_50 < 0.2 < window.map_50 < regions.map_50
    assert set(regions.to_json()) == {"name", "map_50"}
