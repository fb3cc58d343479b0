"""File dialogs say what they do, begin where the last one ended, ask before they overwrite, and cut nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from widgets.launch import application
from widgets.look import file_dialogs
from widgets.look.file_dialogs import LastFolder, ask_folder, ask_open, ask_save
from widgets.look.stylesheet import apply_theme
from widgets.look.theme import ThemeSource
from widgets.shell.actions.export_actions import FORMATS, GENERATOR


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_names_are_read_and_sizes_kinds_and_dates_are_not_cut(
    request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path, scale: float
) -> None:
    (tmp_path / "predictions of my network.py").write_text("x" * 2500)
    app = QApplication.instance()
    assert isinstance(app, QApplication) and application() is app
    request.addfinalizer(lambda: apply_theme(app, ThemeSource().theme))
    apply_theme(app, ThemeSource(scale=scale).theme)
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
        cells = [first().siblingAtColumn(column) for column in range(4) if not tree.isColumnHidden(column)]
        return [
            cell.column() for cell in cells if tree.sizeHintForIndex(cell).width() > tree.columnWidth(cell.column())
        ]

    qtbot.waitUntil(lambda: not cut())


LONGEST = 45
"""Letters of a title that a window of the size of a file dialog shows beside its buttons."""

KINDS = "Python code (*.py);;ONNX file (*.onnx)"


@pytest.fixture
def asking(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QWidget]:
    """A window that asks for files, after one was saved in a folder."""
    monkeypatch.setattr(file_dialogs, "last_folder", LastFolder(lambda: tmp_path, lambda folder: None))
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    yield parent
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, on=False)


def in_dialog(parent: QWidget, act: Callable[[QFileDialog], object]) -> None:
    """Do something in the dialog that comes up next; a test that fails in it leaves none open."""

    def do() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        try:
            act(dialog)
        finally:
            if dialog.isVisible() and QApplication.activeModalWidget() is dialog:
                dialog.reject()

    QTimer.singleShot(0, parent, do)


def words(dialog: QFileDialog) -> tuple[str, str]:
    """What stands before the folder, and on the button."""
    label, box = dialog.findChild(QLabel, "lookInLabel"), dialog.findChild(QDialogButtonBox)
    assert label is not None and box is not None
    (accept,) = [each for each in box.buttons() if box.buttonRole(each) == QDialogButtonBox.ButtonRole.AcceptRole]
    return label.text().replace("&", ""), accept.text().replace("&", "")


def name_field(dialog: QFileDialog) -> QLineEdit:
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(field, QLineEdit)
    return field


def type_name(dialog: QFileDialog, name: str) -> None:
    """Type a name in place of the one that is proposed, and press Return."""
    field = name_field(dialog)
    field.selectAll()
    QTest.keyClicks(field, name)
    if (popup := QApplication.activePopupWidget()) is not None:
        popup.close()  # the completions would take the Return for themselves
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("verb", ["Save", "Export", "Pack"])
def test_a_dialog_that_writes_says_so_and_proposes_a_file(asking: QWidget, tmp_path: Path, verb: str) -> None:
    seen: list[object] = []
    in_dialog(asking, lambda dialog: seen.append((words(dialog), name_field(dialog).text(), dialog.directory().path())))
    assert ask_save(asking, "Export the network", "loss / accuracy.py", KINDS, verb) == ("", "")
    assert seen == [(("Save in:", verb), "loss - accuracy.py", str(tmp_path))]


def test_what_is_to_be_known_is_a_note_in_the_dialog_not_in_its_title(asking: QWidget) -> None:
    note = "With the weights of run “a name of some length 12:30:05”, 98.5 % on the test set."
    seen: list[tuple[str, str, bool]] = []

    def look(dialog: QFileDialog) -> None:
        label = dialog.findChild(QLabel, "fileDialogNote")
        assert label is not None
        whole = label.height() >= label.heightForWidth(label.width()) and dialog.rect().contains(label.geometry())
        below = dialog.findChild(QLabel, "lookInLabel").y() >= label.geometry().bottom()
        seen.append((dialog.windowTitle(), label.text(), whole and below))

    for ask in (
        lambda: ask_save(asking, "Export Python code", "net.py", KINDS, "Export", note),
        lambda: ask_open(asking, "Export Python code", note=note),
        lambda: ask_folder(asking, "Export Python code", note=note),
    ):
        in_dialog(asking, look)
        ask()
    assert seen == [("Export Python code", note, True)] * 3


ASKED = re.compile(r"\bask_(?:save|open|folder)\(\s*[\w.()]+,\s*(f?\"[^\"]*\")")
"""The title in a call that asks for a file, where it stands there as a string."""


def test_titles_of_dialogs_are_short_and_hold_no_name_of_any_length() -> None:
    titles = [title for path in Path("widgets").rglob("*.py") for title in ASKED.findall(path.read_text())]
    titles += [f'"{each.action}"' for each in (*FORMATS, GENERATOR)]
    assert len(titles) > 15
    assert [title for title in titles if title.startswith("f") or len(title) - 2 > LONGEST] == []


def test_dialogs_that_read_say_what_for(asking: QWidget, tmp_path: Path) -> None:
    seen: list[object] = []
    in_dialog(asking, lambda dialog: seen.append((words(dialog), dialog.directory().path())))
    assert ask_open(asking, "Import a network", kinds=KINDS, verb="Import") == ("", "")
    in_dialog(asking, lambda dialog: seen.append((words(dialog), dialog.directory().path())))
    assert ask_folder(asking, "Unpack all.zip in", verb="Unpack") == ""
    assert seen == [(("Look in:", "Import"), str(tmp_path)), (("Look in:", "Unpack"), str(tmp_path))]


def test_a_name_without_an_ending_gets_that_of_the_kind_and_its_folder_is_kept(
    asking: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Path] = []
    monkeypatch.setattr(file_dialogs.last_folder, "keep", kept.append)
    in_dialog(asking, lambda dialog: type_name(dialog, "mine"))
    assert ask_save(asking, "Export", "net.py", KINDS, "Export") == (str(tmp_path / "mine.py"), "Python code (*.py)")
    assert kept == [tmp_path]


def test_the_proposed_name_follows_the_kind(asking: QWidget, tmp_path: Path) -> None:
    def choose(dialog: QFileDialog) -> None:
        kinds = dialog.findChild(QComboBox, "fileTypeCombo")
        assert isinstance(kinds, QComboBox)
        kinds.setFocus()
        QTest.keyClick(kinds, Qt.Key.Key_Down)
        kinds.activated.emit(kinds.currentIndex())
        assert name_field(dialog).text() == "net.onnx"
        QTest.keyClick(name_field(dialog), Qt.Key.Key_Return)

    in_dialog(asking, choose)
    assert ask_save(asking, "Export", "net.py", KINDS, "Export") == (str(tmp_path / "net.onnx"), "ONNX file (*.onnx)")


@pytest.mark.parametrize("typed", ["there.py", "there"])
def test_a_file_that_is_there_is_overwritten_only_if_that_is_wanted(
    asking: QWidget, tmp_path: Path, typed: str
) -> None:
    (tmp_path / "there.py").write_text("kept")
    asked: list[str] = []

    def refuse() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        no = box.button(QMessageBox.StandardButton.No)
        assert isinstance(no, QPushButton)
        QTest.mouseClick(no, Qt.MouseButton.LeftButton)

    def overwrite(dialog: QFileDialog) -> None:
        QTimer.singleShot(0, dialog, refuse)
        type_name(dialog, typed)
        assert dialog.isVisible()

    in_dialog(asking, overwrite)
    assert ask_save(asking, "Export", "net.py", KINDS, "Export") == ("", "")
    assert len(asked) == 1 and "there.py already exists" in asked[0]
