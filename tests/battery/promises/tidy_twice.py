"""Tidying up a network twice changes nothing the second time."""

from __future__ import annotations

from graph.drawing.layout import arrange
from tests.battery.promise import Promise, Round
from tests.battery.random_networks import network


def play(round: Round) -> int:
    """One network."""
    document = network(round.chance)
    places = arrange(document.network)
    with document.transaction("Tidy"):
        document.move(places)
    assert arrange(document.network) == places
    return 1


PROMISE = Promise("tidying up twice is tidying up once", night=10_000, play=play)
