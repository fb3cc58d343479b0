"""Intersection over union, non-maximum suppression and average precision by hand, and held against plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from app.numerics.detections import (
    Detections,
    average_precision,
    box_iou,
    class_precisions,
    matches,
    mean_of_known,
    precision_recall,
    suppress,
)

Array = npt.NDArray[Any]


def boxes(*each: tuple[float, float, float, float, int, float]) -> Detections:
    """Boxes of one picture: left, top, right, bottom, class and score."""
    values = np.array(each, np.float64).reshape(1, -1, 6)
    return Detections(values[..., :4], values[..., 4].astype(np.int64), values[..., 5])


def test_two_squares_that_share_a_quarter() -> None:
    one, other = np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 1.0, 3.0, 3.0], [5.0, 5.0, 6.0, 6.0]])
    np.testing.assert_allclose(box_iou(one, other), [[1 / 7, 0.0]])
    np.testing.assert_allclose(box_iou(one, one), [[1.0]])
    assert box_iou(np.zeros((1, 4)), np.zeros((1, 4))) == 0.0


def test_of_boxes_of_one_class_around_the_same_thing_the_surest_is_kept() -> None:
    found = boxes(
        (0.1, 0.1, 0.5, 0.5, 0, 0.7),
        (0.12, 0.1, 0.52, 0.5, 0, 0.9),
        (0.1, 0.1, 0.5, 0.5, 1, 0.6),
        (0.6, 0.1, 1.0, 0.5, 0, 0.5),
    )
    kept = suppress(found)
    assert kept.scores[kept.there].tolist() == [0.9, 0.6, 0.5]
    assert suppress(found, same=0.95).there.sum() == 4 and suppress(found, same=0.0).there.sum() == 3


def test_a_box_that_was_suppressed_suppresses_none() -> None:
    chain = boxes((0.0, 0, 1.0, 1, 0, 0.9), (0.3, 0, 1.3, 1, 0, 0.8), (0.6, 0, 1.6, 1, 0, 0.7))
    assert suppress(chain).scores.tolist() == [[0.9, 0.0, 0.7]]


def test_a_true_box_is_found_once_in_its_class_and_from_half_an_overlap_on() -> None:
    true = boxes((0, 0, 1, 1, 0, 1), (2, 2, 3, 3, 1, 1))
    found = boxes(
        (0, 0, 1, 0.9, 0, 0.6),
        (0, 0, 1, 1, 0, 0.5),
        (2, 2, 3, 3, 0, 0.9),
        (2, 2, 3, 2.49, 1, 0.8),
        (2, 2, 3, 2.5, 1, 0.3),
    )
    assert matches(found, true).tolist() == [[True, False, False, False, True]]
    assert matches(found, true, least=0.4).tolist() == [[True, False, False, True, False]]
    assert not matches(found, boxes()).any()


def test_average_precision_of_the_hand_worked_example() -> None:
    """Four true boxes; of five said ones the first, third and fourth are right."""
    scores, right = np.array([0.9, 0.8, 0.7, 0.6, 0.5]), np.array([True, False, True, True, False])
    recall, precision = precision_recall(scores, right, 4)
    np.testing.assert_allclose(recall, [0.25, 0.25, 0.5, 0.75, 0.75])
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3, 3 / 4, 3 / 5])
    assert average_precision(scores, right, 4) == pytest.approx(0.25 * 1 + 0.25 * 0.75 + 0.25 * 0.75) == 0.625
    order = [3, 0, 4, 2, 1]
    assert average_precision(scores[order], right[order], 4) == 0.625


def test_average_precision_at_its_ends() -> None:
    none = np.zeros(0)
    assert average_precision(none, none.astype(bool), 3) == 0.0
    assert np.isnan(average_precision(none, none.astype(bool), 0))
    assert average_precision(np.array([0.5, 0.4]), np.array([True, True]), 2) == 1.0
    assert mean_of_known([0.5, float("nan"), 1.0]) == 0.75 and np.isnan(mean_of_known([float("nan")]))


def test_classes_are_measured_each_for_itself() -> None:
    true = boxes((0, 0, 1, 1, 0, 1), (2, 2, 3, 3, 1, 1))
    found = boxes((0, 0, 1, 1, 0, 0.6), (2, 2, 3, 3, 2, 0.9))
    each = class_precisions(found, true, 3)
    assert each[:2] == [1.0, 0.0] and np.isnan(each[2])


def by_loops(found: Detections, true: Detections) -> Array:
    """Which boxes find a true one, box by box as PASCAL VOC's development kit has it."""
    right: Array = np.zeros(found.scores.shape, bool)
    for picture in range(len(right)):
        taken: set[int] = set()
        for place in sorted(range(right.shape[1]), key=lambda place: -found.scores[picture, place]):
            best, aim = 0.0, -1
            for other in range(true.scores.shape[1]):
                same = found.kinds[picture, place] == true.kinds[picture, other]
                iou = box_iou(found.corners[picture, [place]], true.corners[picture, [other]]).item()
                if same and true.scores[picture, other] > 0 and iou > best:
                    best, aim = iou, other
            if best >= 0.5 and aim not in taken and found.scores[picture, place] > 0:
                right[picture, place] = True
                taken.add(aim)
    return right


def test_matching_of_a_batch_is_that_of_plain_loops() -> None:
    chance = np.random.default_rng(0)

    def some(count: int) -> Detections:
        corner = chance.random((8, count, 2)) * 0.3
        corners = np.concatenate([corner, corner + 0.3 + chance.random((8, count, 2)) * 0.2], axis=2)
        scores = chance.random((8, count)) * (chance.random((8, count)) < 0.8)
        return Detections(corners, chance.integers(0, 2, (8, count)), scores)

    found, true = some(7), some(4)
    expected = by_loops(found, true)
    assert expected.any() and (matches(found, true) == expected).all()
