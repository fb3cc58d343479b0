"""The model to train: a project's network as a torch module on its device, with its data and its objective."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx, nn

from app.data.data_choice import DataChoice
from app.data.dataset import Array
from app.data.gan_fields import with_noise
from app.data.prepare import Part, Prepared, prepare
from app.training.batch_bounds import evaluation_size
from app.training.batches import Batch, Feed
from app.training.confusion import ConfusionCount
from app.training.devices import find_device
from app.training.fast_paths import CHANNELS_LAST, fast_paths, take
from app.training.heads import cross_entropy_slope
from app.training.judge import refuse
from app.training.malloc import keep_freed
from app.training.metrics import Meter
from app.training.objective import Objective, build_objective
from app.training.plan import Plan
from graph.build.compile import Compiled, compile_network
from graph.errors import NetloomError
from graph.project import Project
from graph.steps import Steps, finished

ONE_VALUE_ERROR = "more than 1 value per channel"
"""What torch says where batch normalisation meets a single value of a channel."""
ONE_VALUE = (
    "Batch normalisation needs more than one sample at a time here: give several samples, a larger batch size, or a "
    "layer that tracks statistics."
)


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that calculating with a project needs; the weights are in ``module``.

    ``fast_paths`` are the calculations of `app.training.fast_paths` that it takes in place of PyTorch's.
    """

    project: Project
    plan: Plan
    prepared: Prepared
    compiled: Compiled
    objective: Objective
    device: torch.device
    channels_last: bool
    fast_paths: tuple[str, ...] = ()

    @classmethod
    def build(
        cls,
        project: Project,
        base: Path | None = None,
        device: str | None = None,
        *,
        judged: bool = False,
        paths: Sequence[str] | None = None,
    ) -> Model:
        """Prepare the data and build the network, its weights drawn from the plan's seed.

        Parameters
        ----------
        project
            network, and the sections ``data`` and ``plan``.
        base
            folder of the project, where relative paths of its data start.
        device
            another device than the plan's.
        judged
            refuse what the check refuses, which one that was trained before may not have been held to.
        paths
            the fast paths to take; without it those that are faster.

        Raises
        ------
        NetloomError
            if data, plan, network and device do not fit together.
        """
        plan = Plan.of(project)
        where = find_device(device or plan.device)
        prepared = with_noise(prepare(data_of(project), base), project.network, plan.seed)
        if judged:
            refuse(project, prepared)
        keep_freed()
        torch.manual_seed(plan.seed)
        compiled = compile_network(project.network)
        compiled.module.to(device=where)
        taken = take(compiled.module, fast_paths(compiled.module, plan, where) if paths is None else paths)
        objective = build_objective(project.network, compiled, prepared, plan)
        return cls(project, plan, prepared, compiled, objective, where, CHANNELS_LAST in taken, taken)

    @property
    def module(self) -> nn.Module:
        """The network."""
        return self.compiled.module

    @property
    def operations(self) -> float:
        """Floating-point operations in one training step, about: the backward pass costs twice the forward pass."""
        return 3.0 * self.plan.batch_size * sum(facts.flops for facts in self.compiled.layer_info.values())

    def feed(self, part: Part) -> Feed:
        """A part of the data on the device."""
        objective, augment = self.objective, self.prepared.choice.augment
        fields = objective.inputs, objective.targets
        return Feed(part, *fields, self.device, self.channels_last, augment, objective.lengths)

    def forward(self, inputs: tuple[Tensor, ...]) -> Any:
        """The network's outputs for a batch, in the plan's precision: a tensor, or a tuple of them."""
        return self.run(self.compiled.module, inputs)

    def run(self, module: fx.GraphModule, inputs: tuple[Tensor, ...]) -> Any:
        """The same of a part of the network.

        Raises
        ------
        NetloomError
            if batch normalisation has a single value to take statistics of.
        """
        try:
            if self.plan.precision == "float32":
                return module.forward(*inputs)
            with torch.autocast(self.device.type, dtype=torch.bfloat16):
                return module.forward(*inputs)
        except ValueError as error:
            raise (NetloomError(ONE_VALUE) if ONE_VALUE_ERROR in str(error) else error) from error

    def loss(self, batch: Batch) -> tuple[Tensor, Any]:
        """Loss () and outputs for a batch; in training with label smoothing, where the plan has it."""
        forced = self.module.training
        inputs = self.objective.forward_inputs(batch.inputs, self.forward) if forced else batch.inputs
        outputs = self.forward(inputs)
        return self.loss_of(outputs, batch), outputs

    def loss_and_slope(self, outputs: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """In training, loss () of the network's ``outputs`` for a batch, and its gradient by them."""
        if self.objective.teaches_cross_entropy and not batch.mixup_targets and outputs.dtype is torch.float32:
            return cross_entropy_slope(outputs, batch.targets[0])
        leaf = outputs.detach().requires_grad_()
        loss = self.loss_of(leaf, batch)
        (slope,) = torch.autograd.grad(loss, leaf)
        return loss.detach(), slope

    def loss_of(self, outputs: Any, batch: Batch) -> Tensor:
        """Loss () of the network's ``outputs`` for a batch."""
        measured = self.objective.training_loss if self.module.training else self.objective.loss
        loss = measured(outputs, batch.targets)
        if batch.mixup_targets:
            mixed = measured(outputs, batch.mixup_targets)
            loss = batch.mixup_lambda * loss + (1 - batch.mixup_lambda) * mixed
        return loss

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Dropout off, batch normalisation by its running means, no gradients; afterwards as before."""
        mode = self.module.training
        self.module.eval()
        try:
            with torch.inference_mode():
                yield
        finally:
            self.module.train(mode)

    @property
    def evaluation_size(self) -> int:
        """Number of samples to evaluate together."""
        return evaluation_size(shape for facts in self.compiled.layer_info.values() for shape in facts.outputs.values())

    def meter(self) -> Meter:
        """A meter for this project's loss and metrics."""
        return self.objective.meter(self.prepared.scalers)

    def measure(self, feed: Feed, confusion: ConfusionCount | None = None) -> dict[str, float]:
        """Loss and metrics over a part; empty where it has no samples. ``confusion`` counts its classes as well."""
        return finished(self.measure_steps(feed, confusion))

    def measure_steps(self, feed: Feed, confusion: ConfusionCount | None = None) -> Steps[dict[str, float]]:
        """The same batch by batch; between two of them the module is as it was."""
        meter = self.meter()
        losses, sizes = [], []
        for batch in feed.in_order(self.evaluation_size):
            with self.evaluating():
                loss, outputs = self.loss(batch)
                meter.add(outputs, batch.targets)
                if confusion is not None:
                    confusion.add(outputs, batch.targets)
            losses.append(loss)
            sizes.append(batch.size)
            yield sum(sizes) / feed.samples
        with self.evaluating():
            # One wait for the device at the end, not one per batch.
            for loss_value, size in zip(torch.stack(losses).tolist() if losses else [], sizes, strict=True):
                meter.add_loss(loss_value, size)
            found = meter.result()
            return found | self.objective.part_metrics(feed, self.evaluation_size) if found else found

    def predict(self, feed: Feed) -> list[Array]:
        """The outputs over a part: one float32 array (n, *sizes) for each output."""
        return finished(self.predict_steps(feed))

    def predict_steps(self, feed: Feed) -> Steps[list[Array]]:
        """The same batch by batch; between two of them the module is as it was."""
        batches: list[tuple[Tensor, ...]] = []
        done = 0
        for outputs in self.predict_batches(feed):
            batches.append(outputs)
            done += len(outputs[0])
            yield done / feed.samples
        return [torch.cat(column).contiguous().numpy() for column in zip(*batches, strict=True)]

    def predict_batches(self, feed: Feed) -> Iterator[tuple[Tensor, ...]]:
        """The outputs over a part as they come: a few samples at a time, a float32 tensor for each output."""
        for batch in feed.in_order(self.evaluation_size):
            with self.evaluating():  # not across the yield: who takes the outputs may train meanwhile
                outputs = self.objective.predict(batch.inputs, self.forward)
                listed = outputs if isinstance(outputs, tuple) else (outputs,)
                found = tuple(output.float().cpu() for output in listed)
            yield found


def data_of(project: Project) -> DataChoice:
    """The project's choice of data.

    Raises
    ------
    NetloomError
        if it has none.
    """
    section = project.sections.get("data")
    if not section:
        raise NetloomError("The project has no data; choose a data set before training.")
    if not isinstance(section, Mapping):
        raise NetloomError(f"data: names with values are needed (given: {section!r:.60}).")
    return DataChoice.parse(section)


def now() -> str:
    """Local time to the second, for people."""
    return time.strftime("%Y-%m-%dT%H:%M:%S")
