"""The subcommand `import`: a network from an ONNX file or exported Python code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.printing import Json, print_json, print_line
from graph.errors import NetloomError


def import_(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="An ONNX file, or code that Netloom exported.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The project file to make.", show_default=False)],
    force: Annotated[bool, typer.Option(help="Write over files that are there already.")] = False,
    json: Json = False,
) -> None:
    """Make a project of an ONNX file or of exported code, its weights beside it.

    Code is read and never run. An ONNX file is run once, to compare outputs: in a process of its own, with bounds on
    time and memory.
    """
    weights = output.with_suffix(".safetensors")
    for path in (output, weights):
        if path.exists() and not force:
            raise NetloomError(f"{path} is there already; choose another name, or add --force to write over it.")
    from app.exchange.import_network import import_network

    result = import_network(model, output)
    if json:
        print_json(result.to_json())
        return
    beside = "" if result.weights is None else f", weights in {result.weights}"
    print_line(f"{result.file}: {result.layers} layers, {result.parameters:,} parameters{beside}")
    for text in result.messages:
        print_line(text)


import_.__name__ = "import"
