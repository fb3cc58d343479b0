"""Views follow the layer that is selected on the canvas; where they cannot, they say why in place of their sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.project.presets import preset
from graph.document import Document
from tests.widgets.conftest import digits_project
from tests.widgets.understand.conftest import make_document
from tests.widgets.understand.silent import Silent, saved_run
from widgets.shell.window import MainWindow
from widgets.understand.by_hand.by_hand_tab import EXAMPLES, NETWORK, ByHandTab
from widgets.understand.filters_tab import FiltersTab
from widgets.understand.maps_tab import MapsTab
from widgets.understand.recurrent.gates_tab import GatesTab
from widgets.understand.similar_samples_tab import SimilarTab
from widgets.understand.understand_panel import UnderstandPanel
from widgets.understand.understand_tab import with_blocks
from widgets.understand.units.units_tab import UnitsTab


def trained(silent: Silent, folder: Path, document: Document) -> UnderstandPanel:
    silent.panel.subject.follow(document, None)
    silent.panel.show_run(saved_run(folder / "run", document))
    silent.panel.show()
    return silent.panel


@pytest.mark.parametrize(("kind", "layer"), [(FiltersTab, "dense1"), (UnitsTab, "input1"), (SimilarTab, "input1")])
def test_a_view_that_cannot_show_the_selected_layer_says_why(
    silent: Silent, tmp_path: Path, kind: type[FiltersTab | UnitsTab | SimilarTab], layer: str
) -> None:
    panel = trained(silent, tmp_path, make_document("digits", 1))
    panel.show_tab(kind.title)
    shown = panel.view(kind).picker.chosen
    assert panel.views.sentence.text() == kind.sentence
    panel.show_layer(layer)
    assert panel.views.sentence.text() == f"{layer} is selected, but {kind.shows_layers}"
    assert panel.view(kind).picker.chosen == shown
    panel.show_layer("conv1")
    assert panel.view(kind).picker.chosen == "conv1"
    assert panel.views.sentence.text() == kind.sentence
    panel.show_layer(layer)
    panel.show_layer("")
    assert panel.views.sentence.text() == kind.sentence


def test_what_is_chosen_in_the_list_stays_until_another_layer_is_selected(silent: Silent, tmp_path: Path) -> None:
    panel = trained(silent, tmp_path, make_document("digits", 1))
    panel.show_layer("conv1")
    panel.show_tab("Units")
    tab = panel.view(UnitsTab)
    tab.picker.choose("dense1")
    panel.show_tab("Weights")
    panel.show_tab("Units")
    assert tab.picker.chosen == "dense1"
    panel.show_layer("input1")
    panel.show_layer("conv1")
    assert tab.picker.chosen == "conv1"


def test_a_layer_that_the_run_does_not_have_is_told(silent: Silent, tmp_path: Path) -> None:
    panel = trained(silent, tmp_path, make_document("digits", 1))
    panel.show_tab("Units")
    panel.show_layer("dense9")
    assert panel.views.sentence.text() == "dense9 is selected, but the network of this run has no such layer"


def test_recurrent_views_follow(silent: Silent) -> None:
    silent.open(make_document("sine", 1), "Gates")
    silent.panel.show_layer("dense1")
    assert silent.panel.views.sentence.text() == f"dense1 is selected, but {GatesTab.shows_layers}"
    silent.panel.show_layer("lstm1")
    assert silent.panel.view(GatesTab).picker.chosen == "lstm1"


def test_a_layer_in_a_block_is_shown_with_its_block(silent: Silent, tmp_path: Path) -> None:
    project = preset("clips_cnn_lstm").project
    document = Document(project.network, dict(project.sections))
    panel = trained(silent, tmp_path, document)
    panel.show_tab("Units")
    panel.show_layer("frames1.conv1")
    assert panel.view(UnitsTab).picker.chosen == "frames1"
    assert panel.views.sentence.text() == "frames1.conv1 is selected, but frames1 is shown as a whole"
    assert with_blocks("a.b.c") == ("a.b.c", "a.b", "a")


def test_by_hand_follows_a_click_on_the_canvas_or_says_why_not(window: MainWindow, qtbot: QtBot) -> None:
    window.session.start_from(digits_project())
    window.show_workspace("understand")
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    panel.show_tab("By hand")
    tab, canvas = panel.view(ByHandTab), window.workbench.canvas

    def click(id_: str) -> None:
        place = canvas.mapFromScene(canvas.board.bounds({id_}).center())
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)

    first, dense = tab.picker.box.itemText(0), next(id_ for id_ in canvas.document.network.ids if "dense" in id_)
    click(dense)
    assert tab.mode == NETWORK and tab.picker.chosen == first
    assert panel.views.sentence.text() == f"{dense} is selected, but {ByHandTab.shows_layers}"
    tab.show_examples()
    assert tab.mode == EXAMPLES and panel.views.sentence.text() == ByHandTab.sentence
    click(first)
    assert tab.mode == NETWORK and panel.views.sentence.text() == ByHandTab.sentence


def test_a_remark_is_no_smaller_than_other_hints_where_the_bar_has_no_room_for_it(
    silent: Silent, tmp_path: Path
) -> None:
    panel = trained(silent, tmp_path, make_document("digits", 1))
    panel.show_tab(FiltersTab.title)
    panel.show_layer("dense1")
    views, said = panel.views, f"dense1 is selected, but {FiltersTab.shows_layers}"
    for width in (760, 1500, 760):
        panel.resize(width, 420)
        QApplication.processEvents()
        beside = width == 1500
        assert views.remark.isVisible() != beside
        assert (views.sentence if beside else views.remark).text() == said
    assert views.remark.fontInfo().pixelSize() == views.sentence.fontInfo().pixelSize()
    margins = views.remark.contentsMargins()
    assert min(margins.left(), margins.top(), margins.bottom()) >= 4
    panel.show_layer("conv1")
    assert not views.remark.isVisible() and views.sentence.text() == FiltersTab.sentence


def test_views_begin_with_a_layer_that_has_learned_something(silent: Silent, tmp_path: Path) -> None:
    project = preset("digits_mlp").project
    panel = trained(silent, tmp_path, Document(project.network, dict(project.sections)))
    panel.show_tab("Feature maps")
    assert panel.view(MapsTab).picker.chosen == "dense1"
    panel.show_tab("Units")
    assert panel.view(UnitsTab).picker.chosen == "dense1"
