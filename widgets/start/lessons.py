"""The lessons on the start page, read straight from their JSON: the page must not wait for the real reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.home import home
from widgets.settings import read_object
from widgets.start.gallery import PRESETS

LESSONS = PRESETS / "lessons"
KEPT = "lessons.json"
COLUMN = 330
"""Least width of a card with its gap."""


@dataclass(frozen=True)
class LessonSketch:
    """One lesson: what its card says, and how many of its steps are done."""

    id: str
    title: str
    summary: str
    minutes: int
    textbook: tuple[str, ...]
    steps: int
    done: int = 0

    @property
    def words(self) -> str:
        """Everything that the search looks at, in lower case."""
        return " ".join((self.id, self.title, self.summary, *self.textbook)).lower()

    @property
    def facts(self) -> str:
        """How long it takes and how far one came: ``8 min, 7 steps, 3 done``."""
        done = "" if not self.done else ", all done" if self.done >= self.steps else f", {self.done} done"
        return f"{self.minutes}\u00a0min, {self.steps} steps{done}"


def lessons(folder: Path = LESSONS) -> list[LessonSketch]:
    """All lessons in ``folder`` in their order; a file that makes no sense has no card."""
    kept = read_object(home() / KEPT)
    found = (read(path, kept) for path in sorted(folder.glob("*.json")))
    return [lesson for lesson in found if lesson is not None]


def read(path: Path, kept: dict[str, object]) -> LessonSketch | None:
    """The lesson in ``path``, or None where the file makes no sense."""
    try:
        value = json.loads(path.read_text("utf-8"))
        entry = kept.get(value["id"])
        done = entry.get("done") if isinstance(entry, dict) else None
        return LessonSketch(
            id=str(value["id"]),
            title=str(value["title"]),
            summary=str(value["summary"]),
            minutes=int(value["minutes"]),
            textbook=tuple(str(one) for one in value.get("textbook", ())),
            steps=len(value["steps"]),
            done=sum(one is True for one in done) if isinstance(done, list) else 0,
        )
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return None


class LessonCard(QFrame):
    """One lesson; a click, or Return, begins it or goes on with it."""

    chosen = Signal(str)

    def __init__(self, lesson: LessonSketch, parent: QWidget) -> None:
        super().__init__(parent)
        self.lesson = lesson
        self.setObjectName("lessonCard")
        self.setProperty("card", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Lesson: {lesson.title}")
        self.setAccessibleDescription(f"{lesson.summary} {lesson.facts}")
        title, summary, facts = QLabel(lesson.title), QLabel(lesson.summary), QLabel(lesson.facts)
        title.setProperty("heading", True)
        title.setIndent(0)
        summary.setProperty("faint", True)
        complete = lesson.done >= lesson.steps
        facts.setProperty("tone" if complete else "faint", "ok" if complete else True)
        for label in (title, summary):
            label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(4)
        for label in (title, summary):
            column.addWidget(label)
        column.addStretch(1)
        column.addWidget(facts)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.lesson.id)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.lesson.id)
        else:
            super().keyPressEvent(event)


class LessonList(QWidget):
    """The cards of all lessons, in as many columns as there is room for."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lessonList")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 8, 8)
        self._grid.setSpacing(12)
        self._columns, self._wanted = 1, ""
        self.cards: list[LessonCard] = []
        self.nothing = QLabel("No lesson has all of these words. Try fewer.", self)
        self.nothing.setProperty("faint", True)
        self.nothing.hide()

    def show_lessons(self, found: Sequence[LessonSketch]) -> None:
        """Show these lessons."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = [LessonCard(lesson, self) for lesson in found]
        for card in self.cards:
            card.chosen.connect(self.chosen)
        self._arrange()

    def filter(self, text: str) -> None:
        """Show the cards that hold all words of ``text``."""
        self._wanted = text.lower().strip()
        self._arrange()

    def _arrange(self) -> None:
        words = self._wanted.split()
        fitting = [card for card in self.cards if all(word in card.lesson.words for word in words)]
        while self._grid.takeAt(0) is not None:
            pass
        for card in self.cards:
            card.setVisible(card in fitting)
        for index, card in enumerate(fitting):
            self._grid.addWidget(card, index // self._columns, index % self._columns)
        for column in range(4):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
        for row in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(row, 0)
        self.nothing.setVisible(not fitting)
        if not fitting:
            self._grid.addWidget(self.nothing, 0, 0, 1, self._columns, Qt.AlignmentFlag.AlignTop)
        self._grid.setRowStretch(-(-max(len(fitting), 1) // self._columns), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = max(1, min(3, self.width() // COLUMN))
        if columns != self._columns:
            self._columns = columns
            self._arrange()
