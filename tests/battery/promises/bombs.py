"""Decompression bombs and endless files of every packed format are refused at once, in a sentence."""

from __future__ import annotations

from functools import partial

from graph.errors import NetloomError
from tests.battery.bombs import BOMBS
from tests.battery.mutants import told, within_limits
from tests.battery.promise import Promise, Round


def play(round: Round) -> int:
    """One bomb of every format."""
    for number, make in enumerate(BOMBS):
        place = round.place / str(number)
        place.mkdir()
        opened = make(round.chance, place)
        refused = False
        with within_limits(partial(told, make.__qualname__, number, b"")):
            try:
                opened()
            except NetloomError:
                refused = True
                raise
        assert refused, f"{make.__qualname__} was read"
    return len(BOMBS)


PROMISE = Promise("bombs and endless files of every packed format are refused at once", 3_000, play)
