"""What every tab of the understand panel is, and the choice of a layer that several have."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.training.messages import Message
from widgets.training.watch import Watch
from widgets.understand.subject import Subject


class Tab(QWidget):
    """One way of looking at a run. `wish_changed` says that `wish` is not what it was."""

    title = ""
    wish_changed = Signal()

    def __init__(self, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.subject = subject
        self.bar = QHBoxLayout()
        self.bar.setContentsMargins(12, 6, 12, 2)
        self.bar.setSpacing(8)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self.column.addLayout(self.bar)

    def wish(self) -> Watch:
        """What the worker should send while this tab is on screen."""
        return Watch()

    def take_subject(self) -> None:
        """Another run is looked at, or it has ended."""

    def take_snapshot(self, message: Message) -> None:
        """Show what came of the wish."""

    def take_shown(self) -> None:
        """The tab has come to the screen."""


class LayerPicker(QWidget):
    """Chooses a layer by name. `picked` carries its id, also when a new list brings another one."""

    picked = Signal(str)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        caption = QLabel(label, self)
        caption.setProperty("faint", True)
        self.box = QComboBox(self)
        self.box.setAccessibleName(label)
        self.box.setMinimumWidth(120)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        caption.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(caption)
        row.addWidget(self.box)
        self.box.currentTextChanged.connect(self.picked)
        self.hide()

    def set_layers(self, layers: Sequence[str], preferred: str = "") -> None:
        """Offer layers; the one that was chosen stays chosen, else ``preferred`` is, else the first."""
        current = self.layer
        if [self.box.itemText(row) for row in range(self.box.count())] == list(layers):
            return
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItems(list(layers))
        wanted = current if current in layers else preferred
        self.box.setCurrentIndex(max(self.box.findText(wanted), 0) if layers else -1)
        self.box.blockSignals(False)
        self.setVisible(bool(layers))
        self.picked.emit(self.layer)

    def choose(self, layer: str) -> None:
        """Choose a layer, if it is offered."""
        self.box.setCurrentIndex(max(self.box.findText(layer), 0))

    @property
    def layer(self) -> str:
        """The id of the layer chosen, empty where there is none."""
        return self.box.currentText()
