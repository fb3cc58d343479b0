"""Progress through a lesson: the current step, which goals are met, and how far training has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.data.dataset import DatasetInfo
from app.lessons.goals import RunResults, Situation, met
from app.lessons.schema import Lesson, LessonStep
from graph.checking.check import Checker


@dataclass(frozen=True)
class LessonProgress:
    """How far one came: which steps are done, and the step on show (from 0)."""

    done: tuple[bool, ...]
    step: int = 0

    @property
    def complete(self) -> bool:
        """Whether every step is done."""
        return all(self.done)


class Course:
    """Knows nothing of windows: whoever shows it tells it what happens and asks whether a step has become done."""

    def __init__(self, lesson: Lesson, progress: LessonProgress | None = None) -> None:
        self.lesson = lesson
        count = len(lesson.steps)
        known = progress.done[:count] if progress else ()
        self._done = [*known, *[False] * (count - len(known))]
        self._step = min(progress.step, count - 1) if progress else 0
        self._begin()

    def _begin(self) -> None:
        self._results = RunResults()
        self._visited: set[str] = set()

    @property
    def at(self) -> int:
        """Index of the step on show."""
        return self._step

    @property
    def step(self) -> LessonStep:
        """The step on show."""
        return self.lesson.steps[self._step]

    @property
    def progress(self) -> LessonProgress:
        """How far one came."""
        return LessonProgress(tuple(self._done), self._step)

    @property
    def done(self) -> bool:
        """Whether the step on show is done."""
        return self._done[self._step]

    def go(self, step: int) -> None:
        """Show another step; what was trained and visited before does not count for it. Reading is done by going on."""
        if not self.step.goals and self.step.question is None and step > self._step:
            self._done[self._step] = True
        self._step = min(max(step, 0), len(self.lesson.steps) - 1)
        self._begin()

    def finish_reading(self) -> None:
        """A last step that is only read is done when one says so."""
        if not self.step.goals and self.step.question is None:
            self._done[self._step] = True

    def take_event(self, event: str, fields: Mapping[str, Any]) -> None:
        """Note what training says."""
        self._results.take(event, fields)

    def visit(self, place: str) -> None:
        """Note a place that is looked at, as links write it."""
        self._visited.add(place)

    def look(self, checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None) -> bool:
        """Look whether all goals of the step are met; True where that makes it done just now."""
        if self.done or not self.step.goals:
            return False
        now = Situation(checker, sections, info, self._results, frozenset(self._visited))
        self._done[self._step] = all(met(goal, now) for goal in self.step.goals)
        return self.done

    def answer(self, typed: float) -> bool:
        """Whether ``given``, a number or the number of a choice, answers the step's question; a right one is kept."""
        question = self.step.question
        if question is None or not question.right(typed):
            return False
        self._done[self._step] = True
        return True
