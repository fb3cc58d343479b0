"""Values worked out by hand against what torch makes of the real layers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from app.insight.window_operands import numbers_of, planes
from app.numerics.window_sums import Case, sources
from graph.layers.base import Layer, ShapeError
from graph.layers.catalogue import catalogue
from graph.layers.pooling_more import SumPool2d
from graph.layers.window_rule import Border, How, shape_of
from graph.shapes import Shape, image
from tests.graph.layers.build import build, sample
from tests.graph.layers.strategies import cases

FOLLOWED = [kind for kind in catalogue().values() if kind().can_follow()]


def torch_case(layer: Layer, x: Shape) -> Case:
    """The layer with random weights on random values, and what torch gives for them."""
    built = build(layer, {"in": x})
    for parameter in built.parameters():
        torch.nn.init.normal_(parameter)
    with torch.no_grad():
        batch = sample(x, batch=1)
        out = built({"in": batch})["out"][0].numpy()
    values = planes(batch.detach()[0].numpy())
    rule = layer.window_rule(x)
    assert rule is not None
    numbers = {name: np.asarray(one, np.float64) for name, one in (numbers_of(built.own) if built.own else {}).items()}
    return Case(rule, values.astype(np.float64), planes(out), **numbers)


@pytest.mark.parametrize("kind", FOLLOWED, ids=lambda kind: kind.kind)
@given(st.data())
def test_every_value_is_what_torch_gives(kind: type[Layer], data: st.DataObject) -> None:
    layer, shapes = data.draw(cases(kind))
    x = Shape(shapes["in"].kind, tuple(7 if size is None else size for size in shapes["in"].sizes))
    try:
        layer.infer({"in": x})
    except ShapeError:
        assume(False)
    assume(layer.window_rule(x) is not None)  # pooling over each sample's own steps reads a second input
    found = torch_case(layer, x)
    assert found.output.shape == (found.rule.filters, found.rule.rows.out, found.rule.columns.out)
    for _ in range(8):
        at = [data.draw(st.integers(0, size - 1)) for size in found.output.shape]
        assert found.working(*at).result == pytest.approx(float(found.output[tuple(at)]), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("kind", FOLLOWED, ids=lambda kind: kind.kind)
def test_products_and_bias_add_up_to_the_value(kind: type[Layer]) -> None:
    layer = kind()
    channels = 3 if kind.kind == "table_conv2d" else 4
    found = torch_case(layer, shape_of(layer.accepts, (channels, 9, 9)))
    rule = found.rule
    at = (rule.filters - 1, rule.rows.out - 1, rule.columns.out // 2)
    working = found.working(*at)
    assert tuple(patch.channel for patch in working.patches) == rule.sees(at[0])
    total = sum(float(np.nansum(patch.products)) for patch in working.patches) / (working.divisor or 1)
    total = total * (1.0 if working.scale is None else working.scale) + (working.bias or 0.0)
    if rule.how.picks:
        assert working.winner is not None
        total = float(working.patches[0].values[working.winner])
    assert total == pytest.approx(working.result)
    assert total == pytest.approx(float(found.output[at]), rel=1e-4, abs=1e-4)


def test_all_windows_of_the_catalogue_are_known_but_those_that_make_no_sense() -> None:
    families = {"Convolution", "Pooling"}
    left = {kind for kind, layer in catalogue().items() if layer.family in families and not layer().can_follow()}
    assert {"conv2d", "conv1d", "table_conv2d", "max_pool2d", "min_pool2d", "global_pool1d"}.isdisjoint(left)
    assert all(catalogue()[kind]().window_rule(image(1, 8, 8)) is None for kind in left)


@given(st.integers(1, 9), st.lists(st.integers(-8, 16), min_size=1), st.sampled_from(Border))
def test_a_place_takes_its_value_from_the_input_or_from_nowhere(size: int, places: list[int], border: Border) -> None:
    found = sources(places, size, border)
    for place, source in zip(places, found, strict=True):
        if 0 <= place < size:
            assert source == place
        elif border in (Border.ZEROS, Border.NOTHING):
            assert source == -1
        else:
            assert 0 <= source < size


def test_values_beyond_the_output_are_refused() -> None:
    rule = SumPool2d().window_rule(image(1, 4, 4))
    assert rule.how is How.SUM and rule.steps == 4
    found = Case.worked(rule, np.ones((1, 4, 4)))
    with pytest.raises(IndexError, match="no value 2, 0 in map 0"):
        found.working(0, 2, 0)
