"""Two networks compared in words."""

from __future__ import annotations

from app.project.network_comparison import Sign, calculating_alike, compare, overlay
from graph.checking.check import Checker
from graph.document import Document
from graph.network import Network
from graph.structure.grouping import group
from tests.widgets.conftest import digits_project


def document() -> Document:
    return Document(digits_project().network)


def test_a_network_does_not_differ_from_itself() -> None:
    found = compare(document().network, document().network)
    assert found.differences == ()
    assert all(cost.change == 0 for cost in found.costs)


def test_settings_layers_and_costs() -> None:
    old, new = document(), document()
    with new.transaction("Edit"):
        new.set_values("conv1", filters=8)
        new.add(old.network.layer("flatten2").__class__(), (0, 0), "spare")
        new.move({"dense3": (900.0, 40.0)})
    found = compare(old.network, new.network)
    assert [(each.sign, each.path, each.text) for each in found.differences] == [
        (Sign.ADDED, ("spare",), "Flatten"),
        (Sign.CHANGED, ("conv1",), "filters: 16 → 8"),
    ]
    parameters = next(cost for cost in found.costs if cost.name == "Parameters")
    assert parameters.change == -(8 * 10 + 8 * 64 * 10)


def test_wires_and_what_was_removed() -> None:
    old, new = document(), document()
    with new.transaction("Edit"):
        new.disconnect(next(iter(new.network.into("dense3").values())))
        new.remove("output4")
    texts = {(each.sign, each.text) for each in compare(old.network, new.network).differences}
    assert texts == {(Sign.REMOVED, "wire from flatten2 to dense3.in"), (Sign.REMOVED, "Output")}


def test_inside_a_block_the_path_says_where() -> None:
    old, new = document(), document()
    for each in (old, new):
        with each.transaction("Group"):
            group(each, Checker(each), ["conv1", "flatten2"], "stage")
    with new.transaction("Edit"):
        new.set_layer("stage", new.network.layer("stage").with_exposed("conv1.bias", False))  # type: ignore[attr-defined]
    (only,) = compare(old.network, new.network).differences
    assert (only.sign, only.path, only.text) == (Sign.CHANGED, ("stage", "conv1"), "bias: on → off")


def test_an_overlay_marks_layers_and_counts_their_parameters() -> None:
    old, new = document(), document()
    with new.transaction("Edit"):
        new.set_values("conv1", filters=8)
        new.remove("output4")
        new.disconnect(next(iter(new.network.into("dense3").values())))
    found = overlay(compare(old.network, new.network), old.network, new.network)
    assert found is not None
    assert {id_: mark.sign for id_, mark in found.marks.items()} == {"output4": Sign.REMOVED, "conv1": Sign.CHANGED}
    assert found.marks["conv1"].summary == "filters: 16 → 8; −80 parameters"
    assert found.added == frozenset()
    assert {(wire.source, wire.target) for wire in found.removed} == {("flatten2", "dense3"), ("dense3", "output4")}


def test_an_overlay_inside_a_block_has_what_differs_there() -> None:
    old, new = document(), document()
    for each in (old, new):
        with each.transaction("Group"):
            group(each, Checker(each), ["conv1", "flatten2"], "stage")
    with new.transaction("Edit"):
        new.set_layer("stage", new.network.layer("stage").with_exposed("conv1.bias", False))  # type: ignore[attr-defined]
    found = compare(old.network, new.network)
    outside, inside = (overlay(found, old.network, new.network, path) for path in ((), ("stage",)))
    assert outside is not None
    assert inside is not None
    assert outside.marks["stage"].summary == "1 difference inside; −16 parameters"
    assert {id_: mark.summary for id_, mark in inside.marks.items()} == {"conv1": "bias: on → off"}
    assert overlay(found, old.network, new.network, ("conv1",)) is None


def test_marks_and_another_kind_of_layer_are_told_in_words() -> None:
    old, new = document(), document()
    with new.transaction("Edit"):
        new.mute("conv1", True)
    assert [each.text for each in compare(old.network, new.network).differences] == ["muted"]
    assert [each.text for each in compare(new.network, old.network).differences] == ["no longer muted"]


def test_what_lies_behind_a_change_does_not_calculate_as_before() -> None:
    before = digits_project().network
    document = Document(Network(before, before.connections))
    order = before.ordered()
    assert calculating_alike(before, document.network) == set(order)
    with document.transaction("Move and rename nothing"):
        document.move({order[0]: (900.0, 0.0)})
    assert calculating_alike(before, document.network) == set(order), "where cards stand counts for nothing"
    with document.transaction("Units"):
        document.set_values(order[3], units=3)
    assert calculating_alike(before, document.network) == set(order[:3])
    document.undo()
    with document.transaction("Mute"):
        document.mute(order[1], True)
    assert calculating_alike(before, document.network) == set(order[:1])
