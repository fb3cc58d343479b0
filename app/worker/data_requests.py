"""Answers requests about data: previews, tables, batches, files that are opened, predictions of samples."""

from __future__ import annotations

from app.data.batch_preview import first_batch
from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.inspect import inspect
from app.data.prepare import Prepared, prepare
from app.data.readers.file_access import locate
from app.data.reading_edits import renewed, with_column, written_down
from app.data.reading_view import describe_reading, head_lines
from app.data.repoint import repointed
from app.data.table_preview import rows_of, table_of
from app.insight.predictions import predict_samples
from app.protocol.data_messages import (
    BatchPreviewed,
    DataInspected,
    DataPreviewed,
    DataRepointed,
    DataRequest,
    DescribeReading,
    HeadRead,
    InspectData,
    OpenTable,
    PredictSamples,
    PreviewBatch,
    PreviewData,
    ReadHead,
    ReadingDescribed,
    ReadingRenewed,
    ReadingResolved,
    ReadRows,
    RenewReading,
    RepointData,
    ResolveReading,
    RowsRead,
    SamplesPredicted,
    TableOpened,
)
from app.protocol.messages import Reply
from app.training.trainable import Model
from app.worker.handlers import handles, handles_run


@handles(PreviewData)
def preview_data(request: PreviewData) -> DataPreviewed:
    """Samples of the data, and facts about it."""
    return DataPreviewed(preview=preview(_prepared(request), request.limit))


@handles(InspectData)
def inspect_data(request: InspectData) -> DataInspected:
    """What is in a file or folder, and how a project chooses it."""
    findings = inspect(request.path, request.kind, None, request.options)
    choice = findings.choice(request.base).to_json()
    return DataInspected(choice=choice, title=findings.info.title, problems=findings.problems)


@handles(RepointData)
def repoint_data(request: RepointData) -> DataRepointed:
    """A choice of data that points to it again."""
    choice = repointed(DataChoice.parse(request.data), request.path, request.base)
    return DataRepointed(choice=choice.to_json())


@handles(ResolveReading)
def resolve_reading(request: ResolveReading) -> ReadingResolved:
    """A choice of data with the recipe by which its table is read."""
    choice = DataChoice.parse(request.data)
    if request.column:
        choice = with_column(choice, request.base, request.column, request.changes)
    return ReadingResolved(choice=written_down(choice, request.base).to_json())


@handles(RenewReading)
def renew_reading(request: RenewReading) -> ReadingRenewed:
    """A choice of data as it would be read today."""
    choice, told = renewed(DataChoice.parse(request.data), request.base)
    return ReadingRenewed(choice=choice.to_json(), differences=told)


@handles(DescribeReading)
def describe(request: DescribeReading) -> ReadingDescribed:
    """How the columns of a table may be read."""
    return ReadingDescribed(reading=describe_reading(DataChoice.parse(request.data), request.base))


@handles(ReadHead)
def read_head(request: ReadHead) -> HeadRead:
    """The first lines of a file."""
    return HeadRead(lines=head_lines(locate(str(request.path), request.base), request.encoding))


@handles(OpenTable)
def open_table(request: OpenTable) -> TableOpened:
    """The columns and first rows of a table."""
    return TableOpened(table=table_of(DataChoice.parse(request.data), request.base))


@handles(ReadRows)
def read_rows(request: ReadRows) -> RowsRead:
    """A page of rows of a table."""
    start = max(request.start, 0)
    return RowsRead(start=start, rows=rows_of(DataChoice.parse(request.data), request.base, start))


@handles(PreviewBatch)
def preview_batch(request: PreviewBatch) -> BatchPreviewed:
    """The first batch of a training."""
    return BatchPreviewed(batch=first_batch(_prepared(request), request.size, request.seed))


@handles_run(PredictSamples)
def predict(model: Model, request: PredictSamples) -> SamplesPredicted:
    """What a network predicts of samples of its data."""
    return SamplesPredicted(predictions=predict_samples(model, request.index))


def _prepared(request: DataRequest[Reply]) -> Prepared:
    return prepare(DataChoice.parse(request.data), request.base)
