"""ONNX's recurrent operators: LSTM, GRU and RNN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.exchange.onnx_graph import NetworkBuilder, OnnxValue, UnreadableError, attributes, distinct
from app.exchange.onnx_layout import Axis, Layout, Part, whole
from app.exchange.onnx_settling import settled, taken

if TYPE_CHECKING:
    from onnx import NodeProto

STATE, CELL = "state", "cell"
"""Ports of states, and of what an LSTM remembers beside them."""

TORCHS_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
"""For each of torch's blocks of gates, the place of the same gate in ONNX's weights."""


def recurrent(builder: NetworkBuilder, node: NodeProto) -> None:
    """A recurrent layer that gives its states at all steps, or the last one."""
    attrs = attributes(node)
    inputs = [*node.input, *[""] * (8 - len(node.input))]
    _refuse(node, attrs, inputs)
    value = taken(builder, inputs[0])
    time = 1 if attrs.get("layout", 0) else 0
    if len(value.layout) != 3 or value.layout[1 - time] != (Part(0, builder.batch),):
        raise UnreadableError(f"reads {builder.shape(value).described()} whose axes lie otherwise than it needs")
    value = settled(builder, value, [[time], [2]])
    by_input, by_state = (builder.constant(inputs[at], "its weights") for at in (1, 2))
    settings: dict[str, Any] = {"hidden_size": by_state.shape[2], "bidirectional": len(by_input) == 2}
    settings["bias"] = bool(inputs[3])
    if node.op_type == "RNN":
        settings["nonlinearity"] = str(_functions(attrs)[0]).lower() if _functions(attrs) else "tanh"
    starts = _starts(builder, node, inputs)
    outputs = [name if name and builder.uses[name] else "" for name in (*node.output, "", "", "")][:3]
    only_last = outputs[1] and not outputs[0] and not outputs[2]
    settings["output_mode"] = "last" if only_last else "sequence"
    settings["final_state"] = not only_last and bool(outputs[1] or outputs[2])
    ports = {"in": value, **starts}
    id_ = builder.add(node.op_type.lower(), ports, inputs[1], initial_state=bool(starts), **settings)
    _keep(builder, id_, node.op_type, [by_input, by_state], builder.constants.get(inputs[3]))
    _leave(builder, id_, outputs, len(by_input), time)


def _starts(builder: NetworkBuilder, node: NodeProto, inputs: list[str]) -> dict[str, OnnxValue]:
    """The states that it starts from, by port; none where they are zero."""
    names = inputs[5:7] if node.op_type == "LSTM" else inputs[5:6]
    given = [name for name in names if name]
    if all(name in builder.constants for name in given):
        if any(np.any(distinct(builder.constants[name])) for name in given):
            raise UnreadableError("starts from a constant state that is not zero")
        return {}
    if len(given) < len(names):
        raise UnreadableError("starts from one of its two states alone")
    values = [taken(builder, name) for name in names]
    if any(value.layout[1] != (Part(0, builder.batch),) for value in values):
        raise UnreadableError("starts from states whose axes lie otherwise than it needs")
    flat = [settled(builder, value, [[0, 2]]) for value in values]
    return dict(zip((STATE, CELL), flat, strict=False))


def _refuse(node: NodeProto, attrs: dict[str, Any], inputs: list[str]) -> None:
    if inputs[4]:
        raise UnreadableError("is given a length for each sample")
    if inputs[7]:
        raise UnreadableError("has peepholes")
    if attrs.get("layout", 0) and any(inputs[5:7]):
        raise UnreadableError("starts from states with the samples first")
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


def _leave(builder: NetworkBuilder, id_: str, outputs: list[str], directions: int, time: int) -> None:
    """Name the results: states ``[time, directions, batch, units]`` and last states ``[directions, batch, units]``."""
    batch: Axis = (Part(0, builder.batch),)
    every, *ends = outputs

    def parts(port: str, axis: int) -> tuple[Axis, Axis]:
        units = builder.shapes[id_, port].features // directions
        return (() if directions == 1 else (Part(axis, directions, units),)), whole(axis, units)

    if every:
        direction, units = parts("out", 2)
        steps = builder.natural(builder.shapes[id_, "out"])[1]
        lies: Layout = (batch, steps, direction, units) if time else (steps, direction, batch, units)
        builder.values[every] = OnnxValue(id_, "out", lies)
    final = builder.network.layer(id_).values()["final_state"]
    for name, port in zip(ends, (STATE, CELL), strict=False):
        if name:
            source = port if final else "out"
            direction, units = parts(source, 1)
            lies = (batch, direction, units) if time else (direction, batch, units)
            builder.values[name] = OnnxValue(id_, source, lies)
