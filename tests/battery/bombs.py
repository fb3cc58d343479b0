"""Decompression bombs and endless files of every packed format."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.data.readers.array_files import read_arrays
from app.data.readers.table_file import read_table
from app.data.sources.cifar import Cifar
from app.data.sources.images import Images
from app.exchange.import_network import import_network
from app.exchange.pack_format import MANIFEST
from app.exchange.unpack import unpack
from app.training import checkpoints
from graph.errors import NetloomError
from graph.project import read_project

BLOCK = 1 << 20
Make = Callable[[random.Random, Path], Callable[[], object]]
"""Writes a bomb, and gives how it is opened."""


def blocks(chance: random.Random) -> tuple[bytes, int]:
    """A megabyte that packs to nearly nothing, and how often it stands behind itself."""
    unit = chance.choice((b"\0", b" ", b"1,2\n", b"a", b"<c/>", b"\xff"))
    return unit * (BLOCK // len(unit)), chance.randint(80, 250)


def zipped(chance: random.Random, file: Path, *names: str, begin: bytes = b"") -> None:
    """An archive in which the last of ``names`` unfolds without measure."""
    block, times = blocks(chance)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names[:-1]:
            archive.writestr(name, "<a/>")
        with archive.open(names[-1], "w", force_zip64=True) as member:
            member.write(begin)
            for _ in range(times):
                member.write(block)


def table(ending: str, pack: Callable[[bytes], bytes]) -> Make:
    """A table in one compressed stream."""

    def make(chance: random.Random, place: Path) -> Callable[[], object]:
        block, times = blocks(chance)
        (place / f"a.csv{ending}").write_bytes(pack(b"a,b\n" + block) + pack(block) * times)
        return lambda: read_table(place / f"a.csv{ending}")

    return make


def zip_table(chance: random.Random, place: Path) -> Callable[[], object]:
    """A table in an archive, now and then one that lists the same bytes many times."""
    zipped(chance, place / "a.zip", "a.csv", begin=b"a,b\n")
    return lambda: read_table(place / "a.zip")


def workbook(chance: random.Random, place: Path) -> Callable[[], object]:
    """A workbook whose sheet or whose shared texts never end."""
    part = chance.choice(("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"))
    zipped(chance, place / "a.xlsx", "[Content_Types].xml", "xl/workbook.xml", part, begin=b"<a>")
    return lambda: read_table(place / "a.xlsx")


def npz(chance: random.Random, place: Path) -> Callable[[], object]:
    """An array that says how large it is."""
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }" % (900 * BLOCK)
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    zipped(chance, place / "a.npz", "x.npy", begin=b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header)
    return lambda: read_arrays(place / "a.npz")


def idx(chance: random.Random, place: Path) -> Callable[[], object]:
    """A gzipped array of MNIST's kind."""
    block, times = blocks(chance)
    begin = gzip.compress(struct.pack(">HBBI", 0, 8, 1, times * BLOCK))
    (place / "a-idx1-ubyte.gz").write_bytes(begin + gzip.compress(block) * times)
    return lambda: read_arrays(place / "a-idx1-ubyte.gz")


def tar(chance: random.Random, place: Path) -> Callable[[], object]:
    """An archive of CIFAR's kind, with one member that is wanted or not."""
    block, times = blocks(chance)
    member = tarfile.TarInfo(chance.choice(("data_batch_1.bin", "readme")))
    member.size = times * BLOCK
    (place / "a.tar.gz").write_bytes(gzip.compress(member.tobuf()) + gzip.compress(block) * times)
    return lambda: Cifar(path=str(place / "a.tar.gz")).load()


def parquet(chance: random.Random, place: Path) -> Callable[[], object]:
    """A column that is one value, many millions of times."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    batch = pyarrow.table({"a": pyarrow.repeat(chance.randint(0, 9), 2_000_000), "b": pyarrow.repeat("x", 2_000_000)})
    with ParquetWriter(place / "a.parquet", batch.schema) as writer:
        for _ in range(chance.randint(8, 20)):
            writer.write_table(batch)
    return lambda: read_table(place / "a.parquet")


def png(chance: random.Random, place: Path) -> Callable[[], object]:
    """Pictures of which one is as wide and as high as its format allows."""
    from PIL import Image

    width, height = chance.choice(((30_000, 30_000), (2**31 - 1, 1), (1, 2**31 - 1), (65_000, 65_000)))

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    for number, name in enumerate(("a/1", "a/2", "b/1", "b/2")):
        path = place / "pictures" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)
        if number == 0:
            head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            rows = chunk(b"IDAT", zlib.compress(bytes(20 * BLOCK)))
            path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b""))

    def load() -> None:
        dataset = Images(path=str(place / "pictures")).load()
        assert dataset.samples == 3 and any("megapixels" in note or "picture" in note for note in dataset.notes)
        raise NetloomError("The other pictures are read.")

    return load


def safetensors(chance: random.Random, place: Path) -> Callable[[], object]:
    """A header that says it is very long, or is."""
    length = chance.choice((2**25, 2**40, 2**63, 2**64 - 1))
    with (place / "a.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", length) + b'{"a":')
        file.truncate(2**28)
    return lambda: chance.choice((checkpoints.read, read_arrays))(place / "a.safetensors")


def pack(chance: random.Random, place: Path) -> Callable[[], object]:
    """A pack with an endless manifest, or endless data."""
    zipped(chance, place / "a.zip", "a.netloom", chance.choice((MANIFEST, "data/a.csv")))
    return lambda: unpack(place / "a.zip", place / "out")


def project(chance: random.Random, place: Path) -> Callable[[], object]:
    """A project of nothing but brackets, commas or digits, up to the largest that is read."""
    unit = chance.choice(("[", "{", '{"a":', "[],", "1,", "9", '"', "\\u0000", " "))
    (place / "a.netloom").write_text('{"netloom": 1, "notes": [' + unit * (60 * BLOCK // len(unit)))
    return lambda: read_project(place / "a.netloom")


def onnx(chance: random.Random, place: Path) -> Callable[[], object]:
    """A network whose layers would have more weights than there is memory."""
    from onnx import TensorProto, helper, save

    size = chance.choice((200_000, 10**6, 2**31 - 1, 2**40))
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[size, size], raw_data=bytes(1000))
    node = helper.make_node("Gemm", ["x", "w"], ["y"])
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [node], "g", [value("x", 1, ["N", size])], [value("y", 1, ["N", size])], [tensor] if size % 2 else []
    )
    if not size % 2:
        fill = helper.make_node("ConstantOfShape", ["s"], ["w"])
        graph.node.insert(0, fill)
        graph.initializer.append(helper.make_tensor("s", TensorProto.INT64, [2], [size, size]))
    save(helper.make_model(graph), str(place / "a.onnx"))
    return lambda: import_network(place / "a.onnx", place / "out.netloom")


def endless(chance: random.Random, place: Path) -> Callable[[], object]:
    """A device or a pipe in the place of a file."""
    file = place / chance.choice(("a.netloom", "a.csv", "a.npz", "a.safetensors", "a.onnx", "a.py", "a.zip"))
    os.mkfifo(file) if chance.random() < 0.5 else file.symlink_to("/dev/zero")
    opening: Mapping[str, Callable[[Path], Any]] = {
        ".netloom": read_project, ".csv": read_all, ".npz": read_all, ".safetensors": checkpoints.read,
        ".onnx": lambda path: import_network(path, place / "out.netloom"),
        ".py": lambda path: import_network(path, place / "out.netloom"),
        ".zip": lambda path: unpack(path, place / "out"),
    }  # fmt: skip
    return lambda: opening[file.suffix](file)


def read_all(path: Path) -> None:
    """A file that a person chose as data."""
    from app.data.inspect import inspect

    inspect(path)


BOMBS: tuple[Make, ...] = (
    table(".gz", gzip.compress), table(".bz2", bz2.compress), table(".xz", lzma.compress), zip_table, workbook, npz,
    idx, tar, parquet, png, safetensors, pack, project, onnx, endless,
)  # fmt: skip
