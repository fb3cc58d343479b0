"""Decoding of a network that counts: what it reads, what it gives, and that its other outputs stay where they were."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, fx, nn

from app.training.sequence.decoding import SequenceDecoder

WORDS, STEPS = 6, 4


class Counting(nn.Module):
    """The next word is one more than the last; before and behind its scores stand two and three times the input."""

    def forward(self, x: Tensor, written: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Three outputs."""
        return 2 * x, nn.functional.one_hot((written + 1) % WORDS, WORDS).float(), 3 * x


def decoder(end: int | None = None) -> SequenceDecoder:
    return SequenceDecoder(fx.symbolic_trace(Counting()), 1, 1, start=1, end=end)


@pytest.mark.parametrize("beams", [1, 2, 3])
def test_outputs_beside_the_words_stay_in_their_places(beams: int) -> None:
    x = torch.arange(2.0)
    inputs = (x, torch.zeros((2, STEPS), dtype=torch.int64))
    counting = decoder()
    first, scores, last = counting.search(inputs, beams) if beams > 1 else counting.decode(inputs)[1]
    assert scores.argmax(2).tolist() == [[2, 3, 4, 5]] * 2
    assert first.tolist() == [0, 2]
    assert last.tolist() == [0, 3]


def test_after_the_end_nothing_is_written() -> None:
    inputs = (torch.zeros(1), torch.zeros((1, STEPS), dtype=torch.int64))
    written, _ = decoder(end=3).decode(inputs)
    assert written.tolist() == [[1, 2, 3, 0]]
    assert decoder(end=3).search(inputs, 2)[1].argmax(2)[0, :2].tolist() == [2, 3]


def test_forced_words_are_read_instead_of_its_own() -> None:
    true = torch.full((1, STEPS), 4)
    forced = torch.tensor([[False, False, True, False]])
    written, outputs = decoder().decode((torch.zeros(1), true), forced)
    assert written.tolist() == [[1, 2, 4, 5]]
    assert outputs[1].argmax(2).tolist() == [[2, 3, 5, 0]]
