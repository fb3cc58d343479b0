"""The command line's entry point: the typer app with all subcommands, and the options that all of them share."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import (
    catalogue_verbs,
    export_verbs,
    import_verbs,
    lesson_verbs,
    machine_verbs,
    pack_verbs,
    profile_verbs,
    project_verbs,
    rate_verbs,
    run_verbs,
    style_verbs,
    sweep_verbs,
    text_verbs,
    use_verbs,
)
from app.cli.failures import FAILED, WRONG_USAGE, complain, report_defect
from app.cli.file_argument import open_source
from app.cli.long_work import waiting
from app.cli.printing import Json, print_json, print_result
from app.exchange.pack_format import is_pack
from app.system.own_command import PROGRAM
from app.system.progress import run_by
from graph.errors import NetloomError

VERBS: tuple[Callable[..., int | None], ...] = (
    catalogue_verbs.layers,
    catalogue_verbs.presets,
    catalogue_verbs.datasets,
    catalogue_verbs.data,
    project_verbs.new,
    project_verbs.check,
    project_verbs.repoint,
    project_verbs.transfer,
    machine_verbs.calibrate,
    machine_verbs.desktop,
    rate_verbs.find_rate,
    profile_verbs.profile,
    lesson_verbs.lessons,
    lesson_verbs.lesson,
    run_verbs.train,
    run_verbs.resume,
    use_verbs.runs,
    use_verbs.evaluate,
    use_verbs.predict,
    text_verbs.generate,
    style_verbs.style,
    sweep_verbs.sweep,
    export_verbs.export,
    import_verbs.import_,
    pack_verbs.pack,
    pack_verbs.unpack,
)
"""The verbs, in the order of the help; a verb's function is its name, options and help."""

UsageError: Any = typer.BadParameter.__mro__[1]
"""What typer raises for wrong usage: it has click inside and gives this class no name of its own."""


@dataclass(frozen=True)
class Screen:
    """What the window offers to the command line, which does not know windows itself."""

    open: Callable[[Path | None], int]
    tour: Callable[[Path], int]


def run(arguments: list[str], screen: Screen) -> int:
    """Run a verb; returns the exit code: 0 done, 1 failed, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    command = typer.main.get_command(build(screen, *arguments[:1]))
    try:
        with run_by(waiting(arguments)):
            result = command.main(arguments, prog_name=PROGRAM, standalone_mode=False, obj=arguments)
    except UsageError as error:
        return _wrong_usage(error)
    except NetloomError as error:
        complain(str(error))
        return FAILED
    except (typer.Abort, KeyboardInterrupt):
        complain("Interrupted.")
        return FAILED
    except BrokenPipeError:
        _give_up_stdout()
        return FAILED
    except Exception as error:
        report_defect(error)
        return FAILED
    return result if isinstance(result, int) else 0


def build(screen: Screen, called: str = "") -> typer.Typer:
    """All verbs, as an application of typer's; the one that is ``called`` alone, where there is such a verb.

    To describe the options of all takes longer than many verbs do.
    """
    verbs = (_open_verb(screen), *VERBS, _tour_verb(screen), worker)
    one = [verb for verb in verbs if typer.main.get_command_name(verb.__name__) == called]
    app = typer.Typer(
        help="Draw neural networks, watch them learn, and see what they learned.",
        epilog="FILE is a project file or preset:ID. Exit code: 0 done, 1 failed, 2 wrong usage.",
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=False,
    )
    for verb in one or verbs:
        app.command()(verb)
    if one:
        app.callback()(lambda: None)  # with a single verb, typer would not expect its name
    return app


def _open_verb(screen: Screen) -> Callable[..., int]:
    def open(  # the function's name is the verb's
        file: Annotated[
            str | None, typer.Argument(metavar="[FILE]", help="A project file, a pack, or preset:ID.")
        ] = None,
        json: Json = False,
    ) -> int:
        """Open the window."""
        code = screen.open(None if file is None else Path(file) if is_pack(Path(file)) else open_source(file).path)
        if json:
            print_json({"closed": True})
        return code

    return open


def _tour_verb(screen: Screen) -> Callable[..., int]:
    def tour(
        out: Annotated[Path, typer.Option("--out", help="Folder for the pictures.", show_default=False)],
        json: Json = False,
    ) -> int:
        """Drive the window through the main job by mouse and keyboard, and save pictures of it."""
        code = screen.tour(out)
        pictures = sorted(str(path) for path in out.glob("*.png"))
        print_result(json, {"out": str(out), "pictures": pictures}, f"{len(pictures)} pictures are in {out}.")
        return code

    return tour


def worker(json: Json = False) -> int:
    """Train on behalf of a window or another machine, over stdin and stdout."""
    from app.worker.process import main

    return main()


def _wrong_usage(error: Any) -> int:
    verb = error.ctx.command_path if error.ctx else PROGRAM
    complain(f"{error.format_message()} Run `{verb} --help` for what there is.")
    return WRONG_USAGE


def _give_up_stdout() -> None:
    """Whoever read stdout has gone; what is still buffered goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
