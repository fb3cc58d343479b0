"""What a network says about a sample, in words: for the choice of the answer that is explained."""

from __future__ import annotations

from app.protocol.attribution_messages import ExplainedOutput
from app.system.number_format import format_percent, nth, with_decimal
from widgets.plots.ticks import number

DIGITS = 4
"""Significant digits of values and scores."""
MOST = 200
"""Answers that are listed, at most."""


def outputs_of(explained: ExplainedOutput, decimal: str = ".") -> list[str]:
    """The outputs that can be explained: first the usual one, then each. Amounts have the data's ``decimal`` mark."""
    names, values, unit = explained.outputs, explained.values, explained.unit
    if explained.predicted is not None:
        rows = [f"{name}  ·  {format_percent(probability)}" for name, probability in zip(names, values, strict=True)]
        return [f"what it prefers: {names[explained.predicted]}", *rows[:MOST]]
    if explained.label_text:
        words = (f"{word}  ·  {format_percent(probability)}" for word, probability in zip(names, values, strict=True))
        return ["the whole text", *words]
    if len(names) == 1:
        return []
    amounts = (with_decimal(number(value, 3), decimal) for value in values)
    rows = [f"{name}  ·  {amount} {unit}".strip() for name, amount in zip(names, amounts, strict=True)]
    return ["the mean of all numbers", *rows[:MOST]]


def sentence_of(explained: ExplainedOutput, decimal: str = ".") -> str:
    """What is true of the sample, what the network predicts, and the score that is explained.

    Amounts of the data have its ``decimal`` mark; the score of a class or a text is no such amount.
    """
    names, unit, sample = explained.outputs, f" {explained.unit}".rstrip(), f"Sample {nth(explained.sample)}"
    score, baseline = number(explained.score, DIGITS), number(explained.baseline_score, DIGITS)
    if explained.predicted is not None and explained.output is not None:
        best, output = explained.predicted, names[explained.output]
        sure = format_percent(explained.values[best])
        fact = f"is {names[int(explained.label[0])]}; the network says {names[best]} ({sure})"
        return f"{sample} {fact}. The score of {output} is {score} here, and {baseline} for the mean input."
    if explained.label_text:
        what = "all words" if explained.output is None else f"“{names[explained.output].partition(': ')[2]}”"
        fact = f"should say {explained.label_text}, and each word is said after the true ones before it"
        return f"{sample} {fact}. The score of {what} is {score} here, and {baseline} for the mean input."
    score, baseline = with_decimal(score, decimal), with_decimal(baseline, decimal)
    if len(names) == 1:
        true = f"its true value is {with_decimal(number(explained.label[0], DIGITS), decimal)}{unit}"
        return f"{sample}: {true}; the network predicts {score}{unit}, and {baseline}{unit} for the mean input."
    return f"{sample}: what is explained is {score}{unit} here, and {baseline}{unit} for the mean input."
