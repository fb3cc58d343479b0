"""What a network says about a sample, in words: for the choice of the answer that is explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from widgets.plots.ticks import number

MOST = 200
"""Answers that are listed, at most."""


def answers_of(fields: Mapping[str, Any]) -> list[str]:
    """The answers that can be explained, from the reply to a ``reasons`` request: first the usual one, then each."""
    names, said, unit = fields["answers"], fields["said"], fields["unit"]
    if fields["classes"]:
        rows = [f"{name}  ·  {chance:.1%}" for name, chance in zip(names, said, strict=True)]
        return [f"what it prefers: {names[fields['predicted']]}", *rows[:MOST]]
    if fields.get("truth"):
        return ["the whole text", *(f"{word}  ·  {chance:.1%}" for word, chance in zip(names, said, strict=True))]
    if len(names) == 1:
        return []
    rows = [f"{name}  ·  {number(value, 3)} {unit}".strip() for name, value in zip(names, said, strict=True)]
    return ["the mean of all numbers", *rows[:MOST]]


def sentence_of(fields: Mapping[str, Any]) -> str:
    """What is true of the sample, what the network says, and the score that is explained."""
    names, said, unit = fields["answers"], fields["said"], f" {fields['unit']}".rstrip()
    score, blank = number(fields["score"], 3), number(fields["blank"], 3)
    if fields["classes"]:
        best, answer = fields["predicted"], names[fields["answer"]]
        told = f"is {names[fields['true']]}; the network says {names[best]} ({said[best]:.1%})"
        return f"Sample {fields['sample']:,} {told}. The score of {answer} is {score}; of the mean input {blank}."
    if fields.get("truth"):
        what = "all words" if fields["answer"] is None else f"“{names[fields['answer']].partition(': ')[2]}”"
        told = f"should say {fields['truth']}, and each word is said after the true ones before it"
        return f"Sample {fields['sample']:,} {told}. The score of {what} is {score}; of the mean input {blank}."
    if len(names) == 1:
        true = fields["true"]
        true = true[0] if isinstance(true, list) else true
        told = f"is {number(true, 3)}{unit}; the network says {score}{unit}"
        return f"Sample {fields['sample']:,} {told}, and of the mean input {blank}{unit}."
    return f"Sample {fields['sample']:,}: what is explained is {score}{unit}; of the mean input {blank}{unit}."
