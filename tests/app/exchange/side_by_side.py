"""Many layers side by side in one network, so that one export tries them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.layers.io import Input, Output
from graph.network import Connection, Network, Node
from graph.shapes import Kind, Shape
from tests.graph.layers.test_catalogue import HAPPY

Case = tuple[Layer, Mapping[str, Shape]]


def defaults(open_time: bool) -> list[Case]:
    """Every kind of layer in its default settings, on every kind of shape that it takes.

    ``open_time`` chooses those of sequences and tokens, with a length that is not known, where the layer allows it.
    """
    cases: list[Case] = []
    for kind in catalogue().values():
        layer = kind()
        for accepted in kind.accepts:
            shape = HAPPY[accepted]
            if open_time and accepted not in (Kind.SEQUENCE, Kind.TOKENS):
                continue
            if open_time:
                shape = Shape(accepted, (None, *shape.sizes[1:]))
                if kind.kind in ("flatten", "reshape", "permute", "position_embedding"):
                    continue
            if layer.input_ports() and kind.kind != "output":
                cases.append((layer, {port.name: shape for port in layer.input_ports()}))
    return cases


def side_by_side(cases: Iterable[Case]) -> Network:
    """A network with an input for every shape and an output for everything that leaves a layer."""
    network = Network()
    known: dict[Shape, str] = {}
    for number, (layer, shapes) in enumerate(cases):
        name = f"{layer.kind}_{number}"
        network.insert_node(Node(name, layer, (0.0, 0.0)))
        for port, shape in shapes.items():
            if shape not in known:
                known[shape] = f"input{len(known)}"
                network.insert_node(Node(known[shape], Input(shape=shape), (0.0, 0.0)))
            network.insert_connection(Connection(known[shape], "out", name, port))
        for place, out in enumerate(layer.output_ports()):
            network.insert_node(Node(f"{name}_out{place}", Output(), (0.0, 0.0)))
            network.insert_connection(Connection(name, out.name, f"{name}_out{place}", "in"))
    return network
