"""The curves declared with activations, held against torch and against the numbers that textbooks print."""

from __future__ import annotations

import pytest
import torch

from graph.layers.activation import Activation, LeakyRelu, Sigmoid, Softmax, Step, Tanh
from graph.layers.catalogue import catalogue
from graph.layers.scalar import ScalarFunction, softmax, softmax_slopes
from graph.shapes import vector
from tests.graph.layers.build import build

PLACES = (-30.0, -3.0, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.25, 1.0, 2.5, 30.0)
KINDS = [kind for kind, layer in catalogue().items() if issubclass(layer, Activation) and layer is not Softmax]
OTHERS: dict[str, dict[str, object]] = {
    "leaky_relu": {"slope": 0.3},
    "elu": {"alpha": 2.5},
    "gelu": {"approximate": "tanh"},
    "scaled_tanh": {"amplitude": 2.0, "slope": 0.5},
}
CASES: list[tuple[str, dict[str, object]]] = [*((kind, {}) for kind in KINDS), *OTHERS.items()]


def curve_of(layer: Activation) -> ScalarFunction:
    found = layer.curve()
    assert found is not None
    return found


@pytest.mark.parametrize(("kind", "settings"), CASES)
def test_values_and_slopes_are_those_of_torch(kind: str, settings: dict[str, object]) -> None:
    layer = catalogue()[kind]().changed(**settings)
    assert isinstance(layer, Activation)
    curve = curve_of(layer)
    x = torch.tensor([PLACES], requires_grad=True)
    values = build(layer, {"in": vector(len(PLACES))})({"in": x})["out"]
    values.sum().backward()
    assert x.grad is not None
    assert values[0].tolist() == pytest.approx([curve.value(place) for place in PLACES], abs=1e-5)
    assert x.grad[0].tolist() == pytest.approx([curve.slope(place) for place in PLACES], abs=1e-5)


@pytest.mark.parametrize(("kind", "settings"), CASES)
def test_the_curve_breaks_only_where_it_says(kind: str, settings: dict[str, object]) -> None:
    layer = catalogue()[kind]().changed(**settings)
    assert isinstance(layer, Activation)
    curve = curve_of(layer)
    for step in range(-400, 400):
        x = step / 100 + 0.005
        if all(abs(x - place) > 0.01 for place in curve.breaks):
            assert (curve.value(x + 1e-6) - curve.value(x - 1e-6)) / 2e-6 == pytest.approx(curve.slope(x), abs=1e-3)


def test_the_numbers_of_the_textbook() -> None:
    assert curve_of(Tanh()).extent(-1, 1)[1] == (pytest.approx(0.42, abs=0.001), 1.0)
    assert curve_of(Sigmoid()).extent(0, 1)[1] == (pytest.approx(0.20, abs=0.005), 0.25)
    assert curve_of(Step()).extent(-4, 4) == ((0.0, 1.0), (0.0, 0.0))


def test_a_slope_that_is_set_is_drawn() -> None:
    curve = curve_of(LeakyRelu(slope=0.2))
    assert (curve.value(-2.0), curve.slope(-2.0)) == (-0.4, 0.2)
    assert "0.2 x" in curve.formula


def test_softmax_and_how_its_shares_pull_at_each_other() -> None:
    scores = [2.0, 1.0, 0.1]
    x = torch.tensor(scores)
    assert softmax(scores) == pytest.approx(torch.softmax(x, 0).tolist())
    slopes = torch.autograd.functional.jacobian(lambda z: torch.softmax(z, 0), x)  # type: ignore[no-untyped-call]
    assert [pytest.approx(row, abs=1e-6) for row in slopes.tolist()] == softmax_slopes(scores)
    assert softmax([1000.0, 1000.0]) == [0.5, 0.5]
    assert Softmax().curve() is None
