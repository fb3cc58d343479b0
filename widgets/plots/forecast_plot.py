"""A time series and what a network forecasts of it."""

from __future__ import annotations

from numpy.typing import ArrayLike
from PySide6.QtWidgets import QWidget

from widgets.look.theme import ThemeSource
from widgets.plots.curve_view import CurveView


class SeriesPlot(CurveView):
    """The truth as a quiet line, forecasts over it in the runs' hues, each with its name at its end."""

    def __init__(
        self,
        source: ThemeSource,
        title: str,
        empty: str = "Train, then test, to see the forecast beside the truth.",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(source, title, empty, parent=parent)

    def set_series(
        self, truth: tuple[ArrayLike, ArrayLike], forecasts: dict[str, tuple[ArrayLike, ArrayLike]], unit: str = ""
    ) -> None:
        """Show (steps, values) of the truth and of each named forecast; values that are not finite leave gaps."""
        self.panel.sides["left"].set_title(f"value ({unit})" if unit else "value")
        self.curves.clear()
        for run, (name, (steps, values)) in enumerate([("truth", truth), *forecasts.items()], -1):
            self.add_curve(name, name, run, "train")
            self.append(name, steps, values)
        self.describe(", ".join(f"{line.label}: {len(line)} points" for line in self.drawn()))
        self.redraw()
