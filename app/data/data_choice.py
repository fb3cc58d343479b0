"""Data configuration of a project: source with its settings, split, standardisation and augmentation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, SerializeAsAny, ValidationError

from app.data.augment import Augment
from app.data.dataset import DatasetInfo
from app.data.folds import Fold
from app.data.source_catalogue import DOWNLOADED, SHIPPED, source
from app.data.sources.source import Source
from app.data.split import Split
from graph.errors import NetloomError
from graph.layers.settings import setting

KEYS = ("source", "options", "split", "fold", "standardise", "augment")


class DataChoice(BaseModel):
    """The ``data`` section of a project, as a value."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    source: SerializeAsAny[Source]
    split: Split = Split()
    fold: Fold | None = None
    standardise: bool = setting(True, "Give every feature mean 0 and standard deviation 1, by the training set")
    augment: Augment = Augment()

    @classmethod
    def of(cls, kind: str, **options: Any) -> Self:
        """The source called ``kind`` with ``options``, divided and standardised as usual.

        Raises
        ------
        NetloomError
            if there is no such source or it refuses an option.
        """
        return cls.parse({"source": kind, "options": options})

    @classmethod
    def usual(cls, kind: str) -> Self:
        """The source called ``kind`` as a new project begins with it.

        Raises
        ------
        NetloomError
            if there is no such source.
        """
        return cls(source=source(kind).usual())

    @classmethod
    def parse(cls, section: object) -> Self:
        """Read the ``data`` section of a project; whatever is left out has its default.

        Raises
        ------
        NetloomError
            if something in it is unknown or refused; the sentence begins with the place.
        """
        section = section if isinstance(section, Mapping) else {}
        for key in section:
            if key not in KEYS:
                raise NetloomError(f"data: there is no setting “{key}”; there are {', '.join(KEYS)}.")
        kind = section.get("source")
        if not isinstance(kind, str):
            raise NetloomError("data: “source” is missing; name the data, for example “digits”.")
        options = _mapping(section, "options")
        chosen = source(kind).parse(options, "data.options")
        standardise = section.get("standardise", True)
        if not isinstance(standardise, bool):
            raise NetloomError(f"data.standardise: true or false is needed (given: {standardise!r}).")
        split = Split.parse(_mapping(section, "split"), "data.split")
        altered = Augment.parse(_mapping(section, "augment"), "data.augment")
        fold = _fold(section)
        return cls(source=chosen, split=split, fold=fold, standardise=standardise, augment=altered)

    def to_json(self) -> dict[str, Any]:
        """The ``data`` section of a project; `parse` reads it back to an equal choice.

        ``augment`` is only there where something is altered, and holds only what is; ``fold`` where there is one.
        """
        altered = {"augment": self.augment.model_dump(mode="json", exclude_defaults=True)}
        fold = {} if self.fold is None else {"fold": self.fold.model_dump(mode="json")}
        return {
            "source": self.source.kind,
            "options": self.source.values(),
            "split": self.split.model_dump(mode="json"),
            **fold,
            "standardise": self.standardise,
            **(altered if self.augment.active else {}),
        }

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the data offers; ``base`` is the folder of the project, where relative paths start."""
        return self.source.info(base)

    def known_info(self, base: Path | None = None) -> DatasetInfo | None:
        """The same where no file has to be read for it, None otherwise: what a window may ask at any time."""
        return self.source.known_info(base)


def named_set(kind: str) -> DataChoice | None:
    """The choice of a data set that needs no file of the user's, by its id; None where there is none such."""
    return DataChoice.usual(kind) if any(known.kind == kind for known in SHIPPED + DOWNLOADED) else None


def _fold(section: Mapping[str, Any]) -> Fold | None:
    """The fold of a cross-validation that a section names, None where it names none."""
    if section.get("fold") is None:
        return None
    try:
        return Fold.model_validate(section["fold"])
    except ValidationError:
        raise NetloomError(
            f"data.fold: a number and of how many are needed, such as 2 of 5 (given: {section['fold']!r:.60})."
        ) from None


def _mapping(section: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = section.get(key, {})
    if not isinstance(value, Mapping):
        raise NetloomError(f"data.{key}: names with values are needed (given: {value!r}).")
    return value
