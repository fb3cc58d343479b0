"""Decompression bombs of every packed format are refused at once; what data unfolds to is not."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.data.readers.array_files import read_arrays
from app.data.readers.table_file import read_table
from app.data.sources.cifar import Cifar
from app.exchange.pack_format import MANIFEST, read_manifest
from app.system.unfolding import LONGEST_HEADER, MOST_TIMES, UNSUSPECTED, refuse_bomb, refuse_long_header
from app.training import checkpoints
from graph.errors import NetloomError

ZEROS = bytes(UNSUSPECTED + 2**20)
IDX = b"\0\0\x08\1" + len(ZEROS).to_bytes(4, "big")


def zipped(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, ZEROS)


def tarred(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("data_batch_1.bin")
        member.size = len(ZEROS)
        archive.addfile(member, io.BytesIO(ZEROS))


def parquet(path: Path) -> None:
    import pyarrow
    from pyarrow.parquet import write_table

    write_table(pyarrow.table({"a": np.zeros(UNSUSPECTED // 8 + 1, np.int64)}), path)


def table(path: Path) -> object:
    return read_table(path)


BOMBS: list[tuple[str, Callable[[Path], object], Callable[[Path], object]]] = [
    ("a.csv.gz", lambda path: path.write_bytes(gzip.compress(ZEROS)), table),
    ("a.zip", lambda path: zipped(path, "a.csv"), table),
    ("a.xlsx", lambda path: zipped(path, "[Content_Types].xml", "xl/workbook.xml"), table),
    ("a.npz", lambda path: np.savez_compressed(path, x=np.zeros(len(ZEROS), np.uint8)), read_arrays),
    ("a-idx1-ubyte.gz", lambda path: path.write_bytes(gzip.compress(IDX + ZEROS)), read_arrays),
    ("a.tar.gz", tarred, lambda path: Cifar(path=str(path)).load()),
    ("a.parquet", parquet, table),
    ("pack.zip", lambda path: zipped(path, MANIFEST), read_manifest),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "read"), BOMBS, ids=[name for name, _, _ in BOMBS])
def test_a_bomb_is_refused(
    name: str, make: Callable[[Path], object], read: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / name
    make(path)
    with pytest.raises(NetloomError, match=f"unfolds to more than {MOST_TIMES} times its size|is too large"):
        read(path)


def test_files_that_share_their_packed_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "a,b\n" * 1000)
        entry = archive.getinfo("a.csv")
        for number in range(5):  # the directory lists the same bytes again
            again = zipfile.ZipInfo(f"{number}.csv")
            again.header_offset, again.CRC = entry.header_offset, entry.CRC
            again.file_size = again.compress_size = entry.file_size
            archive.filelist.append(again)
    with pytest.raises(NetloomError, match="one over another"):
        read_table(path)


def test_what_data_unfolds_to_is_read(tmp_path: Path) -> None:
    refuse_bomb("a", UNSUSPECTED, 0)
    refuse_bomb("a", 2**30 * MOST_TIMES, 2**30)
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.arange(1000.0))
    assert read_arrays(path)["x"].size == 1000


def test_a_header_longer_than_any_is_refused_unread(tmp_path: Path) -> None:
    refuse_long_header("a", LONGEST_HEADER.to_bytes(8, "little"))
    path = tmp_path / "a.safetensors"
    path.write_bytes((LONGEST_HEADER + 1).to_bytes(8, "little") + bytes(100))
    for read in (read_arrays, checkpoints.read):
        with pytest.raises(NetloomError, match="header is too long"):
            read(path)
