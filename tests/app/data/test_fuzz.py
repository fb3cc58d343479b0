"""Whatever is in a file, a reader gives samples or one sentence: no other error may escape."""

import contextlib
import io
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.inspect import inspect
from app.data.sources.arrays import Arrays
from app.data.sources.cifar import Cifar
from app.data.sources.cmapss import Cmapss
from app.data.sources.files import FileSource
from app.data.sources.images import Images
from app.data.sources.pictures import PictureError, picture_array
from app.data.sources.series import Series
from app.data.sources.table import Table
from app.data.sources.text import Text
from graph.errors import NetloomError
from tests.app.data.conftest import idx, packed_idx

CELLS = st.one_of(
    st.sampled_from(["", "nan", "inf", "-1e400", "1e39", "True", "2024-01-01", '"', '"a\nb"', "=1+1", "1,5", "٣"]),
    st.integers().map(str),
    st.floats().map(repr),
    st.text(max_size=6),
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=12)


def valid_files() -> list[bytes]:
    whole, packed, picture = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(whole, np.arange(36.0).reshape(9, 4))
    np.savez_compressed(packed, x=np.arange(36.0).reshape(9, 4), y=np.arange(9) % 2)
    from PIL import Image

    Image.new("RGB", (9, 7), "red").save(picture, "PNG")
    pixels = np.arange(9 * 16).reshape(9, 4, 4) % 256
    return [whole.getvalue(), packed.getvalue(), idx(pixels), packed_idx(pixels), picture.getvalue(), *other_files()]


def other_files() -> list[bytes]:
    import openpyxl
    from safetensors.numpy import save

    book, archive = io.BytesIO(), io.BytesIO()
    sheet = openpyxl.Workbook()
    assert sheet.active is not None
    for row in range(9):
        sheet.active.append(["a", "y"] if row == 0 else [row, row * 0.5])
    sheet.save(book)
    records = np.arange(12 * 3073, dtype=np.int64).reshape(12, 3073).astype(np.uint8)
    records[:, 0] %= 10
    with tarfile.open(fileobj=archive, mode="w:gz") as packed:
        member = tarfile.TarInfo("c/data_batch_1.bin")
        member.size = records.nbytes
        packed.addfile(member, io.BytesIO(records.tobytes()))
    lines = "\n".join(f"{row // 4} {row % 4} " + "1.5 " * 24 for row in range(16))
    arrays = save({"x": np.arange(36.0).reshape(9, 4), "y": np.arange(9) % 2})
    return [book.getvalue(), archive.getvalue(), lines.encode(), arrays]


VALID = valid_files()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file with some bytes altered and the end perhaps cut off."""
    content = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(0, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(0, len(content)))]) if draw(st.booleans()) else bytes(content)


def read_all(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        for kind in (Table, Series, Text):
            with contextlib.suppress(NetloomError):
                kind(path=str(path)).load()
        with contextlib.suppress(NetloomError):
            inspect(path)


@given(TABLES, st.sampled_from([",", ";", "\t", " "]), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_tables_of_anything(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    read_all("t.csv", "\n".join(delimiter.join(row) for row in rows).encode(encoding, errors="replace"))


@given(st.binary(max_size=200))
def test_tables_of_any_bytes(content: bytes) -> None:
    read_all("t.csv", content)


READERS: list[tuple[str, type[FileSource]]] = [
    ("a.npz", Arrays),
    ("a.safetensors", Arrays),
    ("a.xlsx", Table),
    ("a.parquet", Table),
    ("a.tar.gz", Cifar),
    ("data_batch_1.bin", Cifar),
    ("train_FD001.txt", Cmapss),
    ("a.csv", Images),
]


@pytest.mark.parametrize(("name", "kind"), READERS)
@given(content=damaged())
def test_damaged_files_of_every_kind(name: str, kind: type[FileSource], content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        with contextlib.suppress(NetloomError):
            kind(path=str(path)).load()
        with contextlib.suppress(NetloomError):
            inspect(path)


@given(damaged())
def test_damaged_arrays_and_pictures(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.png"
        path.write_bytes(content)
        with contextlib.suppress(PictureError):
            picture_array(path, (4, 4), True, "crop")


def test_files_that_vanish_or_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between being found and being read, a file may go away or be locked."""
    for name, kind in READERS:
        path = tmp_path / name
        path.write_bytes(b"1,2\n")
        for trouble in (FileNotFoundError(2, "No such file or directory"), PermissionError(13, "Permission denied")):
            with monkeypatch.context() as context:
                context.setattr(Path, "open", refusal(trouble))
                context.setattr(io, "open", refusal(trouble))
                context.setattr("builtins.open", refusal(trouble))
                with pytest.raises(NetloomError):
                    kind(path=str(path)).load()


def refusal(trouble: OSError) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise trouble

    return refuse


def test_a_hundred_thousand_classes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,name\n" + "\n".join(f"{row},name {row}" for row in range(100_000)))
    with pytest.raises(NetloomError, match="100000 different values; at most 1000 classes"):
        Table(path=str(path), target="name").load()
