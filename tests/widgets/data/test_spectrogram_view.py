"""The spectrogram by hand under real clicks: another frame, another band, another sound, and data without any."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from app.data.sources.recordings import Recordings
from app.data.sources.sounds import Sounds
from app.data.sources.synthetic.points import Spirals
from app.data.sources.synthetic.spoken import MadeSounds
from app.protocol.data_values import DataPreview
from widgets.data.read_as import ReadAs
from widgets.data.sample_views import SampleBrowser
from widgets.data.spectrogram_view import TITLE, SpectrogramView
from widgets.look.theme import ThemeSource

SOUNDS = MadeSounds(samples=24)


@pytest.fixture(scope="module")
def shown() -> DataPreview:
    return preview(prepare(DataChoice(source=SOUNDS)))


@pytest.fixture
def view(qtbot: QtBot, shown: DataPreview) -> SpectrogramView:
    made = SpectrogramView(ThemeSource("light"))
    qtbot.addWidget(made)
    made.resize(900, 640)
    made.set_preview(shown, SOUNDS)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_the_column_by_hand_is_that_of_the_data(view: SpectrogramView, shown: DataPreview, qtbot: QtBot) -> None:
    seen = np.asarray(shown.values["spectrogram"])[0, 0, ::-1]
    assert view.sound.levels == pytest.approx(seen, abs=1e-4)
    qtbot.keyClick(view.slider, Qt.Key.Key_Home)
    for _ in range(3):
        qtbot.keyClick(view.slider, Qt.Key.Key_Right)
    assert view.place.text() == "4 of 58, 30 to 55 ms"
    assert view.frame.column == pytest.approx(seen[:, 3], abs=1e-4)
    loudest = int(seen[:, 3].argmax())
    assert f"Filter {loudest + 1} rises from" in view.rule.text()
    assert f"{seen[loudest, 3]:.1f} dB, one cell of the column" in view.rule.text()


def test_a_click_picks_the_frame_and_the_band(view: SpectrogramView, qtbot: QtBot) -> None:
    below, column = view.sound.panels[1], view.frame.panels[2]
    view.sound.prepare()
    place = below.point_of(0.3, 10).toPoint()
    qtbot.mouseClick(view.sound.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y()))
    assert view.slider.value() == round((0.3 * 8000 - 100) / 80)
    low, _ = view.frame._levels
    view.frame.prepare()
    place = column.point_of(low + 1, 5).toPoint()
    qtbot.mouseClick(view.frame.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y()))
    assert "Filter 5 rises from" in view.rule.text()
    assert "band 5" in view.frame.reading(column, low, 5.2)


def test_another_sound_and_no_sound(view: SpectrogramView, shown: DataPreview) -> None:
    view.show_sample(2)
    wave = np.asarray(shown.values["waveform"])[2, :, 0]
    assert view.sound.wave == pytest.approx(wave)
    assert len(list(view.sound.table())) == 59 and len(list(view.frame.table())) == 25
    points = preview(prepare(DataChoice(source=Spirals(samples=30))))
    view.set_preview(points, Spirals())
    assert view.is_empty and view.sound.is_empty() and view.frame.is_empty() and not view.rule.text()


def test_the_view_is_made_for_the_first_data_that_has_sounds(qtbot: QtBot, shown: DataPreview) -> None:
    browser, points = SampleBrowser(ThemeSource("light")), Spirals(samples=30)
    qtbot.addWidget(browser)
    browser.add_side("One batch", QWidget())
    browser.show_side("One batch", True)
    without = preview(prepare(DataChoice(source=points)))
    browser.set_preview(without, points)
    assert not browser.findChildren(SpectrogramView)
    browser.set_preview(shown, SOUNDS)
    assert [browser.tabs.tabText(place) for place in range(browser.tabs.count())][-2:] == [TITLE, "One batch"]
    browser.gallery.picked.emit(2)
    assert browser.spectrogram.sample.value() == 3
    browser.set_preview(without, points)
    assert browser.spectrogram.is_empty and browser.tabs.indexOf(browser.spectrogram) == -1


def test_a_folder_of_sounds_can_be_read_as_waves_or_as_spectrograms(qtbot: QtBot) -> None:
    choice = ReadAs()
    qtbot.addWidget(choice)
    choice.show_source(Recordings())
    assert choice.isHidden()  # recordings in tables are no sounds
    choice.show_source(Recordings(rate=8000))
    assert not choice.isHidden()
    assert [choice.box.itemText(place) for place in range(choice.box.count())] == [
        "Recordings",
        "Sounds as spectrograms",
    ]
    with qtbot.waitSignal(choice.wanted) as told:
        choice.box.activated.emit(1)
    assert told.args == ["sounds"] and choice.box.currentIndex() == 0  # until it was found that it can be
    choice.show_source(Sounds())
    assert choice.box.currentText() == "Sounds as spectrograms"
    choice.show_source(Spirals())
    assert choice.isHidden()
