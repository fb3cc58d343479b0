"""Data sets: named fields over the same samples, their description without values, and the task they set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from app.data.lazy_array import Values
from app.numerics.box_grid import SIDES, is_grid
from app.protocol.data_values import DatasetFacts, PictureBox, Question
from app.protocol.values import FieldFacts
from graph.errors import NetloomError
from graph.shapes import Kind, Shape, sequence

Array = npt.NDArray[Any]


class Task(StrEnum):
    """What a network is asked to say about a sample; it decides the default loss and metrics."""

    CLASSIFICATION = "classification"
    LABELS = "labels"
    """Each sample may have several of some labels, or none."""
    REGRESSION = "regression"
    FORECASTING = "forecasting"
    RECONSTRUCTION = "reconstruction"
    SEQUENCE = "sequence"
    """The target is a list of tokens: a translation, a caption, what stands on a line."""


@dataclass(frozen=True)
class FieldInfo:
    """A field without its values: what a network must know to read it or to be held against it.

    ``shape`` of a field of class labels is a vector with one value per class, because that is what a network must
    give. ``names`` and ``units`` have one entry per feature, or are empty. ``vocabulary`` lists what the numbers of a
    token field stand for. ``lengths`` names the field that says how many steps of each sample count, where samples of
    unequal length are padded with zeros. ``fixed`` values mean something as they are (bits, marks, pixels of +1 and
    -1) and are never standardised. ``labels`` says that each feature is one of several labels that a sample may have: 1
    where it has the label in ``names``, else 0. ``next_of`` names the field of tokens whose next ones these are: what a
    language model predicts. ``decimal`` is the sign before decimals in the file that the values come from: people read
    them as they wrote them.
    """

    name: str
    shape: Shape
    classes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    lengths: str = ""
    fixed: bool = False
    labels: bool = False
    next_of: str = ""
    decimal: str = field(default=".", compare=False)

    @property
    def facts(self) -> FieldFacts:
        """The field as messages carry it."""
        return FieldFacts(
            self.name,
            str(self.shape.kind),
            self.shape.sizes,
            self.classes,
            self.names,
            self.units,
            len(self.vocabulary),
            self.labels,
            self.next_of,
            self.decimal,
        )

    def with_values(self, values: Values) -> Field:
        """The field with its values, (N, *shape)."""
        return Field(**{own.name: getattr(self, own.name) for own in fields(FieldInfo)}, values=values)

    @property
    def listed(self) -> bool:
        """Whether each sample is a list of tokens whose words are known: a network says one of them at every step."""
        return self.shape.kind is Kind.TOKENS and bool(self.vocabulary) and not self.classes

    @property
    def pixel_classes(self) -> tuple[str, ...]:
        """The classes of which each pixel has one, a channel of ones and zeros for each; empty for anything else."""
        masks = self.shape.kind is Kind.IMAGE and self.fixed and self.shape.features == len(self.names) > 1
        return self.names if masks and not is_grid(self.names) else ()

    @property
    def box_classes(self) -> tuple[str, ...]:
        """The classes of the boxes in a grid of cells; empty for anything else."""
        return self.names[SIDES:] if self.shape.kind is Kind.IMAGE and is_grid(self.names) else ()

    @property
    def answer(self) -> Shape:
        """What a network must give to be held against the field: for tokens, one value per word at every step."""
        return sequence(self.shape.time, len(self.vocabulary)) if self.listed else self.shape

    def to_json(self) -> dict[str, Any]:
        """The field as plain JSON values."""
        return {
            "name": self.name,
            "kind": str(self.shape.kind),
            "shape": list(self.shape.sizes),
            "classes": list(self.classes),
            "names": list(self.names),
            "units": list(self.units),
            "vocabulary": len(self.vocabulary),
            "lengths": self.lengths,
            "fixed": self.fixed,
            "labels": self.labels,
        }


@dataclass(frozen=True, eq=False)
class Field(FieldInfo):
    """One named column of a data set: a value of the same shape for every sample.

    ``values`` is float32 ``(N, *shape.sizes)``; int64 ``(N,)`` class numbers where ``classes`` is not empty; int64
    ``(N, T)`` for tokens; int64 ``(N, 1)`` for lengths. Large ones are a `LazyArray`, which looks like a
    float32 array. NaN in ``values`` stands for a missing measurement, which preparation fills. ``categories`` are
    ranges (first feature, one after the last) of ones and zeros that each stand for one column of categories, the last
    of a range for categories that training never saw.
    """

    values: Values = field(kw_only=True)
    categories: tuple[tuple[int, int], ...] = field(default=(), kw_only=True)

    @property
    def info(self) -> FieldInfo:
        """The same field without its values."""
        return FieldInfo(**{own.name: getattr(self, own.name) for own in fields(FieldInfo)})

    @property
    def counts(self) -> tuple[int, ...]:
        """The samples of each class or label; empty for anything else."""
        if self.classes:
            return tuple(np.bincount(np.asarray(self.values), minlength=len(self.classes)).tolist())
        return tuple(np.asarray(self.values).sum(0).astype(np.int64).tolist()) if self.labels else ()

    @property
    def measured(self) -> bool:
        """Whether the values are measurements, which are filled and standardised."""
        return not self.classes and bool(self.values.dtype.kind == "f") and not self.fixed


@dataclass(frozen=True)
class DatasetInfo:
    """What can be said about a data set without loading it.

    ``inputs`` and ``target`` name the fields that a network reads and is held against by default. ``ordered`` says
    that samples follow each other in time, so that they are split by time. ``counts`` are the samples of each class or
    label of the target, empty where they are not known without loading. ``freely_split`` says that samples are divided
    by the shares alone: that there is no order, no groups and no division of the data's own.
    """

    id: str
    title: str
    task: Task
    samples: int
    fields: tuple[FieldInfo, ...]
    inputs: tuple[str, ...]
    target: str
    summary: str = ""
    ordered: bool = False
    counts: tuple[int, ...] = field(default=(), compare=False)
    freely_split: bool = field(default=False, compare=False)

    def field_named(self, name: str) -> FieldInfo:
        """The field called ``name``.

        Raises
        ------
        NetloomError
            if there is none; the sentence lists those there are.
        """
        for known in self.fields:
            if known.name == name:
                return known
        raise _no_field(self.title, name, [known.name for known in self.fields])

    def input_field(self, name: str = "") -> FieldInfo:
        """The field that an input layer reads: ``name``, or the data set's own input where it is empty."""
        return self.field_named(name or self.inputs[0])

    def target_field(self, name: str = "") -> FieldInfo:
        """The field that an output layer is held against: ``name``, or the data set's own target where empty."""
        return self.field_named(name or self.target)

    def task_for(self, target: str = "") -> Task:
        """What it means to be held against ``target``: a field that is also an input is reconstructed."""
        field = self.target_field(target)
        if field.name == self.target:
            return self.task
        if field.classes:
            return Task.CLASSIFICATION
        if field.labels:
            return Task.LABELS
        if field.vocabulary and field.name not in self.inputs:
            return Task.SEQUENCE
        return Task.RECONSTRUCTION if field.name in self.inputs else Task.REGRESSION

    def is_mask(self, field: FieldInfo) -> bool:
        """Whether a field is a picture to be predicted that holds marks of 0 and 1 in one channel."""
        marks = field.shape.kind is Kind.IMAGE and field.fixed and field.shape.features == 1
        return marks and field.name not in self.inputs

    def role(self, name: str) -> str:
        """``input``, ``target`` or ``extra``: what the field called ``name`` is for by default."""
        return "input" if name in self.inputs else "target" if name == self.target else "extra"

    @property
    def shape(self) -> Shape:
        """Shape of the data set's own input."""
        return self.input_field().shape

    @property
    def target_shape(self) -> Shape:
        """Shape that an output held against the data set's own target must have."""
        return self.target_field().answer

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes of the target; empty where it is not one of classes."""
        return self.target_field().classes

    def with_values(
        self,
        values: Mapping[str, Values],
        *,
        spans: Array | None = None,
        notes: tuple[str, ...] = (),
        groups: Array | None = None,
        given: Array | None = None,
        boxes: tuple[tuple[PictureBox, ...], ...] = (),
        questions: tuple[Question, ...] = (),
    ) -> Dataset:
        """The data set that is described so, with the ``values`` of each field."""
        loaded = {field.name: field.with_values(values[field.name]) for field in self.fields}
        return Dataset(
            self.id,
            self.title,
            self.task,
            loaded,
            self.inputs,
            self.target,
            self.summary,
            spans=spans,
            notes=notes,
            groups=groups,
            given=given,
            boxes=boxes,
            questions=questions,
        )

    @property
    def facts(self) -> DatasetFacts:
        """The data set as messages carry it."""
        fields = tuple(field.facts for field in self.fields)
        return DatasetFacts(
            self.id, self.title, str(self.task), self.samples, fields, self.inputs, self.target, self.summary
        )

    def to_json(self) -> dict[str, Any]:
        """The facts as plain JSON values, beginning with those that ``main.py datasets`` promises."""
        return {
            "id": self.id,
            "title": self.title,
            "task": str(self.task),
            "shape": list(self.shape.sizes),
            "samples": self.samples,
            "classes": list(self.classes),
            "kind": str(self.shape.kind),
            "target_shape": list(self.target_shape.sizes),
            "summary": self.summary,
            "fields": [field.to_json() | {"role": self.role(field.name)} for field in self.fields],
        }


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples, loaded: a mapping of fields that all have the same number of samples.

    ``spans`` is int64 ``(N, 2)`` for windows cut from a series: the first time step that a sample uses, and the one
    after its last. ``groups`` is int64 ``(N,)``: samples of the same number belong together (windows of one machine,
    pictures of one patient) and are never parted. ``given`` is uint8 ``(N,)``: the part each sample is in by the data's
    own division, 0 training, 1 validation, 2 test. ``boxes`` are those around things in each picture, as it is fitted,
    or empty. ``notes`` are sentences about what was done to the data on the way in, for the user to read; ``questions``
    are what the file leaves open, each of which has its note among these.
    """

    id: str
    title: str
    task: Task
    fields: Mapping[str, Field]
    inputs: tuple[str, ...]
    target: str
    summary: str = ""
    spans: Array | None = None
    notes: tuple[str, ...] = ()
    groups: Array | None = None
    given: Array | None = None
    boxes: tuple[tuple[PictureBox, ...], ...] = ()
    questions: tuple[Question, ...] = ()

    def written_with(self, decimal: str) -> Dataset:
        """The same samples from a file that has the sign ``decimal`` before decimals."""
        if decimal == ".":
            return self
        return replace(self, fields={name: replace(own, decimal=decimal) for name, own in self.fields.items()})

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.fields[self.target].values)

    @property
    def ordered(self) -> bool:
        """Whether samples follow each other in time."""
        return self.spans is not None

    def field_named(self, name: str) -> Field:
        """The field called ``name``.

        Raises
        ------
        NetloomError
            if there is none; the sentence lists those there are.
        """
        if name not in self.fields:
            raise _no_field(self.title, name, list(self.fields))
        return self.fields[name]

    def input_field(self, name: str = "") -> Field:
        """The field that an input layer reads: ``name``, or the data set's own input where it is empty."""
        return self.field_named(name or self.inputs[0])

    def target_field(self, name: str = "") -> Field:
        """The field that an output layer is held against: ``name``, or the data set's own target where empty."""
        return self.field_named(name or self.target)

    @property
    def info(self) -> DatasetInfo:
        """What can be said about this data set without its values."""
        fields = tuple(one.info for one in self.fields.values())
        known = (self.id, self.title, self.task, self.samples, fields, self.inputs, self.target, self.summary)
        freely = not self.ordered and self.groups is None and self.given is None
        return DatasetInfo(*known, self.ordered, self.target_field().counts, freely)


def _no_field(title: str, name: str, known: list[str]) -> NetloomError:
    return NetloomError(f"{title} has no field “{name}”; it has {', '.join(known)}.")
