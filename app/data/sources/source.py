"""What every source of data declares: its settings, what it offers, and how it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict

from app.data.dataset import Dataset, DatasetInfo
from graph.layers.declared import Declared
from graph.layers.settings import Setting


class Source(Declared):
    """One place that samples come from, with its settings.

    Subclasses give the class variables, their settings as fields declared with `graph.layers.settings.setting`,
    `info` and `load`. The docstring is the summary that people read when they choose data.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    kind: ClassVar[str]
    """Name in project files and on the command line."""
    from_file: ClassVar[bool] = False
    """Whether the samples come from a file or folder of the user's."""

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
