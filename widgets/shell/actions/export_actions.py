"""Exports; those that need torch or take long are done by the command line in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTemporaryDir
from PySide6.QtWidgets import QFileDialog

from graph.errors import NetloomError
from widgets.shell.action_registry import Action, ready
from widgets.shell.banners import Notice
from widgets.training.command_process import CommandProcess

if TYPE_CHECKING:
    from widgets.shell.context import Context


@dataclass(frozen=True)
class Format:
    """A kind of file: its name and options on the command line, how files end, and what it is called in a dialog."""

    to: str
    suffix: str
    title: str
    options: tuple[str, ...] = ()

    @property
    def filter(self) -> str:
        """As file dialogs want it."""
        return f"{self.title} (*{self.suffix})"


CODE = Format("code", ".py", "Python code with weights")
ONNX = Format("onnx", ".onnx", "ONNX file")
REPORT = Format("report", ".html", "Report as a web page")
GENERATOR = Format("code", ".py", "The generator alone, Python code with weights", ("--part", "generator"))
FORMATS = (CODE, ONNX, REPORT)
"""What a run can be exported as, the usual first."""


class ExportActions:
    """One export at a time; the outcome is told in a banner."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._process = CommandProcess(context.window())
        self._process.ended.connect(self._ended)
        self._asked = Path(), CODE
        self._folder: QTemporaryDir | None = None
        context.at_close(self.close)

    def ask(self, run: Path) -> None:
        """Ask where to put the network of a run, and as what; of code the weights go beside it."""
        folder = Path(str(self._context.memory.get("folder", "")))
        formats = (GENERATOR, *FORMATS) if _is_gan(run) else FORMATS
        chosen = self._choose("Export the trained network", folder / run.name, formats)
        if chosen is not None:
            self.start(run, *chosen)

    def ask_project(self, wanted: Format) -> None:
        """Ask where to put the open project as ``wanted``."""
        from graph.project import SUFFIX, write_project

        session = self._context.session
        chosen = self._choose(f"Export: {wanted.title}", self._stem, (wanted,))
        if chosen is None:
            return
        kept = QTemporaryDir()
        source = Path(kept.path()) / f"{session.suggested_name}{SUFFIX}"
        try:
            write_project(source, session.project)
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "export"))
            return
        self.start(source, *chosen, base=session.base)
        self._folder = kept

    def export_code(self) -> None:
        """Write the network as one Python file."""
        from graph.build.embedded_drawing import code_with_drawing
        from graph.project import write_atomically

        network = self._context.session.document.network
        self._export(
            ("Export Python code", ".py", "Python files (*.py)"),
            lambda path: write_atomically(path, code_with_drawing(network).encode("utf-8")),
            "The code was written to {}.",
        )

    def export_picture(self) -> None:
        """Write a picture of the network on show, as pixels or, where the name ends in .svg, as lines."""
        canvas = self._context.workbench.canvas
        self._export(
            ("Export a picture", ".png", "Pictures (*.png);;Drawings (*.svg)"),
            lambda path: (canvas.render_to_svg if path.suffix.lower() == ".svg" else canvas.render_to_png)(path),
            "The picture was written to {}.",
        )

    def _export(self, asked: tuple[str, str, str], write: Callable[[Path], object], done: str) -> None:
        """Ask for a file by a title, its suffix and a filter, and write it; the outcome is told."""
        title, suffix, kind = asked
        name, _ = QFileDialog.getSaveFileName(self._context.window(), title, f"{self._stem}{suffix}", kind)
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(name).with_suffix(suffix)
        try:
            write(path)
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "export"))
        else:
            self._context.say(Notice(done.format(path), "ok", (), "export"))

    @property
    def _stem(self) -> Path:
        """Where an export of the open project goes, without its suffix."""
        session = self._context.session
        return (session.base or Path(str(self._context.memory.get("folder", "")))) / session.suggested_name

    def _choose(self, title: str, stem: Path, formats: tuple[Format, ...]) -> tuple[Path, Format] | None:
        """A file and its format by the file's ending, or by the chosen kind where it has none."""
        filters = {each.filter: each for each in formats}
        start = f"{stem}{formats[0].suffix}"
        name, chosen = QFileDialog.getSaveFileName(self._context.window(), title, start, ";;".join(filters))
        if not name:
            return None
        path, fallback = Path(name), filters.get(chosen, formats[0])
        by_ending = {each.suffix: each for each in formats}
        wanted = fallback if path.suffix.lower() == fallback.suffix else by_ending.get(path.suffix.lower())
        return (path, wanted) if wanted else (path.with_name(path.name + fallback.suffix), fallback)

    def start(self, source: Path, target: Path, wanted: Format = CODE, base: Path | None = None) -> None:
        """Write the run or project ``source`` to ``target``; ``base`` is where its relative paths of data start."""
        arguments = ["export", str(source), "--to", wanted.to, "-o", str(target), *wanted.options]
        self._asked = target, wanted
        self._context.say(Notice(f"Exporting {source.stem}…", "info", (("Cancel", self.close),), "export"))
        self._process.start(arguments if base is None else [*arguments, "--base", str(base)])

    def _ended(self, worked: bool, word: str) -> None:
        self._folder = None
        target, wanted = self._asked
        if not worked:
            text, tone = f"Nothing was exported: {word}", "error"
        elif wanted.to == CODE.to:
            files = f"{target.name}, {target.stem}.safetensors"
            text, tone = f"Code and weights were written to {target.parent}: {files}.", "ok"
        else:
            text, tone = f"Written to {target}. {word}".strip(), "ok"
        self._context.say(Notice(text, tone, (), "export"))

    def close(self) -> None:
        """Call a running export off."""
        self._folder = None
        self._process.close()


def _is_gan(run: Path) -> bool:
    """Whether a run trained a generator against a discriminator; a run that cannot be read is told by the export."""
    from app.training.plan import ADVERSARIAL, objective_of
    from app.training.runs import Run

    try:
        return objective_of(Run.open(run).project.sections.get("plan")) in ADVERSARIAL
    except NetloomError:
        return False


def _export_summary(context: Context) -> None:
    context.workbench.show_summary()
    context.workbench.summary.ask_export()


ACTIONS = (
    Action("export_code", "File", "Export Python code…", lambda c: c.part(ExportActions).export_code(), (), "download",
           ready, after="import_network"),
    Action("export_onnx", "File", "Export ONNX…", lambda c: c.part(ExportActions).ask_project(ONNX), (), "", ready,
           after="export_code"),
    Action("export_report", "File", "Export report…", lambda c: c.part(ExportActions).ask_project(REPORT), (), "",
           ready, after="export_onnx"),
    Action("export_picture", "File", "Export picture…", lambda c: c.part(ExportActions).export_picture(), (), "", ready,
           after="export_report"),
    Action("export_summary", "File", "Export summary table…", _export_summary, (), "", ready, after="export_picture"),
)  # fmt: skip
