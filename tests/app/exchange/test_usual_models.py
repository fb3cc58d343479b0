"""Usual networks that others wrote in torch come in from ONNX, each proven to give the outputs of its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.exchange.import_network import import_onnx
from benchmarks.imports import write_usual
from graph.project import read_project
from tests.app.exchange.usual_models import USUAL

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.filterwarnings("ignore")

UNROLLED = {"RNN, last step"}
"""What torch's default exporter writes step by step, and no longer as a recurrent layer."""


@pytest.mark.slow
@pytest.mark.parametrize("name", USUAL)
@pytest.mark.parametrize("default", [True, False], ids=["default exporter", "older exporter"])
def test_a_usual_network_comes_in(tmp_path: Path, name: str, default: bool) -> None:
    write_usual(USUAL[name], tmp_path / "net.onnx", default)
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-3


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("MobileNetV3", {"hard_swish", "hard_sigmoid", "multiply", "upsample2d"}),
        ("ViT", {"attention", "class_token", "position_embedding", "layer_norm", "gelu"}),
        ("LSTM encoder and decoder", {"lstm", "time_distributed_dense"}),
        ("TCN", {"conv1d", "last_step", "add"}),
    ],
)
def test_it_comes_in_as_the_layers_it_is_made_of(tmp_path: Path, name: str, kinds: set[str]) -> None:
    write_usual(USUAL[name], tmp_path / "net.onnx", False)
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-3
    assert {node.layer.kind for node in read_project(tmp_path / "net.netloom").network} >= kinds
