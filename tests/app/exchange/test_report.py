"""The report: one page that needs nothing besides itself, of a run as of a project."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.exchange import html_parts
from app.exchange.report import export_report
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.projects import cnn, project

VOID = {"meta", "img", "br", "path", "rect", "circle"}


class Reader(HTMLParser):
    """Collects tags, what they refer to, and texts; refuses tags that are closed in another order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text("utf-8"))
    assert not reader._open
    return reader


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A short run of a convolutional network."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    made = project(cnn(), epochs=2)
    made.sections["notes"] = "Is a <script>alert(1)</script> & “quoted” note harmless?"
    list(train(begin(made, out=folder)))
    return Run.open(folder)


def test_the_page_of_a_run_tells_all_and_asks_for_nothing(run: Run, tmp_path: Path) -> None:
    export_report(run.project, run.title, tmp_path / "run.html", run.base, run)
    found = read(tmp_path / "run.html")
    told = " ".join(found.texts)
    assert "script" not in found.tags
    assert all(source.startswith("data:image/png;base64,") for source in found.sources)
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org)", (tmp_path / "run.html").read_text("utf-8"))
    for heading in (
        "Network",
        "Layers",
        "Data",
        "Training settings",
        "Training",
        "Test",
        "Filters of conv1",
        "Environment",
    ):
        assert heading in found.texts, heading
    assert "<script>alert(1)</script>" in told
    assert "conv1" in found.texts
    assert "batch size" in told
    assert "fingerprint of the data" in told
    pictures = [Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) for source in found.sources]
    assert [one.size for one in pictures] == [(3, 3)] * 4
    # Loss and accuracy, of training and validation; ROC and precision of three classes, and the reliability.
    assert found.tags.count("polyline") == 4 + 2 * 3 + 1
    assert "Curves of the 3 classes that are told apart worst." in told


def test_the_page_of_a_project(tmp_path: Path) -> None:
    export_report(project(), "Digits", tmp_path / "project.html", None)
    told = " ".join(read(tmp_path / "project.html").texts)
    assert "not trained" in told
    assert "10 classes" in told
    assert "main.py train" in told


def test_data_that_is_gone_is_told_in_its_place(run: Run, tmp_path: Path) -> None:
    lost = Project(run.project.network, {"data": {"source": "table", "options": {"path": "gone.csv"}}})
    export_report(lost, "Lost", tmp_path / "lost.html", tmp_path)
    assert "gone.csv" in " ".join(read(tmp_path / "lost.html").texts)
    with pytest.raises(NetloomError, match="nothing to draw"):
        export_report(Project(), "Empty", tmp_path / "empty.html", None)


def test_ticks_are_round_and_within() -> None:
    assert html_parts.ticks(0.0, 1.0) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert html_parts.ticks(-3.0, 7.0) == [-2.0, 0.0, 2.0, 4.0, 6.0]
    for low, high in ((0.0012, 0.0013), (1e6, 3e6), (-5.0, -4.0)):
        found = html_parts.ticks(low, high)
        assert 3 <= len(found) <= 7
        assert low <= found[0] < found[-1] <= high + 1e-9 * (high - low)


def test_charts_leave_out_what_is_no_number() -> None:
    drawn = html_parts.chart("loss", {"train": [(1, 2.0), (2, float("nan")), (3, 1.0)], "validation": []})
    assert "nan" not in drawn
    assert drawn.count("<polyline") == 1
    assert html_parts.chart("loss", {"train": [(1, float("inf"))]}) == ""
    assert "<circle" in html_parts.chart("loss", {"train": [(1, 2.0)]})


def test_confusions_are_shares_of_each_row() -> None:
    drawn = html_parts.confusion(np.array([[9, 1], [0, 0]]), ("yes", "no"))
    assert "rgba(51,104,208,0.90)" in drawn
    assert "rgba(176,77,0,0.10)" in drawn


def test_notes_are_read_as_markdown_and_nothing_else() -> None:
    shown = html_parts.prose(
        "# Title\n\nSome *words* on\ntwo lines, [a link](layer:conv1).\n\n### Try\n- one `x`\n- **two**\n\nEnd <b>"
    )
    assert shown == (
        '<div class="notes"><h3>Title</h3>\n<p>Some <em>words</em> on\ntwo lines, a link.</p>\n<h3>Try</h3>\n<ul>\n'
        "<li>one <code>x</code></li>\n<li><strong>two</strong></li>\n</ul>\n<p>End &lt;b&gt;</p>\n</div>"
    )


def test_notes_load_nothing_and_may_hold_tables() -> None:
    shown = html_parts.prose("![a <map>](https://example.com/x.png)\n\n<img src=x>\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<img" not in shown and "example.com" not in shown
    assert "a &lt;map&gt;" in shown and "<td>1</td>" in shown


def test_what_was_wrong_with_a_training_is_told_with_its_evidence(tmp_path: Path) -> None:
    session = begin(project(cnn(), epochs=3, learning_rate=10.0), None, tmp_path / "run")
    for _ in train(session):
        pass
    opened = Run.open(tmp_path / "run")
    export_report(opened.project, "Hot", tmp_path / "run.html", None, opened)
    page = (tmp_path / "run.html").read_text("utf-8")
    assert re.search(r"<b>(The network learns nothing\.|Training diverged\.)</b> \S", page)
