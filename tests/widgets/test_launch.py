"""What the program is to the desktop before any window is there."""

from __future__ import annotations

from PySide6.QtCore import QSize

from widgets.launch import application


def test_the_program_has_its_name_and_its_icon(qapp: object) -> None:
    app = application()
    assert app is qapp and app.applicationName() == "Netloom"
    picture = app.windowIcon().pixmap(QSize(32, 32)).toImage()
    assert picture.pixelColor(picture.width() // 2, picture.height() // 8).name() == "#2460db"
