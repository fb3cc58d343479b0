"""Picture source: a folder for each class, or a table of paths with classes, amounts or several labels."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic

from app.data.dataset import Dataset, DatasetInfo, FieldInfo
from app.data.lazy_array import LazyArray
from app.data.readers.box_targets import CELLS, MEANT, BoxTask, box_target, likely_task
from app.data.readers.boxes.box_table import SIDES, BoxColumns, box_columns, has_several
from app.data.readers.column_values import rare_note
from app.data.readers.decoded_pictures import Decoded, DecodedPictures
from app.data.readers.file_access import locate, readable, reading
from app.data.readers.file_memory import remembered
from app.data.readers.picture_boxes import BoxSet, find_boxes, table_boxes
from app.data.readers.picture_column import is_packed, is_parquet, picture_columns
from app.data.readers.picture_file import (
    CUT_TO_EIGHT_BITS,
    MORE_FRAMES,
    GreyScale,
    find_grey_scale,
    is_colour,
)
from app.data.readers.picture_listing import Listing, in_folder
from app.data.readers.picture_masks import find_masks, mask_field, picture_folders, refuse_boxes
from app.data.readers.picture_names import path_column
from app.data.readers.picture_questions import depth_question, masks_question, scale_of
from app.data.readers.picture_table import find_columns, in_table, likely_parts, table_in
from app.data.readers.recipe import ReadingRecipe, TableOptions, to_json
from app.data.readers.table_file import TableData, read_table
from app.data.readers.table_format import Reading, parquet_parts
from app.data.readers.target_fields import task_of
from app.data.sources.file_source import Candidate, FileSource, Suggestion
from app.protocol.data_values import Column
from app.system.memory_budget import budget
from graph.errors import NetloomError
from graph.layers.settings import Setting, column_setting, setting
from graph.shapes import Kind, image

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".pq"})
COLUMNS = ("column", "target", "parts", "task")
"""Settings that are about a table."""
ONE_BOX = tuple(sides for _, sides in SIDES)
"""Columns of a table with one box in each picture."""
UNMOVED = "Augmentation moves pictures but not their masks; leave flip, shift, rotate, zoom and crop off."
"""The note about sets with masks."""
SHOWN = 5
"""So many skipped pictures are named; the others are counted."""
FIRST = 5
"""So many pictures of each class are looked at to find out whether there are colours."""
EVENLY = 50
"""The same where there are no classes, evenly spaced."""


class Images(FileSource):
    """Pictures of your own, in one folder that holds a folder for each class, or in a table with their labels.

    A table names them, or is a Parquet file that holds them, as Hugging Face packs them. Folders called train,
    validation and test that hold the folders of classes are the split of the data. PNG, JPEG, WebP, BMP, TIFF, GIF,
    PGM, JPEG 2000 and AVIF; all are brought to one size. Pictures that are damaged or larger than 40 megapixels are
    listed and left out. In a table, numbers are amounts to be predicted, and a cell may hold several labels.
    """

    kind: ClassVar[str] = "images"
    title: ClassVar[str] = "Pictures"
    rank: ClassVar[int] = 30
    precedence: ClassVar[int] = 50

    height: int = setting(32, "Height of every picture", minimum=1, maximum=1024, unit="pixels")
    width: int = setting(32, "Width of every picture", minimum=1, maximum=1024, unit="pixels")
    colour: Literal["auto", "grey", "colour"] = setting(
        "auto", "One channel or three; found from the first pictures where not said"
    )
    fit: Literal["stretch", "crop", "pad"] = setting(
        "stretch", "What happens to pictures of other proportions: distorted, cut off, or with black bars"
    )

    column: str = column_setting(
        "In a table: the column of paths or of pictures; empty for the first that looks like it", empty="auto"
    )
    target: str = column_setting(
        "In a table: the column of labels, or several with commas; empty for the likeliest", empty="auto"
    )

    parts: str = column_setting(
        "In a table: the column that says of each picture which set it is in: train, validation or test"
    )
    task: Literal["auto", "classification", "regression", "labels", "masks"] = setting(
        "auto", "One class, an amount, several labels, or a mask for each picture; found where not said"
    )
    depth: Literal["auto", "8", "10", "12", "14", "16"] = setting(
        "auto", "Bits of deep grey pictures, whose brightest value is white; found where not said", unit="bits"
    )

    boxes: BoxTask = setting(
        "auto",
        "With boxes: which classes are present, the class of the largest box, the number of boxes, the sides of the "
        "one box in each picture, or all boxes in a grid of cells; found from the boxes",
    )
    cells: int = setting(
        CELLS, "With boxes in a grid: cells along each side, each of which holds one", minimum=1, maximum=64
    )

    black: float | None = pydantic.Field(None, description="The value that becomes 0 in deep pictures, found once")
    white: float | None = pydantic.Field(None, description="The value that becomes 1 in deep pictures, found once")
    reading: ReadingRecipe | None = pydantic.Field(None, description="How the table is read, found once")

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A folder without texts or Parquet files, or a table one of whose columns names pictures."""
        if candidate.path.is_dir():
            if parquet_parts(candidate.path):
                return bool(picture_columns(candidate.path)) and len(candidate.table.names) > 1
            texts = next(candidate.path.glob("*/*.txt"), None) is not None
            masked = not texts or next(picture_folders(candidate.path), None) is not None
            return masked or find_boxes(candidate.path) is not None
        table = candidate.table
        return len(table.names) > 1 and (path_column(table) != "" or box_columns(table) is not None)

    def values(self) -> dict[str, Any]:
        """The settings as JSON values; what is found once only where it was found."""
        found = {
            "black": self.black,
            "white": self.white,
            "reading": self.reading and to_json(self.reading),
            "depth": None if self.depth == "auto" else self.depth,
            "boxes": None if self.boxes == "auto" else self.boxes,
            "cells": None if self.cells == CELLS else self.cells,
        }
        plain = {name: value for name, value in super().values().items() if name not in found}
        return plain | {name: value for name, value in found.items() if value is not None}

    def shown(self) -> tuple[Setting, ...]:
        """What is said of columns only where a table names the pictures, the depth where they are deep."""
        named = Path(self.path).suffix.lower() in TABLES or self.column != ""
        one_box = {*self.target.replace(" ", "").lower().split(",")} in map(set, ONE_BOX)
        hidden: set[str] = {"task"} if self.boxes != "auto" else set() if one_box else {"boxes"}
        hidden |= set() if self.boxes == "grid" else {"cells"}
        hidden |= set() if named else {name for name in COLUMNS if name != "task" or self.task == "auto"}
        deep = self.depth != "auto" or GreyScale(self.black or 0.0, self.white or 0.0).deep
        hidden |= set() if deep else {"depth"}
        return tuple(spec for spec in self.settings() if spec.name not in hidden)

    def suggest(self, file: Path, target: str) -> Suggestion:
        """The source with the columns of a table and the scale of deep pictures that were found."""
        found: dict[str, Any] = {"target": target}
        columns: tuple[Column, ...] = ()
        named = table_in(file) if file.is_dir() and self.rules != 1 else None
        if named is not None:
            file = named
            found["path"] = str(named)
        if _is_table(file):
            table = self._table(file)
            columns = table.columns
            paths = self.column or path_column(table, self.rules)
            parts = self.parts or likely_parts(table, (paths, target))
            found |= {"column": paths, "parts": parts, "reading": table.recipe}
            boxed = self.changed(target=target)._box_columns(table)
            if boxed is None:
                found["target"] = ", ".join(find_columns(table, paths, target, parts, self.rules).targets)
            else:
                found |= {"column": boxed.paths, "parts": boxed.parts}
        source = self.changed(**found)
        known = source._box_set(file)
        if known is not None and source.boxes == "auto":
            source = source.changed(boxes=likely_task(known))
        if self.rules != 1:
            scale = find_grey_scale(source._listed(file).files)
            source = source.changed(black=scale.black, white=scale.white)
        return Suggestion(source, columns)

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the folder offers, from its listing; pictures that prove damaged when loaded are still counted."""
        folder = locate(self.path, base)
        with reading(folder):
            listed = self._listed(folder)
            return self._info(folder, listed, len(listed.files))

    def read(self, file: Path) -> Dataset:
        """The pictures, and what is to be said of each: the name of its folder, or what a table says."""
        listed = self._listed(file)
        info = self._info(file, listed, len(listed.files))
        sizes = (info.shape.size("C"), self.height, self.width)
        scale = self._scale(listed)
        decoded = DecodedPictures(listed.files, sizes, self.fit, scale).read()
        names = [_short(file, path) for path in listed.files]
        skipped = {names[number]: why for number, why in sorted(decoded.refused.items())}
        used = np.setdiff1d(np.arange(len(listed.files)), list(decoded.refused)).astype(np.int64)
        if not len(used):
            raise NetloomError(
                f"None of the pictures in {file.name} can be read: {' '.join(next(iter(skipped.items())))}."
            )
        target = listed.target.values.take(used, axis=0)
        if listed.target.classes and len(np.unique(target)) < 2:
            raise NetloomError(f"Only one class in {file.name} has pictures that can be read; two are needed.")
        info = self._info(file, listed, len(used))
        notes = skipped_note(skipped) + listed.notes
        questions = listed.questions
        if self.rules != 1:
            notes += _remarks_note(decoded, names) + _scale_note(scale)
            doubt = depth_question(listed.files, scale, sizes[1:], self.fit) if self.depth == "auto" else None
            questions += (doubt,) if doubt else ()
            notes += (doubt.note,) if doubt else ()
        notes += rare_note(np.asarray(target), listed.target.classes) if listed.target.classes else ()
        return info.with_values(
            {"image": LazyArray.of(decoded.store, True, used), listed.target.name: target},
            notes=notes + self.change_note(file),
            given=None if listed.given is None else listed.given[used],
            boxes=tuple(listed.boxes[number] for number in used) if listed.boxes else (),
            questions=questions,
        )

    def resolved(self, base: Path | None = None) -> Self:
        """The source with the scale of deep pictures; that of eight bits where the training's pictures are gone."""
        if self.rules == 1 or self.white is not None or not self.path:
            return self
        scale = GreyScale()
        with contextlib.suppress(NetloomError, OSError):
            scale = find_grey_scale(self._listed(locate(self.path, base)).files)
        return self.changed(black=scale.black, white=scale.white)

    def grey_scale(self) -> GreyScale | None:
        """The values that became 0 and 1 in training; None by the first rules, where each deep picture has its own."""
        return self._scale(None)

    def _scale(self, listed: Listing | None) -> GreyScale | None:
        if self.rules == 1:
            return None
        if self.white is not None:
            return scale_of(self.depth, GreyScale(self.black or 0.0, self.white))
        return scale_of(self.depth, _found_scale(listed.files, budget()) if listed else GreyScale())

    def _listed(self, file: Path) -> Listing:
        known = self._box_set(file)
        if known is not None:
            return self._boxed(file, known)
        if not _is_table(file):
            pairs = self._with_masks(file) if self.rules != 1 and self.task != "classification" else None
            return pairs or in_folder(file, self.rules)
        table = self._table(file)
        columns = find_columns(table, self.column, self.target, self.parts, self.rules)
        if self.task == "masks":
            raise NetloomError(f"{file.name} is a table; masks are read from a folder beside that of the pictures.")
        return in_table(table, columns, self.task, self.rules)

    def _box_set(self, file: Path) -> BoxSet | None:
        """The pictures with the boxes that files beside them or the rows of a table say; None where there are none."""
        if self.rules == 1:
            return None
        if not _is_table(file):
            said = self.boxes == "auto" and self.task in ("classification", "masks")
            return find_boxes(file) if file.is_dir() and not said and find_masks(file) is None else None
        table = self._table(file)
        columns = self._box_columns(table)
        return None if columns is None else table_boxes(table, columns)

    def _box_columns(self, table: TableData) -> BoxColumns | None:
        """The columns of a table of boxes; None where another column is to be learned, or each picture has one row."""
        columns = box_columns(table, self.column) if self.rules != 1 else None
        said = table.named_in(self.target) if self.target else ()
        if columns is None or not {*said} <= {*columns.sides}:
            return None
        return columns if self.boxes != "auto" or has_several(table, columns) else None

    def _boxed(self, file: Path, known: BoxSet) -> Listing:
        """The pictures of a set of boxes with what is learned of each."""
        if not known.pictures:
            raise NetloomError(
                f"None of the pictures in {file.name} can be read: {' '.join(next(iter(known.skipped.items())))}."
            )
        aim = box_target(known, self.boxes, (self.height, self.width), self.fit, file.name, self.cells)
        parts = np.array(known.parts, np.uint8)[aim.rows] if known.parts else None
        files = tuple(known.pictures[row].picture for row in aim.rows)
        return Listing(files, aim.target, parts, skipped_note(known.skipped) + known.notes + aim.notes, aim.boxes)

    def _with_masks(self, folder: Path) -> Listing | None:
        """The pictures of a folder with a folder of masks beside them; None where there is none."""
        if not folder.is_dir():
            return None
        refuse_boxes(folder)
        pairs = find_masks(folder)
        if pairs is None:
            return None
        field, damaged = mask_field(folder, pairs.masks, (self.height, self.width), self.fit)
        kept = np.setdiff1d(np.arange(len(pairs.masks)), list(damaged)).astype(np.int64)
        parts = np.array(pairs.parts, np.uint8)[kept]
        notes = skipped_note({_short(folder, pairs.masks[number]): why for number, why in sorted(damaged.items())})
        notes += (UNMOVED,)
        if pairs.bare:
            notes += (f"Pictures without a mask are left out ({pairs.bare:,}).",)
        target = field.info.with_values(field.values.take(kept, axis=0))
        given = parts if parts.any() and not parts.all() else None
        files = tuple(pairs.pictures[place] for place in kept)
        doubt = None
        if files and self.task == "auto":
            names = next((one.name, other.name) for one, other, _ in picture_folders(folder))
            doubt = masks_question(names, files[0], target, (self.height, self.width), self.fit)
        notes += (doubt.note,) if doubt else ()
        return Listing(files, target, given, notes, questions=(doubt,) if doubt else ())

    def _table(self, file: Path) -> TableData:
        return read_table(file, Reading(TableOptions(), self.rules, self.reading))

    def _info(self, folder: Path, listed: Listing, samples: int) -> DatasetInfo:
        target = listed.target.info
        fields = (FieldInfo("image", image(3 if self._colour(listed) else 1, self.height, self.width)), target)
        if target.classes:
            summary = f"{samples:,} pictures of {len(target.classes)} classes in {folder.name}."
        elif self.boxes != "auto" and listed.boxes:
            summary = f"{samples:,} pictures of {folder.name} with boxes, to predict {MEANT[self.boxes]}."
        elif target.shape.kind is Kind.IMAGE:
            summary = f"{samples:,} pictures of {folder.name}, each with a mask to predict."
        else:
            what = (
                f"{len(target.names)} labels" if target.labels else " and ".join(f"“{name}”" for name in target.names)
            )
            summary = f"{samples:,} pictures of {folder.name}, to predict {what}."
        task, counts = task_of(target), listed.target.counts
        return DatasetInfo(
            self.kind, folder.name, task, samples, fields, ("image",), target.name, summary, counts=counts
        )

    def _colour(self, listed: Listing) -> bool:
        """Whether one of the first pictures of a class holds colours."""
        if self.colour != "auto":
            return self.colour == "colour"
        if not listed.target.classes or any(map(is_packed, listed.files[:1])):
            return any(map(is_colour, listed.files[:: max(1, len(listed.files) // EVENLY)]))
        labels = np.asarray(listed.target.values)
        order = np.argsort(labels, kind="stable")
        starts = np.searchsorted(labels[order], np.arange(len(listed.target.classes)))
        return any(is_colour(listed.files[place]) for start in starts for place in order[start : start + FIRST])


@remembered(2)
def _found_scale(files: tuple[Path, ...], allowed: int) -> GreyScale:
    """The scale of a set, which is not looked for twice."""
    return find_grey_scale(files)


def _is_table(file: Path) -> bool:
    return is_parquet(file) if file.is_dir() else file.suffix.lower() in TABLES


def _short(file: Path, picture: Path) -> str:
    folder = file if file.is_dir() else file.parent
    return readable(picture.relative_to(folder).as_posix())


def skipped_note(skipped: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence that lists the pictures that were left out, with why."""
    if not skipped:
        return ()
    count = "1 picture was" if len(skipped) == 1 else f"{len(skipped):,} pictures were"
    more = f", and {len(skipped) - SHOWN:,} more" if len(skipped) > SHOWN else ""
    reasons = set(skipped.values())
    if len(reasons) == 1 < len(skipped):
        return (f"{count} left out, because each {next(iter(reasons))}: {', '.join([*skipped][:SHOWN])}{more}.",)
    shown = [f"{name} {why}" for name, why in skipped.items()]
    return (f"{count} left out: {', '.join(shown[:SHOWN])}{more}.",)


_CUT = "of 16 bits per colour, of which the upper eight are read"


def _remarks_note(decoded: Decoded, names: list[str]) -> tuple[str, ...]:
    """Sentences about pictures of which less is read than they hold."""
    animated = "animated or has several pages; its first is read"
    told = (
        (MORE_FRAMES, animated, "animated or have several pages, of which the first is read"),
        (CUT_TO_EIGHT_BITS, _CUT, _CUT),
    )
    notes = []
    for bit, one, many in told:
        places = np.flatnonzero(decoded.remarks & bit)
        if len(places) == 1:
            notes.append(f"{names[places[0]]} is {one}.")
        elif len(places):
            shown = ", ".join(names[place] for place in places[:SHOWN])
            more = f", and {len(places) - SHOWN:,} more" if len(places) > SHOWN else ""
            notes.append(f"{len(places):,} pictures are {many}: {shown}{more}.")
    return tuple(notes)


def _scale_note(scale: GreyScale | None) -> tuple[str, ...]:
    """A sentence about deep pictures, which all follow one scale."""
    if scale is None or not scale.deep:
        return ()
    black, white = (f"{value:,.6g}" for value in (scale.black, scale.white))
    return (f"The pictures hold more than 8 bits: in all of them {black} becomes 0 and {white} becomes 1.",)
