"""Heads: for each output layer what it is held against, and how the distance is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import Array, DatasetInfo, FieldInfo
from app.data.readers.tokens import fills_up
from app.training.plan import Plan
from app.training.sequence import ctc
from app.training.sequence.transcripts import transcribe
from graph.build.compile import Compiled
from graph.errors import NetloomError
from graph.layers.io import Output
from graph.network import Network
from graph.shapes import Kind
from graph.structure.blocks import Block

TINY = 1e-30
"""Probabilities are kept above this before their logarithm is taken."""

Distance = Callable[[Tensor, Tensor], Tensor]
"""From answers and targets of a batch to their loss, a tensor ()."""


@dataclass(frozen=True)
class Head:
    """One output of a network.

    ``field`` is the data's field it is held against. ``squashed`` names the layer, ``softmax`` or ``sigmoid``, that
    has already turned the answers into probabilities, or is empty. ``bits`` says that the target holds only zeros and
    ones, of which a share can be right. ``beams`` is how many rows of labels are followed to read an answer.
    """

    output: str
    field: FieldInfo
    loss: str
    weight: float
    squashed: str
    distance: Distance
    bits: bool = False
    beams: int = 1

    @property
    def classes(self) -> int:
        """Number of classes; 0 where numbers are predicted."""
        return len(self.field.classes)

    @property
    def listed(self) -> bool:
        """Whether a word is said at every step: the field holds tokens, and each has its place."""
        return self.field.listed and not self.transcribes

    @property
    def transcribes(self) -> bool:
        """Whether the answers are read as a row of labels whose places nobody knows."""
        return self.loss == "ctc"

    def transcripts(self, answers: Tensor) -> Array:
        """The rows of labels that answers (n, T, labels) spell, int64 (n, longest), blanks behind the last label."""
        return transcribe(ctc.logarithms(answers, self.squashed).cpu().numpy(), self.beams)

    @property
    def partial(self) -> bool:
        """Whether some values of a target are padding: NaN, which counts nowhere."""
        return bool(self.field.lengths) and not self.field.vocabulary and not self.field.classes

    def probabilities(self, answers: Tensor) -> Tensor:
        """What the answers (n, classes) say about each class, between 0 and 1; one answer alone speaks for two."""
        answers = answers.float()
        if self.squashed:
            chances = answers.clamp(0.0, 1.0)
        elif self.loss == "bce":
            chances = answers.sigmoid()
        else:
            chances = answers.softmax(1) if answers.shape[1] > 1 else answers.sigmoid()
        return chances if chances.shape[1] > 1 else torch.cat([1 - chances, chances], 1)

    def decide(self, answers: Tensor) -> Tensor:
        """The class that each of the answers (n, classes) prefers, int64 (n,)."""
        if answers.shape[1] > 1:
            return answers.argmax(1)
        return self.says_yes(answers[:, 0]).long()

    def says_yes(self, answers: Tensor) -> Tensor:
        """Whether each answer is more likely yes than no, bool of the same shape."""
        return answers > (0.5 if self.squashed else 0.0)


def find_heads(network: Network, compiled: Compiled, info: DatasetInfo, plan: Plan, default: str = "") -> list[Head]:
    """The heads of a network in the order of its outputs.

    ``default`` is the field for outputs that name none; without it, the data set's own target.

    Raises
    ------
    NetloomError
        if an output does not fit what it is held against.
    """
    return [_head(network, compiled, info, plan, output, default) for output in compiled.outputs]


def _head(network: Network, compiled: Compiled, info: DatasetInfo, plan: Plan, id_: str, default: str) -> Head:
    layer = network.layer(id_)
    assert isinstance(layer, Output)
    field = info.target_field(layer.target or default)
    squashed = squashing(network, id_)
    chosen: str = layer.loss if layer.loss != "auto" else plan.loss
    loss = chosen if chosen != "auto" else default_loss(field, squashed)
    sizes = compiled.facts[id_].outputs["out"].sizes
    if loss == "ctc":
        ctc.check_fit(id_, field, sizes)
        spelling = partial(ctc.distance, squashed=squashed)
        return Head(id_, field, loss, layer.weight, squashed, spelling, beams=plan.label_beams)
    _check_fit(id_, field, sizes, loss)
    binary = bool(field.classes) and sizes == (1,)
    loss = "bce" if binary and loss == "cross_entropy" else loss
    return Head(id_, field, loss, layer.weight, squashed, _distance(field, loss, squashed, plan, binary))


def default_loss(field: FieldInfo, squashed: str) -> str:
    """The loss that fits the task: cross-entropy for classes, mean squared error for numbers."""
    if not field.classes and not field.listed:
        return "mse"
    return "bce" if squashed == "sigmoid" else "cross_entropy"


def squashing(network: Network, output: str) -> str:
    """``softmax`` or ``sigmoid`` where that layer shapes what arrives at ``output``; otherwise empty."""
    at, arriving = output, None
    while network.layer(at).passes_probabilities:
        arriving = network.at(at, "in")
        if arriving is None:
            return ""
        at = arriving.source
    layer = network.layer(at)
    if isinstance(layer, Block) and arriving is not None:
        return squashing(layer.body.network, arriving.source_port)
    return layer.final_activation


def _check_fit(id_: str, field: FieldInfo, sizes: tuple[int | None, ...], loss: str) -> None:
    if field.listed and loss != "cross_entropy":
        raise NetloomError(f"{id_}: words are compared by cross-entropy alone; choose that, or auto, as its loss.")
    if loss == "cross_entropy" and not field.classes and not field.listed:
        raise NetloomError(
            f"{id_}: cross-entropy needs classes, but “{field.name}” holds numbers; choose mse, mae or huber."
        )
    if field.shape.kind is Kind.TOKENS and not field.classes and not field.vocabulary:
        raise NetloomError(
            f"{id_}: “{field.name}” holds tokens of which nothing says what they stand for, so there is no telling how "
            "many there are; choose another target."
        )
    wanted = field.answer.sizes
    binary = len(field.classes) == 2 and sizes == (1,)
    if not binary and not fits(sizes, wanted):
        given = " x ".join("?" if size is None else str(size) for size in sizes)
        reason = f"{len(field.classes)} classes" if field.classes else f"{field.answer} values"
        raise NetloomError(
            f"{id_} gives {given} values for each sample, but “{field.name}” has {reason}; "
            "change the layer before it so that the numbers agree."
        )


def fits(sizes: tuple[int | None, ...], wanted: tuple[int | None, ...]) -> bool:
    """Whether sizes agree, an unknown time agreeing with any."""
    pairs = zip(sizes, wanted, strict=False)
    return len(sizes) == len(wanted) and all(None in pair or pair[0] == pair[1] for pair in pairs)


def _distance(field: FieldInfo, loss: str, squashed: str, plan: Plan, binary: bool) -> Distance:
    if loss == "cross_entropy":
        measure = {"": _cross_entropy, "softmax": _negative_log, "sigmoid": _cross_entropy_of_sigmoid}[squashed]
        return _of_every_step(measure, fills_up(field.vocabulary)) if field.listed else measure
    measures: dict[str, Distance] = {
        "mse": F.mse_loss,
        "half_squares": _half_squares,
        "mae": F.l1_loss,
        "huber": lambda answers, targets: F.huber_loss(answers, targets, delta=plan.huber_delta),
        "bce": _bce if squashed else F.binary_cross_entropy_with_logits,
    }
    measured = measures[loss]
    if field.lengths and not field.classes:
        return _of_own_steps(measured)
    if not field.classes:
        return lambda answers, targets: measured(answers.float(), targets)
    if binary:
        return lambda answers, targets: measured(answers.float(), targets.float().unsqueeze(1))
    count = len(field.classes)
    return lambda answers, targets: measured(answers.float(), F.one_hot(targets, count).float())


def _of_every_step(measure: Distance, padded: bool) -> Distance:
    """The same for a word at each step, answers (n, T, words) and targets (n, T), but not where token 0 fills up."""

    def distance(answers: Tensor, targets: Tensor) -> Tensor:
        answers, targets = answers.flatten(0, 1), targets.flatten()
        if not padded:
            return measure(answers, targets)
        counts = targets != 0
        return measure(answers[counts], targets[counts])

    return distance


def _of_own_steps(measure: Distance) -> Distance:
    """The same over what counts alone: not what is NaN in the targets."""

    def distance(answers: Tensor, targets: Tensor) -> Tensor:
        answers, counts = answers.float(), ~targets.isnan()
        if measure is _half_squares:
            return measure(answers, torch.where(counts, targets, answers.detach()))
        return measure(answers[counts], targets[counts])

    return distance


def _cross_entropy(answers: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(answers.float(), targets)


def _negative_log(chances: Tensor, targets: Tensor) -> Tensor:
    return F.nll_loss(chances.float().clamp_min(TINY).log(), targets)


def _cross_entropy_of_sigmoid(chances: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(torch.logit(chances.float(), eps=1e-7), targets)


def _half_squares(answers: Tensor, targets: Tensor) -> Tensor:
    """Half the sum of the squared errors of a sample, the mean of a batch: the error of textbooks."""
    return 0.5 * (targets - answers).square().flatten(1).sum(1).mean()


def _bce(chances: Tensor, targets: Tensor) -> Tensor:
    return F.binary_cross_entropy(chances, targets)
