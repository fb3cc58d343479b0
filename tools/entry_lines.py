"""JSON files of measurements with one line for each entry, so that a change reads well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph.atomic_write import write_atomically


def read_entries(path: Path) -> dict[str, Any]:
    """The entries of a file by their names; none where there is no file yet."""
    entries: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return entries


def write_entries(path: Path, entries: Mapping[str, Any]) -> None:
    """Write the entries in their order."""
    lines = [f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}" for name, entry in entries.items()]
    write_atomically(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
