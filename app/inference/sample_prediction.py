"""What a network predicts of one new sample, output by output: probabilities, amounts, words, boxes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from app.data.prepare import Part
from app.inference.predict import predict_part
from app.protocol.data_values import PictureBox
from app.protocol.inference_values import OutputPrediction
from app.training.heads import Head
from app.training.thresholds import has_threshold
from app.training.trainable import Model

MARKS = ("not marked", "marked")
"""What the pixels of a mask of 0 and 1 are called."""


def predict_sample(model: Model, part: Part) -> tuple[OutputPrediction, ...]:
    """The predictions of every output for a part of one sample, which is standardised as training's were."""
    heads = {head.output: head for head in model.objective.heads}
    return tuple(_output(model, heads[name], rows[0]) for name, rows in predict_part(model, part).items())


def _output(model: Model, head: Head, found: dict[str, Any]) -> OutputPrediction:
    """One output, from what `app.inference.predict.predict` says of a sample."""
    target = head.field.facts
    if "class" in found:
        by_scores = head.gives_scores
        values = _array(list(found["scores" if by_scores else "probabilities"].values()))
        index = int(found["index"])
        threshold = head.threshold if has_threshold(head) and head.threshold != 0.5 else None
        return OutputPrediction(
            output=head.output,
            kind="classes",
            target=target,
            values=values,
            chosen=(index,),
            threshold=threshold,
            sure=None if by_scores else float(values[index]),
            by_scores=by_scores,
        )
    if "labels" in found:
        values = _array(list(found["probabilities"].values()))
        chosen = tuple(place for place, name in enumerate(found["probabilities"]) if name in set(found["labels"]))
        return OutputPrediction(
            output=head.output,
            kind="labels",
            target=target,
            values=values,
            chosen=chosen,
            threshold=float(found["threshold"]),
        )
    if "text" in found:
        return OutputPrediction(
            output=head.output,
            kind="text",
            target=target,
            values=_array([]),
            text=found["text"],
            sure=found.get("probability"),
        )
    if "boxes" in found:
        boxes = tuple(_box(box) for box in found["boxes"])
        scores = _array([box["score"] for box in found["boxes"]])
        return OutputPrediction(output=head.output, kind="boxes", target=target, values=scores, boxes=boxes)
    if "pixels" in found:
        return OutputPrediction(output=head.output, kind="pixels", target=target, values=_array(found["pixels"]))
    values = _array(found["values"])
    if head.loss == "bce" and model.prepared.dataset.info.is_mask(head.field):
        marked = (values[0] > 0.5).astype(np.float32)
        return OutputPrediction(output=head.output, kind="pixels", target=replace(target, names=MARKS), values=marked)
    return OutputPrediction(output=head.output, kind="numbers", target=target, values=values)


def _box(box: dict[str, Any]) -> PictureBox:
    return PictureBox(box["class"], box["x"], box["y"], box["width"], box["height"])


def _array(values: list[Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.asarray(values, np.float32)
