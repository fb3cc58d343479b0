"""Exports whose kind the name of the file says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from graph.errors import NetloomError
from graph.project import Project as StoredProject

if TYPE_CHECKING:
    from app.training.runs import Run as StoredRun


def export_to(
    file: Path,
    project: StoredProject,
    title: str,
    base: Path | None,
    run: StoredRun | None = None,
    training: bool = False,
) -> tuple[Path, ...]:
    """Write a project, or one of its runs with its weights, as the ending of ``file`` says; returns all files.

    With ``training``, .py is a script that trains the network, and not the network alone.

    Raises
    ------
    NetloomError
        if the ending is another, the network cannot be written so, or what was written gives other outputs.
    """
    from app.exchange.export import export_code, export_drawing, export_weights
    from app.training.start_section import StartSection

    match file.suffix.lower():
        case ".py" | ".ipynb" as ending if training or ending == ".ipynb":
            from app.exchange.training_script import export_training

            kind: Literal["script", "notebook"] = "script" if ending == ".py" else "notebook"
            return tuple(export_training(kind, project, title, file, base, run))
        case _ if training:
            raise NetloomError(
                f"{file}: a training is written as a file that ends in .py or .ipynb; choose one of them."
            )
        case ".py":
            return tuple(export_code(project.network, title, file, run, StartSection.of(project).frozen).files)
        case ".onnx":
            from app.exchange.onnx_out import export_onnx

            return (export_onnx(project, title, file, run, base=base).file,)
        case ".html":
            from app.exchange.report import export_report

            return (export_report(project, title, file, base, run),)
        case ".md":
            from app.exchange.model_card import export_card

            return (export_card(project, title, file, base, run),)
        case ".svg" | ".png" as ending:
            return (export_drawing(project.network, file, ending.removeprefix(".")),)
        case ".safetensors" if run is not None:
            return (export_weights(run, file, project.network),)
        case ".csv" if run is not None:
            from app.exchange.curve_table import export_curves

            return (export_curves(run, file),)
        case _:
            weights = ", .safetensors, .csv" if run is not None else ""
            raise NetloomError(
                f"{file}: choose a name that ends in .py, .ipynb, .onnx, .html, .md, .svg, .png{weights}."
            )
