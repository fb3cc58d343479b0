"""Usual networks over sequences in plain torch, small."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm


class TextCnn(nn.Module):
    """Filters of three lengths over words, and the largest answer of each."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(30, 8)
        self.convs = nn.ModuleList([nn.Conv1d(8, 6, size) for size in (3, 4, 5)])
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(18, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        """Scores of two classes."""
        words = self.embedding(tokens).permute(0, 2, 1)
        found = [functional.relu(conv(words)) for conv in self.convs]
        pooled = [functional.max_pool1d(each, each.shape[2]).squeeze(2) for each in found]
        scores: Tensor = self.fc(self.drop(torch.cat(pooled, dim=1)))
        return scores


class TemporalBlock(nn.Module):
    """Two causal convolutions, what looks ahead cut off, and a shortcut."""

    def __init__(self, before: int, maps: int, dilation: int) -> None:
        super().__init__()
        self.border = 2 * dilation
        self.conv1 = weight_norm(nn.Conv1d(before, maps, 3, padding=self.border, dilation=dilation))
        self.conv2 = weight_norm(nn.Conv1d(maps, maps, 3, padding=self.border, dilation=dilation))
        self.drop = nn.Dropout(0.2)
        self.short = nn.Conv1d(before, maps, 1) if before != maps else None

    def forward(self, x: Tensor) -> Tensor:
        """A sequence of the same length."""
        found = self.drop(functional.relu(self.conv1(x)[:, :, : -self.border].contiguous()))
        found = self.drop(functional.relu(self.conv2(found)[:, :, : -self.border].contiguous()))
        return functional.relu(found + (x if self.short is None else self.short(x)))


class TemporalNet(nn.Module):
    """A temporal convolutional network of two blocks, of which the last step answers."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(TemporalBlock(3, 6, 1), TemporalBlock(6, 6, 2))
        self.fc = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Two numbers."""
        numbers: Tensor = self.fc(self.blocks(x)[:, :, -1])
        return numbers


class LastStep(nn.Module):
    """What a recurrent layer says at its last step."""

    def __init__(self, kind: Callable[..., nn.RNNBase]) -> None:
        super().__init__()
        self.rnn = kind(3, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Two numbers."""
        states, _ = self.rnn(x)
        numbers: Tensor = self.fc(states[:, -1, :])
        return numbers


class Hidden(nn.Module):
    """The last state of a recurrent layer, of both directions joined."""

    def __init__(self, kind: Callable[..., nn.RNNBase], both: bool) -> None:
        super().__init__()
        self.rnn = kind(3, 6, batch_first=True, bidirectional=both)
        self.both = both
        self.fc = nn.Linear(12 if both else 6, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Two numbers."""
        _, ends = self.rnn(x)
        hidden = ends[0] if isinstance(ends, tuple) else ends
        last = torch.cat([hidden[-2], hidden[-1]], dim=1) if self.both else hidden[-1]
        numbers: Tensor = self.fc(last)
        return numbers


class Every(nn.Module):
    """A number at every step."""

    def __init__(self, kind: Callable[..., nn.RNNBase], both: bool) -> None:
        super().__init__()
        self.rnn = kind(3, 6, batch_first=True, bidirectional=both)
        self.fc = nn.Linear(12 if both else 6, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Two numbers at every step."""
        numbers: Tensor = self.fc(self.rnn(x)[0])
        return numbers


class Stacked(nn.Module):
    """Two layers with the states to start from written out, as many tutorials do."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, num_layers=2, batch_first=True, dropout=0.2)
        self.fc = nn.Linear(6, 1)

    def forward(self, x: Tensor) -> Tensor:
        """One number."""
        start = torch.zeros(2, x.size(0), 6)
        states, _ = self.lstm(x, (start, torch.zeros(2, x.size(0), 6)))
        number: Tensor = self.fc(states[:, -1])
        return number


class Tokens(nn.Module):
    """Words, two layers both ways, and the last states of the upper one."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(30, 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 6, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(12, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        """Scores of two classes."""
        _, (hidden, _) = self.lstm(self.embedding(tokens))
        scores: Tensor = self.fc(torch.cat((hidden[-2], hidden[-1]), dim=1))
        return scores


class Decoder(nn.Module):
    """One layer reads, and another starts from its states and writes."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(3, 6, batch_first=True)
        self.decoder = nn.LSTM(2, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x: Tensor, before: Tensor) -> Tensor:
        """Two numbers at every step of what is written."""
        _, states = self.encoder(x)
        numbers: Tensor = self.fc(self.decoder(before, states)[0])
        return numbers
