"""Altered messages between window and worker are understood or refused in a sentence, whatever their bytes say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, partial

from app.protocol.framing import LENGTHS, Decoder, encode
from tests.battery.message_samples import messages
from tests.battery.mutants import Case, hold, json_mutant, mutant
from tests.battery.promise import Promise, Round

CASES = 5_000
"""In one round."""


@cache
def frames() -> tuple[bytes, ...]:
    """A frame of every kind of message."""
    return tuple(encode(message, number) for number, message in enumerate(messages()))


def read(content: bytes) -> None:
    """What arrives is taken apart and could be sent on."""
    for envelope in Decoder().feed(content):
        encode(envelope.message, envelope.id)


def cases(round: Round) -> Iterator[Case]:
    """Frames with altered bytes, and with altered headers of the right length."""
    chance = round.chance
    for _ in range(CASES):
        frame = chance.choice(frames())
        if chance.random() < 0.3:
            content = mutant(chance, frame, frames())
        else:
            header, body = LENGTHS.unpack_from(frame)
            start = LENGTHS.size + header
            text = json_mutant(chance, json.loads(frame[LENGTHS.size : start].decode("utf-8", "surrogatepass")))
            content = LENGTHS.pack(len(text), body) + text + frame[start:]
        yield "message", content, partial(read, content)


def play(round: Round) -> int:
    """Altered frames of every kind of message."""
    return hold(cases(round))


PROMISE = Promise("altered messages are understood or refused in a sentence", 600_000, play)
