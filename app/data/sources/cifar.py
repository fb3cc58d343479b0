"""CIFAR source: the binary files of CIFAR-10 and CIFAR-100 as a folder, one file, or the archive."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, ClassVar, Literal, cast

import numpy as np

from app.data.dataset import Array, Dataset, Field, Task
from app.data.lazy_array import LazyArray, RowStore
from app.data.sources.file_source import Candidate, FileSource
from app.system.unfolding import refuse_bomb
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import image, vector

PIXELS = 3 * 32 * 32
MOST = 60_000
"""Most pictures in one file."""
UNFOLDED = 2**30
"""Most bytes that an archive may unfold to."""
NAMED = {"batches.meta.txt": "ten", "fine_label_names.txt": "fine", "coarse_label_names.txt": "coarse"}
"""Files that list the names of classes, and of which."""
LONGEST = 1 << 16
"""Most bytes of such a list."""
TENS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
ENDINGS = (".tar.gz", ".tgz", ".bin")
"""How the names of the archive and of single files end."""


class Cifar(FileSource):
    """CIFAR-10 or CIFAR-100 as its makers offer it in binary form: the folder, the archive, or a single file.

    60,000 colour pictures of 32 × 32 pixels. The test files make up the test set.
    """

    kind: ClassVar[str] = "cifar"
    title: ClassVar[str] = "CIFAR files"
    rank: ClassVar[int] = 70
    precedence: ClassVar[int] = 20

    labels: Literal["fine", "coarse"] = setting("fine", "CIFAR-100: a hundred classes, or twenty groups of them")

    @classmethod
    def endings(cls) -> tuple[str, ...]:
        """Those of the archive and of the files in it."""
        return ENDINGS

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A folder of binary files, one of them, or the archive."""
        return may_be_cifar(candidate.path)

    def read(self, file: Path) -> Dataset:
        """The pictures, 0 to 1, and their classes."""
        texts: dict[str, str] = {}
        parts = _parts(file, texts)
        records = np.concatenate([records for _, records in parts])
        given = np.repeat(
            [2 if "test" in name else 0 for name, _ in parts], [len(records) for _, records in parts]
        ).astype(np.uint8)
        whole = bool((given == 0).any() and (given == 2).any())
        return self._dataset(file, records, given if whole else None, texts)

    def _dataset(self, file: Path, records: Array, given: Array | None, texts: dict[str, str]) -> Dataset:
        marks = records.shape[1] - PIXELS
        hundred = marks == 2
        labels = records[:, 0 if hundred and self.labels == "coarse" else marks - 1].astype(np.int64)
        count = 10 if not hundred else 20 if self.labels == "coarse" else 100
        if labels.max() >= count:
            raise NetloomError(f"{file.name} is damaged: class {labels.max()} of {count}.")
        plain = TENS if count == 10 else tuple(f"class {number}" for number in range(count))
        classes = _named(texts.get(self.labels if hundred else "ten", ""), count) or plain
        fields = {
            "image": Field("image", image(3, 32, 32), values=_pictures(records)),
            "class": Field("class", vector(count), classes, values=labels),
        }
        return Dataset(
            self.kind,
            file.name.split(".")[0],
            Task.CLASSIFICATION,
            fields,
            ("image",),
            "class",
            f"{len(labels)} pictures of {count} classes in {file.name}.",
            notes=self.change_note(file),
            given=given,
        )


def may_be_cifar(path: Path) -> bool:
    """Whether a folder holds binary files, or a file is called like one, or like the archive."""
    if path.is_dir():
        return next(path.glob("*.bin"), None) is not None
    return path.name.lower().endswith(ENDINGS)


def read_pictures(file: Path) -> LazyArray:
    """The pictures (N, 3, 32, 32) in a folder, a file or the archive, in the order of the names of files.

    Raises
    ------
    NetloomError
        if it holds none, or a file is damaged.
    """
    return _pictures(np.concatenate([records for _, records in _parts(file, {})]))


def _parts(file: Path, texts: dict[str, str]) -> list[tuple[str, Array]]:
    """What `read_records` gives, all of one width."""
    parts = list(read_records(file, texts))
    if not parts:
        raise NetloomError(f"{file.name} holds no CIFAR files, such as data_batch_1.bin or train.bin.")
    if len({records.shape[1] for _, records in parts}) > 1:
        raise NetloomError(f"{file.name} mixes files of CIFAR-10 and CIFAR-100; keep them apart.")
    return parts


def _pictures(records: Array) -> LazyArray:
    pictures = np.ascontiguousarray(records[:, -PIXELS:]).reshape(-1, 3, 32, 32)
    return LazyArray.of(RowStore(pictures, 1))


def _named(text: str, count: int) -> tuple[str, ...]:
    """The names of ``count`` classes, one on each line; empty where the text is something else."""
    names = tuple(line.strip() for line in text.splitlines() if line.strip())
    return names if len(set(names)) == len(names) == count else ()


def read_records(file: Path, texts: dict[str, str]) -> Iterator[tuple[str, Array]]:
    """Name and records uint8 (N, 3073 or 3074) of each file, in the order of their names.

    ``texts`` receives the lists of names of classes that lie beside, by `NAMED`.

    Raises
    ------
    NetloomError
        if a file is damaged, or an archive unfolds too far.
    """
    if file.is_dir() or file.suffix == ".bin":
        texts |= _texts_in(file if file.is_dir() else file.parent)
    if file.is_dir():
        for entry in sorted(file.glob("*.bin")):
            if entry.is_file() and not entry.is_symlink() and not entry.name.startswith("."):
                yield entry.name, _records(entry.name, _limited(entry))
    elif file.suffix == ".bin":
        yield file.name, _records(file.name, _limited(file))
    else:
        yield from _from_archive(file, texts)


def _texts_in(folder: Path) -> dict[str, str]:
    found = {}
    for name, what in NAMED.items():
        if (folder / name).is_file() and not (folder / name).is_symlink():
            with (folder / name).open("rb") as stream:
                found[what] = stream.read(LONGEST).decode("latin-1")
    return found


def _limited(file: Path) -> bytes:
    if file.stat().st_size > MOST * (PIXELS + 2):
        raise NetloomError(f"{file.name} is larger than any CIFAR file.")
    return file.read_bytes()


def _records(name: str, raw: bytes) -> Array:
    """The records in a file: CIFAR-10 has one label before each picture, CIFAR-100 two."""
    for marks in (2, 1) if name in ("train.bin", "test.bin") else (1, 2):
        if raw and len(raw) % (PIXELS + marks) == 0:
            return np.frombuffer(raw, np.uint8).reshape(-1, PIXELS + marks)
    raise NetloomError(f"{name} is damaged or no CIFAR file: {len(raw)} bytes are no whole number of pictures.")


class _Counted:
    """A stream that refuses to unfold beyond `UNFOLDED`."""

    def __init__(self, file: Path, stream: IO[bytes]) -> None:
        self._name, self._packed = file.name, file.stat().st_size
        self._stream = stream
        self._left = UNFOLDED

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self._left -= len(block)
        refuse_bomb(self._name, UNFOLDED - self._left, self._packed)
        if self._left < 0:
            raise NetloomError(f"{self._name} unfolds to more than {UNFOLDED >> 30} GB, which no CIFAR archive does.")
        return block


def _from_archive(file: Path, texts: dict[str, str]) -> Iterator[tuple[str, Array]]:
    """Members are read where they are and never written to a disk; links and other names are passed over."""
    found: dict[str, Array] = {}
    try:
        with gzip.open(file) as unpacked:
            stream = cast(IO[bytes], _Counted(file, cast(IO[bytes], unpacked)))
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for member in archive:
                    name = PurePosixPath(member.name).name
                    if member.isreg() and name in NAMED:
                        listed = archive.extractfile(member)
                        texts[NAMED[name]] = listed.read(LONGEST).decode("latin-1") if listed is not None else ""
                    elif member.isreg() and name.endswith(".bin") and member.size <= MOST * (PIXELS + 2):
                        content = archive.extractfile(member)
                        if content is not None:
                            found[name] = _records(name, content.read())
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, ValueError) as error:
        raise NetloomError(f"{file.name} is damaged or no CIFAR archive ({type(error).__name__}).") from None
    except OSError as error:
        if error.strerror:
            raise
        raise NetloomError(f"{file.name} is damaged or cut off.") from None
    except Exception as error:  # zlib.error and what damaged headers make of themselves
        if isinstance(error, NetloomError):
            raise
        raise NetloomError(f"{file.name} is damaged or cut off ({type(error).__name__}).") from None
    yield from sorted(found.items())
