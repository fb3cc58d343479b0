"""Generated samples: the slider through time, playing, real samples beside them, walks, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.gan_messages import InterpolatedSamples, InterpolateNoise, ReadRealSamples, RealSamples
from app.protocol.gan_values import DiscriminatorMap
from app.training.gan.snapshots import SampleSnapshots
from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from tests.widgets.understand.test_understand_panel import PATIENCE, make_panel
from widgets.look import file_dialogs
from widgets.training.training_controller import TrainingController
from widgets.understand.generated.generated_tab import NO_FRAMES, NO_GAN, GeneratedTab

STEPS = (0, 40, 80, 120)


def document_of(id_: str) -> Document:
    project = preset(id_).project
    return Document(project.network, dict(project.sections))


def keep(run: Path, *sizes: int, steps: tuple[int, ...] = STEPS) -> None:
    """Samples of a run over time, all of them of the brightness of their time."""
    at = {"step": 0}
    frames = SampleSnapshots(run, lambda: np.full((16, *sizes), at["step"] / 120, np.float32), 1)
    for at["step"] in steps[1:]:
        frames.keep(at["step"])


def opened(silent: Silent, path: Path, id_: str = "digits_gan") -> GeneratedTab:
    run = saved_run(path, document_of(id_))
    keep(run, *((1, 8, 8) if id_ == "digits_gan" else (2,)))
    silent.panel.subject.show_run(run)
    silent.panel.show_tab("Generated samples")
    silent.panel.show()
    return silent.panel.view(GeneratedTab)


def answer_all(silent: Silent, tab: GeneratedTab, *sizes: int) -> None:
    """Answer as the worker might: real samples, and a walk between the ends that were asked for."""
    rng = np.random.default_rng(0)
    real, line = rng.random((16, *sizes)).astype(np.float32), np.linspace(-1, 1, 4, dtype=np.float32)
    plane = DiscriminatorMap(x=line, y=line, probability=np.full((4, 4, 2), 0.5, np.float32))
    run = str(tab.subject.run.path) if tab.subject.run is not None else ""
    reply = RealSamples(run=run, samples=real, discriminator=plane if sizes == (2,) else None)
    silent.reply(ReadRealSamples, reply)
    first, last = tab.ends
    walk = rng.random((9, *sizes)).astype(np.float32)
    silent.reply(InterpolateNoise, InterpolatedSamples(run=run, first=first, last=last, samples=walk, nearest=walk))


def test_what_is_missing_is_told(silent: Silent, tmp_path: Path) -> None:
    silent.open(make_document("digits", 1), "Generated samples")
    tab = silent.panel.view(GeneratedTab)
    assert silent.panel.views.nothing.text() == NO_GAN
    silent.panel.show_run(saved_run(tmp_path / "other", make_document("digits", 1)))
    assert silent.panel.views.nothing.isVisible() and silent.panel.views.nothing.text() == NO_GAN
    silent.panel.show_run(saved_run(tmp_path / "run", document_of("digits_gan")))
    assert tab.says.isVisible() and tab.says.text() == NO_FRAMES
    assert not tab.times.isVisible()


def test_the_slider_goes_through_time(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path / "run")
    answer_all(silent, tab, 1, 8, 8)
    assert tab.times.steps == STEPS
    assert (tab.times.step, tab.generated.count(), tab.real.count()) == (120, 16, 16)
    shades = []
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_End):
        qtbot.keyClick(tab.times.slider, key)
        image = tab.generated.grab().toImage()
        shades.append(shade(image, tab.generated.tile_place(5).center()))
    assert shades == sorted(shades)
    assert len(set(shades)) == 3
    assert tab.times.label.text() == "after 120 of 120 steps"


def shade(image: QImage, at: QPointF) -> int:
    return image.pixelColor(at.toPoint() * image.devicePixelRatio()).lightness()


def test_playing_goes_on_by_itself_and_stops_at_the_end(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path / "run")
    seen: list[int] = []
    tab.times.changed.connect(seen.append)
    qtbot.mouseClick(tab.times.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.times.play.isChecked(), timeout=PATIENCE)
    assert seen == list(STEPS)


def test_later_samples_are_gone_along_with_only_from_the_end(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run")
    run = tmp_path / "run"
    keep(run, 1, 8, 8, steps=(*STEPS, 160))
    tab.subject.epoch_ended.emit()
    assert tab.times.step == 160
    tab.times.slider.setValue(1)
    keep(run, 1, 8, 8, steps=(*STEPS, 160, 200))
    tab.subject.epoch_ended.emit()
    assert (tab.times.step, tab.times.steps[-1]) == (40, 200)


def test_clicks_choose_the_ends_of_a_walk_in_turns(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path / "run")
    answer_all(silent, tab, 1, 8, 8)
    assert tab.walk.count() == 18
    for index in (4, 9, 2):
        qtbot.mouseClick(
            tab.generated, Qt.MouseButton.LeftButton, pos=tab.generated.tile_place(index).center().toPoint()
        )
    assert tab.ends == (2, 9)
    _, asked = silent.take("InterpolateNoise")
    assert (asked.first, asked.last) == (2, 9)
    qtbot.mouseClick(tab.other, Qt.MouseButton.LeftButton)
    assert tab.ends == (9, 10)
    assert tab.generated.ends == (9, 10)
    tab.first.setValue(1)
    assert silent.take("InterpolateNoise")[1].first == 0


def test_an_answer_to_another_walk_is_not_shown(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run")
    walk = np.zeros((9, 1, 8, 8), np.float32)
    silent.reply(InterpolateNoise, InterpolatedSamples(first=7, last=8, samples=walk, nearest=walk))
    assert tab.walk.count() == 0


def test_points_are_drawn_over_real_ones(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run", "ring_gan")
    answer_all(silent, tab, 2)
    assert tab.stack.currentWidget() is tab.plane
    assert "real, generated, way" in tab.plane.accessibleDescription()
    assert tab.plane.view_extent() == (-1, 1, -1, 1)
    assert tab.note.text().startswith("Ground")


@pytest.mark.parametrize("id_", ["digits_gan", "ring_gan"])
def test_what_is_on_show_is_saved(
    silent: Silent, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, id_: str
) -> None:
    tab = opened(silent, tmp_path / "run", id_)
    answer_all(silent, tab, *((1, 8, 8) if id_ == "digits_gan" else (2,)))
    target = tmp_path / "sheet"
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(target), ""))
    qtbot.mouseClick(tab.times.save, Qt.MouseButton.LeftButton)
    saved = QImage(str(target.with_suffix(".png")))
    assert saved.width() > 100
    assert len({saved.pixel(x, y) for x in range(0, saved.width(), 3) for y in range(0, saved.height(), 3)}) > 1


def test_a_refusal_is_told(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run")
    silent.refuse("ReadRealSamples", "The run was altered.")
    assert tab.note.text() == "The run was altered."


def test_a_broken_file_is_told(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run")
    (tmp_path / "run" / "made" / "000000040.npy").write_bytes(b"no")
    tab.times.slider.setValue(1)
    assert "cannot be read" in tab.says.text()
    assert tab.says.isVisible()
    tab.times.slider.setValue(2)
    assert tab.generated.isVisible()


def test_a_real_worker_trains_and_answers(controller: TrainingController, qtbot: QtBot) -> None:
    document = document_of("ring_gan")
    plan, data = (dict(document.sections[name]) for name in ("plan", "data"))  # type: ignore[arg-type]
    with document.transaction("Shorten"):
        document.set_section("plan", plan | {"epochs": 2, "batch_size": 200})
        document.set_section("data", data | {"options": {"samples": 400}})
    panel = make_panel(qtbot, controller)
    panel.show_tab("Generated samples")
    controller.train(document)
    tab = panel.view(GeneratedTab)
    qtbot.waitUntil(lambda: tab.note.text().startswith("Ground"), timeout=PATIENCE)
    qtbot.waitUntil(lambda: tab.times.steps[-1:] == (4,), timeout=PATIENCE)
    qtbot.waitUntil(lambda: "way" in tab.plane.accessibleDescription(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: not controller.active, timeout=PATIENCE)
