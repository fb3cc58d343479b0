"""Whether a project can be trained (training check): one judge for window, command line and worker. Needs no torch.

What it passes takes a training step on its data, and what it refuses does not, or would learn nothing by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.data.prepare import Prepared
from app.data.split import NAMES, PARTS, Split, empty_part, known_counts, why_empty
from app.training.data_spec import data_spec
from app.training.gan.gan_problems import gan_problems
from app.training.learning_problems import Values, learning_problems
from app.training.memory_problems import memory_problems
from app.training.objective_problems import objective_problems
from app.training.plan_problems import plan_problems
from graph.checking.check import Checker
from graph.checking.fixes import Change, Fix
from graph.checking.layer_info import Problem, Severity
from graph.checking.open_lengths import at_length, open_inputs
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.io import Input
from graph.project import Project
from graph.shapes import Shape


def judge(
    checker: Checker,
    sections: Mapping[str, Any],
    info: DatasetInfo | None,
    values: Values | None = None,
    devices: Collection[str] = (),
    trains_here: bool = True,
    base: Path | None = None,
) -> tuple[Problem, ...]:
    """What keeps a project from being trained, beside the problems of the network itself.

    Afterwards ``checker`` knows what the data asks of the network. ``info`` is what is known of the data; without
    ``values`` what only they would show stays open, and without the ids of ``devices`` whether the chosen one is there.
    That is a warning where it is not asked for a training on this machine (``trains_here``). ``base`` is the folder
    where relative paths begin.
    """
    plan = sections.get("plan")
    checker.set_data_spec(data_spec(info, plan) if info is not None else None)
    known = _at_length(checker, info)
    problems = [
        *plan_problems(sections.get("plan", {}), devices, trains_here),
        *(_split_problems(sections, info, values) if info is not None else ()),
        *gan_problems(checker, sections, info),
        *objective_problems(checker, sections, info, values),
        *(_length_problems(checker, known) if known is not None else ()),
        *learning_problems(known or checker, sections, info, values, base),
        *memory_problems(checker, sections, info),
    ]
    return tuple(problems)


def refuse(project: Project, prepared: Prepared) -> None:
    """Make sure that ``project`` can be trained on its data.

    Raises
    ------
    NetloomError
        if not: with the first problem that the check names.
    """
    checker = Checker(Document(project.network, project.sections))
    problems = judge(checker, project.sections, prepared.dataset.info, lambda: prepared)
    checker.close()
    faults = [problem for problem in (*problems, *checker.problems) if problem.severity is Severity.ERROR]
    if faults:
        more = f" ({len(faults) - 1} more: run the check for all.)" if len(faults) > 1 else ""
        raise NetloomError(f"{faults[0].message}{more}")


# Lengths that the network leaves open, and the data does not


def _at_length(checker: Checker, info: DatasetInfo | None) -> Checker | None:
    """The network at the length that the data has, where it leaves that open."""
    if info is None or checker.data_spec is None:
        return None
    spec, arriving = checker.data_spec, dict[str, Shape]()
    for id_, shape in open_inputs(checker.network).items():
        field = checker.network.layer_as(id_, Input).field or spec.default_input
        offered = spec.inputs.get(field)
        if offered is not None and offered.kind is shape.kind and not offered.is_open:
            arriving[id_] = offered
    return at_length(checker, arriving) if arriving else None


def _length_problems(checker: Checker, known: Checker) -> Iterator[Problem]:
    """What only shows at that length."""
    if not checker.ok:
        return  # one thing after another: what is wrong at any length is mended first
    yield from (problem for problem in known.problems if problem.severity is Severity.ERROR)


# Parts of the data


def _split_problems(sections: Mapping[str, Any], info: DatasetInfo, values: Values | None) -> list[Problem]:
    """Parts of the split that would be empty."""
    try:
        choice = DataChoice.parse(sections.get("data"))
        counts = known_counts(choice.split, info)
        if counts is None and values is not None:
            values()
    except NetloomError as error:
        return [Problem(Severity.ERROR, None, None, str(error))]
    if counts is None or not (empty := empty_part(choice.split, info.samples, counts)):
        return []
    fixes = _fuller(choice.split, info.samples, counts, empty)
    return [Problem(Severity.ERROR, None, None, why_empty(choice.split, empty, info.samples), fixes)]


def _fuller(split: Split, samples: int, counts: tuple[int, ...], empty: str) -> tuple[Fix, ...]:
    """Other shares by which no part is empty: without the empty part, or the usual ones."""
    shares = {part: getattr(split, part) for part in PARTS}
    usual = {part: getattr(Split(), part) for part in PARTS}
    without = {**shares, empty: 0.0, "train": shares["train"] + shares[empty]}
    ways = [("Divide as usual", usual)]
    if empty != "train":
        ways.insert(0, (f"Keep no samples for the {NAMES[empty]} set", without))
    ways.append(("Train on all samples", {"train": 1.0, "validation": 0.0, "test": 0.0}))
    for title, values in ways:
        changed = split.model_copy(update=values)
        if not empty_part(changed, samples, counts):
            return (Fix(title, (Change("data", {"split": changed.model_dump(mode="json")}),)),)
    return ()
