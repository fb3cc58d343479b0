"""Working out a layer of a run while it is trained."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.widgets.understand.by_hand.here_link import TrainingLink
from tests.widgets.understand.by_hand.test_by_hand_tab import PATIENCE, output
from tests.widgets.understand.conftest import make_document
from widgets.look.theme import ThemeSource
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State
from widgets.understand.by_hand.by_hand_tab import ByHandTab
from widgets.understand.understand_panel import UnderstandPanel


def test_a_run_is_looked_into_live_and_an_edit_leads_back_to_the_project(qtbot: QtBot) -> None:
    document, link = make_document("digits", 100), TrainingLink()
    controller = TrainingController(link)
    panel = UnderstandPanel(ThemeSource("light"), controller)
    qtbot.addWidget(panel)
    panel.resize(1200, 420)
    panel.show()
    tab = panel.view(ByHandTab)
    panel.show_tab(tab.title)
    tab.set_document(document, None)
    tab.choose_layer("conv1")
    qtbot.waitUntil(lambda: tab.picture.case is not None, timeout=PATIENCE)
    first = output(tab)
    controller.train(document)
    qtbot.waitUntil(lambda: tab.asker.trained and controller.state is State.RUNNING, timeout=PATIENCE)
    seen, moments = [first], list[str]()
    for _ in range(2):
        link.train_epoch()
        qtbot.waitUntil(lambda: output(tab) not in seen, timeout=PATIENCE)
        seen.append(output(tab))
        assert tab.weights.currentText() == "Weights: in training", "they change while one looks"
        qtbot.waitUntil(lambda: tab.only.text().startswith("epoch "), timeout=PATIENCE)
        moments.append(tab.only.text())
    assert len(set(moments)) == 2 and controller.state is State.RUNNING
    controller.stop()
    qtbot.waitUntil(lambda: not controller.active, timeout=PATIENCE)
    qtbot.waitUntil(lambda: tab.weights.itemText(0) == "Weights: trained" and not tab.only.text(), timeout=PATIENCE)
    tab.weights.setCurrentIndex(1)
    tab.weights.activated.emit(1)
    qtbot.waitUntil(lambda: tab.picture.case is not None and output(tab) == first, timeout=PATIENCE)
    tab.asker.prefer(True)
    with document.transaction("Edit"):
        document.set_values("conv1", filters=2)
    assert not tab.asker.trained
    tab.asker.close_document()
