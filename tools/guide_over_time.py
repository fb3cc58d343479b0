"""Takes the pictures of the guide's page on recurrent layers: ``python -m tools.guide_over_time [--out DIR]``."""

from __future__ import annotations

from tools.guide import opened, train, understand
from widgets.tour.hands import WindowDriver
from widgets.understand.understand_panel import UnderstandPanel

SIZE = (1280, 800)


def show_unrolled(panel: UnderstandPanel, hands: WindowDriver) -> None:
    """The last five steps, with gradients on their way back."""
    panel.show_tab("Unrolled")
    hands.wait(lambda: not panel.unrolled.diagram.is_empty(), "the layer was to be unrolled")
    hands.click(panel.unrolled.gradients)


def show_gates(panel: UnderstandPanel, hands: WindowDriver) -> None:
    """The gates of the first sample."""
    panel.show_tab("Gates")
    hands.wait(lambda: not panel.gates.lanes.is_empty(), "gates were to be shown")


def show_gradients(panel: UnderstandPanel, hands: WindowDriver) -> None:
    """The cell's gradient, over that of the run before."""
    panel.show_tab("Gradients")
    tab = panel.gradients
    hands.wait(lambda: not tab.plot.is_empty(), "the gradient was to be shown")
    tab.state.setCurrentIndex(1)
    tab.state.activated.emit(1)
    tab.menu.aboutToShow.emit()
    tab.menu.actions()[-1].trigger()
    hands.wait(lambda: len(tab.plot.curves) == 2, "the other run was to be laid over it")


def main() -> None:
    """Train both networks of the adding problem in the window, and grab the three views of the second."""
    with opened(__doc__, SIZE) as (window, hands, out):
        for preset in ("adding_rnn", "adding_lstm"):
            train(window, hands, preset)
        panel = understand(window, hands)
        for name, show in (("unrolled", show_unrolled), ("gates", show_gates), ("gradients", show_gradients)):
            show(panel, hands)
            hands.rest(600)
            window.grab().save(str(out / f"over-time-{name}.png"))
            print(out / f"over-time-{name}.png")


if __name__ == "__main__":
    main()
