"""Array source: samples and targets in NumPy, safetensors, MATLAB, HDF5 and IDX files (MNIST and its kin)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
from pydantic import TypeAdapter

from app.data.dataset import Array, Dataset, Field, Task
from app.data.lazy_array import RowFile, Values
from app.data.readers.array_files import ENDINGS, read_arrays, rows_of
from app.data.readers.array_layouts import as_samples, check_samples, layout_doubt, shape_of
from app.data.readers.array_roles import (
    SAMPLES,
    TARGETS,
    ArrayRecipe,
    as_rows,
    find_roles,
    labels_beside,
    likely,
    no_array,
    numbered_parts,
    roles_question,
    split_suffix,
)
from app.data.readers.array_splits import PartArray, files_of_parts, other_parts
from app.data.readers.array_targets import array_target, first_target
from app.data.readers.arrays.idx_file import holds_idx
from app.data.readers.column_values import rare_note
from app.data.readers.file_access import locate, reading, within_budget
from app.data.sources.file_source import Candidate, FileSource, Suggestion
from app.protocol.data_values import Question
from app.system.memory_budget import budget
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import Shape

COPIES = 8
"""Bytes that a value takes in memory where samples are read whole: as a 32-bit number, and again standardised."""
_RECIPE = TypeAdapter(ArrayRecipe)


@dataclass(frozen=True, eq=False)
class Loaded:
    """Inputs and targets by name, each (N, ...), the part of each sample where the data has a division, and notes.

    ``question`` is what nothing in the file decides about them.
    """

    inputs: Mapping[str, Array | RowFile]
    targets: Mapping[str, Array]
    given: Array | None = None
    notes: tuple[str, ...] = ()
    question: Question | None = None


class Arrays(FileSource):
    """Arrays of your own: an NPZ with samples and targets, an NPY, MATLAB or HDF5 file, or IDX files such as MNIST's.

    The first axis counts samples. Without targets, the network learns to reconstruct its input. Arrays or files called
    test or validation beside those called train make up these parts. Several inputs or targets are named with commas
    between them.
    """

    kind: ClassVar[str] = "arrays"
    title: ClassVar[str] = "Arrays"
    rank: ClassVar[int] = 40
    precedence: ClassVar[int] = 30

    samples: str = setting("", "Name of the array of samples in an NPZ; empty for the one that looks like it")
    target: str = setting("", "Array of targets, or a file beside this one; empty for the one that looks like it")
    layout: Literal["auto", "vector", "sequence", "steps_last", "grey", "channels_first", "channels_last", "video"] = (
        setting("auto", "What the axes after the first mean; found from their number and sizes where not said")
    )
    task: Literal["auto", "classification", "regression", "labels", "reconstruction"] = setting(
        "auto", "What to learn; found from the targets where not said"
    )

    roles: ArrayRecipe | None = pydantic.Field(None, description="Which arrays are inputs and targets, found once")

    @pydantic.field_validator("roles")
    @classmethod
    def _migrate(cls, roles: ArrayRecipe | None) -> ArrayRecipe | None:
        return roles and roles.migrated

    @classmethod
    def endings(cls) -> tuple[str, ...]:
        """Those of all files of arrays."""
        return ENDINGS

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A file by its ending, a gzipped one by what is in it."""
        path = candidate.path
        named = path.is_file() and path.name.lower().endswith(ENDINGS)
        return named and (path.suffix.lower() != ".gz" or holds_idx(path))

    def values(self) -> dict[str, Any]:
        """The settings as JSON values; the roles of arrays only where they were found."""
        values = super().values()
        if self.roles is None:
            del values["roles"]
        else:
            values["roles"] = _RECIPE.dump_python(self.roles, mode="json", exclude_defaults=True)
        return values

    def suggest(self, file: Path, target: str) -> Suggestion:
        """The source with the roles of the arrays."""
        source = self.changed(target=target) if target else self
        return Suggestion(source.changed(roles=source._roles(file)))

    def resolved(self, base: Path | None = None) -> Self:
        """The source with the roles of the arrays, found again where they were not kept."""
        if not self.path or self._known_roles() is not None:
            return self
        file = locate(self.path, base)
        with reading(file):
            return self.changed(roles=self._roles(file))

    def read(self, file: Path) -> Dataset:
        """The samples, and the targets where there are any."""
        loaded = self._first(file) if self.rules == 1 else self._loaded(file)
        notes = self.change_note(file) + loaded.notes
        questions = [loaded.question] if loaded.question else []
        fields: dict[str, Field] = {}
        for name, raw in loaded.inputs.items():
            check_samples(file, raw)
            shape = shape_of(raw.shape[1:], self.layout, file)
            fields[name] = Field(name, shape, values=as_samples(raw, shape, self.layout, file))
            if self.rules != 1 and self.layout == "auto":
                note, question = layout_doubt(raw, file)
                notes += (note,) if note else ()
                questions += [question] if question else []
        inputs, samples = tuple(fields), next(iter(loaded.inputs.values())).shape[0]
        tasks = [Task.RECONSTRUCTION]
        for name, raw in loaded.targets.items():
            target = first_target if self.rules == 1 else array_target
            field, task, doubts = target(file, raw, samples, self.task)
            fields[name] = field if name == field.name else replace(field, name=name)
            tasks.append(task)
            notes += tuple(doubt.note for doubt in doubts)
            questions += doubts
        aim = [*loaded.targets, inputs[0]][0]
        if fields[aim].classes:
            notes += rare_note(np.asarray(fields[aim].values), fields[aim].classes)
        each = " and ".join(fields[name].shape.described() for name in inputs)
        summary = f"{samples:,} samples of {file.name}, each {each}."
        task = tasks[:2][-1]
        return Dataset(
            self.kind,
            file.stem,
            task,
            fields,
            inputs,
            aim,
            summary,
            notes=notes,
            given=loaded.given,
            questions=tuple(questions),
        )

    def as_learned(self, arrays: Mapping[str, Array], names: Mapping[str, Shape], file: Path) -> dict[str, Values]:
        """New ``arrays`` as the inputs that training saw, by the ``names`` and shapes of these where they fit.

        Those that do not fit as whole sets are left as they are: a single sample may have fewer axes.
        """
        roles = self._known_roles()
        learned: dict[str, Values] = {}
        for place, (field, shape) in enumerate(names.items()):
            asked = roles.samples[place] if roles and place < len(roles.samples) else field
            name = next((name for name in (field, asked) if name in arrays), "")
            name = name or (likely(arrays, SAMPLES) or next(iter(arrays), "") if len(names) == 1 else "")
            if name:
                raw = arrays[name]
                if roles and roles.last and raw.ndim > 1 and _fits(np.moveaxis(raw, -1, 0), shape, self.layout, file):
                    raw = np.moveaxis(raw, -1, 0)
                fits = raw.dtype.kind in "biuf" and _fits(raw, shape, self.layout, file)
                learned[field] = as_samples(raw, shape, self.layout, file) if fits else raw
        return learned

    def beside(self, file: Path) -> tuple[Path, ...]:
        """The files of targets, and those of other parts."""
        whole = [file, *files_of_parts(file).values()]
        named = [file.with_name(self.target)] if self.target and Path(self.target).name == self.target else []
        found = [*whole[1:], *filter(None, (labels_beside(one, self.rules) for one in whole)), *named]
        return tuple(other for other in found if other.is_file())

    # By the present rules

    def _known_roles(self) -> ArrayRecipe | None:
        """The roles that were found, unless the settings say something else by now."""
        return self.roles if self.roles and self.roles.said == self._said() else None

    def _said(self) -> tuple[str, str, str]:
        return self.samples, self.target, self.task

    def _roles(self, file: Path) -> ArrayRecipe | None:
        """The roles of the arrays in ``file``; None by the first rules, and where they are not read into memory."""
        if self.rules == 1 or self._rows(file) is not None:
            return None
        arrays = read_arrays(file)
        return find_roles(file, arrays, self._said(), self._file_of_targets(file, arrays) is not None)

    def _rows(self, file: Path) -> RowFile | None:
        """Samples that take much memory, which are not read as long as their file is nothing else."""
        rows = None if files_of_parts(file) else rows_of(file)
        return rows if rows is not None and COPIES * math.prod(rows.shape) > budget() else None

    def _loaded(self, file: Path) -> Loaded:
        """Samples and targets by their roles."""
        rows = self._rows(file)
        if rows is not None:
            beside = self._file_of_targets(file, {})
            return Loaded({"input": rows}, self._beside(beside), None, _beside_note(beside, self.target))
        arrays = read_arrays(file)
        beside = self._file_of_targets(file, arrays)
        roles = self._known_roles() or find_roles(file, arrays, self._said(), beside is not None)
        for name in (*roles.samples, *roles.targets):
            if name not in arrays:
                raise no_array(file, arrays, name)
        inputs = {name: np.moveaxis(arrays[name], -1, 0) if roles.last else arrays[name] for name in roles.samples}
        count = next(iter(np.shape(values)[:1] for values in inputs.values()), (0,))
        targets = {name: as_rows(arrays[name], sum(count)) for name in roles.targets}
        targets = targets or self._beside(beside, sum(count))
        notes = roles.why + _beside_note(beside, self.target)
        question = None if beside else roles_question(arrays, roles)
        loaded = Loaded(_renamed(inputs, "input"), _renamed(targets, "target"), None, notes, question)
        return self._with_parts(file, arrays, roles, loaded)

    def _beside(self, beside: Path | None, samples: int = 0) -> dict[str, Array]:
        return {} if beside is None else {"target": as_rows(next(iter(read_arrays(beside).values())), samples)}

    def _file_of_targets(self, file: Path, arrays: Mapping[str, Any]) -> Path | None:
        """The file beside ``file`` that holds the targets; None where there is none, or they are in the same file."""
        if self.task == "reconstruction":
            return None
        if self.target and self.target not in arrays and Path(self.target).name == self.target:
            named = file.with_name(self.target)
            if named.is_file() and named != file:
                return named
        beside = None if self.target else labels_beside(file, self.rules)
        return None if beside is None or beside.name == file.name or len(arrays) > 1 else beside

    def _with_parts(self, file: Path, arrays: Mapping[str, Array], roles: ArrayRecipe, loaded: Loaded) -> Loaded:
        """With the samples of other parts of the split, which lie in other arrays or files."""
        if len(loaded.inputs) > 1 or len(loaded.targets) > 1 or roles.last:
            return loaded
        (samples,), targets = loaded.inputs.values(), next(iter(loaded.targets.values()), None)
        assert not isinstance(samples, RowFile)
        if len(arrays) > 1:
            pieces = other_parts(arrays, roles.samples[0], next(iter(roles.targets), "")) or numbered_parts(
                arrays, roles
            )
        else:
            pieces = self._pieces(file, samples, targets)
        joined, aims, given = _joined(file, samples, targets, pieces)
        return replace(loaded, inputs={"input": joined}, targets={} if aims is None else {"target": aims}, given=given)

    def _pieces(self, file: Path, samples: Array, targets: Array | None) -> list[PartArray]:
        """Samples and targets of other parts in files beside ``file``, where they fit."""
        found = []
        for part, other in files_of_parts(file).items():
            labels = labels_beside(other, self.rules) if targets is not None else None
            beside = None if labels is None else next(iter(read_arrays(labels).values()))
            piece = PartArray(part, next(iter(read_arrays(other).values())), beside)
            if piece.fits(samples, targets):
                found.append(piece)
        return found

    # By version 1 of the rules

    def _first(self, file: Path) -> Loaded:
        """Samples and targets as version 1 of the rules finds them: by names alone, one of each."""
        rows = self._rows(file)
        if rows is not None:
            targets = self._first_targets(file, {}, "")[0]
            return Loaded({"input": rows}, {} if targets is None else {"target": targets})
        arrays = read_arrays(file)
        name = pick(file, {key: values for key, values in arrays.items() if key != self.target}, self.samples, SAMPLES)
        targets, aim = self._first_targets(file, arrays, name)
        pieces = other_parts(arrays, name, aim) if len(arrays) > 1 else self._pieces(file, arrays[name], targets)
        samples, targets, given = _joined(file, arrays[name], targets, pieces)
        return Loaded({"input": samples}, {} if targets is None else {"target": targets}, given)

    def _first_targets(self, file: Path, arrays: dict[str, Array], samples: str) -> tuple[Array | None, str]:
        """The targets: in the same file under some name, or in one beside it."""
        if self.task == "reconstruction":
            return None, ""
        others = {name: values for name, values in arrays.items() if name != samples}
        beside = labels_beside(file, self.rules)
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


def pick(file: Path, arrays: dict[str, Array], wanted: str, usual: tuple[str, ...]) -> str:
    """The array called ``wanted``, or else the likeliest.

    Raises
    ------
    NetloomError
        if there is none of that name, or none at all.
    """
    name = wanted if wanted in arrays else "" if wanted else likely(arrays, usual) or next(iter(arrays), "")
    if not name:
        raise no_array(file, arrays, wanted)
    return name


def _joined(
    file: Path, samples: Array, targets: Array | None, pieces: list[PartArray]
) -> tuple[Array, Array | None, Array | None]:
    """Samples and targets of all parts one behind the other, and the part of each sample; None where there is one."""
    if not pieces:
        return samples, targets, None
    within_budget(file, 2 * (samples.nbytes + sum(piece.samples.nbytes for piece in pieces)))
    joined = np.concatenate([samples, *(piece.samples for piece in pieces)])
    aims = [piece.targets for piece in pieces if piece.targets is not None]
    targets = None if targets is None else np.concatenate([targets, *aims])
    counts = [len(samples), *(len(piece.samples) for piece in pieces)]
    return joined, targets, np.repeat(np.array([0, *(piece.part for piece in pieces)], np.uint8), counts)


def _renamed(arrays: Mapping[str, Array], single: str) -> dict[str, Array]:
    """The arrays by their names, or a ``single`` one by the name that it has in every data set."""
    return {single: next(iter(arrays.values()))} if len(arrays) == 1 else dict(arrays)


def _beside_note(beside: Path | None, named: str) -> tuple[str, ...]:
    return () if beside is None or named else (f"The targets are those in {beside.name}.",)


def _fits(raw: Array, shape: Shape, layout: str, file: Path) -> bool:
    """Whether ``raw`` holds samples (n, ...) of this shape in this layout."""
    try:
        return raw.ndim > 0 and 0 not in raw.shape and shape_of(raw.shape[1:], layout, file) == shape
    except NetloomError:
        return False
