"""Inspection of a user's file or folder: what kind of data it is, what is in it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import Dataset, DatasetInfo
from app.data.leakage import leaks
from app.data.lopsided import lopsided_note
from app.data.prepare import Prepared, prepare
from app.data.readers.file_access import content_hash, locate, reading, relative
from app.data.readers.wrong_delimiter import with_cut
from app.data.source_catalogue import FILES
from app.data.sources.file_source import Candidate, FileSource, Suggestion
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.sources.table_source import TableSource
from app.data.split import EmptyPartError, Split, fewest_samples
from app.protocol.data_values import Column, Question
from graph.errors import NetloomError

USUAL = Split()
"""How data is divided where nobody says otherwise."""
WITHOUT_TEST = Split(train=0.7, validation=0.3, test=0.0)
"""How data is divided that has too few samples for three sets."""
KINDS = {kind.kind: kind for kind in FILES if issubclass(kind, FileSource)}


@dataclass(frozen=True)
class Findings:
    """What was found in a file or folder, and the source that reads it so.

    ``columns`` is empty for pictures and arrays. ``problems`` are sentences about what was left out, filled or
    changed on the way in; ``questions`` are what the file leaves open beside the columns of a table. ``split`` divides
    the samples so that no set is empty.
    """

    path: Path
    source: FileSource
    info: DatasetInfo
    columns: tuple[Column, ...]
    problems: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    split: Split = USUAL

    @property
    def target(self) -> str:
        """The column or array that is to be predicted; empty where there is none to choose."""
        chosen = getattr(self.source, "target", "")
        return str(chosen)

    def choice(self, base: Path | None = None) -> DataChoice:
        """A project's choice of this data, kept relative to the project's folder ``base``, with its hash."""
        with reading(self.path):
            kept = self.source.changed(path=relative(self.path, base), sha256=content_hash(self.path))
        return DataChoice(source=kept, split=self.split)

    def to_json(self) -> dict[str, Any]:
        """The findings as plain JSON values."""
        described = self.info.to_json()
        shown = ("task", "shape", "target_shape", "samples", "classes", "fields")
        return {
            "path": str(self.path),
            "kind": self.source.kind,
            "title": self.info.title,
            "target": self.target,
            **{name: described[name] for name in shown},
            "columns": [column.to_json() for column in self.columns],
            "problems": list(self.problems),
            "questions": [_plain(question) for question in self.questions],
        }


def _plain(question: Question) -> dict[str, Any]:
    """A question as plain JSON values: what it is about, and each reading with the options that choose it."""
    readings = [
        {"title": reading.title, "example": reading.example, "options": dict(reading.changes)}
        for reading in question.readings
    ]
    return {"about": question.about, "readings": readings}


def inspect(
    path: Path | str, kind: str | None = None, target: str | None = None, options: Mapping[str, Any] | None = None
) -> Findings:
    """Read a file or folder as ``kind`` (found where None) and say what is in it.

    ``options`` are settings of the source that say how the file is written, or what it is.

    Raises
    ------
    NetloomError
        if it is not there, cannot be read, or cannot be learned from; one sentence with the reason.
    """
    file = locate(str(path), None)
    with reading(file):
        seen = _suggestion(file, kind, target or "", options or {})
    dataset = _loaded(seen.source, file)
    prepared, few = _divided(seen.source)
    notes = (few, *seen.notes, *dataset.notes, *leaks(prepared), lopsided_note(dataset.info))
    problems = tuple(dict.fromkeys(filter(None, notes)))
    # A folder may hold the table that names its pictures, which is then what is read.
    path, split = Path(seen.source.path), prepared.choice.split
    return Findings(path, seen.source, dataset.info, seen.columns, problems, dataset.questions, split)


def _divided(source: Source) -> tuple[Prepared, str]:
    """The data divided as usual, or without a test set where there are too few samples for it, and a word on that."""
    usual = DataChoice(source=source)
    try:
        return prepare(usual), ""
    except EmptyPartError as error:
        try:
            prepared = prepare(usual.model_copy(update={"split": WITHOUT_TEST}))
        except EmptyPartError:
            raise error from None
    samples, fewest = prepared.dataset.samples, fewest_samples(usual.split)
    why = f" (at least {fewest} are needed)" if samples < fewest else ""
    return prepared, f"{samples} samples are too few for three sets{why}, so there is no test set."


def _loaded(source: Source, file: Path) -> Dataset:
    """What ``source`` reads; where it can't, a table's sentence says at which sign its rows were cut."""
    try:
        return source.load()
    except NetloomError as error:
        if isinstance(source, TableSource) and file.is_file():
            raise with_cut(error, file, source.reading) from None
        raise


def suggest(
    path: Path | str,
    kind: str | None = None,
    target: str | None = None,
    base: Path | None = None,
    options: Mapping[str, Any] | None = None,
) -> DataChoice:
    """A project's choice of the data at ``path``, kept relative to the project's folder ``base``, with its hash.

    Raises
    ------
    NetloomError
        as `inspect`.
    """
    return inspect(path, kind, target, options).choice(base)


def _suggestion(file: Path, kind: str | None, target: str, options: Mapping[str, Any]) -> Suggestion:
    """The source that reads ``file`` as ``kind``, or else the first that recognises it, with settings that fit it."""
    if kind is not None and kind not in KINDS:
        raise NetloomError(f"There is no kind of data “{kind}”; choose one of {', '.join(KINDS)}.")
    if kind is None:
        said = {name: value for name, value in options.items() if name in TableSource.model_fields}
        written = Table.parse(said, "data.options").table_options()
        candidate = Candidate(file, target, written)
        by_precedence = sorted(KINDS.values(), key=lambda source: source.precedence)
        chosen = next(source for source in by_precedence if source.recognises(candidate))
    else:
        chosen = KINDS[kind]
    unknown = [name for name in options if name not in chosen.model_fields]
    if unknown and not issubclass(chosen, TableSource):
        raise NetloomError(
            f"{file.name} is no table but {chosen.title.lower()}, so {', '.join(unknown)} cannot be said of it."
        )
    if unknown:
        named = ", ".join(unknown)
        raise NetloomError(f"{file.name} is read as {chosen.title.lower()}, of which {named} cannot be said.")
    return chosen.parse({**options, "path": str(file)}, "data.options").suggest(file, target)
