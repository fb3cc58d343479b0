"""The subcommands `pack` and `unpack`: a project with its data and runs as one ZIP archive to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.file_argument import FileArgument, FileOrRun, open_source
from app.cli.printing import Json, print_line, print_result
from app.system.number_format import counted, scaled
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.exchange.pack import Packed

Extent = Annotated[
    Literal["all", "used", "none"],
    typer.Option("--data", help="Of files of your own: all, only those that were read, or none."),
]
Which = Annotated[
    Literal["all", "last", "none"], typer.Option("--runs", help="Runs of the project that go along, with --run these.")
]
These = Annotated[list[Path] | None, typer.Option("--run", help="A run to pack; may be given several times.")]


def pack(
    file: FileOrRun,
    output: Annotated[Path, typer.Option("--output", "-o", help="The .zip file to write.", show_default=False)],
    data: Extent = "all",
    runs: Which = "all",
    run: These = None,
    base: Annotated[Path | None, typer.Option(help="Where relative paths start; usually the file's folder.")] = None,
    force: Annotated[bool, typer.Option(help="Write over a file that is there already.")] = False,
    json: Json = False,
) -> None:
    """Write a project with its data and runs as one .zip file to hand on; `unpack` or the window opens it."""
    from app.exchange.pack import pack as write
    from app.training.runs import Run

    output = output if output.suffix else output.with_suffix(".zip")
    if output.exists() and not force:
        raise NetloomError(f"{output} is there already; choose another name, or add --force to write over it.")
    if Path(file).is_dir():
        opened = Run.open(Path(file))
        source, chosen = FileArgument.of_run(opened), [opened.path]
    else:
        source = open_source(file)
        chosen = run if run is not None else _own(source, base, runs)
    packed = write(source.project, base or source.base, _name(source.name), output, data, chosen)
    print_result(json, packed.to_json(), _sentence(packed), *packed.notes)


def unpack(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .zip file made by `pack`.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new folder; without it, one beside the file.")
    ] = None,
    json: Json = False,
) -> None:
    """Unpack what `pack` made: the digests of all files are checked, and nothing is written over."""
    from app.exchange.unpack import unpack as write

    unpacked = write(file, output)
    holds = _runs_and_data(len(unpacked.runs), unpacked.manifest.data)
    print_result(json, unpacked.to_json(), f"Unpacked into {unpacked.folder}: {unpacked.file.name}, {holds}.")
    if not json:
        for path in unpacked.runs:
            print_line(str(path))


def _own(source: FileArgument, base: Path | None, which: str) -> list[Path]:
    from app.exchange.pack import runs_of
    from app.training.run_labels import ProjectKey
    from app.training.runs import runs_folder

    if which == "none" or not source.project.id:
        return []
    base = base or source.base
    places = [runs_folder(), *((base, base / "runs") if base is not None else ())]
    own = runs_of(ProjectKey(source.project.id, source.name, base, frozenset({source.name})), places)
    return own[:1] if which == "last" else own


def _name(name: str) -> str:
    """A name for the project's file in the pack."""
    kept = "".join(sign if sign.isalnum() or sign in " ._-()" else "-" for sign in name).strip(" .")
    return kept[:100] or "project"


def _sentence(packed: Packed) -> str:
    holds = _runs_and_data(len(packed.manifest.runs), packed.manifest.data)
    return f"Wrote {packed.file} ({scaled(packed.size, 'B')}): the project, {holds}."


def _runs_and_data(runs: int, data: str) -> str:
    """How many runs a pack holds, and how much of the data."""
    words = {"all": " and its data", "used": " and the part of its data that is used", "none": ", without the data"}
    return f"{counted(runs, 'run')}{words.get(data, '')}"
