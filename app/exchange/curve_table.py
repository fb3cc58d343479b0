"""The curves of a run as a table: a row for each epoch, which spreadsheets and data frames read."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from app.training.log_lines import PARTS
from app.training.runs import Run
from graph.atomic_write import write_atomically
from graph.errors import NetloomError

FIRST = ("epoch", "step", "seconds", "learning_rate")


def curve_rows(run: Run) -> list[dict[str, Any]]:
    """A row for each epoch (1-based): its number, the step at its end, its seconds, its learning rate, and the metrics.

    These are called ``train loss``, ``validation loss`` and so on; every row has the same columns, with None where an
    epoch measured nothing.
    """
    epochs = run.history(points=False).epochs
    measured = {
        f"{part} {name}": (part, name) for epoch in epochs for part in PARTS for name in (epoch.get(part) or {})
    }
    return [
        {name: epoch.get(name) for name in FIRST}
        | {column: (epoch.get(part) or {}).get(name) for column, (part, name) in measured.items()}
        for epoch in epochs
    ]


def export_curves(run: Run, out: Path) -> Path:
    """Write the curves of a run as CSV; returns the file.

    Raises
    ------
    NetloomError
        if the run has no epoch yet, or the file cannot be written.
    """
    rows = curve_rows(run)
    if not rows:
        raise NetloomError(f"The run {run.path} has done no epoch, so it has no curves; train it on.")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(out, text.getvalue().encode("utf-8"))
    return out
