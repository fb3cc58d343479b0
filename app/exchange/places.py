"""Sentences without the folders of this machine, for files that leave it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

ROOTED = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:\\|/)(?:[^\s/\\\"'“”‘’<>|]+[/\\])+")
"""The folders of an absolute path, up to its name."""


def without_places(sentence: object, *known: Path | None) -> str:
    """A sentence in which files stand with their names alone; the folders ``known`` may have blanks in their names."""
    text = str(sentence)
    for folder in _longest_first(known):
        text = text.replace(f"{folder}/", "").replace(f"{folder}\\", "")
    return ROOTED.sub("", text)


def _longest_first(known: Iterable[Path | None]) -> list[str]:
    folders = {str(form) for path in (*known, Path.home()) if path is not None for form in (path, path.absolute())}
    return sorted(folders - {"", ".", "/"}, key=len, reverse=True)
