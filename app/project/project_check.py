"""The project check of window and command line: problems of network, data, plan and GAN roles, with fixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.data.readers.file_access import locate, reading
from app.data.sources.file_source import FileSource
from app.project.data_spec import data_spec
from app.project.gan_problems import gan_problems
from app.project.objective_problems import objective_problems
from app.project.project_hints import hint_json, project_hints
from app.training.plan import Plan
from app.training.usual_rates import USUAL_RATES, high_rate_warning, is_far_too_high
from graph.checking.check import Checker
from graph.checking.fixes import Change, Fix, Write
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
            "layers": [
                layer_json(checker.network.node(id_), checker.layer_info(id_)) for id_ in checker.network.ordered()
            ],
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
    checker = Checker(Document(project.network, project.sections))
    info, data_problems = check_data(project.sections.get("data"), base, load=True)
    problems = (*data_problems, *check_training(checker, project.sections, info))
    checker.close()
    return Report(checker, (*problems, *checker.problems), project_hints(checker, project.sections, info))


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


def check_training(checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None) -> tuple[Problem, ...]:
    """The problems of the section ``plan``, of a GAN's roles, of objectives and losses, with what is known of the data.

    Afterwards ``checker`` knows what the data asks of the network.
    """
    plan = sections.get("plan")
    checker.set_data_spec(data_spec(info, plan) if info is not None else None)
    roles, objectives = gan_problems(checker, sections, info), objective_problems(checker, sections, info)
    return (*_plan(sections.get("plan", {})), *roles, *objectives)


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
    }


def _changes(choice: DataChoice, base: Path | None) -> tuple[str, ...]:
    """A sentence where the data is no longer what it was when it was chosen."""
    if not isinstance(choice.source, FileSource):
        return ()
    file = locate(choice.source.path, base)
    with reading(file):
        return choice.source.change_note(file)


def _plan(section: Any) -> list[Problem]:
    """The problem of a plan that cannot be read, with a fix that keeps what can, or of a rate that cannot work."""
    try:
        plan = Plan.parse(section)
    except NetloomError as error:
        fix = Fix("Drop what cannot be read", (Write("plan", _readable(section)),))
        return [Problem(Severity.ERROR, None, None, str(error), (fix,))]
    if is_far_too_high(plan):
        usual = USUAL_RATES[plan.optimiser]
        fix = Fix(f"Use learning rate {usual:g}", (Change("plan", {"learning_rate": usual}),))
        return [Problem(Severity.WARNING, None, None, high_rate_warning(plan), (fix,))]
    return []


def _readable(section: Any) -> dict[str, Any]:
    """The settings of a plan that can be read."""
    kept = dict[str, Any]()
    for name, value in section.items() if isinstance(section, Mapping) else ():
        try:
            Plan.parse({**kept, name: value})
        except NetloomError:
            continue
        kept[name] = value
    return kept
