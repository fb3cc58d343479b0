"""Calling up pictures in the memory of a Hopfield network, by mouse and keyboard; nothing is trained for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from graph.document import Document
from graph.layers.hopfield import Hopfield
from graph.layers.stored_pictures import LETTERS
from tests.widgets.understand.conftest import make_document
from widgets.look.theme import ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.training.worker_link import WorkerLink
from widgets.understand.memory import memory_tab
from widgets.understand.memory.memory_tab import MemoryTab
from widgets.understand.subject import Subject

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def subject(qapp: object) -> Iterator[Subject]:
    """What is looked at, without a worker."""
    controller = TrainingController(WorkerLink())
    yield Subject(controller)
    controller.close()


@pytest.fixture
def document() -> Document:
    found = preset("hopfield").project
    return Document(found.network, found.sections)


@pytest.fixture
def tab(qtbot: QtBot, subject: Subject, document: Document, monkeypatch: pytest.MonkeyPatch) -> MemoryTab:
    monkeypatch.setattr(memory_tab, "UNITS", 60)
    monkeypatch.setattr(memory_tab, "LOADS", (0.05, 0.3))
    monkeypatch.setattr(memory_tab, "SEEDS", 1)
    subject.follow(document, None)
    made = MemoryTab(ThemeSource("light"), subject)
    qtbot.addWidget(made)
    made.resize(1200, 500)
    made.show()
    made.on_shown()
    return made


def signs(line: str) -> np.ndarray:
    return np.array([1.0 if mark == "#" else -1.0 for mark in line]).reshape(8, 8)


def test_a_noisy_letter_becomes_clean_while_the_energy_falls(tab: MemoryTab, qtbot: QtBot) -> None:
    assert tab.stored.count() == 5
    assert np.count_nonzero(tab.start.values[0] != signs(LETTERS[0])) == round(0.2 * 64)
    assert "13 of 64 pixels differ from C" in tab.says.text()
    assert (np.diff(tab.energy.energies) <= 1e-12).all()
    assert tab.energy.energies[-1] < tab.energy.energies[0]
    qtbot.mouseClick(tab.player.buttons["last"], LEFT)
    assert np.array_equal(tab.now.values[0], signs(LETTERS[0]))
    assert tab.stored.overlaps[0] == 1.0
    assert "it rests in C, as stored." in tab.says.text()
    qtbot.mouseClick(tab.player.buttons["back"], LEFT)
    assert tab.energy.at == 5 * 64 - 1
    tab.energy.clicked_at(tab.energy.panel, 3.2, 0.0)
    assert tab.says.text().startswith("Update 3: row ")


def test_another_letter_its_lower_half_and_other_noise(tab: MemoryTab, qtbot: QtBot) -> None:
    tab.stored.pick(3)
    tab.noise.setValue(0)
    assert tab.noise_says.text() == "0 %"
    assert np.array_equal(tab.start.values[0], signs(LETTERS[3]))
    tab.hidden.click()
    assert (tab.start.values[0][4:] == -1).all()
    assert "it rests in S, as stored." in tab.says.text()
    tab.noise.setValue(25)
    before = tab.start.values.copy()
    qtbot.mouseClick(tab.again, LEFT)
    assert not np.array_equal(before, tab.start.values)


def test_playing_goes_on_by_itself_and_ends_at_rest(tab: MemoryTab, qtbot: QtBot) -> None:
    if not tab.player.moves:
        pytest.skip("the platform asks for no motion")
    tab.noise.setValue(2)
    qtbot.mouseClick(tab.player.buttons["play"], LEFT)
    qtbot.waitUntil(lambda: not tab.player.running, timeout=60_000)
    assert 0 < tab.energy.at < 5 * 64
    assert np.array_equal(tab.now.values[0], signs(LETTERS[0]))


def test_an_edit_stores_other_pictures_and_too_many_do_not_come_back(tab: MemoryTab, document: Document) -> None:
    with document.transaction("Store all"):
        document.set_layer("memory1", Hopfield(letters=12))
    tab.subject.follow(document, None)
    assert tab.stored.count() == 12
    assert tab.capacity.here == pytest.approx(12 / 64)
    tab.noise.setValue(0)
    outcomes = []
    for letter in range(12):
        tab.stored.pick(letter)
        outcomes.append("as stored" in tab.says.text())
    assert sum(outcomes) <= 4


def test_the_capacity_is_computed_meanwhile(tab: MemoryTab, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not tab.capacity.is_empty(), timeout=60_000)
    assert tab.capacity.curve[:, 0].tolist() == pytest.approx([0.05, 0.3])
    assert tab.capacity.curve[0, 1] > tab.capacity.curve[1, 1]
    assert tab.capacity.limit == 0.138
    assert tab.capacity.reading(tab.capacity.panel, 0.06, 0.0).startswith("P / N = 0.05")


def test_it_is_about_networks_with_a_memory(subject: Subject, document: Document) -> None:
    subject.follow(make_document("digits", 1), None)
    assert "Hopfield layer" in MemoryTab.lacks(subject)
    subject.follow(document, None)
    assert MemoryTab.lacks(subject) == ""
