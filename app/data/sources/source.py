"""Base class of all data sources (data set loaders) and their registry, which each enters when it is defined."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import ConfigDict

from app.data.dataset import Dataset, DatasetInfo
from graph.layers.declared import Declared
from graph.layers.settings import Setting


class Origin(StrEnum):
    """Where the samples of a source come from."""

    SHIPPED = "shipped"
    DOWNLOADED = "downloaded"
    FILE = "file"


class Source(Declared):
    """One place that samples come from, with its settings.

    Subclasses give the class variables, their settings as fields declared with `graph.layers.settings.setting`,
    `info` and `load`. The docstring is the summary that people read when they choose data. A subclass with a ``kind``
    registers itself.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    kind: ClassVar[str]
    """Name in project files and on the command line."""
    rank: ClassVar[int]
    """Place among the sources of the same origin where these are listed; the smallest comes first."""
    origin: ClassVar[Origin] = Origin.SHIPPED

    def __init_subclass__(cls, **options: Any) -> None:
        """Register a source that can be chosen."""
        super().__init_subclass__(**options)
        if "kind" in cls.__dict__:
            REGISTERED[cls.kind] = cls

    @classmethod
    def usual(cls) -> Self:
        """The settings with which a new project begins; what a file leaves out has its default instead."""
        return cls()

    def shown(self) -> tuple[Setting, ...]:
        """The settings that mean something as the others are, in the order of the form."""
        return self.settings()

    @classmethod
    def summary(cls) -> str:
        """The first paragraph of the help, on one line."""
        return " ".join(cls.help().split("\n\n")[0].split())

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the data offers; ``base`` is the folder that relative paths start from.

        Raises
        ------
        NetloomError
            if a file of the user's cannot be read.
        """
        raise NotImplementedError

    def resolved(self, base: Path | None = None) -> Self:
        """The source with what it finds in a file of the user's written down, so that nothing is found anew.

        Raises
        ------
        NetloomError
            if the file cannot be read.
        """
        return self

    def known_info(self, base: Path | None = None) -> DatasetInfo | None:
        """What the data offers if that can be said without reading a file of the user's, None otherwise.

        Raises
        ------
        NetloomError
            if a file of the user's is not there.
        """
        return self.info(base)

    def load(self, base: Path | None = None) -> Dataset:
        """The samples; the same settings give the same samples, bit for bit.

        Raises
        ------
        NetloomError
            if a file of the user's cannot be read.
        """
        raise NotImplementedError


REGISTERED: dict[str, type[Source]] = {}
"""The sources of all modules that were imported so far, by kind."""
