"""Takes the pictures of the guide's page on units and answers: ``python -m tools.guide_units [--out DIR]``."""

from __future__ import annotations

from tools.guide import opened, train, understand
from widgets.tour.hands import WindowDriver
from widgets.understand.understand_panel import UnderstandPanel

SIZE = (1280, 800)
PRESET = "digits_cnn"


def show_units(panel: UnderstandPanel, hands: WindowDriver) -> None:
    """The second convolution: samples and the exciting input of one map, and the inputs of all."""
    panel.show_tab("Units")
    hands.wait(panel.units.samples.count, "the strongest samples were to be found")
    panel.units.picker.choose("conv2")
    panel.units.sheet.shown.setCurrentIndex(1)
    idle(panel, hands)
    panel.units.sheet.tiles.pick(5)
    idle(panel, hands)


def show_reasons(panel: UnderstandPanel, hands: WindowDriver) -> None:
    """What in a digit speaks for the network's answer."""
    panel.show_tab("Why")
    hands.wait(panel.why.gallery.count, "samples were to be offered")
    panel.why.gallery.pick(3)
    idle(panel, hands)


def idle(panel: UnderstandPanel, hands: WindowDriver) -> None:
    """Wait until nothing is awaited of the worker any more."""
    hands.rest(200)
    units, why = panel.units, panel.why
    works = (units.work, units.sheet.work, units.exciting.work, why.integrated, why.occlusion)
    hands.wait(lambda: not any(work.running for work in works), "the worker was to be done")
    hands.rest(400)


def main() -> None:
    """Train a preset in the window, look at its units and its answers, and grab both."""
    with opened(__doc__, SIZE) as (window, hands, out):
        train(window, hands, PRESET)
        panel = understand(window, hands)
        for name, show in (("units", show_units), ("why", show_reasons)):
            show(panel, hands)
            window.grab().save(str(out / f"{name}.png"))
            print(out / f"{name}.png")


if __name__ == "__main__":
    main()
