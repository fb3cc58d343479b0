"""Going through a training step by hand: by mouse and keyboard, from fresh weights and from those of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from app.protocol.framing import Decoder, encode
from app.protocol.messages import R, Request
from app.training.training_session import load_model
from app.worker.handlers import answer
from graph.document import Document
from graph.errors import NetloomError
from tests.widgets.understand.conftest import make_document
from widgets.look.theme import ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State
from widgets.training.worker_link import WorkerLink
from widgets.understand.backprop.backprop_diagram import strength
from widgets.understand.backprop.backprop_sheets import sheet
from widgets.understand.backprop.backprop_tab import FRESH, OWN, BackpropTab
from widgets.understand.backprop.recorded_step import BY_HAND, Phase, Stop
from widgets.understand.subject import Subject
from widgets.understand.understand_panel import UnderstandPanel

PATIENCE = 60_000
LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


@pytest.fixture
def subject(qapp: object) -> Iterator[Subject]:
    """A subject whose questions are answered soon, in this process."""
    controller = TrainingController(WorkerLink())
    made = Subject(controller)

    def request(
        request: Request[R], on_reply: Callable[[R], None], on_refused: Callable[[str], None] | None = None
    ) -> int:
        def soon() -> None:
            try:
                [envelope] = Decoder().feed(encode(answer(request, load_model)))
            except NetloomError as error:
                assert on_refused is not None
                on_refused(str(error))
            else:
                on_reply(cast(R, envelope.message))

        QTimer.singleShot(0, soon)
        return 1

    controller.link.request = request  # type: ignore[method-assign]
    yield made
    controller.close()


def make(qtbot: QtBot, subject: Subject, name: str, **plan: Any) -> BackpropTab:
    """The tab on a preset whose plan is another one."""
    project = preset(name).project
    sections = {**project.sections, **({"plan": plan} if plan else {})}
    subject.follow(Document(project.network, sections), None)
    tab = BackpropTab(ThemeSource("light"), subject)
    qtbot.addWidget(tab)
    tab.resize(1200, 420)
    tab.show()
    tab.on_shown()
    settle(qtbot, tab)
    return tab


def settle(qtbot: QtBot, tab: BackpropTab) -> None:
    """Wait for the answer."""
    qtbot.waitUntil(lambda: tab._asked is None and not tab._stale, timeout=PATIENCE)


def cells(tab: BackpropTab, column: str) -> list[float]:
    found = tab.sheet.model.sheet
    place = found.columns.index(column)
    return [float(row[place]) for row in found.rows]


def test_step_by_step_through_the_smallest_mlp(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "mlp_3_3_1", optimiser="sgd", momentum=0.0, learning_rate=0.1)
    assert tab.stop == Stop(Phase.FORWARD, "input1")
    for _ in range(2):
        qtbot.mouseClick(tab.on, LEFT)
    assert tab.stop == Stop(Phase.FORWARD, "dense1")
    assert tab.sheet.worked.text().startswith("z₁ = ")
    qtbot.keyClick(tab.diagram, KEY.Key_Right)
    assert tab.stop == Stop(Phase.FORWARD, "tanh1")
    qtbot.keyClick(tab.diagram, KEY.Key_Left)
    assert tab.stop == Stop(Phase.FORWARD, "dense1")
    qtbot.mouseClick(tab.phases.button(1), LEFT)
    assert tab.stop == Stop(Phase.LOSS)
    assert tab.sheet.words.text().startswith("E = mean of (t − o)²")
    qtbot.mouseClick(tab.on, LEFT)
    assert tab.stop == Stop(Phase.BACKWARD, "output1")
    qtbot.keyClick(tab.diagram, KEY.Key_End)
    assert tab.stop == Stop(Phase.UPDATE)
    assert not tab.on.isEnabled()
    assert tab.picker.isVisible()
    rows = zip(cells(tab, "old"), cells(tab, "∂E/∂w"), cells(tab, "new"), strict=True)
    assert all(new == pytest.approx(old - 0.1 * slope, abs=1e-6) for old, slope, new in rows)
    assert "New w = w − 0.1 · ∂E/∂w" in tab.sheet.words.text()
    assert tab.sheet.worked.text().startswith("∂E/∂w₁₁ = ∂E/∂z₁ · x₁")
    assert "after the step" in tab.about.text()


def test_the_gradient_through_an_activation_is_a_product(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "mlp_3_3_1")
    tab.diagram.picked.emit("")
    qtbot.mouseClick(tab.phases.button(2), LEFT)
    place = tab.diagram.card("tanh1").box.center().toPoint()
    qtbot.mouseClick(tab.diagram, LEFT, pos=place)
    assert tab.stop == Stop(Phase.BACKWARD, "tanh1")
    products = zip(cells(tab, "∂E/∂a"), cells(tab, "f′(z)"), cells(tab, "∂E/∂z"), strict=True)
    assert all(passed == pytest.approx(back * slope) for back, slope, passed in products)
    step = tab._step
    assert step is not None
    assert cells(tab, "∂E/∂z") == pytest.approx(step.gradient("dense1", 0).tolist(), abs=1e-6)  # type: ignore[union-attr]
    assert "f(z)²" in tab.sheet.words.text()


def test_step_units_are_seen_not_to_learn(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "step_mlp")
    step = tab._step
    assert step is not None
    found = sheet(step, Stop(Phase.BACKWARD, "step1"), 0)
    assert "nothing passes on" in found.words[-1]
    assert step.record.layers["dense1"].gradient_norm == 0.0
    assert strength(0.0, step.strongest) == 0.0
    qtbot.mouseClick(tab.phases.button(3), LEFT)
    assert "The gradient is zero" in tab.sheet.words.text()
    assert cells(tab, "step") == [0.0] * len(cells(tab, "step"))


def test_the_next_batch_goes_on_from_the_new_weights(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "xor_mlp")
    first = tab._step
    assert first is not None
    qtbot.keyClick(tab.diagram, KEY.Key_N)
    settle(qtbot, tab)
    second = tab._step
    assert second is not None
    assert second.record.number == 1
    assert (
        second.record.weights["dense1.weight"].before.tolist() == first.record.weights["dense1.weight"].after.tolist()
    )
    assert "batch 2 of" in tab.about.text()
    qtbot.mouseClick(tab.again, LEFT)
    settle(qtbot, tab)
    assert tab._step is not None
    assert tab._step.record.number == 0
    assert tab._step.record.loss == first.record.loss


def test_a_batch_of_several_is_looked_at_sample_by_sample(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "iris_softmax")
    assert not tab.sample.isVisible()
    tab.batch.setCurrentIndex(tab.batch.findData(4))
    settle(qtbot, tab)
    assert tab.sample.isVisible()
    assert (tab.sample.maximum(), tab.sample.suffix()) == (4, " of 4")
    first = cells(tab, "value")
    tab.sample.setFocus()
    qtbot.keyClick(tab.sample, KEY.Key_Up)
    assert cells(tab, "value") != first
    qtbot.mouseClick(tab.phases.button(1), LEFT)
    assert "mean of its 4 samples" in tab.sheet.words.text()
    assert [row[0] for row in tab.sheet.model.sheet.rows] == ["setosa", "versicolor", "virginica"]
    assert sum(cells(tab, "p")) == pytest.approx(1.0)


def test_large_layers_are_cut_and_say_so(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "digits_cnn")
    step = tab._step
    assert step is not None
    assert "The first 64 of 1,024 values are listed." in sheet(step, Stop(Phase.FORWARD, "conv1"), 0).words
    assert any("are listed" in word for word in sheet(step, Stop(Phase.UPDATE), 0, "conv2.weight").words)
    picture = tab.diagram.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(0, 400, 5) for y in range(0, picture.height(), 5)}) > 10


def test_what_cannot_be_gone_through_is_said_in_place(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "xor_mlp")
    network = preset("xor_mlp").project.network
    subject.follow(Document(network, {}), None)
    settle(qtbot, tab)
    assert tab.diagram.is_empty()
    assert "no data" in tab.diagram.empty_text
    assert not tab.next.isEnabled()
    assert tab.again.isEnabled()


def test_edits_of_the_open_project_begin_anew(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "xor_mlp")
    project = preset("xor_mlp").project
    document = Document(project.network, project.sections)
    with document.transaction("Set"):
        document.set_values("dense1", units=5)
    subject.follow(document, None)
    qtbot.waitUntil(lambda: tab._step is not None and tab._step.record.layers["dense1"].sizes == (5,))


def test_everything_usable_has_a_name(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "xor_mlp")
    boxes: list[Any] = [*tab.findChildren(QComboBox), *tab.findChildren(QAbstractSpinBox)]
    assert all(box.accessibleName() for box in boxes)
    assert all(
        one.text() and one.toolTip() for one in tab.findChildren(QAbstractButton) if one.isVisible() and one.text()
    )
    qtbot.keyClick(tab.diagram, KEY.Key_End)
    assert tab.diagram.accessibleDescription().startswith("New weights")


def test_a_run_is_gone_through_from_its_own_weights(qtbot: QtBot, controller: TrainingController) -> None:
    panel = UnderstandPanel(ThemeSource("light"), controller)
    qtbot.addWidget(panel)
    panel.resize(1200, 420)
    document = make_document("spirals", 2)
    panel.subject.follow(document, None)
    panel.show()
    controller.train(document)
    qtbot.waitUntil(lambda: controller.state in (State.FINISHED, State.FAILED), timeout=PATIENCE)
    panel.show_tab("Backpropagation")
    tab = panel.view(BackpropTab)
    qtbot.waitUntil(lambda: tab._step is not None and tab._asked is None, timeout=PATIENCE)
    assert [tab.weights_of.itemText(row) for row in range(2)] == [OWN, FRESH]
    step = tab._step
    assert step is not None
    trained = step.record.weights["dense1.weight"].before.tolist()
    assert "Step 1 by hand from the run's weights: batch 1 of" in tab.about.text()
    assert "Epoch" not in tab.about.text(), "the training is over, and this is none of its steps"
    assert BY_HAND in tab.about.toolTip()
    tab.weights_of.setCurrentText(FRESH)
    qtbot.waitUntil(lambda: tab._step is not step and tab._asked is None, timeout=PATIENCE)
    assert tab._step is not None
    assert tab._step.record.weights["dense1.weight"].before.tolist() != trained
    assert "Epoch 1, batch 1 of" in tab.about.text() and BY_HAND not in tab.about.toolTip()


def test_nudging_each_weight_gives_the_gradients_of_backpropagation(qtbot: QtBot, subject: Subject) -> None:
    tab = make(qtbot, subject, "mlp_3_3_1")
    assert not tab.nudging.isVisible()
    qtbot.mouseClick(tab.phases.button(3), LEFT)
    qtbot.mouseClick(tab.nudging, LEFT)
    assert tab.sheet.title.text() == "Nudging…"
    qtbot.waitUntil(lambda: tab.sheet.title.text() == "dense1.weight, nudged", timeout=PATIENCE)
    assert cells(tab, "nudging") == pytest.approx(cells(tab, "backprop"), abs=1e-4)
    assert len(cells(tab, "nudging")) == 9
    words = tab.sheet.words.text()
    assert "2 passes a weight, 32 for the 16 weights of the network" in words
    assert "one forward and one backward" in words
    assert tab.sheet.worked.text().startswith("E(w₁₁ + ε) = ")
    tab.picker.choose("dense2.bias")
    qtbot.waitUntil(lambda: tab.sheet.title.text() == "dense2.bias, nudged", timeout=PATIENCE)
    assert [row[0] for row in tab.sheet.model.sheet.rows] == ["b₁"]
    first = cells(tab, "nudging")
    qtbot.mouseClick(tab.next, LEFT)
    settle(qtbot, tab)
    qtbot.mouseClick(tab.phases.button(3), LEFT)
    qtbot.waitUntil(lambda: tab.sheet.title.text().endswith(", nudged"), timeout=PATIENCE)
    tab.picker.choose("dense2.bias")
    qtbot.waitUntil(lambda: tab.sheet.title.text() == "dense2.bias, nudged", timeout=PATIENCE)
    assert cells(tab, "nudging") != first
    qtbot.mouseClick(tab.nudging, LEFT)
    assert tab.sheet.title.text() == "dense2.bias"
