"""Problems of a network that is to be trained as a GAN, with fixes that complete it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from app.data.dataset import DatasetInfo
from app.training.gan.roles import RolesError, different_shapes, roles
from app.training.plan import ADVERSARIAL, objective_of
from graph.checking.check import Checker
from graph.checking.data_fit import fits, reshaping
from graph.checking.fixes import Change, Fix
from graph.checking.layer_info import Problem, Severity
from graph.document import Document
from graph.drawing.cards import STEP
from graph.layers.io import Input, Output
from graph.network import Connection

ROW = 160.0
"""How far below its original the twin of a discriminator is put, in pixels at 100 % zoom."""


def gan_problems(checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None) -> list[Problem]:
    """What keeps a network from being trained as a GAN, or from being trained otherwise though it draws noise."""
    plan = sections.get("plan")
    settings = plan if isinstance(plan, Mapping) else {}
    network = checker.network
    if objective_of(settings) not in ADVERSARIAL:
        noise = next((node.id for node in network if node.layer.draws_noise), None)
        if noise is None:
            return []
        fix = Fix("Train as a GAN", (Change("plan", {"objective": ADVERSARIAL[0]}),))
        message = (
            f"{noise} draws noise, which only the objective “adversarial” of the training settings knows how to use."
        )
        return [Problem(Severity.ERROR, noise, None, message, (fix,))]
    return list(_unclear(checker, info))


def _unclear(checker: Checker, info: DatasetInfo | None) -> list[Problem]:
    network = checker.network
    if not any(isinstance(node.layer, Output) for node in network):
        return []  # the checker says so already
    try:
        found = roles(network)
    except RolesError as fault:
        usual = Fix("Train by targets instead", (Change("plan", {"objective": "supervised"}),))
        fixes = (*fault.fixes, *_twin(checker, info), usual)
        return [Problem(Severity.ERROR, fault.layer, None, str(fault), fixes)]
    makes = checker.layer_info(found.meets.source).outputs.get(found.meets.source_port)
    comes = checker.layer_info(found.data).outputs.get("out")
    if makes is None or comes is None or fits(makes, comes):
        return []
    message = different_shapes(found.meets.source, makes, comes)
    fix = reshaping(found.meets.target, found.meets.target_port, makes, comes)
    return [Problem(Severity.ERROR, found.meets.target, found.meets.target_port, message, (fix,))]


@dataclass(frozen=True)
class Twin(Fix):
    """Adds layers behind ``data`` that share the weights of those of ``discriminator``, with an output of their own."""

    discriminator: tuple[str, ...] = ()
    meets: Connection | None = None
    data: Input = field(default_factory=Input)

    def apply(self, document: Document) -> None:
        """Add input, twins and output below the originals."""
        assert self.meets is not None
        network = document.network
        places = {id_: network.node(id_).position for id_ in self.discriminator}
        left, low = min(x for x, _ in places.values()), max(node.position[1] for node in network) + ROW
        high = min(y for _, y in places.values())
        with document.transaction(self.title):
            new = {self.meets.source: document.add(self.data, (left - STEP, low), "data")}
            for id_ in self.discriminator:
                x, y = places[id_]
                node = network.node(id_)
                new[id_] = document.add(node.layer, (x, low + y - high))
                for wire in network.into(id_).values():
                    port = "out" if wire == self.meets else wire.source_port
                    document.connect(Connection(new[wire.source], port, new[id_], wire.target_port))
                if not isinstance(node.layer, Output):
                    document.tie(new[id_], node.tied or id_)


def _twin(checker: Checker, info: DatasetInfo | None) -> tuple[Fix, ...]:
    """Offers the way of real data, where the last layer that makes something shaped like data can be told."""
    network = checker.network
    outputs = [node.id for node in network if isinstance(node.layer, Output)]
    noise = [node.id for node in network if node.layer.draws_noise]
    if info is None or len(outputs) != 1 or not noise or any(isinstance(node.layer, Input) for node in network):
        return ()
    leading = nx.ancestors(network.graph, outputs[0]).difference(noise)
    order = [id_ for id_ in network.downstream(noise) if id_ in leading]
    makers = [id_ for id_ in order if checker.layer_info(id_).outputs.get("out") == info.shape]
    if not makers:
        return ()
    source = makers[-1]
    discriminator = tuple(id_ for id_ in network.downstream(network.successors(source)) if id_ in (*order, outputs[0]))
    meets = [wire for wire in network.out_of(source) if wire.target in discriminator]
    closed = all(
        wire.source in (source, *discriminator) for id_ in discriminator for wire in network.into(id_).values()
    )
    if len(meets) != 1 or len(discriminator) < 2 or not closed:
        return ()
    return (Twin("Bring in real samples", (), discriminator, meets[0], Input(shape=info.shape)),)
