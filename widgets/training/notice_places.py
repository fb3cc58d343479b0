"""Places of the notices on the training panel (plot layout): beside the field or the list that they are about, over the
plots, which draw their curves above or below them; where those would become too low, over what stands above the panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from widgets.look.floating import MARGIN, NARROWEST_BODY, WIDEST, Floating, FloatingBeside, height_at
from widgets.look.free_places import free_band, whole_place
from widgets.plots.plot_view import PlotView
from widgets.training.inline_notice import InlineNotice
from widgets.training.run_list import RunList

W = TypeVar("W", bound=QWidget)

LEAST = 64
"""Pixels of height below which a plot cannot be read, and is not made lower than it is."""
USABLE = 140
"""Pixels, before scaling, that a plot keeps beside a notice, with its axes, or the notice lies elsewhere."""
_SHOWN = {QEvent.Type.Show, QEvent.Type.Hide}
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


class NoticePlaces(QObject):
    """Has the notice of a panel stand ``beside`` its field, and that of its list of runs at the lower edge of plots.

    ``over`` holds the plots. Where a wide table of runs takes their room, its notice lies at the table's lower edge.
    Where a notice would leave the plots too low to be read, it lies over the ``roof``, if there is one with room.
    """

    def __init__(
        self, panel: QWidget, over: QWidget, plots: Sequence[PlotView], notice: InlineNotice, runs: RunList
    ) -> None:
        super().__init__(panel)
        self._panel, self._over, self._runs, self._plots = panel, over, runs, tuple(plots)
        self._roof: QWidget | None = None
        notice.pane = panel
        self.beside = FloatingBeside(panel, notice, over)
        self._floating: dict[InlineNotice, Floating] = {notice: self.beside, runs.notice: runs.floating}
        for each in self._floating:
            each.concerns.connect(lambda _, said=each: self._choose(said))
        notice.concerns.connect(self.beside.follow)
        runs.floating.lie_over(panel, over)  # over the list it would hide the run that it is about
        runs.floating.keep_to(None, (notice,))
        ClearPlots(panel, plots, (notice, runs.notice))
        for widget in (panel, *plots):
            widget.installEventFilter(self)

    def set_roof(self, roof: QWidget) -> None:
        """What stands above the panel, such as the canvas."""
        self._roof = roof
        roof.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Choose again as the plots or the roof have more or less room, or come into view: a page shows its parts one
        after the other, so the roof may come last. What lies over the roof goes and comes with the panel.
        """
        if event.type() in (_SHOWN if watched is self._panel else {*_SHOWN, QEvent.Type.Resize}):
            for notice in self._floating:
                self._choose(notice)
        return super().eventFilter(watched, event)

    def _choose(self, notice: InlineNotice) -> None:
        """Have a notice lie over the plots, or over the roof where it would leave them too low."""
        if notice.isHidden() or self._over.isHidden():
            return
        fits = not self._panel.isVisible() or self._fits(notice)
        host = self._panel if fits else self._roof or self._panel
        if notice.parentWidget() is not host:
            self._floating[notice].keep_clear_of(None if host is self._panel else host)
            self._floating[notice].lie_over(host, self._over if host is self._panel else host)

    def _fits(self, notice: InlineNotice) -> bool:
        """Whether the plots stay high enough beside a notice, or it has no room elsewhere."""
        plots, roof = [plot for plot in self._plots if plot.isVisibleTo(self._panel)], self._roof
        taken = self._height(notice)
        beside = sum(self._height(each) for each in self._floating if each is not notice and self._is_below(each))
        enough = all(plot.height() - taken - beside >= plot.theme.px(USABLE) for plot in plots)
        elsewhere = roof is not None and isValid(roof) and roof.isVisible() and roof.width() >= NARROWEST_BODY
        return enough or roof is None or not elsewhere or roof.height() < taken + MARGIN

    def _height(self, notice: InlineNotice) -> int:
        """What a notice takes of the height of the plots."""
        return height_at(notice, min(WIDEST, self._over.width() - 2 * MARGIN)) + 2 * MARGIN

    def _is_below(self, notice: InlineNotice) -> bool:
        """Whether a notice lies over the plots now."""
        return not notice.isHidden() and notice.parentWidget() is self._panel

    def make_room(self, wide: bool) -> None:
        """The wide table takes the room of the plots, or gives it back; what is said of the plots goes with them."""
        self._over.setVisible(not wide)
        # What lies over the roof comes back with the plots, if it still has no room there.
        self._runs.floating.lie_over(self._panel, self._runs.rows if wide else self._over)
        self.beside.lie_over(self._over if wide else self._panel, self._over)
        for notice in self._floating:
            self._choose(notice)
