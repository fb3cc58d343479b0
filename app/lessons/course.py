"""Progress through a lesson: the current step, which goals are met, and how far training has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.data.dataset import DatasetInfo
from app.lessons.goals import RunResults, Situation, met, met_by_run
from app.lessons.schema import Goal, Lesson, LessonStep, TrainedGoal, VisitGoal
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
        self._results = RunResults()
        self._visited: set[str] = set()
        self._met: set[tuple[int, int]] = set()
        """Goals about training that runs which ended have met, as indices of step and goal."""

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
        """Show another step; what was trained and visited before counts for it too. Reading is done by going on."""
        if not self.step.goals and self.step.question is None and step > self._step:
            self._done[self._step] = True
        self._step = min(max(step, 0), len(self.lesson.steps) - 1)

    def finish_reading(self) -> None:
        """A last step that is only read is done when one says so."""
        if not self.step.goals and self.step.question is None:
            self._done[self._step] = True

    def take_event(self, event: str, fields: Mapping[str, Any]) -> None:
        """Note what training says; what a run has met when it ends counts for all steps, whatever comes after it."""
        self._results.take(event, fields)
        if event == "finished":
            steps = enumerate(self.lesson.steps)
            goals = ((step, place, goal) for step, each in steps for place, goal in enumerate(each.goals))
            self._met |= {(step, place) for step, place, goal in goals if met_by_run(goal, self._results)}

    def visit(self, place: str) -> None:
        """Note a place that is looked at, as links write it."""
        self._visited.add(place)

    def look(self, checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None) -> bool:
        """Look whether all goals of the step are met; True where that makes it done just now."""
        if self.done or not self.step.goals:
            return False
        now = Situation(checker, sections, info, self._results, frozenset(self._visited))
        goals = enumerate(self.step.goals)
        done = all((self._step, place) in self._met or met(goal, now) for place, goal in goals)
        self._done[self._step] = done
        if done:
            self._use_up()
        return done

    def _use_up(self) -> None:
        """What the step asks for, a later step that asks for the same wants done once more."""
        for goal in self.step.goals:
            if isinstance(goal, TrainedGoal):
                self._results.count_anew()
            elif isinstance(goal, VisitGoal):
                self._visited.discard(goal.place)
            self._met -= {(step, place) for step, place in self._met if self._asks_alike(step, place, goal)}

    def _asks_alike(self, step: int, place: int, goal: Goal) -> bool:
        other = self.lesson.steps[step].goals[place]
        return other == goal or (isinstance(goal, TrainedGoal) and isinstance(other, TrainedGoal))

    def answer(self, typed: float) -> bool:
        """Whether ``given``, a number or the number of a choice, answers the step's question; a right one is kept."""
        question = self.step.question
        if question is None or not question.right(typed):
            return False
        self._done[self._step] = True
        return True
