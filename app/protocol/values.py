"""Values that several messages carry, free of torch and of the data's arrays."""

from __future__ import annotations

from dataclasses import dataclass


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
    labels: bool = False
    """Whether each value is 0 or 1 for one of several labels."""
    next_of: str = ""
    """The field of tokens whose next ones these are."""
    decimal: str = "."
    """The sign before decimals in the file that the values come from."""
