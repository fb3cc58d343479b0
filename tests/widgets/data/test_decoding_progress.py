"""The data view while many pictures are decoded: how far that is, and a button that stops it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.protocol.data_messages import InspectData, PreviewData
from app.protocol.messages import R, Request, Unfinished
from tests.widgets.data.conftest import DirectLink, make_view
from tests.widgets.data.test_data_view import press


class SlowLink(DirectLink):
    """Answers some kinds of requests only when it is told to, and says meanwhile how far it is."""

    def __init__(self, *slow: type[Request[Any]]) -> None:
        super().__init__()
        self.slow = slow
        self.held: dict[int, Callable[[], None]] = {}

    def request(
        self, request: Request[R], on_reply: Callable[[R], None], on_refused: Callable[[str], None] | None = None
    ) -> int:
        if not isinstance(request, self.slow):
            return super().request(request, on_reply, on_refused)
        number = 1000 + len(self.asked)
        self.asked.append(request)
        self.held[number] = lambda: (super(SlowLink, self).request(request, on_reply, on_refused), None)[1]
        return number

    def forget(self, request: int) -> None:
        self.held.pop(request, None)

    def say(self, done: int) -> None:
        """Tell of every request that is held."""
        what = "Decoding pictures"
        progress = Unfinished(what=what, done=done, whole=20_000, kept=True, sentence=f"{what} {done:,} of 20,000")
        for number in list(self.held):
            self.waits.emit(number, progress)

    def answer(self) -> None:
        """Answer what is held."""
        held, self.held = self.held, {}
        for give in held.values():
            give()


def pets(folder: Path) -> Path:
    for number in range(12):
        path = folder / "pets" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 5), 20 * number, np.uint8)).save(path)
    return folder / "pets"


def test_a_folder_of_many_pictures_says_how_far_it_is(qtbot: QtBot, qapp: object, tmp_path: Path) -> None:
    link = SlowLink(InspectData, PreviewData)
    view = make_view(qtbot, link)
    view.open_path(pets(tmp_path))
    assert view.waiting.text == ""
    link.say(3200)
    assert view.waiting.text == "Decoding pictures 3,200 of 20,000"
    assert view.waiting.isVisible() and view.waiting.bar.value() == 160
    link.answer()
    assert view.waiting.text == ""
    qtbot.waitUntil(lambda: bool(link.held))
    link.say(400)
    assert view.waiting.text == "Decoding pictures 400 of 20,000"
    link.answer()
    assert view.waiting.text == "" and view.preview is not None
    assert view.title.text() == "pets"


def test_looking_at_a_folder_is_cancelled_and_gone_on_with(qtbot: QtBot, qapp: object, tmp_path: Path) -> None:
    link = SlowLink(InspectData)
    view = make_view(qtbot, link)
    view.open_path(pets(tmp_path))
    link.say(3200)
    qtbot.mouseClick(view.waiting.button, Qt.MouseButton.LeftButton)
    assert link.held == {} and view.waiting.text == ""
    assert view.notice.text == "Decoding pictures was stopped at 3,200 of 20,000. What is done is kept."
    assert view.facts.text() == "Choose a data set on the left, or open a file of your own."
    press(qtbot, view.notice, "Go on")
    link.say(3201)
    assert view.waiting.text == "Decoding pictures 3,201 of 20,000"
    link.answer()
    qtbot.waitUntil(lambda: view.preview is not None)
    assert view.section is not None and view.section["source"] == "images"


def test_a_preview_is_cancelled_and_gone_on_with(qtbot: QtBot, qapp: object, tmp_path: Path) -> None:
    link = SlowLink(PreviewData)
    view = make_view(qtbot, link)
    view.open_path(pets(tmp_path))
    qtbot.waitUntil(lambda: bool(link.held))
    link.say(7)
    qtbot.mouseClick(view.waiting.button, Qt.MouseButton.LeftButton)
    assert link.held == {} and view.preview is None and "was stopped at" in view.notice.text
    press(qtbot, view.notice, "Go on")
    assert view.notice.text == ""
    link.answer()
    assert view.preview is not None


def test_another_choice_is_not_told_about_what_was_asked_before(qtbot: QtBot, qapp: object, tmp_path: Path) -> None:
    link = SlowLink(PreviewData)
    view = make_view(qtbot, link)
    view.open_path(pets(tmp_path))
    qtbot.waitUntil(lambda: bool(link.held))
    link.say(7)
    view._choose("iris")
    qtbot.waitUntil(lambda: isinstance(last := link.asked[-1], PreviewData) and last.data["source"] == "iris")
    assert view.waiting.text == ""
    link.answer()
    assert view.title.text() == "Iris flowers"
