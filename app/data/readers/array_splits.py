"""Train, validation and test arrays that lie beside each other, told apart by the names of arrays or files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.data.dataset import Array

TRAIN = re.compile(r"train(ing)?", re.IGNORECASE)
OTHERS = ((1, ("validation", "valid", "val")), (2, ("test", "t10k")))
"""Numbers of the other parts, and what their names have in the place of ``train``."""


@dataclass(frozen=True, eq=False)
class PartArray:
    """Samples (n, ...) and targets of one part, by its number."""

    part: int
    samples: Array
    targets: Array | None

    def fits(self, samples: Array, targets: Array | None) -> bool:
        """Whether this piece is made as the training's ``samples`` and ``targets`` are, and is whole in itself."""
        if not _alike(self.samples, samples) or self.samples.dtype != samples.dtype:
            return False
        if self.targets is None or targets is None:
            return self.targets is targets
        return _alike(self.targets, targets) and len(self.targets) == len(self.samples)


def _alike(first: Array, second: Array) -> bool:
    return (
        first.ndim == second.ndim > 0 and first.shape[1:] == second.shape[1:] and first.dtype.kind == second.dtype.kind
    )


def part_names(name: str) -> Iterator[tuple[int, str]]:
    """What the arrays or files of other parts may be called, and the number of their part, the likeliest first."""
    if TRAIN.search(name) is not None:
        for part, words in OTHERS:
            yield from ((part, TRAIN.sub(word, name, count=1)) for word in words)


def other_parts(arrays: Mapping[str, Array], samples: str, targets: str) -> list[PartArray]:
    """The pieces of the other parts among ``arrays``, for the training samples and targets of these names.

    ``targets`` is empty where there are none. Pieces that do not fit those of the training are passed over.
    """
    aims = list(part_names(targets))
    found: dict[int, PartArray] = {}
    for part, name in part_names(samples):
        aim = next((name for number, name in aims if number == part and name in arrays), "")
        if name in arrays and part not in found and bool(aim) == bool(targets):
            piece = PartArray(part, arrays[name], arrays[aim] if aim else None)
            if piece.fits(arrays[samples], arrays[targets] if targets else None):
                found[part] = piece
    return list(found.values())


def files_of_parts(file: Path) -> dict[int, Path]:
    """The files of other parts that lie beside a file of training samples, by the number of their part."""
    found: dict[int, Path] = {}
    for part, name in part_names(file.name):
        if part not in found and file.with_name(name).is_file():
            found[part] = file.with_name(name)
    return found
