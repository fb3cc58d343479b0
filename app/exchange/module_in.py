"""Hand-written PyTorch as a project of ours, proven to give the outputs that the module itself gave.

The file is run, in a process of its own (`app.exchange.module_apart`): whoever calls this has asked the user.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from app.exchange.import_network import ImportResult, bring_in
from app.exchange.module_apart import ExportedModule, run_apart
from app.exchange.module_classes import ModuleClass, modules_of
from app.exchange.module_export import DEFAULT
from app.exchange.module_source import EXPORTED, PYTHON, ModuleSource, literal_arguments
from app.exchange.onnx_in import OnnxImport, read_onnx
from app.exchange.onnx_proof import difference_from
from app.system.number_format import counted
from app.system.work_folder import work_folder
from graph.errors import NetloomError


def settled_source(source: ModuleSource) -> ModuleSource:
    """What is asked for, as far as the text of the file tells whether it can be had; nothing is run.

    Without a class the one that is no part of another is taken.

    Raises
    ------
    NetloomError
        if there is no such file, no such class in it, or the rest is written otherwise than it must be.
    """
    suffix = source.file.suffix.lower()
    if suffix not in (PYTHON, EXPORTED):
        raise NetloomError(f"{source.file.name} is neither a Python file (.py) nor an exported program (.pt2).")
    if suffix == EXPORTED:
        if not source.file.is_file():
            raise NetloomError(f"{source.file} cannot be opened: there is no such file. Check the name and the folder.")
        if source.name or source.arguments or source.inputs or source.weights:
            raise NetloomError(
                f"{source.file.name} holds one network with its inputs; a class and inputs are of .py files."
            )
        return source
    literal_arguments(source.arguments)
    if source.weights is not None and not source.weights.is_file():
        raise NetloomError(f"{source.weights} cannot be opened: there is no such file. Check the name and the folder.")
    source = replace(source, name=source.name or _only(source.file).name)
    found = modules_of(source.file)
    if not found.has(source.name):
        listed = f"; it has {found.listed()}" if found.modules else ", nor any that is a torch module (nn.Module)"
        raise NetloomError(f"{source.file.name} has no class “{source.name}”{listed}.")
    if not source.inputs:
        raise NetloomError(f"Say what {source.name} takes, the batch first, such as {_example(source)}.")
    return source


def _only(file: Path) -> ModuleClass:
    """The one module in a file that is no part of another.

    Raises
    ------
    NetloomError
        if there is none, or several.
    """
    found = modules_of(file)
    if not found.modules:
        raise NetloomError(f"{file.name} has no class that is a torch module (nn.Module).")
    if len(found.whole) != 1:
        raise NetloomError(f"{file.name} has several modules; choose one with --class: {found.listed()}.")
    return found.whole[0]


def _example(source: ModuleSource) -> str:
    """Inputs as options, as far as they can be guessed."""
    guessed = next((each.inputs for each in modules_of(source.file).modules if each.name == source.name), ())
    texts = [",".join(map(str, sizes)) if sizes else "1,3,32,32" for sizes in guessed or ((),)]
    return " ".join(f"--input {text}" for text in texts)


def import_module(source: ModuleSource, out: Path) -> ImportResult:
    """Run the file of ``source`` and write its network as the project ``out``, its weights beside it.

    The file can do whatever the user can. Torch's default exporter is believed first, then the older one.

    Raises
    ------
    NetloomError
        if the file does not work or has no such module, it takes no such inputs, an operator has no layer here, or the
        network gives other outputs than the module.
    """
    source = settled_source(source)
    with work_folder() as folder:
        made = run_apart(source, folder)
        refusal: NetloomError | None = None
        for file in made.files:
            try:
                return _brought_in(made, file, source, out)
            except NetloomError as error:  # what is still apart may be refused for reasons that say little
                refusal = error if refusal is None or file.name == DEFAULT else refusal
    raise refusal or NetloomError(f"torch cannot export {source.called}.")


def _brought_in(made: ExportedModule, file: Path, source: ModuleSource, out: Path) -> ImportResult:
    def proof(found: OnnxImport, module: torch.nn.Module) -> tuple[float, str]:
        return difference_from(found, module, made.batches, source.called), ""

    *_, found = read_onnx(file)
    titled = replace(found, title=source.name or source.file.stem)
    result = bring_in(titled, source.file, out, source.called, proof)
    if not made.dropout:
        return result
    lost = f"{counted(made.dropout, 'layer')} of dropout did not come along"
    why = "dropout does nothing when a network is used. Add it again before you train on."
    return replace(result, messages=(*result.messages, f"{lost}: {why}"))
