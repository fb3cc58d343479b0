"""Chooses a worked example, and holds what the user typed over its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.numerics.window_examples import EXAMPLES, Example, worked
from app.numerics.window_sums import Case, Floats
from widgets.look.labels import text_label
from widgets.look.layouts import hbox
from widgets.understand.by_hand.scene import ScenePart

TYPED = "typed by you"
"""The choice that stands for numbers of one's own."""


class _Choice(QWidget):
    """A captioned list that hides where there is nothing to choose. `picked` carries the name."""

    picked = Signal(str)

    def __init__(self, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.box = QComboBox(self)
        label = text_label(caption, self, look="faint", buddy=self.box)
        label.setVisible(bool(caption))
        self.box.setAccessibleName(caption)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        hbox(label, self.box, parent=self, spacing=6)
        self.box.currentTextChanged.connect(self.picked)

    @property
    def name(self) -> str:
        """What is chosen."""
        return self.box.currentText()

    def offer(self, names: Sequence[str], chosen: str = "") -> None:
        """Offer these names, and choose one, without saying so."""
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItems(list(names))
        self.box.setCurrentIndex(max(self.box.findText(chosen), 0))
        self.box.blockSignals(False)
        self.setVisible(len(names) > 1)


class ExampleBar(QWidget):
    """One of the worked examples with its picture, kernel and way of sliding.

    `changed` says that it is another case.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.example = _Choice("", self)
        self.example.box.setAccessibleName("Example")
        self.picture, self.kernel, self.way = (_Choice(name, self) for name in ("Picture", "Kernel", "How"))
        self.way.box.setAccessibleName("How the window slides")
        self._typed: dict[ScenePart, Floats] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for choice in (self.example, self.picture, self.kernel, self.way):
            row.addWidget(choice)
        self.example.offer([example.title for example in EXAMPLES])
        self.example.picked.connect(self._on_example)
        for choice in (self.picture, self.kernel, self.way):
            choice.picked.connect(lambda _: self.changed.emit())
        self._fill()

    @property
    def chosen(self) -> Example:
        """The example chosen."""
        return EXAMPLES[max(self.example.box.currentIndex(), 0)]

    def case(self) -> Case:
        """The case as chosen and typed."""
        example = self.chosen
        picture = self._numbers(ScenePart.INPUT, example.pictures, self.picture)
        kernel = self._numbers(ScenePart.KERNEL, example.kernels, self.kernel) if example.kernels else None
        return worked(picture, kernel, example.ways[self.way.name])

    def editable(self) -> frozenset[ScenePart]:
        """What may be typed over."""
        return frozenset({ScenePart.INPUT, ScenePart.KERNEL} if self.chosen.kernels else {ScenePart.INPUT})

    def choose(self, id: str) -> None:
        """Choose an example by its id."""
        self.example.box.setCurrentIndex([example.id for example in EXAMPLES].index(id))

    def type_over(self, part: ScenePart, row: int, column: int, value: float) -> None:
        """Take a number that was typed in place of the example's own."""
        choice, named = (
            (self.kernel, self.chosen.kernels) if part is ScenePart.KERNEL else (self.picture, self.chosen.pictures)
        )
        numbers = self._numbers(part, named, choice).copy()
        numbers[row, column] = value
        self._typed[part] = numbers
        choice.offer([*named, TYPED], TYPED)
        self.changed.emit()

    def _numbers(self, part: ScenePart, named: Mapping[str, Floats], choice: _Choice) -> Floats:
        return self._typed[part] if choice.name == TYPED else named[choice.name]

    def _on_example(self, _title: str) -> None:
        self._typed.clear()
        self._fill()
        self.changed.emit()

    def _fill(self) -> None:
        example = self.chosen
        self.picture.offer(list(example.pictures))
        self.kernel.offer(list(example.kernels))
        self.way.offer(list(example.ways))
