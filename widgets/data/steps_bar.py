"""The way of a sample to the network, as a row of steps that can be pointed at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.protocol.data_values import PreprocessingStep
from widgets.look.labels import Label, text_label
from widgets.look.plain_text import plain_tip

GAP = 4
TRAINING = " (training only)"


class Pipeline(QWidget):
    """Chips in rows, as many in each as fit; each says more when it is pointed at or read aloud."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What happens to each sample")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._stages: Sequence[PreprocessingStep] = ()
        self._labels: list[QLabel] = []
        self.hide()

    def show_stages(self, stages: Sequence[PreprocessingStep]) -> None:
        """Show the steps; without any the row is gone."""
        if stages != self._stages:
            self._stages = stages
            for label in self._labels:
                label.hide()
                label.deleteLater()
            self._labels = [label for number, stage in enumerate(stages) for label in self._made(number, stage)]
            self._arrange()
        self.setVisible(bool(stages))

    def words(self) -> list[str]:
        """What the chips say."""
        return [label.text() for label in self._labels if label.property("chip")]

    def _made(self, number: int, stage: PreprocessingStep) -> list[QLabel]:
        """The chip of a step, behind an arrow unless it is the first."""
        labels: list[QLabel] = []
        if number:
            labels.append(text_label("→", self, look="faint"))
        chip = Label(stage.title, self)
        chip.setProperty("chip", True)
        chip.setToolTip(plain_tip(stage.detail))
        chip.setAccessibleName(f"{stage.title}{TRAINING if stage.training else ''}")
        chip.setAccessibleDescription(stage.detail)
        if stage.training:
            chip.setProperty("dashed", True)
        labels.append(chip)
        for label in labels:
            label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
            label.show()
        return labels

    def height_at(self, width: int) -> int:
        """The height in pixels of the rows in ``width`` pixels."""
        return self._placed(width, move=False)

    def _arrange(self) -> None:
        height = self._placed(self.width(), move=True)
        if height != self.height():
            self.setFixedHeight(height)

    def _placed(self, width: int, *, move: bool) -> int:
        """The height of the rows in ``width`` pixels; with ``move``, labels go to their places."""
        at, deepest = QPoint(0, 0), 0
        for label in self._labels:
            size = _size(label, width)
            if at.x() and at.x() + size.width() > width:
                at = QPoint(0, at.y() + deepest + GAP)
                deepest = 0
            if move:
                label.setGeometry(QRect(at, size))
            deepest = max(deepest, size.height())
            at.setX(at.x() + size.width() + GAP)
        return at.y() + deepest

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Chips move into other rows where there is more or less room."""
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(320, self._placed(max(self.width(), 320), move=False))


def _size(label: QLabel, width: int) -> QSize:
    """The size of a chip: one line, or several where ``width`` pixels are too few for it."""
    label.setWordWrap(False)
    size = label.sizeHint()
    if size.width() <= width:
        return size
    label.setWordWrap(True)
    return QSize(width, label.heightForWidth(width))
