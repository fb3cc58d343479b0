"""What in a sample speaks for an answer: gradients, integrated gradients, occlusion, Grad-CAM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from app.data.dataset import Array
from app.data.readers.tokens import END
from app.insight.activation_maximisation import SPATIAL, mean_of
from app.insight.activations import (
    InputSource,
    ProbedLayer,
    Progress,
    answering,
    differentiating,
    numbers,
    source_of,
    with_answers,
)
from app.training.heads import Head
from app.training.sequence.token_metrics import token_probabilities
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.shapes import Kind

TINY = 1e-12
TOGETHER = 32
"""Altered copies of the sample that are looked at together, at most."""


@dataclass(frozen=True, eq=False)
class AttributionQuery:
    """Why does the network give this sample this score?

    The score of a class is what the network gives it before probabilities are made of it; of a network that ends in a
    softmax or sigmoid, the log-odds. Of a network that gives numbers it is the number, in the data's own units.
    Of one that says words it is that of a word at its step. ``target`` is a class, a step, or the position among the
    numbers; None stands for what it prefers, or for the mean of them.
    """

    model: Model
    source: InputSource
    position: int
    target: int | None

    @classmethod
    def about(cls, model: Model, position: int, target: int | None) -> AttributionQuery:
        """The question about the sample at ``position`` in the data set.

        Raises
        ------
        NetloomError
            if there is no such target, or the network reads only words.
        """
        source = source_of(model, position)
        asked = cls(model, source, position, None)
        count = asked.count
        if target is not None and not 0 <= target < count:
            raise NetloomError(f"The network has {count:,} answers; there is no number {target + 1:,}.")
        if target is None and asked.head.classes:
            target = asked.predicted()
        return cls(model, source, position, target)

    @property
    def head(self) -> Head:
        """What the first output is held against."""
        return self.model.objective.heads[0]

    @property
    def count(self) -> int:
        """Number of classes, of words that the network says, or of numbers that it gives."""
        if self.head.listed:
            return len(self.words)
        return self.head.classes or max(1, self.outputs().numel())

    @property
    def sample(self) -> Tensor:
        """The sample (1, *sizes) as the network reads it."""
        return self.source.values

    def outputs(self) -> Tensor:
        """What the network gives for the sample (1, *sizes)."""
        with self.model.evaluating():
            outputs: Tensor = _first(answering(self.model)(*self.source.inputs(self.sample))).float()
            return outputs

    @cached_property
    def words(self) -> list[int]:
        """The word said at each step up to the end, of a network that says words: each after the true ones before."""
        tokens: list[int] = self.outputs()[0].argmax(1).tolist()
        vocabulary = self.head.field.vocabulary
        end = vocabulary.index(END) if END in vocabulary else None
        return tokens[: tokens.index(end) + 1] if end in tokens else tokens

    def predicted(self) -> int:
        """The class that the network prefers."""
        return int(self.head.predicted_classes(self.outputs())[0])

    def probabilities(self) -> Array:
        """Probabilities of the classes or of the words said, or the numbers in their own units, (count,)."""
        outputs = self.outputs()
        if self.head.listed:
            return numbers(self._of_words(token_probabilities(self.head, outputs))[0])
        if self.head.classes:
            return numbers(self.head.probabilities(outputs)[0])
        values = self.head.values(outputs)
        return self.model.prepared.undo(self.head.field.name, numbers(values)).reshape(-1)

    def truth(self) -> Array:
        """What is true of the sample: a class () or numbers (*sizes) in their own units."""
        name = self.head.field.name
        values = self.model.prepared.dataset.field_named(name).values
        return np.asarray(values[min(self.position, len(values) - 1)])

    def score(self, answers: Tensor) -> Tensor:
        """The score (n,) of the target in answers (n, *sizes); of all words together it is their sum."""
        answers = answers.float()
        if self.head.listed:
            picked = self._of_words(answers.clamp_min(TINY).log() if self.head.final_activation else answers)
            return picked.sum(1) if self.target is None else picked[:, self.target]
        if not self.head.classes:
            flat = self._in_units(answers).flatten(1)
            return flat.mean(1) if self.target is None else flat[:, self.target]
        target = self.target or 0
        if answers.shape[1] == 1:
            sign = 1.0 if target == 1 else -1.0
            logit = answers[:, 0].clamp(TINY, 1 - 1e-7).logit() if self.head.final_activation else answers[:, 0]
            return sign * logit
        logit = answers[:, target]
        return logit.clamp(TINY, 1 - 1e-7).logit() if self.head.final_activation else logit

    def _of_words(self, values: Tensor) -> Tensor:
        """Of values (n, T, words) those of the words that are said (n, count)."""
        return values[:, torch.arange(len(self.words)), self.words]

    def scores(self, values: Tensor) -> Tensor:
        """The score (n,) of altered samples (n, *sizes)."""
        return self.score(_first(answering(self.model)(*self.source.inputs(values))))

    def _in_units(self, answers: Tensor) -> Tensor:
        name = self.head.field.name
        if name not in self.model.prepared.scalers:
            return answers
        ends = np.stack([np.zeros(answers.shape[1:], np.float32), np.ones(answers.shape[1:], np.float32)])
        undone = torch.from_numpy(self.model.prepared.undo(name, ends)).to(answers.device)
        return undone[0] + answers * (undone[1] - undone[0])

    def baseline(self) -> Tensor:
        """A sample (1, *sizes) that says nothing: the mean of each feature or channel, as the network reads it."""
        return mean_of(self.model, self.source).expand_as(self.sample)


def _first(answers: Tensor | tuple[Tensor, ...]) -> Tensor:
    return answers[0] if isinstance(answers, tuple) else answers


def gradients(question: AttributionQuery) -> Array:
    """Saliency: how fast the score rises with each value of the sample, float32 (*sizes), per standard deviation."""
    with differentiating(question.model):
        return numbers(_gradient(question, question.sample)[0])


def _gradient(question: AttributionQuery, values: Tensor) -> Tensor:
    x = values.detach().clone().requires_grad_()
    scores = question.scores(x)
    gradient = torch.autograd.grad(scores.sum(), x, allow_unused=True)[0] if scores.requires_grad else None
    if gradient is None:
        raise NetloomError(f"The answer does not depend on “{question.source.field.name}”: there is nothing to show.")
    return torch.nan_to_num(gradient)


def integrated(
    question: AttributionQuery, steps: int, done: int, total: Array | None, more: Progress
) -> tuple[Array, int]:
    """Go on adding gradients along the straight way from the baseline to the sample.

    ``total`` float32 (*sizes) is the sum after ``done`` of ``steps`` points. Returns the sum and how many points are
    done; `attributed` makes attributions of it when all are. Each step takes the middle of its piece of the way.
    """
    start = question.baseline()
    way = question.sample - start
    integral = torch.zeros_like(way[0]) if total is None else torch.from_numpy(total).to(way.device)
    size = max(1, min(TOGETHER, question.model.evaluation_size))
    with differentiating(question.model):
        while done < steps:
            stop = min(steps, done + size)
            at = (torch.arange(done, stop, device=way.device, dtype=way.dtype) + 0.5) / steps
            points = start + at.reshape(-1, *(1,) * (way.dim() - 1)) * way
            integral = integral + _gradient(question, points).sum(0)
            done = stop
            if not more():
                break
    return numbers(integral), done


def attributed(question: AttributionQuery, steps: int, total: Array) -> Array:
    """Integrated gradients float32 (*sizes): they add up to the score less that of the baseline."""
    way = numbers((question.sample - question.baseline())[0])
    return (way * total / steps).astype(np.float32)


def gained(question: AttributionQuery) -> tuple[float, float]:
    """Score of the sample, and that of the baseline."""
    with question.model.evaluating():
        both = question.scores(torch.cat([question.sample, question.baseline()])).tolist()
    return float(both[0]), float(both[1])


@dataclass(frozen=True, eq=False)
class Covered:
    """Occlusion so far: ``drops`` float32 (places) sums of how far the score fell while a place was covered, and
    ``counts`` float32 (places) how often it was; ``done`` patches of all.
    """

    drops: Array
    counts: Array
    done: int

    @property
    def map(self) -> Array:
        """The mean drop for each place, NaN where none was covered yet."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.counts > 0, self.drops / self.counts, np.nan).astype(np.float32)


def patches_of(question: AttributionQuery, patch: int, stride: int) -> list[tuple[slice, ...]]:
    """Where the patches lie: along the spatial axes of pictures and sequences, one feature after another of vectors."""
    sizes = places_of(question)
    if question.source.field.shape.kind is Kind.VECTOR:
        return [(slice(at, at + 1),) for at in range(sizes[0])]
    return list(product(*(_row(size, min(patch, size), stride) for size in sizes)))


def _row(size: int, patch: int, stride: int) -> list[slice]:
    starts = list(range(0, size - patch + 1, stride))
    if starts[-1] != size - patch:
        starts.append(size - patch)  # up to the edge
    return [slice(start, start + patch) for start in starts]


def places_of(question: AttributionQuery) -> tuple[int, ...]:
    """Sizes of the places of a sample: height and width, steps in time, or features of a vector."""
    sizes = tuple(question.sample.shape)
    axes = SPATIAL[question.source.field.shape.kind] or tuple(range(1, len(sizes)))
    return tuple(sizes[axis] for axis in axes)


def occlude(
    question: AttributionQuery, patches: Sequence[tuple[slice, ...]], covered: Covered | None, more: Progress
) -> Covered:
    """Go on covering one patch after another with the baseline, and note how far the score falls."""
    sizes = places_of(question)
    zeros = np.zeros(sizes, np.float32)
    covered = covered or Covered(zeros, zeros, 0)
    drops, counts, done = covered.drops.copy(), covered.counts.copy(), covered.done
    size = max(1, min(TOGETHER, question.model.evaluation_size))
    with question.model.evaluating():
        whole = question.scores(question.sample)
        while done < len(patches):
            those = patches[done : done + size]
            fell = whole - question.scores(_with_covered(question, those))
            for where, drop in zip(those, torch.nan_to_num(fell).tolist(), strict=True):
                drops[where] += drop
                counts[where] += 1
            done += len(those)
            if not more():
                break
    return Covered(drops, counts, done)


def _with_covered(question: AttributionQuery, patches: Sequence[tuple[slice, ...]]) -> Tensor:
    """Copies of the sample (n, *sizes), a patch of each as in the baseline."""
    blank = question.baseline()[0]
    copies = question.sample.repeat(len(patches), *(1,) * (question.sample.dim() - 1))
    kind = question.source.field.shape.kind
    for copy, where in zip(copies, patches, strict=True):
        # Pictures have their places last; sequences and vectors first.
        lead = (slice(None),) * (copy.dim() - len(where)) if kind in (Kind.IMAGE, Kind.VIDEO) else ()
        copy[(*lead, *where)] = blank[(*lead, *where)]
    return copies


def grad_cam(question: AttributionQuery, layer: ProbedLayer) -> Array:
    """Where the maps of ``layer`` speak for the target, float32 (*places) on the grid of the sample.

    Each map counts by the mean gradient of the score over its places; what speaks against the target is left out.

    Raises
    ------
    NetloomError
        if the layer has no maps on the same kind of grid as the sample.
    """
    kind = layer.shape.kind
    if kind not in (Kind.IMAGE, Kind.SEQUENCE) or kind is not question.source.field.shape.kind:
        raise NetloomError(f"Grad-CAM needs a layer that makes maps; {layer.id} does not. Choose a convolution.")
    module = with_answers(question.model, layer.id)
    with differentiating(question.model):
        # The values themselves need gradients even where no weights came before them.
        values, answers = module(*question.source.inputs(question.sample.detach().clone().requires_grad_()))
        score = question.score(_first(answers)).sum()
        both = score.requires_grad and values.requires_grad
        gradient = torch.autograd.grad(score, values, allow_unused=True)[0] if both else None
    if gradient is None:
        raise NetloomError(f"The answer does not depend on {layer.id}; choose another layer.")
    axes = SPATIAL[kind]
    feature = 1 if kind is Kind.IMAGE else 2
    cam = (gradient.mean(axes, keepdim=True) * values).sum(feature).clamp_min(0).detach()[:, None]
    mode = "bilinear" if kind is Kind.IMAGE else "linear"
    return numbers(F.interpolate(cam.float(), places_of(question), mode=mode, align_corners=False)[0, 0])


def by_place(values: Array, kind: Kind, *, strongest: bool = False) -> Array:
    """Attributions (*sizes) as one number per place: the sum over channels or features, or the strongest of them."""
    if kind is Kind.VECTOR:
        return values
    axes = {Kind.IMAGE: (0,), Kind.SEQUENCE: (1,), Kind.VIDEO: (0, 1)}[kind]
    places: Array = np.abs(values).max(axes) if strongest else values.sum(axes)
    return places.astype(np.float32)
