"""Class imbalance: a sentence where one class, or label, is far rarer than another."""

from __future__ import annotations

from app.data.dataset import DatasetInfo, FieldInfo
from app.system.number_format import format_percent

FEWER = 10
"""Data is lopsided where the largest class has more than so many times the samples of the smallest."""


def lopsided_note(info: DatasetInfo) -> str:
    """How lopsided the target's classes or labels are, and what helps; empty where they are not, or it is not known."""
    field = info.target_field()
    if len(info.counts) < 2 or not info.samples:
        return ""
    return _of_labels(field, info) if field.labels else _of_classes(field, info)


def _of_classes(field: FieldInfo, info: DatasetInfo) -> str:
    counted = sorted((count, name) for count, name in zip(info.counts, field.classes, strict=True) if count)
    (fewest, rare), (most, usual) = counted[0], counted[-1]
    if fewest * FEWER >= most:
        return ""
    return (
        f"The classes are lopsided: {most:,} samples are “{usual}”, {fewest:,} “{rare}”, so always “{usual}” would be "
        f"right for {_share(most, info.samples)}. Look at balanced accuracy and F1, and weigh the classes."
    )


def _of_labels(field: FieldInfo, info: DatasetInfo) -> str:
    count, name = min(zip(info.counts, field.names, strict=True))
    if count * FEWER >= info.samples - count:
        return ""
    return (
        f"Labels are rare: “{name}” is in {_share(count, info.samples)} of the samples, so never “{name}” would be "
        f"right for {_share(info.samples - count, info.samples)}. Look at F1, and weigh the labels."
    )


def _share(part: int, whole: int) -> str:
    share = part / whole
    return format_percent(share, 0 if 0.01 <= share <= 0.99 else 1)
