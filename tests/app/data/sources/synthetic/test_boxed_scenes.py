"""Scenes with boxes: a box lies around the pixels of its shape, and every shape has a cell of its own."""

from __future__ import annotations

import numpy as np
import pytest

from app.data.dataset import Dataset
from app.data.sources.synthetic.boxed_scenes import BoxedScenes
from app.data.sources.synthetic.scenes import FORMS


@pytest.fixture(scope="module")
def scenes() -> Dataset:
    return BoxedScenes(samples=60, size=64, most=1, noise=0.0, striped=0.0).load()


def test_a_box_lies_around_the_pixels_of_its_shape(scenes: Dataset) -> None:
    for picture, (box,) in zip(np.asarray(scenes.fields["picture"].values), scenes.boxes, strict=True):
        # A shape has one colour, as the ground has only where it is as bright or dark as can be.
        flat = ((picture > 0) & (picture < 1)).all(0)
        flat[:-1, :-1] &= (picture[:, :-1, :-1] == picture[:, :-1, 1:]).all(0)
        flat[:-1, :-1] &= (picture[:, :-1, :-1] == picture[:, 1:, :-1]).all(0)
        rows, columns = np.nonzero(flat[:-1, :-1])
        edges = np.array([columns.min(), rows.min(), columns.max() + 2, rows.max() + 2]) / 64
        said = np.array([box.x, box.y, box.x + box.width, box.y + box.height])
        assert np.abs(edges - said).max() < 2.5 / 64


def test_every_class_is_there_and_no_shape_shares_a_cell() -> None:
    found = BoxedScenes(samples=80).load()
    assert {box.name for own in found.boxes for box in own} == set(FORMS)
    counts = [len(own) for own in found.boxes]
    assert set(counts) == {1, 2, 3}
    assert [int(grid[0].sum()) for grid in np.asarray(found.fields["grid"].values)] == counts
    assert found.fields["grid"].box_classes == FORMS and found.fields["grid"].pixel_classes == ()


def test_the_same_settings_give_the_same_scenes() -> None:
    one, other = (BoxedScenes(samples=12, seed=4).load() for _ in "ab")
    assert one.boxes == other.boxes
    assert (np.asarray(one.fields["picture"].values) == np.asarray(other.fields["picture"].values)).all()
