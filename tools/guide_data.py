"""Takes the pictures of the guide's pages on data: ``python -m tools.guide_data [--out DIR]``."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from tools import data_samples
from widgets.data.data_view import DataView
from widgets.launch import make_window
from widgets.shell.window import MainWindow
from widgets.tour.hands import WindowDriver
from widgets.tour.story import own_home

SIZE = (1280, 800)

Make = Callable[[Path], Path]
SHOTS: tuple[tuple[str, Make, str | None, tuple[str, ...]], ...] = (
    ("table", data_samples.table, None, ("Rows", "Features", "Correlation")),
    ("series", data_samples.series, "series", ("Series",)),
    ("pictures", data_samples.pictures, None, ("Samples",)),
    ("arrays", data_samples.arrays, None, ("Series",)),
    ("text", data_samples.texts, "text", ("Rows",)),
)
"""Name of the pictures, the data, the kind it is read as where that has to be said, and the sides that are shown."""


def view_of(window: MainWindow, hands: WindowDriver, folder: Path) -> DataView:
    """The data view of a new project in ``folder``, so that paths are told as from there."""
    hands.wait(lambda: window.loader.finished, "the window was to be ready")
    window.files.new()
    window.session.save(folder / "mine.netloom")
    window.show_workspace("data")
    view = window.workbench.panel("data")
    assert isinstance(view, DataView)
    return view


def show(view: DataView, hands: WindowDriver, path: Path, kind: str | None) -> None:
    """Open data of the user's."""
    before = view.preview
    view.open_path(path, kind)
    hands.wait(lambda: view.preview is not None and view.preview is not before, f"{path.name} was to be shown")


MADE: tuple[tuple[str, str, str], ...] = (("records", "fleet", "Series"), ("generated", "x_or_o", "Samples"))
"""Name of a picture, a data set that ships, and the side that is shown."""


def take(view: DataView, hands: WindowDriver, kind: str) -> None:
    """Choose a data set that ships."""
    view.sources.chosen.emit(kind)
    hands.wait(lambda: view.preview is not None and view.preview.info["id"] == kind, f"{kind} was to be shown")


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
        hands = WindowDriver(window, out, print)
        view = view_of(window, hands, Path(folder))
        for name, make, kind, sides in SHOTS:
            show(view, hands, make(Path(folder)), kind)
            for side in sides:
                view.samples.show_first(side)
                hands.rest(400)
                picture = f"data-{name}{'' if side == sides[0] else '-' + side.lower()}.png"
                window.grab().save(str(out / picture))
                print(picture)
        for name, kind, side in MADE:
            take(view, hands, kind)
            view.samples.show_first(side)
            hands.rest(400)
            window.grab().save(str(out / f"data-{name}.png"))
            print(f"data-{name}.png")
        window.close_now()
        hands.rest(200)


if __name__ == "__main__":
    main()
