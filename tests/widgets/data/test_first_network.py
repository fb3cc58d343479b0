"""A project that begins with one's own data gets a network that suits it, with the real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.widgets.conftest import close
from widgets.launch import make_window
from widgets.look import file_dialogs
from widgets.shell.dropping import title_of
from widgets.shell.saving import proposed

LEFT = Qt.MouseButton.LeftButton


def test_my_data_on_the_start_page_ends_in_a_network_that_can_be_trained(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "plants.csv"
    rows = (f"{number % 7}.5,{number % 5},{'ab'[number % 2]}" for number in range(120))
    table.write_text("\n".join(("length,width,kind", *rows)), "utf-8")
    monkeypatch.setattr(file_dialogs, "ask_open", lambda *_: (str(table), ""))
    window = make_window()
    window.resize(1024, 700)
    window.show()
    qtbot.waitExposed(window)
    window.loader.require("understand")
    menu = window.start.data.menu()
    menu.popup(QPoint(0, 0))
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu.actions()[0]).center())
    qtbot.waitUntil(lambda: len(window.session.document.network) > 0, timeout=60_000)
    assert window.workbench.workspace == "data"
    qtbot.waitUntil(lambda: window.session.checker.ok, timeout=20_000)
    assert window.session.title == "plants" and window.windowTitle() == "plants * - Netloom"
    assert Path(proposed(window, ".onnx")).name == "plants.onnx"
    notice = next(notice for notice in window.banners.notices if notice.key == "dropped")
    assert "suits this data" in notice.text
    dict(notice.choices)["Undo"]()
    assert len(window.session.document.network) == 0
    window.session.document.redo()
    qtbot.waitUntil(lambda: window.session.checker.ok, timeout=20_000)
    window.say(notice)
    window.commands["train"].trigger()
    assert not [each for each in window.banners.notices if each.key == "dropped"]
    close(window)


@pytest.mark.parametrize(
    ("name", "title"), [("fruit.csv", "fruit"), ("fruit.csv.gz", "fruit"), ("v1.2 fruit.npz", "v1.2 fruit")]
)
def test_a_project_is_called_after_its_data(tmp_path: Path, name: str, title: str) -> None:
    assert title_of(tmp_path / name) == title
    (tmp_path / "fruit.photos").mkdir()
    assert title_of(tmp_path / "fruit.photos") == "fruit.photos"
