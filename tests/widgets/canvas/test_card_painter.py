"""Words on cards that are seen from further away stay clear of the card's edges."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.board_items import Face
from widgets.canvas.card_painter import CardPainter
from widgets.look.theme import PROJECTOR_SCALE, ThemeSource


def inked(painter: CardPainter, face: Face, zoom: float) -> list[int]:
    """The rows of pixels in the card's middle that have words in them, from its top on, and its last row."""
    high = round(face.height * zoom)
    image = QImage(round(200 * zoom), high, QImage.Format.Format_Grayscale8)
    image.fill(255)
    with QPainter(image) as paint:
        paint.scale(zoom, zoom)
        painter.mid(paint, face, zoom)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(high, image.bytesPerLine())[:, : image.width()]
    middle = pixels[:, image.width() // 5 : -image.width() // 5].astype(int)
    return [*np.flatnonzero(np.ptp(middle, axis=1) > 60).tolist(), high - 1]


@pytest.mark.parametrize("scale", [1.0, PROJECTOR_SCALE])
def test_words_never_touch_the_edges_of_a_low_card(open_canvas: OpenCanvas, scale: float) -> None:
    face = open_canvas(build("input", "flatten", "dense", "relu", "output")).board.cards["relu1"].face
    painter = CardPainter(ThemeSource("light", scale).theme)
    for zoom in np.arange(0.32, 0.8, 0.01).tolist():
        first, *_, last, end = inked(painter, face, zoom)
        assert first >= 3 and last <= end - 3, f"at {zoom:.2f}"
