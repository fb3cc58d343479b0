"""Unpacking: a pack becomes a new folder with its project, data and runs, once all digests are checked."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from app.exchange.pack_format import Manifest, PackedFile, manifest_of, safe_name, unreadable
from app.project.project_ids import new_id
from app.system.archive_faults import DAMAGED
from app.system.home import free_path
from app.training import runs
from app.training.run_labels import move_run
from graph.atomic_write import draft_folder, write_atomically
from graph.errors import NetloomError
from graph.project import Project, encode, read_project, write_project
from graph.user_files import refuse_irregular

SPARE = 2**26
"""Bytes of the disk that stay free."""
BLOCK = 1 << 20


@dataclass(frozen=True)
class Unpacked:
    """The folder that a pack became, its project with the file of it, and its runs."""

    folder: Path
    file: Path
    project: Project
    runs: tuple[Path, ...]
    manifest: Manifest

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON values."""
        return {
            "folder": str(self.folder),
            "project": str(self.file),
            "data": self.manifest.data,
            "runs": [str(run) for run in self.runs],
            "files": len(self.manifest.files),
            "bytes": self.manifest.size,
        }


def folder_for(pack: Path, parent: Path | None = None) -> Path:
    """A folder that does not exist yet, named after the pack, beside it or in ``parent``."""
    return free_path((parent or pack.parent) / pack.stem)


def unpack(pack: Path, folder: Path | None = None) -> Unpacked:
    """Unpack into ``folder``, which must not exist or be empty; without one into a new folder beside the pack.

    The project becomes one of its own, with the runs as its own: later runs never mix with those of the original.

    Raises
    ------
    NetloomError
        if the pack is damaged or unsafe, the folder holds something, or the disk has no room; nothing is left then.
    """
    folder = (folder or folder_for(pack)).absolute()
    _check_free(folder)
    try:
        refuse_irregular(pack)
        with zipfile.ZipFile(pack) as archive:
            manifest = manifest_of(archive, pack.name)
            folder.parent.mkdir(parents=True, exist_ok=True)
            _check_room(manifest, folder.parent, pack.name)
            with draft_folder(folder.parent) as partial:
                for file in manifest.files:
                    _extract(archive, file, partial, pack.name)
                project = _settle(partial, folder, manifest, pack.name)
                _move(partial, folder)
    except DAMAGED as error:
        if isinstance(error, OSError) and error.filename is not None and Path(error.filename) != pack:
            raise NetloomError(
                f"{folder} cannot be written: {(error.strerror or str(error)).lower()}. Choose another folder."
            ) from None
        raise unreadable(pack, error) from None
    return Unpacked(folder, folder / manifest.project, project, tuple(folder / run for run in manifest.runs), manifest)


def _check_free(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
        raise NetloomError(f"{folder} holds something already; choose a new or an empty folder.")


def _check_room(manifest: Manifest, parent: Path, place: str) -> None:
    free = shutil.disk_usage(parent).free
    if manifest.size + SPARE > free:
        raise NetloomError(
            f"{place} takes {manifest.size / 1e6:,.0f} MB unpacked, but {parent} has room for {free / 1e6:,.0f} MB. "
            "Choose another folder or make room."
        )


def _extract(archive: zipfile.ZipFile, file: PackedFile, folder: Path, place: str) -> None:
    """Write one file, of no more bytes than it has to have, and with the digest that it has to have."""
    target = folder.joinpath(*PurePosixPath(file.path).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), file.size
    with archive.open(file.path) as source, target.open("xb") as out:
        while left >= 0 and (block := source.read(BLOCK)):
            left -= len(block)
            digest.update(block)
            out.write(block)
    if left != 0 or digest.hexdigest() != file.sha256:
        raise NetloomError(
            f"{place} cannot be unpacked: {file.path} is not what was packed. Ask for the pack again; nothing was "
            "unpacked."
        )


def _settle(partial: Path, folder: Path, manifest: Manifest, place: str) -> Project:
    """Make the project and its runs those of ``folder``, where they are going to lie."""
    project = replace(read_project(partial / manifest.project), id=new_id())
    _check_inside(project, place)
    write_project(partial / manifest.project, project)
    for name in manifest.runs:
        run = runs.Run.open(partial / name)
        _check_inside(run.project, place)
        environment = {**run.environment, "base": str(folder.resolve())}
        write_atomically(run.path / runs.ENVIRONMENT, encode(environment))
        move_run(run.path, project.id)
    return project


def _check_inside(project: Project, place: str) -> None:
    """Refuse a project whose paths lead out of the folder."""
    data, start = project.sections.get("data"), project.sections.get("start")
    options = data.get("options") if isinstance(data, Mapping) else None
    path = options.get("path") if isinstance(options, Mapping) else None
    weights = start.get("weights") if isinstance(start, Mapping) else None
    for name in (path, weights):
        if isinstance(name, str) and name:
            if name.startswith("~"):
                raise NetloomError(f"{place} reads a file outside of it; it was not made by Netloom.")
            safe_name(name, place)


def _move(partial: Path, folder: Path) -> None:
    partial.chmod(0o755)
    if folder.exists():
        folder.rmdir()  # empty, else this fails
    os.rename(partial, folder)  # noqa: PTH104 - fails where something has come to lie there
