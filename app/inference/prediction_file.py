"""Predictions for many samples as a file: a table in CSV, after the columns that were given, or JSON of all of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.data.dataset import FieldInfo
from app.data.readers.tokens import UNKNOWN
from app.data.readers.written_cells import written_cells
from app.data.sources.source import Source
from app.inference.intervals import Interval, intervals, too_few
from app.inference.new_inputs import Samples, read_samples, text_field
from app.inference.new_tokens import token_unit, unknown_notes
from app.inference.predict import BOX_KEYS, by_sample, new_part, predict_part
from app.training.trainable import Model
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".json")
"""How the file of predictions may end."""
Prediction = dict[str, Any]
Cell = str | int | float
Columns = Literal["all", "unread"]
"""Which columns of a given table stand before the predictions: all, or those that the network does not read."""


@dataclass(frozen=True, eq=False)
class FilePredictions:
    """What a network predicts of the samples of a file: by output layer, one JSON object for each sample.

    ``targets`` says what each output predicts, ``samples`` what was read, and ``notes`` what is to be told of it.
    """

    predicted: Mapping[str, list[Prediction]]
    targets: Mapping[str, str]
    samples: Samples
    notes: tuple[str, ...]

    @property
    def rows(self) -> list[Prediction]:
        """A JSON object for each sample, after its name where it has one; of several outputs by the output layer."""
        found, names = [with_value(row) for row in by_sample(self.predicted)], self.samples.names
        return [{"input": name} | row for name, row in zip(names, found, strict=True)] if names else found


def predictions_of(
    model: Model,
    given: str,
    fields: Sequence[FieldInfo],
    source: Source,
    base: Path | None = None,
    *,
    threshold: float | None = None,
    share: float | None = None,
) -> FilePredictions:
    """What a trained network predicts of a file, a folder, or a sample that is written out.

    Parameters
    ----------
    model
        the network.
    given, fields, source, base
        as `app.inference.new_inputs.read_samples` takes them.
    threshold
        as `app.inference.predict.predict` takes it.
    share
        adds to each amount the interval in which so many of new samples lie; None adds none.

    Raises
    ------
    NetloomError
        if the samples cannot be read, or an interval is asked for where no amounts are predicted.
    """
    samples = read_samples(given, fields, source, base)
    return predictions_for(model, samples, fields, source, threshold=threshold, share=share)


def predictions_for(
    model: Model,
    samples: Samples,
    fields: Sequence[FieldInfo],
    source: Source,
    *,
    threshold: float | None = None,
    share: float | None = None,
) -> FilePredictions:
    """As `predictions_of`, for ``samples`` that were read already."""
    lacking = "" if share is None else too_few(model, share)
    spread = {} if share is None or lacking else intervals(model, share)
    model.objective.set_threshold(threshold)
    predicted = predict_part(model, new_part(model, samples.arrays))
    for output, interval in spread.items():
        predicted[output] = [row | {"interval": interval.of(row["values"])} for row in predicted[output]]
    notes = (*samples.notes, *_unknown(model, samples, fields, source), lacking, *_told(spread.values()))
    targets = {head.output: head.field.name for head in model.objective.heads}
    return FilePredictions(predicted, targets, samples, tuple(filter(None, notes)))


def _told(spread: Iterable[Interval]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(interval.sentence for interval in spread))


def _unknown(model: Model, samples: Samples, fields: Sequence[FieldInfo], source: Source) -> tuple[str, ...]:
    """Sentences that name the words of new texts that training never saw, where such count as unknown."""
    field = text_field(fields)
    if not samples.texts or UNKNOWN not in field.vocabulary:
        return ()
    known = model.prepared.trained_tokens(field.name)
    return unknown_notes(samples.texts, samples.names, token_unit(source, field), known)


def with_value(prediction: Prediction) -> Prediction:
    """A prediction with the one number that tells most beside all of them."""
    if any(key in prediction for key in ("text", "labels", "boxes", "pixels")):
        return prediction
    if "scores" in prediction:
        return prediction | {"score": prediction["scores"][prediction["class"]]}
    if "class" in prediction:
        return prediction | {"probability": prediction["probabilities"][prediction["class"]]}
    if "values" in prediction:
        values = prediction["values"]
        return prediction | ({"value": values[0]} if len(values) == 1 and not isinstance(values[0], list) else {})
    return {name: with_value(part) for name, part in prediction.items()}


# Files


def check_ending(out: Path) -> None:
    """Refuse a file of predictions whose name does not say how it is written.

    Raises
    ------
    NetloomError
        if it ends otherwise than in .csv or .json.
    """
    if out.suffix.lower() not in ENDINGS:
        raise NetloomError(f"{out}: predictions are written as CSV or JSON; choose one of these endings.")


def file_of(found: FilePredictions, out: Path, columns: Columns = "all") -> bytes:
    """What is to be written to the file ``out``, in UTF-8: its ending says how.

    A table has a row for each sample, of boxes one for each box. First come the names of the files of the samples, or
    the ``columns`` of the table that was given, its cells as they were written: those that the network does not read,
    by which rows are called, before the others, and the target where it stands there. Else there is the number of the
    row.

    Raises
    ------
    NetloomError
        if it ends otherwise than in .csv or .json, a prediction is no row of a table, or the table is gone meanwhile.
    """
    check_ending(out)
    if out.suffix.lower() == ".json":
        rows = found.rows
        told = {"samples": len(rows), "predictions": rows, "notes": list(found.notes)}
        return json.dumps(told | {"problems": list(found.samples.problems)}, allow_nan=False, indent=1).encode()
    head, cells = _table(found, columns)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in cells)
    return text.getvalue().encode()


def frame_of(found: FilePredictions) -> pd.DataFrame:
    """The same table as a data frame, with the columns alone that the network does not read.

    Raises
    ------
    NetloomError
        if a prediction is no row of a table.
    """
    import pandas as pd

    head, rows = _table(found, "unread")
    return pd.DataFrame(rows, columns=head)


def _table(found: FilePredictions, which: Columns) -> tuple[list[str], list[list[Cell]]]:
    """The head of the table and its rows."""
    [first, *others] = found.predicted.values()
    if first and "boxes" in first[0] and not others:
        given = _told_apart(found, which, BOX_KEYS)
        rows = [
            [*(column[place] for column in given.values()), *(box[key] for key in BOX_KEYS)]
            for place, row in enumerate(first)
            for box in row["boxes"]
        ]
        return [*given, *BOX_KEYS], rows
    columns: dict[str, list[Cell]] = {}
    repeated = len({found.targets[output] for output in found.predicted}) < len(found.predicted)
    for output, predictions in found.predicted.items():
        columns |= _columns(predictions, output if repeated else found.targets[output], len(found.predicted) > 1)
    given = _told_apart(found, which, columns)
    return [*given, *columns], [list(row) for row in zip(*given.values(), *columns.values(), strict=True)]


def _told_apart(found: FilePredictions, which: Columns, taken: Iterable[str]) -> dict[str, list[Cell]]:
    """The columns that tell the samples apart, without those whose names are ``taken`` by predictions."""
    samples, count = found.samples, len(next(iter(found.predicted.values())))
    columns: dict[str, list[Cell]] = {"input": list(samples.names)} if samples.names else {}
    given = _every_column(found) if which == "all" else samples.columns
    columns |= {name: list(cells) for name, cells in given.items() if name not in set(taken)}
    return columns or {"row": list(range(1, count + 1))}


def _every_column(found: FilePredictions) -> Mapping[str, tuple[str, ...]]:
    """The columns of the given table: those that rows are called by, then the others in their order."""
    table, unread = found.samples.table, found.samples.columns
    if table is None:
        return unread
    cells, targets = written_cells(table), set(found.targets.values())
    first = [name for name in table.names if name in unread and name not in targets]
    return {name: cells[name] for name in dict.fromkeys([*first, *table.names])}


def _columns(predictions: list[Prediction], target: str, several: bool) -> dict[str, list[Cell]]:
    """The columns of one output, whose target is so called; one of ``several`` says its name wherever it must."""
    of = f"{target} = " if several else ""
    columns: dict[str, list[Cell]] = {}
    for row in predictions:
        for name, cell in _cells(row, target, of):
            columns.setdefault(name, []).append(cell)
    return columns


def _cells(row: Prediction, target: str, of: str) -> list[tuple[str, Cell]]:
    """The cells of one prediction, each with the name of its column; those of all rows have the same names."""
    if "class" in row:
        kind = "score" if "scores" in row else "probability"
        shares = row["scores" if "scores" in row else "probabilities"]
        return [
            (f"predicted {target}", row["class"]),
            *((f"{kind} {of}{name}", share) for name, share in shares.items()),
        ]
    if "labels" in row:
        shares = row["probabilities"].items()
        return [
            (f"predicted {target}", "; ".join(row["labels"])),
            *((f"probability {of}{name}", share) for name, share in shares),
        ]
    if "text" in row:
        sure = {} if row.get("probability") is None else {f"probability of {target}": row["probability"]}
        return [(f"predicted {target}", row["text"]), *((name, share) for name, share in sure.items())]
    if "values" in row and not any(isinstance(value, list) for value in row["values"]):
        return _amounts(row, target)
    raise NetloomError(
        f"What the network predicts of “{target}” is no row of a table; choose a file that ends in .json."
    )


def _amounts(row: Prediction, target: str) -> list[tuple[str, Cell]]:
    """Predicted amounts, each with its interval where it has one."""
    values = row["values"]
    names = row.get("names") or ([target] if len(values) == 1 else [f"{target} {n}" for n in range(1, len(values) + 1)])
    cells = [(f"predicted {name}", value) for name, value in zip(names, values, strict=True)]
    if "interval" not in row:
        return cells
    ends = [
        [(f"{name} at least", low), (f"{name} at most", high)]
        for name, low, high in zip(names, row["interval"]["low"], row["interval"]["high"], strict=True)
    ]
    return [cell for said, between in zip(cells, ends, strict=True) for cell in (said, *between)]


def _cell(value: Cell) -> Cell:
    """A value as it is written; a number with the figures that a float32 has."""
    return f"{value:.7g}" if isinstance(value, float) else value
