"""A drawing of a pen: what was given and what was written are told apart, and y goes upwards."""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from widgets.charts.stroke_drawing import StrokeDrawing
from widgets.look.theme import ThemeSource


def places(image: QImage, colour: QColor) -> list[tuple[int, int]]:
    """Where an image has a colour."""
    return [(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == colour]


def test_steps_are_lines_given_ones_of_another_colour(qtbot: QtBot) -> None:
    source = ThemeSource()
    view = StrokeDrawing(source)
    qtbot.addWidget(view)
    view.resize(160, 160)
    view.show()
    assert view.is_empty()
    view.show_tokens(("u2", "u2", "r2", "pd2", "l2"), 2)
    image = view.grab().toImage()
    given, written = (places(image, colour) for colour in (source.theme.faint, source.theme.accent))
    assert given and written
    assert min(y for _, y in given) < max(y for _, y in given) - 20  # a line upwards
    assert max(x for x, _ in written) > max(x for x, _ in given) + 5  # and one to the right of its end
    assert "4 steps of the pen and 1 through the air" in view.accessibleDescription()
