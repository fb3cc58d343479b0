"""Teacher forcing: a decoder is trained on the true tokens before each, and predicts from its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.data.lazy_array import Values
from app.data.prepare import Prepared
from app.data.readers.tokens import END
from app.data.transforms import Standardise
from app.training.batches import Feed
from app.training.heads import Head
from app.training.metrics import Meter
from app.training.objective import Forward, Objective
from app.training.plan import Plan
from app.training.sequence.decoder_input import NO_DECODER_INPUT, decoder_field, reads_ahead
from app.training.sequence.decoding import SequenceDecoder
from app.training.sequence.token_metrics import (
    SEQUENCE_ACCURACY,
    TOKEN_ACCURACY,
    TokenTally,
    predicted_tokens,
    token_rates,
    token_sums,
)
from graph.build.compile import Compiled
from graph.errors import NetloomError
from graph.network import Network

NEXT = "next_token_accuracy"
"""Metric: the share of tokens that are right where all before them are the true ones."""
PEEKED = 1e-4
"""A change of an output by later words up to which it counts as rounding."""


class TeacherForcing(Objective):
    """The network learns to predict each word after the true ones before it; on new samples it reads its own instead.

    Of its inputs one reads the target one step late. Loss and ``next_token_accuracy`` are with the true words
    before each; ``token_accuracy`` and ``sequence_accuracy`` are of its free-running predictions.
    """

    kind = "teacher_forcing"

    def __init__(self, network: Network, compiled: Compiled, prepared: Prepared, plan: Plan) -> None:
        super().__init__(network, compiled, prepared, plan)
        self.forcing, self.beams = plan.teacher_forcing, plan.beams
        self.output_index, self.decoder_input = self._find(prepared)
        self.head = self.heads[self.output_index]
        values = np.asarray(prepared.train.arrays[self.decoder_input])
        self.start, self.steps = (int(values[0, 0]) if len(values) else 0), values.shape[1]
        _check_shifted(self.decoder_input, values, np.asarray(prepared.train.arrays[self.head.field.name]), self.head)
        vocabulary = self.head.field.vocabulary
        end = vocabulary.index(END) if END in vocabulary else None
        at = self.inputs.index(self.decoder_input)
        self.decoder = SequenceDecoder(compiled.module, at, self.output_index, self.start, end)
        self._check_order(compiled, prepared)

    def default_target(self) -> str:
        """The data set's own target."""
        return ""

    def meter(self, scalers: Mapping[str, Standardise]) -> Meter:
        """A meter whose words are those after the true ones."""
        meter = Meter(self.heads, dict(scalers))
        meter.replace(self.output_index, TokenTally(self.head, NEXT))
        return meter

    def part_metrics(self, feed: Feed, size: int) -> dict[str, float]:
        """The share of words, and of samples, that are right where the network reads its own words."""
        sums = torch.zeros(4, dtype=torch.float64)
        for batch in feed.in_order(size):
            outputs = self._own(self.predict(batch.inputs, self.decoder.plain))
            predicted = predicted_tokens(outputs, self.head.field.vocabulary)
            sums += token_sums(predicted, batch.targets[self.output_index], self.head.field.vocabulary).cpu()
        return dict(zip((TOKEN_ACCURACY, SEQUENCE_ACCURACY), token_rates(sums), strict=True))

    def forward_inputs(self, inputs: tuple[Tensor, ...], forward: Forward) -> tuple[Tensor, ...]:
        """The true words; or of each with the chance that is set, the network's own (scheduled sampling)."""
        if self.forcing >= 1:
            return inputs
        true = inputs[self.decoder.at]
        forced = torch.rand(true.shape, device=true.device) < self.forcing
        with torch.no_grad():
            own = self.decoder.decode(inputs, forced=forced)[0]
        return self.decoder.with_decoder_input(inputs, own)

    def predict(self, inputs: tuple[Tensor, ...], forward: Forward) -> Any:
        """What the network gives where it reads its own words, from the start on."""
        return self.decoder.search(inputs, self.beams) if self.beams > 1 else self.decoder.decode(inputs)[1]

    def complete_inputs(self, inputs: Mapping[str, Values]) -> Mapping[str, Values]:
        """New samples, and as decoder input nothing but the start."""
        written = np.zeros((len(next(iter(inputs.values()), ())), self.steps), dtype=np.int64)
        written[:, 0] = self.start
        return {self.decoder_input: written, **inputs}

    def _own(self, outputs: Any) -> Tensor:
        found: Tensor = outputs[self.output_index] if isinstance(outputs, tuple) else outputs
        return found

    def _find(self, prepared: Prepared) -> tuple[int, str]:
        """Which output predicts the words, and the field that the decoder reads."""
        read = [prepared.dataset.field_named(name).info for name in dict.fromkeys(self.inputs)]
        for index, head in enumerate(self.heads):
            found = decoder_field(read, head.field) if head.listed else ""
            if found:
                return index, found
        raise NetloomError(NO_DECODER_INPUT)

    def _check_order(self, compiled: Compiled, prepared: Prepared) -> None:
        """Refuse a network that sees the words that it is about to predict."""
        arrays = [np.asarray(prepared.train.arrays[name][:2]) for name in self.inputs]
        steps = arrays[self.decoder.at].shape[1]
        if steps < 2 or not len(arrays[0]):
            return
        device = next(compiled.module.parameters()).device
        given = tuple(torch.from_numpy(np.ascontiguousarray(tensor)).to(device) for tensor in arrays)
        other = given[self.decoder.at].clone()
        other[:, -1] = (other[:, -1] + 1) % len(self.head.field.vocabulary)
        mode = compiled.module.training
        compiled.module.eval()
        with torch.no_grad():
            before, after = (
                self._own(compiled.module(*tensor))[:, :-1]
                for tensor in (given, self.decoder.with_decoder_input(given, other))
            )
        compiled.module.train(mode)
        if (before - after).abs().max() > PEEKED:
            raise NetloomError(reads_ahead(self.decoder_input))


def _check_shifted(name: str, written: Array, target: Array, head: Head) -> None:
    """Refuse an input that does not hold the target one step late."""
    later = written[:, 1:]
    if written.size and ((later != target[:, :-1]) & (later != 0)).any():
        raise NetloomError(
            f"“{name}” must hold “{head.field.name}” one step late, with a start in front, but it holds other words."
        )
