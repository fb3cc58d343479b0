"""A drawing is made to look like the pictures of a training set: ground, ink, stroke, place and size."""

from __future__ import annotations

import numpy as np
import pytest

from app.inference.picture_look import as_trained, ink_box, look_of


def squares(places: list[tuple[int, int]], side: int = 8, ground: float = 0.0, ink: float = 1.0) -> np.ndarray:
    """Pictures (n, 1, 24, 24) with a square of ``side`` at each place."""
    pictures = np.full((len(places), 1, 24, 24), ground)
    for picture, (top, left) in zip(pictures, places, strict=True):
        picture[0, top : top + side, left : left + side] = ink
    return pictures


CENTRED = [(8, 8), (8, 7), (7, 8), (9, 8)]
ANYWHERE = [(0, 0), (16, 2), (3, 15), (16, 16)]


@pytest.mark.parametrize(("ground", "ink"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0), (255.0, 10.0)])
def test_ground_and_ink_are_those_of_the_data(ground: float, ink: float) -> None:
    look = look_of(squares(CENTRED, ground=ground, ink=ink))
    assert (look.ground, look.ink) == (ground, ink)
    assert (look.channels, look.height, look.width) == (1, 24, 24)


def test_what_is_centred_is_told_from_what_lies_anywhere() -> None:
    look = look_of(squares(CENTRED))
    assert look.centre == pytest.approx((0.5, 0.5), abs=0.02)
    assert look.extent == pytest.approx(8 / 24)
    assert look_of(squares(ANYWHERE)).centre is None


def test_the_width_of_strokes_is_measured() -> None:
    pictures = np.zeros((4, 1, 28, 28))
    pictures[:, 0, 4:24, 13:16] = 1.0
    assert look_of(pictures).stroke == pytest.approx(3.0, abs=0.5)


def test_photographs_are_not_taken_for_drawings() -> None:
    look = look_of(np.random.default_rng(0).random((8, 3, 16, 16)))
    assert look.centre is None


def test_a_drawing_beside_the_centre_is_moved_and_scaled() -> None:
    look = look_of(squares(CENTRED))
    drawing = np.zeros((1, 240, 240))
    drawing[0, 10:50, 180:220] = 1.0
    there = as_trained(drawing, look, centred=True)
    box = ink_box(there[0].astype(np.float64))
    assert box is not None
    assert [abs(end - expected) <= 1 for end, expected in zip(box, (8, 16, 8, 16), strict=True)] == [True] * 4
    as_drawn = as_trained(drawing, look, centred=False)
    assert as_drawn[0, :6, 17:23].max() == 1.0 and as_drawn[0, 8:, :].max() == 0.0


def test_a_blank_drawing_is_the_ground() -> None:
    look = look_of(squares(CENTRED, ground=1.0, ink=0.0))
    np.testing.assert_array_equal(as_trained(np.ones((1, 96, 96)), look, centred=True), 1.0)


def test_a_picture_drawn_pixel_by_pixel_comes_back_as_it_is() -> None:
    look = look_of(squares(ANYWHERE, ground=-1.0))
    pixels = np.random.default_rng(1).random((1, 24, 24))
    large = np.repeat(np.repeat(pixels, 8, axis=1), 8, axis=2)
    np.testing.assert_allclose(as_trained(large, look, centred=False), pixels * 2 - 1, atol=1e-6)
