"""Output heads: for each output layer its target field, its loss function and how predictions are read from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import Array, DatasetInfo, FieldInfo
from app.data.readers.tokens import fills_up
from app.training.losses import check_loss, check_scores, chosen_loss, final_activation, loss_gives_scores
from app.training.margins import binary_margin, multi_margin
from app.training.plan import Plan
from app.training.precision import at_least_single
from app.training.sequence import ctc
from app.training.sequence.transcripts import transcribe
from app.training.yolo_loss import yolo_loss, yolo_values
from graph.build.compile import Compiled
from graph.checking.data_fit import fits_target
from graph.errors import NetloomError
from graph.layers.io import Output
from graph.network import Network
from graph.shapes import Shape, format_sizes

TINY = 1e-30
"""Probabilities are kept above this before their logarithm is taken."""

LossFn = Callable[[Tensor, Tensor], Tensor]
"""From outputs and targets of a batch to their loss, a tensor ()."""


@dataclass(frozen=True)
class Head:
    """One output of a network.

    ``field`` is the target field. ``final_activation`` names the layer, ``softmax`` or ``sigmoid``, that has already
    turned logits into probabilities, or is empty. ``binary`` says that the target holds only zeros and ones, so that
    there is an accuracy. ``beams`` is the beam width with which rows of labels are read. ``threshold`` is the
    probability above which a label, or the second of two classes, is predicted. ``class_weights`` has an entry for each
    class or label where they do not count alike.
    """

    output: str
    field: FieldInfo
    loss: str
    weight: float
    final_activation: str
    loss_fn: LossFn
    binary: bool = False
    beams: int = 1
    threshold: float = 0.5
    class_weights: tuple[float, ...] = ()

    @property
    def classes(self) -> int:
        """Number of classes; 0 where numbers are predicted."""
        return len(self.field.classes)

    @property
    def listed(self) -> bool:
        """Whether each step predicts the token of its own place; not so under CTC."""
        return self.field.listed and not self.is_ctc

    @property
    def is_ctc(self) -> bool:
        """Whether the outputs spell a row of labels whose places are unknown (CTC)."""
        return self.loss == "ctc"

    @property
    def gives_margins(self) -> bool:
        """Whether the outputs are scores of a hinge loss, which are no probabilities and no logarithms of any."""
        return self.loss == "hinge"

    @property
    def gives_scores(self) -> bool:
        """Whether the outputs are scores of classes, of which the largest wins, and none is a probability.

        They are those of a hinge loss, or numbers that a squared or absolute error drew to 1 for the true class.
        """
        return bool(self.field.classes) and loss_gives_scores(self.loss, self.final_activation)

    @property
    def pixels(self) -> bool:
        """Whether each pixel is of one class, and the outputs of its channels are compared by cross-entropy."""
        return self.loss == "cross_entropy" and bool(self.field.pixel_classes)

    @property
    def boxes(self) -> bool:
        """Whether the outputs are logits of a grid of boxes, compared by YOLO's loss."""
        return self.loss == "yolo"

    @property
    def labels(self) -> bool:
        """Whether each value says how likely one label is, whatever the others are."""
        return self.field.labels and self.loss == "bce"

    def transcripts(self, outputs: Tensor) -> Array:
        """The rows of labels that outputs (n, T, labels) spell, int64 (n, longest), blanks behind the last label."""
        return transcribe(ctc.log_probabilities(outputs, self.final_activation).cpu().numpy(), self.beams)

    @property
    def padded(self) -> bool:
        """Whether some values of a target are padding: NaN, which counts nowhere."""
        return bool(self.field.lengths) and not self.field.vocabulary and not self.field.classes

    def probabilities(self, outputs: Tensor) -> Tensor:
        """The probability of each class by outputs (n, classes); a single output gives those of two classes.

        Of a head that `gives_scores` these are no probabilities: they only rank the classes, by the softmax of scores.
        """
        outputs = outputs.float()
        if self.final_activation:
            found = outputs.clamp(0.0, 1.0)
        elif self.loss == "bce":
            found = outputs.sigmoid()
        else:
            found = outputs.softmax(1) if outputs.shape[1] > 1 else outputs.sigmoid()
        return found if found.shape[1] > 1 else torch.cat([1 - found, found], 1)

    def class_scores(self, outputs: Tensor) -> Tensor:
        """The score of each class by outputs (n, classes) that are scores; a single one is that of the second."""
        outputs = outputs.float()
        first = -outputs if self.gives_margins else 1 - outputs
        return outputs if outputs.shape[1] > 1 else torch.cat([first, outputs], 1)

    def normalised_probabilities(self, outputs: Tensor) -> Tensor:
        """The same so that those of a sample add up to 1, (n, classes)."""
        probabilities = self.probabilities(outputs)
        return probabilities / probabilities.sum(1, keepdim=True).clamp_min(1e-12)

    def positive_probabilities(self, outputs: Tensor) -> Tensor:
        """The probability of each label (n, labels), or of the second of two classes (n,)."""
        return self.label_probabilities(outputs) if self.labels else self.normalised_probabilities(outputs)[:, 1]

    def label_probabilities(self, outputs: Tensor) -> Tensor:
        """The probability of 1 by the outputs of a binary cross-entropy, of the same shape."""
        return outputs.float().clamp(0.0, 1.0) if self.final_activation else outputs.float().sigmoid()

    def values(self, outputs: Tensor) -> Tensor:
        """The numbers that outputs stand for: those of a binary cross-entropy are between 0 and 1.

        Of a class for every pixel they are the probabilities (n, classes, H, W), of boxes the values of their grid.
        """
        if self.boxes:
            return yolo_values(outputs)
        if self.pixels:
            return outputs.float().clamp(0.0, 1.0) if self.final_activation else outputs.float().softmax(1)
        return self.label_probabilities(outputs) if self.loss == "bce" else outputs

    def predicted_classes(self, outputs: Tensor) -> Tensor:
        """The likeliest class by outputs (n, classes), int64 (n,); of two, the second above the threshold."""
        if outputs.shape[1] == 1:
            return self.positive(outputs[:, 0]).long()
        if self.classes == 2 and self.threshold != 0.5 and not self.gives_scores:
            return (self.normalised_probabilities(outputs)[:, 1] > self.threshold).long()
        return outputs.argmax(1)

    def positive(self, outputs: Tensor) -> Tensor:
        """Whether the probability of 1 is above the threshold; bool, same shape.

        Of a hinge loss, whether the score is above 0; of another score, whether it is nearer to 1 than to 0.
        """
        if self.gives_scores:
            return outputs > (0.0 if self.gives_margins else 0.5)
        return outputs > (self.threshold if self.final_activation else _logit(self.threshold))


def _logit(probability: float) -> float:
    if not 0.0 < probability < 1.0:
        return math.copysign(math.inf, probability - 0.5)
    return math.log(probability / (1.0 - probability))


def find_heads(network: Network, compiled: Compiled, info: DatasetInfo, plan: Plan, default: str = "") -> list[Head]:
    """The heads of a network in the order of its outputs.

    ``default`` is the field for outputs that name none; without it, the data set's own target.

    Raises
    ------
    NetloomError
        if an output does not fit its target.
    """
    return [_head(network, compiled, info, plan, output, default) for output in compiled.outputs]


def _head(network: Network, compiled: Compiled, info: DatasetInfo, plan: Plan, id_: str, default: str) -> Head:
    layer = network.layer_as(id_, Output)
    field = info.target_field(layer.target or default)
    activation = final_activation(network, id_)
    loss = chosen_loss(layer, plan.loss, field, activation)
    arrives = compiled.layer_info[id_].outputs["out"]
    if loss == "ctc":
        ctc.check_fit(id_, field, arrives.sizes)
        of_rows = partial(ctc.ctc_loss, final_activation=activation)
        return Head(id_, field, loss, layer.weight, activation, of_rows, beams=plan.label_beams)
    check_loss(id_, field, loss)
    check_scores(id_, loss, activation)
    _check_shape(id_, field, arrives)
    binary = bool(field.classes) and arrives.sizes == (1,)
    loss = "bce" if binary and loss == "cross_entropy" else loss
    loss_fn = _loss_fn(field, loss, activation, plan, binary)
    return Head(id_, field, loss, layer.weight, activation, loss_fn, threshold=plan.threshold)


def _check_shape(id_: str, field: FieldInfo, arrives: Shape) -> None:
    if not fits_target(arrives, field.answer, binary=len(field.classes) == 2):
        given = format_sizes(arrives.sizes, "?")
        reason = f"{len(field.classes)} classes" if field.classes else f"{field.answer} values"
        raise NetloomError(
            f"{id_} gives {given} values for each sample, but “{field.name}” has {reason}; "
            "change the layer before it so that the numbers agree."
        )


def _loss_fn(field: FieldInfo, loss: str, activation: str, plan: Plan, binary: bool) -> LossFn:
    if loss == "cross_entropy":
        loss_fn = {"": cross_entropy, "softmax": _negative_log, "sigmoid": _cross_entropy_of_sigmoid}[activation]
        if field.pixel_classes:
            return lambda outputs, targets: loss_fn(outputs, targets.argmax(1))
        return _at_every_step(loss_fn, fills_up(field.vocabulary)) if field.listed else loss_fn
    if loss == "hinge":
        margin = binary_margin if binary else multi_margin
        return lambda outputs, targets: margin(at_least_single(outputs), targets).mean()
    loss_fns: dict[str, LossFn] = {
        "yolo": yolo_loss,
        "mse": F.mse_loss,
        "half_squares": _half_squares,
        "mae": F.l1_loss,
        "huber": lambda outputs, targets: F.huber_loss(outputs, targets, delta=plan.huber_delta),
        "bce": _of_probabilities if activation else F.binary_cross_entropy_with_logits,
    }
    chosen = loss_fns[loss]
    if field.lengths and not field.classes:
        return _without_padding(chosen)
    if not field.classes:
        return lambda outputs, targets: chosen(at_least_single(outputs), targets)
    count = len(field.classes)

    def against_ones(outputs: Tensor, targets: Tensor) -> Tensor:
        outputs = at_least_single(outputs)
        wanted = targets.unsqueeze(1) if binary else F.one_hot(targets, count)
        return chosen(outputs, wanted.to(outputs.dtype))

    return against_ones


def _at_every_step(loss_fn: LossFn, padded: bool) -> LossFn:
    """The same for a token at each step, outputs (n, T, tokens) and targets (n, T); where ``padded``, 0 is left out."""

    def of_steps(outputs: Tensor, targets: Tensor) -> Tensor:
        outputs, targets = outputs.flatten(0, 1), targets.flatten()
        if not padded:
            return loss_fn(outputs, targets)
        counts = targets != 0
        return loss_fn(outputs[counts], targets[counts])

    return of_steps


def _without_padding(loss_fn: LossFn) -> LossFn:
    """The same without what is NaN in the targets."""

    def of_own_steps(outputs: Tensor, targets: Tensor) -> Tensor:
        outputs, counts = at_least_single(outputs), ~targets.isnan()
        if loss_fn is _half_squares:
            return loss_fn(outputs, torch.where(counts, targets, outputs.detach()))
        return loss_fn(outputs[counts], targets[counts])

    return of_own_steps


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean cross-entropy () of logits (n, classes) and classes (n,)."""
    return F.cross_entropy(at_least_single(logits), targets)


def cross_entropy_slope(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The same and its gradient by the ``logits``, by the functions that autograd calls, without its notes."""
    aten = torch.ops.aten
    logs = torch.log_softmax(logits, 1)
    loss, count = aten.nll_loss_forward.default(logs, targets, None, 1, -100)
    slope = aten.nll_loss_backward.default(torch.ones_like(loss), logs, targets, None, 1, -100, count)
    return loss, aten._log_softmax_backward_data.default(slope, logs, 1, logits.dtype)


def _negative_log(probabilities: Tensor, targets: Tensor) -> Tensor:
    return F.nll_loss(at_least_single(probabilities).clamp_min(TINY).log(), targets)


def _cross_entropy_of_sigmoid(probabilities: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(torch.logit(at_least_single(probabilities), eps=1e-7), targets)


def _of_probabilities(probabilities: Tensor, targets: Tensor) -> Tensor:
    """Binary cross-entropy of probabilities, which a dropout behind the sigmoid may have raised above 1."""
    return F.binary_cross_entropy(probabilities.clamp(0.0, 1.0), targets)


def _half_squares(outputs: Tensor, targets: Tensor) -> Tensor:
    """Half the sum of the squared errors of a sample, the mean of a batch: the error of textbooks."""
    return 0.5 * (targets - outputs).square().flatten(1).sum(1).mean()
