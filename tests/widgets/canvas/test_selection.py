"""The selection on its own: one kind of thing at a time, and what it tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.widgets.canvas.conftest import OpenCanvas, build
from widgets.canvas.selection import Selection


class Heard:
    """A selection and how often it told of changes."""

    def __init__(self) -> None:
        self.selection = Selection()
        self.changes = self.layer_changes = 0
        self.selection.changed.connect(self.on_change)
        self.selection.layersChanged.connect(self.on_layers)

    def on_change(self) -> None:
        self.changes += 1

    def on_layers(self) -> None:
        self.layer_changes += 1


@pytest.fixture
def heard(qapp: object) -> Iterator[Heard]:
    yield Heard()


def test_layers_keep_the_order_in_which_they_were_selected(heard: Heard) -> None:
    selection = heard.selection
    selection.set(["b", "a", "b"])
    selection.add("c")
    selection.toggle("a")
    assert selection.ids == ("b", "c")
    assert "c" in selection and len(selection) == 2
    selection.rename("b", "d")
    assert selection.ids == ("d", "c")
    assert heard.layer_changes == heard.changes == 4


def test_a_wire_or_a_note_takes_the_place_of_layers(heard: Heard) -> None:
    selection = heard.selection
    selection.set(["a"])
    selection.select_wire(("a", "in"))
    assert (selection.ids, selection.wire, selection.annotation) == ((), ("a", "in"), None)
    selection.select_annotation("note1")
    assert (selection.ids, selection.wire, selection.annotation) == ((), None, "note1")
    assert selection
    selection.clear()
    assert not selection
    assert (heard.changes, heard.layer_changes) == (4, 2)


def test_what_is_gone_is_forgotten_and_what_did_not_change_is_not_told(heard: Heard) -> None:
    selection = heard.selection
    selection.set(["a", "b"])
    selection.set(["a", "b"])
    selection.keep({"a", "b", "c"}, set(), set())
    assert heard.changes == 1
    selection.keep({"b"}, set(), set())
    assert selection.ids == ("b",)
    selection.select_wire(("b", "in"))
    selection.keep({"b"}, {("b", "in")}, set())
    assert selection.wire == ("b", "in")
    selection.keep({"b"}, set(), set())
    assert selection.wire is None


def test_a_selected_wire_stays_selected_when_its_layer_is_renamed(open_canvas: OpenCanvas) -> None:
    canvas = open_canvas(build("input", "relu"))
    canvas.selection.select_wire(("relu1", "in"))
    with canvas.document.transaction("Rename"):
        canvas.document.rename("relu1", "bend")
    assert canvas.selection.wire == ("bend", "in")
    canvas.document.undo()
    assert canvas.selection.wire == ("relu1", "in")
