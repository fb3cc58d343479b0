"""Scenes with a class for every pixel: colour tells shapes from the ground, but not from each other."""

from __future__ import annotations

import numpy as np

from app.data.sources.synthetic.segmented_scenes import KINDS, SegmentedScenes
from graph.shapes import image


def test_every_pixel_is_of_one_class() -> None:
    dataset = SegmentedScenes(samples=50, size=20).load()
    marks = np.asarray(dataset.target_field().values)
    assert dataset.target_field().shape == image(4, 20, 20)
    assert dataset.target_field().pixel_classes == KINDS
    assert set(np.unique(marks)) == {0.0, 1.0} and (marks.sum(axis=1) == 1).all()


def test_colour_tells_shapes_from_the_ground_but_not_from_each_other() -> None:
    dataset = SegmentedScenes(samples=800, noise=0.0).load()
    pixels = np.moveaxis(np.asarray(dataset.input_field().values), 1, -1)
    kinds = np.asarray(dataset.target_field().values).argmax(1)
    assert pixels[kinds == 0].max() < 0.3 + 1e-6 < 0.4 - 1e-6 < pixels[kinds > 0].min()
    means = np.array([pixels[kinds == kind].mean(0) for kind in (1, 2, 3)])
    assert np.ptp(means, axis=0).max() < 0.05
