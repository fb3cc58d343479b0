"""An ONNX file as a project: layers of ours, and its weights by their names.

Nothing of the file is run here, and nothing outside its folder is read; its proof runs in `app.exchange.onnx_apart`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.dataset import Array
from app.exchange.onnx_graph import Axis, NetworkBuilder, UnreadableError
from app.exchange.onnx_labels import cut_labels
from app.exchange.onnx_operators import KNOWN, read
from graph.drawing.layout import arrange
from graph.errors import NetloomError
from graph.network import Network
from graph.shapes import Kind, Shape

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

LARGEST = 2**31
"""Files over this many bytes are refused, which is what the format allows."""

OPERATORS = 20_000
"""Most operators of a graph."""

NAMED = 12
"""Operators that a refusal names, at most."""

SLIDING = {"Conv", "MaxPool", "AveragePool", "BatchNormalization", "GlobalAveragePool", "GlobalMaxPool"}


@dataclass(frozen=True, eq=False)
class OnnxImport:
    """What an ONNX file holds: the network, its weights by their names in torch, and layers that only rescale.

    ``inputs`` gives for each input of the file its layer and how its axes lie; ``outputs`` the layer of each output.
    ``labels`` are outputs that only named the likeliest class, and were cut off.
    """

    title: str
    network: Network
    weights: dict[str, Array]
    frozen: tuple[str, ...]
    inputs: dict[str, tuple[str, tuple[Axis, ...]]]
    outputs: dict[str, str]
    model: ModelProto
    labels: tuple[str, ...] = ()


def read_onnx(path: Path) -> OnnxImport:
    """The network in the ONNX file ``path``.

    Raises
    ------
    NetloomError
        if it is no such file, refers to others outside its folder, or holds operators that have no layer here; the
        sentence names them all.
    """
    model = _model(path)
    graph = model.graph
    labels = cut_labels(graph)
    _refuse_unknown(graph)
    uses = Counter(name for node in graph.node for name in node.input) + Counter(one.name for one in graph.output)
    builder = NetworkBuilder(uses)
    for tensor in graph.initializer:
        builder.constants[tensor.name] = _values(tensor)
    inputs = _enter(builder, graph)
    for node in graph.node:
        _read(builder, node)
    outputs = {}
    for one in graph.output:
        try:
            outputs[one.name] = builder.leave(one.name)
        except UnreadableError as reason:
            raise NetloomError(f"{path.name}: the output “{one.name}” {reason}.") from None
    _arrange(builder.network)
    frozen = tuple(builder.frozen)
    title = graph.name if graph.name and graph.name not in ("main_graph", "torch_jit") else path.stem
    return OnnxImport(title, builder.network, _fitting(builder), frozen, inputs, outputs, model, labels)


def _fitting(builder: NetworkBuilder) -> dict[str, Array]:
    return {name: values for name, values in builder.weights.items() if name.partition(".")[0] in builder.network}


def _arrange(network: Network) -> None:
    from dataclasses import replace

    for id_, place in arrange(network).items():
        network.replace_node(replace(network.node(id_), position=place))


# The file


def _model(path: Path) -> ModelProto:
    import onnx
    from google.protobuf.message import DecodeError

    if not path.is_file():
        raise NetloomError(f"{path} cannot be opened: there is no such file. Check the name and the folder.")
    if path.stat().st_size > LARGEST:
        raise NetloomError(f"{path.name} is larger than 2 GB, which no ONNX file is.")
    try:
        model = onnx.load_model(str(path), load_external_data=False)
        torn = _has_torn_text(model)
    except (DecodeError, OSError, ValueError):
        raise NetloomError(f"{path.name} is no ONNX file, or is broken or cut short.") from None
    if torn:
        raise NetloomError(f"{path.name} is broken: a name in it is no text.")
    if not model.graph.node or not model.graph.output:
        raise NetloomError(f"{path.name} is no ONNX file, or holds no network.")
    if len(model.graph.node) > OPERATORS:
        raise NetloomError(f"{path.name} holds {len(model.graph.node):,} operators; up to {OPERATORS:,} are read.")
    _load_beside(model, path)
    return model


def _has_torn_text(message: Message) -> bool:
    """Whether a text anywhere in it is no UTF-8: protobuf gives such a one as bytes where a str is promised."""
    for field, value in message.ListFields():
        if field.type not in (field.TYPE_STRING, field.TYPE_MESSAGE):
            continue
        each = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]
        if field.type == field.TYPE_STRING and any(isinstance(one, bytes) for one in each):
            return True
        if field.type == field.TYPE_MESSAGE and any(_has_torn_text(one) for one in each):
            return True
    return False


def _load_beside(model: ModelProto, path: Path) -> None:
    """Read weights that lie in files beside, none of which may lie outside the folder."""
    from onnx.external_data_helper import load_external_data_for_tensor, uses_external_data

    folder, total = path.resolve().parent, 0
    for tensor in model.graph.initializer:
        if not uses_external_data(tensor):
            continue
        location = next((one.value for one in tensor.external_data if one.key == "location"), "")
        beside = (folder / location).resolve()
        if not location or Path(location).is_absolute() or ".." in Path(location).parts or folder not in beside.parents:
            raise NetloomError(f"{path.name} keeps weights in “{location}”, which is outside its folder; refused.")
        if not beside.is_file():
            raise NetloomError(f"{path.name} keeps weights in {location}, which is not there; put it beside the file.")
        total += beside.stat().st_size if total == 0 else 0
        if total > 2 * LARGEST:
            raise NetloomError(f"The weights of {path.name} are larger than 4 GB, which is more than is read.")
        try:
            load_external_data_for_tensor(tensor, str(folder))
        except Exception:  # its errors have no common class
            raise NetloomError(f"{location}, the weights of {path.name}, is broken or cut short.") from None


def _values(tensor: TensorProto) -> Array:
    from onnx import numpy_helper

    try:
        return numpy_helper.to_array(tensor)
    except Exception:  # its errors have no common class
        raise NetloomError(f"The weights “{tensor.name}” in the file are broken.") from None


# The graph


def _refuse_unknown(graph: GraphProto) -> None:
    """Refuse operators that have no layer here, all in one sentence."""
    found: dict[str, list[str]] = {}
    for number, node in enumerate(graph.node):
        if node.op_type not in KNOWN or node.domain not in ("", "ai.onnx"):
            name = f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type
            found.setdefault(name, []).append(_called(node, number))
    if found:
        listed = "; ".join(f"{name} ({_few(nodes)})" for name, nodes in sorted(found.items()))
        raise NetloomError(f"These operators have no layer in Netloom: {listed}.")


def _few(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _called(node: NodeProto, number: int | None = None) -> str:
    return node.name or (node.output[0] if node.output else f"node {number}")


def _read(builder: NetworkBuilder, node: NodeProto) -> None:
    try:
        read(builder, node)
    except UnreadableError as reason:
        raise NetloomError(f"The operator {_called(node)} ({node.op_type}) {reason}.") from None
    except (IndexError, KeyError, ValueError, TypeError):
        raise NetloomError(
            f"The operator {_called(node)} ({node.op_type}) is written in a way not read here."
        ) from None


def _enter(builder: NetworkBuilder, graph: GraphProto) -> dict[str, tuple[str, tuple[Axis, ...]]]:
    """The inputs of the graph that are not weights."""
    entered: dict[str, tuple[str, tuple[Axis, ...]]] = {}
    for value in graph.input:
        if value.name not in builder.constants:
            shape, axes = _input_shape(value, _reader(graph, value.name))
            builder.enter(value.name, shape, axes)
            entered[value.name] = builder.values[value.name].source, axes
    return entered


def _reader(graph: GraphProto, name: str) -> str:
    """The kind of operator that reads a value first, beyond those that work on each number alone."""
    for node in graph.node:
        if name in node.input:
            passing = node.op_type in ("Sub", "Div", "Mul", "Add", "Identity", "Cast", "Pad", "Dropout")
            return _reader(graph, node.output[0]) if passing and node.output[0] != name else node.op_type
    return ""


def _input_shape(value: ValueInfoProto, reader: str) -> tuple[Shape, tuple[Axis, ...]]:
    """Our shape of an input, and how its axes lie, by what reads it."""
    from onnx import TensorProto

    tensor = value.type.tensor_type
    sizes = [dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None for dim in tensor.shape.dim]
    whole = tensor.elem_type in (TensorProto.INT64, TensorProto.INT32)
    kinds = {2: Kind.TOKENS if whole else Kind.VECTOR, 3: Kind.SEQUENCE, 4: Kind.IMAGE, 5: Kind.VIDEO}
    if len(sizes) not in kinds:
        raise NetloomError(f"The input “{value.name}” has {len(sizes)} axes; from 2 to 5 are read, the batch first.")
    kind = kinds[len(sizes)]
    axes: tuple[Axis, ...] = tuple(range(len(sizes)))
    if kind is Kind.SEQUENCE and reader in SLIDING:
        axes = (0, 2, 1)
    elif kind is Kind.SEQUENCE and reader in ("LSTM", "GRU", "RNN"):
        axes = (1, 0, 2)
    elif kind is Kind.VIDEO and reader in SLIDING:
        axes = (0, 2, 1, 3, 4)
    ours = tuple(sizes[axes.index(at)] for at in range(1, len(sizes)))
    try:
        return Shape(kind, ours), axes
    except ValueError:
        raise NetloomError(
            f"The input “{value.name}” leaves a size open that Netloom needs; export the network again with only the "
            "batch (and the time of a sequence) open."
        ) from None
