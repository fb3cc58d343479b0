"""Short runs on tables whose columns, classes, layers and titles have the names that are wanted."""

from __future__ import annotations

import contextlib
import csv
import random
from collections.abc import Sequence
from pathlib import Path

from app.data.inspect import inspect
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.changes import Section
from graph.document import Document
from graph.errors import NetloomError
from graph.project import Project
from tests.app.insight.test_predictions import linear
from tests.battery.exporters import Exported

SAMPLES = 24


def table(file: Path, columns: Sequence[str], classes: Sequence[str], chance: random.Random) -> None:
    """A table of numbers in ``columns`` but the last, which holds ``classes``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for row in range(SAMPLES):
            numbers = [f"{chance.gauss(row % len(classes), 1):.3f}" for _ in columns[1:]]
            writer.writerow([*numbers, classes[row % len(classes)]])


def named_run(folder: Path, names: Sequence[str], chance: random.Random) -> Exported:
    """A run with eight names: title, note, three columns, two classes, a layer (as it was, if the name is refused)."""
    title, note, first, second, target, one, other, layer = names
    file = folder / "data.csv"
    table(file, [first, second, target], [one, other], chance)
    data = inspect(file, None, None, {}).choice(None).to_json()
    document = Document(linear(2, 2))
    with contextlib.suppress(NetloomError), document.transaction("Name"):
        document.rename("dense1", layer)
    sections: dict[str, Section] = {
        "about": {"title": title},
        "notes": note,
        "data": data,
        "plan": {"epochs": 1, "batch_size": 8},
    }
    run = folder / "run"
    session = begin(Project(document.network, sections), folder, run)
    session.tensorboard = True
    for _ in train(session):
        pass
    return Exported(Run.open(run), title, (one, other))
