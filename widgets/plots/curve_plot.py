"""A curve plot with its controls: title, smoothing, log axis, fit and export."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.look.theme import ThemeSource
from widgets.plots.curve_view import FRAME_MS, CurveView


class CurvePlot(QWidget):
    """Live curves of one quantity, such as the loss, over training steps, for any number of runs.

    Curves are added to its ``view``. `failed` carries the sentence of an export that did not work.
    """

    failed = Signal(str)

    def __init__(
        self,
        source: ThemeSource,
        title: str,
        empty: str = "No points yet.",
        parent: QWidget | None = None,
        frame_ms: int = FRAME_MS,
    ) -> None:
        super().__init__(parent)
        self._title = title
        self.view = CurveView(source, title, empty, frame_ms=frame_ms)
        self._heading = QLabel(title, self)
        self._heading.setProperty("heading", True)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, 99)
        self._slider.setFixedWidth(88)
        self._reading = QLabel("0.00", self)
        self._log = QToolButton(self)
        self._log.setText("log")
        self._log.setCheckable(True)
        self._describe()
        self._lay_out()
        self._connect()

    def _describe(self) -> None:
        self.setAccessibleName(self._title)
        self._slider.setAccessibleName(f"Smoothing of {self._title}")
        self._slider.setToolTip("Smoothing: the factor of the exponential average")
        self._reading.setProperty("faint", True)
        self._reading.setMinimumWidth(self._reading.fontMetrics().horizontalAdvance("0.00") + 4)
        self._log.setToolTip("Logarithmic axis (L)")
        self._log.setAccessibleName(f"Logarithmic axis (L) of {self._title}")

    def _lay_out(self) -> None:
        bar = self._bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 8, 0)
        bar.setSpacing(4)
        self._caption = QLabel("smoothing", self)
        self._caption.setProperty("faint", True)
        bar.addWidget(self._heading)
        bar.addStretch(1)
        for widget in (self._caption, self._slider, self._reading, self._log):
            bar.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addLayout(bar)
        column.addWidget(self.view, 1)

    def fit_bar(self) -> None:
        """In a narrow plot the words and then the number beside the slider make room for the rest."""
        for least in (self._caption, self._reading):
            least.show()
        for least in (self._caption, self._reading):
            self._bar.invalidate()
            least.setVisible(self._bar.sizeHint().width() <= self.width())

    def minimumSizeHint(self) -> QSize:
        """Room for what can be pressed."""
        words = sum(one.sizeHint().width() for one in (self._caption, self._reading) if not one.isHidden())
        least = super().minimumSizeHint()
        return QSize(least.width() - words, least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What fits beside the title now."""
        super().resizeEvent(event)
        self.fit_bar()

    def _connect(self) -> None:
        self._slider.valueChanged.connect(self._slide)
        self._log.toggled.connect(self.view.set_log)
        self.view.log_changed.connect(self._log.setChecked)
        self.view.failed.connect(self.failed)

    def _slide(self, percent: int) -> None:
        self._reading.setText(f"{percent / 100:.2f}")
        self.view.set_smoothing(percent / 100)

    # What the window calls

    def add_control(self, control: QWidget) -> None:
        """Put a control of the owner's beside the title."""
        self._bar.insertWidget(1, control)
        self.fit_bar()

    def set_smoothing(self, factor: float) -> None:
        """Move the slider to `factor`, 0 to 0.99."""
        self._slider.setValue(round(factor * 100))
