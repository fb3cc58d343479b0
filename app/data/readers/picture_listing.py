"""Image folders: the pictures in a folder that holds a folder for each class, as torchvision's `ImageFolder` has it."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app.data.dataset import Array, Field
from app.data.readers.column_values import CLASSES, natural_order
from app.data.readers.file_access import files_below, readable
from app.data.readers.likely_roles import PART_NAMES
from app.data.readers.picture_file import MORE_SUFFIXES, OTHER_SUFFIXES, SUFFIXES
from app.data.readers.recipe import RULES
from app.protocol.data_values import PictureBox, Question
from graph.errors import NetloomError
from graph.shapes import vector

MOST = 2_000_000
"""Most files below a folder that is gone through."""
OTHERS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".npy", ".npz", ".safetensors", ".idx", "-ubyte", ".gz")
"""How the names of files end that hold other data."""
ENDINGS = {1: tuple(SUFFIXES), 2: tuple(SUFFIXES | MORE_SUFFIXES)}
"""Endings of pictures by the version of the rules."""
JUNK = frozenset({
    "__macosx", "@eadir", "thumbnails", "_thumbnails", "thumbs", "_thumbs", "$recycle.bin", "lost+found",
    "system volume information", "__pycache__",
})  # fmt: skip
"""Folders that systems and programs make beside pictures, in small letters."""
NUMBERED = 255
"""Letters of a name that may be a number: no file has a longer one."""
NAMED = 5
"""So many files that are passed over are named; the others are counted."""


@dataclass(frozen=True)
class Listing:
    """Pictures and what is to be said of each: ``target`` has a value for each, ``given`` uint8 (N,) its part, or None.

    ``notes`` are sentences about what was passed over, ``questions`` what could be meant in another way. ``boxes`` are
    those of each picture as it is fitted, or empty.
    """

    files: tuple[Path, ...]
    target: Field
    given: Array | None = None
    notes: tuple[str, ...] = ()
    boxes: tuple[tuple[PictureBox, ...], ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass
class Found:
    """What was found in the folders of pictures by the way: files that cannot be read, and folders of thumbnails."""

    others: list[Path] = field(default_factory=list)
    junk: set[str] = field(default_factory=set)

    def notes(self, folder: Path) -> tuple[str, ...]:
        """Sentences about what was passed over in ``folder``."""
        notes = []
        if self.others:
            kinds = Counter(file.suffix.lower() for file in self.others)
            names = ", ".join(readable(file.relative_to(folder).as_posix()) for file in sorted(self.others)[:NAMED])
            more = f", and {len(self.others) - NAMED:,} more" if len(self.others) > NAMED else ""
            count = "1 file is" if len(self.others) == 1 else f"{len(self.others):,} files are"
            notes.append(f"{count} left out, of formats that are not read ({', '.join(sorted(kinds))}): {names}{more}.")
        if self.junk:
            notes.append(f"Folders that systems make beside pictures are left out: {', '.join(sorted(self.junk))}.")
        return tuple(notes)


def plain_name(name: str) -> str:
    """A name as text, accents composed with their letters, however a system stores them."""
    return readable(_composed(name))


def small_name(name: str) -> str:
    """The same in small letters, as names are compared."""
    return plain_name(name).lower()


def number_key(name: str) -> str:
    """A name that is a number, without the zeros in front, marked as such; any other name as it is."""
    return f"number {int(name)}" if name.isdecimal() and len(name) <= NUMBERED else name


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def class_target(labels: Sequence[int] | Array, classes: Sequence[str]) -> Field:
    """Class numbers as what is to be said of each picture."""
    return Field("class", vector(len(classes)), tuple(classes), values=np.asarray(labels, np.int64))


def in_folder(folder: Path, rules: int = RULES) -> Listing:
    """The pictures of a folder that holds a folder for each class, or such folders for training and test.

    Classes come in their natural order, by version 1 of the ``rules`` in that of their letters; hidden files, symbolic
    links and, by version 2, folders of thumbnails are passed over.

    Raises
    ------
    NetloomError
        if there are not two folders with pictures, or far too many.
    """
    if not folder.is_dir():
        raise NetloomError(f"{folder.name} is not a folder; choose the folder that holds a folder for each class.")
    found = Found()
    inner = list(class_folders(folder, rules, found))
    if inner and all(_part(inner_folder) is not None for inner_folder in inner):
        parted = {inner_folder: _by_class(inner_folder, rules, found) for inner_folder in inner}
        if any(len(by_class) > 1 and _part(inner_folder) == 0 for inner_folder, by_class in parted.items()):
            return _of_parts(folder, parted, rules, found)
    by_class = _by_class(folder, rules, found)
    if len(by_class) < 2:
        raise _too_few(folder, by_class, rules)
    _check_count(folder, by_class, "folders")
    notes = found.notes(folder) + _parts_note(by_class, rules)
    return _listing(by_class.items(), tuple(by_class), notes)


def _parts_note(by_class: Iterable[str], rules: int) -> tuple[str, ...]:
    """A sentence where folders that are called as parts of a split are taken for classes."""
    names = [name for name in by_class if name.lower() in PART_NAMES]
    if rules == 1 or len(names) < 2:
        return ()
    shown = " and ".join(f"“{name}”" for name in names[:3])
    return (
        f"The folders {shown} are read as classes. Where they are the parts of a split, put a folder for each class "
        "into each of them, or a table with the labels beside them.",
    )


def _too_few(folder: Path, by_class: dict[str, list[Path]], rules: int) -> NetloomError:
    """Why a folder holds no classes, and what to do: often it is one of the files in it that is meant."""
    found = f"only the folder “{next(iter(by_class))}” holds" if by_class else "no folder in it holds"
    files = sorted(
        entry.name for entry in folder.iterdir() if _plain(entry.name) and entry.name.lower().endswith(OTHERS)
    )
    if files and (not by_class or rules != 1):
        return NetloomError(f"{folder.name}: {found} pictures; to read a file such as {files[0]}, choose that file.")
    return NetloomError(
        f"{folder.name}: {found} pictures; put the pictures of each class, at least two, into a folder of its own."
    )


def _of_parts(folder: Path, parted: dict[Path, dict[str, list[Path]]], rules: int, found: Found) -> Listing:
    """Folders such as ``train`` and ``test``, each of which holds a folder for each class."""
    in_order = sorted(parted, key=lambda inner: (_part(inner), inner.name))
    whole = {inner: parted[inner] for inner in in_order if parted[inner]}
    names = {name for by_class in whole.values() for name in by_class}
    classes = tuple(sorted(names, key=None if rules == 1 else natural_order))
    _check_count(folder, classes, "classes")
    listings = [_listing(by_class.items(), classes) for by_class in whole.values()]
    parts = [np.full(len(inner.files), _part(name), np.uint8) for name, inner in zip(whole, listings, strict=True)]
    bare = [inner.name for inner in parted if inner not in whole]
    notes = tuple(f"{name} holds no folders of classes and is left out." for name in bare)
    files = tuple(file for listing in listings for file in listing.files)
    labels = np.concatenate([listing.target.values for listing in listings])
    given = np.concatenate(parts) if len(whole) > 1 else None
    return Listing(files, class_target(labels, classes), given, notes + found.notes(folder))


def _part(folder: Path) -> int | None:
    return PART_NAMES.get(folder.name.lower())


def _listing(
    by_class: Iterable[tuple[str, list[Path]]], classes: tuple[str, ...], notes: tuple[str, ...] = ()
) -> Listing:
    files: list[Path] = []
    labels: list[int] = []
    for name, members in by_class:
        files += members
        labels += [classes.index(name)] * len(members)
    return Listing(tuple(files), class_target(labels, classes), None, notes)


def _by_class(folder: Path, rules: int, found: Found) -> dict[str, list[Path]]:
    """The pictures of each class, in the order of the classes."""
    by_class: dict[str, list[Path]] = {}
    folders = list(class_folders(folder, rules, found))
    if rules != 1:
        folders.sort(key=lambda entry: natural_order(_composed(entry.name)))
    for entry in folders:
        files = pictures_in(entry, rules, found)
        if files:
            # Two spellings of the same accents are the same class.
            by_class.setdefault(readable(entry.name if rules == 1 else _composed(entry.name)), []).extend(files)
    return by_class


def class_folders(folder: Path, rules: int, found: Found) -> Iterator[Path]:
    """The folders in a folder that may be classes or parts, sorted by name."""
    for entry in sorted(folder.iterdir()):
        if not _plain(entry.name) or not entry.is_dir() or entry.is_symlink():
            continue
        if rules != 1 and entry.name.lower() in JUNK:
            found.junk.add(readable(entry.name))
        else:
            yield entry


def pictures_in(folder: Path, rules: int = RULES, found: Found | None = None) -> list[Path]:
    """The pictures in a folder and in folders in it, sorted; hidden ones and symbolic links are passed over.

    By version 2 of the ``rules``, folders of thumbnails are passed over too, and ``found`` tells what cannot be read.

    Raises
    ------
    NetloomError
        if it holds more than `MOST` files.
    """
    pictures: list[str] = []
    for seen, entry in enumerate(files_below(folder)):
        if seen >= MOST:
            raise NetloomError(f"{folder.name} holds more than {MOST:,} files; choose the folder of pictures in it.")
        name = entry.name.lower()
        is_picture = name.endswith(ENDINGS[rules])
        if not is_picture and (rules == 1 or found is None or not name.endswith(tuple(OTHER_SUFFIXES))):
            continue
        if entry.is_symlink() or not _all_plain(folder, entry.path):
            continue
        inner = Path(entry.path[len(str(folder)) :]).parts
        junk = [part for part in inner if rules != 1 and part.lower() in JUNK]
        if junk and found is not None:
            found.junk.update(map(readable, junk))
        elif is_picture and not junk:
            pictures.append(entry.path)
        elif found is not None:
            found.others.append(Path(entry.path))
    return sorted(map(Path, pictures), key=lambda path: path.parts)


def _all_plain(folder: Path, path: str) -> bool:
    """Whether neither a file below ``folder`` nor a folder that it is in is hidden."""
    return f"{os.sep}." not in path[len(str(folder)) :]


def _plain(name: str) -> bool:
    return not name.startswith(".")


def _check_count(folder: Path, classes: Iterable[str], what: str) -> None:
    count = len(list(classes))
    if count > CLASSES:
        raise NetloomError(f"{folder.name} has {count:,} {what}; at most {CLASSES:,} classes can be told apart.")
