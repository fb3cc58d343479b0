"""Usual networks that others wrote in torch come in from ONNX, each proven to give the outputs of its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.exchange.import_network import import_onnx
from benchmarks.imports import write_usual
from graph.errors import NetloomError
from graph.project import read_project
from tests.app.exchange.usual_models import USUAL

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.filterwarnings("ignore")

BY_DEFAULT = (
    "MLP",
    "LeNet with log_softmax",
    "ResNet18",
    "MobileNetV3",
    "U-Net, bilinear",
    "TCN",
    "LSTM, last step",
    "GRU, last state",
    "LSTM of words",
    "ViT",
)
"""Networks of each kind, for torch's default exporter takes seconds; `benchmarks.imports` writes all of them by it."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "default"), [*((name, False) for name in USUAL), *((name, True) for name in BY_DEFAULT)]
)
def test_a_usual_network_comes_in(tmp_path: Path, name: str, default: bool) -> None:
    write_usual(USUAL[name], tmp_path / "net.onnx", default)
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-3


@pytest.mark.slow
def test_a_recurrent_layer_that_was_written_step_by_step_is_refused(tmp_path: Path) -> None:
    """As torch's default exporter writes an RNN: no recurrent layer is left in the file."""
    write_usual(USUAL["RNN, last step"], tmp_path / "net.onnx", True)
    with pytest.raises(NetloomError, match="reads a constant where data is expected"):
        import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert not (tmp_path / "net.netloom").exists()


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
