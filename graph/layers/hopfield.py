"""The Hopfield network: a memory of pictures that is called up by a part of one, or by a noisy one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.base import Family, Layer, Remedy, refusal
from graph.layers.construct import Construct, single
from graph.layers.settings import Matrices, setting
from graph.layers.shape import Flatten
from graph.layers.stored_pictures import LETTERS, NAMES, SIDE, StoredPictures
from graph.layers.training_needs import Keeps, LayerWork, Work
from graph.shapes import Kind, Shape


class Hopfield(Layer):
    """A memory by Hopfield (1982): what arrives is drawn to the stored picture that it is most like.

    Each unit is +1 or -1 and is connected to every other with a symmetric weight, by Hebb's rule the mean of the two
    units' products over the stored pictures, divided by their number of units: w = Σ x x / N. Unit by unit becomes the
    sign of its weighted sum; an energy falls with each change until the state rests, mostly in a stored picture (an
    attractor). Beyond about 0.138 N random pictures memory breaks down. Nothing is trained, and no gradient passes.
    """

    kind: ClassVar[str] = "hopfield"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    title: ClassVar[str] = "Hopfield"
    family: ClassVar[Family] = Family.RECURRENT
    stem: ClassVar[str] = "memory"
    aliases: ClassVar[tuple[str, ...]] = (
        "associative memory",
        "hopfield network",
        "hebb",
        "attractor",
        "content addressable",
        "energy",
    )
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.VECTOR, Kind.IMAGE)
    sees_everything: ClassVar[bool] = True  # every unit hears every other

    stored: Literal["letters", "typed"] = setting("letters", "Letters of 8 × 8 pixels, or pictures of your own.")
    letters: int = setting(
        5,
        "How many letters are stored, of C X V S K T H Z P O L E; the first five are little alike.",
        minimum=1,
        maximum=len(LETTERS),
        unit="letters",
        when=("stored", ("letters",)),
    )
    patterns: Matrices = setting(
        (
            ((1.0, 1.0, 1.0), (1.0, -1.0, -1.0), (1.0, 1.0, 1.0)),
            ((-1.0, 1.0, -1.0), (1.0, 1.0, 1.0), (-1.0, 1.0, -1.0)),
        ),
        "Pictures of one size: what is above 0 is stored as +1, everything else as -1.",
        when=("stored", ("typed",)),
    )
    sweeps: int = setting(5, "How often every unit is renewed.", minimum=1, maximum=100, unit="sweeps")
    seed: int = setting(
        0, "Another number renews the units in another order.", minimum=0, maximum=2**31 - 1, label="order"
    )

    def stored_states(self) -> tuple[str, ...]:
        """The stored pictures, row after row: # for +1, a point for -1."""
        if self.stored == "letters":
            return LETTERS[: self.letters]
        return tuple("".join("#" if mark > 0 else "." for row in rows for mark in row) for rows in self.patterns)

    def picture_size(self) -> tuple[int, int]:
        """Rows and columns of a stored picture."""
        return (SIDE, SIDE) if self.stored == "letters" else (len(self.patterns[0]), len(self.patterns[0][0]))

    def memory(self) -> StoredPictures:
        """All that recalling takes."""
        states = self.stored_states()
        names = NAMES if self.stored == "letters" else tuple(str(at + 1) for at in range(len(states)))
        return StoredPictures(states, names[: len(states)], *self.picture_size(), self.sweeps, self.seed)

    def output(self, x: Shape) -> Shape:
        """As what arrives, which must have a value for each unit."""
        units = len(self.stored_states()[0])
        if x.elements == units:
            return x
        rows, columns = self.picture_size()
        message = f"{self.title} stores pictures of {rows} × {columns}, {units} values, but {x.described()} arrives."
        fits = x.elements == len(LETTERS[0]) and self.stored == "typed"
        letters = [Remedy("Store letters of 8 × 8", replace=self.changed(stored="letters"))] if fits else []
        raise refusal(self, {"in": x}, message, letters)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Flatten what is neither a vector nor a picture."""
        return (Remedy("Insert Flatten", insert=((port, Flatten()),)),) if shape.elements else ()

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """From each unit to each other one; their weights are set and not trained."""
        units = len(self.stored_states()[0])
        return units * (units - 1)

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Two for each connection in each sweep."""
        return 2 * self.sweeps * self.connection_count(inputs, outputs)

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """One unit after another, in every sweep."""
        units = len(self.stored_states()[0])
        return (LayerWork(Work.VALUES, units, self.sweeps * units),)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """A module that holds the weights by Hebb's rule."""
        return single(
            "graph.modules.hopfield.Hopfield", patterns=self.stored_states(), sweeps=self.sweeps, seed=self.seed
        )

    def onnx_obstacle(self, inputs: Mapping[str, Shape]) -> str | None:
        """Updates come one after another, each of which would be operators of its own."""
        updates = self.sweeps * len(self.stored_states()[0])
        return (
            f"its units are renewed one after another, and {updates:,} updates would be as many parts of the file. "
            "Export the network as code."
        )

    def summary(self) -> str:
        """How much is stored, and the sweeps."""
        return f"{len(self.stored_states())} pictures, {self.sweeps} sweeps"
