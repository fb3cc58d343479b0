"""Whether a whole project can be trained: its network held against its data, and its plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.data.readers.file_access import locate, reading
from app.data.sources.file_source import FileSource
from app.project.data_spec import expected
from app.project.project_hints import hint_json, project_hints
from app.training.gan.roles import adversarial_problems
from app.training.plan import Plan
from graph.checking.check import Checker
from graph.checking.layer_info import VALUE_BYTES, LayerInfo, Problem, Severity
from graph.checking.network_hints import Hint
from graph.document import Document
from graph.errors import NetloomError
from graph.network import Node
from graph.project import Project


@dataclass(frozen=True)
class Report:
    """What is known of a project: its network's facts, the problems of network, data and plan, and hints."""

    checker: Checker
    problems: tuple[Problem, ...]
    hints: tuple[Hint, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it can be trained."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """The report that `main.py check` prints."""
        checker = self.checker
        return {
            "ok": self.ok,
            "problems": [problem_json(problem) for problem in self.problems],
            "hints": [hint_json(hint) for hint in self.hints],
            "layers": [layer_json(checker.network.node(id_), checker.facts(id_)) for id_ in checker.network.ordered()],
            "parameters": checker.parameters,
            "connections": checker.connections,
            "flops": checker.flops,
            "activations": checker.activations,
            "activation_bytes": checker.activations * VALUE_BYTES,
        }


def check_project(project: Project, base: Path | None) -> Report:
    """Check a project; ``base`` is the folder that relative paths of its data start from.

    Data that cannot be found and a plan that cannot be read are problems like any other.
    """
    problems: list[Problem] = []
    info = _data(project, base, problems)
    _plan(project, problems)
    offered = expected(info, project.sections.get("plan")) if info else None
    checker = Checker(Document(project.network, project.sections), offered)
    problems += adversarial_problems(checker, project.sections, info)
    checker.close()
    return Report(checker, (*problems, *checker.problems), project_hints(checker, project.sections, info))


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem as plain JSON values; ``fixes`` are what would repair it, as titles."""
    return {
        "severity": str(problem.severity),
        "layer": problem.layer,
        "port": problem.port,
        "message": problem.message,
        "fixes": [fix.title for fix in problem.fixes],
    }


def layer_json(node: Node, facts: LayerInfo) -> dict[str, Any]:
    """What is known of a layer: ``output`` has one size per axis (None: unknown), or is None as a whole."""
    shape = next(iter(facts.outputs.values()), None)
    return {
        "id": node.id,
        "kind": node.layer.kind,
        "output": list(shape.sizes) if shape else None,
        "parameters": facts.parameters,
        "connections": facts.connections,
        "flops": facts.flops,
        "activations": facts.activations,
        "activation_bytes": facts.activation_bytes,
        "receptive_field": list(facts.receptive_field) if facts.receptive_field else None,
        "jump": list(facts.jump) if facts.jump else None,
    }


def _data(project: Project, base: Path | None, problems: list[Problem]) -> DatasetInfo | None:
    section = project.sections.get("data")
    if not isinstance(section, Mapping):
        return None
    try:
        choice = DataChoice.parse(section)
        problems += [Problem(Severity.WARNING, None, None, one) for one in _changes(choice, base)]
        return choice.info(base)
    except NetloomError as error:
        problems.append(Problem(Severity.ERROR, None, None, str(error)))
        return None


def _changes(choice: DataChoice, base: Path | None) -> tuple[str, ...]:
    """A sentence where the data is no longer what it was when it was chosen."""
    if not isinstance(choice.source, FileSource):
        return ()
    file = locate(choice.source.path, base)
    with reading(file):
        return choice.source.change_note(file)


def _plan(project: Project, problems: list[Problem]) -> None:
    section = project.sections.get("plan", {})
    try:
        Plan.parse(section if isinstance(section, Mapping) else {})
    except NetloomError as error:
        problems.append(Problem(Severity.ERROR, None, None, str(error)))
