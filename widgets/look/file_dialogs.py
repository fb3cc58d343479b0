"""Columns of Qt's own file dialog, as wide as what stands in them; Qt gives them widths without the style's padding."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QFileDialog, QHeaderView, QTreeView, QWidget


def fit_file_dialogs(app: QApplication) -> None:
    """Fit the columns of every file dialog of Qt's own that comes up; those of the system stay as they are."""
    app.focusChanged.connect(_on_focus)


def fit_columns(dialog: QFileDialog) -> None:
    """Make size, kind and date as wide as their texts, and give names what is left."""
    for tree in dialog.findChildren(QTreeView, "treeView"):
        header = tree.header()
        for column in range(1, header.count()):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)


def _on_focus(_: QWidget | None, now: QWidget | None) -> None:
    if now is not None and isinstance(dialog := now.window(), QFileDialog):
        fit_columns(dialog)
