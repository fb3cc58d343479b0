"""Small JSON files of what Netloom remembers between starts: read as far as they are whole, written at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph import strict_json
from graph.errors import NetloomError
from graph.user_files import bytes_of

LARGEST = 2**24
"""Files over this many bytes are not ours."""


def read_object(file: Path) -> dict[str, Any]:
    """The JSON object in ``file``; empty where there is none or it is damaged, since nothing here is precious."""
    try:
        value = strict_json.parse(bytes_of(file, LARGEST, "file of this kind"), file.name, strict=False)
    except NetloomError:
        return {}
    return value if isinstance(value, dict) else {}


def write_object(file: Path, value: Mapping[str, Any]) -> str:
    """Write ``value`` so that the file is whole at all times; a disk that refuses is no reason to stop working.

    Returns why it was not written, in a sentence; empty where it was.
    """
    from graph.atomic_write import write_atomically

    try:
        content = (json.dumps(value, indent=2) + "\n").encode()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, content)
    except NetloomError as error:
        return str(error)
    except (OSError, ValueError, RecursionError) as error:
        return f"{file} was not saved: {getattr(error, 'strerror', None) or error}."
    return ""
