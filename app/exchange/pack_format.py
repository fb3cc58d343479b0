"""Packs: one ZIP archive with a project, its data and its runs, and a manifest of sizes and SHA-256 digests.

============================  =======================================================================================
``netloom-pack.json``         the manifest: version, project file, what of the data, runs, every file with its digest
``NAME.netloom``              the project, whose paths of data begin at the pack
``data/``                     files of the user's, as far as they are packed
``weights/``                  the weights that training starts from, where the project names some
``runs/``                     run folders
============================  =======================================================================================
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

from app.system.archive_faults import DAMAGED
from app.system.unfolding import refuse_zip_bomb
from app.training.runs import BESIDE
from graph import strict_json
from graph.errors import NetloomError
from graph.project import SUFFIX
from graph.user_files import refuse_irregular

MANIFEST = "netloom-pack.json"
VERSION = 1
PACK_SUFFIX = ".zip"
DATA, RUNS, WEIGHTS = "data", BESIDE, "weights"
LARGEST_MANIFEST = 2**20
"""Bytes of a manifest, beside `LISTED` and its name for each file."""
LISTED = 200
LARGEST = 2**38
"""Bytes that a pack may hold."""
MOST_FILES = 2_000_000
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows does not allow for files."""


@dataclass(frozen=True)
class PackedFile:
    """A file of a pack: its path in it with forward slashes, its bytes, and its SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a pack says of itself. ``data`` is ``all``, ``used``, ``none``, or empty where the data is no file."""

    project: str
    data: str
    runs: tuple[str, ...]
    files: tuple[PackedFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files, unpacked."""
        return sum(file.size for file in self.files)

    @property
    def data_size(self) -> int:
        """Bytes of the data, unpacked."""
        return sum(file.size for file in self.files if file.path.startswith(DATA) and file.path != self.project)

    def to_json(self) -> dict[str, Any]:
        """The manifest as plain JSON values."""
        files = [vars(file) for file in self.files]
        return {
            "netloom_pack": VERSION, "project": self.project, "data": self.data, "runs": list(self.runs), "files": files
        }  # fmt: skip

    @classmethod
    def parse(cls, value: object, place: str) -> Self:
        """A manifest from its JSON object.

        Raises
        ------
        NetloomError
            if it is none, or names a file outside the pack.
        """
        if not isinstance(value, Mapping) or not isinstance(version := value.get("netloom_pack"), int):
            raise _damaged(place, f"{MANIFEST} cannot be understood")
        if version > VERSION:
            raise NetloomError(f"{place} was packed by a newer Netloom (version {version}); update Netloom to open it.")
        project, data, runs, files = (value.get(name) for name in ("project", "data", "runs", "files"))
        if not isinstance(project, str) or not project.endswith(SUFFIX) or "/" in project:
            raise _damaged(place, "it names no project")
        if not isinstance(runs, list) or not isinstance(files, list) or len(files) > MOST_FILES:
            raise _damaged(place, f"{MANIFEST} lists no files")
        parsed = cls(
            project,
            data if isinstance(data, str) else "",
            tuple(safe_name(run, place) for run in runs),
            tuple(_file(file, place) for file in files),
        )
        names = [file.path.casefold() for file in parsed.files]
        if len({*names}) != len(names):
            raise _damaged(place, "two of its files have one name")
        if project not in {file.path for file in parsed.files}:
            raise _damaged(place, "its project is missing")
        if parsed.size > LARGEST:
            raise NetloomError(
                f"{place} would take {parsed.size / 1e9:,.0f} GB, which no pack is; nothing was unpacked."
            )
        return parsed


def safe_name(name: object, place: str) -> str:
    """A path within a pack, as it is.

    Raises
    ------
    NetloomError
        if it is none, or leads out of the pack on any system.
    """
    if not isinstance(name, str) or not name or len(name) > 4000 or not name.isprintable():
        raise _damaged(place, "the name of a file cannot be used")
    parts = name.split("/")
    strange = any(part in ("", ".", "..") or part != part.rstrip(" .") or RESERVED.fullmatch(part) for part in parts)
    if strange or re.search(r'[\\:*?"<>|]', name) or PurePosixPath(name).is_absolute():
        raise NetloomError(f"{place} names a file outside of it or one that cannot be written: “{name[:80]}”. "
                           "It was not made by Netloom; nothing was unpacked.")  # fmt: skip
    return name


def is_pack(path: Path) -> bool:
    """Whether a file is a ZIP archive with a manifest of a pack."""
    if path.suffix.lower() != PACK_SUFFIX or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except DAMAGED:
        return False


def read_manifest(path: Path) -> Manifest:
    """The manifest of the pack in ``path``.

    Raises
    ------
    NetloomError
        if it cannot be read, is no pack, or is a damaged one.
    """
    try:
        refuse_irregular(path)
        with zipfile.ZipFile(path) as archive:
            return manifest_of(archive, path.name)
    except DAMAGED as error:
        raise unreadable(path, error) from None


def manifest_of(archive: zipfile.ZipFile, place: str) -> Manifest:
    """The manifest of an archive that is open; its entries are those that it lists, once each.

    Raises
    ------
    NetloomError
        if it is none.
    """
    names = archive.namelist()
    if MANIFEST not in names:
        raise NetloomError(f"{place} is no pack of Netloom: {MANIFEST} is missing in it. Choose a file made by Pack.")
    largest = LARGEST_MANIFEST + sum(LISTED + 6 * len(name) for name in names)
    if archive.getinfo(MANIFEST).file_size > largest:
        raise _damaged(place, f"{MANIFEST} is too large")
    with archive.open(MANIFEST) as file:
        content = file.read(largest + 1)
    try:
        value = strict_json.parse(content, place, parts=len(content))
    except NetloomError:
        value = None
    manifest = Manifest.parse(value, place)
    refuse_zip_bomb(place, archive)
    listed = {file.path: file.size for file in manifest.files} | {MANIFEST: len(content)}
    if len(names) != len({*names}) or {*names} != {*listed}:
        raise _damaged(place, f"it does not hold the files that {MANIFEST} lists")
    for entry in archive.infolist():
        if entry.file_size != listed[entry.filename] or entry.filename.endswith("/") or entry.flag_bits & 1:
            raise _damaged(place, f"{entry.filename} is not the file that {MANIFEST} lists")
    return manifest


def unreadable(path: Path, error: Exception) -> NetloomError:
    """The sentence for an archive that the system or the ZIP reader refuses."""
    if isinstance(error, OSError):
        return NetloomError(f"{path} cannot be opened: {(error.strerror or str(error)).lower()}.")
    return _damaged(path.name, "it is no whole ZIP archive")


def _damaged(place: str, why: str) -> NetloomError:
    return NetloomError(f"{place} cannot be unpacked: {why}. Ask for the pack again; nothing was unpacked.")


def _file(value: object, place: str) -> PackedFile:
    if not isinstance(value, Mapping):
        raise _damaged(place, f"{MANIFEST} lists something that is no file")
    size, digest = value.get("size"), value.get("sha256")
    whole = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    if not whole or not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
        raise _damaged(place, f"{MANIFEST} lists a file without size or digest")
    return PackedFile(safe_name(value.get("path"), place), int(str(size)), digest)
