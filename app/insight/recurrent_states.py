"""Recurrent layers step by step in plain torch, so that every gate and state is there to be looked at and followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from app.insight.find_modules import walk
from app.protocol.recurrent_values import CellKind
from graph.modules.loop import Loop
from graph.modules.lstm_variant import LstmVariant

HIDDEN, CELL = "hidden", "cell"

Values = dict[str, Tensor]
Cell = Callable[[Tensor, Values], Values]
"""From the sums that the input brings ``[batch, sums]`` and the states before to all values of the step."""


@dataclass(frozen=True, eq=False)
class Track:
    """What one direction of one level of a recurrent layer did, step by step in the order of time.

    ``arriving`` holds what came in at each step ``[batch, features]``, ``values`` the gates and states by name
    ``[batch, units]``, of which ``states`` are carried from step to step. ``own`` ``[batch, time]`` is true at a
    sample's own steps. With ``back`` the last step was read first.
    """

    states: tuple[str, ...]
    own: Tensor
    back: bool = False
    arriving: list[Tensor] = field(default_factory=list)
    values: dict[str, list[Tensor]] = field(default_factory=dict)


@contextmanager
def watching(whole: nn.Module, path: str) -> Iterator[list[list[Track]]]:
    """Have the recurrent layer at ``path`` run step by step; the list fills with its tracks by level and direction.

    Of a layer that runs several times the first time counts. Weights and results stay as they are, and gradients reach
    every step.
    """
    passes: list[list[Track]] = []
    layer = dict(walk(whole)).get(path)
    if not is_recurrent(layer):
        yield passes
        return
    assert layer is not None  # it is recurrent

    def forward(*inputs: Any, **named: Any) -> Any:
        tracks, result = _run(layer, *inputs, **named)
        if not passes:
            passes.extend(tracks)
        return result

    layer.forward = forward
    try:
        yield passes
    finally:
        del layer.forward


def is_recurrent(layer: nn.Module | None) -> bool:
    """Whether a module is one that `watching` follows."""
    return isinstance(layer, nn.RNNBase | LstmVariant | Loop)


def kind_of(layer: nn.Module) -> CellKind:
    """The kind of cell: ``lstm``, ``gru``, ``rnn`` or ``loop``."""
    match layer:
        case nn.LSTM() | LstmVariant():
            return "lstm"
        case nn.GRU():
            return "gru"
        case Loop():
            return "loop"
        case _:
            return "rnn"


def _run(layer: nn.Module, *inputs: Any, **named: Any) -> tuple[list[list[Track]], Any]:
    if isinstance(layer, Loop):
        return _loop(layer, *inputs)
    return _levels(layer, *inputs, **named)


# Layers of torch's form


def _levels(layer: Any, x: Tensor, hx: Any = None, lengths: Tensor | None = None) -> tuple[list[list[Track]], Any]:
    """All levels and directions of a layer; its result as torch gives it.

    Between levels nothing is dropped: it is looked at as it is when it is used.
    """
    steps = torch.arange(x.shape[1], device=x.device)
    own = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
    if lengths is not None:
        own = steps < lengths.reshape(-1, 1).clamp(min=1)
    begins = _begins(layer, x, hx)
    tracks: list[list[Track]] = []
    last: list[Values] = []
    for level in range(layer.num_layers):
        directions = []
        for suffix in _suffixes(layer):
            track, end = _direction(layer, x, f"l{level}{suffix}", begins[len(last)], own)
            directions.append(track)
            last.append(end)
        tracks.append(directions)
        outputs = [torch.stack(track.values[HIDDEN], 1) for track in directions]
        x = torch.cat(outputs, 2) if len(outputs) > 1 else outputs[0]
        x = x if lengths is None else x * own.unsqueeze(2)
    hidden = torch.stack([end[HIDDEN] for end in last])
    if CELL in last[0]:
        return tracks, (x, (hidden, torch.stack([end[CELL] for end in last])))
    return tracks, (x, hidden)


def _suffixes(layer: Any) -> tuple[str, ...]:
    if isinstance(layer, LstmVariant):
        return layer.suffixes
    return ("", "_reverse") if layer.bidirectional else ("",)


def _begins(layer: Any, x: Tensor, hx: Any) -> list[Values]:
    """The states before the first step by level and direction: those given, else zeros that gradients may reach."""
    count = layer.num_layers * len(_suffixes(layer))
    hidden_size = getattr(layer, "proj_size", 0) or getattr(layer, "state_size", layer.hidden_size)
    sizes = {HIDDEN: hidden_size} | ({CELL: layer.hidden_size} if kind_of(layer) == "lstm" else {})
    if hx is not None:
        states = hx if isinstance(hx, tuple) else (hx,)
        return [dict(zip(sizes, (state[at] for state in states), strict=True)) for at in range(count)]
    wanted = torch.is_grad_enabled()
    return [
        {name: x.new_zeros(len(x), size).requires_grad_(wanted) for name, size in sizes.items()} for _ in range(count)
    ]


def _direction(layer: Any, x: Tensor, suffix: str, states: Values, own: Tensor) -> tuple[Track, Values]:
    """One direction of one level; behind a sample's own steps its states stay as they are."""
    back = suffix.endswith("_reverse")
    weights = {name: getattr(layer, f"{name}_{suffix}", None) for name in NAMES}
    cell = CELLS[kind_of(layer)](layer, weights)
    sums = F.linear(x, _weight(weights, "weight_ih"), weights["bias_ih"]).unbind(1)
    track = Track(tuple(states), own, back, list(x.unbind(1)))
    steps: list[Values] = [{} for _ in sums]
    for time in reversed(range(len(sums))) if back else range(len(sums)):
        now = cell(sums[time], states)
        kept = own[:, time, None]
        states = {name: torch.where(kept, now[name], before) for name, before in states.items()}
        steps[time] = now  # what a step gives on, and what it shows of it, both hang on these
    for name in steps[0]:
        track.values[name] = [step[name] for step in steps]
    return track, states


NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_ch", "weight_hr")


def _weight(weights: Mapping[str, Tensor | None], name: str) -> Tensor:
    weight = weights[name]
    assert weight is not None  # every layer has it
    return weight


def _rnn_cell(layer: Any, weights: Mapping[str, Tensor | None]) -> Cell:
    """H = f(W x + b + U h + c)."""
    recurrent, bias = _weight(weights, "weight_hh"), weights["bias_hh"]
    f = torch.tanh if layer.nonlinearity == "tanh" else torch.relu
    return lambda sums, before: {HIDDEN: f(sums + F.linear(before[HIDDEN], recurrent, bias))}


def _gru_cell(_layer: Any, weights: Mapping[str, Tensor | None]) -> Cell:
    """r, z = s(W x + U h); n = tanh(W x + r (U h)); h = (1 - z) n + z h."""
    recurrent, bias = _weight(weights, "weight_hh"), weights["bias_hh"]

    def step(sums: Tensor, before: Values) -> Values:
        h = before[HIDDEN]
        x_r, x_z, x_n = sums.chunk(3, 1)
        h_r, h_z, h_n = F.linear(h, recurrent, bias).chunk(3, 1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * h_n)
        return {"reset": r, "update": z, "candidate": n, HIDDEN: (1 - z) * n + z * h}

    return step


def _lstm_cell(layer: Any, weights: Mapping[str, Tensor | None]) -> Cell:
    """i, f, o = s(W x + U h); g = tanh(W x + U h); c = f c + i g; h = o tanh(c), perhaps projected.

    With peepholes i and f see the cell before and o the one behind; with coupled gates i = 1 - f.
    """
    recurrent, bias = _weight(weights, "weight_hh"), weights["bias_hh"]
    peep, project = weights["weight_ch"], weights["weight_hr"]
    coupled = bool(getattr(layer, "coupled", False))

    def step(sums: Tensor, before: Values) -> Values:
        c = before[CELL]
        parts = list((sums + F.linear(before[HIDDEN], recurrent, bias)).chunk(3 if coupled else 4, 1))
        candidate, output_gate, front = torch.tanh(parts[-2]), parts[-1], parts[:-2]
        if peep is not None:
            front = [part + weight * c for part, weight in zip(front, peep, strict=False)]
        forget_gate = torch.sigmoid(front[-1])
        input_gate = 1 - forget_gate if coupled else torch.sigmoid(front[0])
        c = forget_gate * c + input_gate * candidate
        output_gate = torch.sigmoid(output_gate if peep is None else output_gate + peep[-1] * c)
        h = output_gate * torch.tanh(c)
        h = h if project is None else F.linear(h, project)
        return {
            "forget": forget_gate,
            "input": input_gate,
            "candidate": candidate,
            "output": output_gate,
            CELL: c,
            HIDDEN: h,
        }

    return step


CELLS: Mapping[str, Callable[[Any, Mapping[str, Tensor | None]], Cell]] = {
    "rnn": _rnn_cell,
    "gru": _gru_cell,
    "lstm": _lstm_cell,
}


# Cells that a user has drawn


def _loop(layer: Loop, *sequences: Tensor) -> tuple[list[list[Track]], Any]:
    """As `graph.modules.loop.Loop`; the states are called as the input layers that hold them inside."""
    first, wanted = sequences[0], torch.is_grad_enabled()
    held = {at: first.new_zeros(len(first), size).requires_grad_(wanted) for at, _, size in layer.states}
    names = [str(node.target) for node in layer.cell.graph.nodes if node.op == "placeholder"]  # type: ignore[union-attr]
    states = {at: names[at] for at in held}
    own = torch.ones(first.shape[:2], dtype=torch.bool, device=first.device)
    track = Track(tuple(states.values()), own, values={name: [] for name in states.values()})
    steps: list[tuple[Tensor, ...]] = []
    for time in range(first.shape[1]):
        now = [sequence[:, time] for sequence in sequences]
        track.arriving.append(torch.cat([tensor.flatten(1) for tensor in now], 1))
        waiting = iter(now)
        count = len(sequences) + len(held)
        results = layer.cell(*[held[index] if index in held else next(waiting) for index in range(count)])
        results = results if isinstance(results, tuple) else (results,)
        held = {argument: results[result] for argument, result, _ in layer.states}
        for at, name in states.items():
            track.values[name].append(held[at])
        steps.append(results)
    outputs = steps[-1] if layer.last else tuple(torch.stack(values, dim=1) for values in zip(*steps, strict=True))
    return [[track]], outputs[0] if len(outputs) == 1 else outputs
