"""Running an ONNX file on samples: onnxruntime where it is installed, else onnx's own slow evaluator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from graph.errors import NetloomError

if TYPE_CHECKING:
    from onnx import ModelProto

SUPPORTED = 17
"""A version of the operators that whatever runs files knows."""

Runner = Callable[[dict[str, NDArray[Any]]], list[NDArray[Any]]]
"""From samples by the names of inputs to the outputs in their order."""


def runner(content: bytes) -> tuple[str, Runner] | None:
    """The name of what runs the file with this content, and how it is called; None where nothing here can.

    Raises
    ------
    NetloomError
        if onnxruntime refuses the file.
    """
    try:
        import onnxruntime
    except ImportError:
        return reference(content)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common class
        raise NetloomError(f"The ONNX file was not written: onnxruntime refuses it ({error}).") from None
    return "onnxruntime", lambda inputs: list(session.run(None, inputs))


def foreign_runner(content: bytes) -> tuple[str, Runner] | None:
    """The same for a file of anybody's, which may use operators of old versions: these are brought to newer ones.

    Raises
    ------
    NetloomError
        if onnxruntime refuses the file all the same.
    """
    from onnx import load_model_from_string, version_converter

    try:
        return runner(content)
    except NetloomError:
        newer = version_converter.convert_version(load_model_from_string(content), SUPPORTED)
        _spread_slopes(newer)
        return runner(newer.SerializeToString())


def _spread_slopes(model: ModelProto) -> None:
    """Slopes of PRelu for channels: one row before version 7, which onnx's converter leaves as it is."""
    from onnx import shape_inference

    known = shape_inference.infer_shapes(model).graph
    ranks = {one.name: len(one.type.tensor_type.shape.dim) for one in (*known.input, *known.value_info)}
    slopes = {node.input[1]: ranks.get(node.input[0], 0) for node in model.graph.node if node.op_type == "PRelu"}
    for tensor in model.graph.initializer:
        if len(tensor.dims) == 1 and tensor.dims[0] > 1:
            tensor.dims.extend([1] * max(0, slopes.get(tensor.name, 0) - 2))
    for value in model.graph.input:
        dims = value.type.tensor_type.shape.dim
        for _ in range(max(0, slopes.get(value.name, 0) - 2) if len(dims) == 1 and dims[0].dim_value > 1 else 0):
            dims.add(dim_value=1)


def reference(content: bytes) -> tuple[str, Runner] | None:
    """The same by onnx's own evaluator."""
    from onnx import load_model_from_string
    from onnx.reference import ReferenceEvaluator

    try:
        evaluator = ReferenceEvaluator(load_model_from_string(content))
    except (NotImplementedError, RuntimeError, TypeError):
        return None
    return "ONNX's own evaluator", lambda inputs: list(evaluator.run(None, inputs))
