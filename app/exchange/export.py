"""Exports of a network: its PyTorch code, its weights as safetensors, its drawing as SVG or PNG."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree

from app.training.runs import Run
from graph.atomic_write import write_atomically
from graph.build.code import DataCode
from graph.errors import NetloomError
from graph.network import Network

WEIGHTS_SUFFIX = ".safetensors"

SCALE = 2.0
"""Pixels of a PNG for one of the drawing, unless it would become too large."""

PIXELS = 16e6
"""Most pixels of a PNG."""

FONTS = [str(Path(__file__).with_name("fonts") / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
"""The fonts of PNGs, which ship so that a drawing looks the same on every machine."""

LETTERS = re.compile("[\x00-\u024f\u0370-\u045f\u2000-\u206f\u2100-\u22ff\u2500-\u25ff]*")
"""Texts that the fonts can set."""


def export_code(network: Network, title: str, out: Path, run: Run | None = None) -> list[Path]:
    """Write the network as one Python file with its drawing, for a run with its weights beside it; returns the files.

    Raises
    ------
    NetloomError
        if the network has errors, the run's weights cannot be used, or a file cannot be written.
    """
    from graph.build.embedded_drawing import code_with_drawing

    if run is not None and out.suffix == WEIGHTS_SUFFIX:
        raise NetloomError(f"{out} would hold both the code and its weights; give the code a name that ends in .py.")
    data = _data_of(run, network) if run is not None else None
    source = code_with_drawing(network, title, data).encode("utf-8")
    files = [out] if run is None else [out, export_weights(run, out.with_suffix(WEIGHTS_SUFFIX), network)]
    write_atomically(out, source)
    return files


def _data_of(run: Run, network: Network) -> DataCode | None:
    """What the code of a run's whole network knows of its data."""
    from app.exchange.code_data import data_code
    from app.training.trainable import Model

    return data_code(Model.build(run.project, run.base, "cpu"), run.base) if network is run.project.network else None


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
    from app.exchange.svg_out import svg

    drawing = svg(network)
    write_atomically(out, png(drawing) if kind == "png" else drawing.encode("utf-8"))
    return out


def png(drawing: str) -> bytes:
    """An SVG document as the content of a PNG file; fonts of the machine set only letters that ours lack."""
    from resvg_py import svg_to_bytes

    *_, width, height = (float(part) for part in ElementTree.fromstring(drawing).attrib["viewBox"].split())
    return svg_to_bytes(
        drawing,
        zoom=min(SCALE, math.sqrt(PIXELS / (width * height))),
        style_sheet='svg { font-family: "DejaVu Sans" }',
        font_files=FONTS,
        skip_system_fonts=LETTERS.fullmatch(drawing) is not None,
    )
