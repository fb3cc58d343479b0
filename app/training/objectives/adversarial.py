"""GAN: a generator is trained against a discriminator, in one network with two outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from app.data.gan_fields import GENERATED, REAL, draw_noise, noise_field, stream
from app.data.lazy_array import Values
from app.data.prepare import Prepared
from app.data.transforms import Standardise
from app.training.batches import Feed
from app.training.gan.gan_networks import GanNetworks
from app.training.gan.gan_step import GanStepper
from app.training.gan.nearest_neighbour_test import MOST, neighbour_accuracy
from app.training.heads import Head
from app.training.losses import final_activation
from app.training.metrics import Meter
from app.training.objective import Objective, input_field
from app.training.optimisers import GroupedOptimiser, Optimiser
from app.training.plan import Plan
from app.training.stepping import Steppable, Stepper
from app.training.weights import Weights
from graph.build.compile import Compiled
from graph.errors import NetloomError
from graph.network import Network


class Adversarial(Objective):
    """A generator learns to make samples that a discriminator takes for real ones.

    The network has two outputs, both the discriminator's: one for real samples, one for those generated from noise.
    ``field`` is the data's field whose like the generator makes.
    """

    kind = "adversarial"
    chosen_by_loss = False

    def __init__(self, network: Network, compiled: Compiled, prepared: Prepared, plan: Plan) -> None:
        self.plan = plan
        self.gan = GanNetworks(network, compiled, plan)
        self.inputs = [input_field(network, prepared, id_) for id_ in compiled.inputs]
        self.field = self.inputs[compiled.inputs.index(self.gan.roles.data)]
        if prepared.choice.augment.mixup:
            raise NetloomError("Mixup blends real samples into ones that are not real; switch it off for a GAN.")
        self.hidden_outputs = frozenset({self.gan.roles.generated})
        self.heads = [self._head(network, prepared, id_) for id_ in compiled.outputs]

    def default_target(self) -> str:
        """The truth about real samples."""
        return REAL

    @property
    def groups(self) -> tuple[frozenset[str], ...]:
        """The parameters of the generator and of the discriminator."""
        return self.gan.groups

    def stepper(self, model: Steppable, weights: Weights, optimiser: Optimiser, steps: int) -> Stepper:
        """Steps of the discriminator and of the generator in turn."""
        assert isinstance(optimiser, GroupedOptimiser)
        return GanStepper(model, self.gan, self.inputs.index(self.field), weights, optimiser, steps)

    def loss(self, outputs: Any, targets: tuple[Tensor, ...]) -> Tensor:
        """The discriminator's loss (): the mean of those on real and on generated samples."""
        return self.gan.discriminator_loss(outputs[self.gan.real_output], outputs[self.gan.generated_output])

    def training_loss(self, outputs: Any, targets: tuple[Tensor, ...]) -> Tensor:
        """The same: label smoothing is the discriminator's own (`GanStepper`)."""
        return self.loss(outputs, targets)

    def complete_inputs(self, inputs: Mapping[str, Values]) -> Mapping[str, Values]:
        """Real samples to judge, and some noise, which the other output needs."""
        count = len(next(iter(inputs.values()), ()))
        layers = self.gan.noise_layers.items()
        noise = {noise_field(id_): draw_noise(layer, count, (0, stream(id_))) for id_, layer in layers}
        return {**noise, **inputs}

    def meter(self, scalers: Mapping[str, Standardise]) -> Meter:
        """A meter for the discriminator's outputs."""
        return GanMeter(self.heads, self.gan)

    def part_metrics(self, feed: Feed, size: int) -> dict[str, float]:
        """How well a nearest neighbour tells real samples from generated ones; empty where there are too few."""
        if feed.samples < 2:
            return {}
        columns = dict(zip(self.inputs, feed.spread(MOST).inputs, strict=True))
        generated = self.gan.generator(*(columns[noise_field(id_)] for id_ in self.gan.roles.noise))
        return {"neighbour_accuracy": neighbour_accuracy(columns[self.field].float(), generated.float())}

    def _head(self, network: Network, prepared: Prepared, id_: str) -> Head:
        field = prepared.dataset.field_named(REAL if id_ == self.gan.roles.real else GENERATED).info
        linear = "linear" if self.plan.adversarial_loss == "least_squares" else ""
        return Head(id_, field, "bce", 1.0, final_activation(network, id_) or linear, self.gan.loss_fn)


class GanMeter(Meter):
    """Gathers how often the discriminator is right, on real and on generated samples, and both losses."""

    def __init__(self, heads: list[Head], gan: GanNetworks) -> None:
        super().__init__([], {})
        self._tallies = [_DiscriminatorTally(gan, head) for head in heads]

    def names(self) -> tuple[str, ...]:
        """The discriminator's loss, and the metrics of each kind of samples."""
        return ("loss", *(name for tally in self._tallies for name in tally.names))


class _DiscriminatorTally:
    """Sums over outputs for one kind of samples; for generated ones the generator's loss as well."""

    def __init__(self, gan: GanNetworks, head: Head) -> None:
        self.head = head
        self.total: Tensor | None = None
        self._gan = gan
        self._real = head.output == gan.roles.real
        self.names: tuple[str, ...] = ("real_accuracy",) if self._real else ("made_accuracy", "generator_loss")

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add the discriminator's outputs (n, 1) and what they should have been (n,)."""
        right = (self.head.predicted_classes(outputs) == targets).sum().double()
        sums = [right, torch.full_like(right, len(targets))]
        if not self._real:
            sums.append(self._gan.generator_loss(outputs).double() * len(targets))
        fresh = torch.stack(sums)
        self.total = fresh if self.total is None else self.total + fresh

    def values(self) -> list[float]:
        """The share of right outputs, and for generated samples the generator's mean loss."""
        assert self.total is not None
        right, count, *losses = self.total.tolist()
        return [right / count, *(loss / count for loss in losses)]
