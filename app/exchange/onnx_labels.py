"""Label outputs of ONNX classifiers (scikit-learn): outputs that only name the likeliest class are cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

NAMING = {"ArgMax", "ArrayFeatureExtractor", "LabelEncoder"}
"""Operators that make a label of scores."""
PASSING = {"Cast", "Identity", "Reshape", "Squeeze", "Flatten"}
"""Operators that may stand behind them and only write the label down."""


def cut_labels(graph: GraphProto) -> tuple[str, ...]:
    """Remove the outputs of ``graph`` that name a class where another gives its scores; returns their names.

    Dictionaries of probabilities become the probabilities. Operators that lead nowhere afterwards go too.
    """
    makers = {name: node for node in graph.node for name in node.output}
    _open_maps(graph, makers)
    labels = [output.name for output in graph.output if _is_label(output.name, makers)]
    if not labels or len(labels) == len(graph.output):
        return ()
    kept = [output for output in graph.output if output.name not in labels]
    del graph.output[:]
    graph.output.extend(kept)
    drop_dead(graph)
    return tuple(labels)


def _open_maps(graph: GraphProto, makers: dict[str, NodeProto]) -> None:
    """An output that is a list of dictionaries, class to probability, is that of the probabilities instead."""
    from onnx import TensorProto, helper

    for place, output in enumerate(graph.output):
        maker = makers.get(output.name)
        if maker is not None and maker.op_type == "ZipMap":
            plain = helper.make_tensor_value_info(maker.input[0], TensorProto.FLOAT, None)
            graph.output.remove(output)
            graph.output.insert(place, plain)
            graph.node.remove(maker)


def _is_label(name: str, makers: dict[str, NodeProto]) -> bool:
    maker = makers.get(name)
    while maker is not None and maker.op_type in PASSING:
        maker = makers.get(maker.input[0])
    return maker is not None and maker.op_type in NAMING


def drop_dead(graph: GraphProto) -> None:
    """Remove operators that no output needs."""
    makers = {name: node for node in graph.node for name in node.output}
    needed: set[str] = set()
    waiting = [output.name for output in graph.output]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += makers[name].input if name in makers else []
    alive = [node for node in graph.node if needed.intersection(node.output)]
    del graph.node[:]
    graph.node.extend(alive)
