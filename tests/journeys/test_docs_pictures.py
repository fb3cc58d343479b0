"""The pictures in docs show the window of today: each has its description, and those are compared with it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.journeys.stale_pictures import DOCS, assert_fresh, read
from tools import docs_pictures
from tools.docs_pictures import PAGES
from widgets.tour.pictures import describe, differences, take_picture

FOLDERS = ("screenshots", "guide")
PICTURES = sorted(path for folder in FOLDERS for path in (DOCS / folder).glob("*.png"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_each_picture_has_its_description_and_a_page(path: Path) -> None:
    described = read(path)
    with Image.open(path) as picture:
        assert list(picture.size) == described["size"]
    assert described["texts"] and described["widgets"]
    pages = [DOCS.parent / "README.md", *DOCS.glob("*.md"), *(DOCS / "guide").glob("*.md")]
    if path.parent.name == "guide":
        assert any(re.search(rf"\]\(([\w/]*/)?{re.escape(path.name)}\)", page.read_text("utf-8")) for page in pages)


ELSEWHERE = ("readme", "first-network")
"""Pages whose pictures test_tour and test_first_network take anyway, and compare."""


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page not in ELSEWHERE])
def test_the_pictures_of_a_page_are_not_stale(page: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.docs_pictures", page, "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=DOCS.parent, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    assert_fresh(tmp_path / PAGES[page][1], PAGES[page][1])


def test_pictures_of_the_tour_are_kept_without_what_it_saves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(out: Path) -> None:
        Image.new("RGB", (4, 4), "red").save(out / "01-start.png")
        for name in ("01-start.json", "lenet.py"):
            (out / name).write_text("{}", "utf-8")

    monkeypatch.setattr(docs_pictures, "tell", tell)
    docs_pictures.take_pages(["readme"], tmp_path)
    kept = tmp_path / "screenshots"
    assert sorted(path.name for path in kept.iterdir()) == ["01-start.json", "01-start.png"]
    with Image.open(kept / "01-start.png") as picture:
        assert picture.mode == "P"


def window(qtbot: QtBot, *texts: str) -> QWidget:
    """A window with labels below each other."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(300, 200)
    for row, text in enumerate(texts):
        label = QLabel(text, made)
        label.setObjectName(f"label{row}")
        label.setGeometry(10, 10 + 30 * row, 280, 25)
    made.show()
    return made


def test_a_word_that_changes_or_moves_makes_a_picture_stale(qtbot: QtBot, tmp_path: Path) -> None:
    shown = window(qtbot, "Loss", "Epoch 3")
    take_picture(shown, tmp_path / "a.png")
    stored = read(tmp_path / "a.png")
    assert stored == describe(shown) and not differences(stored, describe(shown))
    assert differences(stored, describe(window(qtbot, "Loss", "Epoch 4"))) == [
        "“Epoch 3” is gone.",
        "“Epoch 4” is new.",
    ]
    shown.findChild(QLabel, "label1").move(10, 80)
    assert any("label1 was at" in found for found in differences(stored, describe(shown)))


def test_of_a_trained_picture_the_words_alone_count(qtbot: QtBot) -> None:
    stored = describe(window(qtbot, "Loss", "Epoch 3"), trained=True)
    assert not differences(stored, describe(window(qtbot, "Loss", "Epoch 12"), trained=True))
    assert differences(stored, describe(window(qtbot, "Cost", "Epoch 12"), trained=True)) == [
        "“Loss” is gone.",
        "“Cost” is new.",
    ]
