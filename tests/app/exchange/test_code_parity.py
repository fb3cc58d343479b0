"""Exported code gives the outputs of its run, and code that does not is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.exchange import export
from app.exchange.code_in import read_code
from app.exchange.export import export_code
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.atomic_write import write_atomically
from graph.build.code import generate
from graph.errors import NetloomError
from tests.app.training.projects import cnn, project


def trained(tmp_path: Path) -> Run:
    for _ in train(begin(project(cnn(), epochs=1), out=tmp_path / "run")):
        pass
    return Run.open(tmp_path / "run")


def test_the_same_outputs_are_told(tmp_path: Path) -> None:
    run = trained(tmp_path)
    parity = export_code(run.project.network, "net", tmp_path / "net.py", run).parity
    assert parity is not None and parity.samples == 32 and parity.difference < 1e-4 < parity.largest
    comment = [line for line in (tmp_path / "net.py").read_text("utf-8").splitlines()[:12] if line.startswith("# ")]
    told = " ".join(line.removeprefix("# ") for line in comment)
    assert told == f"The weights are in net.safetensors. {parity.sentence()}"
    assert generate(read_code(tmp_path / "net.py")) == generate(run.project.network)


def test_code_that_gives_other_outputs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, write = trained(tmp_path), write_atomically

    def spoilt(path: Path, content: bytes) -> None:
        write(path, content.replace(b"= self.relu", b"= 2 * self.relu") if path.suffix == ".py" else content)

    monkeypatch.setattr(export, "write_atomically", spoilt)
    with pytest.raises(NetloomError, match=r"net\.py was written, but its outputs differ"):
        export_code(run.project.network, "net", tmp_path / "net.py", run)


def test_a_part_of_a_run_and_a_project_without_one_are_not_compared(tmp_path: Path) -> None:
    run = trained(tmp_path)
    assert export_code(run.project.network, "net", tmp_path / "net.py").parity is None
    assert export_code(cnn(), "net", tmp_path / "part.py", run).parity is None
