"""Training objectives: which fields a network reads and predicts, its loss, and how it predicts once trained.

Each objective is a module of `app.training.objectives`, whose name is the objective's in the plan; its class registers
itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, ClassVar

from torch import Tensor

from app.data.gan_fields import noise_field
from app.data.lazy_array import LazyArray, Values
from app.data.prepare import Prepared
from app.data.transforms import Standardise
from app.training.batches import Feed
from app.training.class_weights import check_weighable, class_weights
from app.training.heads import Head, LossFn, cross_entropy, find_heads
from app.training.label_smoothing import is_smoothed, smoothed
from app.training.losses import check_range
from app.training.metrics import Meter
from app.training.optimisers import Optimiser
from app.training.plan import Plan
from app.training.sequence.transcripts import check_steps
from app.training.stepping import DeferredStepper, DirectStepper, Steppable, Stepper
from app.training.weighted_losses import weighted
from app.training.weights import Weights
from graph.build.compile import Compiled
from graph.checking.data_fit import fits
from graph.errors import NetloomError
from graph.layers.io import Input, Noise
from graph.network import Network

Forward = Callable[[tuple[Tensor, ...]], Any]
"""Runs a network on a batch: a tensor, or a tuple of them."""


class Objective(ABC):
    """Which fields of the data go in and come out, and how outputs become a loss.

    ``inputs`` names the field of each input layer, in the order of the module's arguments.
    """

    kinds: ClassVar[dict[str, type[Objective]]] = {}
    """The objectives that have been imported, by name."""
    kind: ClassVar[str]
    chosen_by_loss: ClassVar[bool] = True
    """Whether a lower loss means better weights, so that the best ones are kept and training may stop early."""
    hidden_outputs: frozenset[str] = frozenset()
    """Outputs that say nothing about new samples."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        Objective.kinds[cls.kind] = cls

    def __init__(self, network: Network, compiled: Compiled, prepared: Prepared, plan: Plan) -> None:
        self.inputs = [input_field(network, prepared, id_) for id_ in compiled.inputs]
        info = prepared.dataset.info
        heads = find_heads(network, compiled, info, plan, self.default_target())
        check_weighable(plan, [head.field for head in heads])
        self.heads: list[Head] = [_fitted(head, prepared, plan) for head in heads]
        self._plain = [head.loss_fn for head in self.heads]
        self._taught = [_taught(head, plan) for head in self.heads]
        for head in self.heads:
            check_range(head.output, head.field, head.loss, prepared)
            if head.is_ctc:
                check_steps(
                    head.output, head.field.name, compiled.layer_info[head.output].outputs["out"].time, prepared
                )

    @abstractmethod
    def default_target(self) -> str:
        """Field for outputs that name none; empty for the data set's own target."""

    @property
    def groups(self) -> tuple[frozenset[str], ...]:
        """Names of the parameters that are optimised apart from each other, group by group; empty where all are one."""
        return ()

    def stepper(self, model: Steppable, weights: Weights, optimiser: Optimiser, steps: int) -> Stepper:
        """What does the training steps on the model's device; ``steps`` were done before."""
        kind = DirectStepper if model.device.type == "cpu" else DeferredStepper
        return kind(model, weights, optimiser)

    def meter(self, scalers: Mapping[str, Standardise]) -> Meter:
        """A meter for loss and metrics; ``scalers`` are those of the data."""
        return Meter(self.heads, dict(scalers))

    def part_metrics(self, feed: Feed, size: int) -> dict[str, float]:
        """Metrics that are taken on a whole part at once, while evaluating, ``size`` samples at a time."""
        return {}

    def forward_inputs(self, inputs: tuple[Tensor, ...], forward: Forward) -> tuple[Tensor, ...]:
        """What a training step feeds the network of the batch ``inputs``; ``forward`` runs the network."""
        return inputs

    def predict(self, inputs: tuple[Tensor, ...], forward: Forward) -> Any:
        """The outputs for ``inputs`` once training is over; ``forward`` runs the network."""
        return forward(inputs)

    def complete_inputs(self, inputs: Mapping[str, Values]) -> Mapping[str, Values]:
        """New samples by field, together with what the network reads beside them and nobody gives."""
        return inputs

    def set_threshold(self, threshold: float | None) -> None:
        """Predict by one threshold in all outputs; None leaves them as they are."""
        if threshold is not None:
            self.set_thresholds({head.output: threshold for head in self.heads})

    def set_thresholds(self, thresholds: Mapping[str, float]) -> None:
        """Predict labels and the second of two classes above other thresholds, by output."""
        if thresholds:
            heads = self.heads
            self.heads = [replace(head, threshold=thresholds.get(head.output, head.threshold)) for head in heads]

    @property
    def targets(self) -> list[str]:
        """The field of each output, in the order of the module's results."""
        return [head.field.name for head in self.heads]

    @property
    def lengths(self) -> dict[str, str]:
        """For targets whose samples are of unequal length, the field that counts their steps."""
        return {head.field.name: head.field.lengths for head in self.heads if head.padded}

    def loss(self, outputs: Any, targets: tuple[Tensor, ...]) -> Tensor:
        """Loss () of the module's outputs for a batch: the sum of the heads' losses, each times its weight."""
        return self._sum(self._plain, outputs, targets)

    def training_loss(self, outputs: Any, targets: tuple[Tensor, ...]) -> Tensor:
        """The same as training steps make it smaller: with label smoothing, where there is any."""
        return self._sum(self._taught, outputs, targets)

    @property
    def teaches_cross_entropy(self) -> bool:
        """Whether training makes one cross-entropy smaller and nothing else, classes counting alike."""
        return len(self.heads) == 1 and self.heads[0].weight == 1 and self._taught[0] is cross_entropy

    def _sum(self, loss_fns: Sequence[LossFn], outputs: Any, targets: tuple[Tensor, ...]) -> Tensor:
        if len(loss_fns) == 1 and self.heads[0].weight == 1:
            return loss_fns[0](outputs, targets[0])
        listed = outputs if isinstance(outputs, tuple) else (outputs,)
        losses = [
            head.weight * loss_fn(output, target)
            for head, loss_fn, output, target in zip(self.heads, loss_fns, listed, targets, strict=True)
        ]
        return sum(losses[1:], losses[0])


def build_objective(network: Network, compiled: Compiled, prepared: Prepared, plan: Plan) -> Objective:
    """The objective that ``plan`` names, found in the module of that name.

    Raises
    ------
    NetloomError
        if the network's inputs or outputs do not fit the data.
    """
    import_module(f"app.training.objectives.{plan.objective}")
    return Objective.kinds[plan.objective](network, compiled, prepared, plan)


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
    if not fits(layer.shape, field.shape):
        raise NetloomError(
            f"{id_} expects {layer.shape.described()}, but “{field.name}” of {prepared.dataset.title} is "
            f"{field.shape.described()}; set the input's shape to that."
        )
    return field.name


def _taught(head: Head, plan: Plan) -> LossFn:
    """The loss that training steps make smaller."""
    return smoothed(head, plan.label_smoothing) if plan.label_smoothing and is_smoothed(head) else head.loss_fn


def _fitted(head: Head, prepared: Prepared, plan: Plan) -> Head:
    """The head with what follows from the training set: whether it is binary, and the weights of its classes."""
    targets = prepared.train.arrays[head.field.name]
    weights = None if isinstance(targets, LazyArray) else class_weights(plan, head.field, targets)
    head = replace(head, binary=_is_binary(head, prepared))
    return head if weights is None else weighted(head, weights, plan)


def _is_binary(head: Head, prepared: Prepared) -> bool:
    """Whether a binary cross-entropy has targets of zeros and ones."""
    values = prepared.train.arrays[head.field.name]
    if head.loss != "bce" or head.classes or isinstance(values, LazyArray):
        return False
    return bool(((values == 0) | (values == 1)).all())
