"""ONNX's recurrent operators: LSTM, GRU and RNN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_graph import Axis, NetworkBuilder, OnnxValue, UnreadableError, attributes

if TYPE_CHECKING:
    from onnx import NodeProto

TORCHS_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
"""For each of torch's blocks of gates, the place of the same gate in ONNX's weights."""


def recurrent(builder: NetworkBuilder, node: NodeProto) -> None:
    """A recurrent layer that gives its states at all steps, or the last one."""
    value, attrs = builder.unbordered(node.input[0]).plain, attributes(node)
    inputs = [*node.input, *[""] * (7 - len(node.input))]
    _refuse(builder, node, attrs, inputs)
    expected: tuple[Axis, ...] = (0, 1, 2) if attrs.get("layout", 0) else (1, 0, 2)
    if value.axes != expected:
        raise UnreadableError(f"reads {builder.shape(value).described()} whose axes lie otherwise than it needs")
    by_input, by_state = (builder.constant(inputs[at], "its weights") for at in (1, 2))
    settings: dict[str, Any] = {"hidden_size": by_state.shape[2], "bidirectional": len(by_input) == 2}
    settings["bias"] = bool(inputs[3])
    if node.op_type == "RNN":
        settings["nonlinearity"] = str(_functions(attrs)[0]).lower() if _functions(attrs) else "tanh"
    outputs = [*node.output, "", "", ""]
    every, last = (bool(name) and builder.uses[name] > 0 for name in outputs[:2])
    if node.op_type == "LSTM" and outputs[2] and builder.uses[outputs[2]]:
        raise UnreadableError("hands on its cell state")
    mode = "sequence" if every else "last"
    id_ = builder.add(node.op_type.lower(), {"in": value}, inputs[1], output_mode=mode, **settings)
    _keep(builder, id_, node.op_type, [by_input, by_state], builder.constants.get(inputs[3]))
    _leave(builder, id_, outputs[0] if every else "", outputs[1] if last else "", len(by_input), attrs.get("layout", 0))


def _refuse(builder: NetworkBuilder, node: NodeProto, attrs: dict[str, Any], inputs: list[str]) -> None:
    if inputs[4]:
        raise UnreadableError("is given a length for each sample")
    for name in inputs[5:7]:
        if name and np.any(builder.constant(name, "the state that it starts from")):
            raise UnreadableError("starts from a state that is not zero")
    if len(inputs) > 7 and inputs[7]:
        raise UnreadableError("has peepholes")
    if node.op_type == "GRU" and not attrs.get("linear_before_reset", 0):
        raise UnreadableError("resets its state before the weights, where PyTorch does after them")
    if attrs.get("direction", "forward") == "reverse":
        raise UnreadableError("reads backwards alone")
    usual = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"]}.get(node.op_type)
    functions = _functions(attrs)
    odd = functions and (functions != usual * (len(functions) // len(usual)) if usual else len(set(functions)) > 1)
    if odd or attrs.get("clip") or attrs.get("input_forget"):
        raise UnreadableError("has other functions or limits inside than the usual ones")


def _functions(attrs: dict[str, Any]) -> list[str]:
    return [name.decode() if isinstance(name, bytes) else str(name) for name in attrs.get("activations", [])]


def _keep(builder: NetworkBuilder, id_: str, operator: str, weights: list[Array], bias: Array | None) -> None:
    """The weights by their names in torch's module, its gates in their order."""
    for direction, suffix in zip(range(len(weights[0])), ("l0", "l0_reverse"), strict=False):
        for kind, values in zip(("ih", "hh"), weights, strict=True):
            builder.keep(id_, **{f"weight_{kind}_{suffix}": _ordered(operator, values[direction])})
        if bias is not None:
            for kind, values in zip(("ih", "hh"), np.split(bias[direction], 2), strict=True):
                builder.keep(id_, **{f"bias_{kind}_{suffix}": _ordered(operator, values)})


def _ordered(operator: str, values: Array) -> Array:
    blocks = np.split(values, len(TORCHS_GATES[operator]))
    return np.concatenate([blocks[at] for at in TORCHS_GATES[operator]])


def _leave(builder: NetworkBuilder, id_: str, every: str, last: str, directions: int, layout: int) -> None:
    """Name the results: states ``[time, directions, batch, units]`` and last states ``[directions, batch, units]``."""
    if every and last and directions == 2:
        raise UnreadableError("hands on both all its states and the last ones of two directions")
    direction: Axis = None if directions == 1 else "D"
    if every:
        units: Axis = 2 if directions == 1 else "H"
        states: tuple[Axis, ...] = (0, 1, direction, units) if layout else (1, direction, 0, units)
        builder.values[every] = OnnxValue(id_, "out", states)
    if last:
        source = builder.add("last_step", {"in": OnnxValue(id_, "out", (0, 1, 2))}) if every else id_
        unit: Axis = 1 if directions == 1 else "H"
        builder.values[last] = OnnxValue(source, "out", (0, direction, unit) if layout else (direction, 0, unit))
