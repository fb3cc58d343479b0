"""Chooses a worked example, and holds what the user typed over its numbers."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.numerics.window_examples import EXAMPLES, Example, by_channel, worked
from app.numerics.window_sums import Case, Floats
from widgets.look.flow import flow
from widgets.understand.by_hand.scene import ScenePart
from widgets.understand.name_picker import NamePicker

TYPED = "typed by you"
"""The choice that stands for numbers of one's own."""


class ExampleBar(QWidget):
    """One of the worked examples with its picture, kernel and way of sliding.

    `changed` says that it is another case.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.example = NamePicker("", self, least=2, compact=True)
        self.example.box.setAccessibleName("Example")
        self.picture, self.kernel, self.way = (
            NamePicker(name, self, least=2, compact=True) for name in ("Picture", "Kernel", "How")
        )
        self.way.box.setAccessibleName("How the window slides")
        self._typed: dict[ScenePart, Floats] = {}
        flow(self.example, self.picture, self.kernel, self.way, parent=self, spacing=12)
        self.example.fill([example.title for example in EXAMPLES])
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
        return worked(picture, kernel, example.ways[self.way.chosen], example.bias)

    def editable(self) -> frozenset[ScenePart]:
        """What may be typed over."""
        return frozenset({ScenePart.INPUT, ScenePart.KERNEL} if self.chosen.kernels else {ScenePart.INPUT})

    def choose(self, id: str) -> None:
        """Choose an example by its id."""
        self.example.choose(next(example.title for example in EXAMPLES if example.id == id))

    def type_over(self, part: ScenePart, place: tuple[int, int, int], value: float) -> None:
        """Take a number that was typed in place of the example's own, at a channel, row and column."""
        choice, named = (
            (self.kernel, self.chosen.kernels) if part is ScenePart.KERNEL else (self.picture, self.chosen.pictures)
        )
        numbers = by_channel(self._numbers(part, named, choice)).copy()
        numbers[place] = value
        self._typed[part] = numbers
        choice.fill([*named, TYPED], TYPED)
        self.changed.emit()

    def _numbers(self, part: ScenePart, named: Mapping[str, Floats], choice: NamePicker) -> Floats:
        return self._typed[part] if choice.chosen == TYPED else named[choice.chosen]

    def _on_example(self, _title: str) -> None:
        self._typed.clear()
        self._fill()
        self.changed.emit()

    def _fill(self) -> None:
        example = self.chosen
        self.picture.fill(list(example.pictures))
        self.kernel.fill(list(example.kernels))
        self.way.fill(list(example.ways))
