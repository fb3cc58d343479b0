"""Settings that are left empty say what holds then; labels and fields of every layer stand in one grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec
from graph.document import Document
from graph.layers.catalogue import catalogue
from graph.layers.pooling import Pool2d
from graph.shapes import image, vector
from graph.structure.blocks import Block
from graph.structure.grouping import group
from tests.widgets.canvas.conftest import build
from widgets.fields.size_fields import PairField
from widgets.inspector.inspector_panel import Inspector
from widgets.look.theme import ThemeSource

WIDTH = 320
"""Width of the inspector in a new window, in pixels."""

Show = Callable[[Document], Inspector]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    opened: list[Inspector] = []

    def make(document: Document) -> Inspector:
        inspector = Inspector(ThemeSource("light"))
        qtbot.addWidget(inspector)
        inspector.set_document(document, Checker(document, data_spec=SPEC))
        inspector.resize(WIDTH, 900)
        with qtbot.waitExposed(inspector):
            inspector.show()
        opened.append(inspector)
        return inspector

    yield make
    for inspector in opened:
        inspector.close_document()


SPEC = DataSpec({"pixels": image(1, 8, 8)}, {"digit": vector(1)}, "pixels", "digit")


def placeholder(inspector: Inspector, name: str) -> str:
    editor = inspector.layer.form.field(name).editor()
    line = editor if isinstance(editor, QLineEdit) else editor.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    return line.placeholderText()


@pytest.mark.parametrize(
    ("kind", "id_", "name", "shown"),
    [
        ("max_pool2d", "pool1", "stride", "auto (2 × 2)"),
        ("average_pool2d", "pool1", "divisor", "auto (4)"),
        ("max_pool1d", "pool1", "stride", "auto (2)"),
        ("upsample2d", "upsample1", "size", "auto (16 × 16)"),
        ("output", "output1", "target", "auto (digit)"),
        ("relu", "input1", "field", "auto (pixels)"),
        ("embedding", "embedding1", "max_norm", "none"),
    ],
)
def test_an_empty_setting_says_what_holds(show: Show, kind: str, id_: str, name: str, shown: str) -> None:
    inspector = show(build("input", kind))
    inspector.show_selection([id_])
    assert placeholder(inspector, name) == shown


def test_what_is_said_follows_the_setting_that_it_comes_from(show: Show) -> None:
    document = build("input", "max_pool2d")
    inspector = show(document)
    inspector.show_selection(["pool1"])
    kernel, stride = (inspector.layer.form.field(name) for name in ("kernel_size", "stride"))
    assert isinstance(stride, PairField)
    assert [box.isVisible() for box in stride.boxes] == [True, False]
    enter(kernel.editor(), "3")
    assert placeholder(inspector, "stride") == "auto (3 × 3)"
    enter(stride.editor(), "1")
    layer = document.network.layer_as("pool1", Pool2d)
    assert layer.stride == (1, 1)
    assert [box.isVisible() for box in stride.boxes] == [True, True]
    enter(stride.editor(), "")
    assert document.network.layer_as("pool1", Pool2d).stride is None
    assert [box.isVisible() for box in stride.boxes] == [True, False]


def test_a_setting_shown_on_a_block_says_it_too(show: Show) -> None:
    document = build("input", "max_pool2d", "flatten")
    with document.transaction("Group"):
        block = group(document, Checker(document), ["pool1"], "stage")
        layer = document.network.layer_as(block, Block)
        document.set_layer(block, layer.changed(exposed=("pool1.stride",)))
    inspector = show(document)
    inspector.show_selection([block])
    assert placeholder(inspector, "pool1.stride") == "auto (2 × 2)"


def test_every_setting_that_can_be_left_empty_says_what_holds_or_that_nothing_does() -> None:
    without = {
        (kind, spec.name)
        for kind, layer in catalogue().items()
        for spec in layer.settings()
        if (spec.optional or "empty for" in spec.help) and spec.resolve is None
    }
    assert without == {("embedding", "padding_index"), ("embedding", "max_norm")}


@pytest.mark.parametrize("kind", sorted(catalogue()))
def test_labels_stand_beside_their_fields_on_their_line(show: Show, kind: str) -> None:
    document = Document()
    with document.transaction("Draw"):
        id_ = document.add(catalogue()[kind]())
    inspector = show(document)
    inspector.show_selection([id_])
    QApplication.processEvents()
    form = inspector.layer.form
    for spec in catalogue()[kind].settings():
        label, field = form.label(spec.name), form.field(spec.name)
        if label.isVisible():
            assert right(label, form) <= left(field, form), spec.name
            if field.height() < 2 * field.editor().height():
                middles = [widget.mapTo(form, widget.rect().center()).y() for widget in (label, field)]
                assert abs(middles[0] - middles[1]) <= 1, spec.name


def enter(box: QWidget, text: str) -> None:
    line = box.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    box.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def left(widget: QWidget, form: QWidget) -> int:
    return widget.mapTo(form, QPoint(0, 0)).x()


def right(widget: QWidget, form: QWidget) -> int:
    return left(widget, form) + widget.width()
