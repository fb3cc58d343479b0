"""File dialogs: one function for each thing that a user chooses, a file to read, a file to write, a folder.

Each says on its button what comes of it, begins in the folder used last, and asks before a file is overwritten. In
Qt's own dialog, which is shown where the system has none, a file is saved in a folder, not looked for in it. Titles are
short, because a window cuts long ones; what is to be known besides is a note in the dialog.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QHeaderView, QTreeView, QWidget

from widgets.look.labels import text_label

SAVE_IN = "Save &in:"
WHOLE, WITHOUT_KIND = 112, 84
"""Letters of average width that a dialog is wide in which names have room, beside all columns and without the kind."""
KIND, DATE = 2, 3
"""Columns of the list of files."""
ENDING = re.compile(r"\*(\.\w+)")
"""The endings in what a dialog says of a kind of file: ``Tables (*.csv)``."""


def documents() -> Path:
    """The user's folder of documents, their home where the system names none that exists."""
    named = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(named) if named and Path(named).is_dir() else Path.home()


@dataclass
class LastFolder:
    """The folder in which the next dialog begins, and how the one that was used is kept."""

    where: Callable[[], Path] = documents
    keep: Callable[[Path], object] = lambda _: None


last_folder = LastFolder()
"""The window sets both."""


def ask_save(
    parent: QWidget, title: str, start: str, kinds: str, verb: str = "Save", note: str = ""
) -> tuple[str, str]:
    """Ask for a file to write: its path, empty if none is wanted, and which of the ``kinds`` it is.

    ``start`` is the file that is proposed, a mere name in the folder used last. A name that is typed without an ending
    gets that of the kind, and one that was proposed follows the kind.
    """
    if not Path(start).is_absolute():
        start = str(last_folder.where() / start.replace("/", "-"))
    dialog = _dialog(parent, title, str(Path(start).parent), kinds, verb, note)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setLabelText(QFileDialog.DialogLabel.LookIn, SAVE_IN)
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, verb)
    dialog.selectFile(Path(start).name)

    def follow(kind: str) -> None:
        ending, name = _ending(kind), Path(dialog.selectedFiles()[0]).name if dialog.selectedFiles() else ""
        dialog.setDefaultSuffix(ending.removeprefix("."))
        if name and ending and Path(name).suffix.lower() in ENDING.findall(kinds):
            dialog.selectFile(str(Path(name).with_suffix(ending)))

    dialog.setDefaultSuffix(_ending(dialog.selectedNameFilter()).removeprefix("."))
    dialog.filterSelected.connect(follow)
    return _answer(dialog)


def ask_path(parent: QWidget, title: str, start: str, kinds: str, ending: str, verb: str = "Save") -> Path | None:
    """Ask for a file to write, as `ask_save` does; one without an ending gets ``ending``. None if none is wanted."""
    name, _ = ask_save(parent, title, start, kinds, verb)
    return (Path(name) if Path(name).suffix else Path(f"{name}{ending}")) if name else None


def ask_open(
    parent: QWidget, title: str, start: str = "", kinds: str = "", verb: str = "Open", note: str = ""
) -> tuple[str, str]:
    """Ask for a file to read: its path, empty if none is wanted, and which of the ``kinds`` it is."""
    dialog = _dialog(parent, title, start, kinds, verb, note)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _answer(dialog)


def ask_folder(parent: QWidget, title: str, start: str = "", verb: str = "Choose", note: str = "") -> str:
    """Ask for a folder that is there: its path, empty if none is wanted."""
    dialog = _dialog(parent, title, start, "", verb, note)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, verb)  # the mode has set it back
    return _answer(dialog)[0]


def _dialog(parent: QWidget, title: str, start: str, kinds: str, verb: str, note: str) -> QFileDialog:
    dialog = QFileDialog(parent, title, start or str(last_folder.where()), kinds)
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, verb)
    if note:
        _add_note(dialog, note)
    return dialog


def _add_note(dialog: QFileDialog, note: str) -> None:
    """Say something above the folder; a dialog of the system has room for it in its title only."""
    layout = dialog.layout()
    if layout is None:
        dialog.setWindowTitle(f"{dialog.windowTitle()}: {note}")
        return
    label = text_label(note, dialog, wrap=True)
    label.setObjectName("fileDialogNote")
    margins = layout.contentsMargins()
    label.setContentsMargins(margins.left(), margins.top(), margins.right(), 0)
    layout.setMenuBar(label)


def _answer(dialog: QFileDialog) -> tuple[str, str]:
    """What was chosen; the next dialog begins there."""
    chosen = dialog.selectedFiles() if dialog.exec() == QDialog.DialogCode.Accepted else []
    kind = dialog.selectedNameFilter()
    dialog.deleteLater()
    if not chosen:
        return "", ""
    last_folder.keep(Path(chosen[0]).absolute().parent)
    return chosen[0], kind


def _ending(kind: str) -> str:
    """The first ending of a kind of file, empty where it has none."""
    found = ENDING.search(kind)
    return found[1] if found else ""


# Columns


def fit_file_dialogs(app: QApplication) -> None:
    """Fit the columns of every file dialog of Qt's own that comes up; those of the system stay as they are.

    Qt gives them widths without the style's padding.
    """
    app.focusChanged.connect(_on_focus)


def fit_columns(dialog: QFileDialog) -> None:
    """Make size, kind and date as wide as their texts, and give names what is left, which has to be enough."""
    for tree in dialog.findChildren(QTreeView, "treeView"):
        _make_room(dialog, tree)
        header = tree.header()
        for column in range(1, header.count()):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)


def _make_room(dialog: QFileDialog, tree: QTreeView) -> None:
    """Once: as wide a dialog as names need beside the rest; on a narrower screen kind, then date give way."""
    if dialog.property("roomMade"):
        return
    dialog.setProperty("roomMade", True)
    letter = dialog.fontMetrics().averageCharWidth()
    width = min(max(dialog.width(), letter * WHOLE), dialog.screen().availableGeometry().width())
    tree.setColumnHidden(KIND, width < letter * WHOLE)
    tree.setColumnHidden(DATE, width < letter * WITHOUT_KIND)
    if width > dialog.width():
        parent = dialog.parentWidget()
        middle = (parent.window() if parent is not None else dialog).geometry().center()
        dialog.resize(width, dialog.height())
        dialog.move(max(0, middle.x() - width // 2), dialog.y())


def _on_focus(_: QWidget | None, now: QWidget | None) -> None:
    if now is not None and isinstance(dialog := now.window(), QFileDialog):
        fit_columns(dialog)
