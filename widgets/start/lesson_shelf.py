"""The lessons on the start page, read straight from their JSON: the page must not wait for the real reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.system.home import home
from app.system.remembered import read_object
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, vbox
from widgets.start.preset_entries import LEVELS, PRESETS
from widgets.start.search_words import of_tasks, plain
from widgets.start.shelf import Shelf

LESSONS = PRESETS / "lessons"
KEPT = "lessons.json"


@dataclass(frozen=True)
class LessonSketch:
    """One lesson: what its card says, and how far one came: the step on show (from 0), and how many are done."""

    id: str
    title: str
    summary: str
    minutes: int
    textbook: tuple[str, ...]
    steps: int
    done: int = 0
    step: int | None = None
    level: str = LEVELS[0]

    @property
    def words(self) -> str:
        """What the card itself says, for the search."""
        return plain(" ".join((self.id, self.title, self.summary, self.level, *self.textbook)))

    @property
    def tiers(self) -> tuple[str, ...]:
        """What the search looks at, the card, and what the systems of the textbook are about."""
        return (f"{self.words} {of_tasks(self.textbook)}",)

    @property
    def facts(self) -> str:
        """For whom it is, how long it takes and how far one came: ``Beginner, 8 min, step 4 of 7, 3 done``."""
        if self.done >= self.steps:
            come = f"{self.steps} steps, all done"
        elif self.step is None:
            come = f"{self.steps} steps"
        else:
            done = f", {self.done} done" if self.done else ""
            come = f"step {min(self.step + 1, self.steps)} of {self.steps}{done}"
        return f"{self.level.capitalize()}, {self.minutes}\u00a0min, {come}"


def lessons(folder: Path = LESSONS) -> list[LessonSketch]:
    """All lessons in ``folder`` by level, then in their order; a file that makes no sense has no card."""
    kept = read_object(home() / KEPT)
    sketches = (read(path, kept) for path in sorted(folder.glob("*.json")))
    return sorted((lesson for lesson in sketches if lesson is not None), key=lambda lesson: LEVELS.index(lesson.level))


def read(path: Path, kept: dict[str, object]) -> LessonSketch | None:
    """The lesson in ``path``, or None where the file makes no sense."""
    try:
        value = json.loads(path.read_text("utf-8"))
        entry = kept.get(value["id"])
        done, step = (entry.get("done"), entry.get("step")) if isinstance(entry, dict) else (None, None)
        return LessonSketch(
            id=str(value["id"]),
            title=str(value["title"]),
            summary=str(value["summary"]),
            minutes=int(value["minutes"]),
            textbook=tuple(str(each) for each in value.get("textbook", ())),
            steps=len(value["steps"]),
            level=value["level"] if value.get("level") in LEVELS else LEVELS[0],
            done=sum(each is True for each in done) if isinstance(done, list) else 0,
            step=step if isinstance(step, int) and not isinstance(step, bool) and step >= 0 else None,
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
        title = text_label(lesson.title, look="heading", wrap=True)
        summary = text_label(lesson.summary, look="faint", wrap=True)
        facts = text_label(lesson.facts, look="ok" if lesson.done >= lesson.steps else "faint")
        vbox(title, summary, Stretch(1), facts, parent=self, margins=(14, 10, 14, 10), spacing=4)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.lesson.id)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.lesson.id)
        else:
            super().keyPressEvent(event)


class LessonList(Shelf[LessonCard]):
    """The cards of all lessons."""

    chosen = Signal(str)
    least = 330
    most = 3

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lessonList")

    def show_lessons(self, sketches: Sequence[LessonSketch]) -> None:
        """Show these lessons."""
        cards = [LessonCard(lesson, self) for lesson in sketches]
        for card in cards:
            card.chosen.connect(self.chosen)
        self.show_cards(cards)

    def tiers(self, card: LessonCard) -> tuple[str, ...]:
        """What is said on a lesson's card, and what it is about."""
        return card.lesson.tiers

    def without(self) -> str:
        """No lesson fits."""
        return "No lesson has all of these words. Try fewer."
