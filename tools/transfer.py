"""Transfer learning against training from scratch over five seeds: ``python -m tools.transfer`` prints the table.

A CNN learns the digits 0 to 4. Then the digits 5 to 9 are learned from a few pictures of each: with its convolutions,
frozen, and a new last layer; with frozen convolutions whose weights are random; and by the same network from scratch,
nothing frozen. Scores are of all other pictures of 5 to 9.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.cli.run_verbs import with_plan
from app.project.presets import preset
from graph.changes import Section
from graph.project import Project
from tools.figure_texts import range_text
from tools.figures import SEEDS, rounded

LOW, HIGH = "digits_low", "digits_high_transfer"
PICTURES = (1, 5, 20)
"""Pictures of each digit to learn from."""
WAYS = {"transfer": "convolutions from 0 to 4", "random": "random convolutions", "scratch": "from scratch"}
"""The columns of the table."""

Scores = Mapping[str, Sequence[float]]


def with_pictures(project: Project, count: int, start: Section) -> Project:
    """The project with ``count`` pictures of each digit to learn from, and another section ``start``."""
    data = dict(project.sections["data"])  # type: ignore[arg-type]
    data["options"] = dict(data["options"]) | {"per_class": count}
    return replace(project, sections={**project.sections, "data": data, "start": start})


def trained(project: Project, seed: int, folder: Path) -> tuple[Path, float]:
    """The weights after training with ``seed``, and the accuracy on the test set."""
    from app.training.trainer import train
    from app.training.training_session import begin

    session = begin(with_plan(project, {"seed": seed, "threads": 1, "device": "cpu"}), None, folder)
    [*_, last] = train(session)
    return session.run.weights, float(last.to_json()["test"]["accuracy"])


def scores(seeds: Sequence[int] = SEEDS, pictures: Sequence[int] = PICTURES) -> Mapping[str, Scores]:
    """Accuracy for each seed, by pictures of each digit and by the names of `WAYS`."""
    from app.training.initial_weights import starting_from

    low, high = preset(LOW).project, preset(HIGH).project
    found: dict[str, dict[str, list[float]]] = {str(each): {way: [] for way in WAYS} for each in pictures}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed in seeds:
            weights, _ = trained(low, seed, folder / f"low{seed}")
            for count in pictures:
                begun = starting_from(high, weights)
                starts = {"transfer": begun.sections["start"], "random": high.sections["start"], "scratch": None}
                for way, start in starts.items():
                    _, right = trained(with_pictures(high, count, start), seed, folder / f"{way}{count}-{seed}")
                    found[str(count)][way].append(rounded(right))
            print(f"seed {seed}: { ({count: [each[way][-1] for way in each] for count, each in found.items()}) }")
    return found


def table(found: Mapping[str, Scores]) -> str:
    """The table of the guide: median, least and greatest accuracy."""
    lines = [f"| pictures of each digit | {' | '.join(WAYS.values())} |", "|---|---|---|---|"]
    for count, ways in found.items():
        cells = [range_text("accuracy", (statistics.median(ways[way]), min(ways[way]), max(ways[way]))) for way in WAYS]
        lines.append(f"| {count} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(scores()))
    sys.exit(0)
