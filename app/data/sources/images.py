"""Pictures of the user's: a folder for each class."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from app.data.dataset import Array, Dataset, DatasetInfo, Field, FieldInfo, Task
from app.data.sources.columns import CLASSES
from app.data.sources.files import FileSource, locate, reading, within_budget
from app.data.sources.pictures import SUFFIXES, PictureError, is_colour, picture_array
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import image, vector

SHOWN = 5
"""So many skipped pictures are named; the others are counted."""


class Images(FileSource):
    """Pictures of your own, in one folder that holds a folder for each class.

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

    def info(self, base: Path | None = None) -> DatasetInfo:
        """What the folder offers, from its listing; pictures that prove damaged when loaded are still counted."""
        folder = locate(self.path, base)
        with reading(folder):
            listed = listing(folder)
            return self._info(folder, listed, sum(len(files) for files in listed.values()))

    def read(self, file: Path) -> Dataset:
        """The pictures, and the name of the folder each is in as its class."""
        listed = listing(file)
        info = self._info(file, listed, sum(len(files) for files in listed.values()))
        within_budget(file, 4 * info.samples * (info.shape.elements or 0))
        pictures, held, skipped = self._decoded(file, listed, info.shape.size("C") == 3)
        if not pictures:
            raise NetloomError(f"None of the pictures in {file.name} can be read: {skipped[0]}.")
        if len(set(held)) < 2:
            raise NetloomError(f"Only one folder in {file.name} holds pictures that can be read; two are needed.")
        info = self._info(file, listed, len(pictures))
        fields = {
            "image": Field("image", info.shape, values=np.stack(pictures)),
            "class": Field("class", info.target_shape, info.classes, values=np.array(held, dtype=np.int64)),
        }
        notes = skipped_note(skipped) + self.change_note(file)
        return Dataset(info.id, info.title, info.task, fields, info.inputs, info.target, info.summary, notes=notes)

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

    def _decoded(
        self, folder: Path, listed: dict[str, list[Path]], colour: bool
    ) -> tuple[list[Array], list[int], list[str]]:
        """Pictures, their class numbers, and what was skipped and why."""
        pictures, held, skipped = [], [], []
        for number, files in enumerate(listed.values()):
            for file in files:
                try:
                    pictures.append(picture_array(file, (self.height, self.width), colour, self.fit))
                    held.append(number)
                except PictureError as error:
                    skipped.append(f"{file.relative_to(folder).as_posix()} {error}")
        return pictures, held, skipped


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
