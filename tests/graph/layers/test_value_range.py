"""What layers declare of their values holds, whatever their weights are: held against torch."""

from __future__ import annotations

import pytest
import torch

from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.layers.value_range import Gives, leaving
from graph.shapes import Kind, image, sequence, vector, video
from tests.graph.layers.build import build, sample

SHAPES = {
    Kind.VECTOR: vector(64),
    Kind.IMAGE: image(4, 8, 8),
    Kind.SEQUENCE: sequence(6, 4),
    Kind.VIDEO: video(4, 4, 8, 8),
}
DECLARED = [kind for kind in catalogue().values() if kind.can_give is not Gives.ANYTHING]


@pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: kind.kind)
def test_values_lie_where_their_layer_says(kind: type[Layer]) -> None:
    layer = kind()
    shape = next(SHAPES[one] for one in kind.accepts if one in SHAPES)
    inputs = {port.name: shape for port in layer.input_ports()}
    torch.manual_seed(0)
    module = build(layer, inputs).eval()
    with torch.no_grad():
        drawn = {port: sample(one) for port, one in inputs.items()}
        for given in (drawn, {port: value.abs() for port, value in drawn.items()}):
            arriving = [(float(value.min()), float(value.max())) for value in given.values()]
            low, high = leaving(kind.can_give, arriving)
            for value in module(given).values():
                assert low - 1e-5 <= float(value.min()) and float(value.max()) <= high + 1e-5


def test_layers_of_every_declaration_are_there() -> None:
    assert {kind.can_give for kind in DECLARED} == set(Gives) - {Gives.ANYTHING}
