"""What a network says about a sample, in words: for the choice of the answer that is explained."""

from __future__ import annotations

from app.protocol.attribution_messages import ExplainedOutput
from app.system.number_format import format_percent, nth
from widgets.plots.ticks import number

MOST = 200
"""Answers that are listed, at most."""


def outputs_of(explained: ExplainedOutput) -> list[str]:
    """The outputs that can be explained: first the usual one, then each."""
    names, values, unit = explained.outputs, explained.values, explained.unit
    if explained.predicted is not None:
        rows = [f"{name}  ·  {format_percent(probability)}" for name, probability in zip(names, values, strict=True)]
        return [f"what it prefers: {names[explained.predicted]}", *rows[:MOST]]
    if explained.label_text:
        words = (f"{word}  ·  {format_percent(probability)}" for word, probability in zip(names, values, strict=True))
        return ["the whole text", *words]
    if len(names) == 1:
        return []
    rows = [f"{name}  ·  {number(value, 3)} {unit}".strip() for name, value in zip(names, values, strict=True)]
    return ["the mean of all numbers", *rows[:MOST]]


def sentence_of(explained: ExplainedOutput) -> str:
    """What is true of the sample, what the network predicts, and the score that is explained."""
    names, unit, sample = explained.outputs, f" {explained.unit}".rstrip(), f"Sample {nth(explained.sample)}"
    score, baseline = number(explained.score, 3), number(explained.baseline_score, 3)
    if explained.predicted is not None and explained.output is not None:
        best, output = explained.predicted, names[explained.output]
        sure = format_percent(explained.values[best])
        fact = f"is {names[int(explained.label[0])]}; the network says {names[best]} ({sure})"
        return f"{sample} {fact}. The score of {output} is {score}; of the mean input {baseline}."
    if explained.label_text:
        what = "all words" if explained.output is None else f"“{names[explained.output].partition(': ')[2]}”"
        fact = f"should say {explained.label_text}, and each word is said after the true ones before it"
        return f"{sample} {fact}. The score of {what} is {score}; of the mean input {baseline}."
    if len(names) == 1:
        fact = f"is {number(explained.label[0], 3)}{unit}; the network says {score}{unit}"
        return f"{sample} {fact}, and of the mean input {baseline}{unit}."
    return f"{sample}: what is explained is {score}{unit}; of the mean input {baseline}{unit}."
