"""The FILE argument of subcommands: a path to a project file, or `preset:NAME`; of some also a run folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from graph.project import SUFFIX, Project, read_project

if TYPE_CHECKING:
    from app.training.runs import Run

File = Annotated[str, typer.Argument(metavar="FILE", help="A project file, or preset:ID.", show_default=False)]
FileOrRun = Annotated[
    str, typer.Argument(metavar="FILE-or-RUN", help="A project file, preset:ID, or a run folder.", show_default=False)
]


@dataclass(frozen=True)
class FileArgument:
    """A project with its file, the folder that its relative paths start from (None for a preset) and its name."""

    project: Project
    path: Path
    base: Path | None
    name: str
    saved_as: str = ""
    """Of a run: the name under which its project was saved on this machine, empty where it was not."""

    @classmethod
    def of_run(cls, run: Run) -> Self:
        """The project of a run."""
        from app.project.project_ids import known_project
        from app.training.run_labels import owner_of

        known = known_project(owner_of(run.path).id)
        saved_as = known.name if known is not None and known.path is not None else ""
        return cls(run.project, run.path, run.base, run.title, saved_as)

    @property
    def title(self) -> str:
        """The name under which it was saved, else what the project calls itself, or the file's name."""
        if self.saved_as:
            return self.saved_as
        about = self.project.sections.get("about")
        title = about.get("title") if isinstance(about, Mapping) else None
        return title if isinstance(title, str) and title else self.name


def open_source(file: str) -> FileArgument:
    """The project that ``file`` names.

    Raises
    ------
    NetloomError
        if there is no such file or preset, or it is no project.
    """
    from app.project.presets import PREFIX, preset
    from app.project.project_ids import id_of

    if file.startswith(PREFIX):
        shipped = preset(file.removeprefix(PREFIX))
        return FileArgument(shipped.project, shipped.path, None, shipped.id)
    path = Path(file)
    project = read_project(path)
    project = replace(project, id=id_of(project, path))
    return FileArgument(project, path, path.resolve().parent, path.name.removesuffix(SUFFIX))
