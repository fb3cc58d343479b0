"""A stored picture that was disturbed, on its way back: what is shown of it, in states and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.numerics.associative_memory import Numbers, Walk, disturbed, hebbian, overlaps, states_of, update_order, walk
from app.system.number_format import nth
from graph.layers.stored_pictures import StoredPictures
from widgets.plots.ticks import number

HALF = 0.5
"""The share that is hidden."""


@dataclass(frozen=True, eq=False)
class Recall:
    """The walk from a disturbed picture to where it rests."""

    held: StoredPictures
    states: Numbers
    walk: Walk
    letter: int

    @classmethod
    def of(cls, held: StoredPictures, letter: int, noise: float, hidden: bool, seed: int) -> Recall:
        """Disturb a stored picture, and renew all units as the layer does."""
        states = states_of(held.pictures)
        start = disturbed(states[letter], noise, HALF if hidden else 0.0, seed)
        order = update_order(states.shape[1], held.sweeps, held.seed)
        return cls(held, states, walk(hebbian(states), start, order), letter)

    @property
    def steps(self) -> int:
        """States that there are, the start among them."""
        return len(self.walk.states)

    def picture(self, at: int) -> Numbers:
        """The state after so many updates, (rows, columns)."""
        state: Numbers = self.walk.states[at]
        return state.reshape(self.held.rows, self.held.columns)

    def overlaps(self, at: int) -> Numbers:
        """How like each stored picture it is then."""
        return overlaps(self.states, self.walk.states[at])

    def words(self, at: int) -> str:
        """What the last update did, and what comes of all of them."""
        return f"{self._update(at)} {self.outcome}"

    def _update(self, at: int) -> str:
        energy = f"The energy is {number(float(self.walk.energies[at]), 4)}."
        if not at:
            wrong = int((self.walk.states[0] != self.states[self.letter]).sum())
            return f"The start: {wrong} of {self.states.shape[1]} pixels differ from {self._name}. {energy}"
        unit = int(self.walk.units[at - 1])
        row, column = divmod(unit, self.held.columns)
        before, after = self.walk.states[at - 1, unit], self.walk.states[at, unit]
        does = "stays" if before == after else f"becomes {'+1' if after > 0 else '−1'}"
        return f"Update {at:,}: row {nth(row)}, column {nth(column)} {does}. {energy}"

    @property
    def _name(self) -> str:
        return self.held.names[self.letter]

    @property
    def outcome(self) -> str:
        """Where it rests, in a sentence."""
        last = self.overlaps(self.steps - 1)
        nearest = int(np.abs(last).argmax())
        name, like = self.held.names[nearest], float(last[nearest])
        after = f"After {self.walk.rests_after:,} updates it rests"
        if like == 1.0:
            return f"{after} in {name}, " + ("as stored." if nearest == self.letter else "another picture than began.")
        if like == -1.0:
            return f"{after} in the reverse of {name}: with all signs turned, a stored picture is an attractor too."
        return f"{after} in a state that was never stored, most like {name} ({like:+.2f}).".replace("-", "−")
