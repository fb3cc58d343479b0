"""Takes the pictures of the guide's page on arithmetic by hand: ``python -m tools.guide_by_hand [--out DIR]``."""

from __future__ import annotations

from pathlib import Path

from tools.guide import opened
from widgets.shell.window import MainWindow
from widgets.start.preset_entries import presets
from widgets.tour.hands import WindowDriver
from widgets.understand.by_hand.by_hand_tab import ByHandTab
from widgets.understand.by_hand.scene import Spot
from widgets.understand.understand_panel import UnderstandPanel

SIZE = (1280, 800)


def tab_of(window: MainWindow) -> ByHandTab:
    """The tab that the pictures show."""
    panel = window.workbench.panel("understand")
    assert isinstance(panel, UnderstandPanel)  # waited for before
    return panel.by_hand


def show_layer(window: MainWindow, hands: WindowDriver, id: str, layer: str) -> ByHandTab:
    """Open a preset and work out one of its layers."""
    window.files.open_preset(next(one for one in presets() if one.path.stem == id))
    window.workbench.canvas.select([layer])
    window.commands["by_hand"].trigger()
    tab = tab_of(window)
    hands.wait(lambda: tab.picker.layer == layer and not tab.picture.is_empty(), f"{layer} was to be worked out")
    return tab


def main() -> None:
    """A layer of a network, and an example, each at a step that has something to tell."""
    with opened(__doc__, SIZE) as (window, hands, out):
        tab = show_layer(window, hands, "x_or_o", "conv2")
        tab.go(Spot(filter=1, row=0, column=3))
        grab(window, hands, out / "by-hand.png")
        tab.show_examples("kernels")
        tab.examples.kernel.box.setCurrentText("edge")
        tab.go(Spot(row=3, column=3))
        grab(window, hands, out / "by-hand-example.png")


def grab(window: MainWindow, hands: WindowDriver, path: Path) -> None:
    """Take one picture."""
    hands.rest(400)
    window.grab().save(str(path), "PNG", 0)  # 0 packs it smallest
    print(path.name)


if __name__ == "__main__":
    main()
