"""Making the network fit the data that was chosen, by the fixes that the checker offers at its ends."""

from __future__ import annotations

from itertools import count

from app.data.dataset import DatasetInfo, FieldInfo, Task
from app.project.add_outputs import add_outputs as add_missing_outputs
from app.project.add_outputs import fields_without_output
from app.protocol.data_values import DatasetFacts
from app.training.data_spec import data_spec
from graph.checking.check import Checker
from graph.checking.layer_info import DataSpec, Problem, Severity
from graph.document import Document
from graph.layers.io import Input, Output
from graph.shapes import Kind, Shape

TITLE = "Fit the network to this data"
OUTPUTS = "Add an output for it"
ROUNDS = 12
"""Fixes that are applied at most: each end of a network needs one or two."""

_clicks = count()


def expected_of(info: DatasetFacts, plan: object = None) -> DataSpec:
    """What a network has to fit, from the facts of a data set and the section ``plan``."""
    return data_spec(dataset_info(info), plan)


def dataset_info(facts: DatasetFacts) -> DatasetInfo:
    """The description of a data set from its facts, as far as a network is held against it."""
    fields = tuple(
        FieldInfo(
            field.name,
            Shape(Kind(field.kind), field.shape),
            field.classes,
            # Which words there are does not matter here, how many there are does.
            vocabulary=("",) * field.vocabulary,
            labels=field.labels,
        )
        for field in facts.fields
    )
    return DatasetInfo(facts.id, facts.title, Task(facts.task), facts.samples, fields, facts.inputs, facts.target)


def misfits(document: Document, checker: Checker) -> list[Problem]:
    """The problems at inputs and outputs that a fix would repair, inputs first."""
    network = document.network
    unfit = [
        problem
        for problem in checker.problems
        if problem.severity is Severity.ERROR
        and problem.fixes
        and problem.layer is not None
        and isinstance(network.layer(problem.layer), Input | Output)
    ]
    return sorted(unfit, key=lambda problem: not isinstance(network.layer(problem.layer or ""), Input))


def lacking(document: Document, info: DatasetFacts) -> str:
    """The sentence that names the columns which are predicted and have no output; empty where all have one."""
    names = [f"“{field.name}”" for field in fields_without_output(document.network, dataset_info(info))]
    return f"The network has no output for {' and '.join(names)}, which is to be predicted too." if names else ""


def add_outputs(document: Document, info: DatasetFacts) -> None:
    """Add an output for each of these columns."""
    with document.transaction(OUTPUTS):
        add_missing_outputs(document, dataset_info(info))


def fit(document: Document, checker: Checker) -> None:
    """Apply the first fix at each end until none is offered; one undo takes all of it back."""
    click = next(_clicks)
    for _ in range(ROUNDS):
        waiting = misfits(document, checker)
        if not waiting:
            return
        with document.transaction(TITLE, merge=f"fit {click}"):
            for edit in waiting[0].fixes[0].edits:
                edit.apply(document)
