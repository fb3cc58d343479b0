"""What a data section names before anything is read: path and title, and what stays where another file is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.same_data import title_of_data
from graph.errors import NetloomError

NONE_YET = "No data yet"
KEPT = "This project keeps its data, {}, and Train uses that."


def path_in(section: Mapping[str, Any]) -> str:
    """The path of the file of the user's that a data section names; empty where it names none."""
    options = section.get("options")
    path = options.get("path") if isinstance(options, Mapping) else None
    return path if isinstance(path, str) else ""


def title_before_reading(section: Mapping[str, Any] | None) -> str:
    """The name of the file or data set that is chosen, if there is one."""
    if section is None:
        return NONE_YET
    if path := path_in(section):
        return Path(path).name
    try:
        return DataChoice.parse(section).source.title if section else NONE_YET
    except NetloomError:
        return NONE_YET


def kept_data(section: object, base: Path | None) -> str:
    """Says that a project keeps the data it has where another file is refused; nothing where it has none."""
    title = title_of_data(section, base) if section is not None else ""
    return KEPT.format(title) if title else ""
