"""The form made from settings: typing, stepping, refusing, hiding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.data.sources.bundled import Digits
from app.data.sources.table import Table
from graph.layers.catalogue import catalogue
from graph.shapes import Kind, Shape, image
from widgets.fields.forms import SettingsForm
from widgets.fields.number_field import NumberBox
from widgets.fields.number_text import parse_float, parse_int, shown, stepped
from widgets.fields.size_fields import PairField, ShapeField, converted
from widgets.look.layouts import vbox


def values_of(kind: str) -> dict[str, Any]:
    layer = catalogue()[kind]()
    return {spec.name: getattr(layer, spec.name) for spec in layer.settings()}


@pytest.fixture
def form(qtbot: QtBot) -> SettingsForm:
    made = SettingsForm()
    qtbot.addWidget(made)
    made.show_settings(catalogue()["conv2d"].settings(), values_of("conv2d"))
    made.show()
    return made


def edits(form: SettingsForm) -> list[tuple[str, object]]:
    got: list[tuple[str, object]] = []
    form.edited.connect(lambda name, value: got.append((name, value)))
    return got


def box_of(form: SettingsForm, name: str) -> NumberBox:
    box = form.field(name).editor()
    assert isinstance(box, NumberBox)
    return box


def type_into(qtbot: QtBot, box: NumberBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return)


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_survive_being_shown_and_read(number: int) -> None:
    assert parse_int(shown(number)) == number


@given(st.floats(-1e12, 1e12, allow_nan=False).map(lambda number: float(f"{number:.9g}")))
def test_numbers_survive_being_shown_and_read(number: float) -> None:
    assert parse_float(shown(number)) == pytest.approx(number, rel=1e-12)


@given(st.floats(1e-9, 1e9))
def test_a_step_up_and_down_stays_near_and_keeps_the_sign(number: float) -> None:
    assert stepped(number, 1) > number > stepped(number, -1) >= 0
    assert stepped(number, 1) <= 2.000001 * number + 1e-9


@pytest.mark.parametrize(
    ("text", "number"),
    [("1e-3", 0.001), ("0,5", 0.5), ("1,000", 1000.0), ("1 000.5", 1000.5), ("-2", -2.0), ("nan", None), ("x", None)],
)
def test_numbers_as_people_write_them(text: str, number: float | None) -> None:
    assert parse_float(text) == number


def test_small_numbers_are_shown_short() -> None:
    assert [shown(0.001), shown(1e-5), shown(44426), shown(None)] == ["0.001", "1e-5", "44,426", ""]


def test_typing_a_number_and_return_edits(form: SettingsForm, qtbot: QtBot) -> None:
    got = edits(form)
    type_into(qtbot, box_of(form, "filters"), "32")
    assert got == [("filters", 32)]


def test_a_number_out_of_bounds_is_refused_in_place_and_stays(form: SettingsForm, qtbot: QtBot) -> None:
    got = edits(form)
    box = box_of(form, "filters")
    type_into(qtbot, box, "0")
    assert got == []
    assert box.lineEdit().text() == "0"
    assert box.property("invalid") is True
    assert any(
        "at least 1" in label.text() and label.isVisible()
        for label in form.findChildren(type(form._rows["filters"].fault))
    )


def test_a_refused_text_survives_an_edit_elsewhere(form: SettingsForm, qtbot: QtBot) -> None:
    type_into(qtbot, box_of(form, "filters"), "many")
    form.show_settings(catalogue()["conv2d"].settings(), values_of("conv2d") | {"groups": 2})
    assert box_of(form, "filters").lineEdit().text() == "many"
    form.show_settings(catalogue()["conv2d"].settings(), values_of("conv2d") | {"filters": 8})
    assert box_of(form, "filters").lineEdit().text() == "8"
    assert box_of(form, "filters").property("invalid") is False


def test_the_owner_can_refuse(form: SettingsForm) -> None:
    form.refuse("groups", "Groups must divide the channels.")
    assert form._rows["groups"].fault.isVisible()
    assert "divide" in box_of(form, "groups").accessibleDescription()


def test_a_correction_takes_the_fault_away(form: SettingsForm, qtbot: QtBot) -> None:
    box = box_of(form, "filters")
    type_into(qtbot, box, "0")
    type_into(qtbot, box, "16")
    assert not form._rows["filters"].fault.isVisible()


def test_escape_brings_the_value_back(form: SettingsForm, qtbot: QtBot) -> None:
    got, box = edits(form), box_of(form, "filters")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "99")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert (box.lineEdit().text(), got) == ("16", [])


def test_arrow_keys_step_and_stop_at_the_bound(form: SettingsForm, qtbot: QtBot) -> None:
    got, box = edits(form), box_of(form, "groups")
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert got == [("groups", 2)]
    for _ in range(3):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.value() == 1


def test_the_wheel_turns_nothing_without_the_keyboard(form: SettingsForm) -> None:
    got, box = edits(form), box_of(form, "filters")
    box.clearFocus()
    place = QPointF(5, 5)
    event = QWheelEvent(
        place,
        box.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)
    assert got == []
    assert box.value() == 16


def test_linked_sizes_move_together_and_apart(form: SettingsForm, qtbot: QtBot) -> None:
    got, pair = edits(form), form.field("kernel_size")
    assert isinstance(pair, PairField)
    type_into(qtbot, pair.boxes[0], "5")
    assert got == [("kernel_size", (5, 5))]
    form.show_settings(catalogue()["conv2d"].settings(), values_of("conv2d") | {"kernel_size": (5, 5)})
    qtbot.mouseClick(pair.link, Qt.MouseButton.LeftButton)
    type_into(qtbot, pair.boxes[1], "3")
    assert got[-1] == ("kernel_size", (5, 3))


class Counting(QVBoxLayout):
    """A layout that knows how often it was laid out."""

    times = 0

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's own name
        self.times += 1
        super().setGeometry(rect)


def test_other_settings_lay_out_what_is_around_them_once(qtbot: QtBot) -> None:
    """For every field that appears in a form that is seen, Qt would lay out all that is around it."""
    pane = QWidget()
    qtbot.addWidget(pane)
    around = Counting(pane)
    form = SettingsForm(pane)
    around.addWidget(form)
    pane.show()
    for kind in ("lstm", "conv2d"):
        settings = catalogue()[kind].settings()
        around.times = 0
        form.show_settings(settings, values_of(kind))
        assert around.times <= 3 < len(settings)
        assert all(form.field(spec.name).isVisible() for spec in settings if spec.applies(values_of(kind)))


def test_settings_without_effect_are_hidden(form: SettingsForm) -> None:
    assert not form._rows["padding_size"].cell.isVisible()
    form.show_settings(catalogue()["conv2d"].settings(), values_of("conv2d") | {"padding": "custom"})
    assert form._rows["padding_size"].cell.isVisible()


def test_choices_and_switches(form: SettingsForm, qtbot: QtBot) -> None:
    got = edits(form)
    combo, check = form.field("padding").editor(), form.field("bias").editor()
    assert isinstance(combo, QComboBox)
    assert isinstance(check, QCheckBox)
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Up)
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton, pos=QPoint(8, check.height() // 2))
    assert got == [("padding", "valid"), ("bias", False)]


def test_a_short_choice_is_side_by_side(qtbot: QtBot) -> None:
    form = SettingsForm()
    qtbot.addWidget(form)
    form.show_settings(catalogue()["lstm"].settings(), values_of("lstm"))
    form.show()
    got = edits(form)
    button = next(button for button in form.findChildren(QToolButton) if button.text() == "sequence")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert got == [("output_mode", "sequence")]


def test_a_shape_keeps_what_both_kinds_have(qtbot: QtBot) -> None:
    assert converted(image(3, 32, 16), Kind.VIDEO) == Shape(Kind.VIDEO, (16, 3, 32, 16))
    form = SettingsForm()
    qtbot.addWidget(form)
    form.show_settings(catalogue()["input"].settings(), values_of("input"))
    form.show()
    got, field = edits(form), form.field("shape")
    assert isinstance(field, ShapeField)
    boxes = field.findChildren(NumberBox)
    type_into(qtbot, boxes[1], "28")
    assert got == [("shape", image(1, 28, 8))]


def test_a_text_is_taken_when_left(qtbot: QtBot) -> None:
    form = SettingsForm()
    qtbot.addWidget(form)
    form.show_settings(catalogue()["output"].settings(), values_of("output"))
    form.show()
    got, line = edits(form), form.field("target").editor()
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, "price")
    assert got == []
    form.commit()
    assert got == [("target", "price")]


@pytest.mark.parametrize("kind", sorted(catalogue()))
def test_every_layer_has_a_form_that_names_and_explains_its_fields(kind: str, qtbot: QtBot) -> None:
    form = SettingsForm()
    qtbot.addWidget(form)
    settings = catalogue()[kind].settings()
    form.show_settings(settings, values_of(kind))
    form.show_help(True)
    got = edits(form)
    form.commit()
    assert got == []
    for spec in settings:
        assert form.field(spec.name).editor().accessibleName()
        assert form.field(spec.name).accessibleDescription() == spec.help


def test_labels_stand_on_the_line_of_their_fields(form: SettingsForm, qtbot: QtBot) -> None:
    qtbot.waitExposed(form)
    for row in form._rows.values():
        if row.cell.isVisible() and row.cell.height() < 40:
            assert abs(row.label.geometry().center().y() - row.cell.geometry().center().y()) <= 1, row.spec.name
            assert not row.label.contentsMargins().top()


def kernels_form(qtbot: QtBot) -> tuple[SettingsForm, list[QLineEdit]]:
    made = SettingsForm()
    qtbot.addWidget(made)
    values = values_of("fixed_conv2d") | {"choice": "typed per channel"}
    made.show_settings(catalogue()["fixed_conv2d"].settings(), values)
    made.show()
    return made, made.field("channel_kernels").findChildren(QLineEdit)


def test_matrices_have_a_line_each_that_is_typed_over(qtbot: QtBot) -> None:
    form, lines = kernels_form(qtbot)
    got = edits(form)
    assert [line.text() for line in lines] == [
        "1 0 -1 / 1 0 -1 / 1 0 -1",
        "0 1 0 / 1 -4 1 / 0 1 0",
        "0 0 0 / 0 1 0 / 0 0 0",
    ]
    assert [line.accessibleName() for line in lines] == [f"kernels, {number} of 3" for number in (1, 2, 3)]
    for text in ("1 2 / 3", "1 2 / 3 4"):
        lines[1].setFocus()
        lines[1].selectAll()
        qtbot.keyClicks(lines[1], text)
        qtbot.keyClick(lines[1], Qt.Key.Key_Return)
        assert lines[1].property("invalid") and got == []
    for line in (lines[0], lines[2]):
        line.selectAll()
        qtbot.keyClicks(line, "0 1 / 1 0")
    qtbot.keyClick(lines[2], Qt.Key.Key_Return)
    turned = ((0.0, 1.0), (1.0, 0.0))
    assert got == [("channel_kernels", (turned, ((1.0, 2.0), (3.0, 4.0)), turned))]


def test_matrices_have_as_many_lines_as_there_are(qtbot: QtBot) -> None:
    form, _ = kernels_form(qtbot)
    values = values_of("fixed_conv2d") | {"choice": "typed per channel"}
    for count in (1, 4, 2):
        form.show_settings(
            catalogue()["fixed_conv2d"].settings(), values | {"channel_kernels": count * (((1.0, 2.0),),)}
        )
        assert [line.text() for line in form.field("channel_kernels").findChildren(QLineEdit)] == count * ["1 2"]


def test_losses_are_listed_by_the_fields_names_with_what_each_is_for(qtbot: QtBot) -> None:
    form = SettingsForm()
    qtbot.addWidget(form)
    form.show_settings(catalogue()["output"].settings(), values_of("output") | {"loss": "mse"})
    box = form.field("loss").editor()
    assert isinstance(box, QComboBox)
    assert box.currentText() == "mean squared error (mse)"
    assert "squared errors" in box.toolTip()
    told = [(box.itemText(row), box.itemData(row, Qt.ItemDataRole.ToolTipRole)) for row in range(box.count())]
    assert all(name.endswith(f"({box.itemData(row)})") and meaning for row, (name, meaning) in enumerate(told))
    form.show()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    widest = max(box.fontMetrics().horizontalAdvance(name) for name, _ in told)
    assert box.view().isVisible() and box.view().width() >= widest
    box.hidePopup()


def columns_form(qtbot: QtBot, columns: tuple[str, ...]) -> tuple[SettingsForm, QComboBox]:
    """A form in which a column is to be named, with its list."""
    spec = next(spec for spec in Table.settings() if spec.name == "group")
    form = SettingsForm()
    qtbot.addWidget(form)
    form.show_settings((replace(spec, choices=columns),), {"group": ""})
    form.show()
    box = form.field("group").editor()
    assert isinstance(box, QComboBox)
    return form, box


def test_a_column_is_picked_from_those_that_there_are_and_taken_back(qtbot: QtBot) -> None:
    form, box = columns_form(qtbot, ("patient", "age"))
    got, line = edits(form), box.lineEdit()
    assert line is not None and line.placeholderText() == "none" and not line.text()
    assert [box.itemText(row) for row in range(box.count())] == ["none", "patient", "age"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert got[-1] == ("group", "age") or got[-1] == ("group", "patient")
    form.show_settings(form._specs, {"group": str(got[-1][1])})
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert got[-1] == ("group", "") and not line.text()


def test_several_columns_are_typed_and_a_column_may_be_called_none(qtbot: QtBot) -> None:
    form, box = columns_form(qtbot, ("n", "none"))
    got, line = edits(form), box.lineEdit()
    assert line is not None
    line.setFocus()
    qtbot.keyClicks(line, "n")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert got == [("group", "n")]
    line.selectAll()
    qtbot.keyClicks(line, "n, none")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert got[-1] == ("group", "n, none")
    line.selectAll()
    qtbot.keyClicks(line, "none")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert got[-1] == ("group", "none")


def test_what_an_empty_field_stands_for_is_said_in_it(qtbot: QtBot) -> None:
    """“Per class 0” and an empty “Digits” told nobody that all pictures are taken."""
    specs = tuple(spec for spec in Digits.settings() if spec.name in ("digits", "per_class"))
    form = SettingsForm()
    qtbot.addWidget(form)
    form.show_settings(specs, {"digits": (), "per_class": 0})
    lines = [form.field(name).findChild(QLineEdit) for name in ("digits", "per_class")]
    assert [(line.text(), line.placeholderText()) for line in lines if line is not None] == 2 * [("", "all")]
    assert form.label("per_class").text() == "Of each digit"
    form.show_settings(specs, {"digits": (5, 6), "per_class": 20})
    assert [line.text() for line in lines if line is not None] == ["5 × 6", "20"]


def test_labels_come_back_beside_their_fields_when_these_have_room_again(qtbot: QtBot) -> None:
    """Also in a form that is out of sight, as after the projector or of another layer."""
    form, holder = SettingsForm(), QWidget()
    qtbot.addWidget(holder)
    vbox(form, parent=holder)
    form.show_settings(catalogue()["input"].settings(), values_of("input"))
    holder.show()
    holder.resize(form._columns.needed(stacked=False) - 4, 400)
    QApplication.processEvents()

    def beside(name: str) -> bool:
        label, field = form.label(name), form.field(name)
        return label.mapTo(form, QPoint()).x() + label.width() <= field.mapTo(form, QPoint()).x()

    assert form._stacked and not beside("shape")
    holder.hide()
    form.show_settings(catalogue()["output"].settings(), values_of("output"))
    assert not form._stacked
    holder.show()
    QApplication.processEvents()
    assert beside("target")
