"""The subcommand `import`: a network from an ONNX file, exported Python code, or a torch module that is run for it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.printing import Json, print_json, print_line
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.exchange.import_network import ImportResult
    from app.exchange.module_source import ModuleSource

EXPORTED = ".pt2"
"""What `torch.export.save` writes, which is run like code."""
WEIGHTS = (".pt", ".pth", ".safetensors")


def import_(  # noqa: PLR0913, PLR0917 - as many as there are options
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL",
            help="An ONNX file, code that Netloom exported, or a Python file with a torch module.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The project file to make.", show_default=False)],
    name: Annotated[
        str, typer.Option("--class", metavar="NAME", help="The torch module in a Python file, which is run for it.")
    ] = "",
    input: Annotated[
        list[str] | None,
        typer.Option(metavar="SIZES", help="What it takes, the batch first: 1,3,32,32. Once for each input."),
    ] = None,
    args: Annotated[
        str, typer.Option(help="Arguments of its constructor: num_classes=10. Numbers, texts, lists.")
    ] = "",
    weights: Annotated[
        Path | None, typer.Option(help="A file with its state dict: .pt, .pth or .safetensors.", show_default=False)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Run the file without asking.")] = False,
    force: Annotated[bool, typer.Option(help="Write over files that are there already.")] = False,
    json: Json = False,
) -> None:
    """Make a project of a network from elsewhere, its weights beside it.

    Code that Netloom exported is read and never run. An ONNX file is run once, to compare outputs: in a process of its
    own, with bounds on time and memory. With --class or --input a Python file is run, and so is a .pt2 file: with your
    rights, so you are asked before.
    """
    beside = output.with_suffix(".safetensors")
    for path in (output, beside):
        if path.exists() and not force:
            raise NetloomError(f"{path} is there already; choose another name, or add --force to write over it.")
    if model.suffix.lower() in WEIGHTS:
        raise NetloomError(
            f"{model.name} holds weights and no network. `transfer PROJECT {model.name}` gives them to a network."
        )
    if name or input or args or weights or model.suffix.lower() == EXPORTED:
        from app.exchange.module_source import ModuleSource, input_sizes

        sizes = tuple(map(input_sizes, input or ()))
        result = _of_module(ModuleSource(model, name, args, sizes, weights), output, yes)
    else:
        from app.exchange.import_network import import_network

        result = import_network(model, output)
    _tell(result, json)


def _of_module(source: ModuleSource, output: Path, yes: bool) -> ImportResult:
    """Run a file for its network, once the user has agreed.

    Raises
    ------
    NetloomError
        if the user does not agree, or cannot be asked.
    """
    from app.exchange.module_in import import_module, settled_source

    source = settled_source(source)
    if not yes:
        if not sys.stdin.isatty():
            raise NetloomError(f"{source.rights} Add --yes if you trust it.")
        if not typer.confirm(f"{source.rights} Run it?", err=True):
            raise NetloomError(f"{source.file.name} was not run, and nothing was imported.")
    return import_module(source, output)


def _tell(result: ImportResult, json: bool) -> None:
    if json:
        print_json(result.to_json())
        return
    beside = "" if result.weights is None else f", weights in {result.weights}"
    print_line(f"{result.file}: {result.layers} layers, {result.parameters:,} parameters{beside}")
    for text in result.messages:
        print_line(text)


import_.__name__ = "import"
