"""Icons at sizes that leave no room for them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from widgets.look import icons
from widgets.look.theme import ThemeSource


@pytest.mark.parametrize("size", [QSize(0, 16), QSize(16, 0), QSize(0, 0), QSize(-1, 3)])
def test_an_icon_without_room_is_empty_and_nothing_is_warned_of(qapp: QApplication, size: QSize) -> None:
    theme = ThemeSource("light").theme
    drawn = [icons.icon(name, theme).pixmap(size) for name in icons.names()]
    assert drawn
    assert all(pixmap.isNull() for pixmap in drawn)
