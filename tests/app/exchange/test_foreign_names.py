"""Layers whose names are written in other scripts, in every file that a run gives out."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors import safe_open

from app.exchange import onnx_out
from app.exchange.export import export_code, export_weights
from app.exchange.svg_out import svg
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin, resume
from tests.app.training.projects import chain, project

pytest.importorskip("onnx")
pytestmark = pytest.mark.filterwarnings("ignore")


def test_weights_code_and_drawing_bear_the_names(tmp_path: Path) -> None:
    network = chain(
        ("картинка", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("扁平", "flatten", {}),
        ("größe", "dense", {"units": 10}),
        ("निर्गम", "output", {}),
    )
    for _ in train(begin(project(network, epochs=1), out=tmp_path / "run")):
        pass
    run = Run.open(tmp_path / "run")
    with safe_open(export_weights(run, tmp_path / "net.safetensors", network), "pt") as weights:
        assert set(weights.keys()) == {"größe.weight", "größe.bias"}
    made = onnx_out.export_onnx(run.project, "net", tmp_path / "net.onnx", run)
    assert made.parity is not None
    drawing = svg(network)
    assert all(name in drawing for name in ("картинка", "扁平", "größe", "निर्गम"))
    code = export_code(network, "net", tmp_path / "net.py", run).files[0]
    names: dict[str, object] = {"__name__": "exported"}
    exec(compile(code.read_text("utf-8"), str(code), "exec"), names)
    loaded = names["load"](str(tmp_path / "net.safetensors"))  # type: ignore[operator]
    assert set(loaded.state_dict()) == {"größe.weight", "größe.bias"}
    assert list(train(resume(tmp_path / "run", epochs=2)))
