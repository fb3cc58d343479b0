"""Conflicts over a file that somebody else has changed: the refusal to write over it, and a free name beside it."""

from __future__ import annotations

from pathlib import Path

from graph.errors import NetloomError


class OvertakenError(NetloomError):
    """The file was changed by someone else since it was read or written here, and would have been written over."""


def beside(path: Path) -> Path:
    """A free name like that of ``path``, in the same folder."""
    number = 2
    while (free := path.with_name(f"{path.stem} {number}{path.suffix}")).exists():
        number += 1
    return free
