"""The SVG drawing: well-formed, complete, and within its own frame."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from app.exchange.svg_out import FAMILIES, svg
from graph.errors import NetloomError
from graph.layers.base import Family
from graph.layers.catalogue import catalogue
from graph.layers.io import Input
from graph.network import Annotation, AnnotationKind, Connection, Network, Node

SVG = "{http://www.w3.org/2000/svg}"


def sample() -> Network:
    kinds = catalogue()
    nodes = [
        Node("input1", Input(), (0.0, 0.0)),
        Node("conv1", kinds["conv2d"](), (240.0, 0.0)),
        Node("add1", kinds["add"](), (480.0, 40.0)),
    ]
    wires = [
        Connection("input1", "out", "conv1", "in"),
        Connection("conv1", "out", "add1", "in1"),
        Connection("conv1", "out", "add1", "in2"),
    ]
    return Network(nodes, wires)


def test_every_layer_and_connection_is_drawn() -> None:
    root = ElementTree.fromstring(svg(sample()))
    assert [group.get("id") for group in root.iter(f"{SVG}g")] == ["input1", "conv1", "add1"]
    wires = [path for path in root.findall(f"{SVG}path") if path.get("fill") == "none"]
    assert len(wires) == 3
    texts = {text.text for text in root.iter(f"{SVG}text")}
    assert {"conv1", "16 × 8 × 8", "160", "in1", "in2"} <= texts


def test_all_cards_lie_within_the_frame() -> None:
    root = ElementTree.fromstring(svg(sample()))
    left, top, width, height = (float(value) for value in str(root.get("viewBox")).split())
    for rect in root.iter(f"{SVG}rect"):
        assert float(str(rect.get("x"))) >= left
        assert float(str(rect.get("y"))) >= top
        assert float(str(rect.get("x"))) + float(str(rect.get("width"))) <= left + width
        assert float(str(rect.get("y"))) + float(str(rect.get("height"))) <= top + height


def test_an_empty_network_is_refused() -> None:
    with pytest.raises(NetloomError, match="nothing to draw"):
        svg(Network())


def test_every_family_has_a_hue() -> None:
    assert set(FAMILIES) == set(Family)


def test_notes_frames_and_muted_layers_are_drawn() -> None:
    network = sample()
    network.replace_node(Node("conv1", network.layer("conv1"), (240.0, 0.0), muted=True))
    network.annotations["note1"] = Annotation(
        "note1", AnnotationKind.NOTE, "Fewer filters <did> as well here", (0, 300, 120, 90), 5
    )
    network.annotations["frame1"] = Annotation("frame1", AnnotationKind.FRAME, "Features", (-40, -60, 900, 260), 1)
    root = ElementTree.fromstring(svg(network))
    texts = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert "Features" in texts
    assert "Fewer filters" in texts
    left, top, width, height = (float(value) for value in root.get("viewBox", "").split())
    assert left < -40
    assert top + height > 390
    opacities = {group.get("id"): group.get("opacity") for group in root.iter(f"{SVG}g")}
    assert opacities["conv1"] is not None
    assert opacities["input1"] is None
    assert top < -60
    assert width > 900


def test_what_xml_cannot_hold_is_replaced() -> None:
    network = sample()
    note = "a\0b\x1f\ufffe <c> \U0001f600"
    network.annotations["note1"] = Annotation("note1", AnnotationKind.NOTE, note, (0, 300, 400, 90), 5)
    root = ElementTree.fromstring(svg(network, title="\x01 & \x7f"))
    texts = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert "a\ufffdb" in texts and "<c> \U0001f600" in texts
    assert root.findtext(f"{SVG}title") == "\ufffd & \x7f"
