"""What a worker's preview of a data set says, with names for its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.protocol.loose import Loose as Message
from app.protocol.values import FieldFacts
from app.system.number_format import format_short
from graph.shapes import Kind, Shape

Array = NDArray[Any]
PART_TITLES = {0: "training", 1: "validation", 2: "test"}
LEFT_OUT = "left out"

FEW = 2
"""So many numbers are written out one by one."""


@dataclass(frozen=True, eq=False)
class Preview:
    """A selection of n samples of a data set, and facts about all of it.

    ``info``, ``notes``, ``leaks``, ``parts``, ``balance``, ``features``, ``correlations`` and ``pipeline`` are as
    `app.data.data_preview.preview` gives them; ``index`` (n,), ``part`` (n,), ``place`` (n,) and ``values`` (n, ...) by
    field too, and ``texts`` by field of tokens.
    """

    info: Mapping[str, Any]
    notes: Sequence[str]
    leaks: Sequence[str]
    parts: Mapping[str, int]
    balance: Mapping[str, Sequence[Any]] | None
    features: Mapping[str, Sequence[Mapping[str, Any]]]
    correlations: Mapping[str, Any] | None
    pipeline: Sequence[Mapping[str, Any]]
    index: Array
    part: Array
    place: Array
    values: Mapping[str, Array]
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def from_message(cls, message: Message) -> Preview:
        """Read the answer to a ``preview`` request; the arrays of fields are called ``values/FIELD``."""
        fields, arrays = message.fields, message.arrays
        values = {name.removeprefix("values/"): one for name, one in arrays.items() if name.startswith("values/")}
        index = np.asarray(arrays["index"])
        return cls(
            info=fields["info"],
            notes=fields.get("notes") or (),
            leaks=fields.get("leaks") or (),
            parts=fields.get("parts") or {},
            balance=fields.get("balance"),
            features=fields.get("features") or {},
            correlations=fields.get("correlations"),
            pipeline=fields.get("pipeline") or (),
            index=index,
            part=np.asarray(arrays["part"]),
            place=np.asarray(arrays.get("place", index)),
            values=values,
            texts=fields.get("texts") or {},
        )

    def field(self, role: str) -> Mapping[str, Any]:
        """The first field with a role (``input`` or ``target``); an input that is reconstructed is its own target."""
        fields = self.info["fields"]
        return next((one for one in fields if one["role"] == role), None) or self.field("input")

    @property
    def inputs(self) -> Array:
        """Values of the data set's own input, (n, ...)."""
        return self.values[self.field("input")["name"]]

    def labels(self, *, units: bool = True) -> list[str]:
        """What each sample is, in words: its class, or its target's value, with the unit where there is room."""
        target = dict(self.field("target"))
        if target["name"] in self.texts:
            return list(self.texts[target["name"]])
        return labels_of(FieldFacts.parse(target if units else target | {"units": ()}), self.values[target["name"]])

    def part_titles(self) -> list[str]:
        """Which part each sample is in."""
        return [PART_TITLES.get(int(number), LEFT_OUT) for number in self.part]

    def rows_of(self, part: int) -> list[int]:
        """Rows of this preview that are in a part (0 training, 1 validation, 2 test), by their place in it."""
        rows = np.flatnonzero(self.part == part)
        return [int(row) for row in rows[np.argsort(self.place[rows], kind="stable")]]


def labels_of(target: FieldFacts, values: Array) -> list[str]:
    """Values (n, ...) of a target field in words; a sequence or picture has none that are short."""
    if target.classes:
        return [target.classes[int(value)] for value in values]
    if values.ndim > 2 and values[:1].size != 1:
        return ["" for _ in values]
    return [few(row, next(iter(target.units), "")) for row in values.reshape(len(values), -1).tolist()]


def few(numbers: Sequence[float], unit: str = "") -> str:
    """One or two numbers, or the first and the last of more, with their unit."""
    shown = [format_short(float(one)) for one in (numbers if len(numbers) <= FEW else (numbers[0], numbers[-1]))]
    return f"{(', ' if len(numbers) <= FEW else ' … ').join(shown)}{unit and f' {unit}'}"


def facts_of(info: Mapping[str, Any]) -> str:
    """Samples, shape and classes of a data set in one line, and below it what it is."""
    shape = Shape(Kind(info["kind"]), tuple(info["shape"])).described()
    classes = f"  ·  {len(info['classes'])} classes" if info["classes"] else ""
    return f"{info['samples']:,} samples  ·  {shape}{classes}  ·  {info['task']}\n{info['summary']}"
