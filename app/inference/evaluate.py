"""Evaluating a saved run and predicting on new samples: metrics, confusion matrix, worst predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from app.data.dataset import Array
from app.data.lazy_array import LazyArray, Values
from app.data.padding import blank_padding, only_own
from app.data.prepare import Part
from app.inference.sample_checks import check_finite, check_tokens
from app.inference.scores import class_scores, label_scores
from app.numerics.box_grid import SIDES, decode, is_grid
from app.protocol.evaluation_values import Evaluation, Predictions, SampleWords, Texts, WorstPredictions
from app.training.batches import Feed
from app.training.heads import Head
from app.training.sequence import token_metrics
from app.training.sequence.label_metrics import LabelTally, label_rates, label_sums
from app.training.sequence.transcripts import BLANK, edit_distances
from app.training.thresholds import has_threshold
from app.training.trainable import Model
from app.training.training_session import load_model
from graph.checking.data_fit import sizes_fit
from graph.errors import NetloomError
from graph.shapes import format_sizes

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
    if part not in model.prepared.parts:
        raise NetloomError(f"There is no part “{part}”; choose train, validation or test.")
    data = model.prepared.parts[part]
    if data.samples == 0:
        raise NetloomError(f"The {part} part of this run's data has no samples; give it a share of the data.")
    feed = model.feed(data)
    head = model.objective.heads[0]
    if head.listed:
        return _of_tokens(model, head, part, feed)
    if head.is_ctc:
        return _of_labels(model, head, part, feed)
    if head.labels:
        return _of_label_sets(model, head, part, feed)
    return _of_classes(model, head, part, feed) if head.classes else _of_numbers(model, head, part, feed)


def _outputs_and_targets(model: Model, head: Head, part: str, feed: Feed) -> tuple[Part, torch.Tensor, Array]:
    """A part with the first output for each of its samples (n, ...), and the targets (n, ...)."""
    data = model.prepared.parts[part]
    return data, torch.from_numpy(model.predict(feed)[0]), np.asarray(data.arrays[head.field.name])


def _read_words(model: Model, inputs: Array) -> Texts:
    """Samples as lists of words where the network reads tokens; nothing where it reads numbers."""
    source = model.prepared.dataset.field_named(model.objective.inputs[0])
    return _texts(inputs, source.vocabulary) if source.listed else ()


def _texts(rows: Array, vocabulary: tuple[str, ...]) -> Texts:
    return tuple(tuple(words) for words in token_metrics.words_of(rows, vocabulary))


def _of_tokens(model: Model, head: Head, part: str, feed: Feed) -> Evaluation:
    """The evaluation of outputs that are tokens; ``classes`` are the tokens that occur."""
    vocabulary = head.field.vocabulary
    data, outputs, true = _outputs_and_targets(model, head, part, feed)
    predicted = token_metrics.predicted_tokens(outputs, vocabulary).numpy()
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
        metrics=model.measure(feed),
        predictions=_first(data, true, predicted),
        worst=_worst(model, data, rows, true[rows], predicted[rows], loss[rows], vocabulary),
        confusion=confusion,
        classes=tuple(vocabulary[at] for at in kept),
    )


def _of_classes(model: Model, head: Head, part: str, feed: Feed) -> Evaluation:
    data, outputs, true = _outputs_and_targets(model, head, part, feed)
    probabilities = head.normalised_probabilities(outputs)
    predicted = head.predicted_classes(outputs).numpy()
    loss = F.nll_loss(probabilities.clamp_min(1e-30).log(), torch.from_numpy(true), reduction="none").numpy()
    # Mistakes come before correct predictions, however unsure those were.
    rows = np.lexsort((-loss, predicted == true))[:WORST]
    confusion = np.zeros((head.classes, head.classes), np.int64)
    np.add.at(confusion, (true, predicted), 1)
    worst = replace(
        _worst(model, data, rows, true[rows], predicted[rows], loss[rows]),
        probability=probabilities[rows, predicted[rows]].numpy(),
        probabilities=probabilities[rows].numpy(),
    )
    hidden = model.objective.hidden_outputs
    threshold = head.threshold if has_threshold(head) else None
    return Evaluation(
        part=part,
        task="classification",
        target=head.field.name,
        metrics=model.measure(feed),
        predictions=_first(data, true, predicted),
        worst=worst,
        confusion=_gan_confusion(model, data, feed) if hidden else confusion,
        classes=head.field.classes,
        names=head.field.names,
        units=head.field.units,
        scores=None if hidden else class_scores(true, predicted, probabilities.numpy(), head.field.classes, threshold),
    )


def _of_label_sets(model: Model, head: Head, part: str, feed: Feed) -> Evaluation:
    """The evaluation of several labels for each sample; the worst are those with most labels wrong."""
    data, outputs, true = _outputs_and_targets(model, head, part, feed)
    probabilities = head.label_probabilities(outputs)
    predicted = head.positive(outputs).numpy()
    loss = F.binary_cross_entropy(probabilities, torch.from_numpy(true), reduction="none").mean(1).numpy()
    rows = np.lexsort((-loss, -(predicted != (true > 0.5)).sum(1)))[:WORST]
    truth, given = true.astype(np.int64), predicted.astype(np.int64)
    return Evaluation(
        part=part,
        task="labels",
        target=head.field.name,
        metrics=model.measure(feed),
        predictions=_first(data, truth, given),
        worst=replace(
            _worst(model, data, rows, truth[rows], given[rows], loss[rows]), probabilities=probabilities[rows].numpy()
        ),
        classes=head.field.names,
        names=head.field.names,
        scores=label_scores(true, predicted, probabilities.numpy(), head.field.names, head.threshold),
    )


def _gan_confusion(model: Model, data: Part, feed: Feed) -> Array:
    """The discriminator's confusion over real and generated samples, int64 (2, 2): rows are the truth."""
    confusion = np.zeros((2, 2), np.int64)
    for head, outputs in zip(model.objective.heads, model.predict(feed), strict=True):
        predicted = head.predicted_classes(torch.from_numpy(outputs)).numpy()
        np.add.at(confusion, (np.asarray(data.arrays[head.field.name]), predicted), 1)
    return confusion


def _of_labels(model: Model, head: Head, part: str, feed: Feed) -> Evaluation:
    """The evaluation of rows of labels as they are read with all beams, and the metrics that follow from that."""
    data, outputs, true = _outputs_and_targets(model, head, part, feed)
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
        metrics={**model.measure(feed), **{f"{output}{name}": value for name, value in rates}},
        predictions=_first(data, true, predicted),
        worst=_worst(model, data, rows, true[rows], predicted[rows], edits[rows], head.field.vocabulary),
    )


def _of_numbers(model: Model, head: Head, part: str, feed: Feed) -> Evaluation:
    """Outputs are looked at as they come, and only the first and the worst kept: pictures take much memory."""
    name, data = head.field.name, model.prepared.parts[part]
    wanted = data.arrays[name]
    if head.padded:
        wanted = only_own(np.asarray(wanted), np.asarray(data.arrays[head.field.lengths]))
    shown = _shown(wanted[:1])
    first: list[Array] = []
    worst, loss = np.empty(0, np.int64), np.empty(0, np.float32)
    predicted = np.empty((0, *wanted.shape[1:]), np.float32)
    start = 0
    for outputs in model.predict_batches(feed):
        batch = head.values(outputs[0]).numpy()
        first.append(batch[: max(0, shown - start)].copy())
        # Compared in standardised units, so that a feature with large numbers does not decide alone.
        error = (batch.astype(np.float64) - wanted[start : start + len(batch)]).reshape(len(batch), -1)
        mean = np.nanmean if head.padded else np.mean
        here = np.minimum(mean(np.square(error), axis=1), np.finfo(np.float32).max).astype(np.float32)
        worst = np.concatenate([worst, start + np.arange(len(batch))])
        loss, predicted = np.concatenate([loss, here]), np.concatenate([predicted, batch])
        kept = np.argsort(-loss, kind="stable")[:WORST]
        worst, loss, predicted = worst[kept], loss[kept], predicted[kept]
        start += len(batch)
    undone = partial(model.prepared.undo, name)
    return Evaluation(
        part=part,
        task="regression",
        target=name,
        metrics=model.measure(feed),
        predictions=_first(data, undone(wanted[:shown]), undone(np.concatenate(first))),
        worst=_worst(model, data, worst, undone(wanted[worst]), undone(predicted), loss),
        names=head.field.names,
        units=head.field.units,
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


def predict(path: Path, inputs: Mapping[str, Values], threshold: float | None = None) -> list[dict[str, Any]]:
    """The predictions of the run ``path`` for new samples: one JSON object for each.

    Parameters
    ----------
    path
        the run.
    inputs
        for each input field by name, values (n, *sizes) in the data's own units.
    threshold
        the probability above which a label, or the second of two classes, is predicted; None takes the run's own.

    Returns
    -------
    list
        per sample, by output layer: ``{"class", "index", "probabilities"}``, of several labels ``{"labels",
        "probabilities", "threshold"}``, of texts ``{"text", "words", "probability"}``, of grids of boxes ``{"boxes"}``
        with class, x, y, width, height and score of each, in shares of the picture, else ``{"values"}`` in own units
        with their ``names`` and ``units`` where they have some; with a single output, that object itself.
    """
    _, model = load_model(path)
    return predict_samples(model, inputs, threshold)


def predict_samples(model: Model, inputs: Mapping[str, Values], threshold: float | None = None) -> list[dict[str, Any]]:
    """As `predict`, of a run that is open."""
    model.objective.set_threshold(threshold)
    predicted = predict_part(model, new_part(model, inputs))
    if len(predicted) == 1:
        return next(iter(predicted.values()))
    return [dict(zip(predicted, row, strict=True)) for row in zip(*predicted.values(), strict=True)]


def predict_part(model: Model, part: Part) -> dict[str, list[dict[str, Any]]]:
    """The predictions for new samples by output layer, one JSON object for each sample as in `predict`."""
    feed = Feed(part, model.objective.inputs, [], model.device, model.channels_last)
    every = model.predict(feed)
    check_finite(every)
    heads = zip(model.objective.heads, every, strict=True)
    predicted = {head.output: _predictions(model, head, torch.from_numpy(outputs)) for head, outputs in heads}
    hidden = model.objective.hidden_outputs
    shown = [name for name in predicted if name not in hidden]
    return {name: predicted[name] for name in (shown if len(shown) == 1 else predicted)}


def new_part(model: Model, inputs: Mapping[str, Values]) -> Part:
    """New samples by input field (n, *sizes) in the data's own units, as a part, standardised as the training set was.

    Raises
    ------
    NetloomError
        if a field is missing, or its values do not have the sizes that the network reads.
    """
    inputs = model.objective.complete_inputs(inputs)
    arrays: dict[str, Values] = {}
    reads = zip(model.compiled.inputs, model.objective.inputs, strict=True)
    read_as = {name: model.compiled.layer_info[id_].outputs["out"] for id_, name in reads}
    for name, shape in read_as.items():
        if name not in inputs:
            raise NetloomError(f"The network also reads “{name}”; give values for it.")
        values = inputs[name]
        if not sizes_fit(values.shape[1:], shape.sizes):
            raise NetloomError(
                f"“{name}” must be {shape.described()} for each sample, so an array samples × {shape}; "
                f"{format_sizes(values.shape)} was given."
            )
        arrays[name] = _scaled(model, name, values)
        check_tokens(model, name, arrays[name])
        field = model.prepared.dataset.fields.get(name)
        if field is not None and field.measured and field.lengths in inputs:
            arrays[name] = blank_padding(np.asarray(arrays[name]), np.asarray(inputs[field.lengths]))
    if len({len(values) for values in arrays.values()}) != 1:
        raise NetloomError("The inputs have different numbers of samples; give as many of each.")
    return Part(arrays, np.arange(len(next(iter(arrays.values())))))


def _scaled(model: Model, name: str, values: Values) -> Values:
    """Values of the field ``name``, filled and standardised as the training set was."""
    scaler = model.prepared.scalers.get(name)
    if isinstance(values, LazyArray):
        return values if scaler is None else values.scaled(scaler.mean, scaler.scale)
    tokens = np.issubdtype(model.prepared.train.arrays[name].dtype, np.integer)
    filled = model.prepared.fill(name, np.asarray(values))
    with np.errstate(over="ignore", invalid="ignore"):  # what comes of numbers too large is refused later
        whole = filled.astype(np.int64) if tokens else filled if scaler is None else scaler.apply(filled)
        return np.ascontiguousarray(whole, dtype=np.int64 if tokens else np.float32)


def _predictions(model: Model, head: Head, outputs: torch.Tensor) -> list[dict[str, Any]]:
    if head.listed:
        return token_metrics.predicted_texts(head, outputs)
    if head.is_ctc:
        rows, vocabulary = head.transcripts(outputs), head.field.vocabulary
        transcripts = zip(
            token_metrics.texts_of(rows, vocabulary), token_metrics.words_of(rows, vocabulary), strict=True
        )
        return [{"text": text, "words": words} for text, words in transcripts]
    if head.labels:
        return list(_label_predictions(head, outputs))
    if not head.classes:
        if is_grid(head.field.names):
            return boxes_said(head.values(outputs).numpy(), head.field.names)
        named = {"names": list(head.field.names), "units": list(head.field.units)}
        labels = {name: words for name, words in named.items() if any(words)}
        return [
            {"values": row.tolist(), **labels}
            for row in model.prepared.undo(head.field.name, head.values(outputs).numpy())
        ]
    probabilities, chosen = head.probabilities(outputs), head.predicted_classes(outputs).tolist()
    return [
        {
            "class": head.field.classes[index],
            "index": index,
            "probabilities": dict(zip(head.field.classes, row, strict=True)),
        }
        for index, row in zip(chosen, probabilities.tolist(), strict=True)
    ]


BOX_KEYS = ("class", "x", "y", "width", "height", "score")
"""What is said of a box: its class, its upper left corner and size, and how sure it is."""


def boxes_said(grids: Array, names: Sequence[str]) -> list[dict[str, Any]]:
    """The boxes in grids (n, channels, rows, columns) whose channels have ``names``, in shares of each picture."""
    kinds = names[SIDES:]
    return [
        {"boxes": [dict(zip(BOX_KEYS, (kinds[box.kind], *box[1:]), strict=True)) for box in decode(grid)]}
        for grid in grids
    ]


def _label_predictions(head: Head, outputs: torch.Tensor) -> Iterator[dict[str, Any]]:
    """The labels above the threshold, and the probability of each."""
    names = head.field.names
    for row, predicted in zip(head.label_probabilities(outputs).tolist(), head.positive(outputs).tolist(), strict=True):
        yield {
            "labels": [name for name, given in zip(names, predicted, strict=True) if given],
            "probabilities": dict(zip(names, row, strict=True)),
            "threshold": head.threshold,
        }
