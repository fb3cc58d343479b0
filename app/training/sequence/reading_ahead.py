"""Reading ahead: layers through which later words reach a step that is to predict them. No torch."""

from __future__ import annotations

from collections.abc import Iterator

from app.data.dataset import DatasetInfo
from app.training.sequence.decoder_input import reads_ahead
from graph.checking.check import Checker
from graph.checking.dead_layers import inputs_in_use
from graph.checking.fixes import Fix, Replace
from graph.checking.layer_info import Problem, Severity
from graph.layers.io import Output
from graph.network import Connection
from graph.shapes import Kind

STEPWISE = (Kind.SEQUENCE, Kind.TOKENS)


def reading_ahead(checker: Checker, info: DatasetInfo, field: str) -> Problem | None:
    """The problem of a network that sees the words of ``field`` before it predicts them; None where it does not.

    What only the weights show, such as later words behind a muted layer, is left to the first step of training.
    """
    wire = next(_ahead(checker, info, field), None)
    if wire is None:
        return None
    layer = checker.network.layer(wire.target)
    forwards = layer.reading_forwards()
    fixes = (
        () if forwards is None else (Fix(f"Let {wire.target} read forwards only", (Replace(wire.target, forwards),)),)
    )
    return Problem(Severity.ERROR, wire.target, None, f"{wire.target}: {_small(reads_ahead(field))}", fixes)


def _ahead(checker: Checker, info: DatasetInfo, field: str) -> Iterator[Connection]:
    """Wires on a way from the decoder's input to words that are predicted, whose layer reads ahead."""
    network = checker.network
    starts = [id_ for id_, layer in inputs_in_use(network) if info.input_field(layer.field).name == field]
    ends = [
        node.id for node in network if isinstance(node.layer, Output) and info.target_field(node.layer.target).listed
    ]
    leading = network.leading_to(ends)
    between = {id_: None for id_ in network.downstream(starts) if id_ in leading}
    for id_ in between:
        for port, wire in network.into(id_).items():
            if wire.source in between and not network.node(id_).muted and _reads_ahead(checker, wire, port):
                yield wire


def _reads_ahead(checker: Checker, wire: Connection, port: str) -> bool:
    """Whether a layer's steps depend on later ones of a wire, or a sequence becomes something without steps."""
    facts = checker.layer_info(wire.target)
    arriving, leaving = facts.inputs.get(port), facts.outputs.get("out")
    if arriving is None or leaving is None or arriving.kind not in STEPWISE:
        return False
    return checker.network.layer(wire.target).reads_ahead(port) or leaving.kind not in STEPWISE


def _small(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"
