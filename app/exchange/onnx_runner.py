"""Running an ONNX file on samples: onnxruntime where it is installed, else onnx's own slow evaluator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from graph.errors import NetloomError

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


def reference(content: bytes) -> tuple[str, Runner] | None:
    """The same by onnx's own evaluator."""
    from onnx import load_model_from_string
    from onnx.reference import ReferenceEvaluator

    try:
        evaluator = ReferenceEvaluator(load_model_from_string(content))
    except (NotImplementedError, RuntimeError, TypeError):
        return None
    return "ONNX's own evaluator", lambda inputs: list(evaluator.run(None, inputs))
