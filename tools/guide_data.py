"""Takes the pictures of the guide's pages on data: ``python -m tools.guide_data [--out DIR]``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools import data_samples
from widgets.data.view import DataView
from widgets.launch import make_window
from widgets.tour.hands import Hands
from widgets.tour.story import own_home
from widgets.window import MainWindow

SIZE = (1280, 800)

Make = Callable[[Path], Path]
SHOTS: tuple[tuple[str, Make, str | None, str], ...] = (
    ("table", data_samples.table, None, "Rows"),
    ("series", data_samples.series, "series", "Series"),
    ("pictures", data_samples.pictures, None, "Samples"),
    ("arrays", data_samples.arrays, None, "Samples"),
    ("text", data_samples.texts, "text", "Rows"),
)
"""Name of a picture, the data, the kind it is read as where that has to be said, and the side that is shown."""


def view_of(window: MainWindow, hands: Hands) -> DataView:
    """The data view of a new project in ``window``."""
    hands.wait(lambda: window.loader.finished, "the window was to be ready")
    window.files.new()
    window.show_workspace("data")
    assert window.bench is not None  # waited for above
    view = window.bench.panel("data")
    assert isinstance(view, DataView)
    return view


def show(view: DataView, hands: Hands, path: Path, kind: str | None, side: str) -> None:
    """Open data of the user's and bring one side of it forward."""
    before = view.preview
    view.open_path(path, kind)
    hands.wait(lambda: view.preview is not None and view.preview is not before, f"{path.name} was to be shown")
    view.samples.show_first(side)
    hands.rest(400)


def main() -> None:
    """Make the data, open each in the window, and grab it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/guide"))
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with own_home(), tempfile.TemporaryDirectory(prefix="netloom-data-") as folder:
        window = make_window(None)
        window.resize(*SIZE)
        window.show()
        hands = Hands(window, out, print)
        view = view_of(window, hands)
        for name, make, kind, side in SHOTS:
            show(view, hands, make(Path(folder)), kind, side)
            window.grab().save(str(out / f"data-{name}.png"))
            print(f"data-{name}.png")
        window.close_now()
        hands.rest(200)


if __name__ == "__main__":
    main()
