"""Testing and using a saved run: metrics, confusion, worst predictions, and answers to new samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from app.data.dataset import Array
from app.data.lazy_array import LazyArray, Values
from app.data.padding import only_own
from app.data.prepare import Part
from app.protocol.framing import plain
from app.training.batches import Feed
from app.training.heads import Head
from app.training.sequence import token_metrics
from app.training.sequence.label_metrics import LabelTally, label_rates, label_sums
from app.training.sequence.transcripts import BLANK, edit_distances
from app.training.trainable import Model
from app.training.training_session import load_model
from graph.errors import NetloomError

WORST = 24
"""Worst predictions that are listed."""
SHOWN = 20_000
"""Predictions that are listed, at most."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well a run does on one part of its data.

    ``task`` is ``classification``, ``regression``, ``sequence`` or ``transcription``, by the first output. ``arrays``
    holds, in the data's own units:

    ``confusion`` int64 (classes, classes), rows are the truth, columns what was predicted (classification only);
    ``predictions/index`` int64 (n,) positions in the data set, ``predictions/true`` and ``predictions/predicted``:
    int64 (n,) classes, or float32 (n, *sizes) numbers, of the first `SHOWN` samples;
    ``worst/index``, ``worst/true``, ``worst/predicted`` likewise for the worst, the worst first; ``worst/loss``
    float32 (k,); ``worst/input`` float32 (k, *sizes); and for classes ``worst/probability`` float32 (k,), what the
    predicted class was given, and ``worst/probabilities`` float32 (k, classes).

    Of a ``sequence`` truth and answers are tokens int64 (n, T); ``confusion`` counts them step by step, over the tokens
    named by ``classes``; ``words`` has the worst as lists of words, ``true``, ``predicted``, and ``input`` where it is
    read as tokens.

    Of a ``transcription`` truth and answers are rows of labels int64 (n, longest) with zeros behind the last;
    ``worst/loss`` is how many labels to insert, remove or exchange, and ``words`` has the worst as of a ``sequence``.
    """

    run: str
    part: str
    task: str
    target: str
    classes: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    metrics: Mapping[str, float]
    arrays: Mapping[str, Array]
    words: Mapping[str, list[list[str]]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """All but the long arrays, as plain JSON values: what ``main.py evaluate --json`` prints."""
        shown = {name: self.arrays[name].tolist() for name in ("confusion", "worst/index") if name in self.arrays}
        return self.fields() | {name.replace("/", "_"): values for name, values in shown.items()}

    def fields(self) -> dict[str, Any]:
        """All but the arrays, as plain JSON values."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "arrays"}
        plain_values: dict[str, Any] = plain(values)
        return plain_values


def evaluate(path: Path, part: str = "test") -> Evaluation:
    """Test the weights of the run ``path`` on a part of its data: ``test``, ``validation`` or ``train``.

    Raises
    ------
    NetloomError
        if the run is incomplete or altered, or the part has no samples.
    """
    run, model = load_model(path)
    return tested(run.path, model, part)


def tested(run: Path, model: Model, part: str = "test") -> Evaluation:
    """The same of a run whose model is loaded already.

    Raises
    ------
    NetloomError
        if the part has no samples.
    """
    if part not in model.prepared.parts:
        raise NetloomError(f"There is no part “{part}”; choose train, validation or test.")
    held = model.prepared.parts[part]
    if held.samples == 0:
        raise NetloomError(f"The {part} part of this run's data has no samples; give it a share of the data.")
    feed = model.feed(held)
    head = model.objective.heads[0]
    if head.listed:
        arrays, names, words = _of_lists(model, head, held, feed)
        about = ("sequence", head.field.name, names, (), ())
        return Evaluation(str(run), part, *about, model.measure(feed), arrays, words)
    if head.is_ctc:
        arrays, read, words = _of_rows(model, head, held, feed)
        one = "" if len(model.objective.heads) == 1 else f"{head.output}."
        metrics = {**model.measure(feed), **{f"{one}{name}": value for name, value in read.items()}}
        return Evaluation(str(run), part, "transcription", head.field.name, (), (), (), metrics, arrays, words)
    arrays = _of_classes(model, head, held, feed) if head.classes else _of_numbers(model, head, held, feed)
    if model.objective.hidden_outputs:
        arrays["confusion"] = _all_verdicts(model, held, feed)
    task = "classification" if head.classes else "regression"
    target = head.field
    facts = (task, target.name, target.classes, target.names, target.units)
    return Evaluation(str(run), part, *facts, model.measure(feed), arrays, _read_words(model, arrays))


def _read_words(model: Model, arrays: Mapping[str, Array]) -> dict[str, list[list[str]]]:
    """The worst samples as lists of words, ``input``, where they are read as tokens."""
    source = model.prepared.dataset.field_named(model.objective.inputs[0])
    return {"input": token_metrics.words_of(arrays["worst/input"], source.vocabulary)} if source.listed else {}


def _of_lists(
    model: Model, head: Head, held: Part, feed: Feed
) -> tuple[dict[str, Array], tuple[str, ...], dict[str, list[list[str]]]]:
    """Arrays of an `Evaluation` for answers that are lists of tokens, the tokens that occur, and the worst in words."""
    vocabulary = head.field.vocabulary
    answers = torch.from_numpy(model.predict(feed)[0])
    true = np.asarray(held.arrays[head.field.name])
    said = token_metrics.predicted_tokens(answers, vocabulary).numpy()
    loss = token_metrics.token_losses(head, answers, torch.from_numpy(true))
    counts = true != token_metrics.ignored_token(vocabulary)
    wrong = ((said != true) & counts).sum(1)
    # Mistakes come first, those in most places before the others.
    worst = np.lexsort((-loss, -wrong))[:WORST]
    arrays = _listed(model, held, (true, said), (true[worst], said[worst]), worst, loss[worst])
    confusion, kept = token_metrics.confusion(true[counts], said[counts], len(vocabulary))
    words = {"true": true[worst], "predicted": said[worst]}
    told = {name: token_metrics.words_of(rows, vocabulary) for name, rows in words.items()}
    told |= _read_words(model, arrays)
    return arrays | {"confusion": confusion}, tuple(vocabulary[at] for at in kept), told


def _of_classes(model: Model, head: Head, held: Part, feed: Feed) -> dict[str, Array]:
    answers = torch.from_numpy(model.predict(feed)[0])
    true = np.asarray(held.arrays[head.field.name])
    chances = head.probabilities(answers)
    chances = chances / chances.sum(1, keepdim=True).clamp_min(1e-12)
    predicted = head.predicted_classes(answers).numpy()
    loss = F.nll_loss(chances.clamp_min(1e-30).log(), torch.from_numpy(true), reduction="none").numpy()
    # Mistakes come before correct answers, however unsure those were.
    worst = np.lexsort((-loss, predicted == true))[:WORST]
    confusion = np.zeros((head.classes, head.classes), np.int64)
    np.add.at(confusion, (true, predicted), 1)
    return _listed(model, held, (true, predicted), (true[worst], predicted[worst]), worst, loss[worst]) | {
        "confusion": confusion,
        "worst/probability": chances[worst, predicted[worst]].numpy(),
        "worst/probabilities": chances[worst].numpy(),
    }


def _all_verdicts(model: Model, held: Part, feed: Feed) -> Array:
    """Verdicts of a discriminator on real and on made samples, int64 (2, 2): rows are the truth."""
    confusion = np.zeros((2, 2), np.int64)
    for head, answers in zip(model.objective.heads, model.predict(feed), strict=True):
        said = head.predicted_classes(torch.from_numpy(answers)).numpy()
        np.add.at(confusion, (np.asarray(held.arrays[head.field.name]), said), 1)
    return confusion


def _of_rows(
    model: Model, head: Head, held: Part, feed: Feed
) -> tuple[dict[str, Array], dict[str, float], dict[str, list[list[str]]]]:
    """Rows of labels as they are read with all beams, the metrics that follow from that, and the worst in words."""
    said = head.transcripts(torch.from_numpy(model.predict(feed)[0]))
    true = np.asarray(held.arrays[head.field.name])
    edits = edit_distances(said, true)
    # Of those with as many edits, the short ones are worse.
    worst = np.lexsort(((true != BLANK).sum(1), -edits))[:WORST]
    read = dict(zip(LabelTally.names, label_rates(label_sums(said, true)), strict=True))
    listed = _listed(model, held, (true, said), (true[worst], said[worst]), worst, edits[worst].astype(np.float32))
    told = {"true": listed["worst/true"], "predicted": listed["worst/predicted"]}
    return listed, read, {name: token_metrics.words_of(rows, head.field.vocabulary) for name, rows in told.items()}


def _of_numbers(model: Model, head: Head, held: Part, feed: Feed) -> dict[str, Array]:
    """Answers are looked at as they come, and only the first and the worst kept: pictures take much memory."""
    name = head.field.name
    wanted = held.arrays[name]
    if head.padded:
        wanted = only_own(np.asarray(wanted), np.asarray(held.arrays[head.field.lengths]))
    shown = _shown(wanted[:1])
    first: list[Array] = []
    worst, loss = np.empty(0, np.int64), np.empty(0, np.float32)
    predicted = np.empty((0, *wanted.shape[1:]), np.float32)
    start = 0
    for answers in model.predict_batches(feed):
        said = answers[0].numpy()
        first.append(said[: max(0, shown - start)].copy())
        # Compared in standardised units, so that a feature with large numbers does not decide alone.
        error = (said.astype(np.float64) - wanted[start : start + len(said)]).reshape(len(said), -1)
        mean = np.nanmean if head.padded else np.mean
        here = np.minimum(mean(np.square(error), axis=1), np.finfo(np.float32).max).astype(np.float32)
        worst = np.concatenate([worst, start + np.arange(len(said))])
        loss, predicted = np.concatenate([loss, here]), np.concatenate([predicted, said])
        kept = np.argsort(-loss, kind="stable")[:WORST]
        worst, loss, predicted = worst[kept], loss[kept], predicted[kept]
        start += len(said)
    undone = partial(model.prepared.undo, name)
    listed = undone(wanted[:shown]), undone(np.concatenate(first))
    return _listed(model, held, listed, (undone(wanted[worst]), undone(predicted)), worst, loss)


def _shown(sample: Array) -> int:
    """How many samples like this one (1, *sizes) are listed."""
    return max(1, min(SHOWN, 2**22 // max(1, sample.size)))


def _listed(
    model: Model, held: Part, first: tuple[Array, Array], last: tuple[Array, Array], worst: Array, loss: Array
) -> dict[str, Array]:
    """What is told of single samples: truth and answer of the ``first`` and, as ``last``, of the ``worst``."""
    shown = _shown(first[0][:1])
    source = model.objective.inputs[0]
    return {
        "predictions/index": held.indices[:shown],
        "predictions/true": first[0][:shown],
        "predictions/predicted": first[1][:shown],
        "worst/index": held.indices[worst],
        "worst/true": last[0],
        "worst/predicted": last[1],
        "worst/loss": loss.astype(np.float32),
        "worst/input": model.prepared.undo(source, held.arrays[source][worst]),
    }


def predict(path: Path, inputs: Mapping[str, Values]) -> list[dict[str, Any]]:
    """What the run ``path`` says about new samples: one JSON object for each.

    Parameters
    ----------
    path
        the run.
    inputs
        for each input field by name, values (n, *sizes) in the data's own units.

    Returns
    -------
    list
        per sample, by output layer: ``{"class", "index", "probabilities"}``, ``{"text", "words", "probability"}`` or
        ``{"values"}`` in own units with their ``names`` and ``units`` where they have some; with a single output,
        that object itself.

    Raises
    ------
    NetloomError
        if the run is incomplete, or the inputs do not fit it.
    """
    _, model = load_model(path)
    part = _new_part(model, model.objective.complete_inputs(inputs))
    feed = Feed(part, model.objective.inputs, [], model.device, model.channels_last)
    said = [
        _say(model, head, torch.from_numpy(answers))
        for head, answers in zip(model.objective.heads, model.predict(feed), strict=True)
    ]
    asked = [
        number for number, head in enumerate(model.objective.heads) if head.output not in model.objective.hidden_outputs
    ]
    if len(asked) == 1:
        return said[asked[0]]
    names = [head.output for head in model.objective.heads]
    return [dict(zip(names, row, strict=True)) for row in zip(*said, strict=True)]


def _new_part(model: Model, inputs: Mapping[str, Values]) -> Part:
    """The new samples as a part, standardised as the training part was."""
    arrays: dict[str, Values] = {}
    reads = zip(model.compiled.inputs, model.objective.inputs, strict=True)
    read_as = {name: model.compiled.layer_info[id_].outputs["out"] for id_, name in reads}
    for name, shape in read_as.items():
        if name not in inputs:
            raise NetloomError(f"The network also reads “{name}”; give values for it.")
        values = inputs[name]
        fits = values.ndim == len(shape.sizes) + 1 and all(
            want in (None, have) for want, have in zip(shape.sizes, values.shape[1:], strict=True)
        )
        if not fits:
            raise NetloomError(
                f"“{name}” must be {shape.described()} for each sample, so an array samples x {shape}; "
                f"{' x '.join(map(str, values.shape))} was given."
            )
        arrays[name] = _scaled(model, name, values)
    if len({len(values) for values in arrays.values()}) != 1:
        raise NetloomError("The inputs have different numbers of samples; give as many of each.")
    return Part(arrays, np.arange(len(next(iter(arrays.values())))))


def _scaled(model: Model, name: str, values: Values) -> Values:
    """Values of the field ``name``, filled and standardised as the training part was."""
    scaler = model.prepared.scalers.get(name)
    if isinstance(values, LazyArray):
        return values if scaler is None else values.scaled(scaler.mean, scaler.scale)
    tokens = np.issubdtype(model.prepared.train.arrays[name].dtype, np.integer)
    filled = model.prepared.fill(name, np.asarray(values)).astype(np.int64 if tokens else np.float32)
    return np.ascontiguousarray(filled if scaler is None else scaler.apply(filled))


def _say(model: Model, head: Head, answers: torch.Tensor) -> list[dict[str, Any]]:
    if head.listed:
        return token_metrics.predicted_texts(head, answers)
    if head.is_ctc:
        rows, vocabulary = head.transcripts(answers), head.field.vocabulary
        found = zip(token_metrics.texts_of(rows, vocabulary), token_metrics.words_of(rows, vocabulary), strict=True)
        return [{"text": text, "words": words} for text, words in found]
    if not head.classes:
        told = {"names": list(head.field.names), "units": list(head.field.units)}
        held = {name: words for name, words in told.items() if any(words)}
        return [{"values": row.tolist(), **held} for row in model.prepared.undo(head.field.name, answers.numpy())]
    chances, chosen = head.probabilities(answers), head.predicted_classes(answers).tolist()
    return [
        {
            "class": head.field.classes[index],
            "index": index,
            "probabilities": dict(zip(head.field.classes, row, strict=True)),
        }
        for index, row in zip(chosen, chances.tolist(), strict=True)
    ]
