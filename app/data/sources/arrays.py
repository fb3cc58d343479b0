"""Array source: samples and targets in NumPy, safetensors and IDX files (MNIST and its kin)."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Array, Dataset, Field, Task
from app.data.lazy_array import LazyArray, RowFile, RowStore, Values
from app.data.readers.array_files import ENDINGS, read_arrays, rows_of
from app.data.readers.array_splits import PartArray, files_of_parts, other_parts
from app.data.readers.column_values import CLASSES, rare_note
from app.data.readers.file_access import within_budget
from app.data.sources.file_source import Candidate, FileSource
from app.data.transforms import FEATURE_AXIS
from app.system.memory_budget import budget
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import Kind, Shape, image, sequence, vector, video

SAMPLES = ("x", "x_train", "train_x", "train_images", "images", "data", "features", "samples", "inputs")
TARGETS = ("y", "y_train", "train_y", "train_labels", "labels", "label", "target", "targets", "classes")
"""Names that people give to samples and targets, the likeliest first."""
LETTER = re.compile(r"(?<![a-z])x(?![a-z])", re.IGNORECASE)
"""How samples are called in the names of files."""
COPIES = 8
"""Bytes that a value takes in memory where samples are read whole: as a 32-bit number, and again standardised."""


class Arrays(FileSource):
    """Arrays of your own: an NPZ with samples and targets, an NPY, or IDX files such as MNIST's, gzipped or not.

    The first axis counts samples. Without targets, the network learns to reconstruct its input. Arrays or files called
    test or validation beside those called train make up these parts.
    """

    kind: ClassVar[str] = "arrays"
    title: ClassVar[str] = "Arrays"
    rank: ClassVar[int] = 40
    precedence: ClassVar[int] = 30

    samples: str = setting("", "Name of the array of samples in an NPZ; empty for the one that looks like it")
    target: str = setting("", "Array of targets, or a file beside this one; empty for the one that looks like it")
    layout: Literal["auto", "vector", "sequence", "grey", "channels_first", "channels_last", "video"] = setting(
        "auto", "What the axes after the first mean; found from their number and sizes where not said"
    )
    task: Literal["auto", "classification", "regression", "reconstruction"] = setting(
        "auto", "What to learn; found from the targets where not said"
    )

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A file by its ending."""
        return candidate.path.is_file() and candidate.path.name.lower().endswith(ENDINGS)

    def read(self, file: Path) -> Dataset:
        """The samples, and the targets where there are any."""
        raw, targets, given = self._read(file)
        check_samples(file, raw)
        shape = shape_of(raw.shape[1:], self.layout, file)
        field = Field("input", shape, values=as_samples(raw, shape, self.layout, file))
        if targets is None:
            fields, task = {"input": field}, Task.RECONSTRUCTION
        else:
            target, task = self._target(file, targets, raw.shape[0])
            fields = {"input": field, "target": target}
        notes = self.change_note(file)
        if task is Task.CLASSIFICATION:
            notes += rare_note(np.asarray(fields["target"].values), fields["target"].classes)
        summary = f"{raw.shape[0]:,} samples of {file.name}, each {shape.described()}."
        aim = "target" if targets is not None else "input"
        return Dataset(self.kind, file.stem, task, fields, ("input",), aim, summary, notes=notes, given=given)

    def beside(self, file: Path) -> tuple[Path, ...]:
        """The files of targets, and those of other parts."""
        whole = [file, *files_of_parts(file).values()]
        named = [file.with_name(self.target)] if self.target and Path(self.target).name == self.target else []
        found = [*whole[1:], *filter(None, map(labels_beside, whole)), *named]
        return tuple(other for other in found if other.is_file())

    def _read(self, file: Path) -> tuple[Array | RowFile, Array | None, Array | None]:
        """Samples, targets, and the part of each sample where the data has a division of its own.

        Samples that take much memory are not read as long as their file is nothing else.
        """
        rows = None if files_of_parts(file) else rows_of(file)
        if rows is not None and COPIES * math.prod(rows.shape) > budget():
            return rows, self._targets(file, {}, "")[0], None
        arrays = read_arrays(file)
        name = pick(file, {key: values for key, values in arrays.items() if key != self.target}, self.samples, SAMPLES)
        targets, aim = self._targets(file, arrays, name)
        pieces = other_parts(arrays, name, aim) if len(arrays) > 1 else self._pieces(file, arrays[name], targets)
        if not pieces:
            return arrays[name], targets, None
        within_budget(file, 2 * (arrays[name].nbytes + sum(piece.samples.nbytes for piece in pieces)))
        samples = np.concatenate([arrays[name], *(piece.samples for piece in pieces)])
        aims = [piece.targets for piece in pieces if piece.targets is not None]
        targets = None if targets is None else np.concatenate([targets, *aims])
        counts = [len(arrays[name]), *(len(piece.samples) for piece in pieces)]
        return samples, targets, np.repeat(np.array([0, *(piece.part for piece in pieces)], np.uint8), counts)

    def _pieces(self, file: Path, samples: Array, targets: Array | None) -> list[PartArray]:
        """Samples and targets of other parts in files beside ``file``, where they fit."""
        found = []
        for part, other in files_of_parts(file).items():
            labels = labels_beside(other) if targets is not None else None
            beside = None if labels is None else next(iter(read_arrays(labels).values()))
            piece = PartArray(part, next(iter(read_arrays(other).values())), beside)
            if piece.fits(samples, targets):
                found.append(piece)
        return found

    def _targets(self, file: Path, arrays: dict[str, Array], samples: str) -> tuple[Array | None, str]:
        """The targets: in the same file under some name, or in one beside it."""
        if self.task == "reconstruction":
            return None, ""
        others = {name: values for name, values in arrays.items() if name != samples}
        beside = labels_beside(file)
        if self.target and self.target not in others and Path(self.target).name == self.target:
            beside = file.with_name(self.target)
        if beside is not None and beside.name != file.name and beside.is_file():
            return next(iter(read_arrays(beside).values())), ""
        named = (
            pick(file, others, self.target, TARGETS)
            if self.target
            else likely(others, TARGETS, suffix=split_suffix(samples))
        )
        return (others[named], named) if named else (None, "")

    def _target(self, file: Path, raw: Array, samples: int) -> tuple[Field, Task]:
        values = raw.reshape(len(raw), -1) if raw.ndim > 1 else raw[:, None] if raw.ndim else raw[None, None]
        if len(values) != samples:
            raise NetloomError(f"{file.name} has {samples} samples but {len(values)} targets; both must be the same.")
        if self._classes(values):
            return classes_field(file, values), Task.CLASSIFICATION
        if values.dtype.kind == "U":
            raise NetloomError(f"{file.name}: the targets are words, which only classification can learn.")
        check_finite(file, values)
        return Field("target", vector(values.shape[1]), values=values.astype(np.float32)), Task.REGRESSION

    def _classes(self, values: Array) -> bool:
        if self.task != "auto":
            return self.task == "classification"
        few = values.shape[1] == 1 and len(np.unique(values)) <= min(CLASSES, max(2, len(values) // 2))
        return values.dtype.kind in "biuU" and few


def pick(file: Path, arrays: dict[str, Array], wanted: str, usual: tuple[str, ...]) -> str:
    """The array called ``wanted``, or else the likeliest.

    Raises
    ------
    NetloomError
        if there is none of that name, or none at all.
    """
    name = wanted if wanted in arrays else "" if wanted else likely(arrays, usual) or next(iter(arrays), "")
    if not name:
        names = ", ".join(f"“{name}”" for name in list(arrays)[:12]) or "nothing else"
        raise NetloomError(f"{file.name} has no array “{wanted}”; it has {names}.")
    return name


def likely(arrays: dict[str, Array], usual: tuple[str, ...], suffix: str = "") -> str:
    """The name in ``arrays`` that comes first in ``usual``; with ``suffix``, ones that contain it come first."""
    known = sorted((name for name in arrays if name.lower() in usual), key=lambda name: usual.index(name.lower()))
    return next((name for name in known if suffix and suffix in name.lower()), known[0] if known else "")


def split_suffix(name: str) -> str:
    """``train`` of ``x_train``: targets of the same part belong to it."""
    return next((part for part in ("train", "test", "valid") if part in name.lower()), "")


def labels_beside(file: Path) -> Path | None:
    """The file of targets that goes with a file of samples: by MNIST's names, or ``y`` for ``x``; None without one."""
    names = file.name.replace("images", "labels").replace("idx3", "idx1"), LETTER.sub("y", file.name)
    return next((other for name in names if name != file.name and (other := file.with_name(name)).is_file()), None)


def check_samples(file: Path, raw: Array | RowFile) -> None:
    """Raise `NetloomError` unless ``raw`` holds at least three samples of finite numbers."""
    if raw.dtype.kind not in "biuf":
        raise NetloomError(f"{file.name}: samples must be numbers, not {raw.dtype}.")
    if not raw.shape or raw.shape[0] < 3 or 0 in raw.shape:
        raise NetloomError(f"{file.name}: at least 3 samples are needed; the array is {raw.shape}.")
    for piece in RowStore(raw, 0).pieces() if raw.dtype.kind == "f" else ():
        check_finite(file, raw[piece])


def check_finite(file: Path, values: Array) -> None:
    """Raise `NetloomError` if a value is NaN, infinite, or too large for a 32-bit number."""
    if values.dtype.kind == "f":
        # NaN fails the comparison as well.
        wrong = int(values.size - (np.abs(values) <= np.finfo(np.float32).max).sum())
        if wrong:
            raise NetloomError(f"{file.name} holds {wrong} values that are NaN, infinite or too large; correct them.")


def shape_of(axes: tuple[int, ...], layout: str, file: Path) -> Shape:
    """The shape of one sample whose array has these ``axes``.

    Raises
    ------
    NetloomError
        if the number of axes does not fit the layout.
    """
    if layout == "auto":
        layout = _likely_layout(axes, file)
    needed = {"vector": None, "sequence": 2, "grey": 2, "channels_first": 3, "channels_last": 3, "video": 4}[layout]
    if needed is not None and len(axes) != needed:
        raise NetloomError(
            f"{file.name}: “{layout}” needs {needed} axes after the first; the samples have {len(axes)}."
        )
    if layout == "vector":
        return vector(int(np.prod(axes)))
    if layout == "sequence":
        return sequence(*axes)
    if layout == "grey":
        return image(1, *axes)
    if layout == "video":
        return video(*axes)
    return image(*axes) if layout == "channels_first" else image(axes[2], axes[0], axes[1])


def _likely_layout(axes: tuple[int, ...], file: Path) -> str:
    if len(axes) <= 1:
        return "vector"
    if len(axes) == 2:
        # Pictures are near square and not tiny; measurements over time seldom are.
        return "grey" if min(axes) >= 8 and max(axes) <= 2 * min(axes) else "sequence"
    if len(axes) == 3:
        return "channels_last" if axes[2] in (1, 3, 4) and axes[0] not in (1, 3) else "channels_first"
    if len(axes) == 4:
        return "video"
    raise NetloomError(f"{file.name}: samples with {len(axes)} axes cannot be used; four are the most.")


def as_samples(raw: Array | RowFile, shape: Shape, layout: str, file: Path) -> Values:
    """``raw`` as float32 (N, *shape); pictures whose values are bytes become 0 to 1, when they are asked for."""
    if layout == "auto":
        layout = _likely_layout(raw.shape[1:], file)
    last = layout == "channels_last"
    sizes = tuple(size or 1 for size in shape.sizes)
    whole = (raw.shape[0], *(raw.shape[1:] if last else sizes))
    shares = raw.dtype == np.uint8 and shape.kind in (Kind.IMAGE, Kind.VIDEO)
    if isinstance(raw, RowFile) or shares:
        rows = raw.reshape(whole) if isinstance(raw, RowFile) else np.ascontiguousarray(raw).reshape(whole)
        return LazyArray.of(RowStore(rows, 3 if last else FEATURE_AXIS[shape.kind]), last, shares=shares)
    within_budget(file, 4 * raw.size)
    values = np.moveaxis(raw, -1, 1) if last else raw
    return np.ascontiguousarray(values).reshape(len(raw), *sizes).astype(np.float32)


def classes_field(file: Path, values: Array) -> Field:
    """Targets as class numbers.

    Raises
    ------
    NetloomError
        if they are no classes, or only one, or too many.
    """
    if values.shape[1] != 1:
        raise NetloomError(f"{file.name}: each sample has {values.shape[1]} targets; classification needs one.")
    if values.dtype.kind == "f":
        check_finite(file, values)
    names, numbers = np.unique(values[:, 0], return_inverse=True)
    if not 2 <= len(names) <= CLASSES:
        raise NetloomError(f"{file.name} has {len(names)} different targets; 2 to {CLASSES} classes can be learned.")
    classes = tuple(f"{name:g}" if values.dtype.kind == "f" else str(name) for name in names)
    return Field("target", vector(len(classes)), classes, values=numbers.astype(np.int64))
