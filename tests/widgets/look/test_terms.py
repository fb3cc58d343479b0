"""Terms on the screen: every label that is a term of the glossary says in its tooltip what the term means."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QLabel, QTabBar, QTableWidget, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.data.source_catalogue import DOWNLOADED, SHIPPED
from app.data.split import Split
from app.training.plan import Plan
from benchmarks.startup import environment
from graph.editing.patterns import LayerPattern
from graph.layers.catalogue import catalogue
from graph.layers.settings import Setting, describe
from widgets.fields.forms import SettingsForm
from widgets.look.labels import text_label
from widgets.look.terms import SHORT, definition, definitions, name_columns, tip
from widgets.shell.window import MainWindow


def test_every_term_is_defined_in_one_sentence() -> None:
    assert len(definitions()) > 90
    for term, sentence in definitions().items():
        assert sentence[-1] in ".!" and sentence.count(". ") == 0, term
        assert "[" not in sentence and "\n" not in sentence, term


def test_the_glossary_is_not_read_before_the_first_paint(tmp_path: Path) -> None:
    script = (
        "from widgets.launch import make_window; from widgets.look.terms import definitions; window = make_window();"
        "print(definitions.cache_info().misses)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment(str(tmp_path)), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]


def test_short_forms_are_of_terms() -> None:
    assert [short for short, term in SHORT.items() if not definition(term)] == []


@pytest.mark.parametrize(
    ("label", "term"),
    [
        ("Batch size", "Batch"),
        ("Epochs:", "Epoch"),
        ("classes", "Class"),
        ("warm up", "Warm-up"),
        ("Validation loss", "Loss"),
        ("Stride in input pixels", "Stride"),
        ("coupled gates", "Gate"),
        ("validation", "Validation set"),
        ("CTC", "CTC"),
        ("37.5 kFLOP", "FLOP"),
        ("0.7 MFLOP", "FLOP"),
        ("Work", "FLOP"),
        ("Mixup", "Mixup"),
    ],
)
def test_a_label_names_its_term_in_many_forms(label: str, term: str) -> None:
    assert definition(label) == f"{term}: {definitions()[term]}"


@pytest.mark.parametrize("label", ["", "rate", "final rate", "padding index", "steps", "state of a unit"])
def test_other_labels_name_none(label: str) -> None:
    assert definition(label) == ""
    assert tip(label, "What it does.") == "What it does."


def all_settings() -> Iterator[tuple[Setting, ...]]:
    """The settings of every form that is made from settings."""
    models: tuple[type[BaseModel], ...] = (
        *catalogue().values(),
        *SHIPPED,
        *DOWNLOADED,
        Plan,
        Split,
        DataChoice,
        LayerPattern,
    )
    return (describe(model) for model in models)


def in_line(label: QLabel) -> str:
    """What a label says; a long one stands in two lines."""
    return label.text().replace("\n", " ").lower()


def test_no_term_in_a_form_lacks_its_definition(qtbot: QtBot) -> None:
    terms = 0
    for settings in all_settings():
        form = SettingsForm()
        qtbot.addWidget(form)
        form.show_settings(settings, {setting.name: setting.default for setting in settings})
        for setting in settings:
            label = next(label for label in form.findChildren(QLabel) if in_line(label) == setting.label.lower())
            meaning = definition(setting.label) if setting.term else ""
            assert (
                label.toolTip()
                == form.field(setting.name).toolTip()
                == "\n".join(filter(None, (setting.help, meaning)))
            )
            terms += bool(meaning)
    assert terms > 100


def test_a_setting_that_only_shares_its_name_with_a_term_is_not_explained_as_one() -> None:
    weight = next(setting for setting in catalogue()["output"].settings() if setting.name == "weight")
    assert definition("weight") and tip(weight.term, weight.help) == weight.help


def test_names_of_fields_and_columns_are_explained(qtbot: QtBot) -> None:
    field, table = QWidget(), QTreeWidget()
    for widget in (field, table):
        qtbot.addWidget(widget)
    assert text_label("Epochs", field, buddy=field).toolTip() == definition("epoch")
    assert text_label("Epochs", field).toolTip() == ""
    name_columns(table, "Trial", "Validation accuracy")
    assert [table.headerItem().toolTip(column) for column in range(2)] == ["", definition("accuracy")]


def labels_of(window: MainWindow) -> Iterator[tuple[str, str]]:
    """Text and tooltip of every name of a field, column and tab in the window."""
    for label in window.findChildren(QLabel):
        if label.buddy() is not None:
            yield label.text().replace("\n", " "), label.toolTip()
    for bar in window.findChildren(QTabBar):
        yield from ((bar.tabText(tab), bar.tabToolTip(tab)) for tab in range(bar.count()))
    for header in window.findChildren(QHeaderView):
        model, across = header.model(), header.orientation()
        for section in range(header.count()) if across is Qt.Orientation.Horizontal else ():
            roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            text, tooltip = (model.headerData(section, across, role) for role in roles)
            yield str(text or ""), str(tooltip or "")


def test_a_table_that_is_still_empty_shows_the_names_of_its_columns(qtbot: QtBot) -> None:
    table = QTableWidget(0, 2)
    qtbot.addWidget(table)
    name_columns(table, "Epoch", "It reads")
    across, model = Qt.Orientation.Horizontal, table.model()
    assert [model.headerData(column, across) for column in range(model.columnCount())] == ["Epoch", "It reads"]
    assert model.headerData(0, across, Qt.ItemDataRole.ToolTipRole) == definition("Epoch") != ""


def test_no_term_in_the_window_lacks_its_explanation(window: MainWindow, qtbot: QtBot) -> None:
    window.files.new()
    for workspace in ("data", "network", "train", "understand"):
        window.show_workspace(workspace)
    shown = dict(labels_of(window))
    assert {"Learning rate", "Parameters", "Receptive field", "Layer"} <= shown.keys()
    assert [text for text, tooltip in shown.items() if definition(text) and not tooltip] == []
