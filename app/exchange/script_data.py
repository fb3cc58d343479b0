"""Data of a training script: the samples as a file beside it, and the code that reads and scales them."""

from __future__ import annotations

import io
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.data.dataset import Array, Field
from app.data.lazy_array import LazyArray
from app.data.prepare import Prepared, with_unknown
from app.data.readers.tokens import UNKNOWN
from app.data.split import NAMES, PARTS
from app.data.transforms import FEATURE_AXIS, has_gaps
from app.exchange.script_pieces import Piece
from app.system.number_format import counted
from app.training.objective import Objective
from graph.errors import NetloomError
from graph.shapes import Kind

LARGEST = 2**31
"""Bytes of samples up to which they are written beside a script."""

ROWS = tuple(f"{part}_rows" for part in PARTS)

SHARE = np.float32(1 / 255)
"""What bytes of pictures are multiplied by."""

STANDARDISE = '''
def standardise(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values with mean 0 and standard deviation 1 of each feature along ``axis``; with the means and deviations.

    They are those of the training set: validation and test set stand for samples that nobody has seen yet.
    """
    others = tuple(each for each in range(values.ndim) if each != axis)
    known = values[rows["train"]].astype(np.float64)
    mean, deviation = known.mean(others, keepdims=True), known.std(others, keepdims=True)
    deviation[deviation <= STILL * np.maximum(abs(mean), 1e-12)] = 1.0  # a feature that never changes
    return ((values - mean) / deviation).astype(np.float32), mean, deviation
'''

STANDARDISE_STEPS = '''
def standardise_steps(values: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples of unequal length with mean 0 and standard deviation 1 of each feature, as in the training set.

    Only their ``own`` steps are measured; what lies behind them is 0. The means and deviations come along.
    """
    known = values[rows["train"]][own[rows["train"]]].astype(np.float64)  # [steps, features, ...]
    others = (0, *range(2, known.ndim))
    mean, deviation = known.mean(others, keepdims=True), known.std(others, keepdims=True)
    deviation[deviation <= 1e-7 * np.maximum(abs(mean), 1e-12)] = 1.0  # a feature that never changes
    scaled = ((values - mean) / deviation).astype(np.float32)
    scaled[~own] = 0.0
    return scaled, mean, deviation
'''

FILL_GAPS = '''
def fill_gaps(values: np.ndarray, axis: int) -> np.ndarray:
    """Values with the training set's median of a feature in place of each that is missing (NaN)."""
    others = tuple(each for each in range(values.ndim) if each != axis)
    medians = np.nan_to_num(np.nanmedian(values[rows["train"]], others, keepdims=True))
    return np.where(np.isnan(values), medians, values).astype(values.dtype)
'''

BATCHES = '''
def cut(numbers: np.ndarray, size: int) -> list[np.ndarray]:
    """Numbers of samples in batches; a last one alone joins those before it, since a batch of one has no spread."""
    pieces = np.split(numbers, range(size, len(numbers), size)) if len(numbers) else []
    if size > 1 and len(pieces) > 1 and len(pieces[-1]) == 1:
        pieces[-2:] = [np.concatenate(pieces[-2:])]
    return pieces


def batches(part: str, size: int, epoch: int | None = None) -> Iterator[dict[str, torch.Tensor]]:
    """The samples of a part in batches; with the number of an ``epoch`` in the order that it and the seed give."""
    numbers = rows[part]
    if epoch is not None:
        numbers = numbers[np.random.default_rng([SEED, epoch]).permutation(len(numbers))]
    for piece in cut(numbers, size):
        places = torch.from_numpy(piece)
        yield {name: values[places].to(DEVICE) for name, values in data.items()}
'''


@dataclass(frozen=True)
class ScriptData:
    """What a script knows of the data: the ``keys`` of its fields, by their names, and what comes of them.

    ``scaled`` are the keys of standardised fields, whose mean and deviation are ``KEY_mean`` and ``KEY_deviation``.
    """

    prepared: Prepared
    keys: Mapping[str, str]
    objective: Objective

    @classmethod
    def of(cls, prepared: Prepared, objective: Objective) -> ScriptData:
        """The fields that ``objective`` reads and compares, with those that count their steps."""
        used = dict.fromkeys([*objective.inputs, *objective.targets])
        lengths = [prepared.dataset.fields[name].lengths for name in used]
        names = [name for name in dict.fromkeys([*used, *lengths]) if name]
        return cls(prepared, _keys(names), objective)

    @property
    def fields(self) -> dict[str, Field]:
        """The fields by their keys."""
        return {key: self.prepared.dataset.fields[name] for name, key in self.keys.items()}

    @property
    def scaled(self) -> frozenset[str]:
        """The keys of what is standardised."""
        return frozenset(key for name, key in self.keys.items() if name in self.prepared.scalers)

    def stored(self) -> bytes:
        """The file of samples, as NumPy reads it (``.npz``): each field unscaled, and the rows of every part.

        Raises
        ------
        NetloomError
            if the samples are too many to be written beside a script.
        """
        size = sum(_bytes(field) for field in self.fields.values())
        if size > LARGEST:
            raise NetloomError(
                f"The samples take {size / 2**30:.1f} GB, and a script has at most {LARGEST >> 30} GB beside it; "
                "export the network alone (--to code), or choose fewer samples."
            )
        parts = self.prepared.parts
        arrays = {key: _unscaled(field, self.prepared) for key, field in self.fields.items()}
        arrays |= {name: parts[part].indices for name, part in zip(ROWS, PARTS, strict=True)}
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **arrays)
        return content.getvalue()

    def piece(self, file: str) -> Piece:
        """The code that reads ``file`` and makes tensors of it, and batches of these."""
        named = ", ".join(f'"{key}"' for key in self.fields)
        lines = [
            f'with np.load(FOLDER / "{file}") as stored:',
            f"    arrays = {{name: stored[name] for name in ({named}{',' if len(self.fields) == 1 else ''})}}",
            '    rows = {part: stored[f"{part}_rows"] for part in ("train", "validation", "test")}',
        ]
        steps = list(self._steps())
        known = {"fill_gaps": FILL_GAPS, "standardise": STANDARDISE, "standardise_steps": STANDARDISE_STEPS}
        functions = [text for name, text in known.items() if any(f" {name}(" in step for step in steps)]
        made = "data = {name: torch.from_numpy(values) for name, values in arrays.items()}"
        written = [text.replace("STILL", self._still).strip() for text in functions]
        prepared = "\n".join([*steps, made])
        read = "\n".join(lines)
        parts = [read, *written, prepared] if written else [f"{read}\n{prepared}"]
        code = "\n\n\n".join([*parts, BATCHES.strip()])
        return Piece("The data", self._words(file), code)

    @property
    def _still(self) -> str:
        """Up to which share of its mean a deviation is rounding: numbers of 64 bits have more digits."""
        measured = [field for field in self.fields.values() if field.measured]
        return "1e-14" if measured and all(field.values.dtype == np.float64 for field in measured) else "1e-7"

    def _steps(self) -> Iterator[str]:
        """What is done to each array, a line each."""
        for name, key in self.keys.items():
            field = self.prepared.dataset.fields[name]
            axis = FEATURE_AXIS.get(field.shape.kind, 1)
            values, own = f'arrays["{key}"]', f"{key}_own"
            if field.lengths and (field.measured or self._is_padded(name)):
                counts = f'arrays["{self.keys[field.lengths]}"].reshape(-1, 1)'
                yield f"{own} = np.arange({values}.shape[1]) < {counts}  # the steps that count"
            if is_bytes(field):
                yield f"{values} = {values}.astype(np.float32) / 255"
            if field.measured and not isinstance(field.values, LazyArray) and has_gaps(field.values):
                yield f"{values} = fill_gaps({values}, axis={axis})"
            if name in self.prepared.scalers:
                by = f"standardise_steps({values}, {own})" if field.lengths else f"standardise({values}, axis={axis})"
                measured = f"{key}_mean, {key}_deviation" if name in self.objective.targets else "_, _"
                yield f"{values}, {measured} = {by}"
            elif field.measured and field.values.dtype != np.float32:
                yield f"{values} = {values}.astype(np.float32)"
            if self._is_padded(name):
                yield f"{values}[~{own}] = np.nan  # what lies behind the last step of a sample counts nowhere"

    def _is_padded(self, name: str) -> bool:
        """Whether a target's samples are of unequal length, and what fills them up counts nowhere."""
        return name in self.objective.lengths and name not in self.objective.inputs

    def _words(self, file: str) -> str:
        counts = [f"{self.prepared.parts[part].samples:,} for {NAMES[part]}" for part in PARTS]
        described = "; ".join(f"`{key}`: {_described(field)}" for key, field in self.fields.items())
        scaled = " Then it is standardised, by the training set alone." if self.scaled else ""
        return (
            f"`{file}` holds every sample as it was read, not scaled ({described}), and the numbers of the samples of "
            f"each part: {', '.join(counts)}.{scaled} A batch is a dictionary with a tensor for each name."
        )


def is_bytes(field: Field) -> bool:
    """Whether the values of a field are kept as bytes that stand for shares from 0 to 1."""
    values = field.values
    if not isinstance(values, LazyArray) or values.store.rows.dtype != np.uint8:
        return False
    return bool((values.weight == SHARE).all() and (values.offset == 0).all())


def _unscaled(field: Field, prepared: Prepared) -> Array:
    """The values of a field (N, ...) before anything is scaled; what the training set does not hold is unknown."""
    values = field.values
    if isinstance(values, LazyArray):
        if not is_bytes(field):
            return np.asarray(values)
        raw = values.raw(slice(None))
        return np.ascontiguousarray(np.moveaxis(raw, -1, 1) if values.last else raw)
    if not (field.categories or UNKNOWN in field.vocabulary):
        return values
    known, values = values[prepared.train.indices], values.copy()
    for part in (prepared.validation, prepared.test):
        values[part.indices] = with_unknown(field, values[part.indices], known)
    return values


def _bytes(field: Field) -> int:
    width = 1 if is_bytes(field) else field.values.dtype.itemsize
    return int(field.values.size) * width


def _described(field: Field) -> str:
    """What a field holds, in a few words."""
    if field.classes:
        shown = ", ".join(field.classes[:10]) + (", …" if len(field.classes) > 10 else "")
        return f"numbers of the classes {shown}"
    words = f"{len(field.vocabulary)} different tokens, " if field.vocabulary else ""
    names = f" ({', '.join(field.names[:8])}{', …' if len(field.names) > 8 else ''})" if any(field.names) else ""
    if field.shape.kind is Kind.VECTOR and names:
        return f"{words}{counted(field.shape.features, 'number')}{names}"
    return f"{words}{field.shape.described()}{names}"


def _keys(names: list[str]) -> dict[str, str]:
    """Names of fields as Python names, no two alike."""
    found: dict[str, str] = {}
    for name in names:
        key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "values"
        key = f"field_{key}" if key[0].isdigit() or keyword.iskeyword(key) else key
        while key in found.values() or key in ROWS:
            key += "_"
        found[name] = key
    return found
