"""Packing: a project, its data and its runs as one ZIP archive, kept once its data is proven to be the same."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Literal

from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.data.readers.file_access import content_hash, files_below, locate
from app.data.sources.file_source import FileSource
from app.data.used_files import used_files
from app.exchange.pack_format import DATA, MANIFEST, RUNS, WEIGHTS, Manifest, PackedFile, safe_name
from app.exchange.places import without_places
from app.exchange.unpack import unpack
from app.system.work_folder import work_folder
from app.training import runs
from app.training.run_labels import ProjectKey, owner_of
from graph import strict_json
from graph.atomic_write import draft
from graph.changes import Section
from graph.errors import NetloomError
from graph.project import SUFFIX, Project, encode, project_json

Extent = Literal["all", "used", "none"]
LEFT_OUT = frozenset({runs.LOG, runs.LOCK})
"""Parts of a run that stay on its machine."""
BLOCK = 1 << 20
REASON = re.compile(rb'"reason": ?("(?:[^"\\]|\\.)*")')
"""Why a training ended, in a line of a log."""
Sections = dict[str, Section]


@dataclass(frozen=True)
class Packed:
    """What was packed: the archive, what it lists, its bytes, and sentences for people."""

    file: Path
    manifest: Manifest
    size: int
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON values."""
        return {
            "file": str(self.file),
            "bytes": self.size,
            "project": self.manifest.project,
            "data": self.manifest.data,
            "data_bytes": self.manifest.data_size,
            "runs": list(self.manifest.runs),
            "files": len(self.manifest.files),
            "notes": list(self.notes),
        }


def runs_of(key: ProjectKey, places: Iterable[Path]) -> list[Path]:
    """The run folders of a project in some folders, the latest first."""
    folders = {path.resolve() for place in places if place.is_dir() for path in place.iterdir()}
    own = [path for path in folders if (path / runs.PROJECT).is_file() and owner_of(path).is_project(key)]
    return sorted(own, key=lambda path: (path / runs.PROJECT).stat().st_mtime_ns, reverse=True)


def pack(
    project: Project, base: Path | None, name: str, out: Path, extent: Extent = "all", own: Iterable[Path] = ()
) -> Packed:
    """Write the project called ``name``, whose relative paths start at ``base``, and the runs ``own`` to ``out``.

    Of the data go all files, those that are ``used``, or ``none``. The archive is unpacked once for a trial, and is
    kept only if its data gives the same samples; where those that are used do not, all files are packed.

    Raises
    ------
    NetloomError
        if data or a run cannot be read, or the archive cannot be written; nothing is left of it then.
    """
    try:
        return _Packing(project, base, name, extent, tuple(own)).write(out)
    except _OtherSamplesError:
        packed = _Packing(project, base, name, "all", tuple(own)).write(out)
        note = "All files of the data were packed: those that were opened alone gave other samples."
        return replace(packed, notes=(note, *packed.notes))
    except OSError as error:
        raise NetloomError(f"{out} cannot be written: {(error.strerror or str(error)).lower()}.") from None


class _OtherSamplesError(Exception):
    """The data of the archive is not what it was."""


@dataclass
class _Packing:
    """One archive in the making: where each file comes from (a path, or bytes), by its name in the archive."""

    project: Project
    base: Path | None
    name: str
    extent: Extent
    own: tuple[Path, ...]
    content: dict[str, Path | bytes] = field(default_factory=dict)
    roots: list[Path] = field(default_factory=list)
    hashes: dict[Path, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def write(self, out: Path) -> Packed:
        opened = [runs.Run.open(path) for path in self.own]
        subjects = [(self.project.sections, self.base), *((run.project.sections, run.base) for run in opened)]
        for number, (sections, base) in enumerate(subjects):
            self._collect(sections, base, needed=number == 0)
        placed = replace(self.project, sections=self._placed(self.project.sections, self.base))
        self.content[f"{self.name}{SUFFIX}"] = encode(project_json(placed))
        names = [self._add_run(run) for run in opened]
        data = self.extent if self.roots or self._file_source(self.project.sections) else ""
        with draft(out) as file:
            manifest = self._archive(file, data, tuple(names))
            file.flush()
            if self.roots and self._file_source(self.project.sections):
                self._prove(Path(file.name))
        return Packed(out, manifest, out.stat().st_size, tuple(self.notes))

    # Data

    def _file_source(self, sections: Mapping[str, Any]) -> FileSource | None:
        if "data" not in sections:
            return None
        source = DataChoice.parse(sections["data"]).source
        return source if isinstance(source, FileSource) and source.path else None

    def _collect(self, sections: Mapping[str, Any], base: Path | None, *, needed: bool) -> None:
        """Take the files of the data, and the weights to start from, into the archive."""
        source = self._file_source(sections)
        if source is not None and self.extent != "none":
            try:
                file = locate(source.path, base)
            except NetloomError as error:
                if needed:
                    raise NetloomError(f"{error} Or pack without the data (--data none).") from None
                self.notes.append(f"The data of a run is missing: {error}")
            else:
                self._collect_files(source, file)
        weights = self._start(sections, base)
        if weights is not None and weights.is_file():
            self.content[f"{WEIGHTS}/{weights.name}"] = weights

    def _collect_files(self, source: FileSource, file: Path) -> None:
        files = set(used_files(source, file))
        if file.is_dir() and self.extent == "all":
            files |= {Path(entry.path) for entry in files_below(file)}
        place = self._place(file.parent)
        for path in sorted(files):
            self.content[_checked(f"{place}/{path.relative_to(file.parent).as_posix()}", path)] = path

    def _place(self, root: Path) -> str:
        """The folder of the archive for files below ``root``."""
        if root not in self.roots:
            self.roots.append(root)
        number = self.roots.index(root)
        return DATA if number == 0 else f"{DATA}-{number + 1}"

    def _placed(self, sections: Mapping[str, Section], base: Path | None) -> Sections:
        """Sections of a project with the paths that data and weights have in the archive."""
        placed, source = dict(sections), self._file_source(sections)
        if source is not None:
            choice = DataChoice.parse(sections["data"])
            changed = self._source_placed(source, base)
            raw = dict(sections["data"]) if isinstance(sections["data"], Mapping) else choice.to_json()
            options = raw.get("options")
            kept = dict(options) if isinstance(options, Mapping) else {}
            moved = {"path": changed.path, **({"sha256": changed.sha256} if changed.sha256 else {})}
            placed["data"] = {**raw, "options": {**kept, **moved}}
        weights, start = self._start(sections, base), sections.get("start")
        if weights is not None and isinstance(start, Mapping):
            placed["start"] = {**start, "weights": f"{WEIGHTS}/{weights.name}"}
        return placed

    def _source_placed(self, source: FileSource, base: Path | None) -> FileSource:
        name = re.sub(r'[\\:*?"<>|]', "-", Path(os.path.normpath(source.path)).name)
        try:
            file = locate(source.path, base)
        except NetloomError:
            return source.changed(path=f"{DATA}/{name}")
        if file.parent not in self.roots:
            return source.changed(path=f"{DATA}/{name}")
        moved = source.changed(path=f"{self._place(file.parent)}/{file.name}")
        if not (self.extent == "used" and file.is_dir() and source.sha256 == content_hash(file)):
            return moved
        place = f"{moved.path}/"
        if file not in self.hashes:
            inside = [path for name, path in self.content.items() if name.startswith(place) and isinstance(path, Path)]
            self.hashes[file] = content_hash(file, inside)
        return moved.changed(sha256=self.hashes[file])

    def _start(self, sections: Mapping[str, Any], base: Path | None) -> Path | None:
        start = sections.get("start")
        weights = start.get("weights") if isinstance(start, Mapping) else None
        return (base or Path()) / weights if isinstance(weights, str) and weights else None

    # Runs

    def _add_run(self, run: runs.Run) -> str:
        """Take a run into the archive, its frozen project with the paths of the archive; returns its folder there."""
        folder = f"{RUNS}/{run.path.name}"
        if any(name.startswith(f"{folder}/") for name in self.content):
            folder += f"-{sum(name.endswith(runs.ENVIRONMENT) for name in self.content) + 1}"
        content = encode(project_json(replace(run.project, sections=self._placed(run.project.sections, run.base))))
        environment = {**run.environment, "base": None, "project": runs.digest(content)}
        for entry in files_below(run.path):
            path = Path(entry.path)
            if path.name not in LEFT_OUT:
                name = _checked(f"{folder}/{path.relative_to(run.path).as_posix()}", path)
                self.content[name] = path
        self.content[f"{folder}/{runs.PROJECT}"] = content
        self.content[f"{folder}/{runs.ENVIRONMENT}"] = encode(environment)
        log = run.path / runs.METRICS
        self.content[f"{folder}/{runs.METRICS}"] = _without_place(log.read_bytes(), run.path, run.base)
        return folder

    # The archive

    def _archive(self, file: IO[bytes], data: str, names: tuple[str, ...]) -> Manifest:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            files = tuple(_store(archive, name, self.content[name]) for name in sorted(self.content))
            manifest = Manifest(f"{self.name}{SUFFIX}", data, names, files)
            archive.writestr(MANIFEST, json.dumps(manifest.to_json(), indent=1))
        return manifest

    def _prove(self, archive: Path) -> None:
        """Unpack for a trial, and compare the samples of the project."""
        with work_folder() as folder:
            unpacked = unpack(archive, folder / "trial")
            there = prepare(DataChoice.parse(unpacked.project.sections["data"]), unpacked.folder).fingerprint()
            here = prepare(DataChoice.parse(self.project.sections["data"]), self.base).fingerprint()
        if there != here:
            if self.extent == "used":
                raise _OtherSamplesError
            raise NetloomError(
                f"The data of {self.name} cannot be packed: its files name others outside of their folder. "
                "Put all of it into one folder, or pack without the data (--data none)."
            )


def _store(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> PackedFile:
    """Add one file to an archive; its digest is that of what was written."""
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    if isinstance(content, bytes):
        archive.writestr(info, content)
        return PackedFile(name, len(content), hashlib.sha256(content).hexdigest())
    info.file_size = content.stat().st_size
    with content.open("rb") as source, archive.open(info, "w", force_zip64=info.file_size > 2**31) as target:
        while block := source.read(BLOCK):
            target.write(block)
            digest.update(block)
            size += len(block)
    return PackedFile(name, size, digest.hexdigest())


def _checked(name: str, path: Path) -> str:
    """A name in the archive.

    Raises
    ------
    NetloomError
        if not every system could write a file of that name.
    """
    try:
        return safe_name(name, "")
    except NetloomError:
        raise NetloomError(
            f"{path} cannot be packed: other systems cannot write a file of that name. Rename it."
        ) from None


def _without_place(log: bytes, run: Path, base: Path | None) -> bytes:
    """A log that tells the run's name in place of where it lies on this machine, and no folder in its sentences."""
    for place in {str(run), str(run.resolve()), str(run.absolute())}:
        log = log.replace(json.dumps(place).encode(), json.dumps(run.name).encode())

    def placeless(reason: re.Match[bytes]) -> bytes:
        said = without_places(strict_json.parse(reason[1], runs.METRICS, strict=False), base, run.parent)
        return b'"reason":' + json.dumps(said).encode()

    return REASON.sub(placeless, log)
