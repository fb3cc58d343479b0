"""Preprocessing steps in words: what happens to samples between their file and the network."""

from __future__ import annotations

from collections.abc import Iterator

from app.data.dataset import Field, Task
from app.data.prepare import Prepared
from app.data.readers.column_values import MISSING, OTHER
from app.data.transforms import Standardise
from app.protocol.data_values import PreprocessingStep
from graph.layers.settings import describe
from graph.shapes import Kind

NAMED = 12
"""Features of one column that are named, at most."""


def stages(prepared: Prepared, missing: int = 0) -> list[PreprocessingStep]:
    """The steps that the data set's own input goes through, and then its target; ``missing`` values were filled."""
    dataset = prepared.dataset
    field = dataset.fields[dataset.inputs[0]]
    return [
        *_read(field, dataset.info.task),
        *_filled(missing),
        *_standardised(prepared.scalers.get(field.name), field, prepared.train.samples),
        *_altered(prepared),
        PreprocessingStep(
            f"network sees {field.shape}", f"Each sample reaches the network as {field.shape.described()}."
        ),
        *_target(prepared),
    ]


def _read(field: Field, task: Task) -> Iterator[PreprocessingStep]:
    """How values became numbers, as far as the field tells."""
    if field.categories:
        yield _one_hot([list(field.names[first:end]) for first, end in field.categories])
    if field.shape.kind is Kind.TOKENS and field.vocabulary:
        length = f" of at most {field.shape.time:,}" if field.shape.time else ""
        size = len(field.vocabulary)
        yield PreprocessingStep(
            f"tokens, {size:,} known",
            f"Texts become lists{length} numbers, each for one of {size:,} known tokens; short ones are filled up.",
        )
    if field.shape.kind is Kind.IMAGE and not field.fixed:
        _, height, width = field.shape.sizes
        yield PreprocessingStep(f"{height} × {width} pixels", f"Pictures are brought to {height} × {width} pixels.")
    if task is Task.FORECASTING and field.shape.time:
        steps = field.shape.time
        yield PreprocessingStep(
            f"windows of {steps:,}", f"The series is cut into windows of {steps:,} steps that the network sees."
        )


def _one_hot(columns: list[list[str]]) -> PreprocessingStep:
    """The features that each column of categories became, by their names: the known ones, missing, and all others."""
    features = sum(map(len, columns))
    title = f"one-hot: {features} features of {len(columns)} columns"
    if len(columns) == 1:
        known = [name for name in columns[0] if not name.endswith((f"= {MISSING}", f"= {OTHER}"))]
        missing = " + missing" if len(known) < len(columns[0]) - 1 else ""
        title = f"one-hot: {len(known)}{missing} + other = {features}"
    return PreprocessingStep(
        title,
        f"Each column of categories becomes features of 0 or 1, one for each category. {' '.join(map(_of, columns))} "
        "The feature “other” stands for categories that training never saw: it is 0 in all training samples.",
    )


def _of(names: list[str]) -> str:
    """The features of one column in a sentence."""
    column = names[0].partition(" = ")[0]
    words = {MISSING: "missing", OTHER: "other"}
    said = [words.get(name.partition(" = ")[2], name.partition(" = ")[2]) for name in names]
    listed = said if len(said) <= NAMED else [*said[: NAMED - 2], f"{len(said) - NAMED + 1} more", said[-1]]
    return f"{column} becomes {len(names)}: {', '.join(listed)}."


def _filled(missing: int) -> Iterator[PreprocessingStep]:
    if missing:
        verb = "value becomes the median" if missing == 1 else "values become the medians"
        yield PreprocessingStep(f"fill {missing:,} missing", f"{missing:,} missing {verb} of the training set.")


def _standardised(scaler: Standardise | None, field: Field, samples: int) -> Iterator[PreprocessingStep]:
    if scaler is None:
        return
    what = "channel" if field.shape.kind in (Kind.IMAGE, Kind.VIDEO) else "feature"
    numbers = ""
    if len(scaler.mean) == 1:
        numbers = f": minus {scaler.mean[0]:.4g}, divided by {scaler.scale[0]:.4g}"
    yield PreprocessingStep(
        "standardise",
        f"Each {what} gets mean 0 and standard deviation 1, "
        f"measured on the {samples:,} training samples alone{numbers}.",
    )


def _altered(prepared: Prepared) -> Iterator[PreprocessingStep]:
    choice = prepared.choice.augment
    for spec in describe(type(choice)):
        value = getattr(choice, spec.name)
        if value:
            amount = "" if value is True else f" {value:g}{' ' + spec.unit if spec.unit else ''}"
            yield PreprocessingStep(
                f"{spec.name.replace('_', ' ')}{amount}", f"{spec.help}. Training samples only, each time anew.", True
            )


def _target(prepared: Prepared) -> Iterator[PreprocessingStep]:
    target = prepared.dataset.target_field()
    if target.name in prepared.dataset.inputs:
        return
    scaler = prepared.scalers.get(target.name)
    if target.classes:
        count = len(target.classes)
        yield PreprocessingStep(
            f"target: class 1 of {count:,}",
            f"The target is one of {count:,} classes, held against one number of the network for each.",
        )
    elif target.labels:
        count = len(target.names)
        yield PreprocessingStep(
            f"target: {count:,} labels",
            f"The target is 0 or 1 for each of {count:,} labels; the network gives a probability for each.",
        )
    elif scaler is not None:
        yield PreprocessingStep(
            "target: standardised",
            "The target is standardised like the features; errors and plots are in its own units again.",
        )
