"""Data sources that read a file or folder of the user's: the path, its content hash, and a cache of what was loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import pydantic

from app.data.dataset import Dataset, DatasetInfo
from app.data.info_cache import cache_info, cached_info, key_of
from app.data.readers.file_access import content_hash, locate, reading, stamp
from app.data.readers.recipe import RULES, TableOptions
from app.data.readers.table_file import TableData, read_table
from app.data.readers.table_format import Reading
from app.data.sources.source import Origin, Source
from app.protocol.data_values import Column
from app.system.memory_budget import budget
from graph.layers.settings import setting


@dataclass(frozen=True)
class Candidate:
    """A file or folder whose kind of data is looked for.

    ``target`` is the column to be predicted, where it is said, ``options`` what is said of how a table is written.
    """

    path: Path
    target: str = ""
    options: TableOptions = field(default_factory=TableOptions)

    @cached_property
    def table(self) -> TableData:
        """The file as a table.

        Raises
        ------
        NetloomError
            if it is none.
        """
        return read_table(self.path, Reading(self.options))


@dataclass(frozen=True)
class Suggestion:
    """A source with settings that fit a file, the columns of its table (or none), and notes on what was seen."""

    source: FileSource
    columns: tuple[Column, ...] = ()
    notes: tuple[str, ...] = ()


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
    rules: Literal[1, 2] = pydantic.Field(RULES, description="Version of the rules by which the reading is found")

    precedence: ClassVar[int]
    """Of several sources that recognise a file, the one with the smallest number reads it."""

    @classmethod
    def endings(cls) -> tuple[str, ...]:
        """How the names of single files end that this kind of data is read from; none where it is read from folders."""
        return ()

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """Whether a file or folder holds this kind of data, by its name and, for tables, its columns.

        Raises
        ------
        NetloomError
            if it must be read as a table for this, and is none.
        """
        raise NotImplementedError

    def suggest(self, file: Path, target: str) -> Suggestion:
        """The source with settings that fit ``file``; ``target`` names what to predict, empty for the likeliest."""
        return Suggestion(self.changed(target=target) if target and "target" in type(self).model_fields else self)

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the file offers; it is read only if it was never read with these settings, or has changed since."""
        return self.known_info(base) or self.load(base).info

    def known_info(self, base: Path | None = None) -> DatasetInfo | None:
        """What the file offers as it was found when it was last read; None if it must be read for it.

        Nothing of the file's content is read, so a window may ask this at any time.
        """
        file = locate(self.path, base)
        with reading(file):
            return cached_info(self._key(file))

    def load(self, base: Path | None = None) -> Dataset:
        """The samples in the file."""
        file = locate(self.path, base)
        with reading(file):
            return _loaded(self, file, self._stamps(file), budget())

    def _key(self, file: Path) -> str:
        return key_of(self.kind, self.values(), str(file), self._stamps(file))

    def _stamps(self, file: Path) -> tuple[tuple[int, int], ...]:
        return tuple(map(stamp, (file, *self.beside(file))))

    def beside(self, file: Path) -> tuple[Path, ...]:
        """Other files that are read along with ``file``."""
        return ()

    def read(self, file: Path) -> Dataset:
        """The samples in ``file``, which exists."""
        raise NotImplementedError

    @property
    def decimal_mark(self) -> str:
        """The sign before the decimals of numbers, as the file has it."""
        return "."

    def change_note(self, file: Path) -> tuple[str, ...]:
        """A sentence if the content is not what it was when it was chosen."""
        if not self.sha256 or self.sha256 == content_hash(file):
            return ()
        return (f"{file.name} {CHANGED}",)


@lru_cache(maxsize=2)
def _loaded(source: FileSource, file: Path, stamped: tuple[tuple[int, int], ...], allowed: int) -> Dataset:
    """Read once as long as neither the settings, the file (``stamped``) nor the memory that is ``allowed`` change."""
    dataset = source.read(file).written_with(source.decimal_mark)
    cache_info(source._key(file), dataset.info)
    return dataset
