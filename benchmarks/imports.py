"""How many networks that others wrote come in from ONNX, each proven to give the outputs of its file.

    python -m benchmarks.imports [--only usual|modules|own|onnx|light] [--why]

- usual: 29 usual networks in plain torch (``tests/app/exchange/usual_models.py``), by torch's default exporter and by
  the older one.
- modules: the same as Python files, which are run for them, each proven against the outputs of the module itself.
- own: all networks that ship and can leave as ONNX, read back by the drawing in the file, and by its operators alone.
- onnx: the models that the onnx package tests its converters and operators with.
- light: the networks of the onnx package's light model zoo.

With ``--why`` each that does not come in is named with the reason.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import onnx
import torch

from app.exchange.import_network import import_onnx
from app.exchange.module_in import import_module
from app.exchange.module_source import ModuleSource
from app.exchange.onnx_drawing import DRAWING
from app.exchange.onnx_out import export_onnx
from app.exchange.quiet_exporters import quiet
from app.project.presets import preset, preset_ids
from graph.errors import NetloomError
from tests.app.exchange.usual_models import USUAL, UsualModel

ROOT = Path(__file__).resolve().parent.parent
UNPROVEN = "came in, but its file could not be run to compare"


def comes_in(path: Path) -> str:
    """Why the file does not come in, proven; empty where it does."""
    try:
        made = import_onnx(path, path.with_suffix(".netloom"))
    except NetloomError as reason:
        return str(reason)
    except Exception as error:  # a mistake of ours, which counts as a failure and is named
        return f"{type(error).__name__}: {error}"
    return UNPROVEN if made.difference is None else ""


def read_operators_once() -> None:
    """Keep the signatures of all operators, which torch's exporter reads from their source code at each export."""
    with contextlib.suppress(ImportError, AttributeError):
        from onnxscript._framework_apis import torch_2_11 as operators

        operators.get_torchlib_ops = cache(operators.get_torchlib_ops)


def write_usual(model: UsualModel, path: Path, default: bool) -> None:
    """The network as a file of torch's default exporter, or of the older one; the batch is left open."""
    module, samples = model.built()
    names = [f"input{number}" for number in range(1, len(samples) + 1)]
    with quiet(logging.ERROR):
        if default:
            shapes = tuple({0: torch.export.Dim.DYNAMIC} for _ in samples)
            torch.onnx.export(
                module, samples, path, dynamo=True, dynamic_shapes=shapes, input_names=names, external_data=False
            )
        else:
            axes = {name: {0: "batch"} for name in names}
            torch.onnx.export(module, samples, path, dynamo=False, dynamic_axes=axes, input_names=names)


def counted(title: str, reasons: dict[str, str], why: bool) -> None:
    """Print how many came in, and with ``why`` what kept the others."""
    there = sum(not reason for reason in reasons.values())
    print(f"imports: {there} of {len(reasons)} {title}", flush=True)
    for name, reason in reasons.items():
        if reason and why:
            print(f"    {name}: {reason}", flush=True)


def usual(folder: Path, default: bool) -> dict[str, str]:
    """The usual networks by one of torch's exporters."""
    found = {}
    for number, (name, model) in enumerate(USUAL.items()):
        path = folder / f"usual{number}.onnx"
        try:
            write_usual(model, path, default)
        except Exception as error:
            lines = str(error).strip().splitlines()
            found[name] = f"torch's exporter gives up: {lines[0] if lines else type(error).__name__}"
            continue
        found[name] = comes_in(path)
    return found


def modules(folder: Path) -> dict[str, str]:
    """The usual networks as a person has them, in a Python file."""
    file, found = folder / "usual.py", {}
    text = "from tests.app.exchange.usual_models import USUAL\n\ndef made(name):\n    return USUAL[name].built()[0]\n"
    file.write_text(f"import sys\nsys.path.append({str(ROOT)!r})\n{text}", encoding="utf-8")
    for name, model in USUAL.items():
        sizes = tuple((1, *each) for each in model.sizes)
        try:
            import_module(ModuleSource(file, "made", repr(name), sizes), folder / "out.netloom")
            found[name] = ""
        except NetloomError as reason:
            found[name] = str(reason)
    return found


def own(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Networks that ship, by their drawings and by their operators alone."""
    drawn, read = {}, {}
    for id_ in preset_ids():
        path = folder / f"{id_}.onnx"
        try:
            with quiet(logging.ERROR):
                export_onnx(preset(id_).project, id_, path)
        except NetloomError:
            continue
        drawn[id_] = comes_in(path)
        model = onnx.load_model(str(path))
        kept = [one for one in model.metadata_props if not one.key.startswith(DRAWING.partition("_")[0])]
        del model.metadata_props[:]
        model.metadata_props.extend(kept)
        onnx.save_model(model, str(path))
        read[id_] = comes_in(path)
        path.unlink()
    return drawn, read


def of_package(folder: Path, found: Iterable[Path]) -> dict[str, str]:
    """Models of the onnx package, read from a copy."""
    reasons = {}
    for source in found:
        name = source.parent.name if source.stem == "model" else source.stem
        path = folder / f"{name}.onnx"
        path.write_bytes(source.read_bytes())
        reasons[name] = comes_in(path)
    return reasons


def main() -> None:
    """Print the figures."""
    read_operators_once()
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["usual", "modules", "own", "onnx", "light"])
    parser.add_argument("--why", action="store_true")
    arguments = parser.parse_args()
    data = Path(onnx.__file__).parent / "backend" / "test" / "data"
    with tempfile.TemporaryDirectory() as name:
        for part in (arguments.only,) if arguments.only else ("usual", "modules", "own", "onnx", "light"):
            for title, reasons in _measured(part, Path(name), data):
                counted(title, reasons, arguments.why)
    sys.stdout.flush()


def _measured(part: str, folder: Path, data: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """What a part counts, and what kept each network out."""
    if part == "usual":
        yield "usual torch networks, default exporter", usual(folder, True)
        yield "usual torch networks, older exporter", usual(folder, False)
    elif part == "modules":
        yield "usual torch networks, from their Python files", modules(folder)
    elif part == "own":
        yield from zip(("networks that ship, as drawn", "networks that ship, by operators"), own(folder), strict=True)
    elif part == "onnx":
        found = (*data.glob("pytorch-converted/*/model.onnx"), *data.glob("pytorch-operator/*/model.onnx"))
        yield "test models of the onnx package", of_package(folder, sorted(found))
    else:
        yield "networks of the light model zoo", of_package(folder, sorted(data.glob("light/*.onnx")))


if __name__ == "__main__":
    main()
