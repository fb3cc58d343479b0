"""Write the presets into the folder ``presets``: ``python -m tools.make_presets``.

The files hold only what differs from the defaults of data and plan, so that they read like a recipe.
"""

from __future__ import annotations

from typing import Any

from app.data.choice import DataChoice
from app.presets import FOLDER
from graph.project import SUFFIX, Project, project_bytes, write_atomically
from tools.drawing import Drawing
from tools.preset_list import RECIPES, Recipe
from tools.preset_list_classics import CLASSICS


def project(recipe: Recipe) -> Project:
    """The project that a recipe describes."""
    data: dict[str, Any] = {"source": recipe.source}
    if recipe.options:
        data["options"] = dict(recipe.options)
    drawing = Drawing(DataChoice.parse(data).info())
    recipe.draw(drawing)
    about = {
        "title": recipe.title,
        "summary": recipe.summary,
        "textbook": list(recipe.textbook),
        "expect": recipe.expect,
        "minutes": recipe.minutes,
    }
    return Project(drawing.arranged(), {"about": about, "data": data, "plan": dict(recipe.plan)})


def files() -> dict[str, bytes]:
    """The content of every preset's file, by its name."""
    return {f"{id_}{SUFFIX}": project_bytes(project(recipe)) for id_, recipe in {**RECIPES, **CLASSICS}.items()}


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
