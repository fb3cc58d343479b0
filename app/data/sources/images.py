"""Picture source: a folder for each class, or a table of paths and labels."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Dataset, DatasetInfo, FieldInfo, Task
from app.data.lazy_array import LazyArray
from app.data.readers.column_values import rare_note
from app.data.readers.decoded_pictures import DecodedPictures
from app.data.readers.file_access import locate, readable, reading
from app.data.readers.picture_file import is_colour
from app.data.readers.picture_listing import Listing, in_folder, in_table, path_column
from app.data.sources.file_source import Candidate, FileSource
from graph.errors import NetloomError
from graph.layers.settings import Setting, setting
from graph.shapes import image, vector

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".parquet"})
COLUMNS = ("column", "target", "parts")
"""Settings that are about a table."""
SHOWN = 5
"""So many skipped pictures are named; the others are counted."""
FIRST = 5
"""So many pictures of each class are looked at to find out whether there are colours."""


class Images(FileSource):
    """Pictures of your own, in one folder that holds a folder for each class, or named in a table with their labels.

    Folders called train, validation and test that hold the folders of classes are the split of the data. PNG, JPEG,
    WebP, BMP, TIFF and GIF; all are brought to one size. Pictures that are damaged or larger than 40 megapixels are
    listed and left out.
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

    column: str = setting("", "In a table: the column of paths; empty for the one that looks like it")
    target: str = setting("", "In a table: the column of labels; empty for the one that looks most like it")

    parts: str = setting("", "In a table: the column with the split of each picture: train, validation or test")

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A folder without texts, or a table one of whose columns names pictures."""
        if candidate.path.is_dir():
            return next(candidate.path.glob("*/*.txt"), None) is None
        return len(candidate.table.names) > 1 and path_column(candidate.table) != ""

    def shown(self) -> tuple[Setting, ...]:
        """What is said of columns only where a table names the pictures."""
        named = Path(self.path).suffix.lower() in TABLES
        return tuple(spec for spec in self.settings() if named or spec.name not in COLUMNS)

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the folder offers, from its listing; pictures that prove damaged when loaded are still counted."""
        folder = locate(self.path, base)
        with reading(folder):
            listed = self._listed(folder)
            return self._info(folder, listed, len(listed.files))

    def read(self, file: Path) -> Dataset:
        """The pictures, and the name of the folder each is in, or its label, as its class."""
        listed = self._listed(file)
        info = self._info(file, listed, len(listed.files))
        sizes = (info.shape.size("C"), self.height, self.width)
        kept, refused = DecodedPictures(listed.files, sizes, self.fit).read()
        skipped = [f"{_short(file, listed.files[number])} {why}" for number, why in sorted(refused.items())]
        used = np.setdiff1d(np.arange(len(listed.files)), list(refused)).astype(np.int64)
        if not len(used):
            raise NetloomError(f"None of the pictures in {file.name} can be read: {skipped[0]}.")
        labels = listed.labels[used]
        if len(np.unique(labels)) < 2:
            raise NetloomError(f"Only one class in {file.name} has pictures that can be read; two are needed.")
        info = self._info(file, listed, len(used))
        return info.with_values(
            {"image": LazyArray.of(kept, True, used), "class": labels},
            notes=skipped_note(skipped) + listed.notes + rare_note(labels, info.classes) + self.change_note(file),
            given=None if listed.given is None else listed.given[used],
        )

    def _listed(self, file: Path) -> Listing:
        if file.suffix.lower() in TABLES and not file.is_dir():
            return in_table(file, self.column, self.target, self.parts)
        return in_folder(file)

    def _info(self, folder: Path, listed: Listing, samples: int) -> DatasetInfo:
        fields = (
            FieldInfo("image", image(3 if self._colour(listed) else 1, self.height, self.width)),
            FieldInfo("class", vector(len(listed.classes)), classes=listed.classes),
        )
        summary = f"{samples:,} pictures of {len(listed.classes)} classes in {folder.name}."
        return DatasetInfo(self.kind, folder.name, Task.CLASSIFICATION, samples, fields, ("image",), "class", summary)

    def _colour(self, listed: Listing) -> bool:
        """Whether one of the first pictures of a class holds colours."""
        if self.colour != "auto":
            return self.colour == "colour"
        order = np.argsort(listed.labels, kind="stable")
        starts = np.searchsorted(listed.labels[order], np.arange(len(listed.classes)))
        return any(is_colour(listed.files[place]) for start in starts for place in order[start : start + FIRST])


def _short(file: Path, picture: Path) -> str:
    folder = file if file.is_dir() else file.parent
    return readable(picture.relative_to(folder).as_posix())


def skipped_note(skipped: list[str]) -> tuple[str, ...]:
    """One sentence that lists what was left out."""
    if not skipped:
        return ()
    more = f", and {len(skipped) - SHOWN:,} more" if len(skipped) > SHOWN else ""
    count = "1 picture was" if len(skipped) == 1 else f"{len(skipped):,} pictures were"
    return (f"{count} left out: {', '.join(skipped[:SHOWN])}{more}.",)
