"""Style transfer in the window: what is asked, how the picture grows, what stops it, and what is saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.style_messages import PictureChoice, StyledPicture, TransferStyle
from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.look import file_dialogs
from widgets.understand.style.style_tab import SAYS, StyleTab
from widgets.understand.understand_tab import Group


def opened(silent: Silent, path: Path) -> StyleTab:
    """The tab on a run of a network with two convolutions."""
    project = preset("lenet").project
    silent.panel.subject.show_run(saved_run(path, Document(project.network, dict(project.sections))))
    silent.panel.show_tab("Style transfer")
    silent.panel.show()
    tab = silent.panel.view(StyleTab)
    silent.show_data()
    return tab


def grown(done: int, total: int = 300) -> StyledPicture:
    chance = np.random.default_rng(done)
    picture = chance.random((1, 16, 16)).astype(np.float32)
    matrices = {name: chance.normal(size=(2, 4, 4)).astype(np.float32) for name in ("conv1", "conv2")}
    losses = np.linspace(1.0, 0.1, done + 1)
    return StyledPicture(
        done=done, total=total, state=np.zeros((3, 1, 16, 16), np.float32), picture=picture, content=picture,
        style=picture, low=0.0, high=1.0, content_loss=losses, style_loss=losses / 2, grams=matrices,
    )  # fmt: skip


def test_a_picture_grows_until_it_is_stopped(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path)
    assert (tab.content.words, tab.style_of.words) == (f"sample {(tab.samples.position or 0) + 1}", "stripes")
    assert not tab.content.pane.is_empty() and tab.style_of.pane.values.shape == (1, 28, 28)
    assert tab.about.text() == SAYS and not tab.save.isEnabled()
    qtbot.mouseClick(tab.begin, Qt.MouseButton.LeftButton)
    asked = silent.request(TransferStyle)
    assert (asked.content.sample, asked.style) == (tab.samples.position, PictureChoice(texture="stripes"))
    assert (asked.content_layer, asked.style_layers) == ("conv2", ("conv1", "conv2"))
    assert asked.settings["steps"] == 300 and tab.begin.text() == "Stop"
    silent.reply(TransferStyle, grown(20))
    assert silent.request(TransferStyle).so_far is not None
    assert tab.picture.note == "step 20 of 300"
    assert tab.about.text() == "Content loss 0.1  ·  style loss 0.05"
    assert [len(curve) for curve in tab.losses.view.curves.values()] == [21, 21, 21] and tab.losses.view.log
    # 1 · 0.1 and 40 · 0.05, the weights that were asked for
    tab.losses.view.set_cursor(20)
    assert [round(value, 6) for curve, _, value in tab.losses.view.readings() if curve.name == "weighted sum"] == [2.1]
    qtbot.mouseClick(tab.begin, Qt.MouseButton.LeftButton)
    assert tab.begin.text() == "Begin" and tab.picture.note == "step 20 of 300" and tab.save.isEnabled()


def test_what_is_chosen_is_asked_and_begins_anew(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path)
    tab.begin.click()
    silent.reply(TransferStyle, grown(5))
    tab.menu.actions()[0].trigger()
    asked = silent.request(TransferStyle)
    assert (asked.style_layers, asked.so_far) == (("conv2",), None)
    assert tab.layers.text() == "Style layers: 1 of 2" and not tab.gram_layer.offers("conv1")
    tab.content_layer.choose("conv1")
    tab.form.edited.emit("steps", 10)
    tab.style_of.box.setCurrentIndex(2)
    tab.style_of.box.activated.emit(2)
    asked = silent.request(TransferStyle)
    assert (asked.content_layer, asked.settings["steps"], asked.style.texture) == ("conv1", 10, "waves")
    tab.form.edited.emit("steps", 0)
    assert silent.request(TransferStyle).settings["steps"] == 10
    silent.refuse("TransferStyle", "conv1 gives only zeros.")
    assert tab.about.text() == "conv1 gives only zeros." and tab.picture.is_empty()


def test_samples_and_files_are_pictures_too(
    silent: Silent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    tab = opened(silent, tmp_path)
    first = tab.samples.position
    row = tab.style_of.box.findData("sample")
    tab.style_of.box.activated.emit(row)
    tab.samples.picked.emit(1)
    assert tab.style_of.choice.sample == first != tab.content.choice.sample == tab.samples.position
    monkeypatch.setattr(file_dialogs, "ask_open", lambda *_, **__: ("", ""))
    tab.content.box.activated.emit(tab.content.box.findData("file"))
    assert tab.content.kind == "sample"
    monkeypatch.setattr(file_dialogs, "ask_open", lambda *_, **__: (str(tmp_path / "cat.png"), ""))
    tab.content.box.activated.emit(tab.content.box.findData("file"))
    tab.samples.picked.emit(0)
    assert (tab.content.choice, tab.content.words) == (PictureChoice(file=tmp_path / "cat.png"), "cat.png")
    assert tab.content.pane.is_empty()
    tab.begin.click()
    silent.reply(TransferStyle, grown(3))
    assert tab.content.pane.values.shape == (1, 16, 16) and tab.content.pane.note == "cat.png"
    saved = tmp_path / "made"
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_, **__: (str(saved), ""))
    tab.enlarge.setValue(3)
    tab.save.click()
    with Image.open(saved.with_suffix(".png")) as picture:
        assert picture.size == (48, 48)


def test_it_is_found_where_the_network_is_looked_into(silent: Silent, tmp_path: Path) -> None:
    """Beside Try it, nobody who draws a digit knew what it was for."""
    tab = opened(silent, tmp_path)
    assert StyleTab.group is Group.INSIDE and type(tab) in silent.panel.views.listed
    top = tab.about.mapTo(tab, QPoint()).y()
    assert top < tab.picture.mapTo(tab, QPoint()).y()  # what to do is read before what came of it


def test_pictures_that_are_too_small_to_have_a_style_are_told_so(silent: Silent) -> None:
    project = preset("digits_cnn").project
    silent.open(Document(project.network, dict(project.sections)), "Style transfer")
    assert "8 × 8 pixels are too small" in silent.panel.views.nothing.text()
    assert StyleTab not in {kind for kind in silent.panel.views.kinds if silent.panel.views.offered(kind)}


def test_networks_without_two_convolutions_are_told_why(silent: Silent) -> None:
    assert StyleTab.reason_against(silent.panel.subject) == ""
    silent.open(make_document("digits", 1), "Style transfer")
    assert "at least two 2-D convolutions" in silent.panel.views.nothing.text()
