"""The verb that exports networks and runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.printing import Json, print_json, print_line
from app.cli.sources import Source, open_source
from app.training.runs import Run
from graph.errors import NetloomError

FileOrRun = Annotated[
    str, typer.Argument(metavar="FILE-or-RUN", help="A project file, preset:ID, or a run folder.", show_default=False)
]
To = Annotated[
    Literal["code", "safetensors", "svg", "png"],
    typer.Option(help="PyTorch code (of a run with its weights beside it), weights, or a drawing.", show_default=False),
]
Out = Annotated[Path, typer.Option("--output", "-o", help="The file to write.", show_default=False)]


def export(file: FileOrRun, to: To, output: Out, json: Json = False) -> None:
    """Write a network as PyTorch code, its weights, or its drawing."""
    run = Run.open(Path(file)) if Path(file).is_dir() else None
    source = open_source(file) if run is None else Source(run.project, run.path, run.base, run.title)
    files = _export(source, run, to, output)
    if json:
        print_json({"to": to, "files": [str(path) for path in files]})
    else:
        print_line(f"Written: {', '.join(str(path) for path in files)}")


def _export(source: Source, run: Run | None, to: str, output: Path) -> list[Path]:
    from app.exports import export_code, export_drawing, export_weights

    network = source.project.network
    if to == "code":
        return export_code(network, source.title, output, run)
    if to == "safetensors":
        if run is None:
            raise NetloomError(f"{source.name} is a project, which has no weights; export a run of it.")
        return [export_weights(run, output)]
    return [export_drawing(network, output, to)]
