"""Hues of classes over pictures: the ground stays, all else is tinted."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from widgets.charts.class_key import ClassKey
from widgets.charts.class_overlay import SHARE, class_hues, class_map, coloured, overlaid, side_by_side
from widgets.look.theme import ThemeSource


def test_a_class_is_a_hue_over_the_picture_and_the_ground_is_the_picture() -> None:
    theme = ThemeSource().theme
    pictures = np.linspace(0, 1, 12).reshape(1, 3, 2, 2)
    kinds = np.array([[[0, 1], [2, 0]]])
    found = overlaid(pictures, kinds, theme, 3)
    assert found.shape == (1, 3, 2, 2)
    np.testing.assert_allclose(found[0, :, 0, 0], pictures[0, :, 0, 0])
    grey = pictures[0, :, 0, 1].mean()
    np.testing.assert_allclose(found[0, :, 0, 1], (1 - SHARE) * grey + SHARE * class_hues(theme, 3)[1])


def test_classes_alone_are_pure_hues_within_a_white_edge() -> None:
    theme = ThemeSource().theme
    found = class_map(np.array([[[0, 1]]]), theme, 2)
    assert found.shape == (1, 3, 3, 4) and (found[0, :, 0] == 1).all()
    assert (found[0, :, 1, 1] == 0).all()
    np.testing.assert_allclose(found[0, :, 1, 2], class_hues(theme, 2)[1])


def test_grey_pictures_and_other_channels_have_three() -> None:
    assert coloured(np.arange(4.0).reshape(1, 1, 2, 2)).shape == (1, 3, 2, 2)
    assert coloured(np.arange(20.0).reshape(1, 5, 2, 2)).shape == (1, 3, 2, 2)


def test_pictures_stand_beside_each_other_with_a_line_between() -> None:
    part = np.zeros((2, 3, 4, 5))
    assert side_by_side(part, part, part).shape == (2, 3, 4, 17)


def test_the_key_takes_as_many_lines_as_it_needs(qtbot: QtBot) -> None:
    key = ClassKey(ThemeSource())
    qtbot.addWidget(key)
    key.resize(600, 10)
    key.show()
    key.set_names(("ground", "circle", "square", "triangle"))
    one = key.height()
    key.resize(90, one)
    assert 0 < one < key.height()
    assert not key.grab().isNull()
    key.set_names(())
    assert key.height() == 0 and key.accessibleName() == ""
