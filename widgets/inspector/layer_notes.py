"""What is said about the selected layer: its problems, how it fares in training, and hints; below its settings."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame

from graph.checking.layer_info import Problem, Severity
from graph.checking.network_hints import Hint
from widgets.hints.hint_rows import HintNote
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import vbox
from widgets.look.theme import ThemeSource


class LayerNotes(QFrame):
    """Hidden while there is nothing to say, or no layer on show."""

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
        vbox(self.problem, self.health, self.hints, parent=self, margins=(14, 8, 14, 8), spacing=4)
        self.hide()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong with the layer, in the colour of the gravest."""
        error = any(problem.severity is Severity.ERROR for problem in problems)
        set_look(self.problem, "tone", "error" if error else "warning")
        self.problem.setText("\n".join(problem.message for problem in problems))
        self.problem.setVisible(bool(problems))
        self._show()

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
