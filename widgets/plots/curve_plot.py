"""A curve plot with its controls: title, smoothing, log axis, fit and export."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QLayout, QSlider, QToolButton, QWidget

from widgets.look.free_places import HEAD
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource
from widgets.plots.curve_view import FRAME_MS, CurveView
from widgets.plots.plot_header import TOP, PlotHeader


class CurvePlot(QWidget):
    """Live curves of one quantity, such as the loss, over training steps, for any number of runs.

    Curves are added to its ``view``; ``smooths`` says whether there is a control that averages them. `smoothed` carries
    the factor that a person chose by it, `failed` the sentence of an export that did not work.
    """

    failed = Signal(str)
    smoothed = Signal(float)

    def __init__(
        self,
        source: ThemeSource,
        title: str,
        empty: str = "No points yet.",
        parent: QWidget | None = None,
        frame_ms: int = FRAME_MS,
        *,
        smooths: bool = True,
    ) -> None:
        super().__init__(parent)
        self._title = title
        self.view = CurveView(source, title, empty, frame_ms=frame_ms)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, 99)
        self._log = QToolButton(self)
        self._log.setText("log")
        self._log.setCheckable(True)
        self._log.setProperty("chip", True)
        self.header = PlotHeader(title, self._slider, self._log, self)
        if not smooths:
            self.header.leave_out_smoothing()
        self._describe()
        self._lay_out()
        self._connect()

    def _describe(self) -> None:
        self.setAccessibleName(self._title)
        self._slider.setAccessibleName(f"Smoothing of {self._title}")
        self._slider.setToolTip("How strongly noisy curves are averaged: off shows them as they are")
        self._log.setToolTip("Logarithmic axis (L)")
        self._log.setAccessibleName(f"Logarithmic axis (L) of {self._title}")

    def _lay_out(self) -> None:
        column = vbox(self.header, (self.view, 1), parent=self, spacing=0)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)

    def _connect(self) -> None:
        self._slider.valueChanged.connect(self._slide)
        self._slider.sliderReleased.connect(self._tell_smoothing)
        self._log.toggled.connect(self.view.set_log)
        self.view.log_changed.connect(self._log.setChecked)
        self.view.failed.connect(self.failed)

    def _slide(self, percent: int) -> None:
        self.header.show_smoothing(percent / 100)
        self.view.set_smoothing(percent / 100)
        if not self._slider.isSliderDown():
            self._tell_smoothing()

    def _tell_smoothing(self) -> None:
        """Tell what was chosen: not at every pixel of a drag."""
        self.smoothed.emit(self._slider.value() / 100)

    # What the window calls

    def add_control(self, control: QWidget, *, names: bool = False) -> None:
        """Put a control of the owner's beside the title; whether it ``names`` what the plot shows."""
        self.header.add_control(control, names=names)

    def set_smoothing(self, factor: float) -> None:
        """Move the slider to `factor`, 0 to 0.99."""
        self._slider.setValue(round(factor * 100))


class TitledCurves(QWidget):
    """Live curves under a title, for a quantity that needs neither smoothing nor a logarithmic axis.

    `failed` carries the sentence of an export that did not work.
    """

    failed = Signal(str)

    def __init__(self, source: ThemeSource, title: str, empty: str, frame_ms: int = FRAME_MS) -> None:
        super().__init__()
        self.view = CurveView(source, title, empty, frame_ms=frame_ms)
        self.view.failed.connect(self.failed)
        self.setAccessibleName(title)
        self._heading = text_label(title, self, look="heading", indent=12)
        self._heading.setMinimumHeight(self.view.theme.px(32))
        self._heading.setObjectName(HEAD)
        self._beside: PlotHeader | None = None
        vbox(self._heading, (self.view, 1), parent=self, spacing=0)

    def line_up(self, header: PlotHeader) -> None:
        """Begin the curves at the height at which those below ``header`` do, and the title in its first line."""
        self._beside = header
        header.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as high as the header beside it."""
        header = self._beside
        if header is not None and watched is header and event.type() == QEvent.Type.Resize:
            self._heading.setFixedHeight(header.height())
            self._heading.setContentsMargins(0, TOP, 0, header.height() - header.line)
        return super().eventFilter(watched, event)
