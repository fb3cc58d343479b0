"""Values that several messages carry, free of torch and of the data's arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldFacts:
    """What must be known of a field of the data to show its values: see `app.data.dataset.FieldInfo`."""

    name: str
    kind: str
    shape: tuple[int | None, ...]
    classes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    vocabulary: int = 0
    """How many tokens are known to a field of tokens."""

    @classmethod
    def parse(cls, described: Mapping[str, Any]) -> FieldFacts:
        """From the plain JSON form of a field."""
        listed = {name: tuple(described.get(name) or ()) for name in ("shape", "classes", "names", "units")}
        return cls(
            str(described["name"]), str(described["kind"]), **listed, vocabulary=described.get("vocabulary") or 0
        )
