"""Opening files of the user's for reading: regular files alone, without waiting, and no larger than is expected.

A device such as ``/dev/zero`` never ends, and a pipe waits for whoever writes to it: neither is ever opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from graph.errors import NetloomError

FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def refuse_irregular(path: Path) -> None:
    """Refuse what is there but is no regular file; for those who open a file by its name.

    Raises
    ------
    NetloomError
        if it is a device, a pipe or a socket.
    OSError
        if it cannot be looked at.
    """
    _refuse(path, path.stat().st_mode)


def _refuse(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # the system itself refuses to read a folder, in its words
        raise NetloomError(f"{path} is a device or a pipe, not a file; choose a regular file.")


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The regular file ``path``, open for reading its bytes.

    Raises
    ------
    NetloomError
        if it is a device, a pipe or a socket.
    OSError
        if it cannot be opened.
    """
    handle = os.open(path, FLAGS)
    try:
        _refuse(path, os.fstat(handle).st_mode)
        stream = os.fdopen(handle, "rb", closefd=False)
    except BaseException:
        os.close(handle)
        raise
    try:
        with stream:
            yield stream
    finally:
        os.close(handle)


def content(path: Path, largest: int, what: str) -> bytes:
    """The bytes of a file; ``what`` it should be is told where it is larger than ``largest`` bytes.

    Raises
    ------
    NetloomError
        if it is no regular file, or is larger.
    OSError
        if it cannot be opened.
    """
    with opened(path) as stream:
        if os.fstat(stream.fileno()).st_size > largest:
            raise _too_large(path, largest, what)
        read = stream.read(largest + 1)  # it may have grown meanwhile
    if len(read) > largest:
        raise _too_large(path, largest, what)
    return read


def _too_large(path: Path, largest: int, what: str) -> NetloomError:
    return NetloomError(f"{path.name} is larger than {largest // 2**20:,} MB, which no {what} is.")


def bytes_of(path: Path, largest: int, what: str) -> bytes:
    """The bytes of a file as `content` gives them, with the system's own refusals put into a sentence.

    Raises
    ------
    NetloomError
        if it cannot be opened, is no regular file, or is larger.
    """
    try:
        return content(path, largest, what)
    except ValueError:  # a name with a zero byte
        raise NetloomError(f"{str(path)!r} cannot be opened: no file has such a name. Check the name.") from None
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise NetloomError(f"{path} cannot be opened: {reason}. Check the name and the folder.") from None
