"""A first hour with Netloom, by mouse and keys alone: ``python -m tests.journeys.first_hour [--out DIR]``.

A LeNet by hand from an empty canvas to exported code, own data, a lesson, a forecaster, and ten questions about what
was seen, whose answers are read off the screen. Gestures are counted, and too many of them fail. Nothing here waits
for seconds: each step goes on once the window is at rest, however busy the machine is.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from graph.errors import NetloomError
from tests.journeys.user import Count, User
from tools import data_samples
from widgets.launch import make_window
from widgets.shell.window import MainWindow
from widgets.tour.story import choose_platform, own_home

SIZE = (1440, 900)
LIMITS = {"LeNet": 45, "own table": 8, "own pictures": 8, "lesson": 25}
"""Gestures that each part of the work may take."""

BY_HAND = 150.0
"""Seconds that the LeNet may take of a hand and of the window's processor, without the training."""

BEFORE_DENSE = "input, conv 6 5x5, relu, pool, conv 16 5x5 valid, relu, pool"
DENSE = "dense 120, relu, dense 84, relu, dense 10, output"
"""A LeNet as it is typed; Flatten is forgotten, as beginners do."""

EPOCHS = "5"
"""Epochs of the LeNet: enough to learn, and few enough to leave mistakes to ask about."""

FORECAST_EPOCHS = "4"
"""Epochs of the forecasters, which have something to say about hours and megawatts by then."""


class FirstHour:
    """The steps in their order; each stands on the ones before."""

    def __init__(self, out: Path, data: Path) -> None:
        self.out, self.data = out, data
        self.file, self.code = data / "lenet.netloom", data / "lenet.py"
        self.counts: list[Count] = []
        self.answers: dict[str, str] = {}
        self.failures: list[str] = []
        self._pictures: list[Path] = []
        self.window, self.user = self._open()

    def _open(self) -> tuple[MainWindow, User]:
        window = make_window(None)
        window.resize(*SIZE)
        window.show()
        user = User(window, self.out, lambda line: None, self.counts)
        user.pictures = self._pictures
        user.wait(lambda: window.loader.finished, "the window was to be ready")
        user.wait(lambda: window.training.controller is not None, "the worker was to be there")
        return window, user

    def close(self) -> None:
        """Close the window, whatever is unsaved."""
        self.window.close_now()
        self.user.rest(200)

    def run(self) -> list[str]:
        """All of it; returns what went wrong, as sentences. After a step that fails the next one is tried."""
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("LeNet", self.lenet),
            ("questions about LeNet", self.ask_about_lenet),
            ("reopened", self.reopen),
            ("own table", lambda: self.own_data(data_samples.table(self.data), "table")),
            ("a misjudged row", self.misjudged_row),
            ("own pictures", lambda: self.own_data(data_samples.pictures(self.data), "pictures")),
            ("lesson", self.lesson),
            ("forecaster", self.forecaster),
        )
        for name, act in steps:
            try:
                with self.user.step(name):
                    act()
            except NetloomError as error:
                self.failures.append(f"{name}: {error}")
        self.failures += [
            f"{count.name}: {count.gestures} gestures, where {LIMITS[count.name]} are allowed"
            for count in self.counts
            if count.gestures > LIMITS.get(count.name, count.gestures)
        ]
        drawn = self.counts[0]
        if drawn.hand + drawn.worked > BY_HAND:
            self.failures.append(f"{drawn.name}: {drawn.hand + drawn.worked:.0f} s, where {BY_HAND:.0f} s are allowed")
        return self.failures

    def lenet(self) -> None:
        """From an empty canvas to exported code."""
        self.draw_lenet()
        self.train_lenet()
        self.export_lenet()

    # A LeNet by hand

    def draw_lenet(self) -> None:
        """An empty canvas, the digits at 28 x 28, and two lines typed into the search."""
        user = self.user
        user.look("start")
        user.press("New network")
        user.workspace("data")
        self._choose_digits()
        user.look("digits")
        user.workspace("network")
        user.key(Qt.Key.Key_Tab)
        user.write(BEFORE_DENSE)
        user.look("typed")
        user.key(Qt.Key.Key_Return)
        user.key(Qt.Key.Key_Tab)
        user.write(DENSE)
        user.key(Qt.Key.Key_Return)
        user.look("flatten-forgotten")
        self._answer("why does Dense refuse an image", r"Dense needs a vector.*image 16 × 5 × 5 arrives.*")
        user.press("Insert Flatten")
        user.read("No problems")
        user.look("lenet")

    def _choose_digits(self) -> None:
        user = self.user
        user.choose_data_set("digits")
        view = self.panel("data")
        user.wait(lambda: view.preview is not None, "the digits were to be shown")
        first = view.preview
        user.fill(view.form.findChild(QWidget, "size"), "28")
        user.wait(lambda: view.preview not in (None, first), "the digits were to be shown at 28 × 28")

    def train_lenet(self) -> None:
        """Save, choose the number of epochs, train."""
        user = self.user
        user.answer_file_dialog(self.file)
        user.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        user.wait(self.file.exists, "the project was to be saved")
        self._choose_epochs(EPOCHS)
        user.train()
        user.look("trained")

    def _choose_epochs(self, epochs: str) -> None:
        self.user.workspace("train")
        self.user.fill(self.panel("train").plan.findChild(QWidget, "epochs"), epochs)

    def export_lenet(self) -> None:
        """Code and weights of the run; the file answers by itself."""
        user, weights = self.user, self.code.with_suffix(".safetensors")
        user.answer_file_dialog(self.code)
        user.command("Export Python code")
        user.wait(lambda: self.code.exists() and weights.exists(), "code and weights were to be exported")
        user.read(r"lenet\.safetensors")
        user.look("exported")
        call = [sys.executable, "-I", str(self.code), str(weights)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NetloomError(f"The exported code does not run: {done.stderr.strip().splitlines()[-1]}")

    # Questions

    def ask_about_lenet(self) -> None:
        """Axis, overfitting, filter 3 and the two digits that are confused most."""
        user = self.user
        self._answer("what does the x axis count", r"(?m)^(?:step|epoch)$", self.panel("train").curves.loss)
        self._answer("does it overfit", r".*(overfits|overfitting).*", self.panel("train"))
        user.workspace("understand")
        self.look_at("Filters")
        user.wait(lambda: not self.view("Filters").grid.is_empty(), "filters were to be shown")
        user.look("filters")
        self.user.read(r"(?m)^3$", self.view("Filters"))
        grid = self.view("Filters").grid
        user.click(grid, grid.tile_place(2).center().toPoint())
        user.look("filter-3")
        self._answer(
            "what does filter 3 look like", r"Filter 3, bias .*\n(?:.*\n)*?[−-]?[01]\.\d+", self.view("Filters")
        )
        self.look_at("Errors")
        user.look("errors")
        self._answer(
            "which two digits are confused most", r"Confused most.*|No two classes stand out.*", self.view("Errors")
        )

    def reopen(self) -> None:
        """Save, close the window, open it again, and look whether the network is trained."""
        self.user.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        self.window.close()
        self.user.wait(lambda: not self.window.isVisible(), "the window was to close")
        self.window, self.user = self._open()
        user = self.user
        user.look("reopened-start")
        self._answer("is my saved LeNet trained", r"Trained: .* % on the test set")
        buttons = self.window.start.findChildren(QAbstractButton)
        user.click(next(button for button in buttons if "lenet" in f"{button.text()} {button.accessibleName()}"))
        self._answer("is my saved LeNet trained", r"Trained.* % on the test set")
        user.look("reopened")

    def misjudged_row(self) -> None:
        """The sample of a table that is wrong most."""
        self.user.workspace("understand")
        self.look_at("Errors")
        self.user.look("table-errors")
        self._answer("what are the values of the misjudged row", r"size m2\n[\d.]+", self.view("Errors"))

    # Own data, a lesson, a forecaster

    def own_data(self, path: Path, name: str) -> None:
        """Drop a file or folder on the start page, take the network that is advised, train."""
        user = self.user
        self.window.show_start()  # where a fresh window stands
        before = self.panel("data").preview
        user.drop_file(path)
        self._leave_unsaved()
        view = self.panel("data")
        user.wait(lambda: view.preview not in (None, before), f"{path.name} was to be shown")
        user.look(f"own-{name}")
        user.press("Find a network…")
        user.look(f"own-{name}-network")
        user.press(f"Use it for {view.preview.info.title}")
        user.settle()
        user.train()
        user.look(f"own-{name}-trained")

    def lesson(self) -> None:
        """The lesson “A first CNN” to its end."""
        user = self.user
        self.window.show_start()
        user.press("Lessons")
        cards = self.window.start.findChildren(QWidget, "lessonCard")
        user.click(next(card for card in cards if card.accessibleName() == "Lesson: A first CNN"))
        self._leave_unsaved()
        user.read("Step 1 of 6")
        user.look("lesson")
        user.press("Next")
        canvas = self.window.workbench.canvas
        user.click(canvas.viewport(), canvas.mapFromScene(canvas.board.cards["input1"].rect.center()))
        user.key(Qt.Key.Key_Tab)
        user.write("conv 8 3x3, relu, pool")
        user.key(Qt.Key.Key_Return)
        user.look("lesson-drawn")
        for _ in range(3):
            user.press("Next")
        user.train()
        user.look("lesson-trained")
        user.press("Next")
        user.workspace("understand")
        self.look_at("Filters")
        user.press("Finish")
        user.look("lesson-done")

    def forecaster(self) -> None:
        """An LSTM that forecasts a load, and one with 4 units beside it."""
        user = self.user
        self.window.show_start()
        user.press("Examples")
        user.click("preset-seasons_lstm")
        self._leave_unsaved()
        user.wait(lambda: "plan" in self.window.session.document.sections, "the example was to open")
        self._choose_epochs(FORECAST_EPOCHS)
        user.train()
        user.look("forecast-trained")
        strip = self.panel("train").strip
        self._answer("what is the LSTM's error in megawatts", r"Trained: RMSE [\d.]+ MW on the test set", strip)
        user.workspace("understand")
        self.look_at("Gates")
        lanes = self.view("Gates").lanes
        user.wait(lambda: not lanes.is_empty(), "gates were to be shown")
        user.settle()
        forget = lanes.lane_place(1)
        hour = QPointF(forget.left() + forget.width() * 23.5 / lanes.steps, forget.center().y())
        user.click(lanes.viewport(), hour.toPoint())
        user.look("gates")
        read = r"Step 24  ?·  ?Forget gate f, unit \d+: [\d.]+, mean of 32 units: [\d.]+"
        self._answer("what does the forget gate do at hour 24", read, self.view("Gates"))
        self._four_units()

    def _four_units(self) -> None:
        """The same with 4 units, and both in the list of runs."""
        user = self.user
        user.workspace("train")
        canvas = self.window.workbench.canvas
        user.click(canvas.viewport(), canvas.mapFromScene(canvas.board.cards["lstm1"].rect.center()))
        user.fill(self.window.workbench.inspector.layer.form.field("hidden_size"), "4")
        user.train()
        self._turn_to_runs()
        user.look("runs")
        self._answer("which run had 4 units", r"(?m)^.*(hidden size|units).*$|^4$", self.panel("train").runs)

    def _turn_to_runs(self) -> None:
        tabs = self.panel("train").tabs
        self.user.click(tabs.tabBar(), tabs.tabBar().tabRect(tabs.indexOf(self.panel("train").runs)).center())

    # Small things

    def _leave_unsaved(self) -> None:
        """Where the project before was never saved, say that it need not be: one gesture more."""
        self.user.settle()
        if self.user.sees("Do not save"):
            self.user.press("Do not save")
            self.user.settle()

    def panel(self, name: str) -> Any:
        """A panel of the workbench."""
        return self.window.workbench.panel(name)

    def view(self, title: str) -> Any:
        """A view of Understand, by its title."""
        panel = self.panel("understand")
        return panel.view(next(kind for kind in panel.views.kinds if kind.title == title))

    def look_at(self, title: str) -> None:
        """Click the group of a view, and the view."""
        views, wanted = self.panel("understand").views, self.view(title)
        if views.tab.group is not wanted.group:
            self.user.click(views.rail.button(wanted.group))
        if views.tab is not wanted:
            self.user.click(views.bar, views.bar.tabRect(views.listed.index(type(wanted))).center())

    def _answer(self, question: str, pattern: str, where: QWidget | None = None) -> None:
        try:
            self.answers[question] = self.user.read(pattern, where).group()
        except NetloomError as error:
            self.failures.append(f"{question}: {error} There stood:\n{self.user.words(where)}")


def spend(out: Path) -> FirstHour:
    """Spend the hour in a home of its own, and leave its pictures in ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    with own_home(), tempfile.TemporaryDirectory(prefix="netloom-hour-") as data:
        hour = FirstHour(out, Path(data))
        try:
            hour.run()
        finally:
            hour.close()
    return hour


def main() -> None:
    """Spend the hour, print counts and answers, and fail where anything went wrong or took too many gestures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("first-hour"))
    choose_platform()
    hour = spend(parser.parse_args().out.resolve())
    print(*hour.counts, *hour.failures, sep="\n")
    for question, answer in hour.answers.items():
        print(f"{question}? {answer}")
    sys.exit(1 if hour.failures else 0)


if __name__ == "__main__":
    main()
