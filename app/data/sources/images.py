"""Pictures of the user's: a folder for each class, or a table of paths and labels."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from app.data.dataset import Dataset, DatasetInfo, Field, FieldInfo, Task
from app.data.sources.columns import CLASSES, labels, likely_target, look
from app.data.sources.decoded import Decoded
from app.data.sources.files import FileSource, locate, reading
from app.data.sources.frames import CsvSource
from app.data.sources.pictures import SUFFIXES, is_colour
from app.data.sources.table import check_column
from app.data.stored import Stored
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import image, vector

if TYPE_CHECKING:
    import pandas as pd

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".parquet"})
SHOWN = 5
"""So many skipped pictures are named; the others are counted."""


class Images(FileSource):
    """Pictures of your own, in one folder that holds a folder for each class, or named in a table with their labels.

    PNG, JPEG, WebP, BMP, TIFF and GIF; all are brought to one size. Pictures that are damaged or larger than 40
    megapixels are listed and left out.
    """

    kind: ClassVar[str] = "images"
    title: ClassVar[str] = "Pictures"

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

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the folder offers, from its listing; pictures that prove damaged when loaded are still counted."""
        folder = locate(self.path, base)
        with reading(folder):
            listed = self._listed(folder)
            return self._info(folder, listed, sum(len(files) for files in listed.values()))

    def read(self, file: Path) -> Dataset:
        """The pictures, and the name of the folder each is in, or its label, as its class."""
        listed = self._listed(file)
        info = self._info(file, listed, sum(len(files) for files in listed.values()))
        files = [one for members in listed.values() for one in members]
        held = np.repeat(np.arange(len(listed)), [len(members) for members in listed.values()])
        sizes = (info.shape.size("C"), self.height, self.width)
        kept, refused = Decoded(files, sizes, self.fit).read()
        skipped = [f"{_short(file, files[number])} {why}" for number, why in sorted(refused.items())]
        used = np.setdiff1d(np.arange(len(files)), list(refused)).astype(np.int64)
        if not len(used):
            raise NetloomError(f"None of the pictures in {file.name} can be read: {skipped[0]}.")
        if len(np.unique(held[used])) < 2:
            raise NetloomError(f"Only one folder in {file.name} holds pictures that can be read; two are needed.")
        info = self._info(file, listed, len(used))
        fields = {
            "image": Field("image", info.shape, values=Stored.of(kept, True, used)),
            "class": Field("class", info.target_shape, info.classes, values=held[used].astype(np.int64)),
        }
        notes = skipped_note(skipped) + self.change_note(file)
        return Dataset(info.id, info.title, info.task, fields, info.inputs, info.target, info.summary, notes=notes)

    def _listed(self, file: Path) -> dict[str, list[Path]]:
        if file.is_dir():
            return listing(file)
        if file.suffix.lower() in TABLES:
            return listed_in_table(file, self.column, self.target)
        return listing(file)

    def _info(self, folder: Path, listed: dict[str, list[Path]], samples: int) -> DatasetInfo:
        colour = self._colour(listed)
        fields = (
            FieldInfo("image", image(3 if colour else 1, self.height, self.width)),
            FieldInfo("class", vector(len(listed)), classes=tuple(listed)),
        )
        summary = f"{samples} pictures of {len(listed)} classes in {folder.name}."
        return DatasetInfo(self.kind, folder.name, Task.CLASSIFICATION, samples, fields, ("image",), "class", summary)

    def _colour(self, listed: dict[str, list[Path]]) -> bool:
        if self.colour != "auto":
            return self.colour == "colour"
        return any(is_colour(file) for files in listed.values() for file in files[:5])


def listed_in_table(file: Path, column: str, target: str) -> dict[str, list[Path]]:
    """The pictures that a table names, by their labels; paths start at the table's folder and stay within it.

    Raises
    ------
    NetloomError
        if there is no column of paths or of labels, or a path leads out of the folder.
    """
    frame, _ = CsvSource(path=str(file)).frame(file)
    paths = column or path_column(frame)
    check_column(file, frame, paths)
    others = tuple(look(frame[name]) for name in frame.columns if name != paths)
    label = target or likely_target(others)
    check_column(file, frame, label)
    usable = frame[frame[paths].notna() & frame[label].notna()]
    numbers, classes = labels(usable[label])
    listed: dict[str, list[Path]] = {name: [] for name in classes}
    for number, text in zip(numbers, usable[paths].astype(str), strict=True):
        inner = PurePosixPath(text.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or "\0" in text:
            raise NetloomError(f"{file.name}: “{text[:60]}” leads out of the table's folder; keep pictures beside it.")
        listed[classes[number]].append(file.parent / inner)
    return listed


def path_column(frame: pd.DataFrame) -> str:
    """The first column that names pictures in most of its first rows; empty where there is none."""
    for name in frame.columns:
        some = frame[name].dropna().head(50).astype(str)
        if len(some) and some.map(lambda text: PurePosixPath(text).suffix.lower() in SUFFIXES).mean() > 0.5:
            return str(name)
    return ""


def _short(file: Path, picture: Path) -> str:
    folder = file if file.is_dir() else file.parent
    return picture.relative_to(folder).as_posix()


def listing(folder: Path) -> dict[str, list[Path]]:
    """The pictures in each class's folder, both sorted by name; hidden files and symbolic links are passed over.

    Raises
    ------
    NetloomError
        if there are not two folders with pictures.
    """
    if not folder.is_dir():
        raise NetloomError(f"{folder.name} is not a folder; choose the folder that holds a folder for each class.")
    listed = {entry.name: _pictures(entry) for entry in sorted(folder.iterdir()) if _plain(entry) and entry.is_dir()}
    listed = {name: files for name, files in listed.items() if files}
    if len(listed) < 2:
        found = f"only the folder “{next(iter(listed))}” holds" if listed else "no folder in it holds"
        raise NetloomError(
            f"{folder.name}: {found} pictures; put the pictures of each class, at least two, into a folder of its own."
        )
    if len(listed) > CLASSES:
        raise NetloomError(f"{folder.name} has {len(listed)} folders; at most {CLASSES} classes can be told apart.")
    return listed


def _pictures(folder: Path) -> list[Path]:
    files = (entry for entry in folder.rglob("*") if entry.suffix.lower() in SUFFIXES)
    return sorted(entry for entry in files if _plain(entry) and entry.is_file())


def _plain(entry: Path) -> bool:
    return not entry.name.startswith(".") and not entry.is_symlink()


def skipped_note(skipped: list[str]) -> tuple[str, ...]:
    """One sentence that lists what was left out."""
    if not skipped:
        return ()
    more = f", and {len(skipped) - SHOWN} more" if len(skipped) > SHOWN else ""
    count = "1 picture was" if len(skipped) == 1 else f"{len(skipped)} pictures were"
    return (f"{count} left out: {', '.join(skipped[:SHOWN])}{more}.",)
