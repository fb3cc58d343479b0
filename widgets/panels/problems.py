"""The problems list: what is wrong, where, and a button for each repair; quietly below, hints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QScrollArea, QWidget

from app.system.number_format import counted
from graph.checking.check import Checker
from graph.checking.fixes import Fix
from graph.checking.layer_info import Problem, Severity
from graph.checking.network_hints import Hint
from graph.document import Document
from graph.errors import NetloomError
from widgets.hints.hint_rows import HintRow
from widgets.look.focus import within
from widgets.look.focus_ring import FocusRing
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, boxed, discard, hbox, vbox
from widgets.look.plain_text import caption
from widgets.look.scrolled import make_scrolled
from widgets.look.severity_icons import WORDS, Mark
from widgets.look.theme import ThemeSource

NO_DATA = "No data chosen"
"""What is said in place of the number of problems until there is data to hold the network against."""
NONE, NONE_YET = "No problems: this network can be trained.", "Choose data to see whether this network can be trained."


class ProblemRow(QFrame):
    """One problem; a click, or Return while it has the keyboard, goes to its layer."""

    opened = Signal(object)
    fixed = Signal(object)

    def __init__(self, problem: Problem, themes: ThemeSource) -> None:
        super().__init__()
        self.problem = problem
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{WORDS[problem.severity]}: {problem.message}")
        self.setObjectName("problem")
        self.setProperty("row", True)
        FocusRing(self)
        text = text_label(problem.message, wrap=True)
        self.buttons = [self._button(fix) for fix in problem.fixes]
        hbox(
            (Mark(problem.severity, themes), 0, Qt.AlignmentFlag.AlignVCenter),
            (text, 1),
            *self.buttons,
            parent=self,
            margins=(10, 5, 10, 5),
            spacing=10,
        )

    def _button(self, fix: Fix) -> QPushButton:
        button = QPushButton(caption(fix.title))
        button.setObjectName("fix")
        button.setToolTip("Repair it like this; Undo takes it back")
        button.clicked.connect(lambda: self.fixed.emit(fix))
        return button

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.problem)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.problem)
        else:
            super().keyPressEvent(event)


class Problems(QScrollArea):
    """All problems of a document. ``opened`` carries the id of the layer to go to; ``refused`` a sentence.

    ``dismissed`` and ``hidden`` carry a hint that is not wanted here, or whose rule is not wanted at all.
    ``data_wanted`` asks where data is chosen.
    """

    opened = Signal(str)
    refused = Signal(str)
    counted = Signal(int)
    dismissed = Signal(object)
    hidden = Signal(object)
    data_wanted = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problems")
        self.setAccessibleName("Problems")
        make_scrolled(self, sideways=True, framed=True)
        self._themes = themes
        self._document: Document | None = None
        self._checker: Checker | None = None
        self._stop: Callable[[], None] | None = None
        self._shown: tuple[Problem, ...] | None = None
        self._project_problems: tuple[Problem, ...] = ()
        self.rows: list[ProblemRow] = []
        self.hint_rows: list[HintRow] = []
        body = QWidget()
        self._none_text, self.choose_data = text_label(NONE_YET, look="faint"), QPushButton("Choose data…")
        self.choose_data.clicked.connect(self.data_wanted)
        row = hbox(self._none_text, self.choose_data, Stretch(1), spacing=12)
        self._none = boxed(row)
        row.setContentsMargins(12, 6, 12, 6)
        self._layout = vbox(self._none, Stretch(1), parent=body, margins=(0, 4, 0, 4), spacing=0)
        self.setWidget(body)

    def set_document(self, document: Document, checker: Checker) -> None:
        """List the problems of another document."""
        self.close_document()
        self._document, self._checker = document, checker
        self.set_hints((), {})
        self._stop = checker.subscribe(lambda _: self.refresh())
        self.refresh()

    def set_project_problems(self, problems: Sequence[Problem]) -> None:
        """List these problems of data and plan above the network's problems."""
        self._project_problems = tuple(problems)
        self.refresh()

    def set_has_data(self, has_data: bool) -> None:
        """Say that there is data to hold the network against, or none yet."""
        self._none_text.setText(NONE if has_data else NONE_YET)
        self.choose_data.setVisible(not has_data)

    def set_hints(self, hints: Sequence[Hint], titles: Mapping[str, str]) -> None:
        """List these hints below the problems; ``titles`` names their rules."""
        if [row.hint for row in self.hint_rows] == list(hints):
            return
        discard(self._layout, self.hint_rows)
        self.hint_rows = [self._hint_row(hint, titles.get(hint.rule, hint.rule)) for hint in hints]
        for row in self.hint_rows:
            self._layout.insertWidget(self._layout.count() - 1, row)

    def close_document(self) -> None:
        """Stop listening."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def sizeHint(self) -> QSize:
        return QSize(480, 120)

    def refresh(self) -> None:
        """Show what the checker says now."""
        problems = (*self._project_problems, *(self._checker.problems if self._checker is not None else ()))
        if problems == self._shown:
            return
        self._shown = problems
        discard(self._layout, self.rows)
        self.rows = [self._row(problem) for problem in problems]
        for index, row in enumerate(self.rows):
            self._layout.insertWidget(index, row)
        self._none.setVisible(not problems)
        self.counted.emit(len(problems))

    def _hint_row(self, hint: Hint, title: str) -> HintRow:
        row = HintRow(hint, title, self._themes)
        row.opened.connect(lambda entry: self.opened.emit(entry.layer) if entry.layer else None)
        row.fixed.connect(self.repair)
        row.dismissed.connect(self.dismissed)
        row.hidden.connect(self.hidden)
        return row

    def _row(self, problem: Problem) -> ProblemRow:
        row = ProblemRow(problem, self._themes)
        row.opened.connect(lambda entry: self.opened.emit(entry.layer) if entry.layer else None)
        row.fixed.connect(self.repair)
        return row

    def main_part(self) -> QWidget:
        """The first problem or hint; without any, where data is chosen if there is none yet, else the list itself."""
        rows = [*self.rows, *self.hint_rows]
        return rows[0] if rows else self.choose_data if self.choose_data.isVisible() else self

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go from row to row."""
        rows: list[QWidget] = [*self.rows, *self.hint_rows]
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        focus = QApplication.focusWidget()
        at = next((index for index, row in enumerate(rows) if focus is not None and within(row, focus)), -1)
        if step and at >= 0:
            target = rows[max(0, min(at + step, len(rows) - 1))]
            target.setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(target, 0, 0)
        else:
            super().keyPressEvent(event)

    def repair(self, fix: Fix) -> None:
        """Apply a fix to the document; `refused` says why it cannot be."""
        if self._document is None:
            return
        try:
            fix.apply(self._document)
        except NetloomError as error:
            self.refused.emit(str(error))


def status_of(problems: Sequence[Problem], hints: Sequence[Problem], *, has_data: bool) -> tuple[str, str]:
    """How many problems and hints there are, in words, and their tone: ``error``, ``warning``, ``ok``, ``idle``.

    It is idle without problems as long as there is no data to hold the network against.
    """
    grave = {problem.severity.value for problem in problems}
    tone = next((level for level in ("error", "warning") if level in grave), "ok")
    if tone == "ok" and not has_data:
        return NO_DATA, "idle"
    return count_text((*problems, *hints)), tone


def count_text(problems: Sequence[Problem]) -> str:
    """``2 problems``, ``1 problem, 3 hints``, ``No problems, 1 hint``, ``No problems``."""
    hints = sum(problem.severity is Severity.HINT for problem in problems)
    real = len(problems) - hints
    parts = [counted(real, "problem") if real else "No problems", *([counted(hints, "hint")] if hints else [])]
    return ", ".join(parts)
