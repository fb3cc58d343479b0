"""A foreign ONNX file is run in a process of its own, within bounds on time, memory and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.exchange import onnx_apart
from app.exchange.import_network import import_onnx
from app.exchange.onnx_apart import NotRunError, run_apart
from graph.project import read_project

onnx = pytest.importorskip("onnx")
ENDLESS = 2**40


def repeated(times: int, *, wide: int = 1) -> bytes:
    """A file that adds its input to itself so many times, or makes an array of ``wide`` values of it."""
    from onnx import TensorProto, helper

    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", "y")]
    sizes = [("times", np.array(times)), ("go", np.array(True)), ("sizes", np.array([wide]))]
    made = [onnx.numpy_helper.from_array(array, name) for name, array in sizes]
    body = helper.make_graph(
        [helper.make_node("Identity", ["go_in"], ["go_out"]), helper.make_node("Add", ["sum", "sum"], ["more"])],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_in", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("more", TensorProto.FLOAT, None),
        ],
    )
    nodes = [
        helper.make_node("Expand", ["x", "sizes"], ["all"]),
        helper.make_node("Loop", ["times", "go", "all"], ["y"], body=body),
    ]
    graph = helper.make_graph(nodes, "main", value[:1], value[1:], made)
    model: Any = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def test_the_outputs_come_back_batch_by_batch() -> None:
    first, second = run_apart(repeated(3), [{"x": np.ones((n, 1), np.float32)} for n in (1, 2)])
    assert first[0].tolist() == [[8.0]]
    assert second[0].tolist() == [[8.0], [8.0]]


def test_a_file_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_apart, "SECONDS", 4.0)
    with pytest.raises(NotRunError, match="more than 4 seconds"):
        run_apart(repeated(ENDLESS), [{"x": np.ones((1, 1), np.float32)}])


def test_a_file_that_takes_too_much_memory_is_ended() -> None:
    with pytest.raises(NotRunError, match="more than 2 GB of memory"):
        run_apart(repeated(1, wide=2**32), [{"x": np.ones((1, 1), np.float32)}])


def test_what_is_no_onnx_file_is_not_run() -> None:
    with pytest.raises(NotRunError, match="nothing installed here"):
        run_apart(b"no such file", [{"x": np.ones(1, np.float32)}])


def test_a_network_comes_in_although_its_file_runs_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.exchange.onnx_out import export_onnx
    from tests.app.training.projects import project

    export_onnx(project(), "digits", tmp_path / "net.onnx")
    monkeypatch.setattr(onnx_apart, "SECONDS", 0.0)
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert made.difference is None
    assert "took more than 0 seconds and was ended" in made.messages[0]
    assert len(read_project(tmp_path / "net.netloom").network) == made.layers
