"""The subcommands `new`, `check`, `repoint` and `transfer`: make and check project files, and what they begin from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.file_argument import File, open_source
from app.cli.printing import Json, print_json, print_line, print_result, print_table, written
from app.cli.table_options import NOTHING_SAID, with_table_options
from graph.errors import NetloomError
from graph.project import SUFFIX, Project, read_project, write_project

if TYPE_CHECKING:
    from app.project.project_check import Report


@with_table_options
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The project file to make.", show_default=False)],
    preset: Annotated[str | None, typer.Option(help="The preset to begin with; see `presets`.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="A file or folder of your own data, or the id of a data set; see `datasets`.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="The column of it to predict.")] = None,
    force: Annotated[bool, typer.Option(help="Write over a file that is there already.")] = False,
    json: Json = False,
    table: Mapping[str, Any] = NOTHING_SAID,
) -> None:
    """Make a project: empty, from a preset, or from a preset fitted to your own data."""
    if table and data is None:
        raise typer.BadParameter("Options of a table say how the data is written; give --data as well.")
    if target is not None and data is None:
        raise typer.BadParameter("--target names a column of the data; give --data as well.")
    if file.exists() and not force:
        raise NetloomError(f"{file} is there already; choose another name, or add --force to write over it.")
    project = _new_project(file, preset, data, target, table)
    write_project(file, project)
    report = _report(project, file.resolve().parent)
    layers, parameters = len(project.network), report.checker.parameters
    value = {"file": str(file), "layers": layers, "parameters": parameters}
    print_result(json, value, f"{file}: {layers} layers, {parameters:,} parameters")


def check(file: File, json: Json = False) -> None:
    """Tell shapes, parameters, cost and problems of a network, with what would repair them.

    The exit code is 0 whenever the check could be made: "ok" in the JSON, or the last line, tells its result. A device
    that this machine does not have is a warning: another one may train the project.
    """
    source = open_source(file)
    report = _report(source.project, source.base)
    if json:
        print_json(report.to_json())
        return
    shown = report.to_json()
    print_table(
        [name.replace("_", " ").replace("id", "layer") for name in _COLUMNS],
        [[layer[name] for name in _COLUMNS] for layer in shown["layers"]],
        ("parameters", "connections", "flops", "activation bytes"),
    )
    print_line(f"{shown['parameters']:,} parameters, {_work(shown)}")
    if report.predicted.cost:
        print_line(f"Training takes {report.predicted.cost}{_untimed(report)}.")
        if report.predicted.files:
            print_line(f"It leaves {report.predicted.files}, beside those of the run.")
    for problem in shown["problems"]:
        print_line(f"{problem['severity']}: {problem['message']}{_offers(problem)}")
    for hint in shown["hints"]:
        print_line(f"hint: {hint['message']}{_offers(hint)}")
    print_line("The network can be trained." if report.ok else "The network cannot be trained as it is.")


def _untimed(report: Report) -> str:
    """How the seconds are had where they are not known."""
    from app.training.calibration import known_calibration

    if report.predicted.seconds_per_epoch is not None or known_calibration() is not None:
        return " of memory"
    return " of memory; how long an epoch takes is told once `calibrate` has measured this machine"


def _work(shown: dict[str, Any]) -> str:
    """The operations of a checked network: per sample, or per step and at the length of the data."""
    if not shown["per_step"]:
        return f"{written(shown['flops'])} operations per sample"
    from app.project.cost_text import steps_text

    per_step = f"{written(shown['flops'])} operations per time step, as in the table"
    if shown["at_length"] is None:
        return f"{per_step}; how long samples are is not known"
    steps = steps_text(shown["at_length"]["steps"])
    return f"{per_step}; {written(shown['at_length']['flops'])} for a sample of {steps}, the longest of the data"


def repoint(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A project file.", show_default=False)],
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="Where its data is now; without it, what the data has become is taken."),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="The column to predict, of a project that has no data yet.")
    ] = None,
    json: Json = False,
) -> None:
    """Point a project to its data again, after that moved or changed; all settings stay.

    A project without data, such as an imported network, gets that at PATH.
    """
    from app.data.data_choice import DataChoice
    from app.data.repoint import repointed
    from app.project.first_data import with_first_data

    project, base = read_project(file), file.resolve().parent
    section = project.sections.get("data")
    if path is not None and not (isinstance(section, dict) and "source" in section):
        pointed = with_first_data(project, path.resolve(), base, target)
    elif target is not None:
        raise typer.BadParameter("--target names a column of the first data of a project; this one has data already.")
    else:
        moved = repointed(DataChoice.parse(section), path.resolve() if path is not None else None, base)
        pointed = replace(project, sections={**project.sections, "data": moved.to_json()})
    write_project(file, pointed)
    place = str(DataChoice.parse(pointed.sections["data"]).source.values()["path"])
    print_result(json, {"file": str(file), "path": place}, f"{file}: the data is {place}")


def transfer(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A project file.", show_default=False)],
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="The run whose weights it begins with, or a state dict: .pt, .pth or .safetensors."
        ),
    ],
    freeze: Annotated[list[str] | None, typer.Option(metavar="LAYER", help="A layer that keeps these weights.")] = None,
    fresh: Annotated[
        list[str] | None, typer.Option(metavar="LAYER", help="A layer that begins anew, such as the last one.")
    ] = None,
    json: Json = False,
) -> None:
    """Let a project begin with the weights of a run, some layers frozen, others anew: transfer learning.

    Layers that the project freezes or begins anew already stay so. Every later training of it begins there, in the
    window too. The tensors of a state dict go to layers by their names, else by shape and order; a table tells what
    went where, and layers for which there is nothing begin anew.
    """
    from app.training.initial_weights import InitialWeights, starting_from
    from app.training.runs import Run

    said = dict[str, Any]()
    if run.is_file():
        project, said = _with_state(file, run, (tuple(freeze or ()), tuple(fresh or ())))
    else:
        project = starting_from(read_project(file), Run.open(run).weights, tuple(freeze or ()), tuple(fresh or ()))
        report = _report(project, file.resolve().parent)
        if not report.ok:
            raise NetloomError(report.problems[0].message)
    write_project(file, project)
    start = InitialWeights.of(project)
    value = {"file": str(file), "weights": start.weights, "frozen": list(start.frozen), "fresh": list(start.fresh)}
    if said and not json:
        _print_takings(said)
    marks = [f"{', '.join(names)} {what}" for names, what in ((start.frozen, "frozen"), (start.fresh, "anew")) if names]
    print_result(
        json, {**value, **said}, f"{file}: begins with the weights of {run}{''.join(f', {each}' for each in marks)}"
    )


def _with_state(
    file: Path, state: Path, marks: tuple[tuple[str, ...], tuple[str, ...]]
) -> tuple[Project, dict[str, Any]]:
    """The project beginning with what its layers take of a state dict, and what goes where; ``marks``: frozen, anew.

    What its check had to say before, such as that it has no data yet, is no reason to refuse.
    """
    from app.training.state_start import fit_state, kept_beside, starting_from_state

    before, base = read_project(file), file.resolve().parent
    fit = fit_state(before, state)
    known = {problem.message for problem in _report(before, base).problems}
    there = {path.name for path in base.glob("*.safetensors")}
    kept = fit.keep(kept_beside(state, file.name, base))
    project = starting_from_state(before, fit, kept, *marks, base=base)
    faults = [one for one in _report(project, base).problems if one.message not in known and one.severity == "error"]
    if faults:
        if kept.name not in there:
            kept.unlink()
        raise NetloomError(faults[0].message)
    layers = [
        {"layer": each.layer, "takes": each.source, "how": each.how or f"begins anew: {each.reason}"}
        for each in fit.layers
    ]
    return project, {"layers": layers, "left": list(fit.left)}


def _print_takings(said: Mapping[str, Any]) -> None:
    """What went where, and what of the file is left over."""
    print_table(
        ("layer", "takes", "how"), [[each[name] for name in ("layer", "takes", "how")] for each in said["layers"]]
    )
    if said["left"]:
        print_line(f"Left over in the file: {', '.join(said['left'])}.")


_COLUMNS = (
    "id",
    "kind",
    "output",
    "parameters",
    "connections",
    "flops",
    "activation_bytes",
    "receptive_field",
    "jump",
)


def _report(project: Project, base: Path | None) -> Report:
    from app.project.project_check import check_project

    return check_project(project, base, _devices(project))


def _devices(project: Project) -> tuple[str, ...]:
    """Ids of this machine's devices where the project names one; torch is asked for nothing less."""
    plan = project.sections.get("plan")
    if not isinstance(plan, Mapping) or plan.get("device", "auto") in ("auto", "cpu"):
        return ()
    from app.training.devices import devices

    return tuple(device["id"] for device in devices())


def _new_project(
    file: Path, preset: str | None, data: Path | None, target: str | None, options: Mapping[str, Any]
) -> Project:
    if data is not None:
        from app.data.data_choice import named_set
        from app.data.inspect import suggest
        from app.project.fit_preset import fit_preset

        base = file.resolve().parent
        choice = named_set(str(data)) if target is None and not data.exists() else None
        choice = choice or suggest(data.resolve(), target=target, base=base, options=options)
        return fit_preset(choice, base, preset, file.name.removesuffix(SUFFIX))
    if preset is not None:
        from app.project.presets import PREFIX
        from app.project.presets import preset as shipped

        return shipped(preset.removeprefix(PREFIX)).project
    return Project()


def _offers(problem: dict[str, Any]) -> str:
    return f" Offered: {'; '.join(problem['fixes'])}." if problem["fixes"] else ""
