"""The project check of window and command line: problems of network, data, plan and GAN roles, with fixes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.data.prepare import prepare
from app.data.readers.file_access import locate, reading
from app.data.sources.file_source import FileSource
from app.data.sources.source import Origin
from app.project.cost_text import costs_json, network_costs
from app.project.project_hints import hint_json, project_hints
from app.training.calibration import known_calibration
from app.training.judge import judge
from app.training.learning_problems import Values
from app.training.predicted_cost import NOT_KNOWN, PredictedCost, predicted_cost
from graph.checking.check import Checker
from graph.checking.fixes import Fix
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
    predicted: PredictedCost = NOT_KNOWN

    @property
    def ok(self) -> bool:
        """Whether it can be trained."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """The report that `main.py check` prints.

        Where a network leaves the number of steps open, its costs are those of one step (``per_step``), and
        ``at_length`` has those with the steps of the data's longest sample.
        """
        checker, costs = self.checker, network_costs(self.checker)
        return {
            "ok": self.ok,
            "predicted": self.predicted.to_json(),
            "problems": [problem_json(problem) for problem in self.problems],
            "hints": [hint_json(hint) for hint in self.hints],
            "layers": [
                layer_json(checker.network.node(id_), checker.layer_info(id_)) for id_ in checker.network.ordered()
            ],
            "parameters": checker.parameters,
            "connections": checker.connections,
            "flops": checker.flops,
            "activations": checker.activations,
            "activation_bytes": checker.activations * VALUE_BYTES,
            "per_step": costs.is_open,
            "at_length": costs_json(costs.at_length, costs.lengths),
        }


def check_project(project: Project, base: Path | None, devices: Collection[str] = ()) -> Report:
    """Check a project; ``base`` is the folder that relative paths of its data start from, ``devices`` are the ids of
    those of this machine, where they are known.

    A device that this machine does not have is a warning, because another one may train the project. Data that cannot
    be found and a plan that cannot be read are problems like any other.
    """
    checker = Checker(Document(project.network, project.sections))
    info, data_problems = check_data(project.sections.get("data"), base, load=True)
    values = _values(project, base)
    problems = (*data_problems, *judge(checker, project.sections, info, values, devices, False, base))
    checker.close()
    hints = project_hints(checker, project.sections, info)
    predicted = predicted_cost(checker, project.sections, info, known_calibration())
    return Report(checker, (*problems, *checker.problems), hints, predicted)


def check_data(
    section: Any, base: Path | None, *, load: bool, choose_data: Sequence[Fix] = ()
) -> tuple[DatasetInfo | None, tuple[Problem, ...]]:
    """What is known of the data that the section ``data`` chooses, and its problems.

    Without ``load`` no file is read that was never read before; what such data offers stays unknown. ``choose_data``
    are fixes to offer where the data is refused.
    """
    if section is None:
        return None, ()
    try:
        choice = DataChoice.parse(section if isinstance(section, Mapping) else {})
        if not load:
            return choice.known_info(base), ()
        changes = tuple(Problem(Severity.WARNING, None, None, note) for note in _changes(choice, base))
        return choice.info(base), changes
    except NetloomError as error:
        return None, (Problem(Severity.ERROR, None, None, str(error), tuple(choose_data)),)


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
        "receptive_field": list(facts.receptive_size) if facts.receptive_size else None,
        "jump": list(facts.jump) if facts.jump else None,
        "at_length": costs_json(facts.at_length),
    }


def _values(project: Project, base: Path | None) -> Values | None:
    """How the data itself is had, where that fetches nothing."""
    try:
        choice = DataChoice.parse(project.sections.get("data"))
    except NetloomError:
        return None
    return None if choice.source.origin is Origin.DOWNLOADED else lambda: prepare(choice, base)


def _changes(choice: DataChoice, base: Path | None) -> tuple[str, ...]:
    """A sentence where the data is no longer what it was when it was chosen."""
    if not isinstance(choice.source, FileSource):
        return ()
    file = locate(choice.source.path, base)
    with reading(file):
        return choice.source.change_note(file)
