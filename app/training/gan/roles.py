"""Which layers of a network are the generator and which the discriminator, found by how noise and data run.

Noise runs through the generator to the discriminator, and on to one output; data runs through layers that share the
discriminator's weights to another. So the drawing says it all: what both lead through is the discriminator, and what
only noise leads through is the generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from app.data.dataset import DatasetInfo
from app.project.data_spec import is_adversarial
from app.training.plan import ADVERSARIAL
from graph.checking.check import Checker, downstream
from graph.checking.data_fit import fits, reshaping
from graph.checking.fixes import CARD_STEP, Append, Fix, Write
from graph.checking.layer_info import Problem, Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.io import Input, InputLike, Noise, Output
from graph.naming import fresh_name
from graph.network import Connection, Network, Node

ROW = 160.0
"""How far below its original the twin of a discriminator is put, in pixels at 100 % zoom."""


class RolesError(NetloomError):
    """It cannot be told who plays which role; ``layer`` is where, ``fixes`` are what would make it clear."""

    def __init__(self, message: str, layer: str | None = None, fixes: tuple[Fix, ...] = ()) -> None:
        super().__init__(message)
        self.layer = layer
        self.fixes = fixes


@dataclass(frozen=True)
class Roles:
    """Who is who. ``noise`` and ``data`` are input layers, ``made`` and ``real`` the outputs that judge them.

    ``generator`` and ``discriminator`` are ids from the noise on; ``twins`` are the layers on the way of real data.
    ``meets`` is the wire on which a made sample comes to the discriminator.
    """

    noise: tuple[str, ...]
    data: str
    generator: tuple[str, ...]
    discriminator: tuple[str, ...]
    twins: tuple[str, ...]
    meets: Connection
    made: str
    real: str


@dataclass(frozen=True)
class _Way:
    """What leads to an output, in order."""

    output: str
    layers: tuple[str, ...]
    ends: tuple[str, ...]


def roles(network: Network) -> Roles:
    """Who plays which role in ``network``.

    Raises
    ------
    RolesError
        if that cannot be told; the sentence says what is missing.
    """
    made, real = _ways(network)
    noise = tuple(id_ for id_ in made.ends if network.layer(id_).draws_noise)
    if len(noise) != len(made.ends):
        raise RolesError(
            f"{made.output}: both noise and data lead to it. Made samples and real ones need an output each.",
            made.output,
        )
    owners = {_owner(network, id_) for id_ in real.layers}
    shared = tuple(id_ for id_ in made.layers if _owner(network, id_) in owners)
    generator = tuple(id_ for id_ in made.layers if id_ not in shared)
    if {_owner(network, id_) for id_ in shared} != owners or not shared:
        raise RolesError(
            f"{made.output} and {real.output} are judged by different weights. Let the layers before {real.output} "
            f"share the weights of those before {made.output}: together they are the discriminator.",
            real.output,
            _linking(network, made, real),
        )
    if not generator:
        raise RolesError("Noise runs straight into the discriminator: put a generator between them.", shared[0])
    meets = _meeting(network, (*shared, made.output), (*generator, *noise))
    if len(real.ends) != 1:
        raise RolesError(f"{real.output}: the discriminator must see one input of the data, not several.", real.output)
    return Roles(noise, real.ends[0], generator, shared, real.layers, meets, made.output, real.output)


def _ways(network: Network) -> tuple[_Way, _Way]:
    """The ways to the outputs of made and of real samples."""
    found = [_way(network, node.id) for node in network if isinstance(node.layer, Output)]
    made = [one for one in found if any(network.layer(id_).draws_noise for id_ in one.ends)]
    real = [one for one in found if one not in made]
    if not any(node.layer.draws_noise for node in network):
        fix = Fix("Add Noise", (Append(None, Noise()),))
        raise RolesError("A GAN needs Noise, from which its generator makes samples.", None, (fix,))
    if not made:
        noise = next(node.id for node in network if node.layer.draws_noise)
        raise RolesError(f"{noise} leads to no output: connect it with generator, discriminator and an output.", noise)
    if not real:
        raise RolesError("The discriminator sees made samples only: real ones must come to it as well.", made[0].output)
    for several in (made, real):
        if len(several) > 1:
            names = " and ".join(one.output for one in several)
            raise RolesError(f"{names} judge the same samples: keep one of them.", several[1].output)
    return made[0], real[0]


def _way(network: Network, output: str) -> _Way:
    before, waiting = set[str](), [output]
    while waiting:
        fresh = set(network.graph.predecessors(waiting.pop())) - before
        before |= fresh
        waiting += fresh
    ordered = [id_ for id_ in network.ordered() if id_ in before]
    ends = tuple(id_ for id_ in ordered if isinstance(network.layer(id_), InputLike))
    return _Way(output, tuple(id_ for id_ in ordered if id_ not in ends), ends)


def _owner(network: Network, id_: str) -> str:
    return network.node(id_).tied or id_


def _meeting(network: Network, judges: tuple[str, ...], makers: tuple[str, ...]) -> Connection:
    wires = [wire for id_ in judges for wire in network.into(id_).values() if wire.source in makers]
    if len({(wire.source, wire.source_port) for wire in wires}) != 1:
        names = " and ".join(sorted({wire.source for wire in wires}))
        raise RolesError(
            f"The discriminator reads {names}: it must judge one thing that the generator makes.", judges[0]
        )
    return wires[0]


# One of the two alone

Side = Literal["generator", "discriminator"]


def alone(network: Network, side: Side) -> Network:
    """The generator or the discriminator as a network of its own, whose weights keep their names.

    The generator ends in an output ``made``; the discriminator begins with an input ``sample`` and ends in ``verdict``.

    Raises
    ------
    RolesError
        if it cannot be told who is who.
    """
    found = roles(network)
    if side == "generator":
        kept = {id_: id_ for id_ in (*found.noise, *found.generator)}
        return _cut(network, kept, found.meets, "made")
    kept = dict[str, str]()
    for id_ in found.discriminator:
        owner = _owner(network, id_)
        borrowed = owner not in found.discriminator and owner not in kept.values()
        kept[id_] = owner if borrowed else id_
    last = network.at(found.made, "in")
    data = network.layer(found.data)
    assert last is not None and isinstance(data, Input)  # `roles` found both
    cut = _cut(network, kept, last, "verdict")
    x, y = network.node(found.meets.target).position
    sample = "sample" if "sample" not in cut else fresh_name("sample", cut)
    cut.insert_node(Node(sample, Input(shape=data.shape), (x - CARD_STEP, y)))
    for id_, name in kept.items():
        for wire in network.into(id_).values():
            if wire.source not in kept:
                cut.insert_connection(Connection(sample, "out", name, wire.target_port))
    return cut


def _cut(network: Network, kept: Mapping[str, str], last: Connection, end: str) -> Network:
    """The layers ``kept``, by their new names, with an output called ``end`` where the wire ``last`` begins."""
    cut = Network()
    for id_, name in kept.items():
        owner = _owner(network, id_)
        cut.insert_node(replace(network.node(id_), id=name, tied=None if owner == name else owner))
    for id_, name in kept.items():
        for wire in network.into(id_).values():
            if wire.source in kept:
                cut.insert_connection(Connection(kept[wire.source], wire.source_port, name, wire.target_port))
    x, y = network.node(last.source).position
    free = end if end not in cut else fresh_name(end, cut)
    cut.insert_node(Node(free, Output(), (x + CARD_STEP, y)))
    cut.insert_connection(Connection(kept[last.source], last.source_port, free, "in"))
    return cut


# Problems


def adversarial_problems(checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None) -> list[Problem]:
    """What keeps a network from being trained as a GAN, or from being trained otherwise though it draws noise."""
    plan = sections.get("plan")
    settings = plan if isinstance(plan, Mapping) else {}
    network = checker.network
    if not is_adversarial(settings):
        noise = next((node.id for node in network if node.layer.draws_noise), None)
        if noise is None:
            return []
        fix = Fix("Train as a GAN", (Write("plan", {**settings, "objective": ADVERSARIAL[0]}),))
        message = f"{noise} draws noise, which only the objective “adversarial” of the plan knows how to use."
        return [Problem(Severity.ERROR, noise, None, message, (fix,))]
    return list(_unclear(checker, settings, info))


def _unclear(checker: Checker, settings: Mapping[str, Any], info: DatasetInfo | None) -> list[Problem]:
    network = checker.network
    if not any(isinstance(node.layer, Output) for node in network):
        return []  # the checker says so already
    try:
        found = roles(network)
    except RolesError as fault:
        usual = Fix("Train by targets instead", (Write("plan", {**settings, "objective": "supervised"}),))
        fixes = (*fault.fixes, *_twin(checker, info), usual)
        return [Problem(Severity.ERROR, fault.layer, None, str(fault), fixes)]
    makes = checker.facts(found.meets.source).outputs.get(found.meets.source_port)
    comes = checker.facts(found.data).outputs.get("out")
    if makes is None or comes is None or fits(makes, comes):
        return []
    message = (
        f"{found.meets.source} makes {makes.described()}, but the data brings {comes.described()}: made and real "
        "samples must be alike."
    )
    fix = reshaping(found.meets.target, found.meets.target_port, makes, comes)
    return [Problem(Severity.ERROR, found.meets.target, found.meets.target_port, message, (fix,))]


def _linking(network: Network, made: _Way, real: _Way) -> tuple[Fix, ...]:
    """Offers to share weights where the last layers on both ways are alike."""
    own = tuple(id_ for id_ in real.layers if network.node(id_).tied is None)
    pairs = tuple(zip(own, made.layers[-len(own) :], strict=False)) if own else ()
    alike = all(
        network.layer(twin) == network.layer(owner) and twin != owner and network.node(owner).tied is None
        for twin, owner in pairs
    )
    if len(pairs) != len(real.layers) or not alike:
        return ()
    return (Sharing("Share the weights", (), pairs),)


@dataclass(frozen=True)
class Sharing(Fix):
    """Lets layers use the weights of others, by pairs of ids."""

    pairs: tuple[tuple[str, str], ...] = ()

    def apply(self, document: Document) -> None:
        """Link them."""
        with document.transaction(self.title):
            for twin, owner in self.pairs:
                document.tie(twin, owner)


@dataclass(frozen=True)
class Twin(Fix):
    """Puts twins of the layers ``judges``, which share their weights, behind ``data``, with an output of their own."""

    judges: tuple[str, ...] = ()
    meets: Connection | None = None
    data: Input = field(default_factory=Input)

    def apply(self, document: Document) -> None:
        """Add input, twins and output below the originals."""
        assert self.meets is not None
        network = document.network
        places = {id_: network.node(id_).position for id_ in self.judges}
        left, low = min(x for x, _ in places.values()), max(node.position[1] for node in network) + ROW
        high = min(y for _, y in places.values())
        with document.transaction(self.title):
            new = {self.meets.source: document.add(self.data, (left - CARD_STEP, low), "data")}
            for id_ in self.judges:
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
    order = [id_ for id_ in downstream(network, noise) if id_ in _way(network, outputs[0]).layers]
    makers = [id_ for id_ in order if checker.facts(id_).outputs.get("out") == info.shape]
    if not makers:
        return ()
    source = makers[-1]
    judges = tuple(id_ for id_ in downstream(network, network.fed_by(source)) if id_ in (*order, outputs[0]))
    meets = [wire for wire in network.out_of(source) if wire.target in judges]
    closed = all(wire.source in (source, *judges) for id_ in judges for wire in network.into(id_).values())
    if len(meets) != 1 or len(judges) < 2 or not closed:
        return ()
    return (Twin("Bring in real samples", (), judges, meets[0], Input(shape=info.shape)),)
