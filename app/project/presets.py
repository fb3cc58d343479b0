"""The networks that ship: projects in the folder ``presets``, each complete with data and plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.system.own_command import PROGRAM
from graph.checking.check import Checker
from graph.document import Document
from graph.errors import NetloomError
from graph.network import Network
from graph.project import SUFFIX, Project, read_project

FOLDER = Path(__file__).resolve().parent.parent.parent / "presets"
PREFIX = "preset:"
"""What stands before a preset's id where a file is expected."""


@dataclass(frozen=True)
class Preset:
    """A project that ships, with what its ``about`` section says.

    ``textbook`` are ids of the systems it shows, ``expect`` what training it gives, ``minutes`` how long that takes
    on two cores, and ``dataset`` the id of its data.
    """

    id: str
    path: Path
    project: Project
    title: str
    summary: str
    textbook: tuple[str, ...]
    expect: str
    minutes: float
    dataset: str

    def parameters(self) -> int:
        """Trainable parameters of its network."""
        return parameters(self.project.network)

    def to_json(self) -> dict[str, Any]:
        """The line of `main.py presets`."""
        return {
            "id": self.id,
            "title": self.title,
            "textbook": list(self.textbook),
            "parameters": self.parameters(),
            "dataset": self.dataset,
            "summary": self.summary,
            "expect": self.expect,
            "minutes": self.minutes,
        }


def parameters(network: Network) -> int:
    """Trainable parameters of the layers that lead to an output."""
    checker = Checker(Document(network))
    checker.close()
    return checker.parameters


def preset(id: str) -> Preset:
    """The preset called ``id``; each call reads the file anew, so that its network may be edited.

    Raises
    ------
    NetloomError
        if there is none.
    """
    if id not in preset_ids():
        raise NetloomError(f"There is no preset “{id}”; run `{PROGRAM} presets` for the list.")
    return read_preset(FOLDER / f"{id}{SUFFIX}")


def presets() -> list[Preset]:
    """All presets, simple ones first."""
    found = [read_preset(FOLDER / f"{id}{SUFFIX}") for id in preset_ids()]
    return sorted(found, key=lambda preset: (preset.parameters(), preset.id))


@cache
def preset_ids() -> tuple[str, ...]:
    """Ids of all presets, in the order of the alphabet."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}")))


def read_preset(path: Path) -> Preset:
    """The preset in the file ``path``.

    Raises
    ------
    NetloomError
        if it is no project or its ``about`` section lacks what a preset must say.
    """
    project = read_project(path)
    about, data = project.sections.get("about"), project.sections.get("data")
    if not isinstance(about, Mapping) or not isinstance(data, Mapping):
        raise NetloomError(f"{path.name} is no preset: its sections “about” and “data” are needed.")
    try:
        return Preset(
            id=path.name.removesuffix(SUFFIX),
            path=path,
            project=project,
            title=str(about["title"]),
            summary=str(about["summary"]),
            textbook=tuple(about["textbook"]),
            expect=str(about["expect"]),
            minutes=float(about["minutes"]),
            dataset=str(data["source"]),
        )
    except KeyError as error:
        raise NetloomError(f"{path.name} is no preset: {error} is missing.") from None
