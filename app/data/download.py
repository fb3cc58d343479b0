"""Download of well-known data sets: resumable, checked, kept in Netloom's home, with progress and cancelling."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app.system.home import folder, home
from app.system.locks import try_lock
from graph.errors import NetloomError

Progress = Callable[[int, int], None]
"""Told how many bytes have come and how many there are in all, 0 where that is not known."""
BLOCK = 1 << 16
"""Bytes that are taken at a time: a cancelled download stops after so many."""
TIMEOUT = 20.0
"""Seconds without a byte after which a server counts as silent."""


class CancelledError(NetloomError):
    """The person stopped a download; what has come is kept, and the next attempt goes on from there."""


@dataclass(frozen=True)
class Remote:
    """One file to be fetched: its name below the set's address, its MD5 as its makers publish it, and its bytes."""

    name: str
    md5: str
    size: int


@dataclass(frozen=True)
class Known:
    """A well-known data set and where its makers offer it."""

    title: str
    address: str
    files: tuple[Remote, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(remote.size for remote in self.files)


_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _mnist_like(title: str, address: str, sums: tuple[str, ...], sizes: tuple[int, ...]) -> Known:
    return Known(title, address, tuple(map(Remote, _NAMES, sums, sizes)))


KNOWN: dict[str, Known] = {
    "mnist": _mnist_like(
        "MNIST",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        (9_912_422, 28_881, 1_648_877, 4_542),
    ),
    "fashion_mnist": _mnist_like(
        "Fashion-MNIST",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        (26_421_880, 29_515, 4_422_102, 5_148),
    ),
    "kmnist": _mnist_like(
        "KMNIST",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        (
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
        (18_165_135, 29_497, 3_041_136, 5_120),
    ),
    "cifar10": Known(
        "CIFAR-10",
        "https://www.cs.toronto.edu/~kriz/",
        (Remote("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", 170_052_171),),
    ),
}
"""The sets that can be fetched by one click, by the kind of their source."""


def place(kind: str) -> Path:
    """The folder that holds the set ``kind``, whether it is there yet or not."""
    return home() / "cache" / "datasets" / kind


def is_here(kind: str) -> bool:
    """Whether every file of the set ``kind`` has been fetched."""
    return all((place(kind) / remote.name).is_file() for remote in KNOWN[kind].files)


def download(kind: str, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None) -> Path:
    """Fetch what is missing of the set ``kind`` and return its folder.

    ``progress`` counts over all files; ``cancelled`` is asked after every block.

    Raises
    ------
    NetloomError
        if there is no network, the server refuses, a file is not what its makers published, the disk is full, or it is
        being downloaded already.
    CancelledError
        if ``cancelled`` said so.
    """
    where = folder(f"cache/datasets/{kind}")
    lock = try_lock(where.with_name(f".{kind}.lock"))
    if lock is None:
        raise NetloomError(f"{KNOWN[kind].title} is being downloaded already; wait for that to end.")
    try:
        _download(KNOWN[kind], where, progress, cancelled)
    finally:
        lock.release(remove=True)
    return where


def _download(known: Known, where: Path, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
    """Fetch what is missing of a set into the folder ``where``."""
    before = 0
    for remote in known.files:
        target, start = where / remote.name, before

        def advance(come: int, _: int, start: int = start) -> None:
            if progress is not None:
                progress(start + come, known.size)

        if not target.is_file():
            fetch(known.address + remote.name, target, remote.md5, remote.size, advance, cancelled)
        before += remote.size
    if progress is not None:
        progress(known.size, known.size)


def fetch(
    url: str,
    target: Path,
    md5: str,
    size: int,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Fetch ``url``, which must have ``size`` bytes, to ``target``; what came in part before is gone on with.

    Raises
    ------
    NetloomError
        as `download`.
    """
    import http.client
    import urllib.error

    part = target.with_name(target.name + ".part")
    try:
        _fetch_rest(url, part, size, progress, cancelled)
    except urllib.error.HTTPError as error:
        raise NetloomError(
            f"{url} cannot be fetched: the server says {error.code} ({error.reason}); try again later."
        ) from None
    except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
        reason = _reason(error)
        raise NetloomError(
            f"{target.name} cannot be fetched ({reason}); what has come is kept. Connect to the network and try "
            f"again, or put the file from {url} into {target.parent}."
        ) from None
    except OSError as error:
        raise NetloomError(f"{target} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    _check(url, part, md5, size)
    part.replace(target)


def _reason(error: Exception) -> str:
    """What went wrong on the way, in few words."""
    inner = getattr(error, "reason", error)
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror.lower()
    return str(inner) or type(error).__name__


def _check(url: str, part: Path, md5: str, size: int) -> None:
    """Throw away what is longer than it may be, or has another checksum."""
    if part.stat().st_size <= size:
        with part.open("rb") as stream:
            if hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == md5:
                return
    part.unlink()
    raise NetloomError(f"What came from {url} is not what its makers published; it was thrown away. Try again.")


def _fetch_rest(
    url: str, part: Path, size: int, progress: Progress | None, cancelled: Callable[[], bool] | None
) -> None:
    import urllib.error
    import urllib.request

    done = part.stat().st_size if part.is_file() else 0
    headers = {"User-Agent": "Netloom"} | ({"Range": f"bytes={done}-"} if done else {})
    request = urllib.request.Request(url, headers=headers)
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != 416:  # the part is already as long as the file, or longer: its checksum will tell
            raise
        error.close()
        return
    with contextlib.closing(answer):
        if done and answer.status != 206:  # a server that does not know ranges sends everything again
            done = 0
        length = int(answer.headers.get("Content-Length") or 0)
        with part.open("ab" if done else "wb") as stream:
            _copy(answer, stream, done, done + length if length else 0, size, progress, cancelled)


def _copy(
    answer: Any,
    stream: IO[bytes],
    done: int,
    total: int,
    size: int,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    """Copy what comes after the first ``done`` bytes; one byte beyond ``size`` is enough to know it is too long."""
    while done <= size and (block := answer.read(min(BLOCK, size + 1 - done))):
        stream.write(block)
        done += len(block)
        if progress is not None:
            progress(done, total)
        if cancelled is not None and cancelled():
            raise CancelledError("The download was stopped; what has come is kept for the next time.")
    if total and done < min(total, size):
        raise ConnectionError("the connection broke off")
