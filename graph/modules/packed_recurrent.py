"""torch's recurrent layers for sequences of unequal length, padded to the longest of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class PaddedRnn(nn.RNN):
    """`torch.nn.RNN` that may read how many steps of each sample count."""

    def forward(self, input: Any, hx: Any = None, lengths: torch.Tensor | None = None) -> Any:
        """As torch's; with ``lengths`` ``[batch]`` or ``[batch, 1]`` what lies behind a sample's own steps is left out.

        The last states are then those at each sample's own last step, where the way back begins too, and the states
        behind it are zeros.
        """
        return by_lengths(super().forward, input, hx, lengths)


class PaddedGru(nn.GRU):
    """`torch.nn.GRU` that may read how many steps of each sample count."""

    def forward(self, input: Any, hx: Any = None, lengths: torch.Tensor | None = None) -> Any:
        """As of `PaddedRnn`."""
        return by_lengths(super().forward, input, hx, lengths)


class PaddedLstm(nn.LSTM):
    """`torch.nn.LSTM` that may read how many steps of each sample count.

    ``forget_bias`` is added to the forget gates' biases at the start: above 0 the cell is kept for longer at first.
    """

    def __init__(self, *args: Any, forget_bias: float = 0.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with torch.no_grad():
            for name, bias in self.named_parameters():
                if name.startswith("bias_ih"):
                    bias[self.hidden_size : 2 * self.hidden_size] += forget_bias

    def forward(self, input: Any, hx: Any = None, lengths: torch.Tensor | None = None) -> Any:
        """As of `PaddedRnn`; the last states are a pair, as torch's are."""
        return by_lengths(super().forward, input, hx, lengths)


def by_lengths(whole: Callable[..., Any], x: torch.Tensor, hx: Any, lengths: torch.Tensor | None) -> Any:
    """What ``whole`` makes of ``x`` ``[batch, time, features]``, packed where ``lengths`` are given."""
    if lengths is None:
        return whole(x, hx)
    steps = lengths.reshape(-1).long().clamp(1, x.shape[1]).cpu()
    packed = pack_padded_sequence(x, steps, batch_first=True, enforce_sorted=False)
    states, last = whole(packed, hx)
    return pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])[0], last
