"""Model card: one Markdown page that says what a network is for, what it learned from, how well it does and where not.

The parts are those of Mitchell and others, Model Cards for Model Reporting, 2019, as far as project and run tell them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo, FieldInfo
from app.data.split import NAMES, PARTS
from app.exchange.places import without_places
from app.project.cost_text import network_costs, work_text
from app.project.project_check import check_project
from app.project.summary import totals
from app.system.number_format import format_percent
from app.system.own_command import IN_SHELL
from app.training.diagnosis import diagnose_run
from app.training.generalisation import caution, gap
from app.training.plan import Plan
from app.training.run_data import part_samples
from app.training.runs import Run
from app.training.training_course import Course
from graph.atomic_write import write_atomically
from graph.checking.check import Checker
from graph.errors import NetloomError
from graph.layers.io import Input, Output
from graph.project import Project

LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
"""A link in notes, which leads to places in the window."""
LISTED = 12
"""Classes, features and settings that are named one by one."""


def export_card(project: Project, title: str, out: Path, base: Path | None, run: Run | None = None) -> Path:
    """Write the model card of a project, or of a run with its scores; returns the file.

    Raises
    ------
    NetloomError
        if the run's log was altered, or the file cannot be written.
    """
    checker = check_project(project, base).checker
    info, missing = _info(project, base)
    parts = [f"# {_text(title or 'A network')}", *_network(project, checker, run), *_reads(checker, info)]
    parts += [*_data(project, info, missing), *_training(project, run)]
    if run is not None:
        parts += [*_scores(run), *_limits(run)]
    parts += _loading(run)
    write_atomically(out, ("\n\n".join(parts) + "\n").encode("utf-8"))
    return out


def _info(project: Project, base: Path | None) -> tuple[DatasetInfo | None, str]:
    """What the data offers, or why that is not known."""
    section = project.sections.get("data")
    if not section:
        return None, "No data is chosen."
    try:
        return DataChoice.parse(section).info(base), ""
    except NetloomError as error:
        return None, without_places(error, base)


def _network(project: Project, checker: Checker, run: Run | None) -> Iterator[str]:
    whole, costs = totals(checker), network_costs(checker)
    work = f", {work_text(costs)}" if costs.at_length else f", {whole.flops:,} FLOP for a sample"
    yield f"A network of {whole.layers:,} layers with {whole.parameters:,} parameters{work}. Drawn in Netloom."
    if run is None:
        yield "It is not trained."
    notes = project.sections.get("notes")
    told = [part for part in str(notes or "").split("\n\n") if part.strip() and not part.lstrip().startswith("#")]
    if told:
        yield _text(LINK.sub(r"\1", told[0]))


def _reads(checker: Checker, info: DatasetInfo | None) -> Iterator[str]:
    """What goes in and comes out."""
    yield "## What it reads and says"
    spec = checker.data_spec
    rows = []
    for node in checker.network:
        if isinstance(node.layer, Input):
            name, role = node.layer.field or (spec.default_input if spec is not None else ""), "reads"
        elif isinstance(node.layer, Output):
            name, role = node.layer.target or (spec.default_target if spec is not None else ""), "says"
        else:
            continue
        field = next((each for each in info.fields if each.name == name), None) if info is not None else None
        rows.append((node.id, role, name, _holds(field) if field is not None else ""))
    yield _table(("Layer", "", "Field of the data", "Holds"), rows)


def _holds(field: FieldInfo) -> str:
    if field.classes:
        return f"{len(field.classes)} classes: {_some(field.classes)}"
    units = field.units or ("",) * len(field.names)
    named = [f"{name} [{unit}]" if unit else name for name, unit in zip(field.names, units, strict=True) if name]
    tokens = f", {len(field.vocabulary):,} tokens" if field.vocabulary else ""
    return field.shape.described() + tokens + (f": {_some(named)}" if named else "")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:LISTED]) + (", …" if len(names) > LISTED else "")


def _data(project: Project, info: DatasetInfo | None, missing: str) -> Iterator[str]:
    yield "## Data"
    if info is None:
        yield _text(missing)
        return
    choice = DataChoice.parse(project.sections.get("data"))
    summary = f": {without_places(info.summary)}" if info.summary else ""
    yield _text(f"{without_places(info.title)}{summary}")
    shares = ", ".join(
        f"{format_percent(share, 0)} {NAMES[part]}" for part, share in zip(PARTS, choice.split.shares, strict=True)
    )
    rows = [("samples", f"{info.samples:,}"), ("divided into", f"{shares} (seed {choice.split.seed})")]
    rows.append(("standardised", "by the training set's means and deviations" if choice.standardise else "no"))
    if choice.augment.active:
        altered = choice.augment.model_dump(exclude_defaults=True)
        rows.append(("altered while training", ", ".join(f"{name} {value}" for name, value in altered.items())))
    yield _table(("", ""), rows)


def _training(project: Project, run: Run | None) -> Iterator[str]:
    yield "## Training"
    plan = Plan.of(project)
    values = {spec.name: getattr(plan, spec.name) for spec in plan.settings()}
    usual = Plan()
    shown = ("epochs", "batch_size", "optimiser", "learning_rate", "loss", "schedule", "seed")
    rows = [
        (spec.label or spec.name.replace("_", " "), values[spec.name])
        for spec in plan.settings()
        if (spec.when is None or values[spec.when[0]] in spec.when[1])
        and (spec.name in shown or values[spec.name] != getattr(usual, spec.name))
    ]
    if run is not None:
        summary, kept = run.summary(), run.environment
        rows += [
            ("trained", summary.created.replace("T", " ")),
            ("ended", f"{summary.status}, epoch {summary.epoch:,}"),
        ]
        rows += [(name, kept[name]) for name in ("device", "torch") if kept.get(name)]
    yield _table(("Setting", "Value"), rows)


def _scores(run: Run) -> Iterator[str]:
    """The metrics of each set, and what is had without a network."""
    yield "## Scores"
    summary, counts = run.summary(), part_samples(run)
    measured = {"train": summary.train, "validation": summary.validation, "test": summary.test}
    names = list(dict.fromkeys(name for metrics in measured.values() for name in metrics))

    def row(head: str, samples: str, metrics: Mapping[str, Any]) -> tuple[str, ...]:
        return head, samples, *(_number(metrics.get(name)) for name in names)

    counted = {part: f"{counts[part]:,}" if part in counts else "" for part in measured}
    rows = [row(f"{NAMES[part]} set", counted[part], metrics) for part, metrics in measured.items() if metrics]
    if not rows:
        yield "No epoch was finished, so there are none."
        return
    compared, why = _baselines(run)
    rows += [row(f"without learning: {name}", "", errors) for name, errors in compared]
    yield _table(("", "Samples", *names), rows)
    yield _text(f"Of the {summary.kept}, whose weights are kept." + (f" {why}" if why else ""))


def _baselines(run: Run) -> tuple[list[tuple[str, Mapping[str, Any]]], str]:
    """The baselines on the test set by their names, or why there are none."""
    from app.inference.model_baselines import model_baselines
    from app.training.training_session import load_model

    try:
        found = model_baselines(load_model(run.path, "cpu")[1])
    except NetloomError as error:
        return [], without_places(error, run.base, run.path.parent)
    return [(each.name, each.to_json()) for each in found], ""


def _limits(run: Run) -> Iterator[str]:
    """What keeps the scores from holding elsewhere, as far as the run tells."""
    yield "## Limits"
    course = Course.of(run.history(points=False), run)
    told = [
        "The scores hold for new samples of the kind that the test set holds, and for no others.",
        *([] if course.test else ["It was not tested, so nothing tells how well it does on new samples."]),
        gap(course.kept, course.test, course.test_samples),
        caution(course.test, course.test_samples),
        *(without_places(each.sentence, run.base, run.path.parent) for each in diagnose_run(run)),
    ]
    yield "\n".join(f"- {_text(sentence)}" for sentence in told if sentence)


def _loading(run: Run | None) -> Iterator[str]:
    yield "## How to load it"
    if run is None:
        yield f"Train the project with Netloom:\n\n```\n{IN_SHELL} train network.netloom --out run\n```"
        return
    name = run.path.name
    yield "With Netloom, from the folder of the run; predictions are in the data's own units:"
    yield f'```python\nimport netloom\n\nrun = netloom.open_run("{name}")\nprint(run.predict("new_samples.csv"))\n```'
    yield "Without it, as PyTorch code with its weights beside it, or as ONNX:"
    yield (
        f"```\n{IN_SHELL} export {name} --to code -o net.py\n{IN_SHELL} export {name} --to onnx -o net.onnx\n"
        "python -c \"from net import load; network = load('net.safetensors')\"\n```"
    )


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)


def _cell(value: object) -> str:
    return _text(value).replace("|", "\\|")


def _text(value: object) -> str:
    """Words on one line, in which nothing is taken for HTML."""
    return html.escape(" ".join(str(value).split()), quote=False)
