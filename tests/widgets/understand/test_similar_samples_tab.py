"""Searching by codes: picking, progress and cancel, neighbours, reconstruction, the map, and a real worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.embedding_messages import CodeProjection, FindSimilarSamples, ProjectCodes, SimilarSamples
from app.protocol.embedding_values import Neighbours, ProjectedCodes, Reconstruction, SampleNeighbours
from app.protocol.values import FieldFacts
from app.system.number_format import nth
from graph.document import Document
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from tests.widgets.understand.test_understand_panel import PATIENCE, make_panel, train
from widgets.look.theme import ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.understand.embedding_map import CodeMap
from widgets.understand.similar_samples_tab import NO_CODE, SimilarTab, beside, shared, values_title
from widgets.understand.understand_tab import NO_WEIGHTS

TARGET = FieldFacts("digit", "vector", (10,), classes=tuple(str(digit) for digit in range(10)))


def opened(silent: Silent, path: Path, id_: str = "edge_autoencoder") -> SimilarTab:
    """The tab on a run of a preset, its samples there, the first question about neighbours not answered."""
    project = preset(id_).project
    silent.panel.subject.show_run(saved_run(path, Document(project.network, dict(project.sections))))
    silent.panel.show_tab("Similar")
    silent.panel.show()
    silent.show_data()
    return silent.panel.view(SimilarTab)


def similar(tab: SimilarTab, found: SampleNeighbours | None = None, **more: Any) -> SimilarSamples:
    """What the worker replies to the newest request; without neighbours codes are still being made."""
    assert tab._asked is not None
    run, layer, sample = tab._asked
    counts = {"done": 1797, "total": 1797, "samples": 1797, **more}
    return SimilarSamples(run=str(run), layer=layer, sample=sample, target_field=TARGET, neighbours=found, **counts)


def neighbours(tab: SimilarTab) -> SampleNeighbours:
    """What the worker might find for a picture of a 3: itself made of its code, and six others."""
    rng = np.random.default_rng(int(tab._position or 0))
    pictures = rng.random((3, 1, 8, 8)).astype(np.float32)

    def near(start: int, classes: list[int]) -> Neighbours:
        similarity = np.array([0.99, 0.9876, 0.5])
        index = np.arange(start, start + 3)
        return Neighbours(index=index, similarity=similarity, input=pictures, target=np.array(classes))

    return SampleNeighbours(
        code=np.ones(16, np.float32),
        input=pictures[0],
        target=np.array([3]),
        by_code=near(100, [3, 3, 5]),
        by_value=near(200, [8, 3, 9]),
        reconstruction=Reconstruction(before=pictures[1], after=pictures[2], error=0.125),
    )


def newest(silent: Silent) -> FindSimilarSamples:
    """The newest request for similar samples, which counts as replied to."""
    request = silent.take("FindSimilarSamples")[1]
    assert isinstance(request, FindSimilarSamples)
    return request


def waiting(silent: Silent) -> bool:
    """Whether a request for similar samples waits for its reply."""
    return any(isinstance(request, FindSimilarSamples) for _, _, request in silent.asked)


def test_what_is_missing_is_told(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    silent.open(make_document("digits", 1), "Similar")
    tab = silent.panel.view(SimilarTab)
    assert silent.panel.views.nothing.isVisible()
    assert silent.panel.views.nothing.text() == SimilarTab.no_run
    run = saved_run(tmp_path / "run", make_document("digits", 1))
    (run / "weights.safetensors").unlink()
    silent.panel.show_run(run)
    assert silent.panel.views.nothing.text() == NO_WEIGHTS
    silent.panel.show_run(saved_run(tmp_path / "bare", Document(sections={"data": {"source": "digits"}})))
    assert tab.says.isVisible() and tab.says.text() == NO_CODE


def test_the_bottleneck_is_asked_for_the_sample_that_is_picked(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path / "run")
    first = newest(silent)
    assert (first.layer, first.sample) == ("bottleneck", tab.gallery.position)
    qtbot.mouseClick(tab.gallery, Qt.MouseButton.LeftButton, pos=tab.gallery.tile_place(1).center().toPoint())
    assert newest(silent).sample == tab.gallery.position != first.sample
    tab.picker.choose("dense1")
    assert newest(silent).layer == "dense1"


def test_progress_is_shown_and_can_be_stopped(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path / "run")
    silent.reply(FindSimilarSamples, similar(tab, done=100))
    assert tab.progress.isVisible()
    assert (tab.progress.value(), tab.progress.maximum()) == (100, 1797)
    qtbot.mouseClick(tab.cancel, Qt.MouseButton.LeftButton)
    silent.reply(FindSimilarSamples, similar(tab, done=200))
    assert not waiting(silent)
    assert tab.cancel.text() == "Go on"
    qtbot.keyClick(tab.cancel, Qt.Key.Key_Space)
    silent.reply(FindSimilarSamples, similar(tab, neighbours(tab)))
    assert not tab.progress.isVisible()
    assert tab.by_code.count() == 3


def test_what_nobody_looks_at_is_not_made(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run")
    reply = similar(tab, done=100)
    silent.panel.hide()
    silent.reply(FindSimilarSamples, reply)
    assert not waiting(silent)
    silent.panel.show()
    assert newest(silent).layer == "bottleneck"


def test_neighbours_and_reconstruction(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path / "run")
    silent.reply(FindSimilarSamples, similar(tab, neighbours(tab), total=1000, done=1000))
    assert tab.code_heading.text() == "Nearest by the codes of bottleneck: 2 of 3 share its class"
    assert tab.value_heading.text() == "Nearest by pixels: 1 of 3 share its class"
    assert (tab.sample.count(), tab.sample._labels) == (3, ["3", "goes in", "from its code"])
    assert "0.125" in tab.about.text()
    assert tab.note.text() == "1,000 of 1,797 samples compared"
    sentence = tab.by_code.tile_sentence(1, QPointF(), tab.by_code.tile_place(1))
    assert sentence == "Sample 102, 3: cosine similarity 0.9876"
    tab.grab()
    qtbot.mouseClick(tab.by_value, Qt.MouseButton.LeftButton, pos=tab.by_value.tile_place(2).center().toPoint())
    assert newest(silent).sample == 202


def test_an_answer_about_another_sample_is_not_shown(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run")
    old = similar(tab, neighbours(tab))
    number, request = silent.take("FindSimilarSamples")
    tab.look_at(77)
    silent.asked.append((number, "FindSimilarSamples", request))
    silent.reply(FindSimilarSamples, old)
    assert tab.by_code.is_empty()


def test_a_position_does_not_outlive_its_data(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run")
    tab.look_at(1700)
    newest(silent)
    silent.panel.show_run(saved_run(tmp_path / "other", make_document("spirals", 1)))
    assert not waiting(silent)
    silent.show_data()
    position = tab.gallery.position
    assert position is not None
    assert newest(silent).sample == position < 600


def test_a_refusal_stands_in_place(silent: Silent, tmp_path: Path) -> None:
    tab = opened(silent, tmp_path / "run")
    silent.refuse("FindSimilarSamples", "The weights were altered.")
    assert tab.says.isVisible()
    assert tab.says.text() == "The weights were altered."


def test_the_map_is_asked_once_and_picks(silent: Silent, tmp_path: Path, qtbot: QtBot) -> None:
    tab = opened(silent, tmp_path / "run")
    silent.reply(FindSimilarSamples, similar(tab, neighbours(tab)))
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], np.float32)
    index, target = np.array([5, 6, 7, 8]), np.array([0, 1, 2, 9])
    codes = ProjectedCodes(points=points, index=index, target=target, share=np.array([0.5, 0.25]))
    run = str(tmp_path / "run")
    projection = CodeProjection(run=run, done=1797, total=1797, layer="bottleneck", target_field=TARGET, codes=codes)
    silent.reply(ProjectCodes, projection)
    assert tab.map_heading.text() == "Map of the codes, 75 % of their variance"
    tab.map.grab()
    x, y = tab.map.places()[3].tolist()
    qtbot.mouseClick(tab.map.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert newest(silent).sample == 8
    silent.asked.append((0, "nothing", {}))
    assert "ProjectCodes" not in [kind for _, kind, _ in silent.asked]


def test_the_map_by_keyboard(qtbot: QtBot) -> None:
    view = CodeMap(ThemeSource("light"))
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show()
    picked: list[int] = []
    view.picked.connect(picked.append)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.current is None
    names = ["a", "b", "b", "a"]
    view.set_codes([[0, 0], [1, 0], [0, 1], [1, 1]], [5, 6, 7, 8], [0, 1, 1, 0], ["a", "b"], names)
    view.grab()
    for key, point in (("Left", 0), ("Right", 1), ("Up", 3), ("Up", 3), ("Left", 2), ("Down", 0)):
        qtbot.keyClick(view, getattr(Qt.Key, f"Key_{key}"))
        assert view.current == point
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert picked == [5]
    assert view.accessibleDescription() == "Sample 6: a"
    view.mark(8)
    assert view.current == 3
    view.mark(99)
    assert view.current is None


def test_words_and_scales() -> None:
    assert shared("3", ["3", "5", "3"]) == ": 2 of 3 share its class"
    assert (values_title(3), values_title(1)) == ("Nearest by pixels", "Nearest by raw values")
    sample, edges = np.array([0.0, 16.0]), np.array([1.0, 3.0])
    shown, names = beside(sample, edges, np.array([2.0, 2.0]), "7")
    assert names == ["7", "goes in", "from its code"]
    assert shown[0].tolist() == [1.0, 3.0]
    assert beside(sample, sample, edges, "7")[1] == ["7", "from its code"]


def test_neighbours_from_the_real_worker(qtbot: QtBot, controller: TrainingController) -> None:
    panel = make_panel(qtbot, controller)
    train(qtbot, controller, "digits", 1)
    panel.show_tab("Similar")
    tab = panel.view(SimilarTab)
    qtbot.waitUntil(lambda: not tab.by_code.is_empty() and not tab.map.is_empty(), timeout=PATIENCE)
    assert tab.picker.chosen == "flatten1"
    assert tab.by_code.count() == tab.by_value.count() == 12
    assert tab.sample.count() == 1
    first = tab.by_code.positions[0]
    tab.by_code.pick(0)
    qtbot.waitUntil(lambda: f"Sample {nth(first)}," in tab.about.text(), timeout=PATIENCE)
