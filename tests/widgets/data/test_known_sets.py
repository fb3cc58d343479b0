"""Downloads by a click, from a server on this machine, in a process of their own."""

from __future__ import annotations

import hashlib
import http.server
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.data.download import KNOWN, place
from widgets.data.downloads import Downloads, share_of
from widgets.data.known_sets import KnownSets

CONTENT = bytes(range(256)) * 2000
PROGRAM = """
import sys
from dataclasses import replace
from app.data import download
from app.cli.catalogue_verbs import fetch
from app.cli.failures import complain
from graph.errors import NetloomError
old = download.KNOWN["mnist"]
files = tuple(download.Remote(one.name, {md5!r}, {size}) for one in old.files)
download.KNOWN["mnist"] = replace(old, address={address!r}, files=files)
try:
    fetch(sys.argv[-1], True)
except NetloomError as error:
    complain(str(error))
    sys.exit(1)
"""


class Server(http.server.ThreadingHTTPServer):
    """Sends half of a file, then waits until it may send the rest."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.go = threading.Event()
        self.go.set()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        content = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        server.go.wait(20)
        self.wfile.write(content[half:])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.go.set()
        made.shutdown()
        thread.join()


Maker = Callable[[str], KnownSets]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path))
    made: list[KnownSets] = []

    def known(address: str) -> KnownSets:
        program = PROGRAM.format(md5=hashlib.md5(CONTENT).hexdigest(), size=len(CONTENT), address=address)
        widget = KnownSets(Downloads((sys.executable, "-c", program)))
        qtbot.addWidget(widget)
        widget.show()
        made.append(widget)
        return widget

    yield known
    for one in made:
        one.downloads.close()


def click(qtbot: QtBot, widget: KnownSets) -> None:
    qtbot.mouseClick(widget.rows["mnist"].button, Qt.MouseButton.LeftButton)


def test_a_set_is_fetched_by_one_click_and_chosen(qtbot: QtBot, make: Maker, server: Server) -> None:
    widget = make(f"http://127.0.0.1:{server.server_port}/")
    assert [row.button.text() for row in widget.rows.values()] == ["Download"] * 4
    with qtbot.waitSignal(widget.chosen, timeout=20_000) as chosen:
        click(qtbot, widget)
        assert widget.rows["mnist"].button.text() == "Cancel"
        assert not widget.rows["kmnist"].button.isEnabled()
    assert chosen.args == ["mnist"]
    assert widget.rows["mnist"].button.text() == "Use" and widget.rows["kmnist"].button.isEnabled()
    widget.show_choice("mnist")
    assert widget.rows["mnist"].button.text() == "In use"


def test_a_download_is_cancelled_and_gone_on_with(qtbot: QtBot, make: Maker, server: Server) -> None:
    widget = make(f"http://127.0.0.1:{server.server_port}/")
    server.go.clear()
    click(qtbot, widget)
    row = widget.rows["mnist"]
    qtbot.waitUntil(lambda: row.bar.value() > 0, timeout=20_000)
    click(qtbot, widget)
    qtbot.waitUntil(lambda: row.button.text() == "Download")
    assert widget.fault.text() == ""
    assert [one.suffix for one in place("mnist").iterdir()] == [".part"]
    server.go.set()
    with qtbot.waitSignal(widget.chosen, timeout=20_000):
        click(qtbot, widget)
    assert sorted(one.name for one in place("mnist").iterdir()) == sorted(one.name for one in KNOWN["mnist"].files)


def test_without_a_network_a_sentence_says_what_to_do(qtbot: QtBot, make: Maker) -> None:
    widget = make("http://127.0.0.1:9/")
    click(qtbot, widget)
    qtbot.waitUntil(lambda: "cannot be fetched" in widget.fault.text(), timeout=20_000)
    assert "Connect to the network and try again" in widget.fault.text()
    assert widget.rows["mnist"].button.text() == "Download"


def test_a_program_that_cannot_be_run_is_told(qtbot: QtBot) -> None:
    downloads = Downloads(("/no/such/program",))
    with qtbot.waitSignal(downloads.failed) as failed:
        downloads.start("mnist")
    assert failed.args is not None and "cannot be run" in failed.args[1]
    assert downloads.kind == ""


def test_lines_that_say_nothing_of_progress_are_passed_over() -> None:
    assert share_of('{"come": 5, "whole": 10}') == 0.5
    assert share_of("hello") is None and share_of('{"folder": "x"}') is None and share_of("3") is None
