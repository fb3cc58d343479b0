"""Recurrent layers that train several times faster than torch's on the processor, with torch's own parameters.

torch runs these step by step through autograd, a dozen small operations each way. Here each direction of each layer is
one operation of autograd: what does not depend on the state is calculated for all steps at once, and the backward pass
is written out. torch's LSTM needs no such help: on the processor oneDNN runs it as a whole, though in bfloat16 not on
every processor. For sequences of unequal length its gates are held behind each sample's own steps, so that it need not
be packed, which is ten times slower.

Evaluating is no faster by them, and an LSTM written so reaches 0.3 to 0.9 of the speed of torch's:
both are left to torch.

Inside, tensors are ``[time, features, batch]``, so that the gates are contiguous blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from graph.modules.packed_recurrent import PaddedGru, PaddedLstm, PaddedRnn

LARGEST = 2**14
"""Values in one state of a batch up to which the fast form is the faster one; beyond, the matrices are what counts."""

Pass = Callable[[Tensor, list[Tensor], Tensor | None], Tensor]
"""One direction of one layer: ``[time, features, batch]``, its weights and the state before ``[hidden, batch]``, where
that is not zeros, to the states ``[time, hidden, batch]``."""


class FastGru(nn.GRU):
    """``torch.nn.GRU``, faster while it trains on the processor; the parameters and their names are the same."""

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:  # type: ignore[override]
        """States ``[batch, time, hidden]`` and last states ``[layers x directions, batch, hidden]``, as torch's."""
        return _forward(self, input, _gru, hx) if _covers(self, input, hx) else super().forward(input, hx)


class FastRnn(nn.RNN):
    """``torch.nn.RNN``, faster while it trains on the processor; the parameters and their names are the same."""

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:  # type: ignore[override]
        """States ``[batch, time, hidden]`` and last states ``[layers x directions, batch, hidden]``, as torch's."""
        direction = _tanh if self.nonlinearity == "tanh" else _relu
        return _forward(self, input, direction, hx) if _covers(self, input, hx) else super().forward(input, hx)


class FastPaddedGru(PaddedGru):
    """`PaddedGru`, faster while it trains on the processor."""

    def forward(self, input: Any, hx: Any = None, lengths: Tensor | None = None) -> Any:
        """As of `PaddedGru`."""
        if _covers(self, input, hx):
            return _forward(self, input, _gru, hx, lengths)
        return super().forward(input, hx, lengths)


class FastPaddedRnn(PaddedRnn):
    """`PaddedRnn`, faster while it trains on the processor."""

    def forward(self, input: Any, hx: Any = None, lengths: Tensor | None = None) -> Any:
        """As of `PaddedRnn`."""
        if _covers(self, input, hx):
            return _forward(self, input, _tanh if self.nonlinearity == "tanh" else _relu, hx, lengths)
        return super().forward(input, hx, lengths)


class FastLstm(nn.LSTM):
    """``torch.nn.LSTM``, also in bfloat16 on any processor."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        """As torch's; in float32 where the processor has no LSTM in bfloat16."""
        with _precision_of_lstm(input, hx) as (values, state):
            return super().forward(values, state)


class FastPaddedLstm(PaddedLstm):
    """`PaddedLstm`, faster on the processor, and in bfloat16 on any."""

    def forward(self, input: Any, hx: Any = None, lengths: Tensor | None = None) -> Any:
        """As of `PaddedLstm`; in float32 where the processor has no LSTM in bfloat16."""
        if lengths is not None and _covers(self, input, hx):
            return _held(self, input, lengths)
        with _precision_of_lstm(input, hx) as (values, state):
            return super().forward(values, state, lengths)


FAST: dict[type[nn.Module], type[nn.Module]] = {
    nn.GRU: FastGru,
    nn.LSTM: FastLstm,
    nn.RNN: FastRnn,
    PaddedGru: FastPaddedGru,
    PaddedRnn: FastPaddedRnn,
    PaddedLstm: FastPaddedLstm,
}


def quicken(module: nn.Module, *, fast: bool = True, given_states: bool = True) -> None:
    """Put the fast forms in the place of ``module``'s recurrent parts, however deep; all parameters stay.

    Where they are not to be ``fast``, LSTMs have theirs all the same, for bfloat16 on any processor, and calculate as
    torch's do. Without ``given_states`` only what begins at zeros is fast, as in runs of earlier versions.
    """
    for part in module.modules():
        if type(part) in FAST and (fast or isinstance(part, nn.LSTM)):
            part.__class__ = FAST[type(part)]
            put: Any = part  # which torch knows no attributes of but tensors and modules
            put.fast, put.given_states = fast, given_states


def is_faster(part: nn.Module) -> bool:
    """Whether a part of torch's has a form here that trains faster."""
    return type(part) in FAST and type(part) is not nn.LSTM


@cache
def lstm_has_bfloat16() -> bool:
    """Whether an LSTM can be calculated in bfloat16 on this processor, which oneDNN says only when it is asked to."""
    try:
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            nn.LSTM(1, 1, batch_first=True)(torch.zeros(1, 1, 1))
    except RuntimeError:
        return False
    return True


@contextmanager
def _precision_of_lstm(x: Any, state: Any) -> Iterator[tuple[Any, Any]]:
    """Take an LSTM out of autocast where that would end in an error; gives what the LSTM is to read."""
    on_processor = isinstance(x, Tensor) and x.device.type == "cpu"
    if not on_processor or not torch.is_autocast_enabled("cpu") or lstm_has_bfloat16():
        yield x, state
        return
    with torch.autocast("cpu", enabled=False):
        yield x.float(), None if state is None else tuple(part.float() for part in state)


def _covers(module: nn.RNNBase, x: Tensor, state: object) -> bool:
    """Whether the fast form applies; evaluation, CUDA, autocast and packed sequences are torch's."""
    if not (module.training and torch.is_grad_enabled() and isinstance(x, Tensor)) or torch.is_autocast_enabled("cpu"):
        return False
    plain = x.dim() == 3 and x.device.type == "cpu" and x.dtype == module.weight_ih_l0.dtype == torch.float32
    small = 0 < x.shape[0] * module.hidden_size <= LARGEST
    begins = state is None or bool(module.given_states and isinstance(state, Tensor) and state.dim() == 3)
    return bool(module.fast and plain and small and begins and module.batch_first and x.shape[1] > 0)


def _forward(
    module: nn.RNNBase, x: Tensor, direction: Pass, hx: Tensor | None = None, lengths: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """All layers; with ``lengths`` each sample is turned round within its own steps, and the rest is zeros."""
    values = x.permute(1, 2, 0)
    last: list[Tensor] = []
    own = None if lengths is None else _Own(lengths, x.shape[1])
    for layer in range(module.num_layers):
        if layer and module.dropout:
            values = F.dropout(values, module.dropout)
        states = []
        for suffix in ("", "_reverse") if module.bidirectional else ("",):
            weights = _weights(module, f"l{layer}{suffix}")
            start = None if hx is None else hx[len(last)].t()
            if own is not None:
                outputs = direction(own.turned(values) if suffix else values, weights, start)
                last.append(own.last(outputs))
                states.append(own.kept(own.turned(outputs) if suffix else outputs))
                continue
            if suffix:
                states.append(direction(values.flip(0), weights, start).flip(0))
            else:
                states.append(direction(values, weights, start))
            last.append(states[-1][0 if suffix else -1])
        values = torch.cat(states, 1) if len(states) > 1 else states[0]
    return values.permute(2, 0, 1), torch.stack(last).transpose(1, 2)


class _Own:
    """Each sample's own steps of values ``[time, features, batch]``."""

    def __init__(self, lengths: Tensor, time: int) -> None:
        steps = lengths.reshape(1, 1, -1).long().clamp(1, time)
        at = torch.arange(time).reshape(-1, 1, 1)
        self._own = at < steps
        self._end = steps - 1
        self._back = torch.where(self._own, self._end - at, at)

    def turned(self, values: Tensor) -> Tensor:
        """The own steps in reverse order, the others where they are."""
        return values.gather(0, self._back.expand(-1, values.shape[1], -1))

    def last(self, values: Tensor) -> Tensor:
        """The last own step ``[features, batch]``."""
        return values.gather(0, self._end.expand(1, values.shape[1], -1)).squeeze(0)

    def kept(self, values: Tensor) -> Tensor:
        """Zeros behind the own steps."""
        return values * self._own


SHUT = 1e4
"""A sum at which a gate is shut or open exactly, in 32-bit numbers."""


def _held(module: nn.LSTM, x: Tensor, lengths: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """An LSTM whose input gates are shut and whose forget gates are open behind each sample's own steps.

    So the cell stays as it is there, and on the way back as zeros, until the sample's own steps begin.
    """
    batch, time, size = x.shape[0], x.shape[1], module.hidden_size
    steps = lengths.reshape(-1, 1, 1).long().clamp(1, time)
    own = torch.arange(time).reshape(1, -1, 1) < steps
    behind = (~own).to(x.dtype)
    hold = torch.tensor([-SHUT, SHUT, 0.0, 0.0]).repeat_interleave(size).unsqueeze(1)
    state = x.new_zeros(1, batch, module.proj_size or size), x.new_zeros(1, batch, size)
    values, hidden, cells = x, [], []
    for layer in range(module.num_layers):
        if layer and module.dropout:
            values = F.dropout(values, module.dropout)
        directions = []
        for suffix in ("", "_reverse") if module.bidirectional else ("",):
            w, u, *biases = _weights(module, f"l{layer}{suffix}")
            more = [module.get_parameter(f"weight_hr_l{layer}{suffix}")] if module.proj_size else []
            weights = [torch.cat([w, hold], 1), u, *biases, *more]
            arriving = torch.cat([values, behind], 2)
            arriving = arriving.flip(1) if suffix else arriving
            states, _, cell = torch.lstm(arriving, state, weights, True, 1, 0.0, True, False, True)
            states = states.flip(1) if suffix else states
            place = (steps - 1) if not suffix else torch.zeros_like(steps)
            hidden.append(states.gather(1, place.expand(-1, 1, states.shape[2])).squeeze(1))
            cells.append(cell[0])
            directions.append(states * own)
        values = torch.cat(directions, 2) if len(directions) > 1 else directions[0]
    return values, (torch.stack(hidden), torch.stack(cells))


def _weights(module: nn.RNNBase, suffix: str) -> list[Tensor]:
    """Weights from the input and from the state, and both biases (zeros where the layer has none)."""
    weights: list[Tensor] = [getattr(module, f"weight_{source}_{suffix}") for source in ("ih", "hh")]
    if not module.bias:
        return [*weights, *[weights[0].new_zeros(len(weights[0]))] * 2]
    return weights + [getattr(module, f"bias_{source}_{suffix}") for source in ("ih", "hh")]


def _gru(x: Tensor, weights: list[Tensor], start: Tensor | None) -> Tensor:
    states: Tensor = _Gru.apply(x, *weights, start)  # type: ignore[no-untyped-call]
    return states


def _tanh(x: Tensor, weights: list[Tensor], start: Tensor | None) -> Tensor:
    states: Tensor = _Rnn.apply(x, *weights, start, torch.tanh_, _slope_of_tanh)  # type: ignore[no-untyped-call]
    return states


def _relu(x: Tensor, weights: list[Tensor], start: Tensor | None) -> Tensor:
    states: Tensor = _Rnn.apply(x, *weights, start, torch.relu_, _slope_of_relu)  # type: ignore[no-untyped-call]
    return states


def _slope_of_tanh(states: Tensor) -> Tensor:
    return 1 - states * states


def _slope_of_relu(states: Tensor) -> Tensor:
    return (states > 0).to(states.dtype)


class _Rnn(torch.autograd.Function):
    """h = f(W x + U h + b), step by step."""

    @staticmethod
    def forward(  # noqa: PLR0913, PLR0917 - autograd knows no keywords
        ctx: Any,
        x: Tensor,
        w: Tensor,
        u: Tensor,
        b: Tensor,
        c: Tensor,
        start: Tensor | None,
        f: Callable[[Tensor], Tensor],
        slope: Any,
    ) -> Tensor:
        states = _project(x, w, b + c)
        steps = states.unbind(0)
        f(steps[0] if start is None else steps[0].addmm_(u, start))
        for before, now in pairwise(steps):
            f(now.addmm_(u, before))
        ctx.slope = slope
        ctx.save_for_backward(x, w, u, states, *_given(start))
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, w, u, states, *given = ctx.saved_tensors
        sums = ctx.slope(states)
        back, arriving, steps = u.t().contiguous(), _own(gradient).unbind(0), sums.unbind(0)
        steps[-1].mul_(arriving[-1])
        for time in range(len(steps) - 2, -1, -1):
            steps[time].mul_(arriving[time].addmm_(back, steps[time + 1]))
        flat = _flat(sums)
        bias = flat.sum(1)
        to_x = _to_input(w, flat, x) if ctx.needs_input_grad[0] else None
        to_start = back @ steps[0] if ctx.needs_input_grad[5] else None
        return to_x, _by_input(flat, x), _by_state(flat, states, given), bias, bias, to_start, None, None


class _Gru(torch.autograd.Function):
    """r, z = s(W x + U h + b); n = tanh(W x + b + r (U h + c)); h = (1 - z) n + z h, step by step."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, u: Tensor, b: Tensor, c: Tensor, start: Tensor | None) -> Tensor:
        hidden = u.shape[1]
        both = b.clone()
        both[: 2 * hidden] += c[: 2 * hidden]
        gates = _project(x, w, both)
        states, memory = (gates.new_empty(len(gates), hidden, gates.shape[2]) for _ in range(2))
        # The state's share of n is kept: the reset gate multiplies it.
        memory.copy_(c[2 * hidden :].unsqueeze(1))
        _gru_steps(gates, states, memory, u, start)
        ctx.save_for_backward(x, w, u, gates, states, memory, *_given(start))
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, w, u, gates, states, memory, *given = ctx.saved_tensors
        hidden = u.shape[1]
        to_state, to_n = _gru_slopes(gates, states, memory, given)
        arriving, z = _own(gradient), gates[:, hidden : 2 * hidden]
        _gru_back(arriving, to_state, z, u, to_n)
        by_state = _flat(to_state)
        bias = by_state.sum(1)
        to_gates = torch.cat([by_state[: 2 * hidden], _flat(to_n)])
        to_x = _to_input(w, to_gates, x) if ctx.needs_input_grad[0] else None
        to_start = torch.addmm(arriving[0] * z[0], u.t(), to_state[0]) if ctx.needs_input_grad[5] else None
        by_input, by_before = _by_input(to_gates, x), _by_state(by_state, states, given)
        return to_x, by_input, by_before, to_gates.sum(1), bias, to_start


def _given(start: Tensor | None) -> tuple[Tensor, ...]:
    """The state before the first step, where it is not zeros."""
    return () if start is None else (start,)


def _gru_steps(gates: Tensor, states: Tensor, memory: Tensor, u: Tensor, before: Tensor | None) -> None:
    """Turn what arrives at the ``gates`` into r, z and n, and fill ``states`` and ``memory``, in place."""
    hidden = u.shape[1]
    recurrent, proposing = u[: 2 * hidden].contiguous(), u[2 * hidden :].contiguous()
    parts = (gates[:, : 2 * hidden], gates[:, :hidden], gates[:, hidden : 2 * hidden], gates[:, 2 * hidden :])
    steps = zip(*(values.unbind(0) for values in (*parts, states, memory)), strict=True)
    for both, r, z, n, state, share in steps:
        if before is not None:
            both.addmm_(recurrent, before)
            share.addmm_(proposing, before)
        both.sigmoid_()
        n.addcmul_(r, share).tanh_()
        if before is None:
            torch.addcmul(n, z, n, value=-1, out=state)
        else:
            torch.lerp(n, before, z, out=state)
        before = state


def _gru_slopes(gates: Tensor, states: Tensor, memory: Tensor, given: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """What a change of each state means for the gates' sums, before it is multiplied by that change.

    ``[time, 3 hidden, batch]`` for the sums over the state before, and ``[time, hidden, batch]`` for n's own sum.
    """
    r, z, n = gates.chunk(3, 1)
    to_n = (1 - z).mul_(1 - n * n)
    to_state = torch.empty_like(gates)
    to_r, to_z, to_memory = to_state.chunk(3, 1)
    torch.mul(to_n, r, out=to_memory)
    torch.mul(to_memory, memory, out=to_r).mul_(1 - r)
    torch.mul(z, 1 - z, out=to_z)
    to_z[0].mul_(given[0] - n[0] if given else -n[0])
    to_z[1:].mul_(states[:-1] - n[1:])
    return to_state, to_n


def _gru_back(arriving: Tensor, to_state: Tensor, z: Tensor, u: Tensor, to_n: Tensor) -> None:
    """Go back through time, multiplying the slopes ``to_state`` and ``to_n`` by each state's gradient, in place."""
    hidden = u.shape[1]
    back = u.t().contiguous()
    whole, grouped = to_state.unbind(0), to_state.view(len(to_state), 3, hidden, -1).unbind(0)
    changes, kept = arriving.unbind(0), z.unbind(0)
    for time in range(len(changes) - 1, -1, -1):
        grouped[time].mul_(changes[time])
        if time:
            changes[time - 1].addcmul_(changes[time], kept[time]).addmm_(back, whole[time])
    to_n.mul_(arriving)


def _project(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
    """The inputs' share in every sum: ``[time, sums, batch]``."""
    return torch.baddbmm(bias.unsqueeze(1), w.expand(len(x), -1, -1), x)


def _own(gradient: Tensor) -> Tensor:
    """A contiguous copy that may be changed."""
    return gradient.clone(memory_format=torch.contiguous_format)


def _flat(sums: Tensor) -> Tensor:
    """``[time, sums, batch]`` as ``[sums, time x batch]``."""
    return sums.transpose(0, 1).reshape(sums.shape[1], -1)


def _by_input(flat: Tensor, x: Tensor) -> Tensor:
    """Gradient of the weights from the input."""
    return flat @ x.transpose(1, 2).reshape(-1, x.shape[1])


def _by_state(flat: Tensor, states: Tensor, given: Sequence[Tensor]) -> Tensor:
    """Gradient of the weights from the state; without one that is ``given``, the first step had none before it."""
    batch = states.shape[2]
    own = flat[:, batch:] @ states[:-1].transpose(1, 2).reshape(-1, states.shape[1])
    return own.addmm_(flat[:, :batch], given[0].t()) if given else own


def _to_input(w: Tensor, flat: Tensor, x: Tensor) -> Tensor:
    """Gradient of the input ``[time, features, batch]``."""
    return (w.t() @ flat).view(x.shape[1], len(x), -1).transpose(0, 1)
