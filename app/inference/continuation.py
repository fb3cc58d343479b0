"""Text generation: a language model goes on with a text, by its likeliest token, by chance, or by beam search."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.data.readers.tokens import END, PADDING, START, UNKNOWN, by_letters, split_text
from app.inference.new_tokens import token_unit, unknown_note
from app.protocol.text_values import Decoding, LikelyToken, WrittenText, WrittenToken
from app.training.sequence.token_metrics import TINY, token_probabilities
from app.training.trainable import Model
from graph.errors import NetloomError

LIKELY = 8
"""Tokens that are told for each place, the likeliest."""
MOST = 1000
"""Tokens that are written at once, at most."""
NOT_ONE = (
    "This network does not predict the next token of what it reads, so it cannot go on with a text; train one that "
    "does, such as preset:sentences_lstm."
)


class TextWriter:
    """The network of a run as one that goes on with texts.

    Raises
    ------
    NetloomError
        if it does not predict the next token of the only text that it reads.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        prepared, heads = model.prepared, model.objective.heads
        reads = model.objective.inputs
        found = [place for place, head in enumerate(heads) if head.listed and head.field.next_of in reads]
        if not found:
            raise NetloomError(NOT_ONE)
        self._output = found[0]
        self.head = heads[self._output]
        self.field = prepared.dataset.field_named(self.head.field.next_of)
        if set(reads) - {self.field.name, self.field.lengths}:
            others = ", ".join(f"“{name}”" for name in reads if name not in (self.field.name, self.field.lengths))
            raise NetloomError(f"This network also reads {others}, which a text that goes on does not have.")
        self.vocabulary = self.field.vocabulary
        self._known = prepared.trained_tokens(self.field.name)
        silent = (PADDING, START, UNKNOWN)
        self._writable = torch.tensor([token not in silent for token in self.vocabulary])
        self._steps = self._fixed_steps()

    @property
    def joint(self) -> str:
        """What stands between two tokens."""
        return "" if by_letters(self.vocabulary) else " "

    @property
    def _unit(self) -> str:
        return token_unit(self.model.prepared.choice.source, self.field)

    def note(self, beginning: str) -> str:
        """A sentence that names tokens which training never saw; empty where there are none."""
        return unknown_note(beginning, self._unit, self._known) if UNKNOWN in self.vocabulary else ""

    def numbers(self, beginning: str) -> list[int]:
        """A beginning as numbers of tokens, with the start in front where the network knows one.

        Raises
        ------
        NetloomError
            if it holds a token that has no number, or there is nothing to go on with.
        """
        place = {token: number for number, token in enumerate(self.vocabulary)}
        parted = split_text(beginning, self._unit)
        odd = [token for token in parted if token not in place]
        if odd and UNKNOWN not in place:
            raise NetloomError(
                f"“{odd[0]}” is not among the {self._unit}s that this network knows; choose another one."
            )
        # What only test texts hold was never trained, so it counts as unknown too.
        known = [token if UNKNOWN not in place or token in self._known else UNKNOWN for token in parted]
        told = [place[token] for token in known]
        started = [place[START], *told] if START in place else told
        if not started:
            raise NetloomError(f"Give the network at least one {self._unit} to go on with.")
        return started

    def log_probabilities(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """The logarithms of the probabilities (n, tokens) of what comes next, of lists of equal length, float64."""
        given = np.array([row[-self._steps :] if self._steps else row for row in rows], dtype=np.int64)
        last = given.shape[1] - 1
        if self._steps and given.shape[1] < self._steps:
            given = np.pad(given, ((0, 0), (0, self._steps - given.shape[1])))
        lengths = np.full((len(given), 1), last + 1, dtype=np.int64)
        device = self.model.device
        named = {self.field.name: given, self.field.lengths: lengths}
        inputs = tuple(torch.from_numpy(named[name]).to(device) for name in self.model.objective.inputs)
        with self.model.evaluating():
            outputs = self.model.objective.predict(inputs, self.model.forward)
            own = outputs[self._output] if isinstance(outputs, tuple) else outputs
            found = token_probabilities(self.head, own[:, last : last + 1].float().cpu())[:, 0].double()
        return found.clamp_min(TINY).log().masked_fill(~self._writable, -torch.inf).log_softmax(1)

    def _fixed_steps(self) -> int:
        """How many tokens the network takes, exactly; 0 where it takes any number."""
        place = self.model.objective.inputs.index(self.field.name)
        layer = self.model.compiled.inputs[place]
        return self.model.compiled.layer_info[layer].outputs["out"].time or 0


def longer(
    writer: TextWriter, beginning: Sequence[int], texts: Sequence[WrittenText], how: Decoding
) -> tuple[WrittenText, ...]:
    """Texts with one more token each, the likeliest first; none to begin with. What has ended stays as it is.

    The same ``how`` gives the same tokens, however often it is asked.
    """
    texts = texts or (WrittenText(),)
    going = [text for text in texts if not text.ended]
    if not going:
        return tuple(texts)
    rows = [[*beginning, *(token.number for token in text.tokens)] for text in going]
    logs = writer.log_probabilities(rows)
    if how.strategy == "beam":
        return _searched(writer, texts, going, logs, how.beams)
    [text], (log,) = going, logs
    shown = _tempered(log, how) if how.strategy == "sample" else log
    number = _drawn(shown, how.seed, len(text.tokens)) if how.strategy == "sample" else int(shown.argmax())
    return (_with(writer, text, number, shown),)


def continuation(writer: TextWriter, beginning: str, how: Decoding, tokens: int) -> Iterator[tuple[WrittenText, ...]]:
    """The texts after each token, until all have ended or so many ``tokens`` are written.

    Raises
    ------
    NetloomError
        if settings are out of range, or the beginning cannot be read.
    """
    check(how, tokens)
    numbers = writer.numbers(beginning)
    texts: tuple[WrittenText, ...] = ()
    for _ in range(tokens):
        texts = longer(writer, numbers, texts, how)
        yield texts
        if all(text.ended for text in texts):
            return


def check(how: Decoding, tokens: int) -> None:
    """Refuse settings that choose nothing.

    Raises
    ------
    NetloomError
        if one is out of range.
    """
    limits = (
        ("tokens", tokens, 1, MOST),
        ("temperature", how.temperature, 0.01, 100),
        ("top-k", how.top_k, 0, 1_000_000),
        ("beams", how.beams, 1, 64),
        ("seed", how.seed, 0, 2**31 - 1),
    )
    for name, value, least, most in limits:
        if not math.isfinite(value) or not least <= value <= most:
            raise NetloomError(f"The {name} may be from {least:g} to {most:,}, but {value:g} was given; change it.")


def written_text(beginning: str, text: WrittenText, joint: str) -> str:
    """A beginning and what was written behind it, without the end."""
    words = [token.text for token in text.tokens if token.text != END]
    return joint.join([beginning, *words] if beginning or not joint else words)


def _tempered(log: Tensor, how: Decoding) -> Tensor:
    """Logarithms of probabilities (tokens,) by the temperature, of the likeliest ``top_k`` alone."""
    scaled = log / how.temperature
    if 0 < how.top_k < len(scaled):
        least = scaled.topk(how.top_k).values[-1]
        scaled = scaled.masked_fill(scaled < least, -torch.inf)
    return scaled.log_softmax(0)


def _drawn(log: Tensor, seed: int, place: int) -> int:
    """A token by chance, which follows from the seed and the place alone: a text may be written in pieces."""
    shares: Array = log.exp().cumsum(0).numpy()
    chance = np.random.default_rng((seed, place)).random() * shares[-1]
    return min(int(np.searchsorted(shares, chance, side="right")), len(shares) - 1)


def _searched(
    writer: TextWriter, texts: Sequence[WrittenText], going: Sequence[WrittenText], logs: Tensor, beams: int
) -> tuple[WrittenText, ...]:
    """The likeliest of all texts that have ended and of those that go on, each by its likeliest tokens."""
    found = [(text.log_probability, text, -1, logs[0]) for text in texts if text.ended]
    for text, log in zip(going, logs, strict=True):
        best = log.topk(min(beams, int(writer._writable.sum())))
        found += [
            (text.log_probability + float(value), text, int(number), log)
            for value, number in zip(best.values, best.indices, strict=True)
        ]
    kept = sorted(found, key=lambda entry: -entry[0])[:beams]
    return tuple(text if number < 0 else _with(writer, text, number, log) for _, text, number, log in kept)


def _with(writer: TextWriter, text: WrittenText, number: int, log: Tensor) -> WrittenText:
    best = log.topk(min(LIKELY, len(log)))
    likely = tuple(
        LikelyToken(text=writer.vocabulary[int(at)], probability=math.exp(float(value)))
        for value, at in zip(best.values, best.indices, strict=True)
        if math.isfinite(float(value))
    )
    name, probability = writer.vocabulary[number], math.exp(float(log[number]))
    token = WrittenToken(number=number, text=name, probability=probability, likely=likely)
    return WrittenText(
        tokens=(*text.tokens, token),
        log_probability=text.log_probability + float(log[number]),
        ended=name == END,
    )
