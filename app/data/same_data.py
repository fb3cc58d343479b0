"""Data as a project chooses it, without reading it: what it offers, and whether two choices mean the same samples."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.data.sources.file_source import FileSource
from app.data.sources.source import Source
from graph.errors import NetloomError


def same_data(section: object, base: Path | None, other: object, other_base: Path | None) -> bool:
    """Whether two ``data`` sections mean the same samples, divided and standardised alike; how they are altered while
    training does not matter.

    ``base`` and ``other_base`` are the folders where their relative paths start. No file is read.
    """
    if section == other and base == other_base:
        return True
    try:
        one, two = DataChoice.parse(section), DataChoice.parse(other)
    except NetloomError:
        return section == other
    if (one.split, one.fold, one.standardise) != (two.split, two.fold, two.standardise):
        return False
    if one.source.kind != two.source.kind:
        return False
    return _values(one.source, base, two.source) == _values(two.source, other_base, one.source)


def info_of_data(section: object, base: Path | None) -> DatasetInfo | None:
    """What data offers, None where that is not known without reading a file or none is chosen."""
    try:
        return DataChoice.parse(section).known_info(base)
    except NetloomError:
        return None


def title_of_data(section: object, base: Path | None) -> str:
    """What data is called, empty where that is not known without reading a file or none is chosen."""
    try:
        choice = DataChoice.parse(section)
        known = choice.known_info(base)
    except NetloomError:
        return ""
    if known is not None:
        return known.title
    return Path(choice.source.path).name if isinstance(choice.source, FileSource) else ""


def _values(source: Source, base: Path | None, other: Source) -> Mapping[str, Any]:
    """The settings of a source, its path as it stands on the disk, without a hash that the other one lacks."""
    values = dict(source.values())
    if isinstance(source, FileSource) and isinstance(other, FileSource):
        values["path"] = os.path.normpath((base or Path()) / Path(source.path).expanduser())
        if not (source.sha256 and other.sha256):
            values.pop("sha256", None)
    return values
