"""The subcommands `train` and `resume`: the training loop with a progress bar or events as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.cli.failures import FAILED, complain
from app.cli.file_argument import File, open_source
from app.cli.interrupt import stop_on_interrupt
from app.cli.many_processes import in_processes, other_number, ranks_here
from app.cli.printing import Json, print_json, print_line
from app.cli.training_progress import Display
from app.training.ranks import are_several, is_restarted
from graph.project import Project

if TYPE_CHECKING:
    from app.protocol.control import Control
    from app.protocol.events import Event
    from app.training.training_monitor import TrainingMonitor
    from app.training.training_session import TrainingSession

PRINTED = ("started", "epoch", "note", "finished")
"""Events that `--json` prints; loss points and progress are in the run's log."""

Processes = Annotated[
    int, typer.Option(min=1, metavar="N", help="Train in N processes of this machine, each with a share of each batch.")
]
Device = Annotated[str | None, typer.Option(metavar="auto|cpu|cuda[:i]", help="Where to train.")]
TensorBoard = Annotated[
    bool, typer.Option("--tensorboard", help="Write TensorBoard event files too, in the run folder, as it trains.")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A folder that training made.", show_default=False)]
RunOrEpoch = Annotated[
    Path,
    typer.Argument(
        metavar="RUN",
        help="A folder that training made, or the weights in it after one epoch, such as RUN/epoch-0010.safetensors.",
        show_default=False,
    ),
]


def train(  # noqa: PLR0913, PLR0917 - as many as there are options
    context: typer.Context,
    file: File,
    out: Annotated[Path | None, typer.Option(help="The run folder; without it a new one among all runs.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="How often every sample is seen.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another number starts otherwise.")] = None,
    seeds: Annotated[
        int | None,
        typer.Option(min=2, max=1000, help="Train so often, each time with another seed, and tell the mean."),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(min=2, max=1000, help="Cross-validate: train on all folds of the data but one, each in turn."),
    ] = None,
    device: Device = None,
    precision: Annotated[
        Literal["float32", "bfloat16", "bf16"] | None, typer.Option(help="Numbers to calculate with.")
    ] = None,
    class_weights: Annotated[
        Literal["none", "automatic", "own"] | None, typer.Option(help="How much each class counts in the loss.")
    ] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Calculate with PyTorch's own modules alone, which is slower.")
    ] = False,
    like: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Calculate as that run did, with its threads and fast paths.")
    ] = None,
    tensorboard: TensorBoard = False,
    processes: Processes = 1,
    json: Json = False,
) -> int:
    """Train a project and leave a run folder; Ctrl+C stops after the current step, to be resumed.

    With --seeds or --folds it is trained several times, each an ordinary run in its own folder, and the mean and
    standard deviation of every score are told; with --out the same command goes on where it was stopped.
    """
    if reference and like is not None:
        raise typer.BadParameter("--reference and --like each say how to calculate; give one of them.")
    if seeds and folds:
        raise typer.BadParameter("--seeds and --folds each say how to repeat a training; give one of them.")
    if (seeds or folds) and (processes > 1 or are_several()):
        raise typer.BadParameter("Each of several trainings is done in one process; leave out --processes.")
    if processes > 1:
        return in_processes(processes, context.obj)
    changes = {"epochs": epochs, "seed": seed, "device": device, "precision": _precision(precision)}
    changes |= {"class_weights": class_weights}
    with stop_on_interrupt() as control, ranks_here() as ranks:
        source = ranks.together(lambda: open_source(file))
        named = {name: value for name, value in changes.items() if value is not None}
        project = ranks.together(lambda: with_plan(source.project, named))
        from app.training.runs import CHECKPOINT
        from app.training.training_session import begin, begin_like
        from app.training.training_session import resume as session_of

        def begun(project: Project, out: Path | None) -> TrainingSession:
            if out is not None and is_restarted() and ranks.by_first((out / CHECKPOINT).is_file):
                session = session_of(out, ranks=ranks)
            elif like is not None:
                session = begin_like(like, project, source.base, out, ranks)
            else:
                session = begin(project, source.base, out, paths=() if reference else None, ranks=ranks)
            session.tensorboard = tensorboard
            return session

        if seeds or folds:
            from app.cli.repeated_training import Training, train_all
            from app.sweep.repeats import with_folds, with_seeds

            repeats = with_seeds(project, seeds) if seeds else with_folds(project, folds or 0)
            one = Training(begun, lambda session: _run(session, control, json), control, json)
            return train_all(repeats, source.title, out, one)
        session = begun(project, out)
        if not json and ranks.first:
            _tell_lopsided(session)
        return _run(session, control, json)


def resume(
    context: typer.Context,
    run: RunFolder,
    epochs: Annotated[int | None, typer.Option(min=1, help="How many epochs in all, those done included.")] = None,
    device: Device = None,
    tensorboard: TensorBoard = False,
    processes: Processes = 1,
    json: Json = False,
) -> int:
    """Continue a run where it stopped."""
    if processes > 1:
        return in_processes(processes, context.obj)
    with stop_on_interrupt() as control, ranks_here() as ranks:
        from app.training.training_session import resume as session_of

        session = session_of(run, epochs, device=device, ranks=ranks)
        session.tensorboard = tensorboard
        if not json and ranks.first and session.processes_before:
            print_line(other_number(session.processes_before, ranks.count))
        return _run(session, control, json)


def _tell_lopsided(session: TrainingSession) -> None:
    """Say where classes are lopsided and count alike all the same."""
    from app.data.lopsided import lopsided_note

    note = lopsided_note(session.model.prepared.dataset.info)
    if note and session.model.plan.class_weights == "none":
        print_line(f"{note} The option --class-weights automatic does.")


def with_plan(project: Project, changes: Mapping[str, Any]) -> Project:
    """The project with some settings of its plan changed.

    Raises
    ------
    NetloomError
        if the plan refuses one.
    """
    if not changes:
        return project
    from app.training.plan import Plan

    section = project.sections.get("plan") or {}
    plan = Plan.parse(section if isinstance(section, Mapping) else {}).changed(**changes)
    return replace(project, sections={**project.sections, "plan": plan.to_json()})


def _precision(name: str | None) -> str | None:
    return "bfloat16" if name == "bf16" else name


def _run(session: TrainingSession, control: Control, json: bool) -> int:
    """Iterate the training to its end; returns the exit code."""
    from app.training.trainer import train
    from app.training.training_monitor import TrainingMonitor

    session.control = control
    if not session.ranks.first:
        return _follow(train(session))
    monitor = TrainingMonitor.of(session.run, resumed=session.position.steps > 0)
    events = train(session)
    last = _print_lines(events, monitor) if json else _display(events, monitor)
    if last["status"] == "failed":
        complain(str(last["reason"]))
        return FAILED
    return 0


def _follow(events: Iterator[Event]) -> int:
    """Train along without a word, for the first process says it all."""
    status = ""
    for event in events:
        status = getattr(event, "status", status)
    return FAILED if status == "failed" else 0


def _print_lines(events: Iterator[Event], monitor: TrainingMonitor) -> dict[str, Any]:
    """Print events as they come, and a line of its own for whatever turns out to be wrong."""
    last: dict[str, Any] = {}
    for event in events:
        lines = [diagnosis.to_json() for diagnosis in monitor.take(event)]
        if event.name in PRINTED:
            last = event.to_json()
            lines.insert(len(lines) if event.name == "finished" else 0, last)  # which stays the last line
        for line in lines:
            print_json(line)
    return last


def _display(events: Iterator[Event], monitor: TrainingMonitor) -> dict[str, Any]:
    from app.training.diagnosis import divergence

    last: dict[str, Any] = {}
    with Display() as display:
        for event in events:
            new = monitor.take(event)
            display.show(event, divergence(monitor.found))
            for diagnosis in new:
                display.tell(diagnosis)
            last = event.to_json() if event.name == "finished" else last
        if monitor.caution:
            display.say(monitor.caution)
    return last
