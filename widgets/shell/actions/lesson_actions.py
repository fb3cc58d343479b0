"""Lessons: choosing one, opening one from a file, and folding its panel away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from widgets.look import file_dialogs
from widgets.shell.action_registry import Action

if TYPE_CHECKING:
    from widgets.shell.context import Context

LESSON_FILTER = "Lessons (*.json)"


def ask_lesson(context: Context) -> None:
    """Choose a lesson's file and begin it."""
    name, _ = file_dialogs.ask_open(context.window(), "Open a lesson", "", LESSON_FILTER)
    if name:
        context.open_lesson(Path(name))


def toggle_lesson(context: Context) -> None:
    """Fold the lesson away, or bring it back."""
    context.workbench.show_lesson(not context.workbench.lesson_shown)


ACTIONS = (
    Action("lessons", "File", "Lessons", lambda c: c.show_lessons(), after="start"),
    Action("open_lesson", "File", "Open a lesson…", ask_lesson, after="lessons"),
    Action("lesson", "View", "Lesson beside the canvas", toggle_lesson, ("Ctrl+6",), "",
           lambda c: c.ready and c.workbench.lesson.course is not None,
           checked=lambda c: c.ready and c.workbench.lesson_shown, after="page"),
)  # fmt: skip
