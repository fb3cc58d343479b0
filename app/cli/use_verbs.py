"""The subcommands `runs`, `evaluate` and `predict`: list trained runs, test them, use them for inference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.cli.printing import Columns, Json, metrics, percent, print_entries, print_json, print_line, print_table
from app.cli.run_verbs import RunOrEpoch
from app.system.number_format import format_percent, format_short
from graph.atomic_write import write_atomically
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.data.dataset import FieldInfo
    from app.data.sources.source import Source
    from app.inference.prediction_file import FilePredictions
    from app.training.runs import Run

NOISE = "noise:"
"""How input for a generator begins."""
Threshold = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        help="Probability above which a label, or the second of two classes, is predicted.",
        show_default="the run's own",
    ),
]
LISTED_EPOCHS = 5
"""Epochs with weights of their own that the list of runs names."""
SHOWN_CLASSES = 5
"""Probabilities that people are shown for a sample, the largest ones."""


def runs(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="A folder of runs, or one run; without it, where runs are kept."),
    ] = None,
    json: Json = False,
) -> None:
    """List runs, the newest first; of one run tell with what it was trained: versions, processor, data."""
    from app.training.runs import ENVIRONMENT, Run
    from app.training.runs import runs as found

    if folder is not None and not folder.is_dir():
        raise NetloomError(f"{folder} cannot be listed: there is no such folder. Check the name.")
    if folder is not None and (folder / ENVIRONMENT).is_file():
        _tell_run(Run.open(folder), json)
        return
    columns: Columns = {
        "run": "run",
        "title": "title",
        "begun": lambda entry: entry["created"].replace("T", " "),
        "status": "status",
        "epochs": lambda entry: f"{entry['epoch']}/{entry['epochs']}{_kept(entry['checkpoints'])}",
        "test": lambda entry: entry["problem"] or metrics(entry["test"]) or _of_validation(entry),
    }
    print_entries(json, [summary.to_json() for summary in found(folder)], columns)


def _tell_run(run: Run, json: bool) -> None:
    """All that is kept of a run beside its network, its weights and its curves."""
    from app.training.run_environment import environment_in_words

    summary = run.summary().to_json()
    if json:
        print_json({**summary, "environment": dict(run.environment)})
        return
    print_line(f"{summary['title']}: {summary['status']} after {summary['epoch']} of {summary['epochs']} epochs")
    measured = metrics(summary["test"]) or _of_validation(summary)
    if measured:
        print_line(f"test: {measured}" if summary["test"] else measured)
    for name, words in environment_in_words(run.environment).items():
        print_line(f"{name}: {words}")


def _kept(epochs: list[int]) -> str:
    """The epochs whose weights are kept beside those to use: ``, kept 10, 20, 30 … 100``."""
    if len(epochs) > LISTED_EPOCHS:
        return f", kept {', '.join(map(str, epochs[: LISTED_EPOCHS - 1]))} … {epochs[-1]}"
    return f", kept {', '.join(map(str, epochs))}" if epochs else ""


def _of_validation(entry: dict[str, Any]) -> str:
    """What was measured on the validation set of a run that was not tested, and after which epoch."""
    return f"{metrics(entry['validation'])} (validation, {entry['kept']})" if entry["validation"] else ""


def evaluate(
    run: RunOrEpoch,
    part: Annotated[Literal["test", "validation", "train"], typer.Option(help="The set of the split.")] = "test",
    threshold: Threshold = None,
    json: Json = False,
) -> None:
    """Test a run on the test set of its data, and say what could be had without a network.

    Of classes and labels it prints precision, recall, F1 and the areas under the ROC and precision-recall curves, of
    boxes mean average precision.
    """
    from app.inference.evaluate import evaluate_model
    from app.inference.model_baselines import model_baselines
    from app.training.training_session import load_model

    opened, model = load_model(run)
    model.objective.set_threshold(threshold)
    asked = {"epoch": opened.epoch} if opened.epoch else {}
    evaluation = {"run": str(opened.path), **asked, **evaluate_model(model, part).to_json()}
    compared = [baseline.to_json() for baseline in model_baselines(model)] if part == "test" else []
    if json:
        print_json(evaluation | {part: evaluation["metrics"], "baselines": compared})
        return
    print_line(f"{part}: {metrics(evaluation['metrics'])}")
    for baseline in compared:
        print_line(f"without a network, {baseline.pop('name')}: {metrics(baseline)}")
    if "confusion" in evaluation:
        classes = evaluation["classes"]
        rows = [(name, *counts) for name, counts in zip(classes, evaluation["confusion"], strict=True)]
        print_table(("true \\ predicted", *classes), rows, classes)
    if evaluation.get("iou"):
        each = (f"{name} {percent('mean_iou', iou)}" for name, iou in evaluation["iou"].items())
        print_line(f"IoU: {', '.join(each)}")
    if "detection" in evaluation:
        _print_boxes(evaluation["detection"])
    if "scores" in evaluation:
        _print_scores(evaluation["scores"])


def _print_boxes(scores: dict[str, Any]) -> None:
    """How well the boxes of each class are found."""
    print_line(
        f"a box is right from IoU {scores['iou']:g} on; precision, recall and F1 of boxes with scores from "
        f"{scores['threshold']:g} on; non-maximum suppression at IoU {scores['suppression']:g}"
    )
    columns = ("precision", "recall", "f1", "average_precision")
    rows = _rows(scores, "boxes", columns)
    heads = ("precision", "recall", "F1", "average precision")
    print_table(("class", "boxes", *heads), rows, ("boxes", *heads))


def _print_scores(scores: dict[str, Any]) -> None:
    """How well each class is told from the rest, and on average."""
    averages = scores["averages"]
    overall = ("balanced_accuracy", "roc_auc_macro", "average_precision_macro", "calibration_error")
    print_line(metrics({name.removesuffix("_macro"): averages[name] for name in overall}))
    if "threshold" in scores:
        best = f"; the best F1 would be at {scores['best_threshold']:.3g}" if "best_threshold" in scores else ""
        print_line(f"threshold {scores['threshold']:.3g}{best}")
    columns = ("precision", "recall", "f1", "roc_auc", "average_precision")
    rows = _rows(scores, "support", columns)
    for average in ("micro", "macro", "weighted"):
        if f"f1_{average}" in averages:
            means = [f"{averages[f'{name}_{average}']:.3f}" for name in columns[:3]]
            rows.append((f"mean, {average}", "", *means, "", ""))
    heads = ("precision", "recall", "F1", "ROC AUC", "average precision")
    print_table(("class", "samples", *heads), rows, ("samples", *heads))


def _rows(scores: dict[str, Any], count: str, columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    """A row for each class: its name, how many of it there are, and its scores."""
    return [
        (entry["name"], entry[count], *("–" if entry[name] is None else f"{entry[name]:.3f}" for name in columns))
        for entry in scores["classes"]
    ]


def predict(
    run: RunOrEpoch,
    given: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A picture, a folder of pictures or texts, a CSV, NPY, NPZ or JSON file; or numbers such as "
            "5.1,3.5,1.4,0.2, a row of a table such as red,7.1,150, JSON, or a text. Of a GAN, "
            "noise:16 asks for 16 samples.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="A CSV or JSON file for the predictions; for noise a PNG sheet, or NPY or CSV values.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="For noise: another number makes other samples.")] = 0,
    threshold: Threshold = None,
    interval: Annotated[
        float | None,
        typer.Option(
            min=1,
            max=99.9,
            metavar="PERCENT",
            help="For amounts: also the interval in which so many of new samples lie, such as 90.",
            show_default=False,
        ),
    ] = None,
    columns: Annotated[
        Literal["all", "unread"],
        typer.Option(
            help="For a CSV file of predictions: the columns of a given table that stand before them, all or only "
            "those that the network does not read."
        ),
    ] = "all",
    json: Json = False,
) -> None:
    """Answer for new input: the probability of each class, or numbers in the data's own units.

    Tables have one sample per row, for a forecaster one time step per row, of which what comes after the last is told;
    a table may name pictures by their paths. Of run-to-failure records (.txt) every machine is told. Values are in the
    data's own units. A negative first number needs -- before RUN. A GAN makes samples from noise:COUNT, or judges those
    it is given.
    """
    fields, source, opened = _reads(run)
    if given.startswith(NOISE) and not any(field.vocabulary for field in fields):
        from app.cli.generate import make

        make(run, given.removeprefix(NOISE), output, seed, json)
        return
    if output is not None:
        from app.inference.prediction_file import check_ending

        check_ending(output)
    from app.inference.prediction_file import predictions_of
    from app.training.training_session import load_model

    _, model = load_model(run)
    share = None if interval is None else interval / 100
    found = predictions_of(model, given, fields, source, opened.base, threshold=threshold, share=share)
    if output is not None:
        from app.inference.prediction_file import file_of

        write_atomically(output, file_of(found, output, columns))
    _tell(found, opened.path, output, json)


def _tell(found: FilePredictions, run: Path, output: Path | None, json: bool) -> None:
    """Print predictions, or where they were written, and what was left out and found on the way."""
    samples, rows = found.samples, found.rows
    if json:
        told = {"notes": list(found.notes)} if found.notes else {}
        whole = {"predictions": rows} if output is None else {"file": str(output)}
        problems = {"problems": list(samples.problems)} if samples.names else {}
        print_json({"run": str(run), "samples": len(rows)} | whole | problems | told)
        return
    if output is not None:
        print_line(f"Written: {output}, predictions for {len(rows):,} {'samples' if rows[1:] else 'sample'}")
    for number, prediction in enumerate(rows if output is None else (), 1):
        print_line(f"{prediction.pop('input', number)}: {_sentence(prediction)}")
    for problem in samples.problems:
        print_line(f"- left out: {problem}")
    for note in found.notes:
        print_line(f"- {note}")


def _reads(run: Path) -> tuple[list[FieldInfo], Source, Run]:
    """The fields that a run's network reads of new samples, and where their like came from in training."""
    from app.data.data_choice import DataChoice
    from app.inference.new_inputs import input_fields
    from app.training.runs import Run
    from app.training.sequence.decoder_input import decoder_input

    opened = Run.open(run)
    choice = DataChoice.parse(opened.project.sections.get("data"))
    info = choice.info(opened.base)
    written = decoder_input(opened.project.network, info, opened.project.sections.get("plan"))
    fields = [field for field in input_fields(opened.project.network, info) if field.name != written]
    return fields, choice.source, opened


def _amounts(prediction: dict[str, Any]) -> str:
    """Numbers with what they are called, their units, and their intervals."""
    values = prediction["values"]
    if any(isinstance(value, list) for value in values):
        return str(values)
    names, units = prediction.get("names") or (), prediction.get("units") or ()
    named = names if len(names) == len(values) else [""] * len(values)
    counted = units if len(units) == len(values) else [""] * len(values)
    between = prediction.get("interval")
    spans = [""] * len(values)
    if between is not None:
        ends = zip(between["low"], between["high"], strict=True)
        spans = [f"({format_short(low, 5)} to {format_short(high, 5)})" for low, high in ends]
    described = zip(named, values, counted, spans, strict=True)
    return ", ".join(
        " ".join(filter(None, (name, format_short(value, 5), unit, span))) for name, value, unit, span in described
    )


def _pixel_shares(prediction: dict[str, Any]) -> str:
    """How much of a picture each class takes."""
    pixels = [kind for row in prediction["pixels"] for kind in row]
    shares = ((name, pixels.count(index) / len(pixels)) for index, name in enumerate(prediction["classes"]))
    return ", ".join(f"{name} {format_percent(share)}" for name, share in shares if share) + " of the pixels"


def _box_words(box: dict[str, Any]) -> str:
    """A box by its class, its sides in shares of the picture, and how sure it is."""
    sides = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
    left, top, right, bottom = (format_short(side, 3) for side in sides)
    return f"{box['class']} from {left}, {top} to {right}, {bottom} ({format_percent(min(box['score'], 1.0))})"


def _ranked(prediction: dict[str, Any]) -> str:
    """The largest probabilities, or scores where a hinge loss gives no probabilities."""
    if "scores" in prediction:
        first = sorted(prediction["scores"].items(), key=lambda pair: -pair[1])[:SHOWN_CLASSES]
        return "scores: " + ", ".join(f"{name} {format_short(score, 3)}" for name, score in first)
    ranked = sorted(prediction["probabilities"].items(), key=lambda pair: -pair[1])[:SHOWN_CLASSES]
    return ", ".join(f"{name} {format_percent(probability)}" for name, probability in ranked)


def _sentence(prediction: dict[str, Any]) -> str:
    if "text" in prediction:
        sure = prediction.get("probability")  # a row that was learned by CTC has none
        return f"{prediction['text']}" + ("" if sure is None else f" ({format_percent(sure)} sure)")
    if "class" in prediction:
        return f"{prediction['class']} ({_ranked(prediction)})"
    if "labels" in prediction:
        return f"{', '.join(prediction['labels']) or 'no label'} ({_ranked(prediction)})"
    if "boxes" in prediction:
        return "; ".join(map(_box_words, prediction["boxes"])) or "no box"
    if "pixels" in prediction:
        return _pixel_shares(prediction)
    if "values" in prediction:
        return _amounts(prediction)
    return "; ".join(f"{name}: {_sentence(part)}" for name, part in prediction.items())
