"""Exports whose kind the name of the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom
from netloom.exports import export_to


@pytest.mark.parametrize("name", ["net.svg", "net.png", "net.py", "net.html", "net.md"])
def test_the_ending_says_what_is_written(tmp_path: Path, name: str) -> None:
    [file] = netloom.preset("iris_mlp").export(tmp_path / name)
    assert file == tmp_path / name and file.stat().st_size > 500


def test_a_run_takes_its_weights_along(rent: netloom.Run, tmp_path: Path) -> None:
    assert [file.name for file in rent.export(tmp_path / "net.py")] == ["net.py", "net.safetensors"]
    assert [file.name for file in rent.export(tmp_path / "only.safetensors")] == ["only.safetensors"]


def test_the_training_is_a_script_or_a_notebook(rent: netloom.Run, tmp_path: Path) -> None:
    assert [file.name for file in rent.export(tmp_path / "t.py", training=True)] == ["t.py", "t_data.npz"]
    assert "reached" in (tmp_path / "t.py").read_text("utf-8")
    files = netloom.preset("iris_mlp").export(tmp_path / "iris.ipynb")
    assert [file.name for file in files] == ["iris.ipynb", "iris_data.npz"]
    with pytest.raises(netloom.NetloomError, match=r"ends in \.py or \.ipynb"):
        rent.export(tmp_path / "t.onnx", training=True)


def test_another_ending_is_refused_and_nothing_is_written(rent: netloom.Run, tmp_path: Path) -> None:
    with pytest.raises(netloom.NetloomError, match=r"ends in \.py"):
        rent.export(tmp_path / "net.txt")
    with pytest.raises(netloom.NetloomError, match=r"ends in \.py"):
        netloom.preset("iris_mlp").export(tmp_path / "a.safetensors")
    stored = rent.run
    with pytest.raises(netloom.NetloomError, match=r"\.safetensors"):
        export_to(tmp_path / "net.txt", stored.project, "", None, stored)
    assert list(tmp_path.iterdir()) == []
