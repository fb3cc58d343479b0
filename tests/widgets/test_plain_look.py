"""A test begins with Qt's own look, unless a window that several tests share is open."""

from __future__ import annotations

from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication, QMainWindow
from shiboken6 import delete

from tests.widgets.conftest import take_off_look
from widgets.look.stylesheet import apply_theme, stylesheet, stylesheet_in_force
from widgets.look.theme import DARK, PROJECTOR_SCALE, ThemeSource


def test_the_look_of_a_test_before_is_taken_off_once_no_window_has_it(
    qapp: QApplication, first_look: tuple[QPalette, QFont]
) -> None:
    assert not qapp.styleSheet() and (qapp.palette(), qapp.font()) == first_look
    apply_theme(qapp, ThemeSource("dark", PROJECTOR_SCALE).theme)
    window = QMainWindow()
    take_off_look(qapp, *first_look)
    assert stylesheet_in_force(qapp) and qapp.font() != first_look[1]
    delete(window)
    take_off_look(qapp, *first_look)
    assert not qapp.styleSheet() and (qapp.palette(), qapp.font()) == first_look
    apply_theme(qapp, DARK)
    assert stylesheet_in_force(qapp) == stylesheet(DARK), "and it can be put on again"
