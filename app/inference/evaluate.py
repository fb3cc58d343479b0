"""Evaluating a saved run on a part of its data: metrics, confusion matrix, worst predictions, single losses."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
import torch.nn.functional as F

from app.data.dataset import Array
from app.data.padding import only_own
from app.data.prepare import Part
from app.inference.box_scores import detection_scores, wrong_boxes
from app.inference.scores import class_scores, label_scores
from app.numerics.box_grid import said_boxes, true_boxes
from app.numerics.overlap import class_iou
from app.protocol.evaluation_values import Evaluation, Predictions, SampleWords, Texts, WorstPredictions
from app.training.batches import Feed
from app.training.heads import Head
from app.training.mask_metrics import pixel_confusion
from app.training.sample_losses import loss_name, of_each_class, sample_loss
from app.training.sequence import token_metrics
from app.training.sequence.label_metrics import LabelTally, label_rates, label_sums
from app.training.sequence.transcripts import BLANK, edit_distances
from app.training.thresholds import has_threshold
from app.training.trainable import Model
from app.training.training_session import load_model
from graph.errors import NetloomError
from graph.steps import Steps, finished
from graph.steps import part as share

WORST = 24
"""Worst predictions that are listed."""
SHOWN = 20_000
"""Predictions that are listed, at most."""


def evaluate(path: Path, part: str = "test") -> Evaluation:
    """Test the weights of the run ``path`` on a part of its data: ``test``, ``validation`` or ``train``.

    Raises
    ------
    NetloomError
        if the run is incomplete or altered, or the part has no samples.
    """
    _, model = load_model(path)
    return evaluate_model(model, part)


def evaluate_model(model: Model, part: str = "test") -> Evaluation:
    """The same of a run whose model is loaded already.

    Raises
    ------
    NetloomError
        if the part has no samples.
    """
    return finished(evaluation_steps(model, part))


def samples_of(model: Model, part: str) -> int:
    """Return how many samples a part has.

    Raises
    ------
    NetloomError
        if there is no such part, or it has no samples.
    """
    if part not in model.prepared.parts:
        raise NetloomError(f"There is no part “{part}”; choose train, validation or test.")
    samples = model.prepared.parts[part].samples
    if samples == 0:
        raise NetloomError(f"The {part} part of this run's data has no samples; give it a share of the data.")
    return samples


def evaluation_steps(model: Model, part: str) -> Steps[Evaluation]:
    """As `evaluate_model`, batch by batch; between two of them the module is as it was."""
    samples_of(model, part)
    feed = model.feed(model.prepared.parts[part])
    head = model.objective.heads[0]
    if head.listed:
        return (yield from _of_tokens(model, head, part, feed))
    if head.is_ctc:
        return (yield from _of_labels(model, head, part, feed))
    if head.labels:
        return (yield from _of_label_sets(model, head, part, feed))
    if head.boxes:
        return (yield from _of_boxes(model, head, part, feed))
    if head.pixels:
        return (yield from _of_pixels(model, head, part, feed))
    return (yield from (_of_classes if head.classes else _of_numbers)(model, head, part, feed))


OUTPUTS = 0.5
"""Share of an evaluation that the outputs of all samples take; loss and metrics take the rest."""


def _outputs_and_targets(model: Model, head: Head, part: str, feed: Feed) -> Steps[tuple[Part, torch.Tensor, Array]]:
    """A part with the first output for each of its samples (n, ...), and the targets (n, ...)."""
    data = model.prepared.parts[part]
    outputs = yield from share(model.predict_steps(feed), 0.0, OUTPUTS)
    return data, torch.from_numpy(outputs[0]), np.asarray(data.arrays[head.field.name])


def _metrics(model: Model, feed: Feed) -> Steps[dict[str, float]]:
    """Loss and metrics of a part."""
    return share(model.measure_steps(feed), OUTPUTS, 1.0)


class _Losses:
    """The losses of single samples, batch by batch, where a run is trained by those of ``head`` alone."""

    def __init__(self, model: Model, head: Head) -> None:
        alone = model.plan.objective == "supervised" and len(model.objective.heads) == 1
        self._of_samples = sample_loss(head, model.plan) if alone else None
        self._name = loss_name(head, model.plan)
        self._found: list[Array] = []

    def add(self, outputs: torch.Tensor, true: Array) -> Self:
        """Take outputs and targets (n, ...) of the next samples."""
        if self._of_samples is not None:
            self._found.append(self._of_samples(outputs.float(), torch.from_numpy(true)).numpy().astype(np.float32))
        return self

    def fields(self) -> dict[str, Any]:
        """What an `Evaluation` says of them."""
        return {"losses": np.concatenate(self._found), "loss": self._name} if self._found else {}


def _read_words(model: Model, inputs: Array) -> Texts:
    """Samples as lists of words where the network reads tokens; nothing where it reads numbers."""
    source = model.prepared.dataset.field_named(model.objective.inputs[0])
    return _texts(inputs, source.vocabulary) if source.listed else ()


def _texts(rows: Array, vocabulary: tuple[str, ...]) -> Texts:
    return tuple(tuple(words) for words in token_metrics.words_of(rows, vocabulary))


def _of_tokens(model: Model, head: Head, part: str, feed: Feed) -> Steps[Evaluation]:
    """The evaluation of outputs that are tokens; ``classes`` are the tokens that occur."""
    vocabulary = head.field.vocabulary
    data, outputs, true = yield from _outputs_and_targets(model, head, part, feed)
    predicted = token_metrics.step_tokens(head, outputs).numpy()
    loss = token_metrics.token_losses(head, outputs, torch.from_numpy(true))
    counts = true != token_metrics.ignored_token(vocabulary)
    wrong = ((predicted != true) & counts).sum(1)
    # Mistakes come first, those in most places before the others.
    rows = np.lexsort((-loss, -wrong))[:WORST]
    confusion, kept = token_metrics.confusion(true[counts], predicted[counts], len(vocabulary))
    return Evaluation(
        part=part,
        task="sequence",
        target=head.field.name,
        metrics=(yield from _metrics(model, feed)),
        predictions=_first(data, true, predicted),
        worst=_worst(model, data, rows, true[rows], predicted[rows], loss[rows], vocabulary),
        confusion=confusion,
        classes=tuple(vocabulary[at] for at in kept),
    )


def _class_losses(
    model: Model, head: Head, outputs: torch.Tensor, true: torch.Tensor, probabilities: torch.Tensor
) -> Array:
    """How far off each sample is (n,): by the loss that was trained; of a GAN by cross-entropy."""
    if model.objective.hidden_outputs:
        return F.nll_loss(probabilities.clamp_min(1e-30).log(), true, reduction="none").numpy()
    return of_each_class(head, model.plan)(outputs.float(), true).numpy()


def _of_classes(model: Model, head: Head, part: str, feed: Feed) -> Steps[Evaluation]:
    data, outputs, true = yield from _outputs_and_targets(model, head, part, feed)
    probabilities = head.normalised_probabilities(outputs)
    predicted = head.predicted_classes(outputs).numpy()
    loss = _class_losses(model, head, outputs, torch.from_numpy(true), probabilities)
    # Mistakes come before correct predictions, however unsure those were.
    rows = np.lexsort((-loss, predicted == true))[:WORST]
    confusion = np.zeros((head.classes, head.classes), np.int64)
    np.add.at(confusion, (true, predicted), 1)
    scores = head.gives_scores
    said = head.class_scores(outputs) if scores else probabilities
    worst = replace(
        _worst(model, data, rows, true[rows], predicted[rows], loss[rows]),
        probability=said[rows, predicted[rows]].numpy(),
        probabilities=said[rows].numpy(),
        by_scores=scores,
    )
    hidden = model.objective.hidden_outputs
    threshold = head.threshold if has_threshold(head) else None
    ranked = (true, predicted, probabilities.numpy(), head.field.classes, threshold)
    return Evaluation(
        part=part,
        task="classification",
        target=head.field.name,
        metrics=(yield from _metrics(model, feed)),
        predictions=_first(data, true, predicted),
        worst=worst,
        confusion=_gan_confusion(model, data, feed) if hidden else confusion,
        classes=head.field.classes,
        names=head.field.names,
        units=head.field.units,
        scores=None if hidden else class_scores(*ranked, by_scores=scores),
        **_Losses(model, head).add(outputs, true).fields(),
    )


def _of_label_sets(model: Model, head: Head, part: str, feed: Feed) -> Steps[Evaluation]:
    """The evaluation of several labels for each sample; the worst are those with most labels wrong."""
    data, outputs, true = yield from _outputs_and_targets(model, head, part, feed)
    probabilities = head.label_probabilities(outputs)
    predicted = head.positive(outputs).numpy()
    loss = F.binary_cross_entropy(probabilities, torch.from_numpy(true), reduction="none").mean(1).numpy()
    rows = np.lexsort((-loss, -(predicted != (true > 0.5)).sum(1)))[:WORST]
    truth, given = true.astype(np.int64), predicted.astype(np.int64)
    return Evaluation(
        part=part,
        task="labels",
        target=head.field.name,
        metrics=(yield from _metrics(model, feed)),
        predictions=_first(data, truth, given),
        worst=replace(
            _worst(model, data, rows, truth[rows], given[rows], loss[rows]), probabilities=probabilities[rows].numpy()
        ),
        classes=head.field.names,
        names=head.field.names,
        scores=label_scores(true, predicted, probabilities.numpy(), head.field.names, head.threshold),
        **_Losses(model, head).add(outputs, true).fields(),
    )


def _gan_confusion(model: Model, data: Part, feed: Feed) -> Array:
    """The discriminator's confusion over real and generated samples, int64 (2, 2): rows are the truth."""
    confusion = np.zeros((2, 2), np.int64)
    for head, outputs in zip(model.objective.heads, model.predict(feed), strict=True):
        predicted = head.predicted_classes(torch.from_numpy(outputs)).numpy()
        np.add.at(confusion, (np.asarray(data.arrays[head.field.name]), predicted), 1)
    return confusion


def _of_labels(model: Model, head: Head, part: str, feed: Feed) -> Steps[Evaluation]:
    """The evaluation of rows of labels as they are read with all beams, and the metrics that follow from that."""
    data, outputs, true = yield from _outputs_and_targets(model, head, part, feed)
    predicted = head.transcripts(outputs)
    edits = edit_distances(predicted, true)
    # Of those with as many edits, the short ones are worse.
    rows = np.lexsort(((true != BLANK).sum(1), -edits))[:WORST]
    output = "" if len(model.objective.heads) == 1 else f"{head.output}."
    rates = zip(LabelTally.names, label_rates(label_sums(predicted, true)), strict=True)
    return Evaluation(
        part=part,
        task="transcription",
        target=head.field.name,
        metrics={**(yield from _metrics(model, feed)), **{f"{output}{name}": value for name, value in rates}},
        predictions=_first(data, true, predicted),
        worst=_worst(model, data, rows, true[rows], predicted[rows], edits[rows], head.field.vocabulary),
    )


def _of_numbers(model: Model, head: Head, part: str, feed: Feed) -> Steps[Evaluation]:
    """Outputs are looked at as they come, and only the first and the worst kept: pictures take much memory."""
    name, data = head.field.name, model.prepared.parts[part]
    wanted = data.arrays[name]
    if head.padded:
        wanted = only_own(np.asarray(wanted), np.asarray(data.arrays[head.field.lengths]))
    shown = _shown(wanted[:1])
    first: list[Array] = []
    losses = _Losses(model, head)
    worst, loss = np.empty(0, np.int64), np.empty(0, np.float32)
    predicted = np.empty((0, *wanted.shape[1:]), np.float32)
    start = 0
    for outputs in model.predict_batches(feed):
        batch = head.values(outputs[0]).numpy()
        first.append(batch[: max(0, shown - start)].copy())
        losses.add(outputs[0], np.array(wanted[start : start + len(batch)]))
        # Compared in standardised units, so that a feature with large numbers does not decide alone.
        error = (batch.astype(np.float64) - wanted[start : start + len(batch)]).reshape(len(batch), -1)
        mean = np.nanmean if head.padded else np.mean
        here = np.minimum(mean(np.square(error), axis=1), np.finfo(np.float32).max).astype(np.float32)
        worst = np.concatenate([worst, start + np.arange(len(batch))])
        loss, predicted = np.concatenate([loss, here]), np.concatenate([predicted, batch])
        kept = np.argsort(-loss, kind="stable")[:WORST]
        worst, loss, predicted = worst[kept], loss[kept], predicted[kept]
        start += len(batch)
        yield OUTPUTS * start / feed.samples
    undone = partial(model.prepared.undo, name)
    return Evaluation(
        part=part,
        task="regression",
        target=name,
        metrics=(yield from _metrics(model, feed)),
        predictions=_first(data, undone(wanted[:shown]), undone(np.concatenate(first))),
        worst=_worst(model, data, worst, undone(wanted[worst]), undone(predicted), loss),
        names=head.field.names,
        units=head.field.units,
        **losses.fields(),
    )


def _of_pixels(model: Model, head: Head, part: str, feed: Feed) -> Steps[Evaluation]:
    """The evaluation of a class for every pixel, batch by batch; the worst are those with most pixels wrong."""
    name, data, classes = head.field.name, model.prepared.parts[part], head.field.pixel_classes
    shown = _shown(data.arrays[name][:1])
    losses = _Losses(model, head)
    confusion = torch.zeros(len(classes), len(classes), dtype=torch.float64)
    kinds: list[tuple[Array, Array]] = []
    wrong: list[Array] = []
    start = 0
    for outputs in model.predict_batches(feed):
        marks = np.array(data.arrays[name][start : start + len(outputs[0])])
        said, true = outputs[0].argmax(1), torch.from_numpy(marks).argmax(1)
        losses.add(outputs[0], marks)
        confusion += pixel_confusion(said, true, len(classes))
        kinds.append((true.numpy().astype(np.uint8), said.numpy().astype(np.uint8)))
        wrong.append((said != true).flatten(1).float().mean(1).numpy())
        start += len(marks)
        yield OUTPUTS * start / feed.samples
    true_kinds, said_kinds = (np.concatenate(each) for each in zip(*kinds, strict=True))
    share_wrong = np.concatenate(wrong)
    rows = np.argsort(-share_wrong, kind="stable")[:WORST]
    found = class_iou(confusion.numpy()).tolist()
    return Evaluation(
        part=part,
        task="segmentation",
        target=name,
        metrics=(yield from _metrics(model, feed)),
        predictions=_first(data, true_kinds[:shown], said_kinds[:shown]),
        worst=_worst(model, data, rows, true_kinds[rows], said_kinds[rows], share_wrong[rows]),
        confusion=confusion.numpy().astype(np.int64),
        classes=classes,
        names=classes,
        iou=tuple(None if math.isnan(each) else each for each in found),
        **losses.fields(),
    )


def _of_boxes(model: Model, head: Head, part: str, feed: Feed) -> Steps[Evaluation]:
    """The evaluation of grids of boxes, batch by batch; the worst have most boxes missed or too many."""
    name, data = head.field.name, model.prepared.parts[part]
    losses = _Losses(model, head)
    said: list[Array] = []
    start = 0
    for outputs in model.predict_batches(feed):
        batch = slice(start, start + len(outputs[0]))
        losses.add(outputs[0], np.array(data.arrays[name][batch]))
        said.append(head.values(outputs[0]).numpy())
        start += len(outputs[0])
        yield OUTPUTS * start / feed.samples
    grids, truth = np.concatenate(said), np.asarray(data.arrays[name])
    found, true = said_boxes(grids), true_boxes(truth)
    loss = losses.fields()
    wrong = wrong_boxes(found, true)
    rows = np.lexsort((-loss["losses"] if loss else -wrong, -wrong))[:WORST]
    return Evaluation(
        part=part,
        task="detection",
        target=name,
        metrics=(yield from _metrics(model, feed)),
        predictions=_first(data, truth, grids),
        worst=_worst(model, data, rows, truth[rows], grids[rows], wrong[rows]),
        classes=head.field.box_classes,
        names=head.field.names,
        detection=detection_scores(found, true, head.field.box_classes),
        **loss,
    )


def _shown(sample: Array) -> int:
    """How many samples like this one (1, *sizes) are listed."""
    return max(1, min(SHOWN, 2**22 // max(1, sample.size)))


def _first(data: Part, true: Array, predicted: Array) -> Predictions:
    """Truth and prediction of the first samples, as many as are listed."""
    shown = _shown(true[:1])
    return Predictions(index=data.indices[:shown], true=true[:shown], predicted=predicted[:shown])


def _worst(
    model: Model, data: Part, rows: Array, true: Array, predicted: Array, loss: Array, vocabulary: tuple[str, ...] = ()
) -> WorstPredictions:
    """The worst samples of a part, its ``rows``; of tokens and labels what they mean, by their ``vocabulary``."""
    source = model.objective.inputs[0]
    inputs = model.prepared.own_values(source, data.indices[rows])
    words = SampleWords(input=_read_words(model, inputs))
    if vocabulary:
        words = replace(words, true=_texts(true, vocabulary), predicted=_texts(predicted, vocabulary))
    return WorstPredictions(
        index=data.indices[rows],
        true=true,
        predicted=predicted,
        loss=loss.astype(np.float32),
        input=inputs,
        words=words,
        input_field=model.prepared.dataset.field_named(source).facts,
    )
