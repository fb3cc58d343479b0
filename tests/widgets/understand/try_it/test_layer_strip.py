"""The strip of layers: its pictures are made once for it and the canvas, and the cells of an input have names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from app.protocol.inference_values import InputForm, NewSample
from app.protocol.values import FieldFacts
from app.protocol.views import CardPicture
from widgets.canvas import live_cards
from widgets.canvas.live_cards import strips_of
from widgets.look.theme import DARK, LIGHT, Theme, ThemeSource
from widgets.understand.try_it.layer_strip import LayerStrip
from widgets.understand.try_it.values_editor import ValuesEditor

CUSTOMER = FieldFacts(
    "features", "vector", (4,), names=("months", "contract = monthly", "contract = yearly", "contract is missing")
)


def given(*values: float) -> CardPicture:
    return CardPicture(shows="maps", values=np.array([[values]], np.float32), ends=(0.0, 4.0))


def test_the_cells_of_a_row_are_named_as_column_and_value(qtbot: QtBot) -> None:
    strip = LayerStrip(ThemeSource("light"))
    qtbot.addWidget(strip)
    strip.set_cell_names({"input1": CUSTOMER.names})
    strip.set_cards(["input1", "dense1"], {"input1": given(0.25, 0, 1, 0), "dense1": given(1, 2, 3, 4)})
    (_, first), (_, second) = strip._places()
    quarter = first.width() / 4
    told = [strip.sentence_at(first.topLeft() + QPointF((at + 0.5) * quarter, 4)) for at in range(4)]
    sentences = [sentence.partition("\n")[0] for sentence in told]
    assert sentences == [
        "input1, months: 0.25, as the network reads it",
        "input1, contract = monthly: 0, as the network reads it",
        "input1, contract = yearly: 1, as the network reads it",
        "input1, contract is missing: 0, as the network reads it",
    ]
    assert strip.sentence_at(second.center()) == (
        "dense1: what it gives for this sample\nNever below 0: from 0, white, to 4, dark blue."
    )


def test_cells_without_a_colour_are_told_from_what_is_beside_the_strip(qtbot: QtBot) -> None:
    strip = LayerStrip(ThemeSource("light"))
    qtbot.addWidget(strip)
    strip.set_cards(["relu1"], {"relu1": given(4, 0, 4, 0)})
    strip.resize(strip.minimumWidth(), strip.sizeHint().height())
    [(_, place)] = strip._places()
    shown = strip.grab().toImage()
    x = round(place.right() - 6)
    cell, rim = (shown.pixelColor(x, round(y)) for y in (place.center().y(), place.bottom() + 1))
    assert cell.lightness() > rim.lightness() + 20


def test_strips_are_made_once_for_all_who_show_them(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    made: list[str] = []
    make = live_cards.strip

    def counted(picture: CardPicture, theme: Theme) -> object:
        made.append(picture.shows)
        return make(picture, theme)

    monkeypatch.setattr(live_cards, "strip", counted)
    strip = LayerStrip(ThemeSource("light"))
    qtbot.addWidget(strip)
    cards = {"input1": given(1, 0), "dense1": given(1, 2, 3)}
    strip.set_cards(list(cards), cards)
    assert strips_of(cards, LIGHT)["dense1"] is strips_of(cards, LIGHT)["dense1"]
    assert len(made) == 2
    strips_of(cards, DARK)
    assert len(made) == 4


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (CUSTOMER, list(CUSTOMER.names)),
        (FieldFacts("digit", "vector", (3,), classes=("0", "1", "2")), ["digit = 0", "digit = 1", "digit = 2"]),
        (replace(CUSTOMER, names=()), ["1", "2", "3", "4"]),
    ],
)
def test_numbers_of_a_vector_that_are_edited_have_names(qtbot: QtBot, field: FieldFacts, names: list[str]) -> None:
    editor = ValuesEditor(ThemeSource("light"), InputForm(field=field, editor="values"))
    qtbot.addWidget(editor)
    editor.show_sample(NewSample(arrays={field.name: np.zeros(len(names), np.float32)}))
    model = editor.model
    assert [model.headerData(row, Qt.Orientation.Vertical) for row in range(model.rowCount())] == names
    assert model.headerData(0, Qt.Orientation.Horizontal) == "1"
