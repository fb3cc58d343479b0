"""Loading lesson JSON files, and saving a person's progress through them."""

from __future__ import annotations

from pathlib import Path

from app.lessons.course import LessonProgress
from app.lessons.schema import Lesson, read_lesson
from app.project.presets import FOLDER as PRESETS
from app.system.home import home
from app.system.own_command import PROGRAM
from app.system.remembered import read_object, write_object
from graph.errors import NetloomError

FOLDER = PRESETS / "lessons"
KEPT = "lessons.json"


def lesson_ids() -> tuple[str, ...]:
    """Ids of the lessons that ship, in the order in which one might take them."""
    return tuple(path.stem.partition("-")[2] for path in sorted(FOLDER.glob("*.json")))


def lesson_file(id: str) -> Path:
    """The file of a lesson that ships.

    Raises
    ------
    NetloomError
        if there is none.
    """
    for path in FOLDER.glob("*.json"):
        if path.stem.partition("-")[2] == id:
            return path
    raise NetloomError(f"There is no lesson “{id}”; run `{PROGRAM} lessons` for the list.")


def lessons() -> list[Lesson]:
    """The lessons that ship, in their order."""
    return [read_lesson(lesson_file(id_)) for id_ in lesson_ids()]


def kept_progress(id: str) -> LessonProgress | None:
    """How far one came with a lesson; None where one never began, or what was kept makes no sense."""
    entry = read_object(home() / KEPT).get(id)
    done, step = (entry.get("done"), entry.get("step")) if isinstance(entry, dict) else (None, None)
    if not isinstance(done, list) or not isinstance(step, int) or isinstance(step, bool) or step < 0:
        return None
    return LessonProgress(tuple(bool(step_done) for step_done in done), step)


def keep_progress(id: str, progress: LessonProgress) -> None:
    """Keep how far one came; a disk that refuses is no reason to stop a lesson."""
    kept = read_object(home() / KEPT) | {id: {"done": list(progress.done), "step": progress.step}}
    write_object(home() / KEPT, kept)
