"""Attention between two sequences, and the repetition of a vector at every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from graph.layers.activation import NumericLayer
from graph.layers.base import Family, Layer, Port, Remedy, positions, refusal
from graph.layers.construct import Argument, Construct, Module, Ref, X, chain, method, own
from graph.layers.dense import TimeDistributedDense
from graph.layers.lengths import LENGTHS, own_lengths
from graph.layers.settings import setting
from graph.layers.shape import Flatten
from graph.layers.training_needs import FLOAT, Keeps, LayerWork, Work
from graph.layers.value_range import Gives
from graph.open_length import agree
from graph.shapes import Kind, Shape, sequence


class Attention(NumericLayer):
    """Looks back at another sequence: at each step it takes the mean of all its steps, weighted by how well they fit.

    A decoder that must squeeze what its encoder read into one state forgets the beginning of long inputs. With
    attention it asks anew at each step: its state is the query, the encoder's states are the keys, a score says how
    well each key answers, and the softmax of the scores are the weights of the mean. Which part of the input was
    looked at can be seen in these weights.
    """

    kind: ClassVar[str] = "attention"
    keeps: ClassVar[Keeps] = Keeps.INPUTS
    title: ClassVar[str] = "Attention"
    family: ClassVar[Family] = Family.RECURRENT
    stem: ClassVar[str] = "attention"
    aliases: ClassVar[tuple[str, ...]] = (
        *("luong", "bahdanau", "alignment", "encoder-decoder", "look back"),
        *("multi-head attention", "transformer", "self-attention"),
    )
    has_attention: ClassVar[bool] = True
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.SEQUENCE,)
    sees_everything: ClassVar[bool] = True  # all steps of the keys

    score: Literal["dot", "scaled_dot", "general", "additive"] = setting(
        "scaled_dot",
        "How well a query fits a key: by their product, the same by the root of their size, with weights between them, "
        "or by a small network.",
    )
    units: int = setting(
        32,
        "Hidden units of the small network that scores.",
        minimum=1,
        maximum=65_536,
        unit="units",
        when=("score", ("additive",)),
    )
    lengths: bool = own_lengths("Steps of the keys that only fill up are then never looked at.")
    heads: int = setting(
        1,
        "Parts that the features are split into, each of which looks for itself.",
        minimum=1,
        maximum=1024,
        unit="heads",
        when=("score", ("dot", "scaled_dot")),
    )
    own_values: bool = setting(
        False,
        "Take the mean of a sequence that arrives at a port of its own, as transformers do, not of the keys.",
        label="own values",
    )

    def _heads(self) -> int:
        """How many heads there are: one, unless queries and keys are multiplied."""
        return self.heads if self.score in ("dot", "scaled_dot") else 1

    def input_ports(self) -> tuple[Port, ...]:
        """What asks, what is looked at, and where it is asked for, how many of its steps count."""
        query = Port("query", "The sequence that asks at each of its steps: the decoder's states.")
        keys = Port("keys", "The sequence that is looked at: the encoder's states.")
        values = Port("values", "The sequence whose mean is taken, a step for each of the keys.")
        return (query, keys, *((values,) if self.own_values else ()), *((LENGTHS,) if self.lengths else ()))

    def reads_ahead(self, port: str) -> bool:
        """Every step looks at all steps of the keys."""
        return port in ("keys", "values")

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """A mean of keys at each step of the query.

        Raises
        ------
        ShapeError
            if query and keys are multiplied, but have different numbers of features.
        """
        self.check_kinds(inputs)
        query, keys = inputs["query"], inputs["keys"]
        if self.score in ("dot", "scaled_dot") and query.features != keys.features:
            message = (
                f"{self.title} multiplies query and keys, so both need as many features, but {query.features:,} and "
                f"{keys.features:,} arrive."
            )
            fitted = TimeDistributedDense(units=keys.features)
            candidates = [
                Remedy("Put weights between them (general)", replace=self.changed(score="general")),
                Remedy(f"Insert {fitted.title} at the query", insert=(("query", fitted),)),
            ]
            raise refusal(self, inputs, message, candidates, port="query")
        read = inputs["values"] if self.own_values else keys
        self._check_values(inputs, keys, read)
        self._check_heads(inputs, query, read)
        return {"out": sequence(query.length, read.features)}

    def _check_values(self, inputs: Mapping[str, Shape], keys: Shape, read: Shape) -> None:
        """Raise `ShapeError` where there is not a step to read for each of the keys."""
        if not agree((keys.length, read.length)):
            message = (
                f"{self.title} reads a step of its values for each of its keys, but {keys.described()} and "
                f"{read.described()} arrive."
            )
            raise refusal(self, inputs, message, [], port="values")

    def _check_heads(self, inputs: Mapping[str, Shape], query: Shape, read: Shape) -> None:
        """Raise `ShapeError` where the heads do not divide the features."""
        heads = self._heads()
        if query.features % heads == 0 and read.features % heads == 0:
            return
        fitting = max(each for each in range(1, heads + 1) if query.features % each == 0 and read.features % each == 0)
        message = (
            f"{self.title} with {heads} heads needs features that {heads} divides, but {query.features:,} and "
            f"{read.features:,} arrive."
        )
        fewer = Remedy(f"Use {fitting} head{'s' if fitting > 1 else ''}", replace=self.changed(heads=fitting))
        raise refusal(self, inputs, message, [fewer], port="query")

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Query x key features (general); or units x (both + 1) and a sum over the units (additive)."""
        query, keys = inputs["query"].features, inputs["keys"].features
        if self.score == "general":
            return query * keys
        return self.units * (query + keys + 2) if self.score == "additive" else 0

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The parameters of the score, each at the steps where it is used."""
        query, keys, asked, read = self._sizes(inputs)
        if self.score == "general":
            return query * keys * read
        return self.units * ((query + 1) * asked + keys * read + asked * read) if self.score == "additive" else 0

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Two for each product of the scores and of the means; softmax and tanh are not counted."""
        query, keys, asked, read = self._sizes(inputs)
        mean = 2 * asked * read * (inputs["values"].features if self.own_values else keys)
        if self.score == "additive":
            own = 2 * (query * asked + keys * read) + asked  # the bias
            return self.units * (own + 3 * asked * read) + mean
        scored = 2 * asked * read * query
        return mean + scored + (2 * query * keys * read if self.score == "general" else 0)

    @staticmethod
    def _sizes(inputs: Mapping[str, Shape]) -> tuple[int, int, int, int]:
        """Features of query and keys, and their steps."""
        query, keys = inputs["query"], inputs["keys"]
        return query.features, keys.features, positions(query), positions(keys)

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Its scores as shares, and with a hidden layer the values of that for each pair of steps."""
        query, _, asked, read = self._sizes(inputs)
        hidden = {"additive": self.units * asked * read, "general": query * read}.get(self.score, 0)
        return FLOAT * (asked * read + hidden)

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """Matrix products for scores and means, and what is done with every score."""
        _, _, asked, read = self._sizes(inputs)
        scores = asked * read * (self.units if self.score == "additive" else 1)
        products = 4 if self.score == "additive" else 2
        return (
            LayerWork(Work.MATRIX, self.flops(inputs, outputs) / products, products),
            LayerWork(Work.VALUES, 2 * scores, 3),
        )

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``graph.modules.attention.Attention``."""
        arguments: dict[str, Argument] = {
            "score": self.score,
            "query_features": inputs["query"].features,
            "key_features": inputs["keys"].features,
        }
        if self.score == "additive":
            arguments["units"] = self.units
        if self._heads() > 1:
            arguments["heads"] = self._heads()
        lengths = (Ref(LENGTHS.name),) if self.lengths else ()
        module = Module("graph.modules.attention.Attention", arguments)
        values = {"values": Ref("values")} if self.own_values else {}
        return chain(own(Ref("query"), Ref("keys"), *lengths, **values), module=module)

    def summary(self) -> str:
        """The score."""
        words = {"scaled_dot": "scaled dot product", "dot": "dot product"}.get(self.score, self.score)
        units = f", {self.units:,} units" if self.score == "additive" else ""
        heads = f", {self._heads()} heads" if self._heads() > 1 else ""
        return f"{words}{units}{heads}{', own lengths' if self.lengths else ''}"


class RepeatVector(Layer):
    """Hands the same vector to every step of a new sequence.

    It stands between a layer that reads something as a whole and one that writes step by step: one to many. The
    recurrent layer behind it must count the steps itself, since each brings the same.
    """

    kind: ClassVar[str] = "repeat_vector"
    keeps: ClassVar[Keeps] = Keeps.NOTHING
    shares_memory: ClassVar[bool] = True
    work: ClassVar[Work] = Work.VIEW
    title: ClassVar[str] = "RepeatVector"
    family: ClassVar[Family] = Family.SHAPE
    stem: ClassVar[str] = "repeat"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    aliases: ClassVar[tuple[str, ...]] = ("one to many", "tile", "broadcast over time")
    accepts: ClassVar[tuple[Kind, ...]] = (Kind.VECTOR,)

    steps: int = setting(8, "Length of the sequence.", minimum=1, maximum=100_000, unit="steps")

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Flatten anything but tokens."""
        return (Remedy("Insert Flatten", insert=((port, Flatten()),)),) if shape.kind is not Kind.TOKENS else ()

    def output(self, x: Shape) -> Shape:
        """A sequence of as many features."""
        return sequence(self.steps, x.features)

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``unsqueeze`` and ``expand``."""
        return chain(method("unsqueeze", X, 1), method("expand", Ref(0), -1, self.steps, -1))

    def summary(self) -> str:
        """The number of steps."""
        return f"{self.steps:,} steps"
