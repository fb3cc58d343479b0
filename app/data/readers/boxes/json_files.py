"""JSON files of a folder in which several formats of annotations look for their own: each is parsed once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.data.readers.json_text import load_json

LARGEST = 1 << 24
"""Bytes of the largest file about a single picture that is read, and of all files whose contents are kept."""
LIST = "[]"
"""The mark of a file that holds a list."""
MARKS = ("shapes",)
"""Members by which a format knows the objects that it reads."""


class JsonFiles:
    """What the files hold that were parsed, as far as there is room, and of all others whether to parse them again."""

    def __init__(self) -> None:
        self._kept: dict[Path, Any] = {}
        self._room = LARGEST
        self._marks: dict[Path, tuple[str, ...]] = {}

    def parse(self, file: Path) -> Any:
        """What ``file`` holds; None where it is empty.

        Raises
        ------
        OSError, ValueError, RecursionError
            if it cannot be read, or is no JSON.
        """
        if file in self._kept:
            return self._kept[file]
        self._marks[file] = ()
        text = file.read_text("utf-8-sig")
        content = load_json(text or "null")
        self._marks[file] = _marks_of(content)
        if len(text) <= self._room:
            self._kept[file] = content
            self._room -= len(text)
        return content

    def small(self, file: Path, mark: str) -> Any:
        """What ``file`` holds if it has the ``mark``: one of `MARKS`, or `LIST`.

        None where it is known to have none, is too large, or cannot be read.
        """
        if mark not in self._marks.get(file, (mark,)):
            return None
        try:
            return self.parse(file) if file.stat().st_size <= LARGEST else None
        except (OSError, ValueError, RecursionError):
            return None


def _marks_of(content: Any) -> tuple[str, ...]:
    if isinstance(content, list):
        return (LIST,)
    return tuple(mark for mark in MARKS if mark in content) if isinstance(content, dict) else ()
