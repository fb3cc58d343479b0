"""A sound as waveform and spectrogram above each other, and how one column of the spectrogram is made of one frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.numerics.mel import MelSettings, decibels, frame, hann, log_mel, power_spectrum
from app.system.number_format import format_short
from widgets.charts.colour_bar import ColourBar
from widgets.charts.colour_maps import limits, sequential
from widgets.look.theme import ThemeSource
from widgets.plots.axes import Axes, AxisRange, draw_line
from widgets.plots.panel import Panel
from widgets.plots.plot_export import Row, named_rows
from widgets.plots.plot_view import PlotView
from widgets.plots.ticks import padded

Floats = NDArray[np.float64]

EMPTY = "Choose data of sounds to see how a spectrogram is made."


class SoundPlot(PlotView):
    """The waveform over the spectrogram, one time along both. ``picked`` carries the frame that was clicked."""

    picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "Waveform and spectrogram", EMPTY, parent)
        self.wave: Floats = np.empty(0)
        self.mel: MelSettings | None = None
        self.levels: Floats = np.empty((0, 0))
        self.at = 0
        self._image = pg.ImageItem()
        above = self.add_panel(0, left="amplitude", wheel_along=0)
        below = self.add_panel(1, left="mel band", bottom="time (s)", grid=False, wheel_along=0)
        below.sides["left"].whole = True
        below.add(self._image)
        self.put_gap(above, 6)
        above.link_x(below)
        above.painted(self._paint_wave)
        for panel in self.panels:
            panel.painted(self._paint_frame, 3)
        self._bar: ColourBar | None = None

    def show_sound(self, wave: Floats, mel: MelSettings | None) -> None:
        """Show a waveform (T,) and its spectrogram; none of an empty one."""
        self.wave, self.mel = wave, mel
        self.levels = log_mel(wave[None], mel)[0].astype(np.float64) if mel is not None else np.empty((0, 0))
        self.draw_later()
        self.fit()

    def go_to(self, at: int) -> None:
        """Mark another frame."""
        self.at = at
        self.scene().update()

    def is_empty(self) -> bool:
        """Return whether there is no sound."""
        return self.mel is None or not len(self.wave)

    def minimumSizeHint(self) -> QSize:
        """Room for both with their axes."""
        return QSize(self.theme.px(260), self.theme.px(170))

    def draw(self) -> None:
        """Show the whole sound; the lowest band is at the bottom."""
        assert self.mel is not None
        above, below = self.panels
        if self._bar is None:
            self._bar = ColourBar(self._image)
            self.put(self._bar, below, "right")
        low, high = limits(self.levels)
        self._image.setImage(self.levels, levels=(low, high))
        self._bar.show_map(self.theme, sequential(self.theme), low, high, "dB", length=self.height() / 2)
        half, step = self.mel.hop / self.mel.rate / 2, self.mel.hop / self.mel.rate
        first = self.mel.window / self.mel.rate / 2 - half  # a column stands about the middle of its frame
        self._image.setRect(QRectF(first, 0.5, step * self.levels.shape[1], self.mel.bands))
        whole = AxisRange(0.0, max(len(self.wave), self.mel.window) / self.mel.rate)
        far = max(float(np.abs(self.wave).max()), 1e-3) * 1.08
        above.set_extent(whole, AxisRange(-far, far))
        below.set_extent(whole, AxisRange(0.5, self.mel.bands + 0.5))
        self.describe(
            f"{len(self.wave) / self.mel.rate:.2f} s, {self.levels.shape[1]} columns of {self.mel.bands} bands"
        )

    def _paint_wave(self, painter: QPainter, axes: Axes) -> None:
        assert self.mel is not None
        painter.setPen(QPen(self.theme.run(0), 1))
        draw_line(painter, axes.map(np.arange(len(self.wave)) / self.mel.rate, self.wave))

    def _paint_frame(self, painter: QPainter, axes: Axes) -> None:
        """The frame on show, from its first sample to its last."""
        assert self.mel is not None
        start = self.at * self.mel.hop / self.mel.rate
        left, right = axes.to_x(start), axes.to_x(start + self.mel.window / self.mel.rate)
        inside = QColor(self.theme.accent)
        inside.setAlpha(40)
        painter.setPen(QPen(self.theme.accent, 1.5))
        painter.setBrush(inside)
        painter.drawRect(QRectF(left, axes.area.top(), right - left, axes.area.height()))

    def _frame_at(self, x: float) -> int:
        """The frame whose middle is nearest to a time in seconds."""
        assert self.mel is not None
        at = round((x * self.mel.rate - self.mel.window / 2) / self.mel.hop)
        return int(min(max(at, 0), self.levels.shape[1] - 1))

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Go to the frame that was clicked."""
        self.picked.emit(self._frame_at(x))

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return the amplitude at a time, or the level of a band in a column."""
        assert self.mel is not None
        at = self._frame_at(x)
        if panel is self.panels[0]:
            sample = min(max(int(x * self.mel.rate), 0), len(self.wave) - 1)
            return f"{x:.3f} s: {format_short(float(self.wave[sample]))}"
        band = min(max(round(y) - 1, 0), self.mel.bands - 1)
        return f"frame {at + 1}, band {band + 1} ({self.mel.centres[band]:.0f} Hz): {self.levels[band, at]:.1f} dB"

    def table(self) -> Sequence[Row]:
        """Return the level of each band in each column."""
        names = ("frame", *(f"{centre:.0f} Hz" for centre in (self.mel.centres if self.mel else ())))
        return named_rows(names, ((at + 1, *column) for at, column in enumerate(self.levels.T.tolist())))


class FramePlot(PlotView):
    """One frame: its samples under the window, its spectrum with the mel filters, and the column that results.

    ``picked`` carries the band that was clicked.
    """

    picked = Signal(int)

    def __init__(self, source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(source, "One column of the spectrogram", EMPTY, parent)
        self.mel: MelSettings | None = None
        self.samples: Floats = np.empty(0)
        self.hann: Floats = np.empty(0)
        self.spectrum: Floats = np.empty(0)
        self.energies: Floats = np.empty(0)
        self.column: Floats = np.empty(0)
        self.band = 0
        for place, (bottom, left) in enumerate(
            (("time (ms)", "amplitude"), ("frequency (Hz)", "power (dB)"), ("level (dB)", "mel band"))
        ):
            self.add_panel(0, place, bottom=bottom, left=left, wheel_along=0)
        self.panels[2].sides["left"].whole = True
        for panel, paint in zip(
            self.panels, (self._paint_samples, self._paint_spectrum, self._paint_column), strict=True
        ):
            panel.painted(paint)

    def show_frame(self, wave: Floats, mel: MelSettings | None, at: int, band: int) -> None:
        """Show frame ``at`` of a waveform (T,), and which band stands out."""
        self.mel, self.band = mel, band
        if mel is None or not len(wave):
            self.mel, self.samples = None, np.empty(0)
        else:
            self.samples, self.hann = frame(wave, mel, at), hann(mel.window)
            power = power_spectrum(self.samples * self.hann, mel)
            self.energies = mel.filters @ power
            self.spectrum, self.column = decibels(power), decibels(self.energies)
        self.draw_later()

    def is_empty(self) -> bool:
        """Return whether there is no frame."""
        return self.mel is None

    def minimumSizeHint(self) -> QSize:
        """Room for three panels."""
        return QSize(self.theme.px(420), self.theme.px(150))

    @property
    def energy(self) -> float:
        """The power that the filter of the band on show sums up."""
        return float(self.energies[self.band]) if self.mel is not None else 0.0

    def draw(self) -> None:
        """Give each panel the range of what it shows."""
        assert self.mel is not None
        cut, spectrum, column = self.panels
        far = max(float(np.abs(self.samples).max()), 1e-3) * 1.08
        cut.set_extent(AxisRange(0.0, 1000 * self.mel.window / self.mel.rate), AxisRange(-far, far))
        low, high = self._levels
        spectrum.set_extent(AxisRange(0.0, self.mel.rate / 2), AxisRange(low, high))
        column.set_extent(AxisRange(low, high), AxisRange(0.5, self.mel.bands + 0.5))
        loud = int(self.column.argmax())
        self.describe(f"Loudest in band {loud + 1}, {self.mel.centres[loud]:.0f} Hz: {self.column[loud]:.1f} dB")

    @property
    def _levels(self) -> tuple[float, float]:
        values = np.concatenate([self.spectrum, self.column])
        return padded(float(values.min()), float(values.max()), 0.06)

    def _paint_samples(self, painter: QPainter, axes: Axes) -> None:
        """The samples, the window as high as the panel, and the product."""
        assert self.mel is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        times = 1000 * np.arange(self.mel.window) / self.mel.rate
        painter.setPen(QPen(self.theme.faint, 1))
        draw_line(painter, axes.map(times, self.samples))
        painter.setPen(QPen(self.theme.run(1), 1.5, Qt.PenStyle.DashLine))
        draw_line(painter, axes.map(times, self.hann * axes.y.high / 1.08))
        painter.setPen(QPen(self.theme.run(0), 2))
        draw_line(painter, axes.map(times, self.hann * self.samples))

    def _paint_spectrum(self, painter: QPainter, axes: Axes) -> None:
        """The filters as triangles in the lower part, the one that is picked filled; over them the spectrum."""
        assert self.mel is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corners, top = self.mel.corners, axes.y.low + 0.45 * axes.y.span
        chosen = QColor(self.theme.run(1))
        chosen.setAlpha(110)
        for band in (*range(self.mel.bands), self.band):
            low, middle, high = corners[band : band + 3]
            ends = ((low, axes.y.low), (middle, top), (high, axes.y.low))
            painter.setPen(QPen(self.theme.run(1) if band == self.band else self.theme.border, 1))
            painter.setBrush(chosen if band == self.band else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(QPolygonF([QPointF(axes.to_x(x), axes.to_y(y)) for x, y in ends]))
        painter.setPen(QPen(self.theme.run(0), 1.5))
        draw_line(painter, axes.map(self.mel.frequencies, self.spectrum))

    def _paint_column(self, painter: QPainter, axes: Axes) -> None:
        """A bar for each band, the lowest at the bottom."""
        assert self.mel is not None
        painter.setPen(Qt.PenStyle.NoPen)
        for band, level in enumerate(self.column.tolist()):
            painter.setBrush(self.theme.run(1) if band == self.band else self.theme.run(0))
            top, bottom = axes.to_y(band + 1.42), axes.to_y(band + 0.58)
            painter.drawRect(QRectF(axes.to_x(axes.x.low), top, axes.to_x(level) - axes.to_x(axes.x.low), bottom - top))

    def _band_at(self, panel: Panel, x: float, y: float) -> int:
        assert self.mel is not None
        if panel is self.panels[1]:
            return int(np.abs(self.mel.centres - x).argmin())
        return min(max(round(y) - 1, 0), self.mel.bands - 1)

    def clicked_at(self, panel: Panel, x: float, y: float) -> None:
        """Pick the band that was clicked."""
        if panel is not self.panels[0]:
            self.picked.emit(self._band_at(panel, x, y))

    def reading(self, panel: Panel, x: float, y: float) -> str:
        """Return a sample, the power of a wave, or the level of a band."""
        assert self.mel is not None
        if panel is self.panels[0]:
            at = min(max(round(x * self.mel.rate / 1000), 0), self.mel.window - 1)
            share = float(self.hann[at])
            value = float(self.samples[at])
            return f"{x:.1f} ms: {format_short(value)} × {format_short(share)} = {format_short(value * share)}"
        band = self._band_at(panel, x, y)
        if panel is self.panels[1]:
            wave = min(max(round(x / (self.mel.rate / self.mel.fft)), 0), len(self.spectrum) - 1)
            level = float(self.spectrum[wave])
            return f"{self.mel.frequencies[wave]:.0f} Hz: {level:.1f} dB, nearest filter {band + 1}"
        return f"band {band + 1} ({self.mel.centres[band]:.0f} Hz): {self.column[band]:.1f} dB"

    def table(self) -> Sequence[Row]:
        """Return the level of each band."""
        centres = self.mel.centres.tolist() if self.mel is not None else []
        rows = ((at + 1, centre, level) for at, (centre, level) in enumerate(zip(centres, self.column, strict=False)))
        return named_rows(("band", "centre (Hz)", "level (dB)"), rows)
