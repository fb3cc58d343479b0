"""Downloads, from a server on this machine: gone on with, checked, cancelled, and clear where there is no network."""

import gzip
import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.data import download
from app.data.data_choice import DataChoice
from app.data.download import CancelledError, Known, Remote, fetch
from app.data.prepare import prepare
from app.data.sources.downloadable import Cifar10, FashionMnist, Fetched, Kmnist, Mnist
from graph.errors import NetloomError
from graph.shapes import Shape, image
from tests.app.conftest import packed_idx

CONTENT = np.random.default_rng(0).bytes(300_000)
SUM = hashlib.md5(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the files of its server, with ranges if the server knows them."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.asked.append(self.headers.get("Range"))
        content = server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1]) if server.ranges else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : start + server.most])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    files: dict[str, bytes]
    asked: list[str | None]
    ranges = True
    most = 10**9

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        made.files, made.asked = {"/a.gz": CONTENT}, []
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_a_file_comes_whole_and_tells_how_far_it_is(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    fetch(server.address + "a.gz", tmp_path / "a.gz", SUM, len(CONTENT), lambda *now: told.append(now))
    assert (tmp_path / "a.gz").read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT)) and len(told) > 3
    assert [one.name for one in tmp_path.iterdir()] == ["a.gz"]


@pytest.mark.parametrize(
    ("kind", "shape", "samples"),
    [
        (Mnist, image(1, 28, 28), 70_000),
        (FashionMnist, image(1, 28, 28), 70_000),
        (Kmnist, image(1, 28, 28), 70_000),
        (Cifar10, image(3, 32, 32), 60_000),
    ],
)
def test_what_a_download_holds_is_known_before(kind: type[Fetched], shape: Shape, samples: int) -> None:
    info = kind().info()
    assert (info.input_field().shape, info.samples, len(info.classes)) == (shape, samples, 10)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_cancelled_download_goes_on_where_it_was(server: Server, tmp_path: Path, ranges: bool) -> None:
    server.ranges = ranges
    answers = iter([False, True])
    with pytest.raises(CancelledError, match="what has come is kept"):
        fetch(server.address + "a.gz", tmp_path / "a.gz", SUM, len(CONTENT), cancelled=lambda: next(answers))
    come = (tmp_path / "a.gz.part").stat().st_size
    assert 0 < come < len(CONTENT) and not (tmp_path / "a.gz").exists()
    fetch(server.address + "a.gz", tmp_path / "a.gz", SUM, len(CONTENT))
    assert (tmp_path / "a.gz").read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={come}-"]


def test_a_connection_that_breaks_off_keeps_what_came(server: Server, tmp_path: Path) -> None:
    server.most = 100_000
    with pytest.raises(NetloomError, match=r"cannot be fetched .*what has come is kept"):
        fetch(server.address + "a.gz", tmp_path / "a.gz", SUM, len(CONTENT))
    server.most = 10**9
    fetch(server.address + "a.gz", tmp_path / "a.gz", SUM, len(CONTENT))
    assert server.asked == [None, "bytes=100000-"]


def test_what_was_altered_is_thrown_away(server: Server, tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="not what its makers published"):
        fetch(server.address + "a.gz", tmp_path / "a.gz", "0" * 32, len(CONTENT))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.gz.part").write_bytes(bytes(len(CONTENT) + 5))
    with pytest.raises(NetloomError, match="not what its makers published"):
        fetch(server.address + "a.gz", tmp_path / "a.gz", SUM, len(CONTENT))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [True, False])
def test_a_server_that_sends_without_end_is_heard_no_longer_than_the_file_is(
    server: Server, tmp_path: Path, length: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest: list[int] = []
    server.files["/a.gz"] = CONTENT * 40
    if not length:
        monkeypatch.setattr(Handler, "send_header", lambda *_: None)
    with pytest.raises(NetloomError, match="not what its makers published"):
        fetch(server.address + "a.gz", tmp_path / "a.gz", SUM, len(CONTENT), lambda come, _: largest.append(come))
    assert max(largest) == len(CONTENT) + 1
    assert list(tmp_path.iterdir()) == []


def test_refusals_and_no_network_are_said(server: Server, tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="the server says 404"):
        fetch(server.address + "b.gz", tmp_path / "b.gz", SUM, len(CONTENT))
    with pytest.raises(NetloomError, match="Connect to the network and try again, or put the file"):
        fetch("http://127.0.0.1:9/a.gz", tmp_path / "a.gz", SUM, len(CONTENT))
    with pytest.raises(NetloomError, match="cannot be written"):
        fetch(server.address + "a.gz", tmp_path / "nowhere" / "a.gz", SUM, len(CONTENT))


def small_mnist(server: Server) -> Known:
    rng = np.random.default_rng(0)
    files = []
    for part, count in (("train", 60), ("t10k", 10)):
        pictures = rng.integers(0, 256, (count, 28, 28))
        for what, values in (("images-idx3", pictures), ("labels-idx1", np.arange(count) % 10)):
            content = packed_idx(values)
            server.files[f"/{part}-{what}-ubyte.gz"] = content
            files.append(Remote(f"{part}-{what}-ubyte.gz", hashlib.md5(content).hexdigest(), len(content)))
    return Known("MNIST", server.address, tuple(files))


def test_mnist_by_one_click(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    known = small_mnist(server)
    monkeypatch.setitem(download.KNOWN, "mnist", known)
    monkeypatch.setattr(Mnist, "samples", 70)
    with pytest.raises(NetloomError, match="MNIST has not been downloaded yet"):
        Mnist().load()
    told: list[tuple[int, int]] = []
    download.download("mnist", lambda *now: told.append(now))
    assert told[-1] == (known.size, known.size) and told == sorted(told)
    prepared = prepare(DataChoice.of("mnist"))
    assert prepared.test.indices.tolist() == list(range(60, 70))
    assert prepared.dataset.info == Mnist().info()
    server.asked.clear()
    download.download("mnist")
    assert server.asked == []
    (download.place("mnist") / known.files[0].name).write_bytes(gzip.compress(b"hello"))
    with pytest.raises(NetloomError, match="is not an IDX file"):
        Mnist().load()


def test_what_is_missing_is_fetched_only(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    known = small_mnist(server)
    monkeypatch.setitem(download.KNOWN, "mnist", replace(known, files=known.files[:1]))
    download.download("mnist")
    monkeypatch.setitem(download.KNOWN, "mnist", known)
    assert not download.is_here("mnist")
    server.asked.clear()
    download.download("mnist")
    assert len(server.asked) == 3 and download.is_here("mnist")


def test_a_set_is_not_downloaded_twice_at_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known("A set", server.address, (Remote("a.gz", SUM, len(CONTENT)),))
    monkeypatch.setitem(download.KNOWN, "mnist", known)
    refused: list[str] = []

    def again(*_: int) -> None:
        try:
            download.download("mnist")
        except NetloomError as error:
            refused.append(str(error))

    download.download("mnist", again)
    assert set(refused) == {"A set is being downloaded already; wait for that to end."}
    assert [one.name for one in download.place("mnist").iterdir()] == ["a.gz"]


def test_a_network_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(NetloomError) as caught:
        fetch("http://127.0.0.1:9/a.gz", tmp_path / "a.gz", SUM, len(CONTENT))
    assert "cannot be fetched (connection refused)" in str(caught.value) and "Errno" not in str(caught.value)


def test_sets_are_as_large_as_they_were_published() -> None:
    sizes = {"mnist": 11_594_722, "fashion_mnist": 30_878_645, "kmnist": 21_240_888, "cifar10": 170_052_171}
    assert {name: known.size for name, known in download.KNOWN.items()} == sizes
