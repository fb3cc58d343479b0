"""A network from outside as a project of ours, its weights beside it, with a parity check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch

from app.exchange.code_in import read_code, source_of
from app.exchange.module_classes import modules_of
from app.exchange.onnx_in import OnnxImport, read_onnx
from app.exchange.onnx_proof import largest_difference
from app.training.checkpoints import fill_module, read
from app.training.initial_weights import InitialWeights
from graph.atomic_write import write_atomically
from graph.build.compile import compile_network
from graph.build.embedded_drawing import read_drawing
from graph.errors import NetloomError
from graph.layers.io import Input
from graph.network import Network
from graph.project import SUFFIX, Project, write_project
from graph.shapes import Kind

Proof = Callable[[OnnxImport, torch.nn.Module], tuple[float | None, str]]
"""The largest difference of a network's outputs from those of what it was made of; None and why if it is not known."""


@dataclass(frozen=True)
class ImportResult:
    """What an import made: the project's file, that of its weights (None without), and what to say of it."""

    file: Path
    weights: Path | None
    layers: int
    parameters: int
    messages: tuple[str, ...]
    difference: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "file": str(self.file),
            "weights": None if self.weights is None else str(self.weights),
            "layers": self.layers,
            "parameters": self.parameters,
            "largest_difference": self.difference,
        }


def import_network(path: Path, out: Path) -> ImportResult:
    """Write the network of an ONNX file, or of code that Netloom exported, as the project ``out``.

    Raises
    ------
    NetloomError
        as `import_onnx` and `import_code`, or if the file is neither.
    """
    readers = {".onnx": import_onnx, ".py": import_code}
    if path.suffix.lower() not in readers:
        raise NetloomError(f"{path.name} is neither an ONNX file (.onnx) nor code that Netloom exported (.py).")
    return readers[path.suffix.lower()](path, out)


def import_code(path: Path, out: Path) -> ImportResult:
    """Write the network of exported code as the project ``out``; the weights beside the code come along.

    Raises
    ------
    NetloomError
        if the file cannot be read, the weights are of another network, or nothing can be written.
    """
    project, remarks = _from_code(path)
    module = compile_network(project.network).module
    beside = path.with_suffix(".safetensors")
    weights = None
    if beside.is_file():
        tensors, _ = read(beside)
        fill_module(module, tensors, beside)
        weights = _keep(out, tensors, project.sections)
    else:
        remarks.append(f"There are no weights beside it ({beside.name}), so training starts from fresh ones.")
    write_project(out, project)
    parameters = sum(one.numel() for one in module.parameters())
    return ImportResult(out, weights, len(project.network), parameters, tuple(remarks))


def _from_code(path: Path) -> tuple[Project, list[str]]:
    """The drawing in the file where its code is as it was exported, else what its lines say; and what to know of it."""
    drawing = read_drawing(source_of(path), path.name)
    if drawing is not None and drawing.intact:
        return drawing.project, []
    try:
        project = Project(read_code(path), {"about": {"title": path.stem}})
    except NetloomError as error:
        remedy = f" Undo what was changed, and the drawing at the end of {path.name} is opened." if drawing else ""
        remedy = remedy or _modules_in(path)
        raise NetloomError(f"{error}{remedy}") from None
    if drawing is None:
        return project, []
    return project, [
        f"{path.name} was changed after it was exported, so the network was read from its code instead of its drawing."
    ]


def _modules_in(path: Path) -> str:
    """The way to modules of torch that a file of others has; empty where it has none."""
    try:
        found = modules_of(path)
    except NetloomError:
        return ""
    whole = [each.name for each in found.whole]
    if not whole:
        return ""
    return f" Its module {whole[0]} comes in by running the file: --class {whole[0]}, with --input for what it takes."


def _keep(out: Path, tensors: dict[str, torch.Tensor], sections: dict[str, Any], frozen: tuple[str, ...] = ()) -> Path:
    """Write weights beside the project ``out``, which starts from them."""
    weights = out.with_name(out.name.removesuffix(SUFFIX) + ".safetensors")
    write_atomically(weights, safetensors.torch.save(tensors, {"format": "pt"}))
    sections["start"] = InitialWeights.at(weights, frozen, out.resolve().parent).to_json()
    return weights


def import_onnx(path: Path, out: Path) -> ImportResult:
    """Write the network of an ONNX file as the project ``out``, its weights beside it as safetensors.

    Raises
    ------
    NetloomError
        if the file cannot be read, gives other outputs than the network made of it, or nothing can be written.
    """
    for found in read_onnx(path):
        try:
            return bring_in(found, path, out, "the file", largest_difference)
        except NetloomError:
            if not found.drawn:
                raise
    raise AssertionError("an ONNX file is read by its operators at last")


def bring_in(found: OnnxImport, path: Path, out: Path, what: str, proof: Proof) -> ImportResult:
    """Write what was found in an ONNX file as the project ``out``, if it gives the outputs of ``what`` it was made of.

    Raises
    ------
    NetloomError
        if ``proof`` finds other outputs, weights are missing, or nothing can be written.
    """
    module = compile_network(found.network).module.eval()
    tensors = {name: torch.from_numpy(np.array(values, order="C")) for name, values in found.weights.items()}
    tensors = {name: one if one.dtype == torch.int64 else one.float() for name, one in tensors.items()}
    # Layers beside those with weights in the file have none either, so that every name must be there.
    fill_module(module, tensors, path)
    difference, obstacle = proof(found, module)
    sections: dict[str, Any] = {"about": {"title": found.title}}
    weights = _keep(out, tensors, sections, found.frozen) if tensors else None
    write_project(out, Project(found.network, sections))
    count = sum(one.numel() for one in module.parameters())
    messages = _messages(found, difference, obstacle, what)
    return ImportResult(out, weights, len(found.network), count, messages, difference)


def _messages(found: OnnxImport, difference: float | None, obstacle: str, what: str) -> tuple[str, ...]:
    """What the person should know; ``obstacle`` says why there is no ``difference`` from ``what`` it was made of."""
    messages = []
    if difference is None:
        messages.append(f"Its outputs are not compared with those of {what}: {obstacle}.")
    else:
        same = f"Checked: the network and {what} give the same outputs"
        messages.append(f"{same}; the largest difference is {difference:.2g}.")
    if found.batch is not None and difference is not None:
        begin = f"{what[:1].upper()}{what[1:]}"
        messages.append(f"{begin} takes batches of {found.batch} alone, so they were compared with that one.")
    messages += [
        f"{one.layer} takes its samples in Netloom's order of axes: {_order(found.network, one.layer)}."
        for one in found.inputs.values()
        if one.order != tuple(range(len(one.order)))
    ]
    messages += [
        f"{layer} gives its values in Netloom's order of axes, where the file's output “{name}” has another."
        for name, (layer, order) in found.outputs.items()
        if order
    ]
    messages += [f"The output “{name}” only names the likeliest class; it was left out." for name in found.labels]
    if found.frozen:
        messages.append(f"Frozen, because they only rescale: {', '.join(found.frozen)}.")
    return tuple(messages)


def _order(network: Network, layer: str) -> str:
    names = {Kind.SEQUENCE: "time, features", Kind.VIDEO: "time, channels, height, width"}
    return names.get(network.layer_as(layer, Input).shape.kind, "channels, height, width")
