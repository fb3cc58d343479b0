"""Small JSON files of what Netloom remembers between starts: read as far as they are whole, written at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def read_object(file: Path) -> dict[str, Any]:
    """The JSON object in ``file``; empty where there is none or it is damaged, since nothing here is precious."""
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_object(file: Path, value: Mapping[str, Any]) -> None:
    """Write ``value`` so that the file is whole at all times; a disk that refuses is no reason to stop working."""
    temporary = file.with_suffix(".part")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")
        temporary.replace(file)
