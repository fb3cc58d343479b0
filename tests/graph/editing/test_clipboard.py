"""Layers as text: what is copied comes back, and text of another kind does not."""

from __future__ import annotations

import json

import pytest

from graph.editing import clipboard
from graph.errors import NetloomError
from tests.graph.networks import chain, layer


def test_copied_layers_come_back_with_their_wires_and_other_names() -> None:
    document = chain([layer("relu"), layer("conv2d", filters=3)])
    ids = [node.id for node in document.network]
    text = clipboard.write(document.network, ids)
    with document.transaction("Paste"):
        pasted = clipboard.paste(document, text)
    assert len(pasted) == 2
    assert not set(pasted) & set(ids)
    assert document.network.layer(pasted[1]).values()["filters"] == 3
    assert [(wire.source, wire.target) for wire in document.network.into(pasted[1]).values()] == [tuple(pasted)]


def test_other_text_is_refused() -> None:
    document = chain([layer("relu")])
    with pytest.raises(NetloomError), document.transaction("Paste"):
        clipboard.paste(document, "import this")


def test_pasted_layers_are_shifted_or_begin_at_a_corner() -> None:
    document = chain([layer("relu"), layer("tanh")])
    text = clipboard.write(document.network, ["relu1", "tanh1"])
    with document.transaction("Paste"):
        shifted = clipboard.paste(document, text, shift=(30, 50))
        cornered = clipboard.paste(document, text, corner=(-70, 900))
    assert [document.network.node(id_).position for id_ in shifted] == [(30, 50), (254, 50)]
    assert [document.network.node(id_).position for id_ in cornered] == [(-70, 900), (154, 900)]


@pytest.mark.parametrize("place", [[float("nan"), 0], [0, float("inf")], [-1e7, 0], [0, 1e7], [0], ["left", "top"]])
def test_layers_at_places_that_no_canvas_has_are_refused(place: list[float | str]) -> None:
    document = chain([layer("relu")])
    content = json.loads(clipboard.write(document.network, ["relu1"]))
    content["layers"][0]["position"] = place
    with pytest.raises(NetloomError, match="damaged"), document.transaction("Paste"):
        clipboard.paste(document, json.dumps(content))
    assert document.network.ids == ("relu1",)
