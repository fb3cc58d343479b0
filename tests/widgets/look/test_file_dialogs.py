"""Columns of Qt's own file dialog hold what stands in them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication, QFileDialog, QTreeView
from pytestqt.qtbot import QtBot

from widgets.launch import application
from widgets.look.stylesheet import apply_theme
from widgets.look.theme import ThemeSource


def test_sizes_kinds_and_dates_are_not_cut(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "network.py").write_text("x" * 2500)
    app = QApplication.instance()
    assert isinstance(app, QApplication) and application() is app
    apply_theme(app, ThemeSource().theme)
    dialog = QFileDialog(None, "Export", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    tree = dialog.findChild(QTreeView, "treeView")
    assert isinstance(tree, QTreeView)

    def first() -> QModelIndex:
        return tree.model().index(0, 0, tree.rootIndex())

    qtbot.waitUntil(lambda: first().isValid() and QApplication.focusWidget() is not None)

    def cut() -> list[int]:
        cells = [first().siblingAtColumn(column) for column in (1, 2, 3)]
        return [
            cell.column() for cell in cells if tree.sizeHintForIndex(cell).width() > tree.columnWidth(cell.column())
        ]

    qtbot.waitUntil(lambda: not cut())
