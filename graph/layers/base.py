"""The base class of layers: ports, shape inference, costs, torch modules, and what others need to know.

A layer class is a strict, frozen pydantic model whose fields are its settings. Palette, form, tooltip, checking,
compiling, generated code, the command line's catalogue and the contract test are all derived from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal

from graph.errors import NetloomError
from graph.layers.construct import Construct, Module
from graph.layers.scalar import ScalarFunction
from graph.layers.settings import Rows
from graph.layers.stored_pictures import StoredPictures
from graph.layers.training_needs import LayerWork, TrainingNeeds, Work
from graph.layers.value_range import Gives
from graph.layers.window_rule import ReceptiveField, Window, WindowRule
from graph.shapes import ARTICLED, Kind, Shape


class Family(StrEnum):
    """Families of the palette, in its order; each has a colour and an icon."""

    IO = "Input and output"
    CONVOLUTION = "Convolution"
    POOLING = "Pooling"
    DENSE = "Dense"
    RECURRENT = "Recurrent"
    ACTIVATION = "Activation"
    NORMALISATION = "Normalisation and dropout"
    SHAPE = "Shape"
    MERGE = "Merge"
    STRUCTURE = "Blocks"


@dataclass(frozen=True)
class Port:
    """A named input or output of a layer.

    ``accepts`` are the kinds it takes, empty for those of the layer, and ``features`` is how many it needs.
    """

    name: str
    help: str = ""
    accepts: tuple[Kind, ...] = ()
    features: int | None = None


@dataclass(frozen=True)
class Remedy:
    """A repair that a layer proposes for itself, before the checker turns it into a `graph.checking.fixes.Fix`.

    ``insert`` holds ``(input port, new layer)`` pairs to put in front of the layer; ``replace`` is the layer with
    other settings (or another layer) in its place.
    """

    title: str
    insert: tuple[tuple[str, Layer], ...] = ()
    replace: Layer | None = None
    rereads: bool = False
    """Whether it reads values as places that they may not be, which is only right where nothing else helps."""


def where_allowed(title: str, replacing: Callable[[], Layer]) -> tuple[Remedy, ...]:
    """The remedy by another layer in the place of one; none where no layer can have such settings.

    A shape that arrives may be larger than any setting may be.
    """
    try:
        return (Remedy(title, replace=replacing()),)
    except NetloomError:
        return ()


@dataclass(frozen=True)
class OnnxOperator:
    """The ONNX operator that a layer of one input is read from; ``settings`` gives the setting of each attribute."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)


class ShapeError(Exception):
    """A layer cannot take the shapes that arrive: the sentence says what arrived and what is needed."""

    def __init__(
        self,
        message: str,
        *,
        port: str | None = None,
        remedies: tuple[Remedy, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.port = port
        self.remedies = remedies


class Layer(TrainingNeeds):
    """One kind of layer with its settings.

    Subclasses give the class variables, their settings as fields declared with `setting`, `output` (or `infer` where
    there are several ports), `recipe`, and the costs that are not zero. The docstring is the paragraph that
    teaches the layer to a student.
    """

    registered: ClassVar[dict[str, type[Layer]]] = {}
    """Every class that declares a kind, by that kind; `graph.layers.catalogue` makes sure that all are imported."""

    kind: ClassVar[str]
    """Name in files and on the command line."""
    family: ClassVar[Family]
    stem: ClassVar[str]
    """New layers are called after it: ``conv1``, ``conv2``."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other words that people search for."""
    positional: ClassVar[tuple[str, ...]] = ()
    """Settings that values without a name fill first where layers are typed, such as ``conv 6 5x5``; then come the
    others, in the order of the form."""
    accepts: ClassVar[tuple[Kind, ...]] = tuple(Kind)
    """Kinds of shape that each input takes."""
    onnx: ClassVar[OnnxOperator | None] = None
    """The ONNX operator that does the same to each value, if there is one."""

    # What the rest of the program needs to know of a layer, so that it need not name any

    draws_noise: ClassVar[bool] = False
    """An input whose values are random, drawn anew for each batch."""
    weighted_sum: ClassVar[bool] = False
    """Trained weighted sums and nothing else: two in a row are one, so an activation belongs between them."""
    is_dense: ClassVar[bool] = False
    """A weighted sum of all features, ``units`` of them."""
    is_linear: ClassVar[bool] = False
    """Bends nothing: with weighted sums before and behind it, all of it is still one linear map."""
    has_filters: ClassVar[bool] = False
    """Its weights are filters that can be shown as pictures."""
    embeds_tokens: ClassVar[bool] = False
    """A table with a vector for each of its ``vocabulary`` tokens."""
    is_recurrent: ClassVar[bool] = False
    """Reads a sequence step by step with a state, whose gates can be looked at."""
    has_attention: ClassVar[bool] = False
    """Its weights say, for each step of one sequence, where in another it looks."""
    final_activation: ClassVar[Literal["", "softmax", "sigmoid"]] = ""
    """The function by which it makes probabilities of scores."""
    passes_probabilities: ClassVar[bool] = False
    """Probabilities that arrive are still probabilities when they leave."""
    max_slope: ClassVar[float | None] = None
    """The largest slope of an activation that saturates on both sides; None for all others."""
    cuts_negative: ClassVar[bool] = False
    """Makes zero of everything below zero, where no gradient comes back."""
    drops_values: ClassVar[bool] = False
    """Drops a share of the values while training, its setting ``rate``."""
    normalises: ClassVar[bool] = False
    """Gives values a mean and a standard deviation that it learns."""
    uses_batch_statistics: ClassVar[bool] = False
    """Takes mean and standard deviation over the batch: a bias before it does nothing."""
    merges_steps: ClassVar[bool] = False
    """Makes one vector of all steps of a sequence, and has no weights."""
    takes_last_step: ClassVar[bool] = False
    """Keeps the last step of a sequence alone."""
    sees_everything: ClassVar[bool] = False
    """Each output value depends on all places of the input, which ends the receptive field's growth."""
    is_shortcut: ClassVar[bool] = False
    """Adds its inputs, so that gradients reach each of them unchanged."""
    can_give: ClassVar[Gives] = Gives.ANYTHING
    """Which values can leave it, whatever its weights."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            if cls.kind in Layer.registered:
                raise TypeError(f"two layers are of the kind {cls.kind!r}: {Layer.registered[cls.kind]} and {cls}")
            Layer.registered[cls.kind] = cls

    # Ports

    def input_ports(self) -> tuple[Port, ...]:
        """The inputs, top to bottom."""
        return (Port("in"),)

    def output_ports(self) -> tuple[Port, ...]:
        """The outputs, top to bottom."""
        return (Port("out"),)

    def reads_ahead(self, port: str) -> bool:
        """Whether what leaves at a step of a sequence depends on later steps of what arrives at a port."""
        return self.merges_steps or self.takes_last_step

    def reading_forwards(self) -> Layer | None:
        """The same layer, by which no step depends on later ones; None where that is another kind of layer."""
        return None

    # Shapes and costs

    def output(self, x: Shape) -> Shape:
        """Output shape of a layer with one input and one output; the input's kind is already checked."""
        return x

    def infer(self, inputs: Mapping[str, Shape]) -> dict[str, Shape]:
        """Shapes at the output ports, from the shapes at the input ports (all present).

        Raises
        ------
        ShapeError
            if the layer cannot take these shapes.
        """
        self.check_kinds(inputs)
        return {"out": self.output(inputs["in"])}

    def check_kinds(self, inputs: Mapping[str, Shape]) -> None:
        """Raise `ShapeError` for the first input whose kind or number of features is not accepted."""
        own = {port.name: port for port in self.input_ports() if port.accepts}
        for port, shape in inputs.items():
            accepted = own[port].accepts if port in own else self.accepts
            count = own[port].features if port in own else None
            if shape.kind in accepted and (count is None or count == shape.features):
                continue
            place = f" at its port “{port}”" if port in own else ""
            wanted = needs(accepted) + (f" of {count:,}" if count is not None else "")
            message = f"{self.title} needs {wanted}{place}, but {shape.described()} arrives."
            raise refusal(self, inputs, message, self.remedies_for(port, shape), port=port)

    def remedies_for(self, port: str, shape: Shape) -> tuple[Remedy, ...]:
        """Repairs to offer when ``shape`` is of a kind that ``port`` does not take."""
        return ()

    def parameter_count(self, inputs: Mapping[str, Shape]) -> int:
        """Number of trainable parameters, for these input shapes."""
        return 0

    def connection_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Number of connections (weights and biases, counted at each place where they are used) per sample."""
        return 0

    def flops(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Floating-point operations per sample, a multiplication and an addition counted as two."""
        return 0

    def activation_count(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> int:
        """Number of values that the layer makes per sample, which training keeps until their gradients are known."""
        return sum(elements(shape) for shape in outputs.values())

    def works(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> tuple[LayerWork, ...]:
        """Its work in a forward pass, by kind: that of its own module, and the calls around it."""
        steps = len(self.recipe(inputs).steps)
        if not steps:
            return ()
        shapes = (*inputs.values(), *outputs.values())
        amount = self.flops(inputs, outputs) if self.work.by_operations else sum(map(elements, shapes))
        channels = next(iter(inputs.values())).features if self.work is Work.CONVOLUTION else 0
        own = LayerWork(self.work, amount / self.torch_calls, self.torch_calls, channels)
        return (own, LayerWork(Work.VIEW, 0, steps - 1)) if steps > 1 else (own,)

    def window(self) -> Window | None:
        """The window that slides over the input; None for layers that work on each place alone or on all at once."""
        return None

    def small_kernels(self) -> tuple[Layer, int] | None:
        """For a large kernel, the layer with a small one and how many of these in a row see as far."""
        return None

    def keeping_length(self) -> Layer | None:
        """For a layer along time that changes the number of steps: with settings that keep it. None for others."""
        return None

    def curve(self) -> ScalarFunction | None:
        """The function of one value that an activation applies, with its derivative; None where it is no such layer."""
        return None

    def reads_padding(self) -> bool:
        """Whether it takes steps behind a sample's own end for data; its setting ``lengths`` mends that."""
        return False

    def every_step(self) -> Layer | None:
        """The same layer giving every step, for one that gives what it knows after the last; None for others."""
        return None

    def last_state(self) -> Layer | None:
        """The same layer giving what each direction knows at its end, for one that gives every step both ways."""
        return None

    def batch_values(self, inputs: Mapping[str, Shape]) -> int | None:
        """Values of one sample in each mean that it takes over a batch; None where it takes none, or that is open."""
        return None

    def keeps_batch_statistics(self) -> bool:
        """Whether it goes by averages kept from training once that is over, where it goes by batches in training."""
        return True

    def memory(self) -> StoredPictures | None:
        """What it stores and calls up by a part of it, for a memory that is set and not trained; None for others."""
        return None

    def fixed_kernels(self) -> tuple[Rows, ...]:
        """Kernels that a person set and that training leaves as they are."""
        return ()

    def typed_kernel(self, channel: int = 0) -> Rows | None:
        """The kernel that a person may type over: that of ``channel``, where each channel has one of its own."""
        return None

    def with_kernel(self, rows: Rows, channel: int = 0) -> Layer:
        """The same layer with another `typed_kernel`."""
        raise NotImplementedError

    def can_follow(self) -> bool:
        """Whether each of its values can be worked out by hand with its `window_rule`."""
        return False

    def window_rule(self, x: Shape) -> WindowRule | None:
        """How each value comes about where ``x`` arrives, for a layer that `can_follow`; None for others.

        Raises
        ------
        ShapeError
            if the layer cannot take ``x``.
        """
        return None

    def receptive_field(self, inputs: Mapping[str, Shape], before: ReceptiveField) -> ReceptiveField | None:
        """The receptive field behind the layer; a layer without a window leaves it as it is, None is everything."""
        window = self.window()
        if self.sees_everything:
            return None
        return before if window is None or len(window.size) != len(before.size) else before.behind(window)

    def layers_inside(self) -> Iterator[Layer]:
        """The layers that count of the network that this layer holds, at any depth; none for all but blocks."""
        return iter(())

    # Building and showing

    def recipe(self, inputs: Mapping[str, Shape]) -> Construct:
        """How the layer is built in torch for these input shapes."""
        raise NotImplementedError

    def modules(self, inputs: Mapping[str, Shape]) -> tuple[Module, ...]:
        """The torch modules with weights or statistics that it would own for these input shapes, those inside too."""
        module = self.recipe(inputs).module
        return () if module is None else (module,)

    def onnx_obstacle(self, inputs: Mapping[str, Shape]) -> str | None:
        """Why the layer cannot be written as ONNX for these input shapes, with a remedy; None where it can."""
        return None

    def summary(self) -> str:
        """The one or two most informative settings, for the card; empty if there is nothing to say."""
        return ""


def repaired(layer: Layer, inputs: Mapping[str, Shape], remedy: Remedy) -> dict[str, Shape]:
    """Output shapes of ``layer`` once ``remedy`` is applied; raises `ShapeError` if it does not help."""
    arriving = dict(inputs)
    for port, inserted in remedy.insert:
        arriving[port] = inserted.infer({"in": arriving[port]})["out"]
    return (remedy.replace or layer).infer(arriving)


_trying: ContextVar[bool] = ContextVar("trying", default=False)
"""Whether a remedy is being tried: a refusal then needs none of its own, and two layers cannot propose each other."""


@contextmanager
def without_remedies() -> Iterator[None]:
    """Refusals come without remedies meanwhile, each of which costs a trial: for who asks only whether a layer fits."""
    token = _trying.set(True)
    try:
        yield
    finally:
        _trying.reset(token)


def _helps(layer: Layer, inputs: Mapping[str, Shape], remedy: Remedy) -> bool:
    try:
        with without_remedies():
            repaired(layer, inputs, remedy)
    except ShapeError:
        return False
    return True


def refusal(
    layer: Layer,
    inputs: Mapping[str, Shape],
    message: str,
    candidates: Iterable[Remedy] = (),
    *,
    port: str | None = "in",
) -> ShapeError:
    """The error to raise when ``layer`` refuses ``inputs``; of the candidates only those are offered that help."""
    remedies = () if _trying.get() else tuple(remedy for remedy in candidates if _helps(layer, inputs, remedy))
    return ShapeError(message, port=port, remedies=remedies)


def needs(kinds: tuple[Kind, ...]) -> str:
    """The accepted kinds as words: ``a vector``, ``an image or a sequence``."""
    words = [ARTICLED[kind] for kind in kinds]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def positions(shape: Shape) -> int:
    """Number of places in a shape: pixels of an image, steps of a sequence (1 where the time is unknown)."""
    if shape.kind is Kind.VECTOR:
        return 1
    sizes = shape.sizes[1:] if shape.kind is Kind.IMAGE else (shape.sizes[0],)
    places = math.prod(size or 1 for size in sizes)
    return places * math.prod(size or 1 for size in shape.sizes[2:]) if shape.kind is Kind.VIDEO else places


def elements(shape: Shape) -> int:
    """Number of values in a sample, an unknown time counted as one step."""
    return math.prod(size or 1 for size in shape.sizes)
