"""The contract: what every layer owes, tested over the whole catalogue, so that a new layer meets it by existing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.layers.base import Family, Layer, ShapeError, repaired
from graph.layers.catalogue import catalogue, parse_layer
from graph.layers.lengths import LENGTHS
from graph.shapes import Kind, Shape
from tests.graph.layers.build import build, parameters, sample
from tests.graph.layers.strategies import cases, layers

KINDS = list(catalogue().values())
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
few = settings(max_examples=max(10, settings().max_examples // 2))
"""Examples for each kind: there are many kinds, and what one family shares is tried once for each of its members."""
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)


def _broadcasts(layer: Layer, inputs: Mapping[str, Shape]) -> bool:
    # torch repeats sizes of 1 and missing axes, which in a drawn network is a slip far more often than a wish.
    return len({shape.kind for shape in inputs.values()}) > 1 or any(1 in shape.sizes for shape in inputs.values())


def _gaps(layer: Any, inputs: Mapping[str, Shape]) -> bool:
    # Windows with gaps that see only border give minus infinity, and an index outside the input.
    return bool(max(layer.dilations()) > 1)


def _unknown(layer: Any, inputs: Mapping[str, Shape]) -> bool:
    # A layer behind it could not be built for a length that is not known.
    return inputs["in"].elements is None or (hasattr(layer, "shape") and layer.shape.elements is None)


def _keeps_no_size(layer: Any, inputs: Mapping[str, Shape]) -> bool:
    # torch says so itself, except where an uneven border is laid by a step of its own before the convolution.
    return bool(layer.padding == "same" and layer.stride not in (1, (1, 1)))


def _reshaped_badly(layer: Any, inputs: Mapping[str, Shape]) -> bool:
    return _unknown(layer, inputs) or layer.shape.kind is Kind.TOKENS or _mixes(layer, inputs)


def _never(layer: Any, inputs: Mapping[str, Shape]) -> bool:
    return False


def _mixes(layer: Any, inputs: Mapping[str, Shape]) -> bool:
    # torch fills the new shape with values of the next sample where the whole batch happens to fit.
    return bool(3 * (inputs["in"].elements or 1) % (layer.shape.elements or 1) == 0)


STRICTER: dict[str, Callable[[Any, Mapping[str, Shape]], bool]] = {
    "add": _broadcasts,
    "multiply": _broadcasts,
    "average": _broadcasts,
    "concatenate": lambda layer, inputs: layer.along == "time",
    "max_pool1d": _gaps,
    "max_pool2d": _gaps,
    "conv1d": lambda layer, inputs: layer.padding == "causal" or _keeps_no_size(layer, inputs),
    "conv2d": _keeps_no_size,
    "flatten": _unknown,
    "layer_norm": _unknown,
    "reshape": _reshaped_badly,
    "permute": _unknown,
    "slice": lambda layer, inputs: layer.along == "time",
    "conv_transpose2d": lambda layer, inputs: any(layer.padding),
    "channel_split": lambda layer, inputs: True,
    "pad_channels": lambda layer, inputs: True,
    "group_norm": lambda layer, inputs: True,  # torch gives 0 for every group of one value
    "noise": lambda layer, inputs: True,
}
"""Where our rule may refuse what torch would run; each with its reason above, or because it would be another layer:
along time, vectors and images have nothing to join or to take, a causal convolution must not see the future through a
mirrored border, padding "same" does not keep the size where the filter skips places, tokens are not made of numbers, an
image whose border is cut off must keep at least one pixel, a split drops no channels, padding cuts none off, and noise
is a known count of numbers."""

STOPS = {"stop_gradient"}
"""Layers whose purpose it is that no gradient reaches their input."""

HAPPY = {
    Kind.VECTOR: Shape(Kind.VECTOR, (64,)),
    Kind.IMAGE: Shape(Kind.IMAGE, (4, 4, 4)),
    Kind.SEQUENCE: Shape(Kind.SEQUENCE, (16, 4)),
    Kind.TOKENS: Shape(Kind.TOKENS, (12,)),
    Kind.VIDEO: Shape(Kind.VIDEO, (4, 4, 2, 2)),
}
"""Shapes that every layer in its default settings takes, if it takes the kind."""


def run(layer: Layer, inputs: Mapping[str, Shape], device: str) -> tuple[torch.nn.Module, dict[str, Any]]:
    """The built layer and what leaves it for a random batch."""
    module = build(layer, inputs, device)
    return module, module(samples(inputs, device))


def samples(inputs: Mapping[str, Shape], device: str = "cpu") -> dict[str, torch.Tensor]:
    """A random batch for each input; unknown times are all the same, and long enough for any window drawn here."""
    times = {shape.time for shape in inputs.values() if shape.time is not None}
    time = times.pop() if times else 70
    drawn = {port: sample(shape, device, time=time) for port, shape in inputs.items()}
    if LENGTHS.name in drawn:
        drawn[LENGTHS.name] = torch.randint(1, time + 1, (3, 1))
    return drawn


@every_kind
def test_defaults_build(kind: type[Layer]) -> None:
    for accepted in kind.accepts:
        layer = kind()
        inputs = {port.name: HAPPY[accepted] for port in layer.input_ports()}
        outputs = layer.infer(inputs)
        assert set(outputs) >= {port.name for port in layer.output_ports()}
        _, found = run(layer, inputs, "cpu")
        for port, value in found.items():
            assert tuple(value.shape[1:]) == outputs[port].sizes


@every_kind
@few
@given(data=st.data())
def test_the_shape_rule_and_the_costs_agree_with_torch(kind: type[Layer], data: st.DataObject) -> None:
    layer, inputs = data.draw(cases(kind))
    try:
        outputs = layer.infer(inputs)
    except ShapeError as error:
        if error.port != LENGTHS.name and not STRICTER.get(kind.kind, _never)(layer, inputs):
            # Tensors without values skip some of torch's checks, so this needs the CPU.
            with pytest.raises((RuntimeError, ValueError, AssertionError, IndexError)):
                run(layer, inputs, "cpu")
        return
    # Which steps count must be known to run; and where there are no values, torch takes a cell step by step in Python.
    stepping = LENGTHS.name in inputs or kind.family is Family.RECURRENT
    module, found = run(layer, inputs, "cpu" if stepping else "meta")
    assert parameters(module) == layer.parameter_count(inputs)
    for port, value in found.items():
        assert value.shape[0] == 3
        pairs = zip(outputs[port].sizes, value.shape[1:], strict=True)
        assert all(ours in (None, theirs) for ours, theirs in pairs), f"{outputs[port]}, but torch gives {value.shape}"


@every_kind
@few
@given(data=st.data())
def test_unlike_shapes_never_crash_and_every_remedy_of_a_refusal_helps(kind: type[Layer], data: st.DataObject) -> None:
    layer, inputs = data.draw(cases(kind, fitting=False))
    try:
        outputs = layer.infer(inputs)
        assert layer.connection_count(inputs, outputs) >= 0
        assert layer.flops(inputs, outputs) >= 0
        assert layer.parameter_count(inputs) >= 0
    except ShapeError as error:
        assert error.message.endswith(".")
        assert error.port is None or error.port in inputs
        assert len({remedy.title for remedy in error.remedies}) == len(error.remedies)
        for remedy in error.remedies:
            assert remedy.insert or remedy.replace
            assert len({port for port, _ in remedy.insert}) == len(remedy.insert)
            repaired(layer, inputs, remedy)


@every_kind
@few
@given(data=st.data())
def test_json_keeps_every_setting(kind: type[Layer], data: st.DataObject) -> None:
    layer = data.draw(layers(kind))
    assert parse_layer(kind.kind, layer.values(), "test") == layer
    assert layer.summary() == layer.summary().strip()


@every_kind
@few
@given(data=st.data())
def test_values_and_gradients_are_finite(kind: type[Layer], data: st.DataObject) -> None:
    layer, shapes = data.draw(cases(kind))
    try:
        layer.infer(shapes)
    except ShapeError:
        return
    torch.manual_seed(0)
    module = build(layer, shapes)
    given_values = samples(shapes)
    found = module(given_values)
    for value in found.values():
        assert torch.isfinite(value).all()
    learned = [value.sum() for value in found.values() if value.requires_grad]
    if learned:
        torch.stack(learned).sum().backward()  # type: ignore[no-untyped-call]
    for value in [*module.parameters(), *given_values.values()]:
        if value.grad is not None:
            assert torch.isfinite(value.grad).all()
    if found and kind.kind not in STOPS and all(shape.kind is not Kind.TOKENS for shape in shapes.values()):
        assert all(value.grad is not None for value in given_values.values() if value.is_floating_point()), (
            "no gradient reaches the input"
        )


@every_kind
def test_it_explains_itself(kind: type[Layer]) -> None:
    assert len(kind.help()) > 100
    assert kind.stem.isidentifier()
    assert kind.kind.isidentifier()
    assert kind.title[0].isupper()
    for setting in kind.settings():
        assert setting.help.endswith(".")
        assert setting.complaint(setting.default) is None
        assert setting.when is None or setting.when[0] in {other.name for other in kind.settings()}


def test_kinds_and_titles_are_unique() -> None:
    assert len({kind.kind for kind in KINDS}) == len(KINDS)
    assert len({kind.title for kind in KINDS}) == len(KINDS)
