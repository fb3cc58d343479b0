"""Which layers let a step depend on later ones: what they declare, held against torch."""

from __future__ import annotations

import pytest
import torch

from graph.build.compile import compile_network
from graph.checking.check import Checker
from graph.document import Document
from graph.layers.base import Layer
from graph.layers.catalogue import catalogue
from graph.network import Connection
from graph.shapes import Kind, sequence
from tests.graph.networks import layer

STEPS, FEATURES = 6, 4
PADDINGS = ("same", "causal", "valid")


def variants() -> list[Layer]:
    """Every layer of one input that takes a sequence, with the settings that decide which way it reads."""
    read = [
        layer(kind, output_mode="sequence", bidirectional=both)
        for kind in ("rnn", "lstm", "gru")
        for both in (False, True)
    ]
    slid = [
        layer("conv1d", padding=padding, kernel_size=size) for padding in ("same", "causal", "valid") for size in (1, 3)
    ]
    plain = [kind() for kind in catalogue().values() if Kind.SEQUENCE in kind.accepts and kind.kind not in SPECIAL]
    return [*read, *slid, *plain]


SPECIAL = {"input", "noise", "output", "rnn", "lstm", "gru", "conv1d", "batch_norm", "dropout", "channel_dropout"}
"""Ends, those above, and those that are random or of the batch while training."""


@pytest.mark.parametrize("each", variants(), ids=lambda each: f"{each.kind}-{each.summary()}")
def test_what_reads_ahead_is_declared(each: Layer) -> None:
    document = Document()
    with document.transaction("Draw"):
        start = document.add(layer("input", shape=sequence(STEPS, FEATURES)), name="start")
        made = document.add(each, name="middle")
        end = document.add(layer("output"), name="last_end")
        for port in each.input_ports():
            document.connect(Connection(start, "out", made, port.name))
        document.connect(Connection(made, each.output_ports()[0].name, end, "in"))
    checker = Checker(document)
    shape = checker.layer_info("middle").outputs.get(each.output_ports()[0].name)
    if not checker.ok or shape is None or shape.kind is not Kind.SEQUENCE or shape.time is None:
        pytest.skip("gives no sequence of a sequence by itself")
    torch.manual_seed(0)
    module = compile_network(document.network).module.eval()
    values = torch.rand(2, STEPS, FEATURES) + 0.1
    other = values.clone()
    other[:, -1] = torch.rand(2, FEATURES) + 1.5
    with torch.no_grad():
        steps = min(int(shape.time), STEPS - 1)
        before, after = (module(given)[:, :steps] for given in (values, other))
    seen = bool((before - after).abs().max() > 1e-6)
    assert seen == any(each.reads_ahead(port.name) for port in each.input_ports())
    if seen and (forwards := each.reading_forwards()) is not None:
        assert not any(forwards.reads_ahead(port.name) for port in forwards.input_ports())
