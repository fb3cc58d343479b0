"""An LSTM whose gates may see the cell (peepholes), or whose forget gate alone decides what is let in (coupled)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

States = tuple[Tensor, tuple[Tensor, Tensor]]


class LstmVariant(nn.Module):
    """As `torch.nn.LSTM` with ``batch_first``, its parameters called and ordered as torch's.

    With ``peephole`` the input and forget gates also see the cell before the step, and the output gate the cell behind
    it, each through one weight per unit (``weight_ch``). With ``coupled`` there is no input gate: as much is let in as
    is forgotten, i = 1 - f. ``forget_bias`` is added to the forget gates' biases at the start.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - as many as torch's LSTM has, and three more
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        peephole: bool = False,
        coupled: bool = False,
        forget_bias: float = 0.0,
    ) -> None:
        super().__init__()
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        self.hidden_size, self.state_size = hidden_size, proj_size or hidden_size
        self.num_layers, self.dropout, self.peephole, self.coupled = num_layers, dropout, peephole, coupled
        self.suffixes = ("", "_reverse") if bidirectional else ("",)
        self.front = 1 if coupled else 2
        sums = (self.front + 2) * hidden_size
        for layer in range(num_layers):
            arriving = self.state_size * len(self.suffixes) if layer else input_size
            for suffix in self.suffixes:
                shapes: dict[str, tuple[int, ...]] = {
                    "weight_ih": (sums, arriving),
                    "weight_hh": (sums, self.state_size),
                }
                shapes |= {"bias_ih": (sums,), "bias_hh": (sums,)} if bias else {}
                shapes |= {"weight_ch": (self.front + 1, hidden_size)} if peephole else {}
                shapes |= {"weight_hr": (proj_size, hidden_size)} if proj_size else {}
                for name, shape in shapes.items():
                    setattr(self, f"{name}_l{layer}{suffix}", nn.Parameter(torch.empty(shape)))
        self._begin(forget_bias)

    def _begin(self, forget_bias: float) -> None:
        """Draw all parameters as torch does."""
        bound = 1 / math.sqrt(self.hidden_size)
        end = self.front * self.hidden_size
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.uniform_(-bound, bound)
                if name.startswith("bias_ih"):
                    parameter[end - self.hidden_size : end] += forget_bias

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None, lengths: Tensor | None = None) -> States:
        """States ``[batch, time, size]`` and the last hidden states and cells ``[layers x directions, batch, size]``.

        With ``lengths`` ``[batch]`` or ``[batch, 1]`` what lies behind a sample's own steps changes no state, and the
        states there are zeros.
        """
        values, counts = input, None
        if lengths is not None:
            steps = torch.arange(input.shape[1], device=input.device)
            counts = steps < lengths.reshape(-1, 1).clamp(min=1)
        last: list[tuple[Tensor, Tensor]] = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                values = F.dropout(values, self.dropout, self.training)
            directions = []
            for suffix in self.suffixes:
                begin = None if hx is None else (hx[0][len(last)], hx[1][len(last)])
                states, end = self._direction(values, f"l{layer}{suffix}", begin, counts, bool(suffix))
                directions.append(states)
                last.append(end)
            values = torch.cat(directions, 2) if len(directions) > 1 else directions[0]
        hidden, cells = zip(*last, strict=True)
        return values, (torch.stack(hidden), torch.stack(cells))

    def _direction(
        self, x: Tensor, suffix: str, begin: tuple[Tensor, Tensor] | None, counts: Tensor | None, back: bool
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """One direction of one layer; what does not depend on the state is calculated for all steps at once."""
        biases = self._get("bias_ih", suffix), self._get("bias_hh", suffix)
        bias = None if biases[0] is None or biases[1] is None else biases[0] + biases[1]
        sums = F.linear(x, getattr(self, f"weight_ih_{suffix}"), bias).unbind(1)
        recurrent = getattr(self, f"weight_hh_{suffix}").t()
        peep, project = self._get("weight_ch", suffix), self._get("weight_hr", suffix)
        h, c = begin or (x.new_zeros(len(x), self.state_size), x.new_zeros(len(x), self.hidden_size))
        own = [None] * len(sums) if counts is None else list(counts.unsqueeze(2).unbind(1))
        states_by_time = list(sums)
        for time in range(len(sums) - 1, -1, -1) if back else range(len(sums)):
            h_new, c_new = self._cell(torch.addmm(sums[time], h, recurrent), c, peep, project)
            now = own[time]
            h, c = (h_new, c_new) if now is None else (torch.where(now, h_new, h), torch.where(now, c_new, c))
            states_by_time[time] = h
        all_states = torch.stack(states_by_time, 1)
        return (all_states if counts is None else all_states * counts.unsqueeze(2)), (h, c)

    def _cell(self, sums: Tensor, c: Tensor, peep: Tensor | None, project: Tensor | None) -> tuple[Tensor, Tensor]:
        """One step: from the gates' sums ``[batch, gates x hidden]`` and the cell to the new state and cell."""
        size = self.hidden_size
        front, candidate, show = torch.split(sums, [self.front * size, size, size], 1)
        if peep is not None:
            front = front + (peep[:-1] * c.unsqueeze(1)).flatten(1)
        gates = front.sigmoid()
        write, forget = (1 - gates, gates) if self.coupled else gates.chunk(2, 1)
        c = forget * c + write * candidate.tanh()
        h = (show if peep is None else show + peep[-1] * c).sigmoid() * c.tanh()
        return (h if project is None else h @ project.t()), c

    def _get(self, name: str, suffix: str) -> Tensor | None:
        parameter: Tensor | None = getattr(self, f"{name}_{suffix}", None)
        return parameter
