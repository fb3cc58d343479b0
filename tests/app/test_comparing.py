"""Two networks compared in words."""

from __future__ import annotations

from app.comparing import Sign, compare
from graph.check import Checker
from graph.document import Document
from graph.grouping import group
from tests.widgets.shell.conftest import digits_project


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
