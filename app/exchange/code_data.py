"""What exported code knows of a run's data: scaling, categories, class names and units, so that raw values go in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.data.dataset import Field
from app.data.lazy_array import LazyArray
from app.data.prepare import Prepared
from app.data.readers.column_values import MISSING, OTHER
from app.data.readers.date_parsing import COUNTS
from app.data.readers.recipe import ColumnRecipe, ReadingRecipe
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.transforms import FEATURE_AXIS, medians
from app.exchange.code_literals import constant
from app.exchange.code_sounds import sounds_code
from app.exchange.code_texts import texts_code
from app.protocol.data_values import ColumnType
from app.training.heads import Head
from app.training.objectives.reconstruction import Reconstruction
from app.training.objectives.supervised import Supervised
from app.training.trainable import Model
from graph.build.code import DataCode
from graph.shapes import Kind

CALENDAR = ("years since 2000", "year sine", "year cosine", "week sine", "week cosine", "day sine", "day cosine")

SCALING = '''
def standardised(name: str, values: torch.Tensor) -> torch.Tensor:
    """Values of an input in the data's own units, as the network takes them."""
    known = INPUTS[name]
    if "mean" not in known:
        return values
    mean, scale, median = (torch.tensor(known[part], dtype=torch.float64) for part in ("mean", "scale", "median"))
    shape = [1] * values.dim()
    shape[known["axis"]] = -1
    filled = torch.where(values.isnan(), median.reshape(shape), values.double())
    return ((filled - mean.reshape(shape)) / scale.reshape(shape)).float()


def answers(name: str, result: torch.Tensor) -> list[dict[str, object]]:
    """What an output says of each sample: a class or labels with probabilities or scores, or numbers in own units."""
    known = OUTPUTS[name]
    if "labels" in known:
        shares = (result.sigmoid() if known["gives"] == "logits" else result).tolist()
        above = [[share > known["threshold"] for share in row] for row in shares]
        return [
            {
                "labels": [label for label, has in zip(known["labels"], marks) if has],
                "probabilities": dict(zip(known["labels"], row)),
            }
            for marks, row in zip(above, shares)
        ]
    if known["gives"] == "scores of pixels":  # [samples, classes, height, width]: the largest says the class of a pixel
        return [{"classes": known["classes"], "pixels": kinds.tolist()} for kinds in result.argmax(1)]
    if "classes" not in known:
        if known["gives"] == "grid":  # of a grid of boxes: presence, place and size, then the classes of each cell
            result = torch.cat([result[:, :5].sigmoid(), result[:, 5:].softmax(1)], 1)
        if known["gives"] == "logits":
            result = result.sigmoid()
        if known["gives"] != "numbers" and known.get("mask"):  # a pixel is marked where its probability is above a half
            return [{"probabilities": row.tolist(), "mask": (row > 0.5).long().tolist()} for row in result[:, 0]]
        if "mean" in known:
            shape = [1] * result.dim()
            shape[known["axis"]] = -1
            mean, scale = (torch.tensor(known[part], dtype=torch.float64).reshape(shape) for part in ("mean", "scale"))
            result = (result * scale + mean).float()
        return [{"values": row.tolist(), "names": known["names"], "units": known["units"]} for row in result]
    if known["gives"] in ("margins", "class scores"):  # the largest wins, and none is a probability
        if result.shape[1] == 1:  # a single number is the score of the second class, of a hinge loss against 0
            result = torch.cat([-result if known["gives"] == "margins" else 1 - result, result], 1)
        return [
            {"class": known["classes"][row.index(max(row))], "scores": dict(zip(known["classes"], row))}
            for row in result.tolist()
        ]
    if known["gives"] == "scores":
        result = result.softmax(1)
    elif known["gives"] == "logits":
        result = result.sigmoid()
    if result.shape[1] == 1:  # a single number is the probability of the second class
        result = torch.cat([1 - result, result], 1)
    best = result.argmax(1).tolist()
    if "threshold" in known:  # of two classes, the second counts above it
        best = (result[:, 1] / result.sum(1) > known["threshold"]).long().tolist()
    return [
        {"class": known["classes"][place], "probabilities": dict(zip(known["classes"], row.tolist()))}
        for place, row in zip(best, result)
    ]


def predict(network: Network, *inputs: torch.Tensor) -> list[list[dict[str, object]]]:
    """The answers of every output for raw inputs [samples, ...], in the order of the network's own."""
    with torch.no_grad():
        results = network(*(standardised(name, values) for name, values in zip(INPUTS, inputs)))
    listed = results if isinstance(results, tuple) else (results,)
    return [answers(name, result) for name, result in zip(OUTPUTS, listed)]
'''

ROWS = '''
def number(cell: object, column: str) -> float:
    """A cell as a number, not a number (nan) where it is missing; text is read as in the training file."""
    if not isinstance(cell, str):
        return math.nan if cell is None else float(cell)
    known, text = COLUMNS[column], cell.strip()
    text = known["instead"].get(text, text)
    if text in MISSING:
        return math.nan
    text = text.removesuffix(known["unit"]).strip()
    negative = text.startswith(("(", "-", "\\u2212"))
    digits = "".join(sign for sign in text if sign.isdigit() or sign in known["decimal"] + "eE+-").lstrip("+-")
    try:
        value = float(digits.replace(known["decimal"], "."))
    except ValueError:
        return math.nan
    return -value if negative else value


def features(row: dict[str, object]) -> list[float]:
    """A row of the table, by the names of its columns, as the numbers that the network was trained on."""
    values: list[float] = []
    for column, what in FEATURES:
        if column not in row:
            raise KeyError(f"the row has no column “{column}”; it has {', '.join(row)}")
        cell = row[column]
        text = "" if cell is None else str(cell).strip()
        text = COLUMNS[column]["instead"].get(text, text)
        known = COLUMNS[column]["categories"]
        if known and text and text not in known:
            warnings.warn(f"“{text}” in “{column}” is not among the categories of training", stacklevel=2)
        if what == "number":
            values.append(number(cell, column))
        elif what == "is missing":
            values.append(float(math.isnan(number(cell, column))))
        elif what == "(missing)":
            values.append(float(text == ""))
        elif what == "(unknown)":
            values.append(float(text not in known and (text != "" or (column, "(missing)") not in FEATURES)))
        elif what in CALENDAR:
            values.append(calendar(text, column)[CALENDAR.index(what)])
        else:
            values.append(float(text == what.removeprefix("= ")))
    return values
'''

DATES = '''
def calendar(text: str, column: str) -> list[float]:
    """The place of a date in the calendar, see CALENDAR."""
    if text in MISSING:
        return [math.nan] * len(CALENDAR)
    style = COLUMNS[column]["dates"]
    moment = datetime.fromisoformat(text) if style == "ISO8601" else datetime.strptime(text, style)
    moment = moment.replace(tzinfo=UTC)  # the clock as it is written, whatever its zone
    day = (moment.hour * 3600 + moment.minute * 60 + moment.second) / 86400
    passed = (moment - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds() / (365.25 * 86400)
    places = ((moment.timetuple().tm_yday - 1 + day) / 365.25, (moment.weekday() + day) / 7, day)
    return [passed, *(turn(2 * math.pi * place) for place in places for turn in (math.sin, math.cos))]
'''

WALL_CLOCK = """    moment = moment.replace(tzinfo=UTC)  # the clock as it is written, whatever its zone
"""
TRUE_TIME = """    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
"""
"""What stands in `DATES` instead of `WALL_CLOCK` for data that is read by the first rules."""

DATED = """        elif what in CALENDAR:
            values.append(calendar(text, column)[CALENDAR.index(what)])
"""
"""The part of `ROWS` that needs `DATES`."""

MAIN = """
if __name__ == "__main__":
    network = load(sys.argv[1]) if len(sys.argv) > 1 else Network().eval()
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding=ENCODING, newline="") as file:
            rows = list(csv.DictReader(file, delimiter=DELIMITER))
        for answer in zip(*predict(network, torch.tensor([features(row) for row in rows], dtype=torch.float64))):
            print(*answer)
    else:
        print("Usage: python FILE WEIGHTS.safetensors ROWS.csv")
"""


def data_code(model: Model, base: Path | None) -> DataCode | None:
    """What the code of a run knows of its data; None where its answers are made step by step, or by a generator.

    ``base`` is the folder that the path of its data starts from.
    """
    if not isinstance(model.objective, Supervised | Reconstruction) or any(
        head.listed or head.is_ctc for head in model.objective.heads
    ):
        return None
    inputs = {
        id_: _input(model.prepared, name)
        for id_, name in zip(model.compiled.inputs, model.objective.inputs, strict=True)
    }
    outputs = {head.output: _output(model.prepared, head) for head in model.objective.heads}
    whole = DataCode(f"{constant('INPUTS', inputs)}\n{constant('OUTPUTS', outputs)}\n\n{SCALING}")
    return texts_code(model, whole, base) or sounds_code(model, whole) or _with_rows(model, whole, base)


def _input(prepared: Prepared, name: str) -> dict[str, Any]:
    field, scaler = prepared.dataset.field_named(name), prepared.scalers.get(name)
    described: dict[str, Any] = {"names": list(field.names), "units": list(field.units)}
    if field.vocabulary:
        described["vocabulary"] = list(field.vocabulary)
    if scaler is None:
        return described
    numbers = {"mean": scaler.mean.tolist(), "scale": scaler.scale.tolist(), "median": medians_of(prepared, field)}
    return described | {"axis": FEATURE_AXIS[field.shape.kind], **numbers}


def medians_of(prepared: Prepared, field: Field) -> list[float]:
    """What stands in for a missing value of each feature of a field: the median of the training set."""
    known = field.values.take(prepared.train.indices, axis=0)
    if isinstance(known, LazyArray):
        return [0.0] * field.shape.features  # what is read when it is asked for has no gaps
    return [float(value) for value in medians(known, field.shape)]


def _output(prepared: Prepared, head: Head) -> dict[str, Any]:
    if head.labels:
        return {"labels": list(head.field.names), "gives": what_it_gives(head), "threshold": head.threshold}
    if head.classes:
        threshold = {"threshold": head.threshold} if head.classes == 2 and head.threshold != 0.5 else {}
        return {"classes": list(head.field.classes), "gives": what_it_gives(head), **threshold}
    if head.pixels:
        return {"classes": list(head.field.pixel_classes), "gives": what_it_gives(head)}
    scaler = prepared.scalers.get(head.field.name)
    described: dict[str, Any] = {"names": list(head.field.names), "units": list(head.field.units)}
    described |= {"gives": what_it_gives(head)} | ({"mask": True} if prepared.dataset.info.is_mask(head.field) else {})
    if scaler is None:
        return described
    axis = FEATURE_AXIS[head.field.shape.kind]
    return described | {"axis": axis, "mean": scaler.mean.tolist(), "scale": scaler.scale.tolist()}


def what_it_gives(head: Head) -> str:
    """What an output's numbers are: ``probabilities``, ``logits`` of each by itself, or ``scores`` of all together.

    The ``margins`` of a hinge loss and the ``class scores`` of a squared or absolute error are scores of which no
    probabilities are made, ``scores of pixels`` those of the classes of each pixel, or their probabilities.
    A ``grid`` of boxes are logits of presence, place, size and classes.
    """
    if head.boxes:
        return "grid"
    if head.pixels:
        return "scores of pixels"
    if not (head.classes or head.labels or head.loss == "bce"):
        return "numbers"
    if head.gives_scores:
        return "margins" if head.gives_margins else "class scores"
    return "probabilities" if head.final_activation else "logits" if head.loss == "bce" else "scores"


# Rows of a table


def columns_read(source: Source, names: Sequence[str], base: Path | None) -> tuple[Mapping[str, Any], ...]:
    """The columns of a table that the features ``names`` are made of, as its recipe reads them, as JSON values."""
    recipe = source.resolved(base).reading if isinstance(source, Table) else None
    made = _features(names, recipe) if recipe else None
    columns = dict.fromkeys(feature.column for feature in made or ())
    return tuple({"name": name, **_column(name, recipe)} for name in columns)


@dataclass(frozen=True)
class _Feature:
    """A feature of a table: its column, and what of it."""

    column: str
    what: str


def _with_rows(model: Model, code: DataCode, base: Path | None) -> DataCode:
    """The code with what makes features of rows, where the network reads a single vector from a table."""
    prepared = model.prepared
    if len(model.objective.inputs) != 1:
        return code
    field = prepared.dataset.field_named(model.objective.inputs[0])
    if field.shape.kind is not Kind.VECTOR or not field.names or field.vocabulary:
        return code
    source = prepared.choice.source
    recipe = source.resolved(base).reading if isinstance(source, Table) else None
    made = [_Feature(name, "number") for name in field.names] if recipe is None else _features(field.names, recipe)
    if made is None:
        return code
    columns = {feature.column: _column(feature.column, recipe) for feature in made}
    missing = list(recipe.dialect.missing) if recipe else ["", "nan"]
    dialect = recipe.dialect if recipe else None
    dated = any(feature.what in CALENDAR for feature in made)
    constants = [
        constant("COLUMNS", columns),
        constant("FEATURES", [(feature.column, feature.what) for feature in made]),
        *([constant("CALENDAR", list(CALENDAR))] if dated else []),
        constant("MISSING", missing),
        constant("DELIMITER", dialect.delimiter if dialect and dialect.delimiter else ","),
        constant("ENCODING", dialect.encoding if dialect and dialect.encoding else "utf-8"),
    ]
    dates_need = ["from datetime import UTC, datetime"] if dated else []
    imports = ["import csv", "import math", "import warnings", *dates_need]
    dates = DATES.replace(WALL_CLOCK, TRUE_TIME) if recipe and recipe.rules == 1 else DATES
    functions = f"{dates}\n{ROWS}" if dated else ROWS.replace(DATED, "")
    text = "\n".join([code.source, "", *constants, "", functions])
    return replace(code, source=text, imports=tuple(imports), main=MAIN)


def _features(names: Sequence[str], recipe: ReadingRecipe) -> list[_Feature] | None:
    """What each feature is made of, by its name; None where that cannot be said."""
    possible: dict[str, _Feature] = {}
    for column in recipe.columns:
        possible |= {name: _Feature(column.name, what) for name, what in _made_of(column)}
    made = [possible.get(name) for name in names]
    return None if None in made else [feature for feature in made if feature is not None]


def _made_of(column: ColumnRecipe) -> list[tuple[str, str]]:
    """Names of the features that a column can become, and what each is."""
    name = column.name
    if column.type is ColumnType.NUMBER:
        return [(name, "number"), (f"{name} is missing", "is missing")]
    if column.type is ColumnType.CATEGORY:
        known = [(f"{name} = {value}", f"= {value}") for value in column.categories]
        return [*known, (f"{name} = {MISSING}", MISSING), (f"{name} = {OTHER}", OTHER)]
    plain = (
        not any(sign in column.date_format for sign in ("%q", "%Z", "ISO8601 ")) and column.date_format not in COUNTS
    )
    return [(f"{name}: {what}", what) for what in CALENDAR] if plain and column.date_format else []


def _column(name: str, recipe: ReadingRecipe | None) -> dict[str, Any]:
    column = recipe.by_name[name] if recipe else ColumnRecipe(name, ColumnType.NUMBER)
    decimal = recipe.decimal_of(name) if recipe else "."
    return {
        "unit": column.unit,
        "decimal": decimal,
        "categories": list(column.categories),
        "dates": column.date_format,
        "instead": {**dict.fromkeys(column.missing, ""), **dict(column.merged)},
    }
