"""Places of the notices on the training panel (plot layout): beside the field or the list that they are about, over the
plots, which draw their curves above or below them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from widgets.look.floating import FloatingBeside
from widgets.look.free_places import free_band, whole_place
from widgets.plots.plot_view import PlotView
from widgets.training.inline_notice import InlineNotice
from widgets.training.run_list import RunList

W = TypeVar("W", bound=QWidget)

LEAST = 64
"""Pixels of height below which a plot cannot be read, and is not made lower than it is."""
_MOVED = {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide}


class ClearPlots(QObject):
    """Has plots in a host draw their curves where none of the notices lies; no widget moves for that."""

    def __init__(self, host: QWidget, plots: Sequence[PlotView], notices: Sequence[QWidget]) -> None:
        super().__init__(host)
        self._host, self._plots, self._notices = host, plots, notices
        for widget in (*plots, *notices):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again whenever a notice comes, goes or moves."""
        if event.type() in _MOVED:
            covered = [
                whole_place(self._host, notice) for notice in self._inside(self._notices) if not notice.isHidden()
            ]
            for plot in self._inside(self._plots):
                area = whole_place(self._host, plot)
                above, below = free_band(area, covered)
                fits = area.height() - above - below >= LEAST
                plot.leave_free(above if fits else 0, below if fits else 0)
        return super().eventFilter(watched, event)

    def _inside(self, widgets: Sequence[W]) -> list[W]:
        """Those that stand in the host now: one that is put elsewhere has no place there."""
        return [widget for widget in widgets if self._host.isAncestorOf(widget)]


class NoticePlaces:
    """Has the notice of a panel stand ``beside`` its field, and that of its list of runs at the lower edge of plots.

    ``over`` holds the plots. Where a wide table of runs takes their room, its notice lies at the table's lower edge.
    """

    def __init__(
        self, panel: QWidget, over: QWidget, plots: Sequence[PlotView], notice: InlineNotice, runs: RunList
    ) -> None:
        self._panel, self._over, self._runs = panel, over, runs
        notice.pane = panel
        self.beside = FloatingBeside(panel, notice, over)
        notice.concerns.connect(self.beside.follow)
        runs.floating.lie_over(panel, over)  # over the list it would hide the run that it is about
        runs.floating.keep_to(None, (notice,))
        ClearPlots(panel, plots, (notice, runs.notice))

    def make_room(self, wide: bool) -> None:
        """The wide table takes the room of the plots, or gives it back; what is said of the plots goes with them."""
        self._over.setVisible(not wide)
        self._runs.floating.lie_over(self._panel, self._runs.rows if wide else self._over)
        self.beside.lie_over(self._over if wide else self._panel, self._over)
