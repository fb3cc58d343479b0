"""The canvas in the whole window: exported pictures, the outline with its notes, and history without end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph.document import Document
from graph.network import Annotation, AnnotationKind
from graph.project import network_json
from widgets.look import file_dialogs
from widgets.shell.window import MainWindow

pytestmark = pytest.mark.built("workbench")

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize(("name", "start"), [("net.png", b"\x89PNG"), ("net.svg", b"<svg"), ("net", b"\x89PNG")])
def test_the_view_is_exported_as_pixels_or_lines(
    window: MainWindow, project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, start: bytes
) -> None:
    window.files.open(project_file)
    monkeypatch.setattr(file_dialogs, "ask_save", lambda *_: (str(tmp_path / name), ""))
    window.commands["export_picture"].trigger()
    path = tmp_path / name if "." in name else tmp_path / f"{name}.png"
    assert path.read_bytes().startswith(start)
    assert path.name in window.banners.notices[0].text


def test_the_outline_lists_notes_and_goes_there(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    document, outline = window.session.document, window.workbench.outline
    with document.transaction("Write"):
        document.set_annotation(
            "note1", Annotation("note1", AnnotationKind.NOTE, "Read me\nfirst", (0.0, 900.0, 176.0, 96.0))
        )
    window.workbench.left.setCurrentIndex(1)
    item = outline.topLevelItem(5)
    assert item is not None
    assert (item.text(0), item.text(1)) == ("Read me", "note")
    assert item.data(0, Qt.ItemDataRole.AccessibleTextRole) == "note: Read me\nfirst"
    outline.setFocus()
    outline.setCurrentItem(item)
    qtbot.keyClick(outline, Qt.Key.Key_Return)
    assert window.workbench.canvas.selection.annotation == "note1"
    assert window.workbench.canvas.hasFocus()
    qtbot.keyClick(window.workbench.canvas, Qt.Key.Key_Delete)
    assert not document.network.annotations


def test_history_has_no_end_and_is_exact(window: MainWindow, project_file: Path, qtbot: QtBot) -> None:
    window.files.open(project_file)
    document, canvas = window.session.document, window.workbench.canvas
    states = [network_json(document.network)]
    for number in range(300):
        with document.transaction(f"Step {number}"):
            document.move({"conv1": (4.0 * number + 4.0, 0.0)})
            if number % 50 == 0:
                document.add(document.network.layer("conv1"), (0.0, 400.0 + number))
        states.append(network_json(document.network))
    canvas.setFocus()
    for state in reversed(states[:-1]):
        qtbot.keyClick(canvas, Qt.Key.Key_Z, CTRL)
        assert network_json(document.network) == state
    assert document.undo_names == ()
    for state in states[1:]:
        qtbot.keyClick(canvas, Qt.Key.Key_Y, CTRL)
        assert network_json(document.network) == state


@pytest.fixture
def block(window: MainWindow, project_file: Path, qtbot: QtBot) -> Document:
    """A project whose convolution of one filter is the block ``stage``, selected by hand."""
    window.files.open(project_file)
    document, canvas = window.session.document, window.workbench.canvas
    with document.transaction("Set"):
        document.set_values("conv1", filters=1)
    canvas.select(["conv1"])
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_G, CTRL)
    qtbot.keyClicks(canvas.context.popups.name_field, "stage")
    qtbot.keyClick(canvas.context.popups.name_field, Qt.Key.Key_Return)
    assert canvas.selection.ids == ("stage",)
    return document


def test_a_block_is_repeated_with_weights_of_its_own_or_shared(
    window: MainWindow, block: Document, qtbot: QtBot
) -> None:
    form, checker = window.workbench.inspector.layer.form, window.session.checker
    assert checker.layer_info("stage").parameters == 10
    box = form.field("repeat").editor()
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert checker.layer_info("stage").parameters == 30
    assert "× 3" in block.network.layer("stage").summary()
    tick = form.field("shared").editor()
    tick.setFocus()
    qtbot.keyClick(tick, Qt.Key.Key_Space)
    assert checker.layer_info("stage").parameters == 10
    assert "× 3 shared" in block.network.layer("stage").summary()


def test_ends_inside_a_block_are_its_ports(window: MainWindow, block: Document, qtbot: QtBot) -> None:
    canvas = window.workbench.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert window.workbench.block_navigation.path == ("stage",)
    for word in ("input", "output"):
        canvas.select([])
        qtbot.keyClick(canvas, Qt.Key.Key_Tab)
        qtbot.keyClicks(canvas.context.popups.search.field, word)
        qtbot.keyClick(canvas.context.popups.search.field, Qt.Key.Key_Return)
    qtbot.keyClick(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    node = block.network.node("stage")
    assert (len(node.inputs), len(node.outputs)) == (2, 2)
    card = canvas.board.cards["stage"]
    places = {card.input_place(port).toTuple() for port in node.inputs}
    places |= {card.output_place(port).toTuple() for port in node.outputs}
    assert len(places) == 4
    window.commands["undo"].trigger()
    window.commands["undo"].trigger()
    assert block.network.node("stage").inputs == ("x",)
