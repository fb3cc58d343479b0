"""How far packed files may unfold: decompression bombs are refused before or while they are read.

Data that people have unfolds to a few dozen times its size; what unfolds to hundreds of times of it, and to much, was
made to fill a memory or a disk.
"""

from __future__ import annotations

import zipfile

from graph.errors import NetloomError

UNSUSPECTED = 2**26
"""What unfolds to no more bytes may do so to as many times its size as it likes."""
MOST_TIMES = 500
LONGEST_HEADER = 2**24
"""Bytes of the header of a safetensors file: those of 100,000 tensors take less."""


class BombError(NetloomError):
    """A packed file that unfolds further than data does."""


def refuse_bomb(name: str, unfolded: int, packed: int) -> None:
    """Refuse what unfolds from ``packed`` bytes to ``unfolded``.

    Raises
    ------
    BombError
        if that is much, and more than `MOST_TIMES` as much.
    """
    if unfolded > UNSUSPECTED and unfolded > MOST_TIMES * packed:
        raise BombError(
            f"{name} unfolds to more than {MOST_TIMES} times its size, which no data does; unpack it by other means if "
            "you know what it is."
        )


def refuse_zip_bomb(name: str, archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unfolds too far, or whose files share their packed bytes.

    Raises
    ------
    BombError
        if it is one.
    """
    entries = archive.infolist()
    assert archive.fp is not None
    size = archive.fp.seek(0, 2)
    if sum(entry.compress_size for entry in entries) > size:
        raise BombError(f"{name} is damaged: its files lie one over another; get it again.")
    refuse_bomb(name, sum(entry.file_size for entry in entries), size)
    for entry in entries:
        refuse_bomb(f"{entry.filename[:60]} in {name}", entry.file_size, entry.compress_size)


def refuse_long_header(name: str, begins: bytes) -> None:
    """Refuse a safetensors file, of which ``begins`` are the first eight bytes, whose header is longer than any is.

    Raises
    ------
    BombError
        if it is.
    """
    if int.from_bytes(begins, "little") > LONGEST_HEADER:
        raise BombError(f"{name} is damaged or no safetensors file: its header is too long.")
