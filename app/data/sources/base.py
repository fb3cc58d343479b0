"""What every source of data declares: its settings, what it offers, and how it is loaded."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from app.data.dataset import Dataset, DatasetInfo
from graph.layers.settings import Setting, describe, sentence


class Source(BaseModel):
    """One place that samples come from, with its settings.

    Subclasses give the class variables, their settings as fields declared with `graph.layers.settings.setting`,
    `info` and `load`. The docstring is the summary that people read when they choose data.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    kind: ClassVar[str]
    """Name in project files and on the command line."""
    title: ClassVar[str]
    """Name on screen."""
    from_file: ClassVar[bool] = False
    """Whether the samples come from a file or folder of the user's."""

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        for spec in self.settings():
            complaint = spec.complaint(getattr(self, spec.name))
            if complaint:
                raise ValueError(complaint)
        return self

    @classmethod
    @cache
    def settings(cls) -> tuple[Setting, ...]:
        """The settings, in the order of the form."""
        return describe(cls)

    @classmethod
    def help(cls) -> str:
        """What this data is, for the person who chooses it."""
        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def summary(cls) -> str:
        """The first paragraph of the help, on one line."""
        return " ".join(cls.help().split("\n\n")[0].split())

    @classmethod
    def parse(cls, values: Mapping[str, Any], place: str) -> Self:
        """Read settings from JSON values; ``place`` begins the sentence of an error.

        Raises
        ------
        NetloomError
            if a setting is unknown or its value is refused.
        """
        try:
            return cls.model_validate_json(json.dumps(dict(values)))
        except ValidationError as error:
            raise sentence(error, place) from None

    def values(self) -> dict[str, Any]:
        """The settings as JSON values, all of them, in declared order."""
        dumped: dict[str, Any] = self.model_dump(mode="json")
        return dumped

    def changed(self, **values: Any) -> Self:
        """The same source with some settings changed, validated.

        Raises
        ------
        NetloomError
            if a value is refused.
        """
        merged = {name: getattr(self, name) for name in type(self).model_fields} | values
        try:
            return type(self).model_validate(merged)
        except ValidationError as error:
            raise sentence(error, self.title) from None

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
