"""What a loop remembers: pairs of an output and the input at which its value comes back in the next step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QToolButton, QWidget

from graph.structure.blocks import Loop
from widgets.look.labels import Label, text_label
from widgets.look.layouts import discard, hbox, vbox

Pair = tuple[str, str]


class _PairRow(QWidget):
    """One state: two lists and a cross."""

    def __init__(self, pair: Pair, outputs: tuple[str, ...], inputs: tuple[str, ...]) -> None:
        super().__init__()
        self.source = self._box(f"Output that renews {pair[1]}", outputs, pair[0])
        self.target = self._box(f"Input at which {pair[0]} comes back", inputs, pair[1])
        self.cross = QToolButton()
        self.cross.setText("×")
        self.cross.setAccessibleName(f"Forget the state {pair[1]}")
        self.cross.setToolTip("Remember this no more")
        hbox((self.source, 1), Label("→"), (self.target, 1), self.cross, parent=self, spacing=6)

    @staticmethod
    def _box(name: str, choices: tuple[str, ...], chosen: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setMinimumContentsLength(4)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.addItems(list(dict.fromkeys((*choices, chosen))))
        box.setCurrentText(chosen)
        return box

    @property
    def pair(self) -> Pair:
        """What is chosen."""
        return (self.source.currentText(), self.target.currentText())


class StatesEditor(QWidget):
    """The states of a loop, one to a line. ``edited`` carries all pairs after a change."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("states")
        self.rows: list[_PairRow] = []
        self._loop: Loop | None = None
        self.nothing = text_label("Nothing yet, so each step stands alone.", look="faint", wrap=True)
        self.add = QPushButton("Remember another value")
        self.add.setAccessibleName("Remember another value")
        self.add.clicked.connect(self._add)
        self._column = vbox(self.nothing, self.add, parent=self, spacing=4)

    def show_loop(self, loop: Loop) -> None:
        """Show the states of ``loop``."""
        if loop == self._loop:
            return
        self._loop = loop
        discard(self._column, self.rows)
        self.rows = [_PairRow(pair, loop.inner_outputs(), loop.inner_inputs()) for pair in loop.states]
        for index, row in enumerate(self.rows):
            row.source.activated.connect(self._tell)
            row.target.activated.connect(self._tell)
            row.cross.clicked.connect(lambda _=False, gone=index: self._remove(gone))
            self._column.insertWidget(index, row)
        self.nothing.setVisible(not self.rows)
        free = self._free()
        self.add.setEnabled(free is not None)
        self.add.setToolTip("" if free else "Every input of the loop holds a state, or it has no input or output")

    def _free(self) -> Pair | None:
        """An output and an input that are in no state yet, if there are both."""
        if self._loop is None:
            return None
        sources, targets = {pair[0] for pair in self._loop.states}, {pair[1] for pair in self._loop.states}
        outputs = self._loop.inner_outputs()
        inputs = [name for name in self._loop.inner_inputs() if name not in targets]
        fresh = [name for name in outputs if name not in sources] or list(outputs)
        if not fresh or not inputs:
            return None
        alike = (name for name in inputs if fresh[-1].startswith(name))  # “c” for “c_next”
        return (fresh[-1], next(alike, inputs[-1]))

    def _tell(self) -> None:
        self.edited.emit(tuple(row.pair for row in self.rows))

    def _add(self) -> None:
        pair = self._free()
        if pair is not None:
            self.edited.emit((*(row.pair for row in self.rows), pair))

    def _remove(self, gone: int) -> None:
        self.edited.emit(tuple(row.pair for index, row in enumerate(self.rows) if index != gone))
