"""Pointing a project to its data again: to where it went, or to what has become of it."""

from __future__ import annotations

from pathlib import Path

from app.data.data_choice import DataChoice
from app.data.readers.file_access import content_hash, locate, reading, relative
from app.data.sources.file_source import FileSource
from graph.errors import NetloomError


def repointed(choice: DataChoice, path: Path | None = None, base: Path | None = None) -> DataChoice:
    """``choice`` with the file or folder at ``path`` (None: where it points now) and the hash of what is there now.

    All other settings stay. The data is read once, so that what does not fit them is told at once.

    Raises
    ------
    NetloomError
        if the data is no file of the user's, is not there, or cannot be read with these settings.
    """
    source = choice.source
    if not isinstance(source, FileSource):
        raise NetloomError(f"{source.title} is no file of yours, so it cannot be found anywhere else.")
    file = locate(str(path) if path is not None else source.path, base)
    with reading(file):
        found = source.changed(path=relative(file, base), sha256=content_hash(file))
    found.load(base)
    return choice.model_copy(update={"source": found})
