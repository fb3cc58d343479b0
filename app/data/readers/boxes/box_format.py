"""Registry of bounding-box formats, and the files of a folder among which each looks for its own."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Container
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard

from app.data.readers.boxes.annotation import Annotations, Problem, Problems
from app.data.readers.boxes.json_files import LARGEST, JsonFiles
from app.data.readers.column_values import natural_order
from app.data.readers.file_access import files_below, readable
from app.data.readers.likely_roles import PART_NAMES
from app.data.readers.picture_listing import ENDINGS, JUNK, MOST, number_key, small_name
from graph.errors import NetloomError

LEFT_OUT = JUNK | {"segmentationclass", "segmentationobject", "masks", "mask", "trimaps"}
"""Folders of pictures that boxes are not about, in small letters."""
ENDINGS_OF_BOXES = frozenset({".txt", ".xml", ".json", ".csv", ".tsv"})
FORMATS: dict[str, BoxReader] = {}
"""The reader of each format by its title, in the order in which they are tried."""


class FolderFiles:
    """The pictures below a folder in natural order, and its other files by their endings; hidden ones are left out.

    ``json`` parses those that end in ``.json``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.json = JsonFiles()
        # Texts, because a folder may hold a million pictures and no box.
        self._pictures: list[str] = []
        self._others: dict[str, list[str]] = defaultdict(list)
        start = len(str(folder))
        for count, entry in enumerate(files_below(folder)):
            if count >= MOST:
                raise NetloomError(
                    f"{folder.name} holds more than {MOST:,} files; choose the folder of pictures in it."
                )
            inner = entry.path[start:]
            folders = inner.lower().split(os.sep)  # noqa: PTH206
            if f"{os.sep}." in inner or entry.is_symlink() or not LEFT_OUT.isdisjoint(folders[:-1]):
                continue
            name = entry.name.lower()
            is_picture = name.endswith(ENDINGS[2])
            (self._pictures if is_picture else self._others[os.path.splitext(name)[1]]).append(entry.path)  # noqa: PTH122

    @property
    def may_have_boxes(self) -> bool:
        """Whether there are pictures, and files that could say boxes."""
        return bool(self._pictures) and not self._others.keys().isdisjoint(ENDINGS_OF_BOXES)

    @cached_property
    def pictures(self) -> list[Path]:
        """The pictures in natural order."""
        return sorted(map(Path, self._pictures), key=self._order)

    def ending(self, suffix: str) -> list[Path]:
        """The files that end in ``suffix``, in natural order."""
        return sorted(map(Path, self._others.get(suffix, ())), key=self._order)

    def short(self, path: Path) -> str:
        """A file as it is named in a sentence."""
        return readable(path.relative_to(self.folder).as_posix())

    def _order(self, path: Path) -> list[tuple[int, float, str, str]]:
        return [natural_order(part) for part in path.relative_to(self.folder).parts]

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        names: dict[str, list[Path]] = defaultdict(list)
        for picture in self.pictures:
            stem = small_name(picture.stem)
            for key in dict.fromkeys((small_name(picture.name), stem, number_key(stem))):
                names[key].append(picture)
        return names

    def picture_of(self, text: str, file: Path) -> Path | None:
        """The picture that ``file`` calls ``text``, with or without an ending or folders; None where there is none.

        Of several with the same name it is the one whose folders are most like those of the file: ``train/images``
        for ``train/labels``, and ``train2017`` for ``instances_train2017.json``.
        """
        wanted = PurePosixPath(text.strip().replace("\\", "/"))
        part, name = self.part_of(file), small_name(wanted.name)
        found = self._by_name.get(name) or self._by_name.get(number_key(name), [])
        candidates = [picture for picture in found if part is None or self.part_of(picture) in (None, part)]
        if not candidates:
            return None
        above = [small_name(part) for part in wanted.parts[:-1]]
        words = {small_name(part) for part in file.relative_to(self.folder).parts[:-1]}
        title = small_name(file.stem)

        def unlike(picture: Path) -> tuple[int, int, int]:
            folders = [small_name(part) for part in picture.relative_to(self.folder).parts[:-1]]
            ends = next((n for n in range(len(above), 0, -1) if folders[-n:] == above[-n:]), 0)
            alike = sum(part in words or part in title for part in folders)
            return -ends, -alike, len(folders)

        return min(candidates, key=unlike)

    def named_picture(self, name: Any, file: Path) -> Path | None:
        """The same of a value of JSON, which may be no name at all."""
        return self.picture_of(name, file) if isinstance(name, str) and name else None

    def is_new(self, picture: Path | None, known: Container[Path], place: str, problems: Problems) -> TypeGuard[Path]:
        """Whether a picture is there and not yet ``known``; if not, that is put down among the ``problems``."""
        if picture is None:
            problems.add(Problem.NO_PICTURE, place)
        elif picture in known:
            problems.add(Problem.TWICE, self.short(picture))
        else:
            return True
        return False

    def part_of(self, path: Path) -> int | None:
        """The part of the split that a folder above a file is called by, such as ``train`` or ``val2017``."""
        for part in path.relative_to(self.folder).parts[:-1]:
            found = PART_NAMES.get(part.lower().rstrip("0123456789"))
            if found is not None:
                return found
        return None


BoxReader = Callable[[FolderFiles], Annotations | None]
"""Reads the boxes of one format; None where there are none."""


def box_format(title: str) -> Callable[[BoxReader], BoxReader]:
    """Enter a reader under the title of its format."""

    def enter(reader: BoxReader) -> BoxReader:
        FORMATS[title] = reader
        return reader

    return enter


def text_of(file: Path) -> str | None:
    """A small file about a single picture as text; None where it cannot be read, or is too large."""
    try:
        if file.stat().st_size > LARGEST:
            return None
        return file.read_text("utf-8-sig")
    except (OSError, ValueError):
        return None
