"""How much processor time a switch of the look takes once every workspace and every view of Understand was in sight.

    python -m benchmarks.looks

The whole switch, as the menu starts it, with all that is painted after it, stands beside Qt's usual way alone: the same
style sheet taken off the program and put on again, which polishes every widget twice. The goal is at most 0.3 s.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["NETLOOM_HOME"] = tempfile.mkdtemp(prefix="netloom-benchmark-")

from PySide6.QtWidgets import QApplication, QTabBar

from benchmarks.common import alternate, median_ratio, say
from widgets.launch import application, make_window
from widgets.look.stylesheet import set_stylesheet, stylesheet_in_force
from widgets.shell.window import MainWindow
from widgets.understand.understand_panel import UnderstandPanel

PRESET = Path(__file__).resolve().parent.parent / "presets" / "digits_cnn.netloom"
ROUNDS = 5


def settle() -> None:
    """Let the window do what it has put off."""
    for _ in range(5):
        QApplication.processEvents()


def visit(window: MainWindow) -> None:
    """Bring every workspace, tab and view into sight once, the network last."""
    for workspace in ("data", "train", "understand", "network"):
        window.show_workspace(workspace)
        settle()
        for bar in window.findChildren(QTabBar):
            for index in range(bar.count() if bar.isVisible() else 0):
                bar.setCurrentIndex(index)
                settle()
        if workspace == "understand":
            visit_views(window)


def visit_views(window: MainWindow) -> None:
    """Bring every view of Understand into sight once."""
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)
    for kind in panel.views.kinds:
        panel.show_tab(kind.title)
        settle()


def processor(work: Callable[[], object]) -> float:
    """Seconds of processor time of this process, with all that follows."""
    start = time.process_time()
    work()
    settle()
    return time.process_time() - start


def switched(window: MainWindow, name: str, values: tuple[object, object]) -> float:
    """Seconds that the switch of a preference to its other value takes after everything was in sight."""
    visit(window)
    other = values[window.preferences[name] == values[0]]
    return processor(lambda: window.preferences.set(name, other))


def polished_by_qt(window: MainWindow) -> float:
    """Seconds that Qt takes for the style sheet in force, taken off and put on, after everything was in sight."""
    visit(window)
    app = application()
    sheet = stylesheet_in_force(app)

    def again() -> None:
        app.setStyleSheet("")
        app.setStyleSheet(sheet)

    taken = processor(again)
    set_stylesheet(app, sheet)
    return taken


def main() -> None:
    """Print the figures."""
    window = make_window()
    window.show()
    window.loader.require("understand")
    window.files.open(PRESET)
    window.preferences.set("theme", "light")
    visit(window)
    times = alternate(
        {
            "dark mode": lambda: switched(window, "theme", ("light", "dark")),
            "projector": lambda: switched(window, "projector", (False, True)),
            "Qt": lambda: polished_by_qt(window),
        },
        ROUNDS,
    )
    for name in ("dark mode", "projector"):
        what = f"Qt polishing {len(application().allWidgets())} widgets anew against a switch of {name}"
        say("looks", median_ratio(times["Qt"], times[name]), what)
        print(f"looks: {sorted(times[name])[ROUNDS // 2]:.2f} s of processor for a switch of {name}", flush=True)
    sys.stdout.flush()
    os._exit(0)  # a worker may have been started, which ends with its input


if __name__ == "__main__":
    main()
