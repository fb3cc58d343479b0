"""Weights that are not there, or do not fit the network any more, are told before a training, with what repairs it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from app.project.project_check import check_project
from app.training.weight_shapes import shapes_in
from graph.checking.layer_info import Problem
from graph.document import Document
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.projects import mlp, project

SIZES = {"dense1.weight": (16, 64), "dense1.bias": (16,), "norm1.weight": (16,), "norm1.bias": (16,),
         "norm1.running_mean": (16,), "dense2.weight": (5, 16), "dense2.bias": (5,)}  # fmt: skip


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """A project that starts from a file in which the last layer has five units, where it has ten."""
    folder = tmp_path / "low-20261129-123105"
    folder.mkdir()
    save_file({name: np.zeros(sizes, np.float32) for name, sizes in SIZES.items()}, folder / "weights.safetensors")
    start = {"weights": f"{folder.name}/weights.safetensors", "sha256": "0" * 64}
    return Document(mlp(), {**project(epochs=1).sections, "start": start})


def found(document: Document, base: Path) -> tuple[Problem, ...]:
    return check_project(Project(document.network, dict(document.sections)), base).problems


def test_a_layer_of_another_size_is_told_and_begins_anew_by_the_repair(document: Document, tmp_path: Path) -> None:
    [problem] = found(document, tmp_path)
    assert problem.layer == "dense2"
    assert problem.message == (
        "dense2 has 170 parameters, but 85 in the run low 12:31, from which training starts. Let it begin anew."
    )
    problem.fixes[0].apply(document)
    assert found(document, tmp_path) == ()


def test_a_layer_that_came_later_is_told(document: Document, tmp_path: Path) -> None:
    with document.transaction("Other layers"):
        document.rename("dense2", "last")
        document.set_values("last", units=5)
        document.set_section("start", {**document.sections["start"], "names": {}})  # type: ignore[dict-item]
    told = [problem.message for problem in found(document, tmp_path) if problem.layer == "last"]
    assert "last has no weights in the run low 12:31, from which training starts. Let it begin anew." in told


def test_a_run_that_is_gone_is_told_with_what_helps(document: Document, tmp_path: Path) -> None:
    (tmp_path / "low-20261129-123105" / "weights.safetensors").unlink()
    [problem] = found(document, tmp_path)
    assert "the run low 12:31" in problem.message
    assert problem.message.endswith("Put the run back, start from another run, or start from random weights.")
    problem.fixes[0].apply(document)
    assert found(document, tmp_path) == ()
    assert "start" not in document.sections


def test_what_is_no_file_of_weights_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(b"\xff" * 64)
    with pytest.raises(NetloomError, match="too long"):
        shapes_in(file)
    file.write_bytes(b"\x04" + bytes(7) + b"nope")
    with pytest.raises(NetloomError, match="broken"):
        shapes_in(file)
