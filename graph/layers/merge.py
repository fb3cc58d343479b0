"""Merging layers, where branches of a network meet: add, multiply, average, concatenate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import ClassVar, Literal

from graph.layers.activation import NumericLayer
from graph.layers.adapters import Adapter, adapters, to_vector
from graph.layers.base import Family, Port, Remedy, elements, refusal
from graph.layers.construct import BuildStep, Construct, Ref, chain, function, method
from graph.layers.settings import setting
from graph.layers.training_needs import FLOAT, Keeps, LayerWork, Work
from graph.layers.value_range import Gives
from graph.open_length import Length, OpenLength, agree, apart, common_length, total_length
from graph.shapes import TIMED, Kind, Shape

NESTED_AT_MOST = 16
"""Inputs that are joined one by one; more would nest so deeply in exported code that Python refused to read it."""


def _agree(shapes: Sequence[Shape]) -> Shape | None:
    """The shape that all are, of open times what `agree` says; None where they differ."""
    lengths = [shape.length for shape in shapes]
    if len({(shape.kind, *_fixed(shape)) for shape in shapes}) > 1 or not agree(lengths):
        return None
    return shapes[0].with_length(common_length(lengths))


def _fixed(shape: Shape) -> tuple[int | None, ...]:
    """All sizes but the time."""
    return shape.sizes[1:] if shape.kind in TIMED else shape.sizes


def _listed(inputs: Mapping[str, Shape]) -> str:
    """What arrives where: ``a vector of 8 (in1) and a vector of 9 (in2)``."""
    words = [f"{shape.described()} ({port})" for port, shape in inputs.items()]
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _told(inputs: Mapping[str, Shape]) -> str:
    """What T is, where that is why shapes that look alike differ."""
    note = apart(shape.length for shape in inputs.values())
    return f" {note}" if note else ""


def _insertions(choices: Mapping[str, Sequence[Adapter]]) -> Iterator[Remedy]:
    """Repairs that put one layer at each port: the first choices of all, then the second, and so on."""
    if not choices or not all(choices.values()):
        return
    for row in zip_longest(*choices.values()):
        chosen = [(port, picked or options[0]) for (port, options), picked in zip(choices.items(), row, strict=True)]
        title = " and ".join(f"{words} at {port}" for port, (words, _) in chosen)
        yield Remedy(f"Insert {title}", insert=tuple((port, layer) for port, (_, layer) in chosen))


def _towards(inputs: Mapping[str, Shape], wanted: Shape) -> Iterator[Remedy]:
    """Repairs that give all inputs the shape ``wanted``."""
    others = {port: shape for port, shape in inputs.items() if _agree((shape, wanted)) is None}
    yield from _insertions({port: adapters(shape, wanted) for port, shape in others.items()})


class _Merge(NumericLayer):
    """What merging layers share: their number of inputs."""

    family: ClassVar[Family] = Family.MERGE
    keeps: ClassVar[Keeps] = Keeps.NOTHING

    inputs: int = setting(2, "Number of connections that meet here.", minimum=2, maximum=256, unit="inputs")

    def input_ports(self) -> tuple[Port, ...]:
        """``in1`` to ``inN``."""
        return tuple(Port(f"in{number}") for number in range(1, self.inputs + 1))

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """The merged shape."""
        self.check_kinds(inputs)
        return {"out": self.merged({port.name: inputs[port.name] for port in self.input_ports()})}

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """Every call goes over the merged values."""
        calls = len(self.recipe(inputs).steps)
        return (LayerWork(Work.VALUES, 3 * elements(outputs["out"]), calls),)

    def merged(self, inputs: Mapping[str, Shape]) -> Shape:
        """Shape of the merged value; ``inputs`` are in the order of the ports."""
        raise NotImplementedError

    def _refs(self) -> tuple[Ref, ...]:
        return tuple(Ref(port.name) for port in self.input_ports())

    def summary(self) -> str:
        """The number of inputs."""
        return f"{self.inputs} inputs"


class _Elementwise(_Merge):
    """Merging value by value, which needs equal shapes."""

    operator: ClassVar[str]
    over_all: ClassVar[str]
    """The method of a tensor that does the same along an axis."""

    def merged(self, inputs: Mapping[str, Shape]) -> Shape:
        """The common shape."""
        common = _agree(tuple(inputs.values()))
        if common is None:
            raise self._refused(inputs)
        return common

    def _refused(self, inputs: Mapping[str, Shape]) -> Exception:
        wanted = [shape for shape, _ in Counter(inputs.values()).most_common()]
        candidates = [remedy for shape in wanted for remedy in _towards(inputs, shape)]
        message = f"{self.title} needs inputs of the same shape, but {_listed(inputs)} arrive.{_told(inputs)}"
        odd = next(port for port, shape in inputs.items() if _agree((shape, wanted[0])) is None)
        return refusal(self, inputs, message, candidates, port=odd)

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One per value and input after the first."""
        return (self.inputs - 1) * elements(outputs["out"])

    def _steps(self) -> list[BuildStep]:
        first, second, *others = self._refs()
        steps = [function(self.operator, first, second)]
        for number, other in enumerate(others):
            steps.append(function(self.operator, Ref(number), other))
        return steps

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """The operator between all inputs; very many are laid one on another, and joined along that axis."""
        return self._at_once() if self.inputs > NESTED_AT_MOST else chain(*self._steps())

    def _at_once(self) -> Construct:
        return chain(function("torch.stack", self._refs()), method(self.over_all, Ref(0), 0))


class Add(_Elementwise):
    """Adds its inputs value by value; all must have the same shape.

    A residual network adds a block's input to its output, so that the block only has to learn the difference and the
    gradient finds a short way back.
    """

    kind: ClassVar[str] = "add"
    can_give: ClassVar[Gives] = Gives.SIGN_OF_GIVEN
    title: ClassVar[str] = "Add"
    stem: ClassVar[str] = "add"
    aliases: ClassVar[tuple[str, ...]] = ("sum", "plus", "residual", "skip connection", "shortcut")
    is_shortcut: ClassVar[bool] = True
    operator: ClassVar[str] = "operator.add"
    over_all: ClassVar[str] = "sum"


class Multiply(_Elementwise):
    """Multiplies its inputs value by value; all must have the same shape.

    With a sigmoid on one branch it is a gate: values near 0 close it, values near 1 let the other branch pass.
    """

    kind: ClassVar[str] = "multiply"
    can_give: ClassVar[Gives] = Gives.SIGN_OF_GIVEN
    title: ClassVar[str] = "Multiply"
    stem: ClassVar[str] = "multiply"
    aliases: ClassVar[tuple[str, ...]] = ("product", "gate", "times", "hadamard")
    operator: ClassVar[str] = "operator.mul"
    over_all: ClassVar[str] = "prod"
    keeps: ClassVar[Keeps] = Keeps.INPUTS

    def kept_bytes(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """The products on the way to that of all inputs; very many are laid one on another first."""
        between = self.inputs + 1 if self.inputs > NESTED_AT_MOST else self.inputs - 2
        return FLOAT * between * elements(outputs["out"])


class Average(_Elementwise):
    """Takes the mean of its inputs value by value; all must have the same shape.

    Averaging the outputs of several branches gives a small ensemble whose errors partly cancel.
    """

    kind: ClassVar[str] = "average"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    title: ClassVar[str] = "Average"
    stem: ClassVar[str] = "average"
    aliases: ClassVar[tuple[str, ...]] = ("mean", "ensemble")
    operator: ClassVar[str] = "operator.add"
    over_all: ClassVar[str] = "mean"

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """One per value and input: the sum and a division."""
        return self.inputs * elements(outputs["out"])

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """The sum divided by the number of inputs; see `_Elementwise.recipe` for very many."""
        if self.inputs > NESTED_AT_MOST:
            return self._at_once()
        steps = self._steps()
        return chain(*steps, function("operator.truediv", Ref(len(steps) - 1), self.inputs))


class Concatenate(_Merge):
    """Lays its inputs side by side: channels of images, features of vectors and sequences.

    Nothing is mixed; the next layer decides what to make of both. The other sizes must be equal. Sequences can be
    joined along time instead, one after the other.
    """

    kind: ClassVar[str] = "concatenate"
    can_give: ClassVar[Gives] = Gives.WITHIN_GIVEN
    title: ClassVar[str] = "Concatenate"
    stem: ClassVar[str] = "concat"
    aliases: ClassVar[tuple[str, ...]] = ("concat", "cat", "join", "stack", "merge")

    along: Literal["features", "time"] = setting(
        "features", "Join channels or features, or join sequences one after another in time."
    )

    def _axis(self, kind: Kind) -> int:
        """Index of the axis that is joined, in the shape without the batch."""
        return 1 if self.along == "features" and kind in (Kind.SEQUENCE, Kind.VIDEO) else 0

    def merged(self, inputs: Mapping[str, Shape]) -> Shape:
        """The sum along the joined axis, the common size along the others."""
        shapes = tuple(inputs.values())
        kind = shapes[0].kind
        if any(shape.kind is not kind for shape in shapes):
            raise self._refuse_kinds(inputs)
        if self.along == "time" and kind not in (Kind.SEQUENCE, Kind.VIDEO):
            raise self._refuse_time(inputs)
        at = self._axis(kind)
        common = _agree(tuple(_with(shape, at, 1) for shape in shapes))
        if common is None:
            raise self._refuse_sizes(inputs, at)
        return _with(common, at, total_length([_size(shape, at) for shape in shapes]))

    def _refuse_kinds(self, inputs: Mapping[str, Shape]) -> Exception:
        kinds = [kind for kind, _ in Counter(shape.kind for shape in inputs.values()).most_common()]
        odd = next(port for port, shape in inputs.items() if shape.kind is not kinds[0])
        others = {port: to_vector(shape) for port, shape in inputs.items() if shape.kind is not Kind.VECTOR}
        message = f"Concatenate needs inputs of one kind, but {_listed(inputs)} arrive."
        return refusal(self, inputs, message, _insertions(others), port=odd)

    def _refuse_time(self, inputs: Mapping[str, Shape]) -> Exception:
        message = f"Concatenate along time needs sequences or videos, but {_listed(inputs)} arrive."
        along = Remedy("Join along the features", replace=self.changed(along="features"))
        return refusal(self, inputs, message, [along], port=None)

    def _refuse_sizes(self, inputs: Mapping[str, Shape], at: int) -> Exception:
        common = {"features": "the same size apart from their channels", "time": "equally many features"}[self.along]
        if next(iter(inputs.values())).kind is Kind.SEQUENCE and self.along == "features":
            common = "equally many steps"
        message = f"Concatenate needs inputs of {common}, but {_listed(inputs)} arrive.{_told(inputs)}"
        candidates = [
            remedy
            for shape in dict.fromkeys(inputs.values())
            for remedy in _insertions(self._fitted(inputs, shape, at))
        ]
        other = "time" if self.along == "features" else "features"
        turn = Remedy(f"Join along the {other}", replace=self.changed(along=other))
        return refusal(self, inputs, message, [*candidates, turn], port=None)

    def _fitted(self, inputs: Mapping[str, Shape], model: Shape, at: int) -> dict[str, list[Adapter]]:
        """Layers that give each input the sizes of ``model`` apart from its own size along the joined axis."""
        wanted = {port: _with(model, at, _size(shape, at)) for port, shape in inputs.items()}
        odd = (port for port, shape in inputs.items() if _agree((shape, wanted[port])) is None)
        return {port: adapters(inputs[port], wanted[port])[::-1] for port in odd}

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """``torch.cat`` along the joined axis."""
        return chain(function("torch.cat", self._refs(), 1 + self._axis(inputs["in1"].kind)))

    def summary(self) -> str:
        """Inputs and axis."""
        return f"{self.inputs} inputs" if self.along == "features" else f"{self.inputs} inputs, along time"


def _size(shape: Shape, at: int) -> Length:
    return shape.length if at == 0 and shape.kind in TIMED else shape.sizes[at]


def _with(shape: Shape, at: int, size: Length) -> Shape:
    if at == 0 and shape.kind in TIMED:
        return shape.with_length(size)
    assert not isinstance(size, OpenLength)
    return Shape(shape.kind, (*shape.sizes[:at], size, *shape.sizes[at + 1 :])).with_length(shape.length)
