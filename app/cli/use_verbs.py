"""The subcommands `runs`, `evaluate` and `predict`: list trained runs, test them, use them for inference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.cli.printing import Columns, Json, metrics, percent, print_entries, print_json, print_line, print_table
from app.cli.run_verbs import RunFolder
from app.system.number_format import format_percent, format_short
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.data.dataset import FieldInfo
    from app.data.sources.source import Source
    from app.inference.new_inputs import Samples
    from app.training.runs import Run
    from app.training.trainable import Model

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
SHOWN_CLASSES = 5
"""Probabilities that people are shown for a sample, the largest ones."""


def runs(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A folder of runs; without it, where runs are kept.")
    ] = None,
    json: Json = False,
) -> None:
    """List runs, the newest first."""
    from app.training.runs import runs as found

    if folder is not None and not folder.is_dir():
        raise NetloomError(f"{folder} cannot be listed: there is no such folder. Check the name.")
    columns: Columns = {
        "run": "run",
        "title": "title",
        "begun": lambda entry: entry["created"].replace("T", " "),
        "status": "status",
        "epochs": lambda entry: f"{entry['epoch']}/{entry['epochs']}",
        "test": lambda entry: entry["problem"] or metrics(entry["test"]) or _of_validation(entry),
    }
    print_entries(json, [summary.to_json() for summary in found(folder)], columns)


def _of_validation(entry: dict[str, Any]) -> str:
    """What was measured on the validation set of a run that was not tested, and after which epoch."""
    return f"{metrics(entry['validation'])} (validation, {entry['kept']})" if entry["validation"] else ""


def evaluate(
    run: RunFolder,
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
    evaluation = {"run": str(opened.path), **evaluate_model(model, part).to_json()}
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
    rows = [
        (entry["name"], entry["boxes"], *("–" if entry[name] is None else f"{entry[name]:.3f}" for name in columns))
        for entry in scores["classes"]
    ]
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
    rows = [
        (entry["name"], entry["support"], *("–" if entry[name] is None else f"{entry[name]:.3f}" for name in columns))
        for entry in scores["classes"]
    ]
    for average in ("micro", "macro", "weighted"):
        if f"f1_{average}" in averages:
            means = [f"{averages[f'{name}_{average}']:.3f}" for name in columns[:3]]
            rows.append((f"mean, {average}", "", *means, "", ""))
    heads = ("precision", "recall", "F1", "ROC AUC", "average precision")
    print_table(("class", "samples", *heads), rows, ("samples", *heads))


def predict(
    run: RunFolder,
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
        Path | None, typer.Option("--output", "-o", help="For noise: a PNG sheet of pictures, or NPY or CSV values.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="For noise: another number makes other samples.")] = 0,
    threshold: Threshold = None,
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
        raise typer.BadParameter("-o is for samples from noise, such as noise:16.")
    from app.inference.new_inputs import read_samples
    from app.inference.predict import predict_samples
    from app.training.training_session import load_model

    samples = read_samples(given, fields, source, opened.base)
    _, model = load_model(run)
    predictions = [_with_value(prediction) for prediction in predict_samples(model, samples.arrays, threshold)]
    notes = (*samples.notes, *_unknown_tokens(model, samples, fields, source))
    if samples.names:
        predictions = [
            {"input": name} | prediction for name, prediction in zip(samples.names, predictions, strict=True)
        ]
    if json:
        found = {"run": str(opened.path), "samples": len(predictions), "predictions": predictions}
        told = {"notes": list(notes)} if notes else {}
        print_json(found | ({"problems": list(samples.problems)} if samples.names else {}) | told)
        return
    for number, prediction in enumerate(predictions, 1):
        print_line(f"{prediction.pop('input', number)}: {_sentence(prediction)}")
    for problem in samples.problems:
        print_line(f"- left out: {problem}")
    for note in notes:
        print_line(f"- {note}")


def _unknown_tokens(model: Model, samples: Samples, fields: Sequence[FieldInfo], source: Source) -> tuple[str, ...]:
    """Sentences that name the words of new texts that training never saw, where such count as unknown."""
    from app.data.readers.tokens import UNKNOWN
    from app.inference.new_inputs import text_field
    from app.inference.new_tokens import token_unit, unknown_notes

    field = text_field(fields)
    if not samples.texts or UNKNOWN not in field.vocabulary:
        return ()
    known = model.prepared.trained_tokens(field.name)
    return unknown_notes(samples.texts, samples.names, token_unit(source, field), known)


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


def _with_value(prediction: dict[str, Any]) -> dict[str, Any]:
    """A prediction with the one number that tells most beside all of them."""
    if any(key in prediction for key in ("text", "labels", "boxes")):
        return prediction
    if "scores" in prediction:
        return prediction | {"score": prediction["scores"][prediction["class"]]}
    if "class" in prediction:
        return prediction | {"probability": prediction["probabilities"][prediction["class"]]}
    if "values" in prediction:
        return prediction | ({"value": prediction["values"][0]} if _single(prediction["values"]) else {})
    return {name: _with_value(part) for name, part in prediction.items()}


def _amounts(values: list[Any], names: Sequence[str], units: Sequence[str]) -> str:
    """Numbers with what they are called and their units."""
    if any(isinstance(value, list) for value in values):
        return str(values)
    named = names if len(names) == len(values) else [""] * len(values)
    counted = units if len(units) == len(values) else [""] * len(values)
    described = zip(named, values, counted, strict=True)
    return ", ".join(f"{name} {format_short(value, 5)} {unit}".strip() for name, value, unit in described)


def _box_words(box: dict[str, Any]) -> str:
    """A box by its class, its sides in shares of the picture, and how sure it is."""
    sides = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
    left, top, right, bottom = (format_short(side, 3) for side in sides)
    return f"{box['class']} from {left}, {top} to {right}, {bottom} ({format_percent(min(box['score'], 1.0))})"


def _single(values: list[Any]) -> bool:
    return len(values) == 1 and not isinstance(values[0], list)


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
    if "values" in prediction:
        return _amounts(prediction["values"], prediction.get("names") or (), prediction.get("units") or ())
    return "; ".join(f"{name}: {_sentence(part)}" for name, part in prediction.items())
