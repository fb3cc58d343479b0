"""An ONNX file as a project: layers of ours, and its weights by their names.

Nothing of the file is run here, and nothing outside its folder is read; its proof runs in `app.exchange.onnx_apart`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.data.dataset import Array
from app.exchange.onnx_drawing import OnnxDrawing, read_drawing
from app.exchange.onnx_graph import ANY_BATCH, NetworkBuilder, UnreadableError
from app.exchange.onnx_inputs import fixed_batch, input_shape
from app.exchange.onnx_labels import cut_labels, drop_dead
from app.exchange.onnx_operators import KNOWN, read
from app.exchange.onnx_patterns import fuse
from app.exchange.onnx_settling import leave
from graph.drawing.layout import arrange
from graph.errors import NetloomError
from graph.layers.io import InputLike
from graph.network import Network

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

LARGEST = 2**31
"""Files over this many bytes are refused, which is what the format allows."""

OPERATORS = 20_000
"""Most operators of a graph."""

NAMED = 12
"""Operators that a refusal names, at most."""


@dataclass(frozen=True)
class FileInput:
    """An input of the file: the layer that stands for it, which of our axes each of its own is, and its numbers."""

    layer: str
    order: tuple[int, ...]
    numbers: str = "float32"


@dataclass(frozen=True, eq=False)
class OnnxImport:
    """What an ONNX file holds: the network, its weights by their names in torch, and layers that only rescale.

    ``outputs`` gives for each output of the file its layer, and which of its axes each of ours is where they lie in
    another order. ``labels`` are outputs that only named the likeliest class, and were cut off. ``content`` is the file
    as it is run, and ``batch`` the number of samples that it fixes. ``drawn`` tells whether the network is the drawing
    in the file.
    """

    title: str
    network: Network
    weights: dict[str, Array]
    frozen: tuple[str, ...]
    inputs: dict[str, FileInput]
    outputs: dict[str, tuple[str, tuple[int, ...]]]
    content: bytes
    labels: tuple[str, ...] = ()
    batch: int | None = None
    drawn: bool = False


def read_onnx(path: Path) -> Iterator[OnnxImport]:
    """The network in the ONNX file ``path``: as Netloom drew it where it did, then as its operators say.

    Raises
    ------
    NetloomError
        if it is no such file, refers to others outside its folder, or holds operators that have no layer here; the
        sentence names them all.
    """
    model = _model(path)
    labels = cut_labels(model.graph)
    content = model.SerializeToString()
    drawing = read_drawing(model)
    if drawing is not None:
        yield _as_drawn(model, drawing, content, path)
    yield _by_operators(model, path, content, labels)


def _title(model: ModelProto, path: Path) -> str:
    name = model.graph.name
    return name if name and name not in ("main_graph", "torch_jit", "torch-jit-export") else path.stem


def _as_drawn(model: ModelProto, drawing: OnnxDrawing, content: bytes, path: Path) -> OnnxImport:
    """The network that Netloom drew when it wrote the file."""
    ranks = {node.id: len(node.layer.shape.sizes) for node in drawing.network if isinstance(node.layer, InputLike)}
    inputs = {
        name: FileInput(name, tuple(range(rank + 1)), _numbers(model.graph, name)) for name, rank in ranks.items()
    }
    outputs: dict[str, tuple[str, tuple[int, ...]]] = {one.name: (one.name, ()) for one in model.graph.output}
    return OnnxImport(
        _title(model, path), drawing.network, drawing.weights, (), inputs, outputs, content, (), None, True
    )


def _by_operators(model: ModelProto, path: Path, content: bytes, labels: tuple[str, ...]) -> OnnxImport:
    """The network that the operators of the graph make."""
    graph = model.graph
    constants = {tensor.name: _values(tensor) for tensor in graph.initializer}
    fuse(graph, constants | _written(graph))
    drop_dead(graph)
    _refuse_unknown(graph)
    uses = Counter(name for node in graph.node for name in node.input) + Counter(one.name for one in graph.output)
    batch = fixed_batch(graph, constants)
    version = next((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), 1)
    builder = NetworkBuilder(uses, batch or ANY_BATCH, version)
    builder.constants.update(constants)
    inputs = _enter(builder, graph)
    for node in graph.node:
        _read(builder, node)
    outputs = {}
    for one in graph.output:
        try:
            outputs[one.name] = leave(builder, one.name)
        except UnreadableError as reason:
            raise NetloomError(f"{path.name}: the output “{one.name}” {reason}.") from None
    _prune(builder.network, [layer for layer, _ in outputs.values()])
    _arrange(builder.network)
    frozen = tuple(id_ for id_ in builder.frozen if id_ in builder.network)
    inputs = {name: one for name, one in inputs.items() if one.layer in builder.network}
    weights = _fitting(builder)
    return OnnxImport(_title(model, path), builder.network, weights, frozen, inputs, outputs, content, labels, batch)


def _written(graph: GraphProto) -> dict[str, Array]:
    """Constants that stand in the graph as operators."""
    from onnx import numpy_helper

    tensors = ((node.output[0], one.t) for node in graph.node if node.op_type == "Constant" for one in node.attribute)
    return {name: numpy_helper.to_array(tensor) for name, tensor in tensors if tensor.data_type}


def _prune(network: Network, outputs: Iterable[str]) -> None:
    """Remove layers that lead to no output."""
    leading = network.leading_to(outputs)
    dead = [node.id for node in network if node.id not in leading]
    for id_ in dead:
        for wire in (*network.into(id_).values(), *network.out_of(id_)):
            if wire in network.connections:
                network.remove_connection(wire)
    for id_ in dead:
        network.remove_node(id_)


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
    doubled = _doubled_name(model.graph)
    if doubled is not None:
        raise NetloomError(f"{path.name} is broken: two values in it are called “{doubled}”.")
    _load_beside(model, path)
    return model


def _doubled_name(graph: GraphProto) -> str | None:
    """A name that two values of the graph have: ONNX gives each to one input, weight or result.

    Source: the section on graphs in the ONNX specification (single static assignment). A weight may stand among the
    inputs as well: there it is given a value that the caller may replace.
    """
    inputs: list[str] = [one.name for one in graph.input]
    tensors = (*graph.initializer, *(tensor.values for tensor in graph.sparse_initializer))
    weights: list[str] = [one.name for one in tensors]
    results: list[str] = [name for node in graph.node for name in node.output if name]
    outputs: list[str] = [one.name for one in graph.output]
    for names in (inputs, weights, [*{*inputs, *weights}, *results], outputs):
        doubled = next((name for name, times in Counter(names).items() if times > 1), None)
        if doubled is not None:
            return doubled
    return None


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
    except MemoryError:
        raise NetloomError(f"The operator {_called(node)} ({node.op_type}) takes more memory than there is.") from None
    except (IndexError, KeyError, ValueError, TypeError, ArithmeticError):
        raise NetloomError(
            f"The operator {_called(node)} ({node.op_type}) is written in a way not read here."
        ) from None


def _enter(builder: NetworkBuilder, graph: GraphProto) -> dict[str, FileInput]:
    """The inputs of the graph that are not weights."""
    entered: dict[str, FileInput] = {}
    for value in graph.input:
        if value.name not in builder.constants:
            shape, order = input_shape(graph, value)
            builder.enter(value.name, shape, order)
            entered[value.name] = FileInput(builder.values[value.name].source, order, _numbers(graph, value.name))
    return entered


def _numbers(graph: GraphProto, name: str) -> str:
    """The kind of numbers of an input, by numpy's name."""
    from onnx.helper import tensor_dtype_to_np_dtype

    [kind] = [value.type.tensor_type.elem_type for value in graph.input if value.name == name]
    return str(tensor_dtype_to_np_dtype(kind))
