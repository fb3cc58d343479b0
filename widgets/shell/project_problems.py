"""Problems of a project outside its network: training settings or data that cannot be read, with their repairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.project.data_spec import expected, is_adversarial
from app.training.gan.roles import adversarial_problems
from app.training.plan import Plan
from graph.changes import Change, LayerAdded, LayerSet
from graph.checking.fixes import Fix
from graph.checking.layer_info import DataSpec, Problem, Severity
from graph.document import Commit, Document
from graph.errors import NetloomError

if TYPE_CHECKING:
    from widgets.shell.project_session import ProjectSession


def _nothing(_: Document) -> None:
    """What a repair without an act does."""


@dataclass(frozen=True)
class Repair(Fix):
    """A repair that is no edit of layers."""

    act: Callable[[Document], None] = field(default=_nothing, compare=False)

    def apply(self, document: Document) -> None:
        """Do it."""
        self.act(document)


class ProjectProblems(QObject):
    """Looks at the sections ``data`` and ``plan`` whenever they change; nothing is loaded for that.

    The session's checker is told what the data offers, and ``changed`` says that they may differ.
    """

    changed = Signal()

    def __init__(self, session: ProjectSession, choose_data: Callable[[], None]) -> None:
        super().__init__(session)
        self._session, self._choose_data = session, choose_data
        self.info: DatasetInfo | None = None
        """What the data is known to offer."""
        session.replaced.connect(self.refresh)
        session.committed.connect(self._on_commit)
        self._watching = False

    def _on_commit(self, commit: Commit) -> None:
        """A GAN's roles depend on the whole network, so there every edit counts."""
        outside = any(getattr(change, "section", None) in ("data", "plan") for change in commit.changes)
        if outside or self._watching or any(map(_brings_noise, commit.changes)):
            self.refresh()

    def refresh(self) -> None:
        """Look at both sections of the document that is open now."""
        session = self._session
        sections, found = session.document.sections, list[Problem]()
        offered = self._data(sections.get("data"), session.base, found)
        plan_fault(sections.get("plan", {}), found)
        session.checker.expect(offered)
        rivals = adversarial_problems(session.checker, sections, self.info)
        self._watching = bool(rivals) or is_adversarial(sections.get("plan"))
        session.project_problems = (*found, *rivals)
        self.changed.emit()

    def _data(self, section: Any, base: Path | None, found: list[Problem]) -> DataSpec | None:
        self.info = None
        if section is None:
            return None
        try:
            # A file that was never read is left to the worker; the data view passes on what it finds there.
            self.info = DataChoice.parse(section if isinstance(section, Mapping) else {}).known_info(base)
            return expected(self.info, self._session.document.sections.get("plan")) if self.info is not None else None
        except NetloomError as error:
            repair = Repair("Choose data…", (), lambda _: self._choose_data())
            found.append(Problem(Severity.ERROR, None, None, str(error), (repair,)))
            return None


def _brings_noise(change: Change) -> bool:
    match change:
        case LayerAdded(node=node):
            return node.layer.draws_noise
        case LayerSet(new=layer):
            return layer.draws_noise
        case _:
            return False


def plan_fault(section: Any, found: list[Problem]) -> None:
    """Add the problem of a plan that cannot be read, with a repair that keeps what can."""
    try:
        Plan.parse(section)
    except NetloomError as error:

        def keep(document: Document) -> None:
            with document.transaction("Repair the plan"):
                document.set_section("plan", readable(section))

        repair = Repair("Drop what cannot be read", (), keep)
        found.append(Problem(Severity.ERROR, None, None, str(error), (repair,)))


def readable(section: Any) -> dict[str, Any]:
    """The settings of a plan that can be read."""
    kept = dict[str, Any]()
    for name, value in section.items() if isinstance(section, Mapping) else ():
        try:
            Plan.parse({**kept, name: value})
        except NetloomError:
            continue
        kept[name] = value
    return kept
