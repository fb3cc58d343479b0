"""What is said about the selected layer below its settings: problems with their repairs, its training, and hints."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from graph.checking.fixes import Fix
from graph.checking.layer_info import Problem, Severity
from graph.checking.network_hints import Hint
from widgets.hints.hint_rows import HintNote
from widgets.look.flow import flow
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import discard, vbox
from widgets.look.plain_text import caption
from widgets.look.theme import ThemeSource


class LayerNotes(QFrame):
    """Hidden while there is nothing to say, or no layer on show. ``fixed`` carries the repair that was pressed."""

    fixed = Signal(object)

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self.setObjectName("layerNotes")
        self.setAccessibleName("Notes about the layer")
        self.setProperty("docked", True)
        self.problem = text_label(look="error", wrap=True, hidden=True)
        self.health = text_label(look="warning", wrap=True, hidden=True)
        self.health.setObjectName("layerHealth")
        self.hints = HintNote(themes)
        self._wanted = False
        self._fixes: tuple[Fix, ...] = ()
        self.repairs: list[QPushButton] = []
        self._ways = QWidget()
        self._row = flow(parent=self._ways, spacing=6)
        self._ways.hide()
        vbox(self.problem, self._ways, self.health, self.hints, parent=self, margins=(14, 8, 14, 8), spacing=4)
        self.hide()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong with the layer, in the colour of the gravest."""
        error = any(problem.severity is Severity.ERROR for problem in problems)
        set_look(self.problem, "tone", "error" if error else "warning")
        self.problem.setText("\n".join(problem.message for problem in problems))
        self.problem.setVisible(bool(problems))
        self._offer(tuple(fix for problem in problems for fix in problem.fixes))
        self._show()

    def _offer(self, fixes: tuple[Fix, ...]) -> None:
        """Show a button for each repair; those that are there already stay, with the keys that they have."""
        if fixes == self._fixes:
            return
        self._fixes = fixes
        discard(self._row, self.repairs)
        self.repairs = [self._button(fix) for fix in fixes]
        for button in self.repairs:
            self._row.addWidget(button)
        self._ways.setVisible(bool(fixes))

    def _button(self, fix: Fix) -> QPushButton:
        button = QPushButton(caption(fix.title), self._ways)
        button.setObjectName("layerFix")
        button.setToolTip("Repair it like this; Undo takes it back")
        button.clicked.connect(lambda: self.fixed.emit(fix))
        return button

    def show_health(self, diagnosis: str) -> None:
        """Say how the layer fares in training."""
        self.health.setText(diagnosis)
        self.health.setVisible(bool(diagnosis))
        self._show()

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show hints about the layer."""
        self.hints.show_hints(hints)
        self._show()

    def on_layer(self, on: bool) -> None:
        """Whether a layer is on show."""
        self._wanted = on
        self._show()

    def _show(self) -> None:
        said = (self.problem, self.health, self.hints)
        self.setVisible(self._wanted and any(not note.isHidden() for note in said))
