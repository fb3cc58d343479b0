"""The predicted classes lie over the picture, as strong as the slider says."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from widgets.charts.class_overlay import SHARE, class_hues
from widgets.look.theme import ThemeSource
from widgets.understand.try_it.mask_view import WHOLE, MaskView

NAMES = ("ground", "circle")
KINDS = np.array([[0, 1], [1, 0]], np.float32)
PICTURE = np.array([[[0.0, 0.2], [0.4, 1.0]]] * 3, np.float32)


def test_the_picture_is_seen_through_the_classes(qtbot: QtBot) -> None:
    source = ThemeSource()
    view = MaskView(source)
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show()
    view.set_mask(KINDS, NAMES, PICTURE)
    hue = class_hues(source.theme, 2)[1]
    assert view.row.isVisible() and view.key.names == NAMES and view.strength.value() == round(SHARE * WHOLE)
    for strength in (0, 40, WHOLE):
        view.strength.setValue(strength)
        inside = view.picture._samples[0]
        share = strength / WHOLE
        np.testing.assert_allclose(inside[:, 0, 1], (1 - share) * 0.2 + share * hue, atol=1e-6)
        np.testing.assert_allclose(inside[:, 1, 1], 1.0, atol=1e-6)
    source.set_mode("dark")
    np.testing.assert_allclose(view.picture._samples[0, :, 0, 1], class_hues(source.theme, 2)[1], atol=1e-6)


def test_classes_of_another_size_stand_alone(qtbot: QtBot) -> None:
    view = MaskView(ThemeSource())
    qtbot.addWidget(view)
    view.show()
    view.set_mask(KINDS, NAMES, PICTURE[:, :1])
    assert not view.row.isVisible() and view.picture._samples.shape == (1, 3, 4, 4)
    view.set_mask(KINDS, NAMES, None)
    assert not view.row.isVisible()
