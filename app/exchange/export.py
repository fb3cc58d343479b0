"""Exports: a network's weights, and its code with them beside it."""

from __future__ import annotations

from pathlib import Path

from app.training.runs import Run
from graph.errors import NetloomError
from graph.network import Network
from graph.project import write_atomically

WEIGHTS_SUFFIX = ".safetensors"


def export_code(network: Network, title: str, out: Path, run: Run | None = None) -> list[Path]:
    """Write the network as one Python file, for a run with its weights beside it; returns the files.

    Raises
    ------
    NetloomError
        if the network has errors, the run's weights cannot be used, or a file cannot be written.
    """
    from graph.build.code import generate

    if run is not None and out.suffix == WEIGHTS_SUFFIX:
        raise NetloomError(f"{out} would hold both the code and its weights; give the code a name that ends in .py.")
    source = generate(network, title).encode("utf-8")
    files = [out] if run is None else [out, export_weights(run, out.with_suffix(WEIGHTS_SUFFIX), network)]
    write_atomically(out, source)
    return files


def export_weights(run: Run, out: Path, network: Network | None = None) -> Path:
    """Write the weights of a run as safetensors, named as in the exported code; returns the file.

    ``network`` is the run's own, or a part of it whose layers have the same names; only its weights are written.

    Raises
    ------
    NetloomError
        if the weights are missing, altered or of another network, or the file cannot be written.
    """
    import safetensors.torch

    from app.training.checkpoints import fill_module, load
    from graph.build.compile import compile_network

    tensors, _ = load(run.weights)
    whole = run.project.network
    fill_module(compile_network(whole).module, tensors, run.weights)
    if network is not None and network is not whole:
        wanted = compile_network(network).module.state_dict()
        tensors = {name: one for name, one in tensors.items() if name in wanted}
    write_atomically(out, safetensors.torch.save(tensors, {"format": "pt"}))
    return out


def export_drawing(network: Network, out: Path, kind: str) -> Path:
    """Write the drawing of the network as ``svg`` or ``png``; returns the file.

    Raises
    ------
    NetloomError
        if the network has no layers or the file cannot be written.
    """
    from app.exchange.rasterise import png
    from graph.drawing.svg import svg

    drawing = svg(network)
    write_atomically(out, png(drawing) if kind == "png" else drawing.encode("utf-8"))
    return out
