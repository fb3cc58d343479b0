"""Every exporter of the program, and what is checked of the files that each of them writes."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import numpy as np
import onnx
from PIL import Image
from PySide6.QtWidgets import QApplication
from safetensors.numpy import load_file

from app.exchange.curve_table import export_curves
from app.exchange.event_file_out import export_event_file
from app.exchange.export import export_code, export_drawing, export_weights
from app.exchange.model_card import export_card
from app.exchange.onnx_out import export_onnx
from app.exchange.pack import pack
from app.exchange.report import export_report
from app.exchange.training_script import export_training
from app.exchange.unpack import unpack
from app.project.summary import rows, table, totals
from app.training.run_labels import ProjectKey
from app.training.runs import Run
from graph.checking.check import Checker
from graph.document import Document
from tests.event_reader import curves_in
from widgets.look.theme import ThemeSource
from widgets.plots.bars import BarPlot
from widgets.training.run_columns import as_rows, wide
from widgets.training.run_entries import read_entry


@dataclass(frozen=True)
class Exported:
    """What is exported: a run, under a title, with names of classes for the charts."""

    run: Run
    title: str
    classes: tuple[str, ...]


def _summary(subject: Exported, out: Path) -> None:
    checker = Checker(Document(subject.run.project.network))
    out.write_text(table(rows(checker), totals(checker)), "utf-8", newline="")


def _runs(subject: Exported, out: Path) -> None:
    entries, text = [read_entry(subject.run.path, ProjectKey(""))], io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(as_rows(entries, wide(entries, None)))
    out.write_text(text.getvalue(), "utf-8", newline="")


def _chart(subject: Exported, out: Path) -> None:
    _ = QApplication.instance() or QApplication([])
    view = BarPlot(ThemeSource("light"), subject.title)
    view.resize(400, 260)
    view.set_bars(list(subject.classes), {"train": [1.0] * len(subject.classes)})
    view.export(out)
    view.deleteLater()


def _project(subject: Exported, out: Path) -> None:
    """The report of the project alone, as it is without a run."""
    export_report(subject.run.project, subject.title, out, subject.run.base)


EXPORTERS: Mapping[str, Callable[[Exported, Path], object]] = {
    "net.py": lambda it, out: export_code(it.run.project.network, it.title, out, it.run),
    "drawn.py": lambda it, out: export_code(it.run.project.network, it.title, out),
    "train.py": lambda it, out: export_training("script", it.run.project, it.title, out, it.run.base, it.run),
    "notes.ipynb": lambda it, out: export_training("notebook", it.run.project, it.title, out, it.run.base, it.run),
    "card.md": lambda it, out: export_card(it.run.project, it.title, out, it.run.base, it.run),
    "net.onnx": lambda it, out: export_onnx(it.run.project, it.title, out, it.run, base=it.run.base),
    "weights.safetensors": lambda it, out: export_weights(it.run, out),
    "drawing.svg": lambda it, out: export_drawing(it.run.project.network, out, "svg"),
    "drawing.png": lambda it, out: export_drawing(it.run.project.network, out, "png"),
    "run.html": lambda it, out: export_report(it.run.project, it.title, out, it.run.base, it.run),
    "project.html": _project,
    "pack.zip": lambda it, out: pack(it.run.project, it.run.base, "packed", out, "all", [it.run.path]),
    "bare.zip": lambda it, out: pack(it.run.project, it.run.base, "packed", out, "none", [it.run.path]),
    "summary.csv": _summary,
    "runs.csv": _runs,
    "curves.csv": lambda it, out: export_curves(it.run, out),
    "events": lambda it, out: export_event_file(it.run, out.parent),
    "chart.csv": _chart,
    "chart.svg": _chart,
    "chart.png": _chart,
}
"""By the name of the file that each writes; the suffix says of which kind it is. Event files name themselves."""


def export_all(subject: Exported, folder: Path) -> list[Path]:
    """Every export of a run into ``folder``; the files, which may be more than there are exporters."""
    folder.mkdir(parents=True)
    for name, export in EXPORTERS.items():
        try:
            export(subject, folder / name)
        except Exception as error:
            error.add_note(f"{name} of a run called {subject.title!r}")
            raise
    return sorted(folder.iterdir())


def contents(file: Path) -> Iterator[tuple[str, bytes]]:
    """What is in a file: its bytes, or those of every file in an archive, with its names."""
    yield file.name, file.read_bytes()
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                yield f"{file.name}/{name}", name.encode() + archive.read(name)
    if file.suffix == ".png":
        with Image.open(file) as picture:
            yield file.name, repr(picture.info).encode()


def check(file: Path) -> None:
    """Read an exported file as whoever gets it would."""
    match file.suffix:
        case ".py":
            _check_code(file)
        case ".ipynb" | ".npz" | ".md" | ".html":
            _check_page(file)
        case ".onnx":
            onnx.checker.check_model(onnx.load(file), full_check=True)
        case ".safetensors":
            assert load_file(file)
        case ".svg":
            ElementTree.fromstring(file.read_bytes())
        case ".png":
            with Image.open(file) as picture:
                picture.verify()
        case ".csv":
            listed = list(csv.reader(io.StringIO(file.read_text("utf-8"), newline=""), strict=True))
            assert len({len(row) for row in listed}) == 1, listed
        case ".netloom":
            assert curves_in(file)["loss/train"]
        case ".zip":
            unpack(file, file.with_suffix(""))
        case other:
            raise AssertionError(f"nothing checks {other}")


def _check_code(file: Path) -> None:
    """Run code; of a script that trains, which takes long, see that it could be."""
    if "# %% Settings" in file.read_text("utf-8"):
        compile(file.read_text("utf-8"), file.name, "exec")
        return
    weights = file.with_suffix(".safetensors")
    command = [sys.executable, str(file), *([str(weights)] if weights.exists() else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def _check_page(file: Path) -> None:
    """Read a notebook, the samples beside it, a model card or a web page."""
    if file.suffix == ".npz":
        with np.load(file) as stored:
            assert {"train_rows", "validation_rows", "test_rows"} < set(stored.files)
    elif file.suffix == ".ipynb":
        nbformat.validate(nbformat.reads(file.read_text("utf-8"), as_version=4))
    else:
        page = file.read_text("utf-8")
        assert "<script" not in page.lower()
        if file.suffix == ".html":
            _Balanced().feed(page)


class _Balanced(HTMLParser):
    """Refuses tags that are closed in another order than they are opened."""

    VOID = frozenset({"meta", "img", "br", "path", "rect", "circle", "line", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, tag
