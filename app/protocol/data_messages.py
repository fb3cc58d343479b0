"""Requests about data that a project chose, or may choose, and about a run's predictions of its samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic

from app.protocol.data_values import (
    BatchPreview,
    DataPreview,
    SamplePredictions,
    TablePreview,
    TableReading,
    TableRow,
)
from app.protocol.messages import Array, FilePath, Json, R_co, Reply, Request, RunReply, RunRequest


@dataclass(frozen=True, eq=False, kw_only=True)
class DataRequest(Request[R_co], Generic[R_co]):
    """A request about the data that the section ``data`` of a project names.

    Relative paths start in ``base``, the folder of the project's file; None where it was not saved.
    """

    data: Json
    base: FilePath | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class DataPreviewed(Reply):
    """Samples of a data set, and facts about it."""

    preview: DataPreview


@dataclass(frozen=True, eq=False, kw_only=True)
class PreviewData(DataRequest[DataPreviewed]):
    """Samples of the data, ``limit`` at most."""

    limit: int = 200


@dataclass(frozen=True, eq=False, kw_only=True)
class DataInspected(Reply):
    """A project's choice of what is in a file or folder, its title, and sentences about what is wrong with it."""

    choice: Json
    title: str
    problems: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class InspectData(Request[DataInspected]):
    """What is in the file or folder at ``path``, read as ``kind`` of data (found out where None).

    The choice names it relative to ``base``, the folder of the project's file.
    """

    path: FilePath
    kind: str | None = None
    base: FilePath | None = None
    options: Json = field(default_factory=dict)
    """What a person says of how it is written, as settings of the source."""


@dataclass(frozen=True, eq=False, kw_only=True)
class DataRepointed(Reply):
    """A project's choice of data that is where, and what, it says."""

    choice: Json


@dataclass(frozen=True, eq=False, kw_only=True)
class RepointData(DataRequest[DataRepointed]):
    """Point the choice to the file or folder at ``path``; None accepts what is now where it points."""

    path: FilePath | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadingResolved(Reply):
    """A project's choice of data with the recipe by which its table is read."""

    choice: Json


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolveReading(DataRequest[ReadingResolved]):
    """Write down how the table is read, where that is not known or no longer fits the settings.

    ``changes`` are settings of the column ``column`` that a person chose, as `app.data.readers.recipe.ColumnRecipe`
    has them; without any, the column is found again.
    """

    column: str = ""
    changes: Json = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadingRenewed(Reply):
    """A project's choice of data, read by the newest rules, and a sentence for each column that differs by them."""

    choice: Json
    differences: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class RenewReading(DataRequest[ReadingRenewed]):
    """How the table would be read if it were chosen today."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadingDescribed(Reply):
    """How the columns of a table may be read."""

    reading: TableReading


@dataclass(frozen=True, eq=False, kw_only=True)
class DescribeReading(DataRequest[ReadingDescribed]):
    """How the columns of the table may be read, and its first lines."""


@dataclass(frozen=True, eq=False, kw_only=True)
class HeadRead(Reply):
    """The first lines of a file as text; none where it is no text."""

    lines: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadHead(Request[HeadRead]):
    """The first lines of the file at ``path`` in an encoding (``auto``: found); relative paths start in ``base``."""

    path: FilePath
    encoding: str = "auto"
    base: FilePath | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class TableOpened(Reply):
    """The columns of a table and its first rows."""

    table: TablePreview


@dataclass(frozen=True, eq=False, kw_only=True)
class OpenTable(DataRequest[TableOpened]):
    """The columns and first rows of the table that the data is read from."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RowsRead(Reply):
    """Rows of a table from number ``start`` (0-based) on."""

    start: int
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadRows(DataRequest[RowsRead]):
    """A page of rows of the table that the data is read from, from number ``start`` (0-based) on."""

    start: int


@dataclass(frozen=True, eq=False, kw_only=True)
class BatchPreviewed(Reply):
    """The first batch of a training."""

    batch: BatchPreview


@dataclass(frozen=True, eq=False, kw_only=True)
class PreviewBatch(DataRequest[BatchPreviewed]):
    """The first batch, of ``size`` samples, of a training with the random numbers of ``seed``."""

    size: int
    seed: int


@dataclass(frozen=True, eq=False, kw_only=True)
class SamplesPredicted(RunReply):
    """What the network of a run predicts of samples."""

    predictions: SamplePredictions


@dataclass(frozen=True, eq=False, kw_only=True)
class PredictSamples(RunRequest[SamplesPredicted]):
    """Predict the samples at the positions ``index`` int64 (n,) of the data set; those in no part are left out."""

    index: Array
