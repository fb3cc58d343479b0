"""Exports of a network: its PyTorch code, its weights as safetensors, its drawing as SVG or PNG."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from app.training.runs import Run
from app.training.start_section import StartSection
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from graph.network import Network

if TYPE_CHECKING:
    from app.exchange.code_parity import CodeParity

WEIGHTS_SUFFIX = ".safetensors"

SCALE = 2.0
"""Pixels of a PNG for one of the drawing, unless it would become too large."""

PIXELS = 16e6
"""Most pixels of a PNG."""

FONTS = [str(Path(__file__).with_name("fonts") / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
"""The fonts of PNGs, which ship so that a drawing looks the same on every machine."""

LETTERS = re.compile("[\x00-\u024f\u0370-\u045f\u2000-\u206f\u2100-\u22ff\u2500-\u25ff]*")
"""Texts that the fonts can set."""


@dataclass(frozen=True)
class ExportedCode:
    """The files of an export, and how their outputs compare with those of the run where that was looked at."""

    files: list[Path]
    parity: CodeParity | None = None


def export_code(
    network: Network, title: str, out: Path, run: Run | None = None, frozen: Sequence[str] = ()
) -> ExportedCode:
    """Write the network as one Python file with its drawing, for a run with its weights beside it.

    The whole network of a run is run as it was written, on samples of the test set. What a run froze the file says of
    itself; without one it says which layers are ``frozen``.

    Raises
    ------
    NetloomError
        if the network has errors, the run's weights cannot be used, a file cannot be written, or the code gives other
        outputs than the run.
    """
    from app.exchange.code_data import data_code
    from app.exchange.code_parity import check_code
    from app.training.training_session import load_model
    from graph.build.embedded_drawing import code_with_drawing

    if run is not None and out.suffix == WEIGHTS_SUFFIX:
        raise NetloomError(f"{out} would hold both the code and its weights; give the code a name that ends in .py.")
    whole = run is not None and network is run.project.network
    model = load_model(run.place, "cpu")[1] if run is not None and whole else None
    data = data_code(model, run.base) if run is not None and model is not None else None
    kept = StartSection.of(run.project).frozen if run is not None else frozen
    source = code_with_drawing(network, title, data, kept).encode("utf-8")
    if run is None:
        write_atomically(out, source)
        return ExportedCode([out])
    weights = export_weights(run, out.with_suffix(WEIGHTS_SUFFIX), network)
    write_atomically(out, source)
    parity = check_code(out, weights, model) if model is not None else None
    told = [f"The weights are in {weights.name}.", *([parity.sentence()] if parity else [])]
    docstring, end, rest = source.partition(b'"""\n')
    comment = "".join(f"# {line}\n" for text in told for line in wrap(text, 110)).encode("utf-8")
    write_atomically(out, docstring + end + comment + rest)
    return ExportedCode([out, weights], parity)


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
