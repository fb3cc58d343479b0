"""Whatever is in a file, a reader gives samples or one sentence: no other error may escape."""

import contextlib
import io
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.data.inspect import inspect
from app.data.sources.arrays import Arrays
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
    return [whole.getvalue(), packed.getvalue(), idx(pixels), packed_idx(pixels), picture.getvalue()]


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


@given(damaged())
def test_damaged_arrays_and_pictures(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.npz"
        path.write_bytes(content)
        with contextlib.suppress(NetloomError):
            Arrays(path=str(path)).load()
        with contextlib.suppress(PictureError):
            picture_array(path, (4, 4), True, "crop")
