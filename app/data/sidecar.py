"""What is known of a user's file, kept beside Netloom's own things, so that asking again reads nothing of the file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from app.data.dataset import DatasetInfo, FieldInfo, Task
from app.system.home import home
from graph.shapes import Kind, Shape

VERSION = 3
"""Raised whenever a reader finds something else in the same file; what was kept before is then not believed."""
KEPT = 500
"""So many files are remembered; the oldest are forgotten."""


def key_of(*parts: object) -> str:
    """A name for the facts of a file, read with some settings, as it was at some time."""
    return hashlib.sha256(json.dumps([VERSION, *parts], default=str).encode()).hexdigest()[:32]


def recall(key: str) -> DatasetInfo | None:
    """The facts kept under ``key``; None where there are none, or none that can be read."""
    try:
        return _from_json(json.loads(recall_text(key)))
    except (ValueError, KeyError, TypeError):
        return None


def recall_text(key: str) -> str:
    """What was kept under ``key``; empty where there is nothing, or nothing that can be read."""
    try:
        return _place(key).read_text("utf-8")
    except (OSError, ValueError):
        return ""


def keep(key: str, info: DatasetInfo) -> None:
    """Keep facts under ``key``; where there is no room for them, nothing is lost but time."""
    keep_text(key, json.dumps(_to_json(info)))


def keep_text(key: str, text: str) -> None:
    """The same for a text."""
    place = _place(key)
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{os.getpid()}.part")
        draft.write_text(text, "utf-8")
        draft.replace(place)
        kept = sorted(place.parent.glob("*.json"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)


def _place(key: str) -> Path:
    return home() / "cache" / "info" / f"{key}.json"


def _to_json(info: DatasetInfo) -> dict[str, Any]:
    return {
        "id": info.id, "title": info.title, "task": str(info.task), "samples": info.samples,
        "inputs": info.inputs, "target": info.target, "summary": info.summary, "ordered": info.ordered,
        "fields": [
            {
                "name": one.name, "kind": str(one.shape.kind), "sizes": one.shape.sizes, "classes": one.classes,
                "names": one.names, "units": one.units, "vocabulary": one.vocabulary, "lengths": one.lengths,
                "fixed": one.fixed,
            }
            for one in info.fields
        ],
    }  # fmt: skip


def _from_json(found: dict[str, Any]) -> DatasetInfo:
    fields = tuple(
        FieldInfo(
            one["name"],
            Shape(Kind(one["kind"]), tuple(one["sizes"])),
            classes=tuple(one["classes"]),
            names=tuple(one["names"]),
            units=tuple(one["units"]),
            vocabulary=tuple(one["vocabulary"]),
            lengths=one["lengths"],
            fixed=one["fixed"],
        )
        for one in found["fields"]
    )
    return DatasetInfo(
        found["id"],
        found["title"],
        Task(found["task"]),
        int(found["samples"]),
        fields,
        tuple(found["inputs"]),
        found["target"],
        found["summary"],
        bool(found["ordered"]),
    )
