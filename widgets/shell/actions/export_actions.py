"""Exports; those that need torch or take long are done by the command line in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.system.work_folder import WorkFolder
from graph.errors import NetloomError
from widgets.look import file_dialogs
from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.training_actions import TrainingActions
from widgets.shell.banners import Notice
from widgets.shell.saving import Choice, proposed, remember, show_in_folder, usual_folder
from widgets.training.command_process import CommandProcess

if TYPE_CHECKING:
    from graph.project import Project
    from widgets.shell.context import Context


@dataclass(frozen=True)
class Format:
    """A kind of file: its name and options on the command line, how files end, and what it is called in a dialog."""

    to: str
    suffix: str
    title: str
    action: str = "Export the trained network"
    """The title of the dialog that asks for the file."""
    options: tuple[str, ...] = ()

    @property
    def filter(self) -> str:
        """As file dialogs want it."""
        return f"{self.title} (*{self.suffix})"


CODE = Format("code", ".py", "Python code with weights", "Export Python code")
ONNX = Format("onnx", ".onnx", "ONNX file", "Export an ONNX file")
REPORT = Format("report", ".html", "Report as a web page", "Export a report")
SCRIPT = Format("script", ".py", "Training script in PyTorch", "Export the training")
NOTEBOOK = Format("notebook", ".ipynb", "Training notebook for Jupyter", "Export the training")
CARD = Format("card", ".md", "Model card")
CURVES = Format("csv", ".csv", "Curves as a table, a row for each epoch")
GENERATOR = Format("code", ".py", "The generator alone, Python code with weights", options=("--part", "generator"))
FORMATS = (CODE, ONNX, SCRIPT, NOTEBOOK, REPORT, CARD)
"""What a run can be exported as, the usual first; where two kinds of file end alike, the ending means the first."""
TRAINING = (SCRIPT, NOTEBOOK)
"""What has the settings of a run and the score that it reached, and no weights."""


@dataclass(frozen=True)
class Export:
    """What is exported where, and what is said of its weights once that is done; ``trained`` says they are a run's."""

    target: Path
    format: Format
    weights: str = ""
    choices: tuple[Choice, ...] = ()
    trained: bool = False

    def outcome(self, word: str) -> str:
        """What was written, with whose weights, and what the command line added."""
        beside = f" and {self.target.stem}.safetensors" if self.format.to == CODE.to and self.trained else ""
        about = f"{': ' if self.trained else ', '}{self.weights}" if self.weights else ""
        return f"Wrote {self.target.name}{beside}{about}. {word}".strip()


class ExportActions:
    """One export at a time; the outcome is told in a banner, with the weights that went along."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._process = CommandProcess(context.window())
        self._process.ended.connect(self._ended)
        self._asked = Export(Path(), CODE)
        self._folder: WorkFolder | None = None
        context.at_close(self.close)

    def ask(self, run: Path) -> None:
        """Ask where to put the network of a run, and as what; of code the weights go beside it."""
        formats = (*((GENERATOR,) if _is_gan(run) else ()), *FORMATS, CURVES)
        weights = self._weights_of(run)
        stem, title = usual_folder(self._context) / run.name, "Export the trained network"
        chosen = self._choose(title, stem, formats, f"With {weights}." if weights else "")
        if chosen is not None:
            self.start(run, self._of_run(run, *chosen))

    def ask_project(self, wanted: Format, *others: Format) -> None:
        """Ask where to put the open project as ``wanted``: with the weights of its last run, where they are of it.

        ``others`` are kinds of file that may be chosen instead.
        """
        run = self._last_run()
        current = run is not None and self._is_of(run, wanted)
        words = {CODE.to: "without weights", ONNX.to: "with weights to start from", SCRIPT.to: "without a score"}
        none, what = words.get(wanted.to, "without a run"), "it has" if wanted in TRAINING else "the network has"
        changed = run is not None and f"{what} changed since run {self._name(run)}"
        without = f"{none}: {changed or 'not trained yet'}"
        weights = self._weights_of(run) if current and run is not None else ""
        taken = f"With {weights}" if wanted not in TRAINING else weights.replace("the weights of run", "As in run", 1)
        note = taken if weights else "" if current else f"{without[0].upper()}{without[1:]}"
        better = self._better_than(run) if weights and run is not None else ""
        note = " ".join(filter(None, (note and f"{note}.", better)))
        chosen = self._choose(wanted.action, Path(proposed(self._context, "")), (wanted, *others), note)
        if chosen is None:
            return
        if run is not None and current:
            self.start(run, self._of_run(run, *chosen))
            return
        choices = (("Export that run…", partial(self.ask, run)),) if run is not None else ()
        self._start_project(Export(*chosen, without, choices))

    def _is_of(self, run: Path, wanted: Format) -> bool:
        """Whether the open project is as ``run`` has it: the network, and of a training script its settings too."""
        from app.project.run_settings import changes, settings_of
        from app.training.runs import Run

        session = self._context.session
        if session.state.outdated or wanted not in TRAINING:
            return not session.state.outdated
        try:
            return not changes(settings_of(Run.open(run).project), settings_of(session.project))
        except NetloomError:  # the run was altered: the project is what there is
            return False

    def _start_project(self, export: Export) -> None:
        """Export the project as it is drawn."""
        from graph.project import SUFFIX, write_project

        session, kept = self._context.session, WorkFolder()
        source = kept.path / f"{session.suggested_name}{SUFFIX}"
        try:
            write_project(source, _called(session.project, session.state.name if session.path else ""))
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "export", of_project=True))
            return
        self.start(source, export, base=session.base)
        self._folder = kept

    def _last_run(self) -> Path | None:
        """The last run of the open project, if it has weights."""
        from app.training.runs import WEIGHTS

        controller = self._context.part(TrainingActions).controller
        run = controller.run if controller is not None and controller.own else None
        return run if run is not None and (run / WEIGHTS).is_file() else None

    def _of_run(self, run: Path, target: Path, format: Format) -> Export:
        weights = self._weights_of(run) if format not in (CURVES, *TRAINING) else ""
        return Export(target, format, weights, trained=bool(weights))

    def _weights_of(self, run: Path) -> str:
        """Whose weights go along, with their score: ``the weights of run “LeNet 12:30:05”, 98.5 % on the test set``."""
        from widgets.training.run_entries import read_entry

        entry = read_entry(run, self._context.session.state.key)
        if entry.problem:
            return ""
        score = entry.score.partition(": ")[2]
        return f"the weights of run {self._name(run)}{score and ', '}{score}"

    def _better_than(self, run: Path) -> str:
        """That another run of the project that is listed has a better test score, and how it is exported."""
        from widgets.training.score_chance import better_run
        from widgets.training.training_panel import TrainPanel

        panel = self._context.workbench.panel("train")
        if not isinstance(panel, TrainPanel):
            return ""
        model = panel.runs.model
        found = better_run(model.up_to_date(run), [entry for entry in model.entries if model.scope.is_own(entry.path)])
        return f"{found} To export it, select it in Train, Runs." if found else ""

    def _name(self, run: Path) -> str:
        from widgets.training.run_entries import called

        return called(run, self._context.session.state.key)

    def export_picture(self) -> None:
        """Write a picture of the network on show, as pixels or, where the name ends in .svg, as lines."""
        canvas, start = self._context.workbench.canvas, proposed(self._context, ".png")
        kinds = "Pictures (*.png);;Drawings (*.svg)"
        name, _ = file_dialogs.ask_save(self._context.window(), "Export a picture", start, kinds, "Export")
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(name).with_suffix(".png")
        try:
            (canvas.render_to_svg if path.suffix.lower() == ".svg" else canvas.render_to_png)(path)
        except NetloomError as error:
            self._context.say(Notice(str(error), "error", (), "export", of_project=True))
            return
        remember(self._context, path)
        self._context.say(Notice(f"Wrote {path.name}.", "ok", (show_in_folder(path),), "export"))

    def _choose(self, title: str, stem: Path, formats: tuple[Format, ...], note: str) -> tuple[Path, Format] | None:
        """A file and its format by the file's ending, or by the chosen kind where it has none."""
        filters = {each.filter: each for each in formats}
        start, kinds, window = f"{stem}{formats[0].suffix}", ";;".join(filters), self._context.window()
        name, chosen = file_dialogs.ask_save(window, title, start, kinds, "Export", note)
        if not name:
            return None
        path, fallback = Path(name), filters.get(chosen, formats[0])
        usual = [each for each in formats if not each.options]
        by_ending = {each.suffix: each for each in (*formats, *reversed(usual))}
        wanted = fallback if path.suffix.lower() == fallback.suffix else by_ending.get(path.suffix.lower())
        remember(self._context, path)
        return (path, wanted) if wanted else (path.with_name(path.name + fallback.suffix), fallback)

    def start(self, source: Path, export: Export, base: Path | None = None) -> None:
        """Export the run or project ``source``; ``base`` is where its relative paths of data start."""
        target, wanted = export.target, export.format
        arguments = ["export", str(source), "--to", wanted.to, "-o", str(target), *wanted.options]
        self._asked = export
        cancel = ("Cancel", self.close)
        self._context.say(Notice(f"Exporting {target.name}…", "info", (cancel,), "export", open=True, of_project=True))
        self._process.start(arguments if base is None else [*arguments, "--base", str(base)])

    def _ended(self, worked: bool, word: str) -> None:
        self._folder = None
        if not worked:
            self._context.say(Notice(f"Nothing was exported: {word}", "error", (), "export", of_project=True))
            return
        choices = (show_in_folder(self._asked.target), *self._asked.choices)
        self._context.say(Notice(self._asked.outcome(word), "ok", choices, "export"))

    def close(self) -> None:
        """Call a running export off."""
        self._folder = None
        self._process.close()


def _called(project: Project, name: str) -> Project:
    """The project under the name of its file, which exports tell; as it calls itself where it has none."""
    about = project.sections.get("about")
    named = {**(about if isinstance(about, dict) else {}), "title": name}
    return replace(project, sections={**project.sections, "about": named}) if name else project


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
    Action("export_code", "File", "Export Python code…", lambda c: c.part(ExportActions).ask_project(CODE), (),
           "download", ready, after="import_network"),
    Action("export_onnx", "File", "Export ONNX…", lambda c: c.part(ExportActions).ask_project(ONNX), (), "", ready,
           after="export_code"),
    Action("export_training", "File", "Export training script…",
           lambda c: c.part(ExportActions).ask_project(SCRIPT, NOTEBOOK), (), "", ready, after="export_onnx"),
    Action("export_report", "File", "Export report…", lambda c: c.part(ExportActions).ask_project(REPORT), (), "",
           ready, after="export_training"),
    Action("export_picture", "File", "Export picture…", lambda c: c.part(ExportActions).export_picture(), (), "", ready,
           after="export_report"),
    Action("export_summary", "File", "Export summary table…", _export_summary, (), "", ready, after="export_picture"),
)  # fmt: skip
