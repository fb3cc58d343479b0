"""What the tour does: from an empty canvas to a trained network, its filters, and its code."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMessageLogContext, QPoint, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.system.number_format import format_percent
from app.training.runs import METRICS, Run, read_history
from graph.errors import NetloomError
from widgets.charts.filter_tiles import FilterGrid
from widgets.launch import make_window
from widgets.shell.window import MainWindow
from widgets.tour.hands import WindowDriver
from widgets.training.training_state import State

SIZE = (1440, 900)
"""Width and height of the window in the pictures, in pixels."""

LENET: tuple[tuple[str, dict[str, str]], ...] = (
    ("conv2d", {"filters": "6", "kernel_size": "5"}),
    ("relu", {}),
    ("max pool 2d", {}),
    ("conv2d", {"filters": "16", "kernel_size": "5", "padding": "valid"}),
    ("relu", {}),
    ("max pool 2d", {}),
    ("dense", {"units": "120"}),
    ("relu", {}),
    ("dense", {"units": "84"}),
    ("relu", {}),
    ("dense", {}),
)
"""The layers typed behind the input, with the settings typed into their forms. Flatten is left out on purpose."""

EPOCHS = "20"
"""Epochs of the LeNet."""

STOP = 6
"""Epoch after which the run is stopped, to be resumed in another window."""

LONG = 300.0
"""Seconds that training may take on a slow machine."""

ENOUGH = 0.98
"""Test accuracy that the network drawn here must reach."""


def tell(out: Path) -> int:
    """Take the tour; returns the exit status.

    Raises
    ------
    NetloomError
        saying at which point the window did not do what it should.
    """
    out.mkdir(parents=True, exist_ok=True)
    choose_platform()
    with own_home():
        story = Story(out.resolve())
        try:
            story.tell()
        finally:
            story.end()
    return 0


def choose_platform() -> None:
    """Without a display the window is drawn offscreen, whose plugin's remarks on what it lacks are left out."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(_say)


def _say(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    if "This plugin does not support" not in text:
        print(text, file=sys.stderr)


@contextmanager
def own_home() -> Iterator[None]:
    """Preferences, runs and recent files of the tour do not mix with the user's."""
    before = os.environ.get("NETLOOM_HOME")
    with tempfile.TemporaryDirectory(prefix="netloom-tour-") as folder:
        os.environ["NETLOOM_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["NETLOOM_HOME"]
            else:
                os.environ["NETLOOM_HOME"] = before


class Story:
    """The chapters, in order; each stands on the ones before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "lenet.netloom"
        self._code = folder / "lenet.py"
        for stale in (self._file, self._code, self._code.with_suffix(".safetensors")):
            stale.unlink(missing_ok=True)
        self.window, self.hands = self._open(None)

    def _open(self, file: Path | None) -> tuple[MainWindow, WindowDriver]:
        window = make_window(file)
        window.resize(*SIZE)
        window.show()
        hands = WindowDriver(window, self._folder, lambda line: print(line, flush=True))
        hands.wait(lambda: window.loader.finished, "the window was to be ready")
        return window, hands

    def tell(self) -> None:
        """All chapters."""
        self.start()
        self.choose_data()
        self.draw()
        self.mend()
        self.train()
        self.resume()
        self.look_inside()
        self.export()
        self.in_the_dark()

    def end(self) -> None:
        """Close the window, whatever is unsaved."""
        self.window.close_now()
        self.hands.rest(200)

    # Chapters

    def start(self) -> None:
        """The start page; then an empty network."""
        self.hands.wait(lambda: self.window.training.devices, "the worker was to tell its devices")
        self.hands.look("start", "the start page with its presets")
        self.hands.click("startNew")
        self.hands.look("empty", "an empty canvas says what to do")

    def choose_data(self) -> None:
        """Digits at 28 × 28 pixels."""
        hands = self.hands
        hands.workspace("data")
        hands.choose_data_set("digits")
        view = self._workbench.panel("data")
        hands.wait(lambda: view.preview is not None, "the digits were to be shown")
        first = view.preview
        hands.fill(view.form.findChild(QWidget, "size"), "28")
        hands.wait(
            lambda: view.preview not in (None, first),
            "the digits were to be shown at 28 × 28",
        )
        hands.look("data", "the data: samples, classes, split")

    def draw(self) -> None:
        """A LeNet by hand: the first layer from the palette, the others by typing, the last wire by mouse."""
        hands, canvas = self.hands, self._workbench.canvas
        hands.workspace("network")
        self._from_palette("Input")
        hands.look("first-layer", "the first layer, from the palette")
        for kind, settings in LENET:
            self._type_layer(kind, settings)
            if kind == "conv2d" and canvas.document.network.ids[-1] == "conv1":
                hands.look("settings", "a layer's settings, shapes and cost")
        hands.key(Qt.Key.Key_Escape)
        self._from_palette("Output")
        hands.key(Qt.Key.Key_L)
        hands.rest(400)
        hands.key(Qt.Key.Key_H)
        self._pull("dense3", "output1")
        if not canvas.document.network.into("output1"):
            raise NetloomError("The wire that the tour pulled from dense3 to output1 did not connect.")

    def mend(self) -> None:
        """The mistakes that are left, and their fixes."""
        hands = self.hands
        hands.look("mistakes", "mistakes say what arrived, what is needed, and what would help")
        for _ in range(8):
            button = next((b for b in self._workbench.problems.findChildren(QPushButton, "fix") if b.isVisible()), None)
            if button is None:
                break
            hands.click(button)
        if not self._session.checker.ok:
            raise NetloomError(f"Fixes were left to do: {self._session.checker.problems[0].message}")
        hands.click(self._workbench.canvas.viewport(), QPoint(30, 30))
        self._focus_canvas()
        hands.key(Qt.Key.Key_L)
        hands.rest(400)
        hands.key(Qt.Key.Key_H)
        hands.look("network", "the network: shapes, parameters and work of every layer")

    def train(self) -> None:
        """Save, train, look at the filters on the way, stop, quit."""
        hands = self.hands
        hands.answer_file_dialog(self._file)
        hands.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        hands.wait(self._file.exists, "the project was to be saved")
        hands.workspace("train")
        hands.fill(self._workbench.panel("train").plan.findChild(QWidget, "epochs"), EPOCHS)
        hands.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        hands.wait(lambda: self._epoch >= STOP - 2, "the first epochs were to be trained", LONG)
        hands.look("training", "training: loss and accuracy, live", trained=True)
        hands.workspace("understand")
        hands.wait(lambda: self._epoch >= STOP, "more epochs were to be trained", LONG)
        hands.wait(self._shows_filters, "the filters were to be shown", LONG)
        hands.look("filters", "filters of the first convolution while they form", trained=True)
        if self.window.training.active:
            hands.click("stopButton")
        hands.wait(lambda: not self.window.training.active, "the run was to stop")
        self.window.close()
        hands.wait(lambda: not self.window.isVisible(), "the window was to close")

    def _shows_filters(self) -> bool:
        grid = self.window.findChild(FilterGrid, "filters")
        return grid is not None and not grid.is_empty()

    def resume(self) -> None:
        """Open the file again and train on where the run stopped."""
        pictures = self.hands.pictures
        self.window, self.hands = self._open(self._file)
        self.hands.pictures = pictures
        hands = self.hands
        hands.workspace("train")
        self._pick_run()
        hands.click(self._workbench.panel("train").runs.button("Resume"))
        hands.wait(lambda: self.window.training.active, "the run was to go on")
        hands.wait(lambda: not self.window.training.active, "the run was to end", LONG)
        hands.look("resumed", "reopened, and resumed to the end", trained=True)
        accuracy = self._test_accuracy()
        print(f"test accuracy: {format_percent(accuracy)}", flush=True)
        if accuracy < ENOUGH:
            raise NetloomError(
                f"The network reached {format_percent(accuracy)} on the test set, less than "
                f"{format_percent(ENOUGH, 0)}."
            )

    def look_inside(self) -> None:
        """Feature maps, errors and weights of the trained network."""
        self.hands.workspace("understand")
        for title, name, caption in (
            ("Feature maps", "feature-maps", "feature maps of a sample that the user picks"),
            ("Errors", "errors", "the confusion matrix and the worst predictions"),
            ("Weights", "weights", "weights of every layer"),
        ):
            self._look_at(title)
            self.hands.rest(400)
            self.hands.wait(lambda: not self._link.busy, f"{title} were to be shown")
            self.hands.look(name, caption, trained=True)

    def export(self) -> None:
        """Export the run's code and weights, and run the code."""
        hands = self.hands
        hands.workspace("train")
        self._pick_run()
        hands.answer_file_dialog(self._code)
        hands.click(self._workbench.panel("train").runs.button("Export"))
        hands.wait(lambda: self._code.exists() and self._weights.exists(), "the code was to be exported")
        done = subprocess.run(
            [sys.executable, "-I", str(self._code), str(self._weights)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NetloomError(f"The exported code does not run: {done.stderr.strip().splitlines()[-1]}")
        print(f"{self._code.name} ran by itself with its weights: {done.stdout.strip()}", flush=True)

    def in_the_dark(self) -> None:
        """The same, dark, and an example from the gallery."""
        hands = self.hands
        hands.wait(
            lambda: any(label.text().startswith("Wrote ") for label in self._notices()), "the export was to be told"
        )
        self.window.banners.withdraw("export")  # it names a folder of this machine
        self.window.preferences.set("theme", "dark")
        hands.workspace("network")
        hands.look("dark", "the network, dark", trained=True)
        self.window.show_start()
        hands.click("preset-spirals_mlp")
        hands.wait(lambda: "plan" in self._session.document.sections, "the example was to open")
        hands.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        hands.wait(lambda: self._epoch >= 60, "the spirals were to be learned", LONG)
        hands.click("pauseButton")  # a fast machine would be done before the picture
        controller = self.window.training.controller
        hands.wait(lambda: controller is not None and controller.state is State.PAUSED, "the run was to pause")
        hands.workspace("understand")
        self._look_at("Decision surface")
        hands.rest(1500)
        hands.look("spirals", "two spirals: the decision surface while it forms", trained=True)

    # Small things

    def _look_at(self, title: str) -> None:
        """Click the group that a view belongs to, and the view."""
        views = self._workbench.panel("understand").views
        wanted = next(kind for kind in views.kinds if kind.title == title)
        self.hands.click(views.rail.button(wanted.group))
        row = views.listed.index(wanted)
        self.hands.click(views.bar, views.bar.tabRect(row).center())

    @property
    def _workbench(self) -> Any:
        return self.window.workbench

    @property
    def _session(self) -> Any:
        return self.window.session

    def _notices(self) -> list[QLabel]:
        return [label for label in self.window.banners.findChildren(QLabel) if label.isVisible()]

    @property
    def _weights(self) -> Path:
        return self._code.with_suffix(".safetensors")

    def _pick_run(self) -> None:
        """Select the newest run in the list."""
        panel = self._workbench.panel("train")
        self.hands.wait(lambda: panel.runs.table.model().rowCount() > 0, "the run of before was to be listed")
        panel.show_runs()
        self.hands.rest()
        table = panel.runs.table
        self.hands.click(table.viewport(), table.visualRect(table.model().index(0, 1)).center())

    @property
    def _epoch(self) -> int:
        controller = self.window.training.controller
        log = controller.run / METRICS if controller is not None and controller.run is not None else None
        return len(read_history(log).epochs) if log is not None and log.is_file() else 0

    @property
    def _link(self) -> Any:
        controller = self.window.training.controller
        assert controller is not None
        return controller.link

    def _focus_canvas(self) -> None:
        self._workbench.canvas.setFocus(Qt.FocusReason.MouseFocusReason)

    def _from_palette(self, title: str) -> None:
        """Find a layer in the palette and add it."""
        palette = self._workbench.palette_panel
        self.hands.fill(palette.search, title)
        palette.search.clear()
        self._focus_canvas()
        self.hands.rest()

    def _type_layer(self, kind: str, settings: dict[str, str]) -> None:
        """Tab, the layer's name, Return; then its settings in the form."""
        self._focus_canvas()
        self.hands.key(Qt.Key.Key_Tab)
        layers = len(self._session.document.network)
        self.hands.write(kind)
        self.hands.key(Qt.Key.Key_Return)
        if len(self._session.document.network) != layers + 1:
            raise NetloomError(f"The tour typed “{kind}” into the search, and no layer was added.")
        form = self._workbench.inspector.layer.form
        for name, text in settings.items():
            self._set(form.field(name), text)

    def _set(self, field: QWidget, text: str) -> None:
        editor = field.editor()  # type: ignore[attr-defined]
        if text.isdigit():
            self.hands.fill(editor, text)
        else:
            editor.setFocus()
            self.hands.write(text, editor)
            self.hands.key(Qt.Key.Key_Return)

    def _pull(self, source: str, target: str) -> None:
        """Pull a wire from an output to an input."""
        canvas = self._workbench.canvas
        cards = canvas.board.cards
        start = canvas.mapFromScene(cards[source].output_place("out"))
        end = canvas.mapFromScene(cards[target].input_place("in"))
        self.hands.drag(
            canvas.viewport(),
            start,
            end,
            lambda: self.hands.look("wire", "a pulled wire lights up where it fits"),
        )

    def _test_accuracy(self) -> float:
        controller = self.window.training.controller
        assert controller is not None and controller.run is not None
        return float(Run.open(controller.run).summary().test["accuracy"])
