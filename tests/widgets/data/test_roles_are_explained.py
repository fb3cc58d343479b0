"""Columns with a role: what order, group and parts mean is said below the fields where they are chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from app.protocol.data_values import Column, ColumnType
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.column_list import ColumnRow
from widgets.data.column_roles import ROLES, Pick


def test_roles_are_explained_where_they_are_chosen(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("day,who,kind\n" + "2021-01-01,1,a\n2021-01-02,2,b\n" * 12, "utf-8")
    view = make_view(qtbot, link)
    view.open_path(path)
    qtbot.waitUntil(lambda: view.preview is not None)
    assert view.section is not None
    specs = {spec.name: spec for spec in DataChoice.parse(view.section).source.shown()}
    shown = [label.text() for label in view.form.options.findChildren(QLabel) if label.isVisibleTo(view.form)]
    explained = [name for name in ROLES if name in specs]
    assert explained == ["order", "group", "parts"]
    assert all(specs[name].help in shown for name in explained)
    assert specs["missing"].help not in shown


def test_columns_are_picked_from_those_of_the_table(qtbot: QtBot, link: DirectLink, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("day,who,kind\n" + "2021-01-01,1,a\n2021-01-02,2,b\n" * 12, "utf-8")
    view = make_view(qtbot, link)
    view.open_path(path)
    qtbot.waitUntil(lambda: view.preview is not None)
    offered = {}
    for name in ("target", "order", "group", "parts"):
        box = view.form.options.field(name).editor()
        assert isinstance(box, QComboBox) and box.isEditable()
        offered[name] = [box.itemText(row) for row in range(box.count())]
    assert offered == {name: ["none", "day", "who", "kind"] for name in ("order", "group", "parts")} | {
        "target": ["auto", "day", "who", "kind"]
    }
    box = view.form.options.field("group").editor()
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(2)
    box.activated.emit(2)
    assert view.section is not None and view.section["options"]["group"] == "who"
    target = view.form.options.field("target").editor()
    assert isinstance(target, QComboBox) and target.currentText() == "kind"
    target.setCurrentIndex(0)
    target.activated.emit(0)
    line = target.lineEdit()
    assert line is not None and not line.text() and line.placeholderText() == "auto (kind)"


def test_facts_of_a_column_are_left_out_rather_than_cut(qtbot: QtBot) -> None:
    row = ColumnRow("Länge")
    qtbot.addWidget(row)
    row.show()
    row.show_pick(Pick(Column("Länge", ColumnType.NUMBER, 9, 164, "1,65"), used=True, target=False))
    told = []
    for width in range(420, 150, -5):
        row.resize(width, 44)
        QApplication.processEvents()
        told.append(row._facts.text())
    whole = "number · 9 missing · 164 values · 1,65"
    assert list(dict.fromkeys(told)) == [whole, "number · 9 missing · 164 values", "number · 9 missing", "number"]
    assert row._facts.accessibleName() == row.toolTip() == whole
