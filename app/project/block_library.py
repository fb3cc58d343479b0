"""Blocks that the user keeps: one file each in the folder ``library`` of Netloom's home."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from app.system import home
from graph.atomic_write import write_atomically
from graph.document import Document
from graph.errors import NetloomError
from graph.project import Project, encode, project_json, read_project
from graph.structure.blocks import Block

SUFFIX = ".netloom"
NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f]{1,80}")


def names() -> tuple[str, ...]:
    """Names of the blocks that are kept, in the order of the alphabet."""
    place = home.home() / "library"
    return tuple(sorted((path.stem for path in place.glob(f"*{SUFFIX}")), key=str.casefold)) if place.is_dir() else ()


def keep(name: str, block: Block, *, replace: bool = False) -> None:
    """Keep a block under a name.

    Raises
    ------
    NetloomError
        if it is no name for a file, is taken (unless ``replace``), or the file cannot be written.
    """
    path = _path(name)
    if path.exists() and not replace:
        raise NetloomError(f"There is a block called “{name}” already; choose another name, or delete that one first.")
    document = Document()
    with document.transaction("Keep"):
        document.add(block, (0.0, 0.0))
    project = Project(document.network, {"about": {"title": name}})
    write_atomically(path, encode(project_json(project)))


def take(name: str) -> Block:
    """The block that is kept under a name.

    Raises
    ------
    NetloomError
        if there is none, or its file holds no block.
    """
    path = _path(name)
    try:
        network = read_project(path).network
    except NetloomError as error:
        raise NetloomError(f"The block “{name}” cannot be read: {error}") from None
    found = [node.layer for node in network if isinstance(node.layer, Block)]
    if len(found) != 1:
        raise NetloomError(f"{path.name} in the library holds no block; delete it there, or keep the block again.")
    return found[0]


def rename(old: str, new: str) -> None:
    """Keep a block under another name.

    Raises
    ------
    NetloomError
        if the name is taken or refused, or the block is not there.
    """
    source, target = _path(old), _path(new)
    if target.exists():
        raise NetloomError(f"There is a block called “{new}” already; choose another name.")
    try:
        source.rename(target)
    except OSError as error:
        raise _unchanged(old, error) from None


def delete(name: str) -> None:
    """Keep a block no longer.

    Raises
    ------
    NetloomError
        if it is not there or cannot be deleted.
    """
    try:
        _path(name).unlink()
    except OSError as error:
        raise _unchanged(name, error) from None


def summaries() -> Mapping[str, str]:
    """What each block that is kept is made of, for its tooltip; a damaged one says so."""
    summaries = dict[str, str]()
    for name in names():
        try:
            summaries[name] = take(name).summary()
        except NetloomError as error:
            summaries[name] = str(error)
    return summaries


def _path(name: str) -> Path:
    name = name.strip()
    if not NAME.fullmatch(name) or name.startswith("."):
        raise NetloomError("A block's name names its file: 1 to 80 characters, without / \\ : * ? \" < > |.")
    return home.folder("library") / f"{name}{SUFFIX}"


def _unchanged(name: str, error: OSError) -> NetloomError:
    reason = (error.strerror or "the file cannot be changed").lower()
    return NetloomError(f"The block “{name}” stays as it is: {reason}.")
