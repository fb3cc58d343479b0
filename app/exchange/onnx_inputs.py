"""Inputs of an ONNX graph: what shape each is to us and how its axes lie, told by what reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.data.dataset import Array
from app.exchange.onnx_graph import attributes
from graph.errors import NetloomError
from graph.shapes import Kind, Shape

if TYPE_CHECKING:
    from onnx import GraphProto, ValueInfoProto

SLIDING = {"Conv", "MaxPool", "AveragePool", "BatchNormalization", "GlobalAveragePool", "GlobalMaxPool", "Resize"}
SLIDING |= {"PRelu", "InstanceNormalization", "LRN", "ConvTranspose", "Upsample"}
"""Operators that read their channels before the places."""

STEPPING = {"LSTM", "GRU", "RNN"}
PASSING = {"Sub", "Div", "Mul", "Add", "Identity", "Cast", "Pad", "Dropout", "Clip"}
"""Operators that leave the axes as they lie."""


def _sizes(value: ValueInfoProto) -> list[int | None]:
    dims = value.type.tensor_type.shape.dim
    return [dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None for dim in dims]


def fixed_batch(graph: GraphProto, constants: dict[str, Array]) -> int | None:
    """The number of samples that the file fixes; None where it leaves it open, or its inputs do not agree."""
    found = set()
    for value in graph.input:
        if value.name not in constants:
            sizes = _sizes(value)
            first = _batch_place(graph, value)
            found.add(sizes[first] if len(sizes) > first else 0)
    return found.pop() if len(found) == 1 else None


def _batch_place(graph: GraphProto, value: ValueInfoProto) -> int:
    """Where the samples lie: the second axis of what a recurrent layer reads as it comes."""
    reader, turned = _reader(graph, value.name)
    return turned[1] if reader in STEPPING and len(turned) == 3 else 0


def _reader(graph: GraphProto, name: str) -> tuple[str, tuple[int, ...]]:
    """The kind of operator that reads an input first, and which of the input's axes each is as that reads it.

    What works on each number alone is passed by.
    """
    [value] = [one for one in graph.input if one.name == name]
    order = tuple(range(len(value.type.tensor_type.shape.dim)))
    at: str | None = name
    while at is not None:
        reader: Any = next((node for node in graph.node if at in node.input and node.op_type != "Shape"), None)
        if reader is None:
            return "", order
        if reader.op_type == "Transpose":
            turn = attributes(reader).get("perm", list(range(len(order)))[::-1])
            order = tuple(order[place] for place in turn) if len(turn) == len(order) else order
        elif reader.op_type not in PASSING:
            return str(reader.op_type), order
        at = str(reader.output[0]) if reader.output[0] != at else None
    return "", order


def input_shape(graph: GraphProto, value: ValueInfoProto) -> tuple[Shape, tuple[int, ...]]:
    """Our shape of an input, and which of our axes each of its own is.

    Raises
    ------
    NetloomError
        if it has too many axes, or leaves a size open that has to be known.
    """
    from onnx import TensorProto

    sizes = _sizes(value)
    reader, read = _reader(graph, value.name)
    rank = len(sizes)
    whole = value.type.tensor_type.elem_type in (TensorProto.INT64, TensorProto.INT32) and reader != "Cast"
    kinds = {2: Kind.TOKENS if whole else Kind.VECTOR, 3: Kind.SEQUENCE, 4: Kind.IMAGE, 5: Kind.VIDEO}
    if rank == 1:
        return Shape(Kind.VECTOR, (1,)), (0,)
    if rank not in kinds:
        raise NetloomError(f"The input “{value.name}” has {rank} axes; from 1 to 5 are read, the batch first.")
    kind = kinds[rank]
    # What the reader wants: for each axis as it reads, which of ours it is.
    wanted: tuple[int, ...] = tuple(range(rank))
    if kind is Kind.SEQUENCE and reader in SLIDING:
        wanted = (0, 2, 1)
    elif kind is Kind.SEQUENCE and reader in STEPPING:
        wanted = (1, 0, 2)
    elif kind is Kind.VIDEO and reader in SLIDING:
        wanted = (0, 2, 1, 3, 4)
    elif reader not in SLIDING | STEPPING:
        read = tuple(range(rank))
    order = tuple(wanted[read.index(axis)] for axis in range(rank))
    if order[0] != 0 and reader not in STEPPING:
        order = tuple(range(rank))
    ours = tuple(sizes[order.index(at)] for at in range(1, rank))
    try:
        return Shape(kind, ours), order
    except ValueError:
        raise NetloomError(
            f"The input “{value.name}” leaves a size open that Netloom needs; export the network again with only the "
            "batch (and the time of a sequence) open."
        ) from None
