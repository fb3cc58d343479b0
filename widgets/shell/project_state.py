"""All that the window knows of the open project, in one object that is exchanged whole when another is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.data.dataset import DatasetInfo
from app.project.description_links import slug
from app.training.predicted_cost import NOT_KNOWN, PredictedCost
from app.training.run_labels import ProjectKey
from graph.checking.check import Checker
from graph.checking.layer_info import Problem
from graph.document import Act, Document
from graph.network import Network
from graph.project import SUFFIX, Project

UNTITLED = "Untitled"


@dataclass(eq=False)
class ProjectState:
    """One open project. Whoever keeps something about it keeps it here, so that none of it meets the next project.

    ``id`` tells its runs; ``data`` is what its data is known to offer, ``has_data`` whether any was chosen when it was
    last checked; ``trained``, ``trained_on`` (its choice of data, and where relative paths start) and ``epoch_seconds``
    are of its last run; by now the network may be ``outdated``, or other data chosen (``other_data``); ``attempt`` is
    what was tried last without success, such as a file that could not be read; ``predicted`` is what its training will
    take.
    """

    document: Document
    checker: Checker
    id: str
    path: Path | None = None
    unsaved_origin: bool = False
    attempt: Act | None = None
    data: DatasetInfo | None = None
    has_data: bool = False
    data_problems: tuple[Problem, ...] = ()
    project_problems: tuple[Problem, ...] = ()
    hints: tuple[Problem, ...] = ()
    trained: Network | None = None
    trained_on: tuple[object, Path | None] | None = None
    outdated: bool = False
    other_data: bool = False
    epoch_seconds: float | None = None
    predicted: PredictedCost = NOT_KNOWN

    @property
    def base(self) -> Path | None:
        """The folder where the project's relative paths begin."""
        return self.path.parent if self.path else None

    @property
    def chooses_data(self) -> bool:
        """Whether data is chosen, be it known or not."""
        return "data" in self.document.sections

    @property
    def own_title(self) -> str:
        """What the project says of itself, empty where it says nothing."""
        about = self.document.sections.get("about")
        title = about.get("title") if isinstance(about, Mapping) else None
        return title if isinstance(title, str) else ""

    @property
    def title(self) -> str:
        """What the window is called after: the file, else what the project says of itself."""
        return self.path.name if self.path is not None else self.own_title or UNTITLED

    @property
    def name(self) -> str:
        """The same without the ending of the file: what its runs are called."""
        return self.title.removesuffix(SUFFIX)

    @property
    def suggested_name(self) -> str:
        """A name for a file of this project, without its ending."""
        words = slug(self.name)
        return self.path.stem if self.path else (words if words not in ("", "untitled") else "network")

    @property
    def key(self) -> ProjectKey:
        """What tells which runs are this project's."""
        names = {self.name, self.own_title, slug(self.name)[:40]}
        return ProjectKey(self.id, self.name, self.base, frozenset(names - {""}))

    @property
    def project(self) -> Project:
        """The project as it stands."""
        return Project(self.document.network, dict(self.document.sections), self.id)
