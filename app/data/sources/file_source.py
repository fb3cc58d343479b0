"""Data sources that read a file or folder of the user's: the path, its content hash, and a cache of what was loaded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import pydantic

from app.data.dataset import Dataset, DatasetInfo
from app.data.readers.file_access import content_hash, locate, reading, stamp
from app.data.sidecar import keep, key_of, recall
from app.data.sources.source import Origin, Source
from app.system.memory_budget import budget
from graph.layers.settings import setting

CHANGED = "has changed since it was chosen for this project."
"""How the note about a file of other content ends."""


class FileSource(Source):
    """Samples from a file or folder. Subclasses give `read`.

    ``path`` is relative to the project's folder where it can be. ``sha256`` is the hash of the content when it was
    chosen, or empty; data that has changed since is read all the same, and a note says so.
    """

    origin: ClassVar[Origin] = Origin.FILE

    path: str = setting("", "The file or folder, relative to the project's folder")
    sha256: str = pydantic.Field("", description="Hash of the content when it was chosen")

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the file offers; it is read only if it was never read with these settings, or has changed since."""
        return self.known_info(base) or self.load(base).info

    def known_info(self, base: Path | None = None) -> DatasetInfo | None:
        """What the file offers as it was found when it was last read; None if it must be read for it.

        Nothing of the file's content is read, so a window may ask this at any time.
        """
        file = locate(self.path, base)
        with reading(file):
            return recall(self._key(file))

    def load(self, base: Path | None = None) -> Dataset:
        """The samples in the file."""
        file = locate(self.path, base)
        with reading(file):
            return _loaded(self, file, tuple(stamp(one) for one in (file, *self.beside(file))), budget())

    def _key(self, file: Path) -> str:
        stamps = tuple(stamp(one) for one in (file, *self.beside(file)))
        return key_of(self.kind, self.values(), str(file), stamps)

    def beside(self, file: Path) -> tuple[Path, ...]:
        """Other files that are read along with ``file``."""
        return ()

    def read(self, file: Path) -> Dataset:
        """The samples in ``file``, which exists."""
        raise NotImplementedError

    def change_note(self, file: Path) -> tuple[str, ...]:
        """A sentence if the content is not what it was when it was chosen."""
        if not self.sha256 or self.sha256 == content_hash(file):
            return ()
        return (f"{file.name} {CHANGED}",)


@lru_cache(maxsize=2)
def _loaded(source: FileSource, file: Path, stamped: tuple[tuple[int, int], ...], allowed: int) -> Dataset:
    """Read once as long as neither the settings, the file (``stamped``) nor the memory that is ``allowed`` change."""
    dataset = source.read(file)
    keep(source._key(file), dataset.info)
    return dataset
