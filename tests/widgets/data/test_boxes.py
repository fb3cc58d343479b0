"""Boxes are drawn in the pictures of the data view, at the right pixels and in a hue for each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from app.data.sources.images import Images
from app.protocol.data_values import PictureBox, SamplePredictions
from widgets.charts.box_painting import BOX_LINE, box_place
from widgets.charts.sample_tiles import SampleGallery
from widgets.data.last_predictions import in_words
from widgets.data.sample_views import SampleBrowser
from widgets.look.theme import ThemeSource


def boxed(folder: Path) -> Path:
    """A box of each of two classes in even pictures, none in odd ones."""
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True)
    (folder / "classes.txt").write_text("cat\ndog\n")
    for number in range(10):
        Image.fromarray(np.full((20, 40), 12 * number, np.uint8)).save(folder / f"images/{number}.png")
        lines = "0 0.25 0.5 0.25 0.5\n1 0.75 0.5 0.25 0.5\n" if number % 2 == 0 else ""
        (folder / f"labels/{number}.txt").write_text(lines)
    return folder


def test_the_preview_carries_the_boxes_of_its_samples(tmp_path: Path) -> None:
    shown = preview(prepare(DataChoice(source=Images(path=str(boxed(tmp_path))))), limit=5)
    assert len(shown.boxes) == len(shown.index)
    assert [len(boxes) for boxes in shown.boxes] == [2 if place % 2 == 0 else 0 for place in shown.index]


def painted(qtbot: QtBot, *boxes: PictureBox) -> set[tuple[int, int]]:
    """The pixels of 400 x 200 that have the hue of the first class, in a picture with these boxes."""
    gallery = SampleGallery(ThemeSource("light"))
    qtbot.addWidget(gallery)
    gallery.set_samples(np.zeros((1, 1, 20, 40)), [""], ["training"], boxes=[boxes])
    image = QImage(400, 200, QImage.Format.Format_ARGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    gallery.paint_tile(painter, 0, QRectF(0, 0, 400, 200))
    painter.end()
    hue = gallery.theme.run(0).rgb()
    return {(x, y) for x in range(400) for y in range(200) if image.pixel(x, y) == hue}


def test_boxes_are_drawn_at_their_pixels(qtbot: QtBot) -> None:
    nameless = "a" * 200  # too long to be written
    pixels = painted(qtbot, PictureBox(nameless, 0.25, 0.25, 0.5, 0.5), PictureBox("dog", 0.0, 0.0, 0.1, 0.2))
    across, down = {x for x, _ in pixels}, {y for _, y in pixels}
    for ends, (first, last) in ((across, (100, 300)), (down, (50, 150))):
        assert abs(min(ends) - first) <= BOX_LINE and abs(max(ends) - last) <= BOX_LINE
    assert {(200, 50), (200, 150)} <= {(x, y + nudge) for x, y in pixels for nudge in (-1, 0, 1)}
    assert (200, 100) not in pixels, "a box is a frame, not filled"
    assert not painted(qtbot)


def test_the_name_of_a_class_stands_above_its_box(qtbot: QtBot) -> None:
    box = PictureBox("cat", 0.25, 0.25, 0.5, 0.5)
    above = painted(qtbot, box) - painted(qtbot, PictureBox("a" * 200, *(0.25, 0.25, 0.5, 0.5)))
    assert len(above) > 100 and {100} <= {x for x, _ in above} and max(y for _, y in above) <= 50
    at_the_top = painted(qtbot, PictureBox("cat", 0.25, 0.0, 0.5, 0.5))
    inside = {(x, y) for x, y in at_the_top if 103 <= x <= 115 and 3 <= y <= 10}
    assert len(inside) > 40, "within the box where there is no room above"


def test_a_box_lies_where_the_picture_is() -> None:
    assert box_place(PictureBox("", 0.5, 0.25, 0.25, 0.5), QRectF(10, 20, 40, 80)) == QRectF(30, 40, 10, 40)


def test_the_sentence_of_a_sample_counts_its_boxes(qtbot: QtBot, tmp_path: Path) -> None:
    browser = SampleBrowser(ThemeSource("light"))
    qtbot.addWidget(browser)
    browser.set_preview(preview(prepare(DataChoice(source=Images(path=str(boxed(tmp_path)))))))
    assert browser.gallery.tile_sentence(0, QPointF(), QRectF()).endswith("boxes: 1 cat, 1 dog")
    assert browser.gallery.tile_sentence(1, QPointF(), QRectF()).endswith("no boxes")


def test_boxes_that_a_network_says_are_told_and_drawn(qtbot: QtBot, tmp_path: Path) -> None:
    source = Images(path=str(boxed(tmp_path)), boxes="grid")
    shown = preview(prepare(DataChoice(source=source)))
    said = np.roll(shown.targets, 1, axis=0).reshape(len(shown.index), -1)
    predicted = SamplePredictions(target=shown.info.target_field, index=shown.index, values=said)
    answers = in_words(shown, predicted)
    assert [answer.words for answer in answers[:2]] == ["says no boxes", "says boxes: 1 cat, 1 dog"]
    browser = SampleBrowser(ThemeSource("light"))
    qtbot.addWidget(browser)
    browser.set_preview(shown)

    def drawn(row: int) -> bytes:
        image = QImage(200, 200, QImage.Format.Format_ARGB32)
        image.fill(QColor("black"))
        painter = QPainter(image)
        browser.gallery.paint_tile(painter, row, QRectF(0, 0, 200, 200))
        painter.end()
        return bytes(image.constBits())

    before = [drawn(row) for row in (0, 1)]
    browser.show_answers(answers)
    assert drawn(0) == before[0] and drawn(1) != before[1]


def test_boxes_of_another_number_of_samples_are_refused(qtbot: QtBot) -> None:
    gallery = SampleGallery(ThemeSource("light"))
    qtbot.addWidget(gallery)
    with pytest.raises(ValueError, match="samples and boxes differ in number"):
        gallery.set_samples(np.zeros((2, 1, 2, 2)), ["", ""], ["", ""], boxes=[()])
