"""Data as messages carry it: what a data set is, samples and statistics of it, columns of tables, predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from app.protocol.messages import Array, Json
from app.protocol.values import FieldFacts


@dataclass(frozen=True)
class DatasetFacts:
    """What can be said about a data set without its samples: see `app.data.dataset.DatasetInfo`."""

    id: str
    title: str
    task: str
    samples: int
    fields: tuple[FieldFacts, ...]
    inputs: tuple[str, ...]
    target: str
    summary: str = ""

    @property
    def input_field(self) -> FieldFacts:
        """The data set's own input."""
        return self._field_named(self.inputs[0])

    @property
    def target_field(self) -> FieldFacts:
        """The data set's own target; of data that is reconstructed that is the input."""
        return self._field_named(self.target)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes of the target; empty where it is not one of classes."""
        return self.target_field.classes

    def _field_named(self, name: str) -> FieldFacts:
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True)
class PreprocessingStep:
    """One step on the way of a sample to the network: a few words, a sentence, and whether it is for training only."""

    title: str
    detail: str
    training: bool = False


@dataclass(frozen=True)
class ClassBalance:
    """The classes or labels of a target, and by part of the split how often each occurs there."""

    classes: tuple[str, ...]
    counts: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class FeatureStatistics:
    """How the values of a feature or channel are spread over all samples, in its own ``unit``.

    ``counts`` (bins) and ``edges`` (bins + 1) are its histogram. A feature without a value has neither these nor a
    minimum, maximum, mean and deviation; ``missing`` counts samples without a value.
    """

    name: str
    unit: str
    missing: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    counts: tuple[int, ...] = ()
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Correlations:
    """Pearson's r of named columns: ``values`` float64 (n, n), symmetric, from -1 to 1."""

    names: tuple[str, ...]
    values: Array


@dataclass(frozen=True)
class PictureBox:
    """A box around something of the class ``name``: its upper left corner and its size, in shares of the picture."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, eq=False, kw_only=True)
class DataPreview:
    """A selection of n samples of a data set, spread evenly, and facts about all of it.

    ``index`` int64 (n,) positions in the data set; ``part`` uint8 (n,) 0 training, 1 validation, 2 test, 255 none;
    ``place`` int64 (n,) positions within the part; ``values`` by field (n, ...), in the data's own units, with NaN
    where a value is missing; ``texts`` by field of tokens the n samples as people read them.

    ``notes`` are sentences about the data, among them ``leaks``, the warnings of leakage; ``questions`` are what the
    file leaves open beside the columns of a table; ``parts`` counts the samples of each part; ``balance`` is None
    without classes; ``lopsided`` says where these are; ``features`` has the statistics of each field;
    ``correlations`` is None where no columns can be compared; ``pipeline`` are the steps to the network; ``boxes`` are
    those around things in each of the n pictures, or empty.
    """

    info: DatasetFacts
    notes: tuple[str, ...]
    leaks: tuple[str, ...]
    parts: Mapping[str, int]
    balance: ClassBalance | None
    features: Mapping[str, tuple[FeatureStatistics, ...]]
    correlations: Correlations | None
    pipeline: tuple[PreprocessingStep, ...]
    index: Array
    part: Array
    place: Array
    values: Mapping[str, Array]
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lopsided: str = ""
    boxes: tuple[tuple[PictureBox, ...], ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def inputs(self) -> Array:
        """Values of the data set's own input, (n, ...)."""
        return self.values[self.info.inputs[0]]

    @property
    def targets(self) -> Array:
        """Values of the data set's own target, (n, ...)."""
        return self.values[self.info.target]

    @property
    def input_texts(self) -> tuple[str, ...]:
        """The inputs as people read them; empty where they are no tokens."""
        return self.texts.get(self.info.inputs[0], ())

    def rows_of(self, part: int) -> list[int]:
        """Rows of this preview that are in a part (0 training, 1 validation, 2 test), by their place in it."""
        rows = np.flatnonzero(self.part == part)
        return [int(row) for row in rows[np.argsort(self.place[rows], kind="stable")]]


@dataclass(frozen=True, eq=False, kw_only=True)
class BatchPreview:
    """The first batch of a training, before and after its samples were augmented.

    ``before`` and ``after`` float32 or int64 (n, *shape), as the network would see the data set's own input;
    ``target`` (n, ...) in the data's own units. With mixup each sample is blended with that at ``partner`` int64 (n,)
    and has the weight ``mixup_lambda``; without it that is 1, and each is its own partner.
    """

    target_field: FieldFacts
    mixup_lambda: float
    before: Array
    after: Array
    target: Array
    partner: Array
    input_field: FieldFacts | None = None


class ColumnType(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    EMPTY = "empty"


@dataclass(frozen=True)
class Column:
    """What was found in one column of a table, for people to see.

    ``unique`` counts different values: of a long column, those among evenly spaced rows.
    """

    name: str
    type: ColumnType
    missing: int
    unique: int
    example: str

    def to_json(self) -> dict[str, Any]:
        """The findings as plain JSON values."""
        return asdict(self) | {"type": str(self.type)}


TableRow = tuple[str | None, ...]
"""A row of a table as text, None where a value is missing."""


@dataclass(frozen=True)
class TablePreview:
    """The ``columns`` of a table, its first ``rows``, how many rows it has in all (``count``), and how many ``more``
    columns are not listed. Data that is no table has none.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[TableRow, ...] = ()
    count: int = 0
    more: int = 0


@dataclass(frozen=True, eq=False)
class PossibleReading:
    """One way to read something: a few words, an example, the settings that choose it, and a sample that is read so.

    ``sample`` is a picture float32 (C, H, W) of one or three channels, or curves float32 (T, F); None where nothing
    can be drawn.
    """

    title: str
    example: str
    changes: Json
    sample: Array | None = None


@dataclass(frozen=True, eq=False)
class Question:
    """What nothing in a file decides: the ``readings`` between which a person chooses, the one that is used first.

    ``about`` begins a sentence: “The samples”. The settings that an answer changes are those of a ``column`` of a
    table, or of the source where that is empty. ``note`` is a sentence with all readings, where no window can ask.
    """

    about: str
    readings: tuple[PossibleReading, ...]
    note: str = ""
    column: str = ""


@dataclass(frozen=True, eq=False)
class ColumnReading:
    """How a column of a table may be read.

    ``example`` is a cell as the file spells it. ``formats`` are the date formats that fit, ``variants`` the categories
    that differ by case or blanks alone, in groups, and ``question`` what nothing in the column decides.
    """

    name: str
    example: str
    formats: tuple[PossibleReading, ...] = ()
    variants: tuple[tuple[str, ...], ...] = ()
    question: Question | None = None


@dataclass(frozen=True, eq=False)
class TableReading:
    """How a table may be read: its first columns, the first ``lines`` of its file as text, and how many lines are
    below the table.
    """

    columns: tuple[ColumnReading, ...] = ()
    lines: tuple[str, ...] = ()
    below: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class SamplePredictions:
    """What a network predicts of m samples, and the field ``target`` that its predictions are compared with.

    ``index`` int64 (m,) positions in the data set. For classes ``labels`` int64 (m,) and ``probabilities`` float32
    (m,) of these, NaN where a hinge loss gives none; for lists of tokens and rows of labels ``tokens`` int64 (m, T)
    with their ``texts``; else ``values`` float32 (m, values) in own units, of several labels 0 or 1 for each.
    """

    target: FieldFacts
    index: Array
    labels: Array | None = None
    probabilities: Array | None = None
    tokens: Array | None = None
    texts: tuple[str, ...] = ()
    values: Array | None = None
