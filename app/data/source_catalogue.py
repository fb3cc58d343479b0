"""Registry of data sources: every module in `app.data.sources` is found and imported, none is listed by hand."""

from __future__ import annotations

from app.data import sources as package
from app.data.dataset import DatasetInfo
from app.data.discovery import import_all
from app.data.sources.file_source import FileSource
from app.data.sources.source import REGISTERED, Origin, Source
from graph.errors import NetloomError


def sources(*origins: Origin) -> tuple[type[Source], ...]:
    """The sources of these origins, or all: those that ship first, then those to download, then those from files."""
    order = list(Origin)
    known = (kind for kind in REGISTERED.values() if not origins or kind.origin in origins)
    return tuple(sorted(known, key=lambda kind: (order.index(kind.origin), kind.rank)))


def source(kind: str) -> type[Source]:
    """The source called ``kind``.

    Raises
    ------
    NetloomError
        if there is none; the sentence lists those there are.
    """
    if kind in REGISTERED:
        return REGISTERED[kind]
    raise NetloomError(f"There is no data called “{kind}”; there are {', '.join(known.kind for known in sources())}.")


def file_endings() -> tuple[str, ...]:
    """How the names of all files end that some source reads: ``.csv`` or, of MNIST's files, ``-ubyte``."""
    read = (ending for kind in FILES if issubclass(kind, FileSource) for ending in kind.endings())
    return tuple(dict.fromkeys(read))


def datasets() -> list[DatasetInfo]:
    """What ships, with default settings; nothing is loaded."""
    return [kind().info() for kind in SHIPPED]


import_all(package)
SHIPPED = sources(Origin.SHIPPED)
"""Data that needs no file, in the order in which it is shown."""
DOWNLOADED = sources(Origin.DOWNLOADED)
"""Data that is downloaded once, by `app.data.download.download`."""
FILES = sources(Origin.FILE)
"""Sources that read a file or folder of the user's."""
