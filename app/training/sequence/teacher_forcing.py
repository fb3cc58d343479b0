"""Writing step by step: a network learns the next word from the true ones before it, and then goes by its own."""

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
from app.training.objectives import Answering, Objective
from app.training.plan import Plan
from app.training.sequence.decoder_input import written_field
from app.training.sequence.decoding import SequenceDecoder
from app.training.sequence.token_metrics import WHOLE, WORD, ListSums, chosen, shares_of, sums_of
from graph.build.compile import Compiled
from graph.errors import NetloomError
from graph.network import Network

NEXT = "next_token_accuracy"
"""Metric: the share of tokens that are right where all before them are the true ones."""
PEEKED = 1e-4
"""A change of an answer by later words up to which it counts as rounding."""


class TeacherForcing(Objective):
    """The network learns to write each word after the true ones before it; to answer, it reads its own instead.

    Of its inputs one reads the target one step late. Loss and ``next_token_accuracy`` are with the true words
    before each; ``token_accuracy`` and ``sequence_accuracy`` are of what it writes alone.
    """

    kind = "teacher_forcing"

    def __init__(self, network: Network, compiled: Compiled, prepared: Prepared, plan: Plan) -> None:
        super().__init__(network, compiled, prepared, plan)
        self.forcing, self.beams = plan.teacher_forcing, plan.beams
        self.place, self.written = self._find(prepared)
        self.head = self.heads[self.place]
        values = np.asarray(prepared.train.arrays[self.written])
        self.start, self.steps = (int(values[0, 0]) if len(values) else 0), values.shape[1]
        _check_shifted(self.written, values, np.asarray(prepared.train.arrays[self.head.field.name]), self.head)
        vocabulary = self.head.field.vocabulary
        end = vocabulary.index(END) if END in vocabulary else None
        at = self.inputs.index(self.written)
        self.writer = SequenceDecoder(compiled.module, at, self.place, self.start, end)
        self._check_order(compiled, prepared)

    def default_target(self) -> str:
        """The data set's own target."""
        return ""

    def meter(self, scalers: Mapping[str, Standardise]) -> Meter:
        """A meter whose words are those after the true ones."""
        meter = Meter(self.heads, dict(scalers))
        meter.replace(self.place, ListSums(self.head, NEXT))
        return meter

    def beyond(self, feed: Feed, size: int) -> dict[str, float]:
        """The share of words, and of samples, that are right where the network writes alone."""
        sums = torch.zeros(4, dtype=torch.float64)
        for batch in feed.in_order(size):
            answers = self._own(self.respond(batch.inputs, self.writer.plain))
            said = chosen(answers, self.head.field.vocabulary)
            sums += sums_of(said, batch.targets[self.place], self.head.field.vocabulary).cpu()
        return dict(zip((WORD, WHOLE), shares_of(sums), strict=True))

    def fed(self, inputs: tuple[Tensor, ...], answer: Answering) -> tuple[Tensor, ...]:
        """The true words; or of each with the chance that is set, the network's own (scheduled sampling)."""
        if self.forcing >= 1:
            return inputs
        true = inputs[self.writer.at]
        forced = torch.rand(true.shape, device=true.device) < self.forcing
        with torch.no_grad():
            own = self.writer.write(inputs, forced=forced)[0]
        return self.writer.reading(inputs, own)

    def respond(self, inputs: tuple[Tensor, ...], answer: Answering) -> Any:
        """What the network gives where it reads its own words, from the start on."""
        return self.writer.search(inputs, self.beams) if self.beams > 1 else self.writer.write(inputs)[1]

    def with_unasked(self, inputs: Mapping[str, Values]) -> Mapping[str, Values]:
        """New samples, and what they have written so far: nothing but the start."""
        written = np.zeros((len(next(iter(inputs.values()), ())), self.steps), dtype=np.int64)
        written[:, 0] = self.start
        return {self.written: written, **inputs}

    def _own(self, answers: Any) -> Tensor:
        found: Tensor = answers[self.place] if isinstance(answers, tuple) else answers
        return found

    def _find(self, prepared: Prepared) -> tuple[int, str]:
        """Which output writes, and the field that it reads."""
        read = [prepared.dataset.field_named(name).info for name in dict.fromkeys(self.inputs)]
        for place, head in enumerate(self.heads):
            found = written_field(read, head.field) if head.listed else ""
            if found:
                return place, found
        raise NetloomError(
            "Teacher forcing needs an output held against words, and an input that reads the same words one step late, "
            "such as “written”; add that input, or choose the objective “supervised”."
        )

    def _check_order(self, compiled: Compiled, prepared: Prepared) -> None:
        """Refuse a network that sees the words that it is about to write."""
        arrays = [np.asarray(prepared.train.arrays[name][:2]) for name in self.inputs]
        steps = arrays[self.writer.at].shape[1]
        if steps < 2 or not len(arrays[0]):
            return
        device = next(compiled.module.parameters()).device
        given = tuple(torch.from_numpy(np.ascontiguousarray(one)).to(device) for one in arrays)
        other = given[self.writer.at].clone()
        other[:, -1] = (other[:, -1] + 1) % len(self.head.field.vocabulary)
        mode = compiled.module.training
        compiled.module.eval()
        with torch.no_grad():
            before, after = (
                self._own(compiled.module(*one))[:, :-1] for one in (given, self.writer.reading(given, other))
            )
        compiled.module.train(mode)
        if (before - after).abs().max() > PEEKED:
            raise NetloomError(
                f"The network reads words of “{self.written}” before it has written them, so it would learn to copy; "
                "let the layers behind that input read forwards only: no second direction, no attention to itself."
            )


def _check_shifted(name: str, written: Array, target: Array, head: Head) -> None:
    """Refuse an input that does not hold the target one step late."""
    later = written[:, 1:]
    if written.size and ((later != target[:, :-1]) & (later != 0)).any():
        raise NetloomError(
            f"“{name}” must hold “{head.field.name}” one step late, with a start in front, but it holds other words."
        )
