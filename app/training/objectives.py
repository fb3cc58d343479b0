"""Objectives: what one training step teaches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from torch import Tensor

from app.data.gan_fields import noise_field
from app.data.lazy_array import LazyArray, Values
from app.data.prepare import Prepared
from app.data.transforms import Standardise, extent
from app.training.batches import Feed
from app.training.heads import Head, find_heads, fits
from app.training.metrics import Meter
from app.training.plan import ADVERSARIAL, TEACHER, Plan
from app.training.sequence.ctc import check_steps
from graph.build.compile import Compiled
from graph.errors import NetloomError
from graph.layers.io import Input, Noise
from graph.network import Network

Answering = Callable[[tuple[Tensor, ...]], Any]
"""Runs a network on a batch: a tensor, or a tuple of them."""


class Objective(ABC):
    """Which fields of the data go in and come out, and how answers become a loss.

    ``inputs`` names the field of each input layer, in the order of the module's arguments.
    """

    kind: ClassVar[str]
    chosen_by_loss: ClassVar[bool] = True
    """Whether a lower loss means better weights, so that the best ones are kept and training may stop early."""

    def __init__(self, network: Network, compiled: Compiled, prepared: Prepared, plan: Plan) -> None:
        self.inputs = [input_field(network, prepared, id_) for id_ in compiled.inputs]
        info = prepared.dataset.info
        found = find_heads(network, compiled, info, plan, self.default_target())
        self.heads: list[Head] = [replace(head, bits=_is_bits(head, prepared)) for head in found]
        self._single = self.heads[0].distance if len(self.heads) == 1 and self.heads[0].weight == 1 else None
        for head in self.heads:
            _check_range(head, prepared)
            if head.transcribes:
                check_steps(head, compiled.facts[head.output].outputs["out"].time, prepared)

    @abstractmethod
    def default_target(self) -> str:
        """Field for outputs that name none; empty for the data set's own target."""

    @property
    def groups(self) -> tuple[frozenset[str], ...]:
        """Names of the parameters that are taught apart from each other, group by group; empty where all are one."""
        return ()

    def meter(self, scalers: Mapping[str, Standardise]) -> Meter:
        """A meter for loss and metrics; ``scalers`` are those of the data."""
        return Meter(self.heads, dict(scalers))

    def beyond(self, feed: Feed, size: int) -> dict[str, float]:
        """Metrics that are taken on a whole part at once, while evaluating, ``size`` samples at a time."""
        return {}

    def fed(self, inputs: tuple[Tensor, ...], answer: Answering) -> tuple[Tensor, ...]:
        """What a step of training reads of the batch ``inputs``; ``answer`` runs the network."""
        return inputs

    def respond(self, inputs: tuple[Tensor, ...], answer: Answering) -> Any:
        """What is answered to ``inputs`` once training is over; ``answer`` runs the network."""
        return answer(inputs)

    unasked: frozenset[str] = frozenset()
    """Outputs that say nothing about new samples."""

    def with_unasked(self, inputs: Mapping[str, Values]) -> Mapping[str, Values]:
        """New samples by field, together with what the network reads beside them and nobody gives."""
        return inputs

    @property
    def targets(self) -> list[str]:
        """The field of each output, in the order of the module's results."""
        return [head.field.name for head in self.heads]

    @property
    def lengths(self) -> dict[str, str]:
        """For targets whose samples are of unequal length, the field that counts their steps."""
        return {head.field.name: head.field.lengths for head in self.heads if head.partial}

    def loss(self, answers: Any, targets: tuple[Tensor, ...]) -> Tensor:
        """Loss () of what the module gave for a batch: the sum over its outputs, each times its weight."""
        if self._single is not None:
            return self._single(answers, targets[0])
        listed = answers if isinstance(answers, tuple) else (answers,)
        parts = [
            head.weight * head.distance(answer, target)
            for head, answer, target in zip(self.heads, listed, targets, strict=True)
        ]
        return sum(parts[1:], parts[0])


class Supervised(Objective):
    """The network learns to give the target that belongs to its input."""

    kind = "supervised"

    def default_target(self) -> str:
        """The data set's own target."""
        return ""


class Reconstruction(Objective):
    """The network learns to give back what it was shown: an autoencoder."""

    kind = "reconstruction"

    def default_target(self) -> str:
        """The field that the first input reads."""
        return self.inputs[0]


KINDS: dict[str, type[Objective]] = {one.kind: one for one in (Supervised, Reconstruction)}


def objective(network: Network, compiled: Compiled, prepared: Prepared, plan: Plan) -> Objective:
    """The objective that ``plan`` names.

    Raises
    ------
    NetloomError
        if the network's inputs or outputs do not fit the data.
    """
    if plan.objective in TEACHER:
        from app.training.sequence.teacher_forcing import TeacherForcing

        return TeacherForcing(network, compiled, prepared, plan)
    if plan.objective in ADVERSARIAL:
        from app.training.gan.gan_objective import Adversarial

        return Adversarial(network, compiled, prepared, plan)
    return KINDS[plan.objective](network, compiled, prepared, plan)


def input_field(network: Network, prepared: Prepared, id_: str) -> str:
    """The field of the data that the input layer ``id_`` reads.

    Raises
    ------
    NetloomError
        if its shape is not the layer's.
    """
    layer = network.layer(id_)
    if isinstance(layer, Noise):
        return noise_field(id_)
    assert isinstance(layer, Input)
    field = prepared.dataset.input_field(layer.field)
    if not fits(layer.shape.sizes, field.shape.sizes) or layer.shape.kind is not field.shape.kind:
        raise NetloomError(
            f"{id_} expects {layer.shape.described()}, but “{field.name}” of {prepared.dataset.title} is "
            f"{field.shape.described()}; set the input's shape to that."
        )
    return field.name


def _is_bits(head: Head, prepared: Prepared) -> bool:
    """Whether the answers say yes or no: a binary cross-entropy with targets of zeros and ones."""
    values = prepared.train.arrays[head.field.name]
    if head.loss != "bce" or head.classes or isinstance(values, LazyArray):
        return False
    return bool(((values == 0) | (values == 1)).all())


def _check_range(head: Head, prepared: Prepared) -> None:
    """Binary cross-entropy has a meaning only for targets between 0 and 1."""
    values = prepared.train.arrays[head.field.name]
    if head.loss != "bce" or head.classes or not values.size:
        return
    low, high = extent(values)
    if low < 0 or high > 1:
        raise NetloomError(
            f"{head.output}: binary cross-entropy needs targets between 0 and 1, but “{head.field.name}” goes from "
            f"{low:.3g} to {high:.3g}; choose mse as its loss, or switch standardising off."
        )
