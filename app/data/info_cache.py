"""Cache of dataset descriptions and content hashes, so that asking again reads nothing of a user's file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.data.dataset import DatasetInfo, FieldInfo, Task
from app.system.home import home
from graph.shapes import Kind, Shape

VERSION = 13
"""Raised whenever a reader finds something else in the same file; what was kept before is then not believed."""
KEPT = 500
"""So many files are remembered; the oldest are forgotten."""


def key_of(*parts: object) -> str:
    """The cache key of a file that was read with some settings, as it was at some time."""
    return hashlib.sha256(json.dumps([VERSION, *parts], default=str).encode()).hexdigest()[:32]


def cached_info(key: str) -> DatasetInfo | None:
    """The description kept under ``key``; None where there is none, or none that can be read."""
    try:
        return _from_json(json.loads(cached_text(key)))
    except (ValueError, KeyError, TypeError):
        return None


def cached_text(key: str) -> str:
    """What was kept under ``key``; empty where there is nothing, or nothing that can be read."""
    try:
        return _place(key).read_text("utf-8")
    except (OSError, ValueError):
        return ""


def cache_info(key: str, info: DatasetInfo) -> None:
    """Keep a description under ``key``; where there is no room for it, nothing is lost but time."""
    cache_text(key, json.dumps(asdict(info)))


def cache_text(key: str, text: str) -> None:
    """The same for a text."""
    place = _place(key)
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{os.getpid()}.part")
        draft.write_text(text, "utf-8")
        draft.replace(place)
        kept = sorted(place.parent.glob("*.json"), key=lambda entry: entry.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)


def _place(key: str) -> Path:
    return home() / "cache" / "info" / f"{key}.json"


def _from_json(values: dict[str, Any]) -> DatasetInfo:
    """What `dataclasses.asdict` made of a description: lists are tuples again, words their kinds."""
    fields = tuple(FieldInfo(**_tuples(field) | {"shape": _shape(**field["shape"])}) for field in values["fields"])
    return DatasetInfo(**_tuples(values) | {"task": Task(values["task"]), "fields": fields})


def _shape(kind: str, sizes: list[int | None]) -> Shape:
    return Shape(Kind(kind), tuple(sizes))


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
