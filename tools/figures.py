"""Test scores of the presets over five seeds, beside baselines: ``make figures`` writes ``docs/figures.json``.

Every preset is trained once for each seed of `SEEDS`, on one thread of the processor. What was measured already is not
trained again: a preset's entry in the file holds for as long as its network, training settings and data are the same.
Baselines, which take no training, are measured each time: their names are made of the names of classes. With
``--baselines`` nothing else is measured: pages have those of new presets, of changed data or new baselines, in seconds.
The file is written after each training, so that a call that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.project.presets import preset, preset_ids
from graph.network import Node
from graph.project import Project, node_json
from tools.entry_lines import read_entries, write_entries
from tools.figure_texts import put_first, replace_texts

FILE = Path(__file__).resolve().parent.parent / "docs" / "figures.json"
SEEDS = range(5)
"""Seeds of training: they choose the initial weights and the order of the samples. The data stay the same."""
DIGITS = 5
"""Significant digits that are kept of each score."""

Entry = dict[str, Any]


def read_figures() -> dict[str, Entry]:
    """The entry of each preset that was measured, by its id."""
    return read_entries(FILE)


def content_hash(project: Project) -> str:
    """What decides the score of a project apart from its samples: layers, connections, choice of data and plan.

    Places on the canvas, texts and settings that have their default do not count.
    """
    network = project.network
    layers = {node.id: _decisive(node) for node in network}
    wires = sorted(map(str, network.connections))
    parts = [layers, wires, *(project.sections.get(name) for name in ("data", "plan"))]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=dict).encode()).hexdigest()[:16]


def _decisive(node: Node) -> dict[str, Any]:
    defaults = {each.name: each.default for each in node.layer.settings()}
    layer = node_json(node)
    settings = {name: value for name, value in layer["settings"].items() if value != defaults.get(name, ...)}
    return {name: value for name, value in layer.items() if name not in ("position", "turned")} | {"settings": settings}


def data_hash(project: Project) -> str:
    """A fingerprint of the prepared samples: it changes where the code that makes or reads them does."""
    from app.data.data_choice import DataChoice
    from app.data.prepare import prepare

    return prepare(DataChoice.parse(project.sections["data"])).fingerprint()[:16]


def train_once(project: Project, seed: int, id_: str = "") -> dict[str, float]:
    """Test scores after training with ``seed``, by the name of the metric."""
    from app.inference.evaluate import evaluate_model
    from app.training.trainer import train
    from app.training.training_session import begin, load_model
    from tools.more_figures import more_scores

    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        [*_, last] = train(begin(_planned(project, seed), None, run))
        if last.to_json()["status"] != "completed":
            raise RuntimeError(f"Training ended early: {last.to_json()}")
        _, model = load_model(run)
        measured = {**evaluate_model(model).metrics, **more_scores(id_, model)}
    return {name: rounded(value) for name, value in measured.items() if name != "loss"}


def baseline_errors(project: Project, id_: str = "") -> dict[str, dict[str, float]]:
    """The test errors of what can be had without a network, by the name of the baseline."""
    from app.inference.model_baselines import model_baselines
    from app.training.trainable import Model
    from tools.more_figures import more_baselines

    model = Model.build(_planned(project))
    simple = [baseline.to_json() for baseline in model_baselines(model)]
    compared = {each.pop("name"): each for each in simple} | more_baselines(id_, model.prepared)
    return {key: {name: rounded(value) for name, value in each.items()} for key, each in compared.items()}


def data_facts(project: Project, id_: str) -> dict[str, float]:
    """What the page of a preset tells of its data, see `tools.more_figures.facts`."""
    from app.data.data_choice import DataChoice
    from app.data.prepare import prepare
    from tools.more_figures import FACTS, facts

    found = facts(id_, prepare(DataChoice.parse(project.sections["data"]))) if id_ in FACTS else {}
    return {words: rounded(share) for words, share in found.items()}


def _planned(project: Project, seed: int = 0) -> Project:
    from app.cli.run_verbs import with_plan

    return with_plan(project, {"seed": seed, "threads": 1, "device": "cpu"})


def rounded(value: float) -> float:
    """With as many significant digits as are kept."""
    return float(f"{value:.{DIGITS}g}")


def summary(seeds: Mapping[str, Mapping[str, float]]) -> dict[str, list[float]]:
    """Median, least and greatest value of each metric over the seeds."""
    names = next(iter(seeds.values()), {})
    columns = {name: [scores[name] for scores in seeds.values()] for name in names}
    return {name: [rounded(statistics.median(each)), min(each), max(each)] for name, each in columns.items()}


def is_current(entry: Mapping[str, Any], project: Project) -> bool:
    """Whether an entry was measured on this network with these settings; a look at the samples takes `data_hash`."""
    return entry.get("content") == content_hash(project)


def is_complete(entry: Mapping[str, Any]) -> bool:
    """Whether all seeds were trained."""
    return set(entry.get("seeds", {})) == set(map(str, SEEDS))


def measure(id_: str, *, train: bool = True) -> None:
    """Measure a preset's baselines, train the seeds that are missing in the file, and write each into it.

    Without ``train`` the scores in the file stay, also where the preset or its data have changed since.
    """
    project = preset(id_).project
    marks = {"content": content_hash(project), "data": data_hash(project)}
    entry: Entry = read_figures().get(id_, {})
    # What pages say until all seeds are done.
    before = entry.get("before") or _shown(entry)
    if not entry or (train and any(entry.get(name) != mark for name, mark in marks.items())):
        entry = {**marks, "scores": {}, "baselines": {}, "seconds": 0, "seeds": {}}
    entry |= {"baselines": baseline_errors(project, id_), "before": before}
    entry |= {"facts": told} if (told := data_facts(project, id_)) else {}
    _keep(id_, entry)
    for seed in SEEDS if train else ():
        if str(seed) in entry["seeds"]:
            continue
        began = time.process_time()
        scores = train_once(project, seed, id_)
        entry["seeds"][str(seed)] = scores
        entry["seconds"] = round(max(entry["seconds"], time.process_time() - began), 1)
        entry["scores"] = summary(entry["seeds"])
        _keep(id_, entry)
        print(f"{id_}, seed {seed}: {scores}", flush=True)


def _shown(entry: Entry) -> Entry | None:
    """What pages give of an entry, scores of all seeds alone; None where nothing was measured."""
    if not entry:
        return None
    scores = entry["scores"] if is_complete(entry) else {}
    return {"scores": scores, "baselines": entry["baselines"], "facts": entry.get("facts", {})}


def _keep(id_: str, entry: Entry) -> None:
    """Write an entry into the file, and what is new in it into the pages: scores only once all seeds are done."""
    before = entry.pop("before", None) if is_complete(entry) else entry.get("before")
    first = not (before and before["scores"])
    shown = _shown(entry) or {}
    if before and (first or is_complete(entry)):
        replace_texts(id_, before, shown)
    if first:
        put_first(id_, shown)
    write_entries(FILE, dict(sorted((read_figures() | {id_: entry}).items())))


def chosen(ids: Iterable[str], longest: float) -> list[str]:
    """The presets to be measured: those named, or all that take at most ``longest`` minutes, quick ones first."""
    if named := list(ids):
        return named
    minutes = {id_: preset(id_).minutes for id_ in preset_ids()}
    return sorted((id_ for id_ in minutes if minutes[id_] <= longest), key=lambda id_: minutes[id_])


def main(arguments: list[str]) -> int:
    """Measure what is missing or has changed."""
    parser = argparse.ArgumentParser(prog="python -m tools.figures", description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="PRESET", help="ids of presets; without any, all")
    parser.add_argument("--longest", type=float, default=60, help="leave out presets that take more minutes a training")
    parser.add_argument("--baselines", action="store_true", help="train nothing: measure baselines alone")
    options = parser.parse_args(arguments)
    for id_ in chosen(options.presets, options.longest):
        measure(id_, train=not options.baselines)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
