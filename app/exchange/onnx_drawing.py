"""The drawing of a network inside its ONNX file, so that Netloom brings back what was drawn: blocks and notes too.

It stands in the file's metadata as a project file without data and training settings. Weights are not there twice: the
metadata says which of the file's own each of the network's is, where they have another name or lie otherwise. Whoever
reads it believes nothing: file and drawing have to give the same outputs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.data.dataset import Array
from graph import strict_json
from graph.build.compile import compile_network
from graph.errors import NetloomError
from graph.network import Network
from graph.project import Project, decode, encode, parse_project, project_json

if TYPE_CHECKING:
    from onnx import ModelProto

DRAWING, WEIGHTS = "netloom_drawing", "netloom_weights"
"""Keys of the metadata."""

CELL = re.compile(r"(.*)\.(weight|bias)_(ih|hh)_l(\d+)(_reverse)?")
"""Names of the weights of recurrent layers."""

HELD = {"weight_ih": "by_input", "weight_hh": "by_state"}
TORCHS_GATES = {4: (0, 2, 3, 1), 3: (1, 0, 2), 1: (0,)}
"""By the number of gates: for each of torch's blocks, the place of the same gate in ONNX's weights."""


@dataclass(frozen=True, eq=False)
class OnnxDrawing:
    """A network as it was drawn, and its weights by their names in torch."""

    network: Network
    weights: dict[str, Array]


def embed_drawing(model: ModelProto, network: Network, title: str, state: Mapping[str, Array]) -> None:
    """Put the drawing into the metadata of ``model``; weights ``state`` that are nowhere in the file join it."""
    from onnx import numpy_helper

    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    others: dict[str, list[str]] = {}
    for name, values in state.items():
        if _is_counter(name) or _same(_of_cell(name, held), values) or _same(held.get(name), values):
            continue
        found = _elsewhere(held, values)
        if found is None:
            found = [name, ""] if name not in held else [f"{name}.drawn", ""]
            model.graph.initializer.append(numpy_helper.from_array(values, found[0]))
            held[found[0]] = values
        others[name] = found
    project = Project(network, {"about": {"title": title}} if title else {})
    texts = {DRAWING: encode(project_json(project)).decode("utf-8"), WEIGHTS: encode(others).decode("utf-8")}
    for key, value in texts.items():
        model.metadata_props.add(key=key, value=value)


def _is_counter(name: str) -> bool:
    """Whether it counts the batches of a training, which no file holds."""
    return name.endswith("num_batches_tracked")


def _same(one: Array | None, other: Array) -> bool:
    return one is not None and one.shape == other.shape and bool(np.array_equal(one, other))


def _elsewhere(held: Mapping[str, Array], values: Array) -> list[str] | None:
    """The weight of the file that holds the same values under another name, perhaps turned over."""
    for name, other in held.items():
        if other.size == values.size and other.dtype == values.dtype:
            if np.array_equal(other.reshape(-1), values.reshape(-1)):
                return [name, ""]
            if values.ndim == 2 and _same(other, values.T):
                return [name, "T"]
    return None


def _of_cell(name: str, held: Mapping[str, Array]) -> Array | None:
    """A weight of a recurrent layer, which the file holds with others and its gates in another order."""
    match = CELL.fullmatch(name)
    if match is None:
        return None
    layer, kind, side, level, back = match.groups()
    direction = 1 if back else 0
    states = held.get(f"{layer}.by_state{level}")
    if states is None or states.ndim != 3:
        return None
    gates = states.shape[1] // states.shape[2]
    if kind == "weight":
        values = held.get(f"{layer}.{HELD[f'weight_{side}']}{level}")
        stacked = None if values is None or direction >= len(values) else values[direction]
    else:
        both = held.get(f"{layer}.bias{level}")
        stacked = None if both is None or direction >= len(both) else np.split(both[direction], 2)[side == "hh"]
    if stacked is None or gates not in TORCHS_GATES or len(stacked) % gates:
        return None
    blocks = np.split(stacked, gates)
    return np.concatenate([blocks[at] for at in TORCHS_GATES[gates]])


def read_drawing(model: ModelProto) -> OnnxDrawing | None:
    """The drawing in the metadata of ``model``, with its weights; None where there is none that can be read."""
    texts = {one.key: one.value for one in model.metadata_props}
    if DRAWING not in texts:
        return None
    try:
        network = parse_project(decode(texts[DRAWING].encode("utf-8"), "the drawing"), "the drawing").network
        others = strict_json.parse(texts.get(WEIGHTS, "{}").encode("utf-8"), "the drawing")
        weights = _weights(model, network, others)
    except (NetloomError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # the operators say it too
    ends = {node.id for node in network if node.layer.kind in ("input", "noise", "output")}
    named = {one.name for one in (*model.graph.input, *model.graph.output)} - {
        one.name for one in model.graph.initializer
    }
    return OnnxDrawing(network, weights) if named == ends else None


def _weights(model: ModelProto, network: Network, others: Mapping[str, list[str]]) -> dict[str, Array]:
    from onnx import numpy_helper

    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    found: dict[str, Array] = {}
    for name, wanted in compile_network(network).module.state_dict().items():
        if _is_counter(name):
            found[name] = np.zeros((), np.int64)
            continue
        other, turned = others.get(name, [name, ""])
        values = held[other] if other in held else _of_cell(name, held)
        if values is None:
            raise KeyError(name)
        found[name] = (values.T if turned else values).reshape(tuple(wanted.shape))
    return found
