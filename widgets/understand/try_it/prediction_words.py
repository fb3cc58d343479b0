"""A prediction in words: the class or the labels, amounts with their units, a text, the number of boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.protocol.inference_messages import SampleRead
from app.protocol.inference_values import OutputPrediction
from app.system.number_format import format_percent, format_short, with_decimal
from widgets.charts.sample_tiles import box_words
from widgets.data.preview_values import labels_of

FEW = 3
"""Amounts that are said in the headline, at most."""


def headline(output: OutputPrediction) -> str:
    """What is predicted, in as few words as can be."""
    if output.kind == "classes":
        return ", ".join(output.target.classes[place] for place in output.chosen)
    if output.kind == "labels":
        return ", ".join(output.target.names[place] for place in output.chosen) or "no label"
    if output.kind == "text":
        return f"“{output.text}”"
    if output.kind == "boxes":
        return box_words(output.boxes)
    if output.kind == "pixels":
        return pixel_words(output)
    if output.values.size <= FEW:
        return ", ".join(amounts(output))
    return {1: f"{output.values.size} numbers", 2: f"{len(output.values)} steps"}.get(output.values.ndim, "a picture")


def pixel_words(output: OutputPrediction) -> str:
    """How much of the picture each class covers, the largest first."""
    kinds, counts = np.unique(output.values.astype(np.int64), return_counts=True)
    shares = sorted(zip((counts / output.values.size).tolist(), kinds.tolist(), strict=True), reverse=True)
    return ", ".join(f"{output.target.names[kind]} {format_percent(share, 0)}" for share, kind in shares)


def how_sure(output: OutputPrediction) -> str:
    """How sure that is, and from where on it would be said; empty where there is no measure of it."""
    if output.by_scores:
        return "The largest score wins: this loss gives no probabilities."
    said = f"{format_percent(output.sure)} sure" if output.sure is not None else ""
    if output.threshold is None:
        return said
    bound = f"above {format_percent(output.threshold, 0)}"
    what = "a label is predicted" if output.kind == "labels" else f"{output.target.classes[1]} is predicted"
    return "; ".join(filter(None, (said, f"{what} {bound}")))


def amounts(output: OutputPrediction) -> list[str]:
    """Each number with its name and its unit."""
    values = output.values.reshape(-1).tolist()
    names = output.target.names if len(output.target.names) == len(values) and len(values) > 1 else ("",) * len(values)
    units = output.target.units if len(output.target.units) == len(values) else output.target.units[:1] * len(values)
    units = units or ("",) * len(values)
    return [
        f"{name} {with_decimal(format_short(value), output.target.decimal)} {unit}".strip()
        for name, value, unit in zip(names, values, units, strict=True)
    ]


def truth_words(read: SampleRead) -> str:
    """What is true of a sample of the data; empty of a picture, or of what has no words."""
    if read.target is None or read.target_field is None:
        return ""
    if read.target_text:
        return f"“{read.target_text}”"
    return labels_of(read.target_field, np.asarray(read.target)[None])[0]


def ranked(values: Sequence[float], most: int) -> list[int]:
    """Places of the values to be shown: all in their order, or only the largest ones where there are more."""
    if len(values) <= most:
        return list(range(len(values)))
    return sorted(range(len(values)), key=lambda place: -values[place])[:most]
