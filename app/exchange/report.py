"""Report of a run or project: one web page that needs nothing besides itself and prints well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from app.data.data_choice import DataChoice
from app.data.dataset import Array, DatasetInfo
from app.data.prepare import Prepared
from app.data.readers.recipe import Dialect, ReadingRecipe
from app.data.sources.table_source import TableSource
from app.data.split import NAMES
from app.exchange import html_parts
from app.exchange.places import without_places
from app.exchange.svg_out import svg
from app.project.cost_text import NetworkCosts, network_costs, work_text
from app.project.project_check import check_project
from app.project.summary import rows, totals
from app.protocol.evaluation_values import ScoreCurve, Scores
from app.system.number_format import format_percent
from app.system.own_command import IN_SHELL
from app.training.diagnosis import diagnose_run, divergence
from app.training.generalisation import caution
from app.training.measured_cost import told_and_measured
from app.training.plan import Plan
from app.training.run_environment import environment_in_words
from app.training.runs import Run
from app.training.training_course import Course
from graph.atomic_write import write_atomically
from graph.checking.check import Checker
from graph.errors import NetloomError
from graph.project import Project

FILTERS = 64
"""Filters that are shown, at most."""

CLASSES = 40
"""Classes up to which the whole confusion matrix is shown."""

DRAWN = len(html_parts.COLOURS)
"""Classes whose curves are drawn."""

CONFUSED = 20
"""Most frequent mistakes that are listed where there are more classes."""
COLUMNS = 100
"""Columns of a table, and features, that are listed."""


def export_report(project: Project, title: str, out: Path, base: Path | None, run: Run | None = None) -> Path:
    """Write the page of a project, or of a run with how it went; returns the file.

    Where something is missing, such as data that is gone, a sentence says so in its place.

    Raises
    ------
    NetloomError
        if the network has no layers, the run's log was altered, or the file cannot be written.
    """
    checker = check_project(project, base).checker
    body = [*_head(title, project, checker, run), *_network(project, checker), *_data(project, base)]
    body += _training_settings(project)
    if run is not None:
        body += [*_training(run), *_results(run), *_environment(run)]
    body += _repeat(project, run)
    write_atomically(out, html_parts.page(title, body).encode("utf-8"))
    return out


def _head(title: str, project: Project, checker: Checker, run: Run | None) -> Iterator[str]:
    yield f"<h1>{html_parts.text(title)}</h1>"
    whole = totals(checker)
    figures = {"parameters": f"{whole.parameters:,}", "layers": f"{whole.layers:,}"}
    if run is None:
        yield '<p class="faint">A network, not trained.</p>'
    else:
        summary = run.summary()
        when = summary.created.replace("T", " ")
        diverged = divergence(diagnose_run(run))
        ending = f"diverged in epoch {diverged:,}, ended" if diverged else summary.status
        how = f"Trained {html_parts.text(when)}; {html_parts.text(ending)} after {summary.epoch:,} epochs."
        yield f'<p class="faint">{how}</p>'
        best = summary.test or summary.validation
        part, of = ("test", "") if summary.test else ("validation", f" ({summary.kept})" if summary.kept else "")
        figures = {f"{part} {name}{of}": value for name, value in html_parts.shown(best).items()} | figures
    yield html_parts.tiles(figures)
    notes = project.sections.get("notes")
    if isinstance(notes, str) and notes.strip():
        yield html_parts.prose(notes)


def _at_length(costs: NetworkCosts) -> str:
    """What the whole network needs for the longest sample, where the length is open and known."""
    return f"; in all, {work_text(costs)}" if costs.at_length else ""


def _network(project: Project, checker: Checker) -> Iterator[str]:
    yield "<h2>Network</h2>"
    yield f'<div class="drawing">{svg(project.network, checker=checker)}</div>'
    yield "<h2>Layers</h2>"
    whole = totals(checker)
    lines = [
        (row.name, row.title, row.node.layer.summary(), row.output, row.parameters, row.flops) for row in rows(checker)
    ]
    heads = ("Layer", "Kind", "Settings", "Output", "Parameters", "Operations")
    foot = ("In all", "", "", "", whole.parameters, whole.flops)
    yield html_parts.table(heads, lines, ("Parameters", "Operations"), foot)
    costs = network_costs(checker)
    steps = " time step" if costs.is_open else " sample"
    yield f'<p class="faint">Operations are floating-point operations per{steps}{_at_length(costs)}.</p>'


# Data and training settings


def _data(project: Project, base: Path | None) -> Iterator[str]:
    yield "<h2>Data</h2>"
    section = project.sections.get("data")
    if not isinstance(section, Mapping) or not section:
        yield "<p>No data is chosen.</p>"
        return
    try:
        choice = DataChoice.parse(section)
        info = choice.info(base)
    except NetloomError as error:
        options = section.get("options")
        file = options.get("path") if isinstance(options, Mapping) else None
        yield _sentence(error, base, Path(file).parent if isinstance(file, str) else None)
        return
    summary = f": {html_parts.text(info.summary)}" if info.summary else ""
    yield f"<p><b>{html_parts.text(info.title)}</b>{summary}</p>"
    split = choice.split
    shares = zip(NAMES.values(), split.shares, strict=True)
    parts = ", ".join(f"{name} {format_percent(share, 0)}" for name, share in shares)
    described: dict[str, object] = {
        "samples": info.samples,
        "task": str(info.task),
        "parts": f"{parts} (seed {split.seed})",
    }
    if choice.fold is not None:
        described["cross-validation"] = f"{choice.fold}, without the test set"
    described["standardised"] = "by the training set's means and standard deviations" if choice.standardise else "no"
    if choice.augment.active:
        described["altered while training"] = _settings(choice.augment.model_dump(exclude_defaults=True))
    yield html_parts.properties(described)
    yield html_parts.table(("Field", "Role", "Holds"), _fields(info))
    recipe = choice.source.reading if isinstance(choice.source, TableSource) else None
    if recipe is not None:
        yield from _reading(recipe)


def _reading(recipe: ReadingRecipe) -> Iterator[str]:
    """How the table was read: its file, and what each column holds."""
    dialect, usual = recipe.dialect, Dialect()
    written = {
        "delimiter": {"\t": "tab", " ": "blank"}.get(dialect.delimiter, dialect.delimiter),
        "decimal mark": dialect.decimal,
        "encoding": dialect.encoding,
        "lines above the table": dialect.skip,
        "names of columns": "" if dialect.header == usual.header else "none",
    }
    yield "<h3>How the table is read</h3>"
    yield html_parts.properties({name: value for name, value in written.items() if value})
    lines = []
    for column in recipe.columns[:COLUMNS]:
        known = ", ".join(column.categories[:12]) + (", …" if len(column.categories) > 12 else "")
        lines.append((column.name, str(column.type), column.unit, known or column.date_format, column.why))
    yield html_parts.table(("Column", "Holds", "Unit", "Categories or format", "Note"), lines)
    if len(recipe.columns) > COLUMNS:
        yield f'<p class="faint">{len(recipe.columns) - COLUMNS:,} more columns.</p>'


def _fields(info: DatasetInfo) -> Iterator[tuple[str, str, str]]:
    for field in info.fields:
        if field.classes:
            shown = ", ".join(field.classes[:12]) + (", …" if len(field.classes) > 12 else "")
            holds = f"{len(field.classes)} classes: {shown}"
        else:
            named = f": {', '.join(field.names[:12])}" if field.names else ""
            holds = field.shape.described() + named + (", …" if len(field.names) > 12 else "")
        yield field.name, info.role(field.name), holds


def _settings(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {html_parts.number(value)}" for name, value in values.items())


def _training_settings(project: Project) -> Iterator[str]:
    yield "<h2>Training settings</h2>"
    section = project.sections.get("plan") or {}
    try:
        plan = Plan.parse(section if isinstance(section, Mapping) else {})
    except NetloomError as error:
        yield f"<p>{html_parts.text(error)}</p>"
        return
    values = {spec.name: getattr(plan, spec.name) for spec in plan.settings()}
    start = project.sections.get("start")
    if isinstance(start, Mapping) and start.get("weights"):
        yield f"<p>Starts from the weights in {html_parts.text(PurePath(str(start['weights'])).name)}.</p>"
    if isinstance(start, Mapping) and start.get("frozen"):
        yield f"<p>Frozen: {html_parts.text(', '.join(map(str, start['frozen'])))}.</p>"
    shown = [spec for spec in plan.settings() if spec.when is None or values[spec.when[0]] in spec.when[1]]
    yield html_parts.table(
        ("Setting", "Value", "Means"), [(spec.label or spec.name, values[spec.name], spec.help) for spec in shown]
    )


# How it went


def _training(run: Run) -> Iterator[str]:
    history = run.history()
    yield "<h2>Training</h2>"
    if not history.epochs:
        yield "<p>No epoch was finished.</p>"
        yield from _diagnoses(run)
        return
    names = list(dict.fromkeys(name for epoch in history.epochs for name in (*epoch["train"], *epoch["validation"])))
    charts = [
        html_parts.chart(name, {part: _points(history.epochs, part, name) for part in ("train", "validation")})
        for name in names
    ]
    yield f'<div class="charts">{"".join(charts)}</div>'
    reason = (history.finished or {}).get("reason")
    if reason:
        yield _sentence(reason, run.base, run.path.parent)
    if (costs := told_and_measured(run.environment, history)) is not None:
        yield html_parts.properties({"predicted / measured": costs.text})
    yield from _diagnoses(run)


def _diagnoses(run: Run) -> Iterator[str]:
    """What was wrong with the training, and what may help."""
    for diagnosis in diagnose_run(run):
        sentence = without_places(diagnosis.sentence, run.base, run.path.parent)
        yield f"<p><b>{html_parts.text(sentence)}</b> {html_parts.text(diagnosis.evidence)}</p>"
    course = Course.of(run.history(points=False), run)
    if few := caution(course.test, course.test_samples):
        yield f"<p>{html_parts.text(few)}</p>"


def _sentence(words: object, *folders: Path | None) -> str:
    """A paragraph that names files without the folders of this machine."""
    return f"<p>{html_parts.text(without_places(words, *folders))}</p>"


def _points(epochs: Iterable[Mapping[str, Any]], part: str, name: str) -> list[tuple[float, float]]:
    return [(float(epoch["epoch"]), float(epoch[part][name])) for epoch in epochs if epoch[part].get(name) is not None]


def _results(run: Run) -> Iterator[str]:
    from app.inference.evaluate import evaluate
    from app.training.training_session import load_model

    yield "<h2>Test</h2>"
    try:
        tested = evaluate(run.place)
    except NetloomError as error:
        yield _sentence(error, run.base, run.path.parent)
    else:
        yield html_parts.tiles(html_parts.shown(tested.metrics))
        if tested.confusion is not None:
            yield from _confusion(tested.confusion, tested.classes)
        if tested.scores is not None:
            yield from _scores(tested.scores)
            if tested.scores.calibration is None:
                yield "<p>This loss gives scores of classes and no probabilities, so there is no calibration.</p>"
    try:
        _, model = load_model(run.place)
    except NetloomError:
        return
    yield from _standardisation(model.prepared)
    yield from _filters(run, model)


def _standardisation(prepared: Prepared) -> Iterator[str]:
    """What each feature is standardised with, so that the numbers can be had again."""
    lines = [
        (field.name, name, unit, float(mean), float(scale))
        for field in prepared.dataset.fields.values()
        if (scaler := prepared.scalers.get(field.name)) is not None
        for name, unit, mean, scale in zip(
            field.names or [""] * len(scaler.mean),
            field.units or [""] * len(scaler.mean),
            scaler.mean,
            scaler.scale,
            strict=True,
        )
    ]
    if not lines:
        return
    yield "<h2>Standardisation</h2>"
    yield (
        "<p>From each value the mean of the training set is subtracted; the rest is divided by its standard "
        "deviation.</p>"
    )
    yield html_parts.table(("Field", "Feature", "Unit", "Mean", "Deviation"), lines[:COLUMNS], ("Mean", "Deviation"))
    if len(lines) > COLUMNS:
        yield f'<p class="faint">{len(lines) - COLUMNS:,} more features.</p>'


def _scores(scores: Scores) -> Iterator[str]:
    """How well each class or label is told from the rest, the averages, and the curves."""
    heads = ("Class", "Samples", "Precision", "Recall", "F1", "ROC AUC", "Average precision")
    rows: list[tuple[object, ...]] = [
        (own.name, own.support, own.precision, own.recall, own.f1, own.roc_auc, own.average_precision)
        for own in scores.classes
    ]
    averages = scores.averages
    for average in ("micro", "macro", "weighted"):
        if f"f1_{average}" in averages:
            means = [averages[f"{name}_{average}"] for name in ("precision", "recall", "f1")]
            areas = [averages.get(f"{name}_{average}", "") for name in ("roc_auc", "average_precision")]
            rows.append((f"mean, {average}", "", *means, *areas))
    yield html_parts.table(heads, rows, heads[1:])
    told = {"balanced accuracy": averages["balanced_accuracy"]}
    if scores.calibration is not None:
        told["calibration error"] = scores.calibration.error
    if scores.threshold is not None:
        told["threshold"] = scores.threshold
    yield html_parts.properties(told)
    roc, recalled = (_hardest(curves, scores) for curves in (scores.roc, scores.precision_recall))
    if len(scores.roc) > len(roc):
        yield f"<p>Curves of the {len(roc)} classes that are told apart worst.</p>"
    charts = [("True positive rate", roc, "false positive rate"), ("Precision", recalled, "recall")]
    if (found := scores.calibration) is not None:
        reliability = {"came true": _places(found.predicted, found.observed)}
        charts.append(("Share that came true", reliability, "predicted probability"))
    drawn = [html_parts.chart(title, curves, unit) for title, curves, unit in charts]
    yield f'<div class="charts">{"".join(drawn)}</div>'


def _hardest(curves: Sequence[ScoreCurve], scores: Scores) -> dict[str, list[tuple[float, float]]]:
    """Of curves by class those with the smallest area under the ROC curve, as many as have colours."""
    areas = {own.name: own.roc_auc or 0.0 for own in scores.classes}
    hardest = sorted(curves, key=lambda curve: areas[curve.name])[:DRAWN]
    return {curve.name: _places(curve.x, curve.y) for curve in curves if curve in hardest}


def _places(x: Array, y: Array) -> list[tuple[float, float]]:
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _confusion(counts: Any, classes: tuple[str, ...]) -> Iterator[str]:
    if len(classes) <= CLASSES:
        yield "<p>Rows are the true classes, columns the predicted ones.</p>"
        yield html_parts.confusion(counts, classes)
        return
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    worst = np.argsort(-wrong, axis=None)[:CONFUSED]
    pairs = [divmod(int(at), len(classes)) for at in worst if wrong.flat[at]]
    yield html_parts.table(
        ("True", "Predicted", "Samples"), [(classes[a], classes[b], int(wrong[a, b])) for a, b in pairs], ("Samples",)
    )


def _filters(run: Run, model: Any) -> Iterator[str]:
    """Filters of the first convolution of images: in colours where it sees three channels, else those of its first."""
    from app.insight.layer_arrays import filters

    for id_ in run.project.network.ordered():
        kernels = filters(model.module, id_)
        if kernels is None or kernels.ndim != 4 or min(kernels.shape[2:]) < 2:
            continue
        colours = kernels.shape[1] == 3
        yield f"<h2>Filters of {html_parts.text(id_)}</h2>"
        seen = "each sees three colours" if colours or kernels.shape[1] == 1 else "the part of each that sees channel 1"
        count = f"{len(kernels):,} filters" + ("" if kernels.shape[1] == 1 else f", {seen}")
        yield f'<p class="faint">{count}; dark is the smallest weight, bright the largest.</p>'
        pictures = [
            html_parts.picture(kernel.transpose(1, 2, 0) if colours else kernel[0], f"filter {number}")
            for number, kernel in enumerate(kernels[:FILTERS], 1)
        ]
        yield f'<div class="filters">{"".join(pictures)}</div>'
        return


# How to have it again


def _environment(run: Run) -> Iterator[str]:
    yield "<h2>Environment</h2>"
    yield html_parts.properties(environment_in_words(run.environment))


def _repeat(project: Project, run: Run | None) -> Iterator[str]:
    yield "<h2>To repeat it</h2>"
    if run is None:
        yield "<p>Save the project as network.netloom, and train it:</p>"
        yield html_parts.pre([f"{IN_SHELL} train network.netloom --out run"])
        return
    name = run.path.name
    yield (
        "<p>The run's folder holds the project as it was trained. The same project, data, seed, device and versions "
        "give the same run.</p>"
    )
    yield html_parts.pre(
        [
            f"{IN_SHELL} train {name}/project.netloom --out again",
            f"{IN_SHELL} evaluate {name}",
            f"{IN_SHELL} predict {name} INPUT",
        ]
    )
