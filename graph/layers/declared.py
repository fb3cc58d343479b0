"""Values that are made of declared settings: what layers and sources of data share."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from graph.errors import NetloomError
from graph.layers.settings import Setting, describe, sentence


class Declared(BaseModel):
    """A strict, frozen value whose fields are settings declared with `graph.layers.settings.setting`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    title: ClassVar[str]
    """Name on screen."""

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
        """The docstring, for people."""
        return inspect.cleandoc(cls.__doc__ or "")

    def values(self) -> dict[str, Any]:
        """The settings as JSON values, all of them, in declared order."""
        dumped: dict[str, Any] = self.model_dump(mode="json")
        return dumped

    def changed(self, **values: Any) -> Self:
        """The same value with some settings changed, validated.

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
        except (ValueError, TypeError, RecursionError):
            raise NetloomError(f"{place}: a setting holds what no file can; correct it.") from None
