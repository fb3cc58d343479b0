"""Columns with a role: what order, group and parts mean is said below the fields where they are chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.data.data_choice import DataChoice
from tests.widgets.data.conftest import DirectLink, make_view
from widgets.data.column_roles import ROLES


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
