"""One training step at a time, on a copy of the network: everything that happens in it, to be looked at.

A `BackpropSession` trains as the real training would (the same batches, loss, optimiser and learning rate) but keeps
what each layer gave, the gradient that came back to it, and each weight before and after. No run is touched by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from app.data.dataset import Array
from app.data.readers.tokens import fills_up
from app.insight import loss_terms
from app.insight.layer_arrays import LayerOutputs, ranges_of
from app.insight.step_maps import small_maps
from app.protocol.backprop_values import HeadLoss, LayerStep, StepRecord, UpdateRule, WeightStep, WrittenLoss
from app.training.batches import Batch, Feed, batch_sizes
from app.training.fast_paths import CHANNELS_LAST, take
from app.training.heads import Head
from app.training.label_smoothing import EVEN, is_smoothed
from app.training.optimisers import build_optimiser
from app.training.plan import Plan
from app.training.schedules import Schedule
from app.training.stepping import DirectStepper
from app.training.trainable import ONE_VALUE_ERROR, Model
from app.training.weights import Weights
from app.training.yolo_loss import cell_parts
from graph.build.compile import compile_network
from graph.errors import NetloomError
from graph.layers.io import InputLike, Output
from graph.layers.value_range import Range
from graph.network import Network

MOST_PARAMETERS = 20_000_000
"""Trainable numbers of a network that is gone through, at most."""
MOST_WORK = 2e10
"""Floating-point operations of one step, at most."""
MOST_SAMPLES = 32
"""Samples of a batch whose values are shown, at most."""
MOST_VALUES = 64
"""Values of a layer that are shown for each sample, at most."""
MOST_WEIGHTS = 1024
"""Numbers of one parameter that are shown, at most."""


@dataclass(frozen=True, eq=False)
class Watched(Model):
    """A model that keeps what each of its layers gave last, in full precision and with gradients."""

    seen: dict[str, Tensor] = field(default_factory=dict)

    def forward(self, inputs: tuple[Tensor, ...]) -> Any:
        """What the network gives for a batch."""
        leaves = [tensor.detach().clone().requires_grad_(tensor.is_floating_point()) for tensor in inputs]
        run = _Keeping(self.compiled.module, frozenset(self.compiled.layer_info))
        outputs = run.run(*leaves)
        self.seen.clear()
        self.seen.update(run.outputs)
        return outputs


class _Keeping(LayerOutputs):
    def run_node(self, n: torch.fx.Node) -> Any:
        """As `LayerOutputs`; the gradient of what is kept is kept too."""
        result = super().run_node(n)
        for kept in self.outputs.values():
            if kept is result and kept.requires_grad:
                kept.retain_grad()
        return result


@dataclass(frozen=True, eq=False)
class Weight:
    """One parameter: its numbers before and after the step, and the gradient by which it was changed."""

    before: Tensor
    gradient: Tensor
    after: Tensor


@dataclass(frozen=True, eq=False)
class BackpropStep:
    """One step: where it stands in training, its batch, what was seen, and the weights by name.

    ``loss`` is that of the batch before the step, ``after`` after it; ``norm`` is the length of the whole gradient
    before clipping. ``values`` and ``gradients`` hold, by layer, what it gave and what came back, (n, *sizes).
    """

    number: int
    epoch: int
    batch: Batch
    loss: float
    after: float
    lr: float
    norm: float
    answers: tuple[Tensor, ...]
    values: Mapping[str, Tensor]
    gradients: Mapping[str, Tensor]
    weights: Mapping[str, Weight]


class BackpropSession:
    """Steps of a private ``model``, in batches of ``size``; any step can be asked for, in any order."""

    def __init__(self, model: Watched, size: int) -> None:
        self.model = model
        if model.objective.groups:
            raise NetloomError("A GAN has two losses, each for weights of its own; a step by hand follows one loss.")
        self.weights = Weights(model.module)
        if not self.weights.parameters:
            raise NetloomError(
                "The network has nothing to learn: no layer has weights. Add a dense or convolution layer."
            )
        work = 3 * size * sum(facts.flops for facts in model.compiled.layer_info.values())
        if self.weights.count > MOST_PARAMETERS or work > MOST_WORK:
            raise NetloomError(
                f"This network is too large to go through by hand ({self.weights.count:,} weights, "
                f"{work / 1e9:,.1f} GFLOP a step); choose a smaller batch or a smaller network."
            )
        part = model.prepared.train
        if not part.samples:
            raise NetloomError("There are no samples to train on; give the training set a share of the data.")
        self.size, aim = min(size, part.samples), model.objective
        self._feed = Feed(part, aim.inputs, aim.targets, model.device, lengths=aim.lengths)
        self.per_epoch = len(batch_sizes(part.samples, self.size))
        self._start = self.weights.copy()
        self._shown: BackpropStep | None = None
        self._begin()

    def _begin(self) -> None:
        plan = self.model.plan
        self.weights.restore(self._start)
        self._stepper = _Stepper(self.model, self.weights, build_optimiser(plan, self.weights))
        self._schedule = Schedule(plan, self.per_epoch, plan.epochs)
        self._done = 0

    def step(self, number: int) -> BackpropStep:
        """The step ``number``, counted from 0, after all those before it; asked for again, it is not taken anew.

        Raises
        ------
        NetloomError
            if the loss goes astray, or the batch is too small for the network.
        """
        if self._shown is not None and self._shown.number == number:
            return self._shown
        if number < self._done:
            self._begin()
        self.model.module.train()
        while self._done < number:
            self._take(self._done)
        self._shown = self._recorded(number)
        return self._shown

    def _batch(self, number: int) -> tuple[int, Batch]:
        epoch, place = divmod(number, self.per_epoch)
        return epoch, next(self._feed.epoch(self.model.plan.seed, epoch, self.size, place))

    def _take(self, number: int) -> tuple[Batch, Any, float]:
        """Do one step; its batch, the answers, and the loss."""
        _, batch = self._batch(number)
        lr = self._schedule.lr(number)
        with seeded(self.model.plan.seed + number):
            try:
                answers = self._stepper.step(batch, lr)
            except ValueError as error:
                if ONE_VALUE_ERROR not in str(error):
                    raise
                raise NetloomError(
                    "Batch normalisation needs batches of more than one sample; choose a larger batch."
                ) from None
        if answers is None:
            raise NetloomError(f"The loss is no longer a number at step {number + 1}; lower the learning rate.")
        self._done = number + 1
        return batch, answers, self._stepper.collect()[-1]

    def _recorded(self, number: int) -> BackpropStep:
        weights = self.weights
        before, _ = weights.copy()
        batch, answers, loss = self._take(number)
        seen = dict(self.model.seen)
        kept = weights.by_parameter([gradient.clone() for gradient in weights.gradients])
        parts = zip(weights.by_parameter(before).items(), weights.by_parameter(weights.tensors).values(), strict=True)
        changed = {name: Weight(old, kept[name], new.clone()) for (name, old), new in parts}
        return BackpropStep(
            number=number,
            epoch=number // self.per_epoch + 1,
            batch=batch,
            loss=loss,
            after=self._loss_now(number, batch),
            lr=self._schedule.lr(number),
            norm=self._stepper.norm,
            answers=answers if isinstance(answers, tuple) else (answers,),
            values={id_: value.detach() for id_, value in seen.items()},
            gradients={id_: value.grad for id_, value in seen.items() if value.grad is not None},
            weights=changed,
        )

    def _loss_now(self, number: int, batch: Batch) -> float:
        """The loss of the same batch with the weights as they are now; nothing is learned from it."""
        kept = self.weights.copy()
        with seeded(self.model.plan.seed + number), torch.no_grad():
            loss, _ = self.model.loss(batch)
        self.weights.restore(kept)
        return float(loss)


class _Stepper(DirectStepper):
    """The stepper of real training; it also notes how long the gradient was before clipping."""

    norm = 0.0

    def _backward(self, batch: Batch) -> tuple[Tensor, Any]:
        losses = super()._backward(batch)
        self.norm = float(self._weights.squared_norm().sqrt())
        return losses


def copy_of(model: Model) -> Watched:
    """A copy of a model with the weights it has now, on the processor."""
    with seeded(0):
        compiled = compile_network(model.project.network)
    take(compiled.module, [path for path in model.fast_paths if path != CHANNELS_LAST])
    compiled.module.load_state_dict({name: tensor.detach().cpu() for name, tensor in model.module.state_dict().items()})
    return _watched(replace(model, compiled=compiled, device=torch.device("cpu"), channels_last=False))


def _watched(model: Model) -> Watched:
    return Watched(**{field.name: getattr(model, field.name) for field in fields(Model)})


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers from ``seed``; afterwards all goes on as if none had been drawn."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


# What is told of a step


def record(session: BackpropSession, step: BackpropStep) -> StepRecord:
    """A step as values, cut to `MOST_SAMPLES` samples, `MOST_VALUES` of a layer's and `MOST_WEIGHTS` of a parameter's.

    The output layers are in it too, with the values of the layers before them.
    """
    model, plan = session.model, session.model.plan
    network = model.project.network
    values, gradients = _with_outputs(network, step.values), _with_outputs(network, step.gradients)
    ranges = ranges_of(model)
    layers = {
        id_: _layer(network, id_, values[id_], gradients.get(id_), step, ranges[id_])
        for id_ in network.ordered()
        if id_ in values
    }
    heads = zip(model.objective.heads, step.answers, step.batch.targets, strict=True)
    return StepRecord(
        number=step.number,
        epoch=step.epoch,
        steps_per_epoch=session.per_epoch,
        size=step.batch.size,
        loss=step.loss,
        loss_after=step.after,
        gradient_norm=step.norm,
        rule=UpdateRule(
            optimiser=plan.optimiser,
            lr=step.lr,
            momentum=plan.momentum if plan.optimiser in ("sgd", "rmsprop") else 0.0,
            weight_decay=plan.weight_decay,
            clip=plan.clip,
        ),
        layers=layers,
        connections=tuple((c.source, c.target) for c in network.connections if {c.source, c.target} <= set(layers)),
        weights={name: _weight(name, weight) for name, weight in step.weights.items()},
        heads=tuple(_head(head, outputs, targets, plan) for head, outputs, targets in heads),
    )


def _with_outputs(network: Network, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same with the output layers, whose values are those of the layers before them."""
    ends = {node.id: network.at(node.id, "in") for node in network if isinstance(node.layer, Output)}
    return dict(values) | {id_: values[wire.source] for id_, wire in ends.items() if wire and wire.source in values}


def _layer(
    network: Network, id_: str, values: Tensor, gradients: Tensor | None, step: BackpropStep, can_be: Range
) -> LayerStep:
    node = network.node(id_)
    owner, sample = node.tied or id_, isinstance(node.layer, InputLike)
    return LayerStep(
        id=id_,
        title=node.layer.title,
        family=node.layer.family.name.lower(),
        sizes=tuple(values.shape[1:]),
        weights=tuple(name for name in step.weights if name.startswith(f"{owner}.")),
        values=_cut(values),
        norm=float(values.float().norm()),
        gradients=None if gradients is None else _cut(gradients),
        gradient_norm=None if gradients is None else float(gradients.float().norm()),
        maps=small_maps(values[:MOST_SAMPLES], sample=sample),
        map_gradients=None if gradients is None else small_maps(gradients[:MOST_SAMPLES], sample=sample),
        can_be=can_be,
    )


def _weight(name: str, weight: Weight) -> WeightStep:
    return WeightStep(
        name=name,
        sizes=tuple(weight.before.shape),
        before=_flat(weight.before)[:MOST_WEIGHTS],
        gradient=_flat(weight.gradient)[:MOST_WEIGHTS],
        after=_flat(weight.after)[:MOST_WEIGHTS],
        norm=float(weight.before.norm()),
        gradient_norm=float(weight.gradient.norm()),
        change_norm=float((weight.after - weight.before).norm()),
    )


def _head(head: Head, outputs: Tensor, targets: Tensor, plan: Plan) -> HeadLoss:
    """How an output's loss comes about, for each of the first samples."""
    pairs = zip(outputs[:MOST_SAMPLES], targets[:MOST_SAMPLES], strict=True)
    return HeadLoss(
        output=head.output,
        loss=head.loss,
        weight=head.weight,
        names=head.field.classes or head.field.names,
        samples=tuple(_written(head, output, target, plan) for output, target in pairs),
    )


def _written(head: Head, answer: Tensor, target: Tensor, plan: Plan) -> WrittenLoss:
    smoothing = plan.label_smoothing if is_smoothed(head) else 0.0
    outputs = answer.detach().double().reshape(-1).numpy()
    if head.gives_margins:
        return loss_terms.of_margins(outputs, int(target))
    if head.boxes:
        parts = cell_parts(answer[None].detach(), target[None])[0].flatten(1).T.double()
        return loss_terms.of_cells(
            target[0].double().flatten().numpy(), answer[0].detach().double().sigmoid().flatten().numpy(), parts.numpy()
        )
    if head.pixels or head.listed:
        return _at_places(head, answer, target, smoothing)
    if head.loss == "cross_entropy":
        return loss_terms.of_classes(outputs, int(target), head.final_activation, smoothing)
    if head.classes:
        wanted = np.eye(head.classes)[int(target)] if len(outputs) > 1 else np.array([float(target)])
    else:
        wanted = target.double().reshape(-1).numpy()
        counts = ~np.isnan(wanted)
        outputs, wanted = outputs[counts], wanted[counts]
    wanted = (1 - smoothing) * wanted + smoothing * EVEN
    weights = np.array(head.class_weights) if head.labels and head.class_weights else None
    return loss_terms.of_numbers(
        head.loss, outputs, wanted, squashed=bool(head.final_activation), delta=plan.huber_delta, weights=weights
    )


def _at_places(head: Head, answer: Tensor, target: Tensor, smoothing: float) -> WrittenLoss:
    """The loss of a sample with a class at each step (T, k) or pixel (k, H, W); filled up places are left out."""
    scores, true = (answer.flatten(1).T, target.argmax(0).flatten()) if head.pixels else (answer, target)
    counts = true != 0 if head.listed and fills_up(head.field.vocabulary) else torch.ones_like(true, dtype=torch.bool)
    if not counts.any():
        return WrittenLoss("E = 0: nothing here counts", "0", (), (), 0, 0.0)
    return loss_terms.of_places(
        scores.detach().double()[counts].numpy(), true[counts].numpy(), head.final_activation, smoothing
    )


def _cut(values: Tensor) -> Array:
    flat = (
        values[:MOST_SAMPLES].detach().float().flatten(1) if values.dim() > 1 else values[:MOST_SAMPLES, None].float()
    )
    return np.ascontiguousarray(flat[:, :MOST_VALUES].numpy())


def _flat(values: Tensor) -> Array:
    return np.ascontiguousarray(values.detach().float().reshape(-1).numpy())
