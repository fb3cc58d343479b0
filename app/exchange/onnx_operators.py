"""ONNX operators by name, each with what it becomes here; their readers stand in the modules of their subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import (
    onnx_elementwise,
    onnx_picks,
    onnx_products,
    onnx_shapes,
    onnx_states,
    onnx_wholes,
    onnx_windows,
)
from app.exchange.onnx_constants import FOLDS, fold
from app.exchange.onnx_elementwise import Reader
from app.exchange.onnx_graph import NetworkBuilder, UnreadableError
from graph.layers.catalogue import catalogue

if TYPE_CHECKING:
    from onnx import NodeProto


def read(builder: NetworkBuilder, node: NodeProto) -> None:
    """Read one operator: what it says of constants is calculated, everything else becomes layers.

    Raises
    ------
    UnreadableError
        if it cannot be expressed.
    """
    if fold(builder, node):
        return
    if node.op_type not in READERS:
        raise UnreadableError("has no layer in Netloom, and reads values that are not constant")
    READERS[node.op_type](builder, node)


READERS: dict[str, Reader] = {
    **{kind.onnx.name: onnx_elementwise.declared(kind.onnx, name) for name, kind in catalogue().items() if kind.onnx},
    "Add": onnx_elementwise.arithmetic,
    "AveragePool": onnx_windows.pool,
    "BatchNormalization": onnx_wholes.batch_norm,
    "Cast": onnx_elementwise.passing,
    "CastLike": onnx_elementwise.passing,
    "Clip": onnx_elementwise.clip,
    "Concat": onnx_picks.concat,
    "Conv": onnx_windows.conv,
    "ConvTranspose": onnx_windows.conv_transpose,
    "Div": onnx_elementwise.arithmetic,
    "Dropout": onnx_elementwise.dropout,
    "Expand": onnx_shapes.expand,
    "Flatten": onnx_shapes.flatten,
    "GRU": onnx_states.recurrent,
    "Gather": onnx_picks.gather,
    "Gemm": onnx_products.gemm,
    "GlobalAveragePool": onnx_wholes.global_pool,
    "GlobalMaxPool": onnx_wholes.global_pool,
    "GroupNormalization": onnx_wholes.group_norm,
    "HardSigmoid": onnx_elementwise.hard_sigmoid,
    "Identity": onnx_elementwise.passing,
    "InstanceNormalization": onnx_wholes.instance_norm,
    "IsNaN": onnx_products.is_nan,
    "LRN": onnx_wholes.response,
    "LSTM": onnx_states.recurrent,
    "LayerNormalization": onnx_wholes.layer_norm,
    "LogSoftmax": onnx_elementwise.softmax("log_softmax"),
    "MatMul": onnx_products.matmul,
    "Max": onnx_elementwise.largest,
    "MaxPool": onnx_windows.pool,
    "Mean": onnx_elementwise.several("average"),
    "Min": onnx_elementwise.largest,
    "Mul": onnx_elementwise.arithmetic,
    "Neg": onnx_elementwise.negative,
    "PRelu": onnx_elementwise.prelu,
    "Pad": onnx_windows.pad,
    "Pow": onnx_elementwise.power,
    "RNN": onnx_states.recurrent,
    "ReduceMax": onnx_wholes.reduce,
    "ReduceMean": onnx_wholes.reduce,
    "ReduceSum": onnx_wholes.reduce,
    "Reshape": onnx_shapes.reshape,
    "Resize": onnx_windows.resize,
    "Selu": onnx_elementwise.selu,
    "Shape": onnx_shapes.shape_of,
    "Slice": onnx_picks.cut,
    "Softmax": onnx_elementwise.softmax("softmax"),
    "Split": onnx_picks.split,
    "Squeeze": onnx_shapes.squeeze,
    "Sub": onnx_elementwise.arithmetic,
    "Sum": onnx_elementwise.several("add"),
    "Transpose": onnx_shapes.transpose,
    "Unsqueeze": onnx_shapes.unsqueeze,
    "Upsample": onnx_windows.resize,
    "Where": onnx_products.where,
}
"""What each operator becomes."""

KNOWN = frozenset(READERS) | frozenset(FOLDS)
