"""Roles of the arrays in a file: which are inputs, which are targets, by their names and shapes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.data.dataset import Array
from app.data.readers.array_splits import PartArray
from app.protocol.data_values import PossibleReading, Question
from graph.errors import NetloomError

SAMPLES = ("x", "x_train", "train_x", "train_images", "images", "data", "features", "samples", "inputs")
TARGETS = ("y", "y_train", "train_y", "train_labels", "labels", "label", "target", "targets", "classes")
"""Names that people give to samples and targets, the likeliest first."""
MORE_SAMPLES = (
    *SAMPLES,
    "xtrain",
    "xs",
    "train_data",
    "train_features",
    "input",
    "pictures",
    "signals",
    "image",
    "imgs",
)
MORE_TARGETS = (
    *TARGETS, "ytrain", "ys", "train_targets", "outputs", "output", "masks", "mask", "annotations", "gt", "class",
)  # fmt: skip
"""The same for version 2 of the rules."""
LETTER = re.compile(r"(?<![a-z])x(?![a-z])", re.IGNORECASE)
"""How samples are called in the names of files."""
_INPUT = re.compile(r"(x|inputs?|in|images?|features?)[_ -]?(\d+|[a-z]+)", re.IGNORECASE)
_OUTPUT = re.compile(r"(y|targets?|outputs?|out|labels?)[_ -]?(\d+|[a-z]+)", re.IGNORECASE)
"""How several inputs and several targets are called: ``x1`` and ``x2``, ``input_image`` and ``input_text``."""
_OTHER_PART = re.compile(r"(^|[_ -])(test|t10k|val|valid|validation)([_ -]|$)|^[xy](test|val|valid)$", re.IGNORECASE)
_QUOTED = re.compile("“(.*?)”")
_NUMBERED = re.compile(r"arr_(\d+)")
"""What NumPy calls arrays that were saved without names."""
LAST = (".mat", ".h5", ".hdf5")
"""Files in which samples are often counted by the last axis."""
_OF_FILES = (
    ("images", "labels"), ("data", "labels"), ("data", "targets"), ("features", "labels"), ("features", "targets"),
    ("inputs", "targets"), ("inputs", "outputs"), ("images", "masks"), ("samples", "labels"),
)  # fmt: skip
"""What files of samples and of their targets are called."""
_TAKEN = "is taken for what is to be predicted from"
"""In a sentence about an array that nothing but its shape makes the target."""
_UNREAD = "have as many samples and are not read"
"""In a sentence about several such arrays, of which none is taken."""
NAMED = 8
"""Such arrays that are named at most."""
READINGS = 3
"""Readings that are offered at most."""
_BESIDE = ("labels", "targets", "y")
"""Files of targets beside any file of samples."""


@dataclass(frozen=True)
class ArrayRecipe:
    """What the arrays in a file are for, found once.

    ``samples`` and ``targets`` are names of arrays; there are no targets where they lie in another file, or nowhere.
    ``last`` says that samples are counted by the last axis, as MATLAB does. ``said`` are the settings by which it
    was found: it holds only as long as they are the same. ``why`` are sentences about what else could be meant.
    ``by_shape`` are the arrays that nothing but their number of samples says to be targets: one that is taken, or
    several of which none is; the first sentence is about them.
    """

    samples: tuple[str, ...]
    targets: tuple[str, ...] = ()
    last: bool = False
    said: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    by_shape: tuple[str, ...] = ()

    @property
    def migrated(self) -> ArrayRecipe:
        """The same with `by_shape`, which recipes of older projects have in their first sentence alone."""
        note = self.why[0] if self.why and not self.by_shape else ""
        if _TAKEN in note:
            return replace(self, by_shape=self.targets[:1])
        if _UNREAD in note:
            return replace(
                self, by_shape=tuple(_QUOTED.findall(note.partition("the arrays ")[2].partition(_UNREAD)[0]))
            )
        return self


def find_roles(file: Path, arrays: Mapping[str, Array], said: Sequence[str], beside: bool) -> ArrayRecipe:
    """The inputs and targets among ``arrays``; ``said`` are the settings: names of samples, of targets, and the task.

    ``beside`` says that targets lie in a file of their own.

    Raises
    ------
    NetloomError
        if there is no array of a name, or none that can hold samples.
    """
    samples, target, task = said
    others = {name: values for name, values in arrays.items() if name not in named_in(arrays, target)}
    inputs = _named(file, arrays, samples) if samples else _likely_inputs(file, others)
    rest = {name: values for name, values in arrays.items() if name not in inputs}
    if task == "reconstruction" or beside:
        return ArrayRecipe(inputs, said=tuple(said))
    if target:
        targets = _named(file, rest, target)
        return _with_axis(ArrayRecipe(inputs, targets, said=tuple(said)), arrays)
    targets, by_shape = _likely_targets(rest, inputs, arrays, file.suffix.lower() in LAST)
    why = (_shape_doubt(inputs[0], targets, by_shape),) if by_shape else ()
    return _with_axis(ArrayRecipe(inputs, targets, False, tuple(said), why, by_shape), arrays)


def named_in(arrays: Mapping[str, Array], names: str) -> list[str]:
    """The arrays that ``names`` lists: one, or several with commas between them."""
    if not names or names in arrays:
        return [names] if names else []
    return [name.strip() for name in names.split(",")]


def _named(file: Path, arrays: Mapping[str, Array], names: str) -> tuple[str, ...]:
    listed = named_in(arrays, names)
    for name in listed:
        if name not in arrays:
            raise no_array(file, arrays, name)
    return tuple(dict.fromkeys(listed))


def no_array(file: Path, arrays: Mapping[str, Array], name: str) -> NetloomError:
    """The error for a file without the array called ``name``."""
    names = ", ".join(f"“{other}”" for other in list(arrays)[:12]) or "nothing else"
    return NetloomError(f"{file.name} has no array “{name}”; it has {names}.")


def _likely_inputs(file: Path, arrays: Mapping[str, Array]) -> tuple[str, ...]:
    """The arrays that are called as samples are, or else the first of those without a name, or else the largest."""
    name = likely(arrays, MORE_SAMPLES)
    if name:
        return (name,)
    several = _alike(arrays, _INPUT)
    if several:
        return several
    numbers = {name: values for name, values in arrays.items() if values.dtype.kind in "biuf" and values.ndim}
    numbered = sorted((name for name in numbers if _NUMBERED.fullmatch(name)), key=_number)
    if numbered:
        return (numbered[0],)
    largest = max(numbers, key=lambda name: math.prod(numbers[name].shape), default="")
    if not largest:
        first = next(iter(arrays), "")
        if not first:
            raise no_array(file, arrays, "")
        return (first,)
    return (largest,)


def _number(name: str) -> int:
    return int(name.removeprefix("arr_"))


def _alike(arrays: Mapping[str, Array], pattern: re.Pattern[str]) -> tuple[str, ...]:
    """The arrays whose names follow a pattern and that have as many samples; empty where it is one only."""
    found = [name for name in arrays if pattern.fullmatch(name) and not _OTHER_PART.search(name) and arrays[name].ndim]
    return tuple(found) if len(found) > 1 and len({arrays[name].shape[0] for name in found}) == 1 else ()


def _likely_targets(
    rest: Mapping[str, Array], inputs: Sequence[str], arrays: Mapping[str, Array], last: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The arrays that are to be predicted, and those that nothing but their shape says to be so.

    ``last`` says that either axis may count the samples.
    """
    name = likely(rest, MORE_TARGETS, suffix=split_suffix(inputs[0]))
    if name:
        return (name,), ()
    several = _alike(rest, _OUTPUT)
    if several:
        return several, ()
    first = arrays[inputs[0]]
    rows = {first.shape[0], first.shape[-1]} if last and first.ndim > 1 else set(first.shape[:1])
    fitting = [
        name
        for name, values in rest.items()
        if values.ndim and not _OTHER_PART.search(name) and rows & {values.shape[0], values.shape[-1 if last else 0]}
    ]
    if not fitting or not first.ndim:
        return (), ()
    if len(fitting) == 1 or all(map(_NUMBERED.fullmatch, fitting)):
        taken = min(fitting, key=lambda name: (math.prod(rest[name].shape[1:]), fitting.index(name)))
        return (taken,), (taken,)
    return (), tuple(fitting[:NAMED])


def _shape_doubt(samples: str, targets: tuple[str, ...], by_shape: tuple[str, ...]) -> str:
    """A sentence about arrays that nothing but their shape says to be targets."""
    if targets:
        how = f"“{targets[0]}” {_TAKEN} “{samples}”"
        return f"{how}; choose the task reconstruction where it is not, or name another array as target."
    names = ", ".join(f"“{name}”" for name in by_shape)
    return f"Beside “{samples}”, the arrays {names} {_UNREAD}; name one as target, or several as samples."


def roles_question(arrays: Mapping[str, Array], recipe: ArrayRecipe) -> Question | None:
    """What is to be predicted from what, where neither names nor a person say so; None where that is clear."""
    if any(recipe.said[:2]) or recipe.said[2:] != ("auto",) or not recipe.by_shape or len(recipe.samples) != 1:
        return None
    samples, note = recipe.samples[0], recipe.why[0]
    alone = PossibleReading("No targets", f"“{samples}” is learned by itself", {"task": "reconstruction"})
    if recipe.targets:
        taken = recipe.targets[0]
        swapped = arrays[taken].dtype.kind in "biuf"
        readings = (_pair(samples, taken), *([_pair(taken, samples)] if swapped else []), alone)
        return Question("The arrays", readings, note)
    rows = arrays[samples].shape[:1]
    others = [name for name in recipe.by_shape if name in arrays and arrays[name].shape[:1] == rows]
    readings = (alone, *(_pair(samples, name) for name in others[: READINGS - 1]))
    return Question("The arrays", readings, note) if len(readings) > 1 else None


def _pair(samples: str, target: str) -> PossibleReading:
    changes = {"samples": samples, "target": target}
    return PossibleReading(f"“{target}” from “{samples}”", f"“{samples}” goes in, “{target}” comes out", changes)


def _with_axis(recipe: ArrayRecipe, arrays: Mapping[str, Array]) -> ArrayRecipe:
    """With a sentence where the last axis must be the one that counts samples, for as many targets there are."""
    samples = arrays[recipe.samples[0]]
    if not recipe.targets or samples.ndim < 2:
        return recipe
    rows = len(as_rows(arrays[recipe.targets[0]], samples.shape[-1]))
    if rows != samples.shape[-1] or samples.shape[0] == rows:
        return recipe
    note = f"The last axis of “{recipe.samples[0]}” counts the samples, for there are {rows:,} targets."
    return replace(recipe, last=True, why=(*recipe.why, note))


def as_rows(targets: Array, samples: int) -> Array:
    """Targets as one row for each sample: MATLAB lays them out in one row."""
    if targets.ndim == 2 and targets.shape[0] == 1 != samples and targets.shape[1] == samples:
        return targets.T
    return targets


def numbered_parts(arrays: Mapping[str, Array], recipe: ArrayRecipe) -> list[PartArray]:
    """The test set, and the validation set before it, among arrays that NumPy numbered: as many pairs as are left."""
    if not (len(recipe.samples) == len(recipe.targets) == 1 and all(map(_NUMBERED.fullmatch, arrays))):
        return []
    samples, targets = arrays[recipe.samples[0]], arrays[recipe.targets[0]]
    rest = [arrays[name] for name in sorted(arrays, key=_number) if name not in (*recipe.samples, *recipe.targets)]
    more = [values for values in rest if values.shape[1:] == samples.shape[1:]]
    aims = [values for values in rest if values.shape[1:] == targets.shape[1:]]
    if len(more) not in (1, 2) or not len(rest) == 2 * len(more) == 2 * len(aims):
        return []
    pieces = [
        PartArray(part, values, aim)
        for part, values, aim in zip((2,) if len(more) == 1 else (1, 2), more, aims, strict=True)
    ]
    return pieces if all(piece.fits(samples, targets) for piece in pieces) else []


def likely(arrays: Mapping[str, Array], usual: tuple[str, ...], suffix: str = "") -> str:
    """The name in ``arrays`` that comes first in ``usual``; with ``suffix``, ones that contain it come first."""
    known = sorted((name for name in arrays if name.lower() in usual), key=lambda name: usual.index(name.lower()))
    return next((name for name in known if suffix and suffix in name.lower()), known[0] if known else "")


def split_suffix(name: str) -> str:
    """``train`` of ``x_train``: targets of the same part belong to it."""
    return next((part for part in ("train", "test", "valid") if part in name.lower()), "")


def labels_beside(file: Path, rules: int) -> Path | None:
    """The file of targets that goes with a file of samples, None without one.

    By MNIST's names, or ``y`` for ``x``; by version 2 of the ``rules`` also ``labels`` for ``images`` or ``data``, and
    files called ``labels`` or ``targets``.
    """
    names = [file.name.replace("images", "labels").replace("idx3", "idx1"), LETTER.sub("y", file.name)]
    if rules != 1:
        names += [file.name.replace(samples, targets) for samples, targets in _OF_FILES]
        names += [f"{stem}{file.suffix}" for stem in _BESIDE if file.suffix == ".npy"]
    return next((other for name in names if name != file.name and (other := file.with_name(name)).is_file()), None)
