"""Looking at a file or folder of the user's: what it is, what is in it, what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.data.leakage import leaks
from app.data.prepare import prepare
from app.data.readers.columns import Column, ColumnType, is_identifier, likely_target, look, type_of
from app.data.readers.file_access import content_hash, locate, reading, relative
from app.data.readers.picture_listing import path_column
from app.data.readers.table_file import CsvSource
from app.data.readers.time_column import likely_group, likely_order
from app.data.source_catalogue import FILES, source
from app.data.sources.file_source import FileSource
from app.data.sources.series import numeric
from app.data.sources.table import PART_NAMES, check_column, named_in
from app.data.sources.texts import longest
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

ARRAYS = (".npy", ".npz", ".gz", ".idx", "-ubyte", ".safetensors")
CMAPSS = re.compile(r"(train|test)_fd\d+\.txt", re.IGNORECASE)
ARCHIVES = (".tar.gz", ".tgz", ".bin")
_SUBJECT = re.compile(
    r"(patient|subject|person|participant|user|customer|client|student|machine|device|session|household)"
    r"([ _-]?(id|nr|no|key|number|name))?",
    re.IGNORECASE,
)
KINDS = tuple(kind.kind for kind in FILES)


@dataclass(frozen=True)
class Findings:
    """What was found in a file or folder, and the source that reads it so.

    ``columns`` is empty for pictures and arrays. ``problems`` are sentences about what was left out, filled or
    changed on the way in.
    """

    path: Path
    source: FileSource
    info: DatasetInfo
    columns: tuple[Column, ...]
    problems: tuple[str, ...]

    @property
    def target(self) -> str:
        """The column or array that is to be predicted; empty where there is none to choose."""
        chosen = getattr(self.source, "target", "")
        return str(chosen)

    def to_json(self) -> dict[str, Any]:
        """The findings as plain JSON values."""
        facts = self.info.to_json()
        shown = ("task", "shape", "target_shape", "samples", "classes", "fields")
        return {
            "path": str(self.path),
            "kind": self.source.kind,
            "title": self.info.title,
            "target": self.target,
            **{name: facts[name] for name in shown},
            "columns": [column.to_json() for column in self.columns],
            "problems": list(self.problems),
        }


def inspect(path: Path | str, kind: str | None = None, target: str | None = None) -> Findings:
    """Read a file or folder as ``kind`` (found out where None) and say what is in it.

    Raises
    ------
    NetloomError
        if it is not there, cannot be read, or cannot be learned from; one sentence with the reason.
    """
    file = locate(str(path), None)
    with reading(file):
        chosen, columns, notes = _chosen(file, kind or likely_kind(file, target), target or "")
    dataset = chosen.load()
    prepared = prepare(DataChoice(source=chosen, standardise=False))
    problems = tuple(dict.fromkeys(notes + dataset.notes + leaks(prepared)))
    return Findings(file, chosen, dataset.info, columns, problems)


def suggest(
    path: Path | str, kind: str | None = None, target: str | None = None, base: Path | None = None
) -> DataChoice:
    """A project's choice of the data at ``path``, kept relative to the project's folder ``base``, with its hash.

    Raises
    ------
    NetloomError
        as `inspect`.
    """
    findings = inspect(path, kind, target)
    with reading(findings.path):
        kept = findings.source.changed(path=relative(findings.path, base), sha256=content_hash(findings.path))
    return DataChoice(source=kept)


def likely_kind(file: Path, target: str | None = None) -> str:
    """Which kind of data ``file`` seems to be, by its name and, for tables, its columns."""
    if file.is_dir():
        return _of_folder(file)
    if CMAPSS.fullmatch(file.name):
        return "cmapss"
    if file.name.lower().endswith(ARCHIVES):
        return "cifar"
    if file.name.lower().endswith(ARRAYS):
        return "arrays"
    frame, _ = CsvSource(path=str(file)).frame(file)
    columns = tuple(look(frame[name]) for name in frame.columns)
    if _is_series(columns, frame, target):
        return "series"
    if path_column(frame.head(50)) and len(columns) > 1:
        return "images"
    return "text" if _is_text(columns, frame, target) else "table"


def _of_folder(folder: Path) -> str:
    """What a folder holds, by the first files in it: CIFAR's files, texts, or else pictures."""
    if next(folder.glob("*.bin"), None) is not None:
        return "cifar"
    return "text" if next(folder.glob("*/*.txt"), None) is not None else "images"


def _is_series(columns: tuple[Column, ...], frame: pd.DataFrame, target: str | None) -> bool:
    """Times and nothing but numbers beside them, perhaps for each of several names; or a single column of numbers."""
    order = likely_order(columns, frame)
    group = likely_group(columns, frame, order)
    if not order or target in (order, group) or (group == "" and not _rises(columns[0], frame, order)):
        return len(columns) == 1 and columns[0].type is ColumnType.NUMBER
    filled = [one.type for one in columns if one.name not in (order, group) and one.type is not ColumnType.EMPTY]
    return bool(filled) and all(type_ is ColumnType.NUMBER for type_ in filled)


def _rises(first: Column, frame: pd.DataFrame, order: str) -> bool:
    """Whether the first column holds the times: dates, or numbers each of which is larger than the one before."""
    if first.name != order:
        return False
    return first.type is ColumnType.DATE or bool((frame[order].diff().iloc[1:] > 0).all())


def _is_text(columns: tuple[Column, ...], frame: pd.DataFrame, target: str | None) -> bool:
    """A column of sentences, and at most a number or two beside it and the target."""
    sentences = [
        one
        for one in columns
        if one.type is ColumnType.TEXT and frame[one.name].dropna().astype(str).str.count(" ").mean() >= 2
    ]
    others = [one for one in columns if one not in sentences and one.name != target]
    return len(sentences) == 1 and len(columns) > 1 and len(others) <= 3


def _chosen(file: Path, kind: str, target: str) -> tuple[FileSource, tuple[Column, ...], tuple[str, ...]]:
    """The source for ``file`` with what can be told from its columns, and those columns."""
    made = source(kind) if kind in KINDS else None
    if made is None or not issubclass(made, FileSource):
        raise NetloomError(f"There is no kind of data “{kind}”; choose one of {', '.join(KINDS)}.")
    plain = made(path=str(file))
    if not isinstance(plain, CsvSource) or file.is_dir():
        return (plain.changed(target=target) if target and "target" in made.model_fields else plain), (), ()
    frame, notes = plain.frame(file)
    columns = tuple(look(frame[name]) for name in frame.columns)
    for name in named_in(target, frame) if target and kind == "table" else filter(None, [target]):
        check_column(file, frame, name)
    found, more = _SUGGESTIONS[kind](file, frame, columns, target)
    return plain.changed(**found), columns, notes + more


def _table(
    file: Path, frame: pd.DataFrame, columns: tuple[Column, ...], target: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    if len(columns) < 2:
        raise NetloomError(
            f"{file.name} has one column only; one to predict and at least one to predict from are needed."
        )
    parts = next((one.name for one in columns if _names_parts(frame[one.name]) and one.name != target), "")
    target = target or likely_target(tuple(one for one in columns if one.name != parts))
    aims = named_in(target, frame)
    ids = tuple(one.name for one in columns if is_identifier(one, frame[one.name]) and one.name not in aims)
    notes = [f"Column “{name}” only numbers the rows and is left out." for name in ids]
    if parts:
        notes.append(f"Column “{parts}” says which part each row is in.")
    notes += (
        []
        if parts
        else [
            f"Rows share “{one.name}”; name it as group, so that what belongs together is never parted."
            for one in columns
            if one.name not in (*aims, *ids) and _shared(one, frame[one.name])
        ]
    )
    return {"target": target, "ignore": ids, "parts": parts}, tuple(notes)


def _names_parts(series: pd.Series[Any]) -> bool:
    """Whether every row says that it is in a part, not all in the same."""
    if type_of(series) is not ColumnType.CATEGORY or bool(series.isna().any()):
        return False
    named = {PART_NAMES.get(str(one).strip().lower()) for one in series.unique()}
    return len(named) > 1 and 0 in named and None not in named


def _shared(column: Column, series: pd.Series[Any]) -> bool:
    """Whether a column names who or what was measured, several times each."""
    known = len(series) - column.missing
    return bool(_SUBJECT.fullmatch(column.name)) and 2 < int(series.nunique()) < known


def _series(
    file: Path, frame: pd.DataFrame, columns: tuple[Column, ...], target: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Windows of a tenth of the series at most, so that every part has room for some."""
    order = likely_order(columns, frame)
    group = likely_group(columns, frame, order)
    names = numeric(frame, order)
    steps = int(frame[group].value_counts().min()) if group else len(frame)
    window = max(1, min(50, steps // 10))
    found = {"target": target or (names[-1] if names else ""), "order": order, "window": window}
    if not group:
        return found, ()
    # Machines are told apart by their own clocks, places by the same calendar.
    by_time = frame[group].nunique() < 3 or type_of(frame[order]) is ColumnType.DATE
    told = "all are divided at the same times" if by_time else "each stays whole in one part"
    return found | {"group": group, "divide": "by_time" if by_time else "whole"}, (
        f"Column “{group}” tells series apart; {told}.",
    )


def _text(
    file: Path, frame: pd.DataFrame, columns: tuple[Column, ...], target: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    column = next((one.name for one in columns if one.type is ColumnType.TEXT and one.name != target), "")
    column = column or longest(file, frame)
    return {
        "column": column,
        "target": target or likely_target(tuple(one for one in columns if one.name != column)),
    }, ()


_SUGGESTIONS = {"table": _table, "series": _series, "text": _text}
