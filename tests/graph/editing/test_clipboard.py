"""Layers as text: what is copied comes back, and text of another kind does not."""

from __future__ import annotations

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
