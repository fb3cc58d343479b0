"""Takes the pictures of the guide's page on GANs: ``python -m tools.guide_gan [--out DIR]``."""

from __future__ import annotations

from pathlib import Path

from tools.guide import opened, train, understand
from widgets.shell.window import MainWindow
from widgets.tour.hands import WindowDriver
from widgets.understand.understand_panel import UnderstandPanel

SIZE = (1280, 800)


def made(window: MainWindow, hands: WindowDriver) -> UnderstandPanel:
    """The understand panel with the made samples, once the worker has answered."""
    panel = understand(window, hands)
    panel.show_tab("Made samples")
    hands.rest(1500)
    return panel


def grab(window: MainWindow, out: Path, name: str) -> None:
    """Keep what the window shows."""
    window.grab().save(str(out / f"{name}.png"))
    print(out / f"{name}.png")


def main() -> None:
    """Train both GANs in the window, and grab their losses and what they made."""
    with opened(__doc__, SIZE) as (window, hands, out):
        train(window, hands, "digits_gan")
        grab(window, out, "gan-losses")
        panel = made(window, hands)
        panel.made.made.pick(4)
        panel.made.made.pick(11)
        hands.rest(1500)
        grab(window, out, "gan-digits")
        train(window, hands, "ring_gan")
        made(window, hands)
        grab(window, out, "gan-ring")


if __name__ == "__main__":
    main()
