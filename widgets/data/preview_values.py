"""Samples of a data set, and what they are, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.data.source_catalogue import SHIPPED
from app.protocol.data_values import DataPreview, DatasetFacts
from app.protocol.messages import Array
from app.protocol.values import FieldFacts
from app.system.number_format import format_short, with_decimal
from graph.shapes import Kind, Shape

PART_TITLES = {0: "training", 1: "validation", 2: "test"}
LEFT_OUT = "left out"

FEW = 2
"""So many numbers are written out one by one."""


def sample_labels(preview: DataPreview, *, units: bool = True) -> list[str]:
    """What each sample is, in words: its class, or its target's value, with the unit where there is room."""
    target = preview.info.target_field
    if target.name in preview.texts:
        return list(preview.texts[target.name])
    return labels_of(target if units else replace(target, units=()), preview.targets)


def part_titles(preview: DataPreview) -> list[str]:
    """Which part each sample is in."""
    return [PART_TITLES.get(int(number), LEFT_OUT) for number in preview.part]


def labels_of(target: FieldFacts, values: Array) -> list[str]:
    """Values (n, ...) of a target field in words; a sequence or picture has none that are short."""
    if target.classes:
        return [target.classes[int(value)] for value in values]
    if target.labels:
        return [label_names(row, target.names) for row in values]
    if values.ndim > 2 and values[:1].size != 1:
        return ["" for _ in values]
    unit = next(iter(target.units), "")
    return [few(row, unit, target.decimal) for row in values.reshape(len(values), -1).tolist()]


def label_names(row: Iterable[float], names: Sequence[str]) -> str:
    """The labels of a sample, by 0 or 1 for each."""
    return ", ".join(name for name, has in zip(names, row, strict=True) if has) or "no label"


def few(numbers: Sequence[float], unit: str = "", decimal: str = ".") -> str:
    """One or two numbers, or the first and the last of more, with their unit, written with their ``decimal`` mark."""
    picked = numbers if len(numbers) <= FEW else (numbers[0], numbers[-1])
    shown = [with_decimal(format_short(float(number)), decimal) for number in picked]
    between = " … " if len(numbers) > FEW else ", " if decimal == "." else "; "
    return f"{between.join(shown)}{unit and f' {unit}'}"


def dataset_summary(info: DatasetFacts) -> str:
    """Samples, shape and classes of a data set in one line, and below it what it is, where no list says so."""
    shape = Shape(Kind(info.input_field.kind), info.input_field.shape).described()
    classes = f"  ·  {len(info.classes)} classes" if info.classes else ""
    if info.target_field.labels:
        classes = f"  ·  {len(info.target_field.names)} labels"
    facts = f"{info.samples:,} samples  ·  {shape}{classes}  ·  {info.task}"
    return facts if info.summary in {source.summary() for source in SHIPPED} else f"{facts}\n{info.summary}"
