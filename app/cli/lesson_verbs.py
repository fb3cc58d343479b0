"""The subcommands `lessons` and `lesson`: list the lessons, and check a lesson's JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.printing import Json, print_entries, print_json, print_line
from graph.errors import NetloomError


def lessons(json: Json = False) -> None:
    """List the lessons that ship, and how far you came with each."""
    from app.lessons.lesson_files import kept_progress
    from app.lessons.lesson_files import lessons as found

    entries = []
    for lesson in found():
        progress = kept_progress(lesson.id)
        entries.append({
            "id": lesson.id,
            "title": lesson.title,
            "summary": lesson.summary,
            "minutes": lesson.minutes,
            "textbook": list(lesson.textbook),
            "start": lesson.start,
            "steps": len(lesson.steps),
            "done": sum(progress.done) if progress else 0,
        })  # fmt: skip
    columns = {name: name for name in ("id", "title", "steps", "done", "minutes")} | {"starts from": "start"}
    print_entries(json, entries, columns, ("steps", "done", "minutes"))


def lesson(
    action: Annotated[str, typer.Argument(metavar="check", help="What to do: check.", show_default=False)],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A lesson's JSON file.", show_default=False)],
    json: Json = False,
) -> None:
    """Check a lesson that you wrote: its form, its links, and the names of layers, settings and presets in it."""
    from app.lessons.lesson_check import faults
    from app.lessons.schema import read_lesson

    if action != "check":
        raise typer.BadParameter(f"there is no “{action}” for lessons; there is check.")
    lesson = read_lesson(file)
    wrong = faults(lesson)
    if json:
        print_json(
            {"ok": not wrong, "id": lesson.id, "title": lesson.title, "steps": len(lesson.steps), "faults": wrong}
        )
        return
    for fault in wrong:
        print_line(f"- {fault}")
    if wrong:
        raise NetloomError(f"{file.name}: {len(wrong)} fault{'s' if len(wrong) > 1 else ''} to correct.")
    print_line(f"{file.name}: “{lesson.title}”, {len(lesson.steps)} steps, nothing to correct.")
