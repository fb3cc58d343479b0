"""The subcommand `export`: a network or a trained run as Python code, ONNX and other formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app.cli.file_argument import FileArgument, FileOrRun, open_source
from app.cli.printing import Json, print_json, print_line
from app.training.runs import EPOCH, Run
from graph.errors import NetloomError

To = Annotated[
    Literal["code", "script", "notebook", "onnx", "safetensors", "svg", "png", "report", "card", "csv", "tensorboard"],
    typer.Option(
        help="PyTorch code (of a run with its weights beside it), a script or notebook that trains it anew in plain "
        "PyTorch, an ONNX file, weights, a drawing, a web page, a model card, or the curves of a run as a table or for "
        "TensorBoard.",
        show_default=False,
    ),
]
CURVES = ("csv", "tensorboard")
"""What tells of the course of a run alone."""
Out = Annotated[
    Path, typer.Option("--output", "-o", help="The file to write; for TensorBoard a folder.", show_default=False)
]
Raw = Annotated[bool, typer.Option("--raw", help="Leave standardisation out of the ONNX file.")]


@dataclass(frozen=True)
class WrittenFiles:
    """What an export left: the files, further values for ``--json``, and sentences for people."""

    files: list[Path]
    details: Mapping[str, Any] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)


Part = Annotated[Literal["whole", "generator", "discriminator"], typer.Option(help="Of a GAN, one of the two alone.")]
Base = Annotated[Path | None, typer.Option(help="Where relative paths of the data start; usually the file's folder.")]


def export(
    file: FileOrRun,
    to: To,
    output: Out,
    raw: Raw = False,
    part: Part = "whole",
    base: Base = None,
    json: Json = False,
) -> None:
    """Write a network as code, ONNX, weights or drawing, its training as a script, as a page that tells all."""
    if raw and to != "onnx":
        raise typer.BadParameter("--raw is for --to onnx.")
    if part != "whole" and to not in ("code", "safetensors", "svg", "png"):
        raise typer.BadParameter("--part is for code, weights and drawings.")
    run = Run.open(Path(file)) if Path(file).is_dir() or EPOCH.fullmatch(Path(file).name) else None
    source = open_source(file) if run is None else FileArgument.of_run(run)
    source = source if base is None else replace(source, base=base)
    written = _onnx(source, run, output, raw) if to == "onnx" else _export(source, run, to, output, part)
    if json:
        print_json({"to": to, "files": [str(path) for path in written.files], **written.details})
        return
    print_line(f"Written: {', '.join(str(path) for path in written.files)}")
    for sentence in written.sentences:
        print_line(sentence)


def _onnx(source: FileArgument, run: Run | None, output: Path, raw: bool) -> WrittenFiles:
    from app.exchange.onnx_out import export_onnx

    made = export_onnx(source.project, source.title, output, run, inside=not raw, base=source.base)
    return WrittenFiles([made.file], made.to_json(), made.sentences())


def _export(source: FileArgument, run: Run | None, to: str, output: Path, part: Part) -> WrittenFiles:
    from app.exchange.export import export_code, export_drawing, export_weights
    from app.training.gan.roles import alone
    from app.training.start_section import StartSection

    network, title = source.project.network, source.title
    if part != "whole":
        network, title = alone(network, part), f"{title}: the {part}"
    if to == "code":
        made = export_code(network, title, output, run, StartSection.of(source.project).frozen)
        checked = {"parity": made.parity.to_json()} if made.parity is not None else {}
        words = [made.parity.sentence()] if made.parity is not None else []
        return WrittenFiles(made.files, checked, [*words, *_standardised(run, part)])
    if to in ("script", "notebook"):
        return _training(source, run, to, output)
    if to == "card":
        from app.exchange.model_card import export_card

        return WrittenFiles([export_card(source.project, title, output, source.base, run)])
    if to in CURVES:
        if run is None:
            raise NetloomError(f"{source.name} is a project, which has no curves; export a run of it.")
        return _curves(run, to, output)
    if to == "report":
        from app.exchange.report import export_report

        return WrittenFiles([export_report(source.project, source.title, output, source.base, run)])
    if to == "safetensors":
        if run is None:
            raise NetloomError(f"{source.name} is a project, which has no weights; export a run of it.")
        return WrittenFiles([export_weights(run, output, network)], sentences=_standardised(run, part))
    return WrittenFiles([export_drawing(network, output, to)])


def _curves(run: Run, to: str, output: Path) -> WrittenFiles:
    if to == "csv":
        from app.exchange.curve_table import export_curves

        return WrittenFiles([export_curves(run, output)])
    from app.exchange.event_file_out import export_event_file

    return WrittenFiles([export_event_file(run, output)], sentences=[f"See it with: tensorboard --logdir {output}"])


def _training(source: FileArgument, run: Run | None, to: str, output: Path) -> WrittenFiles:
    from app.exchange.training_script import export_training

    kind: Literal["script", "notebook"] = "script" if to == "script" else "notebook"
    files = export_training(kind, source.project, source.title, output, source.base, run)
    start = f"Start it with: python {output.name}" if kind == "script" else "Open it in Jupyter"
    return WrittenFiles(files, sentences=[f"{start}. It reads {files[1].name}, which has to lie beside it."])


def _standardised(run: Run | None, part: str) -> list[str]:
    """In which units a generator makes its samples, where these are not the data's own."""
    if run is None or part == "whole":
        return []
    from app.training.gan.sampling import gan_objective
    from app.training.trainable import Model

    model = Model.build(run.project, run.base)
    scaler = model.prepared.scalers.get(gan_objective(model).field)
    if scaler is None:
        return []
    times, plus = (", ".join(f"{value:.6g}" for value in values.tolist()) for values in (scaler.scale, scaler.mean))
    verb = (
        "Generated samples times" if part == "generator" else "It judges standardised samples: a standardised one times"
    )
    return [f"{verb} {times} plus {plus} is in the data's own units."]
