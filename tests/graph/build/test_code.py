"""Exported code says which layers training left as they are."""

from __future__ import annotations

from typing import Any

from graph.build.code import generate
from tests.app.training.projects import mlp


def test_frozen_layers_are_frozen_in_code_too() -> None:
    code: dict[str, Any] = {"__name__": "net"}
    exec(generate(mlp(), frozen=["dense1", "norm1", "nobody"]), code)
    network = code["freeze"](code["Network"]().train())
    learning = {name.partition(".")[0] for name, weight in network.named_parameters() if weight.requires_grad}
    assert learning == {"dense2"}
    assert not network.norm1.training
    assert network.drop1.training


def test_code_of_a_network_without_frozen_layers_says_nothing_of_them() -> None:
    assert "freeze" not in generate(mlp())
