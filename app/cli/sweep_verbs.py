"""The subcommand `sweep`: hyperparameter search over settings of a project with Optuna."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.file_argument import File, open_source
from app.cli.interrupt import stop_on_interrupt
from app.cli.printing import Json, print_json, print_line, print_table, written
from app.cli.run_verbs import Device, with_plan
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.sweep.study import Search, TrialResult


def sweep(
    file: File,
    trials: Annotated[int, typer.Option(min=1, help="How many trials in all, those made before included.")] = 20,
    out: Annotated[
        Path | None, typer.Option(help="The folder of the search, where it goes on if there is one.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="How often every sample is seen in each trial.")] = None,
    device: Device = None,
    base: Annotated[
        Path | None, typer.Option(help="Where relative paths of the data start; usually the file's folder.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Only tell what would be varied, and how.")] = False,
    json: Json = False,
) -> int:
    """Search for good settings: train the project many times, each time with others.

    What varies is the project's section “sweep”; without one, learning rate, batch size, widths and dropout. Several
    processes may search in the same folder at once. Ctrl+C stops; the same command goes on.
    """
    source = open_source(file)
    changes = {name: value for name, value in (("epochs", epochs), ("device", device)) if value is not None}
    project = with_plan(source.project, changes)
    if show:
        from app.sweep.space import Space

        space = Space.of(project)
        if json:
            print_json(space.to_json())
        else:
            print_table(("setting", "values"), [(path, str(choices)) for path, choices in space.settings.items()])
        return 0
    from app.sweep.study import open_search
    from app.training.devices import find_device
    from app.training.plan_problems import readable_plan

    plan = readable_plan(project.sections.get("plan"))
    if plan is not None:
        find_device(plan.device)  # which every trial would lack
    with stop_on_interrupt() as control:
        search = open_search(project, source.title, base or source.base, out)
        _begun(search, trials, json)
        best: int | None = None
        for tried in search.run(trials, control):
            leader = search.best()
            better = leader is not None and leader.number == tried.number != best
            best = leader.number if leader is not None else None
            _one(tried, trials, better, json)
        return _ended(search, control.stopping, json)


def _begun(search: Search, trials: int, json: bool) -> None:
    if json:
        settings = {
            path: choices.model_dump(mode="json", exclude_defaults=True)
            for path, choices in search.space.settings.items()
        }
        event = {"event": "started", "study": str(search.folder), "trials": trials, "settings": settings}
        print_json(event | {"metric": search.space.metric, "done": len(search.trials())})
        return
    print_line(f"Searching in {search.folder}: {', '.join(search.space.settings)}")


def _one(tried: TrialResult, trials: int, better: bool, json: bool) -> None:
    if json:
        print_json({"event": "trial", **tried.to_json(), "best": better})
        return
    result = tried.reason or ("no result" if tried.value is None else written(tried.value))
    mark = ", the best so far" if better else ""
    print_line(f"{tried.number}/{trials}: {result} ({tried.status}{mark}), {_settings(tried.values)}")


def _ended(search: Search, stopped: bool, json: bool) -> int:
    from app.sweep.study import BEST

    listed, best = search.trials(), search.best()
    status = "stopped" if stopped else "completed"
    if json:
        best_trial = None if best is None else best.to_json()
        opened = None if best is None else str(search.folder / BEST)
        event = {"event": "finished", "status": status, "study": str(search.folder), "trials": len(listed)}
        print_json(event | {"best": best_trial, "project": opened})
        return 0 if best is not None or stopped else 1
    short = {path: path.removeprefix("plan.") for path in search.space.settings}
    rows = [
        (trial.number, trial.value, trial.status, trial.epochs, *(trial.values.get(path) for path in short))
        for trial in listed
    ]
    numbers = ("trial", search.space.metric, "epochs", *short.values())
    print_table(("trial", search.space.metric, "status", "epochs", *short.values()), rows, numbers)
    if best is None and not stopped:
        reason = next((trial.reason for trial in listed if trial.reason), "no trial ended")
        raise NetloomError(f"No trial could be trained to its end: {reason}")
    if best is not None:
        print_line(f"The best settings are in {search.folder / BEST}, trained in {best.run}.")
    return 0


def _settings(values: Mapping[str, object]) -> str:
    return ", ".join(f"{path.removeprefix('plan.')} {written(value)}" for path, value in values.items())
