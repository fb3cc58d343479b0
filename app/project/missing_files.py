"""Files and folders that a project names and that are not there: its data, and weights that training starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.readers.file_access import locate
from app.data.sources.file_source import FileSource
from app.training.start_edits import start_of
from graph.errors import NetloomError


def missing_files(sections: Mapping[str, Any], base: Path | None) -> frozenset[str]:
    """What the sections of a project name and is missing; ``base`` is the folder where relative paths begin.

    Nothing is read: each file is only looked for.
    """
    return frozenset((*_missing_data(sections.get("data"), base), *_missing_weights(sections, base)))


def _missing_data(section: object, base: Path | None) -> Iterator[str]:
    try:
        source = DataChoice.parse(section).source
    except NetloomError:
        return
    if isinstance(source, FileSource):
        try:
            locate(source.path, base)
        except NetloomError:
            yield source.path


def _missing_weights(sections: Mapping[str, Any], base: Path | None) -> Iterator[str]:
    file = start_of(sections).file(base)
    if file is not None and not file.is_file():
        yield str(file)
