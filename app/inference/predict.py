"""Predictions of a saved run for new samples, as JSON objects: classes, labels, texts, boxes or numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from app.data.dataset import Array
from app.data.lazy_array import LazyArray, Values
from app.data.padding import blank_padding
from app.data.prepare import Part
from app.inference.sample_checks import check_finite, check_tokens
from app.numerics.box_grid import SIDES, decode, is_grid
from app.training.batches import Feed
from app.training.heads import Head
from app.training.sequence import token_metrics
from app.training.trainable import Model
from app.training.training_session import load_model
from graph.checking.data_fit import sizes_fit
from graph.errors import NetloomError
from graph.shapes import format_sizes


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
        per sample, by output layer: ``{"class", "index", "probabilities"}``, of a hinge loss also ``scores``, of which
        the probabilities are but the softmax, of several labels ``{"labels",
        "probabilities", "threshold"}``, of texts ``{"text", "words", "probability"}``, of grids of boxes ``{"boxes"}``
        with class, x, y, width, height and score of each, in shares of the picture, else ``{"values"}`` in own units
        with their ``names`` and ``units`` where they have some; with a single output, that object itself.
    """
    _, model = load_model(path)
    model.objective.set_threshold(threshold)
    return by_sample(predict_part(model, new_part(model, inputs)))


def by_sample(predicted: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What was ``predicted`` by output layer as one JSON object for each sample; with a single output its own."""
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
    if head.pixels:
        names = head.field.pixel_classes
        kinds = outputs.argmax(1)
        return [{"pixels": row.tolist(), "classes": list(names)} for row in kinds]
    if not head.classes:
        if is_grid(head.field.names):
            return boxes_said(head.values(outputs).numpy(), head.field.names)
        named = {"names": list(head.field.names), "units": list(head.field.units)}
        labels = {name: words for name, words in named.items() if any(words)}
        return [
            {"values": row.tolist(), **labels}
            for row in model.prepared.undo(head.field.name, head.values(outputs).numpy())
        ]
    return list(_class_predictions(head, outputs))


def _class_predictions(head: Head, outputs: torch.Tensor) -> Iterator[dict[str, Any]]:
    """The class of each sample with the probabilities of all, or with their scores where those are no logarithms."""
    classes = head.field.classes
    shares, chosen = head.probabilities(outputs).tolist(), head.predicted_classes(outputs).tolist()
    scores = head.class_scores(outputs).tolist() if head.gives_scores else None
    for row, (index, probabilities) in enumerate(zip(chosen, shares, strict=True)):
        found = {
            "class": classes[index],
            "index": index,
            "probabilities": dict(zip(classes, probabilities, strict=True)),
        }
        yield found if scores is None else found | {"scores": dict(zip(classes, scores[row], strict=True))}


BOX_KEYS = ("class", "x", "y", "width", "height", "score")
"""What is said of a box: its class, its upper left corner and size, and how sure it is."""


def boxes_said(grids: Array, names: Sequence[str]) -> list[dict[str, Any]]:
    """The boxes in grids (n, channels, rows, columns) whose channels have ``names``, in shares of each picture."""
    kinds = names[SIDES:]
    return [
        {"boxes": [dict(zip(BOX_KEYS, (kinds[box.kind], *box[1:]), strict=True)) for box in own]}
        for own in decode(grids)
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
