"""Write the presets into the folder ``presets``: ``python -m tools.make_presets``.

The files hold only what differs from the defaults of data and plan, so that they read like a recipe.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.lessons.lesson_files import lessons
from app.project.presets import FOLDER, PREFIX
from graph.changes import Section
from graph.project import SUFFIX, Project, project_bytes, write_atomically
from tools.drawing import Drawing
from tools.preset_list import RECIPES, Recipe
from tools.preset_list_classics import CLASSICS
from tools.preset_list_clips import CLIPS
from tools.preset_list_lines import LINES
from tools.preset_list_sequences import SEQUENCES
from tools.preset_list_time import TIME
from tools.preset_list_writing import WRITING
from tools.preset_rivals import RIVALS

PAGES = Path(__file__).resolve().parent / "preset_pages"
"""One Markdown file for each preset: its page, and behind a line ``---`` more figures."""


def page(id: str, recipe: Recipe) -> str:
    """The page of a preset: title, text, what training gives beside what is known or published, and its origin.

    Raises
    ------
    FileNotFoundError
        if nobody wrote it yet.
    """
    text, _, figures = (PAGES / f"{id}.md").read_text("utf-8").partition("\n---\n")
    listed = "\n".join([f"- Here: {recipe.expect}.", *figures.strip().splitlines()])
    origin = f"*Course notes: {', '.join(recipe.textbook)}.*"
    taught = [f"[{one.title}](lesson:{one.id})" for one in lessons() if one.start == f"{PREFIX}{id}"]
    lesson = [f"A lesson begins here: {taught[0]}."] if taught else []
    parts = [f"# {recipe.title}", text.strip(), *lesson, f"### Figures\n{listed}", origin]
    return unbroken("\n\n".join(parts) + "\n")


def unbroken(text: str) -> str:
    """Sizes and shares on one line each: ``3 x 3`` with its sign of multiplication, ``98 %`` with its unit."""
    text = re.sub(r"(?<=\d) x (?=\d)", "\u00a0×\u00a0", text)
    return re.sub(r"(?<=\d) (?=%|MW\b|C²)", "\u00a0", text)


def project(id: str, recipe: Recipe) -> Project:
    """The project that a recipe describes."""
    data: dict[str, Any] = {"source": recipe.source}
    if recipe.options:
        data["options"] = dict(recipe.options)
    data |= recipe.data
    drawing = Drawing(DataChoice.parse(data).info())
    recipe.draw(drawing)
    about = {
        "title": recipe.title,
        "summary": recipe.summary,
        "textbook": list(recipe.textbook),
        "expect": recipe.expect,
        "minutes": recipe.minutes,
    }
    sections: dict[str, Section] = {"about": about, "data": data, "plan": dict(recipe.plan), "notes": page(id, recipe)}
    if recipe.dismissed:
        sections["hints"] = {"dismissed": {rule: list(layers) for rule, layers in recipe.dismissed.items()}}
    return Project(drawing.arranged(), sections)


def files() -> dict[str, bytes]:
    """The content of every preset's file, by its name."""
    recipes = {**RECIPES, **CLASSICS, **CLIPS, **LINES, **SEQUENCES, **TIME, **RIVALS, **WRITING}
    return {f"{id_}{SUFFIX}": project_bytes(project(id_, recipe)) for id_, recipe in recipes.items()}


def main() -> None:
    """Write all files, and remove those of presets that are gone."""
    FOLDER.mkdir(exist_ok=True)
    written = files()
    for old in FOLDER.glob(f"*{SUFFIX}"):
        if old.name not in written:
            old.unlink()
    for name, content in written.items():
        write_atomically(FOLDER / name, content)


if __name__ == "__main__":
    main()
