"""Cache of dataset descriptions and content hashes, so that asking again reads nothing of a user's file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from pydantic import TypeAdapter

from app.data.dataset import DatasetInfo
from app.system.home import home

VERSION = 14
"""Raised whenever a reader finds something else in the same file; what was kept before is then not believed."""
INFO = TypeAdapter(DatasetInfo)
KEPT = 500
"""So many files are remembered; the oldest are forgotten."""


def key_of(*parts: object) -> str:
    """The cache key of a file that was read with some settings, as it was at some time."""
    return hashlib.sha256(json.dumps([VERSION, *parts], default=str).encode()).hexdigest()[:32]


def cached_info(key: str) -> DatasetInfo | None:
    """The description kept under ``key``; None where there is none, or none that can be read."""
    try:
        return INFO.validate_json(cached_text(key))
    except ValueError:
        return None


def cached_text(key: str) -> str:
    """What was kept under ``key``; empty where there is nothing, or nothing that can be read."""
    try:
        return _place(key).read_text("utf-8")
    except (OSError, ValueError):
        return ""


def cache_info(key: str, info: DatasetInfo) -> None:
    """Keep a description under ``key``; where there is no room for it, nothing is lost but time."""
    cache_text(key, INFO.dump_json(info).decode("utf-8"))


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
