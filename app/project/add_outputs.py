"""Adds an output for every column that is to be predicted beside the first."""

from __future__ import annotations

from typing import Any

from app.data.dataset import DatasetInfo, FieldInfo
from app.data.sources.table import Table
from graph.document import Document
from graph.layers.io import Output
from graph.network import Connection, Network

BELOW = 140.0
"""How far below each other the ends of a network stand."""


def fields_without_output(network: Network, info: DatasetInfo) -> tuple[FieldInfo, ...]:
    """The columns of a table that are predicted beside the first, and that no output of ``network`` predicts."""
    outputs = [layer for layer in (node.layer for node in network) if isinstance(layer, Output)]
    if info.id != Table.kind or not outputs:
        return ()
    predicted = {layer.target or info.target for layer in outputs}
    return tuple(field for field in info.fields if field.name not in info.inputs and field.name not in predicted)


def add_outputs(document: Document, info: DatasetInfo) -> None:
    """Add an output for each of `fields_without_output`, behind a dense layer that reads what the last one reads.

    Nothing is added where the network does not end in a dense layer and an output. Has to be called in a transaction.
    """
    network = document.network
    missing = fields_without_output(network, info)
    last = next((node for node in network if isinstance(node.layer, Output)), None)
    arriving = next(iter(network.into(last.id).values()), None) if last is not None else None
    if last is None or arriving is None or not network.layer(arriving.source).is_dense:
        return
    head = network.node(arriving.source)
    read = next(iter(network.into(head.id).values()), None)
    if read is None:
        return
    for number, field in enumerate(missing, 1):
        _add(document, (read, head.id, last.id), field, number * BELOW)


def _add(document: Document, ends: tuple[Connection, str, str], field: FieldInfo, lower: float) -> None:
    """A copy of the two last layers for ``field``, which stands ``lower``."""
    network = document.network
    read, head, last = ends
    dense: Any = network.layer(head)
    (x, y), (across, down) = network.node(head).position, network.node(last).position
    units = len(field.classes) or field.shape.features
    own = document.add(dense.changed(units=units), (x, y + lower))
    end = document.add(network.layer(last).changed(target=field.name), (across, down + lower))
    (into,), (out,), (port,) = dense.input_ports(), dense.output_ports(), network.layer(end).input_ports()
    document.connect(Connection(read.source, read.source_port, own, into.name))
    document.connect(Connection(own, out.name, end, port.name))
