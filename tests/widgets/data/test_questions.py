"""What a file of arrays or pictures leaves open, asked in the data view under real clicks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from graph.document import Document
from tests.graph.networks import section
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.data_view import READING, DataView
from widgets.data.reading_panel import SETTLED

LEFT = Qt.MouseButton.LeftButton
RNG = np.random.default_rng(0)


@pytest.fixture
def document() -> Document:
    """An empty project."""
    return Document()


def windows(folder: Path) -> Path:
    """Windows of 24 steps of 20 channels, which look like pictures, with clear classes."""
    waves = np.sin(np.linspace(0, 9, 24)[:, None] + np.arange(20)) + RNG.normal(0, 0.1, (12, 24, 20))
    np.savez(folder / "w.npz", x=waves, y=np.arange(12) % 2)
    return folder / "w.npz"


def dim(folder: Path) -> Path:
    """Pictures of 12 bits in files of 16."""
    for number in range(8):
        place = folder / "dim" / ("a", "b")[number % 2] / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 4096, (32, 32)).astype(np.uint16)).save(place)
    return folder / "dim"


def opened(qtbot: QtBot, link: DirectLink, document: Document, path: Path) -> DataView:
    view = make_view(qtbot, link, document, (1024, 700))
    view.open_path(path)
    qtbot.waitUntil(lambda: view.preview is not None)
    return view


def press(qtbot: QtBot, parent: QWidget, title: str) -> None:
    (button,) = [one for one in parent.findChildren(QPushButton) if one.text() == title and one.isVisible()]
    qtbot.mouseClick(button, LEFT)


def answer(qtbot: QtBot, view: DataView, place: int) -> None:
    """Click an answer, and wait until the samples are read so."""
    before = view.preview
    qtbot.mouseClick(view.reading.question.answers[place], LEFT)
    qtbot.waitUntil(lambda: view.preview is not None and view.preview is not before)


def titles(view: DataView) -> list[str]:
    return [one.text().split("\n")[0] for one in view.reading.question.answers if one.isVisible()]


def test_windows_that_look_like_pictures_are_asked_about_and_one_click_answers(
    qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path
) -> None:
    view = opened(qtbot, link, document, windows(tmp_path))
    assert view.asking.text == ("The samples may be read in three ways. Until you choose, the likelier one is used.")
    assert "choose the layout" not in view.notes.text()
    press(qtbot, view.asking, "Choose…")
    qtbot.waitUntil(view.reading.isVisible)
    box = view.reading.question
    assert titles(view) == ["Pictures", "Curves", "Transposed"]
    assert box.answers[0].hasFocus()
    assert [drawing.is_pictures() for drawing in box.drawings] == [True, False, False]
    assert view.preview is not None and view.preview.info.input_field.kind == "image"

    answer(qtbot, view, 1)
    options = section(document, "data")["options"]
    assert options["layout"] == "sequence" and options["roles"]["samples"] == ["x"]
    assert view.preview.info.input_field.shape == (24, 20)
    assert view.asking.text == "" and view.reading.settled.text() == SETTLED
    assert view.reading.isVisible() and view.reading.settled.isVisible() and not box.isVisible()

    before = view.preview
    document.undo()
    qtbot.waitUntil(lambda: view.preview is not None and view.preview is not before)
    assert section(document, "data")["options"]["layout"] == "auto"
    assert view.reading.isVisible() and titles(view)[0] == "Pictures"
    qtbot.mouseClick(box.drawings[2], LEFT, pos=box.drawings[2].tile_place(0).center().toPoint())
    qtbot.waitUntil(lambda: view.preview is not None and view.preview.info.input_field.kind == "sequence")
    assert section(document, "data")["options"]["layout"] == "steps_last"
    assert view.preview.info.input_field.shape == (20, 24)


def test_two_doubts_are_asked_one_after_the_other(
    qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path
) -> None:
    np.savez(tmp_path / "a.npz", arr_0=RNG.normal(size=(40, 6)), arr_1=np.array([3, 5, 8, 9])[np.arange(40) % 4])
    view = opened(qtbot, link, document, tmp_path / "a.npz")
    assert view.asking.text.startswith("The arrays and the targets may be read in several ways.")
    press(qtbot, view.asking, "Choose…")
    assert titles(view) == ["“arr_1” from “arr_0”", "“arr_0” from “arr_1”", "No targets"]
    answer(qtbot, view, 0)
    options = section(document, "data")["options"]
    assert (options["samples"], options["target"]) == ("arr_0", "arr_1")
    assert titles(view) == ["Classes", "Amounts"]
    answer(qtbot, view, 1)
    assert section(document, "data")["options"]["task"] == "regression"
    assert view.preview is not None and view.preview.info.task == "regression"
    assert view.asking.text == ""


def test_dim_pictures_stand_beside_bright_ones_on_one_scale(
    qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path
) -> None:
    view = opened(qtbot, link, document, dim(tmp_path))
    press(qtbot, view.asking, "Choose…")
    assert titles(view) == ["12 bits", "16 bits"]
    answer(qtbot, view, 1)
    assert section(document, "data")["options"]["depth"] == "16"
    assert view.preview is not None and 0.05 < float(view.preview.inputs.max()) <= 0.0625


def test_a_file_of_another_kind_is_not_asked_about(
    qtbot: QtBot, link: DirectLink, document: Document, tmp_path: Path
) -> None:
    view = opened(qtbot, link, document, windows(tmp_path))
    np.savez(tmp_path / "clear.npz", x=RNG.normal(size=(12, 5)), y=np.arange(12) % 2)
    view.open_path(tmp_path / "clear.npz")
    qtbot.waitUntil(lambda: view.preview is not None and view.preview.info.title == "clear")
    tabs = view.samples.tabs
    assert READING not in [tabs.tabText(place) for place in range(tabs.count())]
    assert view.asking.text == ""
