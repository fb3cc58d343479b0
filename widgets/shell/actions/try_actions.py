"""Using the trained network: on a sample of one's own, or on all samples of a file or a folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.system.told_notes import as_sentences
from widgets.look import file_dialogs
from widgets.shell.action_registry import Action, ready
from widgets.shell.actions.by_hand_actions import show_understand
from widgets.shell.banners import Notice
from widgets.shell.saving import remember, show_in_folder
from widgets.training.command_process import CommandProcess

if TYPE_CHECKING:
    from app.training.runs import Run
    from widgets.shell.context import Context
    from widgets.understand.understand_panel import UnderstandPanel

KEY = "predict"
KINDS = "Tables (*.csv);;JSON (*.json)"
PERCENT = "90"
"""How many of a hundred new samples lie in the interval that amounts are given with."""
NO_RUN = "There is no trained network to predict with: train it first."


def try_it(context: Context) -> None:
    """Show where a digit is drawn, a text typed, a row filled in or a file dropped, and what the network predicts."""
    show_understand(context).show_tab("Try it")


class PredictActions:
    """Predictions for many samples, one file or folder at a time; a banner tells where they were written."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._process = CommandProcess(context.window())
        self._process.ended.connect(self._ended)
        self._out = Path()
        context.at_close(self._process.close)

    def connect(self, panel: UnderstandPanel) -> None:
        """Have the buttons of Try it ask for a file or a folder."""
        from widgets.understand.try_it.try_it_tab import TryItTab

        def follow(tab: TryItTab) -> None:
            tab.file_wanted.connect(partial(self.ask, panel))

        panel.once_made(TryItTab, follow)

    def ask(self, panel: UnderstandPanel, folder: bool = False) -> None:
        """Ask for the samples and for the file to write, and predict with the network that is looked at."""
        run, window = panel.subject.run, self._context.window()
        if run is None or not panel.subject.ready:
            self._context.say(Notice(NO_RUN, "warning", (), KEY, of_project=True, passes=True))
            return
        if folder:
            given = file_dialogs.ask_folder(window, "Predict the samples of a folder", verb="Predict")
        else:
            given, _ = file_dialogs.ask_open(window, "Predict the samples of a file", verb="Predict")
        if not given:
            return
        start = str(Path(given).absolute().with_name(f"{Path(given).stem} predictions.csv"))
        name, _ = file_dialogs.ask_save(window, "Write the predictions", start, KINDS)
        if name:
            self._start(run, given, Path(name) if Path(name).suffix else Path(name).with_suffix(".csv"))

    def _start(self, run: Run, given: str, out: Path) -> None:
        remember(self._context, out)
        self._out = out
        between = ("--interval", PERCENT) if "rmse" in run.summary().test else ()
        cancel = ("Cancel", self._process.close)
        words = f"Predicting the samples of {Path(given).name}…"
        self._context.say(Notice(words, "info", (cancel,), KEY, open=True, of_project=True))
        self._process.start(["predict", str(run.path), given, "-o", str(out), *between])

    def _ended(self, worked: bool, word: str) -> None:
        if not worked:
            self._context.say(Notice(f"Nothing was predicted: {word}", "error", (), KEY, of_project=True))
            return
        written, *more = self._process.lines
        told = as_sentences((written, *(line.removeprefix("- ") for line in more)))
        self._context.say(Notice(told, "ok", (show_in_folder(self._out),), KEY))


def _predict(context: Context, *, folder: bool) -> None:
    """Show Try it, and ask for a file or a folder of samples."""
    try_it(context)
    context.part(PredictActions).ask(show_understand(context), folder)


ACTIONS = (
    Action("try_it", "Train", "Try the network on a sample of your own", try_it, ("Ctrl+Alt+T",), "", ready,
           after="resume", divide=True),
    Action("predict_file", "Train", "Predict the samples of a file…", partial(_predict, folder=False), (), "", ready,
           after="try_it"),
    Action("predict_folder", "Train", "Predict the samples of a folder…", partial(_predict, folder=True), (), "", ready,
           after="predict_file"),
)  # fmt: skip
